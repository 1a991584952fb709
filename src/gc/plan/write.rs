//! Writing a plan.

use std::io::Write;

use prost::Message;
use sha2::{Digest, Sha256};

use super::rules::Rules;
use super::{LONGEST, PlanError, hex};
use crate::report::{GcPlanRecord, GcPlanSeal};

/// Writes a plan message by message. What breaks the rules of plans is not written.
pub struct PlanWriter {
    out: Box<dyn Write + Send>,
    digest: Sha256,
    rules: Rules,
    records: u64,
    position: u64,
}

impl PlanWriter {
    /// Writes to a file, which is best buffered.
    #[must_use]
    pub fn new(out: Box<dyn Write + Send>) -> Self {
        Self { out, digest: Sha256::new(), rules: Rules::new(), records: 0, position: 0 }
    }

    /// Adds a message: the header, then snapshots and items, each in the order of the bytes of their texts.
    pub fn write(&mut self, record: &GcPlanRecord) -> Result<(), PlanError> {
        if record.seal.is_some() {
            return Err(PlanError::Damaged { at: self.position, what: "a seal is not for others to write" });
        }
        self.put(record)
    }

    /// Ends the plan; gives the digest in its seal. Without it the plan is cut off.
    pub fn seal(mut self) -> Result<String, PlanError> {
        let digest = hex(&self.digest.clone().finalize());
        let seal = GcPlanSeal { digest: digest.clone(), records: self.records };
        self.put(&GcPlanRecord { seal: Some(seal), ..GcPlanRecord::default() })?;
        self.out.flush()?;
        Ok(digest)
    }

    fn put(&mut self, record: &GcPlanRecord) -> Result<(), PlanError> {
        self.rules.admit(record, self.position)?;
        if record.encoded_len() > LONGEST {
            return Err(PlanError::Damaged { at: self.position, what: "a message is too long" });
        }
        let bytes = record.encode_length_delimited_to_vec();
        self.out.write_all(&bytes)?;
        self.digest.update(&bytes);
        self.records += 1;
        self.position += bytes.len() as u64;
        Ok(())
    }
}
