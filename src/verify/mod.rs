//! `keepoint verify`: whether the files are there that metadata names.
//!
//! First all snapshots are found and decoded, and the files that they need become one set; then each of these files is asked for once,
//! however many snapshots share it; then the answers are attributed. What cannot be asked is *not checked*, never missing, and nothing
//! is called missing or too short on the word of a listing alone.

mod answers;
mod check;
mod headers;
mod probes;
mod read;
mod report;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use tokio::runtime::Handle;

use crate::discovery::LoadedMetadata;
use crate::inspect::{Examined, examine};
use crate::list::{self, ScanOptions};
use crate::progress::Progress;
use crate::references::{ClaimNumber, Graph, Needs, Relocations, SnapshotNumber};
use crate::report::VerifyReport;
use crate::storage::{Storage, Stores};
use crate::uri::StorageUri;

use answers::Answers;
use probes::{Probes, Seen};

pub use headers::{HeaderFault, HeaderKind, header_is_readable};

/// What is looked at, and how closely.
#[derive(Debug, Clone)]
pub struct VerifyOptions {
    /// What the statuses depend on.
    pub scan: ScanOptions,
    /// Where the files are that metadata names elsewhere.
    pub relocations: Relocations,
    /// Look at the first or last bytes of what handles name.
    pub deep: bool,
    /// Read every file from end to end.
    pub read_through: bool,
}

/// What all snapshots need, collected while they are found.
#[derive(Default)]
struct World {
    graph: Graph,
    probes: Probes,
    /// By location.
    snapshots: HashMap<String, Known>,
}

/// A snapshot whose metadata was decoded.
struct Known {
    number: SnapshotNumber,
    metadata: StorageUri,
    file_length: u64,
    modified_at: Option<DateTime<Utc>>,
    /// Paths in handles that name no place.
    unresolvable: Vec<String>,
}

impl World {
    fn add(&mut self, location: &str, loaded: &LoadedMetadata, needs: Needs<'_>, seen: Option<Seen>) {
        let number = self.graph.add(&needs);
        if let Some(seen) = seen {
            self.probes.add(number, seen, &self.graph);
        }
        let known = Known {
            number,
            metadata: loaded.file.clone(),
            file_length: loaded.file_length,
            modified_at: loaded.modified_at,
            unresolvable: needs.unresolvable,
        };
        self.snapshots.insert(location.to_owned(), known);
    }
}

/// What the stores said of files that were asked for.
#[derive(Debug)]
pub struct FilesThere {
    answers: Answers,
}

impl FilesThere {
    /// Whether a file is there with the length that a claim asks for; `None` where nobody can say.
    #[must_use]
    pub fn satisfies(&self, graph: &Graph, claim: ClaimNumber) -> Option<bool> {
        let (file, _, length) = graph.claimed(claim)?;
        match self.answers.get(file) {
            answers::Answer::Found(bytes) => Some(length.admits(bytes)),
            answers::Answer::Missing => Some(false),
            answers::Answer::Refused(_) | answers::Answer::Unasked => None,
        }
    }
}

/// Asks for every file of a graph once, by listing where that is cheaper.
pub async fn ask(graph: &Graph, stores: &Stores, progress: &dyn Progress) -> FilesThere {
    let mut answers = Answers::for_files_of(graph);
    check::check(graph, stores, &mut answers, progress).await;
    FilesThere { answers }
}

/// Finds the snapshots below the roots and says of each whether its files are there.
///
/// Files may lie in other stores than the roots; these are opened as they come up.
pub fn verify(
    roots: &[(StorageUri, Arc<dyn Storage>)],
    stores: &Stores,
    options: &VerifyOptions,
    runtime: &Handle,
    progress: &dyn Progress,
) -> VerifyReport {
    let world = Mutex::new(World::default());
    let found = list::collect_with(roots, &options.scan, runtime, progress, &|loaded| {
        let Examined { summary, contents } = examine(loaded, &options.relocations, |metadata| {
            options.deep.then(|| probes::of(metadata, &loaded.directory, &options.relocations))
        });
        if let Ok((needs, seen)) = contents {
            let mut world = world.lock().unwrap_or_else(PoisonError::into_inner);
            world.add(&summary.snapshot.location, loaded, needs, seen);
        }
        summary
    });
    let world = world.into_inner().unwrap_or_else(PoisonError::into_inner);
    runtime.block_on(async {
        let mut answers = Answers::for_files_of(&world.graph);
        check::check(&world.graph, stores, &mut answers, progress).await;
        let bytes_read = if options.read_through {
            Some(read::read_through(&world.graph, stores, &mut answers, progress).await)
        } else {
            None
        };
        let faults = if options.deep { read::read_headers(&world, stores, &mut answers).await } else { HashMap::new() };
        let mut judged = report::judge(found, &world, &answers, &faults, options, bytes_read);
        check::forget_what_has_vanished(&mut judged, &world, stores).await;
        report::finish(judged)
    })
}
