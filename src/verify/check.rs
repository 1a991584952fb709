//! Asking the stores for files: a listing where many are wanted of a directory, else one by one.

use std::collections::HashMap;
use std::sync::Arc;

use futures::StreamExt;
use futures::future::join_all;
use futures::stream;

use super::World;
use super::answers::{Answer, Answers};
use super::report::Judged;
use crate::discovery::layout;
use crate::progress::Progress;
use crate::references::{FileNumber, Graph, Length};
use crate::storage::{EntryKind, Error, ErrorKind, FileFacts, Storage, Stores};
use crate::uri::StorageUri;

/// From so many wanted files on, the directory of a snapshot is listed. Hardly anything else is in it.
const LISTED_IF_A_SNAPSHOTS: usize = 2;

/// From so many wanted files on, any other directory is listed. A page of a listing has about a thousand names and there is no telling
/// how many pages there are: `shared/` may hold a million files of which a checkpoint wants five.
const LISTED_IF_ANOTHER: usize = 100;

/// A question that is one request, or one listing.
enum Question {
    List(usize),
    Stat(FileNumber, StorageUri),
}

/// What came of a question. There is one for each file that is asked for singly, so that it has to be small.
enum Outcome {
    /// A file's own answer.
    Of(FileNumber, Look),
    /// What a listing showed of the wanted files, with their lengths.
    Listed(usize, Vec<(FileNumber, u64)>, Option<Box<Error>>),
}

/// What is known of a file that was asked for by itself.
enum Look {
    Found(u64),
    Absent,
    Refused(String),
}

impl From<Result<FileFacts, Error>> for Look {
    fn from(answer: Result<FileFacts, Error>) -> Self {
        match answer {
            Ok(facts) => Self::Found(facts.length),
            Err(error) if is_absence(&error) => Self::Absent,
            Err(error) => Self::Refused(error.reason()),
        }
    }
}

/// Asks for every file once, each store at its own pace.
pub(super) async fn check(graph: &Graph, stores: &Stores, answers: &mut Answers, progress: &dyn Progress) {
    let mut wanted: Vec<Vec<FileNumber>> = vec![Vec::new(); graph.directories().len()];
    for file in graph.files() {
        if let Some(files) = wanted.get_mut(graph.directory_of(file)) {
            files.push(file);
        }
    }
    let by_store = by_store(graph, stores, &wanted, answers);
    let checks =
        by_store.iter().map(|(storage, directories)| check_store(&**storage, directories, graph, &wanted, progress));
    for (outcomes, confirmations) in join_all(checks).await {
        for outcome in outcomes.into_iter().chain(confirmations) {
            match outcome {
                Outcome::Of(file, answer) => settle(file, answer, answers),
                Outcome::Listed(directory, seen, error) => {
                    for (file, length) in seen {
                        answers.set(file, Answer::Found(length));
                    }
                    if let Some(error) = error {
                        refuse(wanted.get(directory).map_or(&[], Vec::as_slice), &error, answers);
                    }
                }
            }
        }
    }
}

/// Directories by the store they are in. Files of a store that cannot be opened have their answer with that.
fn by_store(
    graph: &Graph,
    stores: &Stores,
    wanted: &[Vec<FileNumber>],
    answers: &mut Answers,
) -> Vec<(Arc<dyn Storage>, Vec<usize>)> {
    let mut groups: Vec<(Arc<dyn Storage>, Vec<usize>)> = Vec::new();
    let mut numbers: HashMap<(String, Option<String>), usize> = HashMap::new();
    for (directory, (place, files)) in graph.directories().iter().zip(wanted).enumerate() {
        let identity = (place.store().to_owned(), place.authority().map(str::to_owned));
        if let Some((_, directories)) = numbers.get(&identity).and_then(|number| groups.get_mut(*number)) {
            directories.push(directory);
            continue;
        }
        match stores.open(place) {
            Ok(storage) => {
                numbers.insert(identity, groups.len());
                groups.push((storage, vec![directory]));
            }
            Err(error) => refuse(files, &error, answers),
        }
    }
    groups
}

fn refuse(files: &[FileNumber], error: &Error, answers: &mut Answers) {
    let refused = answers.refused(error.reason());
    for file in files {
        if answers.get(*file) == Answer::Unasked {
            answers.set(*file, refused);
        }
    }
}

fn settle(file: FileNumber, look: Look, answers: &mut Answers) {
    let answer = match look {
        Look::Found(length) => Answer::Found(length),
        Look::Absent => Answer::Missing,
        Look::Refused(reason) => answers.refused(reason),
    };
    answers.set(file, answer);
}

/// A directory of the name of a file is not that file.
pub(super) fn is_absence(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory | ErrorKind::IsDirectory)
}

/// Whether asking for each file by itself can bring more than the listing did.
fn is_worth_asking_singly(error: &Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::NotFound | ErrorKind::NotADirectory | ErrorKind::PermissionDenied | ErrorKind::InconsistentListing
    )
}

