//! The headers of any folder of snapshots, named by the environment variable `KEEPOINT_CORPUS`: each is read to where the data begins, or
//! stops at a serializer that is not Flink's.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use keepoint::format::metadata::decode;
use keepoint::format::state_meta::{decode_keyed, decode_operator, decode_timer_services, recover_states};
use keepoint::model::state_handle::{KeyedStateHandle, StreamStateHandle};
use keepoint::model::{CheckpointMetadata, OperatorState, StateBackendScope};
use keepoint::references::{stored_path, visit_state_headers};

use crate::fixtures::files;

/// The bytes of a stream, when they are in the metadata or in a file beside it.
fn bytes(stream: &StreamStateHandle<'_>, directory: &Path) -> Option<Vec<u8>> {
    if let StreamStateHandle::ByteStream(inline) = stream {
        return Some(inline.data.to_vec());
    }
    if matches!(stream, StreamStateHandle::Segment(_)) {
        return None;
    }
    let path = stored_path(stream)?;
    fs::read(directory.join(path.rsplit('/').next()?)).ok()
}

#[test]
#[expect(clippy::print_stdout, reason = "a skipped suite is said, and what a corpus held is worth knowing")]
fn every_header_of_the_corpus_is_read_to_where_the_data_begins_or_stops_at_a_serializer_of_a_user() {
    let Some(folder) = std::env::var_os("KEEPOINT_CORPUS") else {
        println!("SKIPPED: KEEPOINT_CORPUS names no folder of snapshots");
        return;
    };
    let (mut read, mut elsewhere, mut states, mut recovered, mut timers) = (0, 0, 0, 0, 0);
    let mut stopped: BTreeMap<String, usize> = BTreeMap::new();
    let mut refused: BTreeMap<String, usize> = BTreeMap::new();
    for file in files(&PathBuf::from(&folder)).into_iter().filter(|file| file.ends_with("_metadata")) {
        let metadata = fs::read(&file).expect("a readable corpus");
        let decoded = decode(&metadata).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        visit_state_headers(&decoded.metadata, |place| {
            let name = format!("{} {} {}", file.display(), place.operator.operator_id, place.subtask);
            let Some(stream) = bytes(place.stream, file.parent().expect("it has one")) else {
                elsewhere += 1;
                return;
            };
            let bytes = &stream[..usize::try_from(place.bytes()).expect("it fits")];
            let decode = match place.backend {
                StateBackendScope::Keyed => decode_keyed,
                StateBackendScope::Operator => decode_operator,
            };
            let mut header = match decode(bytes) {
                Ok(header) => header,
                // Nothing but a release that current ones do not read either is a reason.
                Err(error) => {
                    assert!(error.to_string().contains("no longer reads"), "{name}: {error}");
                    *refused.entry(error.kind().to_string()).or_default() += 1;
                    return;
                }
            };
            if let Some(opaque) = header.stopped_at {
                *stopped.entry(format!("{} version {}", opaque.class, opaque.version)).or_default() += 1;
                recover_states(&mut header, bytes);
                recovered += header.states.iter().filter(|state| state.recovered).count();
                assert!(header.announced_states.is_none_or(|announced| announced == header.states.len()), "{name}");
            } else {
                let compressed = header.backend == StateBackendScope::Operator && header.compression == Some(true);
                let between = if compressed && place.first_data.is_some() { 10 } else { 0 };
                assert_eq!(header.end.map(|end| end + between), Some(bytes.len()), "{name}");
            }
            read += 1;
            states += header.states.len();
        });
        timers += timer_services(&decoded.metadata, &file);
    }
    println!(
        "corpus: {read} headers with {states} states, {recovered} of them recovered; {timers} key groups with timer services; {elsewhere} in files that are not there; \
         stopped at {stopped:#?}; refused {refused:#?}"
    );
}

/// How many key groups of raw keyed state begin with timer services.
fn timer_services(metadata: &CheckpointMetadata<'_>, file: &Path) -> usize {
    let mut found = 0;
    for state in metadata.operator_states.iter().flat_map(OperatorState::running) {
        let Some(KeyedStateHandle::KeyGroups(raw)) = &state.raw_keyed_state else { continue };
        let Some(bytes) = bytes(&raw.delegate, file.parent().expect("it has one")) else { continue };
        for offset in raw.offsets.iter().filter_map(|offset| usize::try_from(offset).ok()) {
            let services = decode_timer_services(&bytes[offset..]);
            found += usize::from(services.unwrap_or_else(|error| panic!("{}: {error}", file.display())).is_some());
        }
    }
    found
}
