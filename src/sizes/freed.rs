//! What deleting a snapshot would free: the files that no other snapshot below some roots needs.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::runtime::Handle;

use crate::discovery::LoadedMetadata;
use crate::inspect::{Examined, examine};
use crate::list::{self, ScanOptions};
use crate::progress::Progress;
use crate::references::{Graph, Length, Relocations, SnapshotNumber};
use crate::report::{Finding, InspectReport, Severity};
use crate::storage::Storage;
use crate::uri::StorageUri;

/// Puts into the report of a snapshot how many bytes only it needs among all snapshots below the roots.
///
/// Other references, as from outside of the roots, are not known: this is no permission to delete. Snapshots below the roots that cannot be
/// read may need anything: then nothing is told but the findings.
pub fn add_freed(
    report: &mut InspectReport,
    loaded: &LoadedMetadata,
    roots: &[(StorageUri, Arc<dyn Storage>)],
    relocations: &Relocations,
    scan: &ScanOptions,
    runtime: &Handle,
    progress: &dyn Progress,
) {
    let world: Mutex<(Graph, Option<SnapshotNumber>, u32)> = Mutex::default();
    let add = |other: &LoadedMetadata| {
        let Examined { summary, contents } = examine(other, relocations, |_| ());
        if let Ok((needs, ())) = contents {
            let mut world = world.lock().unwrap_or_else(PoisonError::into_inner);
            let number = world.0.add(&needs);
            if other.file == loaded.file {
                world.1 = Some(number);
            } else {
                world.2 += 1;
            }
        }
        summary
    };
    let found = list::collect_with(roots, scan, runtime, progress, &add);
    let own = world.lock().unwrap_or_else(PoisonError::into_inner).1;
    if own.is_none() {
        // It lies outside of the roots.
        add(loaded);
    }
    let (graph, own, others) = world.into_inner().unwrap_or_else(PoisonError::into_inner);
    let serious = |finding: &Finding| !matches!(finding.severity(), Severity::Info | Severity::Warning);
    let unread: Vec<Finding> = found.findings.into_iter().filter(serious).collect();
    let sizes = report.sizes.get_or_insert_default();
    sizes.compared_with = Some(others);
    if let Some(own) = own.filter(|_| unread.is_empty()) {
        let (files, bytes) = only_of(&graph, own);
        sizes.freed_files = Some(files.saturating_add(1));
        sizes.freed_bytes = bytes.map(|bytes| bytes.saturating_add(loaded.file_length));
    }
    report.findings.extend(unread);
}

/// The files of a snapshot that no other one names; the bytes are not known where the length of one is not.
fn only_of(graph: &Graph, own: SnapshotNumber) -> (u32, Option<u64>) {
    let users = graph.users();
    let (mut files, mut bytes) = (0_u32, Some(0_u64));
    for claim in graph.claims(own) {
        let Some((file, _, length)) = graph.claimed(*claim) else { continue };
        if users.of(file) != [own] {
            continue;
        }
        files += 1;
        bytes = match length {
            Length::Exactly(length) => bytes.map(|bytes| bytes.saturating_add(length)),
            // A merged file is longer than what is named of it, and a changelog goes on growing.
            Length::AtLeast(_) | Length::Unknown => None,
        };
    }
    (files, bytes)
}
