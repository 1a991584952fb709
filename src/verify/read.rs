//! Reading files: from end to end, or only where their headers are.

use std::collections::HashMap;

use futures::StreamExt;
use futures::stream;

use super::World;
use super::answers::{Answer, Answers};
use super::check::is_absence;
use super::headers::{HeaderFault, header_is_readable};
use super::probes::Probe;
use crate::progress::Progress;
use crate::references::{FileNumber, Graph};
use crate::storage::{Error, Storage, Stores};
use crate::uri::StorageUri;

/// Bytes that are asked for at once.
const PIECE: u64 = 4 << 20;

/// Files that are read side by side. Times the size of a piece this is the memory that it takes.
const FILES_AT_A_TIME: usize = 16;

/// Headers that are read side by side; they are a few bytes each.
const HEADERS_AT_A_TIME: usize = 32;

/// Reads every file that is there; gives the bytes that were read. A file that ends early is as long as what came of it.
pub(super) async fn read_through(
    graph: &Graph,
    stores: &Stores,
    answers: &mut Answers,
    progress: &dyn Progress,
) -> u64 {
    let found: Vec<FileNumber> = graph.files().filter(|file| matches!(answers.get(*file), Answer::Found(_))).collect();
    let reads = found.into_iter().filter_map(|file| Some((file, graph.place(file)?)));
    let reads = reads.map(|(file, place)| async move {
        match stores.open(&place) {
            Ok(storage) => (file, read_file(&*storage, &place, progress).await),
            Err(error) => (file, Read { bytes: 0, error: Some(error) }),
        }
    });
    let mut total = 0_u64;
    let mut reads = stream::iter(reads).buffer_unordered(FILES_AT_A_TIME);
    while let Some((file, read)) = reads.next().await {
        total = total.saturating_add(read.bytes);
        let answer = match read.error {
            None => Answer::Found(read.bytes),
            Some(error) if is_absence(&error) => Answer::Missing,
            Some(error) => answers.refused(error.reason()),
        };
        answers.set(file, answer);
    }
    total
}

struct Read {
    bytes: u64,
    error: Option<Error>,
}

async fn read_file(storage: &dyn Storage, place: &StorageUri, progress: &dyn Progress) -> Read {
    let mut bytes = 0;
    loop {
        let read = match storage.read_range(place, bytes..bytes + PIECE).await {
            Ok(read) => read,
            Err(error) => return Read { bytes, error: Some(error) },
        };
        let more = read.bytes.len() as u64;
        bytes += more;
        progress.bytes(more);
        if more == 0 || bytes >= read.file_length {
            return Read { bytes, error: None };
        }
    }
}

/// What is wrong with headers, by the number of the probe.
pub(super) type Faults = HashMap<u32, HeaderFault>;

/// Reads every header in a file that is there.
pub(super) async fn read_headers(world: &World, stores: &Stores, answers: &mut Answers) -> Faults {
    let found = world.probes.all().iter().zip(0_u32..).filter_map(|(probe, number)| match answers.get(probe.file) {
        Answer::Found(length) => Some((number, *probe, length)),
        _ => None,
    });
    let found: Vec<(u32, Probe, u64)> = found.collect();
    let reads = found
        .into_iter()
        .filter_map(|(number, probe, length)| Some((number, probe, length, world.graph.place(probe.file)?)));
    let reads = reads.map(|(number, probe, length, place)| async move {
        let range = probe.range(length);
        let read = match stores.open(&place) {
            // Some stores refuse to read nothing.
            Ok(_) if range.is_empty() => Ok(Vec::new()),
            Ok(storage) => storage.read_range(&place, range).await.map(|read| read.bytes),
            Err(error) => Err(error),
        };
        (number, probe, read)
    });
    let mut faults = Faults::new();
    let mut reads = stream::iter(reads).buffer_unordered(HEADERS_AT_A_TIME);
    while let Some((number, probe, read)) = reads.next().await {
        match read {
            Ok(bytes) => faults.extend(header_is_readable(probe.kind(), &bytes).err().map(|fault| (number, fault))),
            Err(error) if is_absence(&error) => answers.set(probe.file, Answer::Missing),
            Err(error) => {
                let refused = answers.refused(error.reason());
                answers.set(probe.file, refused);
            }
        }
    }
    faults
}
