//! Reading a file as a whole, from any store, up to a limit.

use chrono::{DateTime, Utc};

use super::ProtectError;
use crate::storage::{self, ErrorKind, Stores};
use crate::uri::StorageUri;

/// Bytes that are asked for at once.
const REQUEST: u64 = 8 << 20;

/// A file, all of it.
pub(super) struct WholeFile {
    pub(super) bytes: Vec<u8>,
    pub(super) modified_at: Option<DateTime<Utc>>,
}

/// Reads a file of at most `limit` bytes. One that is replaced meanwhile is an error, as its parts would not belong together.
pub(super) async fn read(stores: &Stores, file: &StorageUri, limit: u64) -> Result<WholeFile, storage::Error> {
    let storage = stores.open(file)?;
    let first = storage.read_range(file, 0..REQUEST.min(limit)).await?;
    let length = first.file_length;
    if length > limit {
        return Err(storage::Error::new("read", file, ErrorKind::TooLarge { length, limit })
            .with_hint("check whether this is what was meant"));
    }
    let mut whole = WholeFile { bytes: first.bytes, modified_at: first.modified_at };
    while (whole.bytes.len() as u64) < length {
        let start = whole.bytes.len() as u64;
        let part = storage.read_range(file, start..length.min(start.saturating_add(REQUEST))).await?;
        let changed = part.file_length != length || part.modified_at != whole.modified_at || part.bytes.is_empty();
        if changed {
            return Err(storage::Error::new("read", file, ErrorKind::Changed));
        }
        whole.bytes.extend(part.bytes);
    }
    Ok(whole)
}

/// An error of a store, as that of a source.
pub(super) fn not_read(error: &storage::Error) -> ProtectError {
    let hint = error.hint().unwrap_or_else(|| "make it readable, or waive this source by name".to_owned());
    ProtectError::new(error.place().to_string(), error.reason(), hint)
}
