//! The headers of the fixtures, as bytes.
#![allow(dead_code, reason = "each test binary uses its own part")]

use std::fs;
use std::path::Path;

use keepoint::format::metadata::decode;
use keepoint::model::StateBackendScope;
use keepoint::model::state_handle::StreamStateHandle;
use keepoint::references::{Relocations, resolve, visit_state_headers};
use keepoint::uri::StorageUri;

use crate::fixtures::Snapshot;

/// A header with the place that it has in `headers.json`.
pub(crate) struct Header {
    /// `<operator id>/<subtask>/<operator or keyed>`, with `/materialized/<index>` inside a changelog.
    pub(crate) place: String,
    /// Whose it is.
    pub(crate) backend: StateBackendScope,
    /// The stream from its start to where the metadata says that the data begins.
    pub(crate) bytes: Vec<u8>,
    /// The whole stream.
    pub(crate) stream: Vec<u8>,
}

/// Every header of a snapshot.
pub(crate) fn headers(snapshot: &Snapshot) -> Vec<Header> {
    let metadata = fs::read(&snapshot.metadata).expect("a readable fixture");
    let decoded = decode(&metadata).unwrap_or_else(|error| panic!("{}: {error}", snapshot.name));
    let directory = snapshot.metadata.parent().expect("a file has a directory");
    let mut headers = Vec::new();
    visit_state_headers(&decoded.metadata, |place| {
        let scope = match place.backend {
            StateBackendScope::Operator => "operator",
            StateBackendScope::Keyed => "keyed",
        };
        let materialized = place.materialized.map_or_else(String::new, |index| format!("/materialized/{index}"));
        let stream = stream(place.stream, snapshot, directory, false);
        let length = usize::try_from(place.bytes()).expect("it fits");
        headers.push(Header {
            place: format!("{}/{}/{scope}{materialized}", place.operator.operator_id, place.subtask),
            backend: place.backend,
            bytes: stream[..length].to_vec(),
            stream,
        });
    });
    headers
}

/// The bytes of a stream; those of its whole file, which a changelog's can be longer than the handle says, when asked for.
pub(crate) fn stream(
    handle: &StreamStateHandle<'_>,
    snapshot: &Snapshot,
    directory: &Path,
    whole_file: bool,
) -> Vec<u8> {
    let file = || {
        if let StreamStateHandle::Relative(relative) = handle {
            return directory.join(relative.path.to_str().as_ref());
        }
        let anywhere = StorageUri::parse("file:/").expect("a URI");
        let uri = resolve(handle, &anywhere, &Relocations::default()).expect("a path").expect("a file").to_string();
        snapshot.local(&uri).unwrap_or_else(|| panic!("{}: {uri} is elsewhere", snapshot.name))
    };
    match handle {
        StreamStateHandle::ByteStream(inline) => inline.data.to_vec(),
        StreamStateHandle::Segment(segment) if !whole_file => {
            let bytes = fs::read(file()).expect("a readable file");
            let start = usize::try_from(segment.start).expect("a position");
            bytes[start..start + usize::try_from(segment.size).expect("a size")].to_vec()
        }
        _ => fs::read(file()).unwrap_or_else(|error| panic!("{}: {}: {error}", snapshot.name, file().display())),
    }
}
