//! The pin file: what somebody wrote down to stay. `--protect pin:FILE`, where the file may be in any store.
//!
//! ```text
//! # the state before the migration
//! s3://bucket/savepoints/savepoint-7a2d1c-0b5e9f1a2b3c       until=2026-12-31 reason="before the migration" tag=releases
//! s3://bucket/checkpoints/00000000000000000000000000000000   reason="all of this job"
//! "s3://bucket/old snapshots/chk-7/_metadata"
//! ```
//!
//! A location is a snapshot's directory, its metadata file, a job's directory or anything above: everything below it is protected. A line
//! that is not understood refuses the file: a pin with a typo would protect nothing, and nobody would know.

use std::sync::Arc;

use async_trait::async_trait;

use super::pin_line::{self, BadLine, Pin};
use super::whole_file;
use super::{ProtectError, Protected, Protection, ProtectionSource, Reach, spec};
use crate::discovery::layout::METADATA_FILE_NAME;
use crate::storage::{ErrorKind, Stores};
use crate::uri::StorageUri;

/// A pin file above this is not read: no person writes a hundred thousand pins.
const LARGEST: u64 = 16 << 20;

/// How `--protect` takes it.
pub(super) const FORM: &str = "pin:FILE-or-URI";

struct PinFile {
    file: StorageUri,
    reach: Reach,
}

/// The source behind `pin:`.
pub(super) fn parse(text: &str, reach: &Reach) -> Result<Box<dyn ProtectionSource>, ProtectError> {
    let file = spec::place(text).map_err(|cause| {
        ProtectError::new(format!("--protect pin:{text}"), cause, format!("write `--protect {FORM}`"))
    })?;
    Ok(Box::new(PinFile { file, reach: reach.clone() }))
}

#[async_trait]
impl ProtectionSource for PinFile {
    fn name(&self) -> String {
        format!("pin:{}", self.file)
    }

    async fn read(&self) -> Result<Protection, ProtectError> {
        let mut protection = Protection::new(self.name(), (self.reach.clock)());
        let whole = whole_file::read(&self.reach.stores, &self.file, LARGEST).await;
        let bytes = whole.map_err(|error| whole_file::not_read(&error))?.bytes;
        for pin in pins(&self.file, &bytes, &self.reach.stores)? {
            let expired = pin.until.is_some_and(|until| until <= protection.read_at);
            let protected = protected(pin);
            if expired {
                protection.expired.push(protected);
            } else {
                protection.snapshots.push(protected);
            }
        }
        Ok(protection)
    }
}

fn pins(file: &StorageUri, bytes: &[u8], stores: &Arc<Stores>) -> Result<Vec<Pin>, ProtectError> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let mut pins = Vec::new();
    for (index, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        let bad =
            |BadLine { column, cause, hint }| ProtectError::new(format!("{file}:{}:{column}", index + 1), cause, hint);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let text = str::from_utf8(line).map_err(|error| {
            let column =
                line.get(..error.valid_up_to()).map_or(0, |valid| String::from_utf8_lossy(valid).chars().count());
            bad(BadLine { column: column + 1, cause: "is not UTF-8 here".to_owned(), hint: "save the file as UTF-8" })
        })?;
        let Some(pin) = pin_line::parse(text).map_err(bad)? else { continue };
        // A scheme with a typo names a place that nothing else names.
        if let Err(error) = stores.open(&pin.place)
            && error.kind() == ErrorKind::NotSupported
        {
            let column = text.chars().take_while(|c| c.is_whitespace()).count() + 1;
            let place = format!("{file}:{}:{column}", index + 1);
            return Err(ProtectError::new(place, error.to_string(), error.hint().unwrap_or_default()));
        }
        pins.push(pin);
    }
    Ok(pins)
}

/// A pin on something else than a snapshot's directory or metadata, as far as names tell, means all of the lineage too. So does one on
/// a snapshot with a name of its own, which costs nothing: a savepoint outside of job directories is its own lineage.
fn protected(pin: Pin) -> Protected {
    let name = pin.place.file_name().unwrap_or_default();
    let is_snapshot = name == METADATA_FILE_NAME || name.starts_with("chk-") || name.starts_with("savepoint-");
    Protected {
        reason: pin.reason.map_or_else(|| "pinned".to_owned(), |reason| format!("pinned: {reason}")),
        whole_lineage: !is_snapshot,
        everything_below: true,
        tag: pin.tag,
        expires_at: pin.until,
        place: pin.place,
    }
}
