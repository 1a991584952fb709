//! Reading a plan.

use std::io::{BufReader, ErrorKind, Read};

use prost::Message;
use sha2::{Digest, Sha256};

use super::rules::Rules;
use super::{LONGEST, PlanError, hex};
use crate::report::{GcPlanHeader, GcPlanRecord};

/// Bytes that are read at once.
const BUFFER: usize = 1 << 20;

/// Bytes of the longest length in front of a message.
const LONGEST_LENGTH: usize = 4;

/// The first byte of every header: its field in the message, with a length.
const HEADER_TAG: u8 = 0x0a;

/// What is known of a plan that was read to its end.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanFacts {
    /// Its header.
    pub header: GcPlanHeader,
    /// The digest in its seal, which is that of what is there.
    pub digest: String,
    /// Messages before the seal.
    pub records: u64,
}

/// Gives the messages of a plan, the seal last.
///
/// Only when the seal has come it is certain that those before it are what was sealed. After an error nothing follows.
pub struct PlanReader<R> {
    source: BufReader<R>,
    digest: Sha256,
    rules: Rules,
    records: u64,
    position: u64,
    has_failed: bool,
}

impl<R: Read> PlanReader<R> {
    /// Reads from a file; nothing is read yet.
    #[must_use]
    pub fn open(source: R) -> Self {
        Self {
            source: BufReader::with_capacity(BUFFER, source),
            digest: Sha256::new(),
            rules: Rules::new(),
            records: 0,
            position: 0,
            has_failed: false,
        }
    }

    fn read(&mut self) -> Result<Option<GcPlanRecord>, PlanError> {
        let start = self.position;
        let mut prefix = Vec::with_capacity(LONGEST_LENGTH);
        if self.rules.is_over() {
            return match self.byte()? {
                None => Ok(None),
                Some(_) => Err(PlanError::Damaged { at: start, what: "something follows the seal" }),
            };
        }
        let length = self.length(&mut prefix, start)?;
        let mut body = Vec::new();
        // Memory grows with what is there, and not with what a damaged length promises.
        let read = (&mut self.source).take(length as u64).read_to_end(&mut body)?;
        self.position += read as u64;
        if start == 0 && body.first() != Some(&HEADER_TAG) {
            return Err(PlanError::NotAPlan("it does not begin with the header of one"));
        }
        if read < length {
            return Err(PlanError::CutOff { at: self.position });
        }
        let record = match GcPlanRecord::decode(body.as_slice()) {
            Ok(record) => record,
            Err(_) if start == 0 => return Err(PlanError::NotAPlan("it does not begin with the header of one")),
            Err(_) => return Err(PlanError::Damaged { at: start, what: "a message cannot be decoded" }),
        };
        // Before its contents are judged: of a plan that was changed, the change is what matters.
        if let Some(seal) = &record.seal {
            let found = hex(&self.digest.clone().finalize());
            if seal.digest != found || seal.records != self.records {
                return Err(PlanError::DigestDiffers { found, sealed: seal.digest.clone() });
            }
        } else {
            self.digest.update(&prefix);
            self.digest.update(&body);
            self.records += 1;
        }
        self.rules.admit(&record, start)?;
        Ok(Some(record))
    }

    fn length(&mut self, prefix: &mut Vec<u8>, start: u64) -> Result<usize, PlanError> {
        let mut length = 0;
        while prefix.len() < LONGEST_LENGTH {
            let Some(byte) = self.byte()? else {
                let is_empty = self.position == 0;
                let cut_off = PlanError::CutOff { at: self.position };
                return Err(if is_empty { PlanError::NotAPlan("it is empty") } else { cut_off });
            };
            length |= usize::from(byte & 0x7f) << (7 * prefix.len());
            prefix.push(byte);
            if byte & 0x80 == 0 {
                if length <= LONGEST {
                    return Ok(length);
                }
                break;
            }
        }
        Err(if start == 0 {
            PlanError::NotAPlan("it does not begin with the header of one")
        } else {
            PlanError::Damaged { at: start, what: "a message is too long" }
        })
    }

    fn byte(&mut self) -> Result<Option<u8>, PlanError> {
        let mut byte = [0];
        loop {
            match self.source.read(&mut byte) {
                Ok(0) => return Ok(None),
                Ok(_) => {
                    self.position += 1;
                    return Ok(Some(byte[0]));
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
}

impl<R: Read> Iterator for PlanReader<R> {
    type Item = Result<GcPlanRecord, PlanError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.has_failed {
            return None;
        }
        let next = self.read().transpose();
        self.has_failed = matches!(next, Some(Err(_)));
        next
    }
}

/// Reads a plan to its end and tells what is known of it; nothing of it is to be believed before that.
pub fn check_seal(source: impl Read) -> Result<PlanFacts, PlanError> {
    let (mut header, mut facts) = (None, None);
    for record in PlanReader::open(source) {
        let record = record?;
        if let Some(seal) = record.seal {
            facts = Some((seal.digest, seal.records));
        }
        header = header.or(record.header);
    }
    let (header, (digest, records)) = header.zip(facts).ok_or(PlanError::NotAPlan("it has no header"))?;
    Ok(PlanFacts { header, digest, records })
}
