//! Whether snapshots are whole (S-09): what the listing did not show is asked for singly, and so is what lies outside of the roots.

use futures::StreamExt;
use futures::stream;
use sha2::{Digest, Sha256};

use super::reading::{Open, is_absence};
use super::{Reference, Survey, SurveyError, Surveyed};
use crate::discovery;
use crate::gc::fingerprint::Fingerprints;
use crate::gc::lineage::{Condition, SnapshotNumber};
use crate::gc::world::World;
use crate::inspect::examine;
use crate::progress::Progress;
use crate::references::{Length, Relocations};
use crate::storage::Storage;
use crate::uri::StorageUri;
use crate::verify;

/// Files of one snapshot that are asked for before one that is missing is enough.
const ASKED_AT_ONCE: usize = 1000;

/// Asks for what is open, and says of each snapshot below the roots whether it is whole.
pub(super) async fn check(
    survey: &mut Survey,
    open: Open,
    world: &World,
    progress: &dyn Progress,
) -> Result<(), SurveyError> {
    for position in 0..survey.snapshots.len() {
        let Some(snapshot) = survey.snapshots.get(position) else { break };
        let is_open = snapshot.unseen > 0 && snapshot.is_in_roots && snapshot.facts.condition == Condition::Restorable;
        if !is_open {
            continue;
        }
        let number = SnapshotNumber(u32::try_from(position).unwrap_or(u32::MAX));
        let answer = ask_again(survey, snapshot, number, &open.seen, world).await?;
        if let Some(snapshot) = survey.snapshots.get_mut(position) {
            match answer {
                Answer::Whole => {}
                Answer::Misses(files) => snapshot.facts.condition = Condition::Damaged { files },
                Answer::NotKnown => snapshot.facts.condition = Condition::NotChecked,
                Answer::Vanished => snapshot.has_vanished = true,
            }
        }
    }
    outside(survey, &open, world, progress).await;
    for snapshot in survey.snapshots.iter_mut().filter(|snapshot| !snapshot.unresolvable.is_empty()) {
        worsen(&mut snapshot.facts.condition, Condition::NotChecked);
    }
    Ok(())
}

enum Answer {
    Whole,
    Misses(u64),
    NotKnown,
    /// Its metadata is not what it was.
    Vanished,
}

/// Looks at the metadata once more, and asks for the files that the listing did not show: they may have come since.
async fn ask_again(
    survey: &Survey,
    snapshot: &Surveyed,
    number: SnapshotNumber,
    seen: &[u64],
    world: &World,
) -> Result<Answer, SurveyError> {
    let metadata = &snapshot.facts.metadata;
    let Ok(storage) = world.stores().open(&metadata.place) else { return Ok(Answer::NotKnown) };
    let loaded = match discovery::load(&*storage, &metadata.place).await {
        Ok(loaded) => loaded,
        Err(discovery::Error::Storage(error)) if !is_absence(error.kind()) => return Ok(Answer::NotKnown),
        Err(_) => return Ok(Answer::Vanished),
    };
    if <[u8; 32]>::from(Sha256::digest(&loaded.bytes)) != metadata.digest {
        return Ok(Answer::Vanished);
    }
    let examined = examine(&loaded, &Relocations::default(), |_| ());
    let Ok((needs, ())) = examined.contents else { return Ok(Answer::NotKnown) };
    let mut lookup = survey.references.lookup();
    let mut unseen: Vec<(StorageUri, Length)> = Vec::new();
    let mut last: Option<(u32, Fingerprints, bool)> = None;
    for need in &needs.files {
        let Some(directory) = needs.directories.get(need.place.directory as usize) else { continue };
        if last.as_ref().is_none_or(|(number, ..)| *number != need.place.directory) {
            let canonical = world.canonical(directory);
            let is_inside = world.root_of(&canonical).is_some();
            last = Some((need.place.directory, Fingerprints::of(&canonical), is_inside));
        }
        let Some((_, fingerprints, true)) = &last else { continue };
        let mut was_seen = false;
        lookup.find(&fingerprints.file(&need.place.name), |position, record| {
            was_seen |= Reference::decode(record).snapshot == number && Open::was_seen(seen, position);
        })?;
        if !was_seen {
            unseen.push((directory.child(&need.place.name), need.length));
        }
    }
    Ok(singly(&unseen, &*storage).await)
}

async fn singly(files: &[(StorageUri, Length)], storage: &dyn Storage) -> Answer {
    let (mut missing, mut refused) = (0, false);
    for some in files.chunks(ASKED_AT_ONCE) {
        let looks = some.iter().map(|(place, length)| async move {
            match storage.stat(place).await {
                Ok(facts) => Some(length.admits(facts.length) || may_be_open(storage, *length)),
                Err(error) if is_absence(error.kind()) => Some(false),
                Err(_) => None,
            }
        });
        let looks: Vec<Option<bool>> =
            stream::iter(looks).buffer_unordered(storage.requests_at_a_time()).collect().await;
        missing += looks.iter().filter(|look| **look == Some(false)).count() as u64;
        refused |= looks.contains(&None);
        if missing > 0 {
            return Answer::Misses(missing);
        }
    }
    if refused { Answer::NotKnown } else { Answer::Whole }
}

/// A file that somebody still writes may be longer than the store tells.
fn may_be_open(storage: &dyn Storage, length: Length) -> bool {
    matches!(length, Length::AtLeast(_)) && !storage.tells_length_of_open_files()
}

/// Files outside of the roots: refused or unreachable is not checked, never missing.
async fn outside(survey: &mut Survey, open: &Open, world: &World, progress: &dyn Progress) {
    let graph = &open.outbound.graph;
    let there = verify::ask(graph, world.stores(), progress).await;
    for (of_graph, number) in (0..).map(crate::references::SnapshotNumber).zip(&open.outbound.snapshots) {
        let Some(snapshot) = survey.snapshots.get_mut(number.0 as usize) else { continue };
        let answers: Vec<Option<bool>> =
            graph.claims(of_graph).iter().map(|claim| there.satisfies(graph, *claim)).collect();
        let missing = answers.iter().filter(|answer| **answer == Some(false)).count() as u64;
        if missing > 0 {
            worsen(&mut snapshot.facts.condition, Condition::Damaged { files: missing });
        } else if answers.contains(&None) {
            worsen(&mut snapshot.facts.condition, Condition::NotChecked);
        }
    }
    for number in &open.outbound.not_asked {
        if let Some(snapshot) = survey.snapshots.get_mut(number.0 as usize) {
            worsen(&mut snapshot.facts.condition, Condition::NotChecked);
        }
    }
}

fn worsen(condition: &mut Condition, to: Condition) {
    match (&condition, &to) {
        (Condition::Restorable, _) | (Condition::NotChecked, Condition::Damaged { .. }) => *condition = to,
        _ => {}
    }
}
