//! Objects that Flink keeps for its recovery, serialized by Java (`InstantiationUtil.serializeObject`): completed checkpoints, job graphs,
//! and the handles in ConfigMaps that point to them.

use std::collections::BTreeSet;

use super::locations::{self, Structure};
use crate::codec::{DataInput, JavaObjectStream, JavaValue};
use crate::uri::StorageUri;

/// A stream above this is scanned and not decoded: small objects take far more room in memory than in a stream.
const LONGEST_DECODED: usize = 64 << 20;

/// `org.apache.flink.runtime.checkpoint.CompletedCheckpoint`.
const COMPLETED_CHECKPOINT: &str = "org.apache.flink.runtime.checkpoint.CompletedCheckpoint";

/// What an object says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Object {
    /// The checkpoint that it is, where it is one.
    pub(super) checkpoint: Option<CheckpointFacts>,
    /// All places in it.
    pub(super) locations: BTreeSet<StorageUri>,
    /// Whether it was decoded to its end. If not, what lies around its places may be needed too (S-19).
    pub(super) is_understood: bool,
}

/// What a completed checkpoint is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CheckpointFacts {
    pub(super) job_id: String,
    pub(super) checkpoint_id: i64,
}

/// Reads an object as far as it can be read. A file that ends too early or goes on too long was not understood.
pub(super) fn read(bytes: &[u8]) -> Object {
    let mut input = DataInput::new(bytes);
    let stream = JavaObjectStream::read(&mut input, LONGEST_DECODED).ok().filter(|_| input.remaining() == 0);
    let Some(stream) = stream else {
        let locations = locations::locations(bytes, Structure::Damaged);
        return Object { checkpoint: None, locations, is_understood: false };
    };
    // Every string has its length in front, wherever it stands, also in the byte arrays and block data that other code wrote.
    let locations = locations::locations(bytes, Structure::Understood);
    Object { checkpoint: checkpoint(&stream), locations, is_understood: true }
}

fn checkpoint(stream: &JavaObjectStream<'_>) -> Option<CheckpointFacts> {
    let checkpoint = stream.object(stream.root)?;
    if stream.class(checkpoint)?.name != *COMPLETED_CHECKPOINT {
        return None;
    }
    let job = stream.object(stream.field(checkpoint, "job")?)?;
    let part = |name| match stream.field(job, name) {
        Some(JavaValue::Long(part)) => Some(part),
        _ => None,
    };
    let JavaValue::Long(checkpoint_id) = stream.field(checkpoint, "checkpointID")? else { return None };
    // `AbstractID.getBytes`: the lower part comes first.
    let job_id = format!("{:016x}{:016x}", part("lowerPart")?, part("upperPart")?);
    Some(CheckpointFacts { job_id, checkpoint_id })
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::{Path, PathBuf};

    use super::*;

    /// Real objects, small enough to be changed in every byte.
    fn recordings() -> Vec<(PathBuf, Vec<u8>)> {
        let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/high-availability");
        let of_release = |release: &str| {
            let cluster = fixtures.join(release).join("storage/keepoint-cluster");
            let files = fs::read_dir(cluster).expect("a recording").map(|entry| entry.expect("an entry").path());
            let is_checkpoint = |file: &PathBuf| file.to_string_lossy().contains("completedCheckpoint");
            files.filter(is_checkpoint).min().expect("a completed checkpoint")
        };
        ["1.20.5", "2.3.0"].map(of_release).map(|file| (file.clone(), fs::read(file).expect("a recording"))).into()
    }

    /// Where each place stands in the bytes: its text and the offset of its first byte.
    fn spots(bytes: &[u8], object: &Object) -> Vec<(String, usize)> {
        let mut spots = Vec::new();
        for place in &object.locations {
            let text = place.to_string();
            let at = |(at, window): (usize, &[u8])| (window == text.as_bytes()).then_some(at);
            // With its end: a place may begin as another does.
            let ends = |at: &usize| {
                let length = bytes.get(at - 2..*at).expect("a length");
                usize::from(u16::from_be_bytes([length[0], length[1]])) == text.len()
            };
            let first = bytes.windows(text.len()).enumerate().filter_map(at).find(ends);
            spots.push((text.clone(), first.expect("it was read from there")));
        }
        spots
    }

    fn texts(object: &Object) -> Vec<String> {
        object.locations.iter().map(ToString::to_string).collect()
    }

    /// Whether a place is found, or one that begins like it and so lies where it lies.
    fn is_found(found: &[String], text: &str) -> bool {
        found.iter().any(|found| found.starts_with(text))
    }

    #[test]
    fn a_stream_that_ends_at_any_byte_loses_no_place_that_was_read_whole() {
        for (file, bytes) in recordings() {
            let whole = read(&bytes);
            assert!(whole.is_understood && whole.locations.len() > 5, "{}", file.display());
            let spots = spots(&bytes, &whole);
            for length in 0..bytes.len() {
                let cut = read(&bytes[..length]);
                assert!(!cut.is_understood, "{} of {length} bytes", file.display());
                let cut = texts(&cut);
                for (text, at) in spots.iter().filter(|(text, at)| at + text.len() <= length) {
                    assert!(is_found(&cut, text), "{} of {length} bytes: {text} at {at}", file.display());
                }
            }
        }
    }

    #[test]
    fn a_stream_with_any_byte_changed_loses_no_place_that_is_still_in_it() {
        for (file, bytes) in recordings() {
            let spots = spots(&bytes, &read(&bytes));
            let mut changed = bytes.clone();
            // One bit, the sign, all of them: each in turn, or this takes minutes.
            for (at, change) in (0..bytes.len()).zip([0x01, 0x80, 0xFF].into_iter().cycle()) {
                changed[at] = bytes[at] ^ change;
                let found = texts(&read(&changed));
                let is_whole = |start: usize, text: &str| !(start..start + text.len()).contains(&at);
                for (text, start) in spots.iter().filter(|(text, start)| is_whole(*start, text)) {
                    assert!(is_found(&found, text), "{}: byte {at} ^ {change:#x}: {text} at {start}", file.display());
                }
                changed[at] = bytes[at];
            }
        }
    }

    #[test]
    fn what_follows_an_object_means_that_it_was_not_understood() {
        for (_, mut bytes) in recordings() {
            bytes.push(0);
            let object = read(&bytes);
            assert!(!object.is_understood && !object.locations.is_empty());
        }
    }
}
