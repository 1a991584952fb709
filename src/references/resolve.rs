//! From the path in a handle to a place in storage.

use std::borrow::Cow;

use super::Relocations;
use crate::model::state_handle::StreamStateHandle;
use crate::uri::{NotAUri, StorageUri};

/// The path of the file that a stream is in, as the metadata has it; `None` when it is in no file.
#[must_use]
pub fn stored_path<'a>(stream: &StreamStateHandle<'a>) -> Option<Cow<'a, str>> {
    match stream {
        StreamStateHandle::File(handle) => Some(handle.path.to_str()),
        StreamStateHandle::Relative(handle) => Some(handle.path.to_str()),
        StreamStateHandle::Segment(handle) => Some(handle.path.to_str()),
        StreamStateHandle::KeyGroups(handle) => stored_path(&handle.delegate),
        StreamStateHandle::ByteStream(_) | StreamStateHandle::EmptySegment => None,
    }
}

/// The file that a stream is in; `None` when it is in no file, an error when its path names no place.
///
/// A relative path starts at the directory of the metadata, wherever that is now; any other stands for itself
/// (`MetadataV2V3SerializerBase.DeserializationContext`), or for where its directory was moved to.
pub fn resolve(
    stream: &StreamStateHandle<'_>,
    metadata_directory: &StorageUri,
    relocations: &Relocations,
) -> Result<Option<StorageUri>, NotAUri> {
    let Some(path) = stored_path(stream) else {
        return Ok(None);
    };
    match stream {
        StreamStateHandle::Relative(_) => Ok(Some(metadata_directory.join(&path))),
        _ => StorageUri::parse(&path).map(|place| Some(relocations.apply(place))),
    }
}