/// First the listings and what is asked for singly from the start; then whatever a listing did not show as it should be.
async fn check_store(
    storage: &dyn Storage,
    directories: &[usize],
    graph: &Graph,
    wanted: &[Vec<FileNumber>],
    progress: &dyn Progress,
) -> (Vec<Outcome>, Vec<Outcome>) {
    let wanted_of = |directory: usize| wanted.get(directory).map_or(&[][..], Vec::as_slice);
    let questions = directories.iter().flat_map(|directory| questions(*directory, graph, wanted_of(*directory)));
    let mut outcomes = ask(storage, questions, graph, progress).await;
    let mut open = Vec::new();
    for outcome in &mut outcomes {
        let Outcome::Listed(directory, seen, error) = outcome else { continue };
        seen.retain(|(file, length)| is_as_claimed(graph, *file, *length));
        if error.as_ref().is_some_and(|error| !is_worth_asking_singly(error)) {
            continue;
        }
        *error = None;
        let mut certain: Vec<FileNumber> = seen.iter().map(|(file, _)| *file).collect();
        certain.sort_unstable();
        open.extend(wanted_of(*directory).iter().copied().filter(|file| certain.binary_search(file).is_err()));
    }
    let mut confirmations = ask(storage, singly(&open, graph), graph, progress).await;
    if !storage.tells_length_of_open_files() {
        for outcome in outcomes.iter_mut().chain(&mut confirmations) {
            doubt_what_may_be_open(outcome, graph);
        }
    }
    (outcomes, confirmations)
}

/// Flink names parts of merged files and of changelogs while it goes on writing them. One that is too short where the store does not
/// know how long it is may be whole.
fn doubt_what_may_be_open(outcome: &mut Outcome, graph: &Graph) {
    let Outcome::Of(file, look) = outcome else { return };
    let Look::Found(found) = look else { return };
    let mut claims = graph.claims_on(*file).filter_map(|claim| graph.claimed(claim)).map(|(_, _, claimed)| claimed);
    if claims.any(|claimed| matches!(claimed, Length::AtLeast(bytes) if *found < bytes)) {
        let reason = "it may still be open for writing, and the store tells how long a file is only when it is closed";
        *look = Look::Refused(reason.to_owned());
    }
}

fn questions(directory: usize, graph: &Graph, files: &[FileNumber]) -> Vec<Question> {
    let is_snapshots = graph.directories().get(directory).is_some_and(layout::is_snapshot_name);
    let listed_from = if is_snapshots { LISTED_IF_A_SNAPSHOTS } else { LISTED_IF_ANOTHER };
    if files.len() >= listed_from { vec![Question::List(directory)] } else { singly(files, graph).collect() }
}

fn singly<'a>(files: &'a [FileNumber], graph: &'a Graph) -> impl Iterator<Item = Question> + 'a {
    files.iter().filter_map(|file| Some(Question::Stat(*file, graph.place(*file)?)))
}

fn is_as_claimed(graph: &Graph, file: FileNumber, length: u64) -> bool {
    let mut claims = graph.claims_on(file).filter_map(|claim| graph.claimed(claim));
    claims.all(|(_, _, claimed)| claimed.admits(length))
}

async fn ask(
    storage: &dyn Storage,
    questions: impl Iterator<Item = Question>,
    graph: &Graph,
    progress: &dyn Progress,
) -> Vec<Outcome> {
    let asked = questions.map(|question| async move {
        match question {
            Question::Stat(file, place) => {
                let answer = storage.stat(&place).await;
                progress.checked(1);
                Outcome::Of(file, answer.into())
            }
            Question::List(directory) => {
                let (seen, error) = list(storage, directory, graph).await;
                progress.checked(seen.len() as u64);
                Outcome::Listed(directory, seen, error.map(Box::new))
            }
        }
    });
    stream::iter(asked).buffer_unordered(storage.requests_at_a_time()).collect().await
}

/// The wanted files that a listing shows. The others of a page are forgotten with it.
async fn list(storage: &dyn Storage, directory: usize, graph: &Graph) -> (Vec<(FileNumber, u64)>, Option<Error>) {
    let Some(place) = graph.directories().get(directory) else {
        return (Vec::new(), None);
    };
    let mut seen = Vec::new();
    let listed = storage
        .list(place, &mut |entries| {
            let files = entries.into_iter().filter_map(|entry| match entry.kind {
                EntryKind::File(facts) => graph.find(directory, &entry.name).map(|file| (file, facts.length)),
                _ => None,
            });
            seen.extend(files);
        })
        .await;
    (seen, listed.err())
}

/// Files go missing for good when a job deletes an old checkpoint, and its metadata goes with them: that is no damage.
///
/// Looks once more at the metadata of everything that is about to be called damaged.
pub(super) async fn forget_what_has_vanished(judged: &mut Judged, world: &World, stores: &Stores) {
    let suspects = judged.damaged();
    let looks = suspects.into_iter().filter_map(|(position, location)| {
        let known = world.snapshots.get(location)?;
        Some((position, known, stores.open(&known.metadata).ok()?))
    });
    let looks = looks.map(|(position, known, storage)| async move {
        let fate = match storage.stat(&known.metadata).await {
            Err(error) if is_absence(&error) => Some("was deleted while it was verified"),
            Ok(facts) if facts.length != known.file_length || facts.modified_at != known.modified_at => {
                Some("was replaced while it was verified")
            }
            _ => None,
        };
        (position, fate)
    });
    let pace = 16;
    let fates: Vec<_> = stream::iter(looks).buffer_unordered(pace).collect().await;
    for (position, fate) in fates {
        if let Some(fate) = fate {
            judged.forget(position, fate);
        }
    }
}
