//! Listing a directory, page by page.

use std::future::Future;
use std::mem;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use hdfs_native::Client;
use hdfs_native::client::FileStatus;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::name_service::{NameService, finished};
use super::trouble::{Question, Trouble};
use super::{facts, time};
use crate::storage::{Entry, EntryKind, Error, ErrorKind, Operation, Requests, Show};

/// Pages that may wait for a reader, while the next one is asked for.
const PAGES_AHEAD: usize = 1;

/// Shows what is in a directory.
///
/// The name nodes list in the order of the names as bytes (`INodeDirectory`). So when another name node has to go on, it begins anew and
/// what was shown already is left out.
pub(super) async fn list(
    service: &NameService,
    question: Question<'_>,
    path: &str,
    show: Show<'_, Entry>,
) -> Result<(), Error> {
    let mut tries = service.tries(question);
    let mut last: Option<String> = None;
    loop {
        let client = tries.client().await?;
        match pages(service, client, path, &mut last, show).await {
            Ok(()) => {
                tries.answered();
                return Ok(());
            }
            Err(trouble) => tries.failed(trouble).await?,
        }
    }
}

async fn pages(
    service: &NameService,
    client: Client,
    path: &str,
    last: &mut Option<String>,
    show: Show<'_, Entry>,
) -> Result<(), Trouble> {
    let (send, mut receive) = mpsc::channel(PAGES_AHEAD);
    let mut tasks = JoinSet::new();
    tasks.spawn(send_pages(client, path.to_owned(), Arc::clone(service.requests()), send));
    let shown_before = last.clone();
    loop {
        let Ok(page) = timeout(service.timeout(), receive.recv()).await else { return Err(Trouble::NoAnswer) };
        let Some(mut page) = page else { break };
        if let Some(before) = &shown_before {
            page.retain(|entry| entry.name.as_bytes() > before.as_bytes());
        }
        if let Some(entry) = page.last() {
            *last = Some(entry.name.clone());
        }
        show(page);
    }
    finished(tasks.join_next().await)
}

/// Asks for page after page. A receiver that has gone ends it.
async fn send_pages(
    client: Client,
    path: String,
    requests: Arc<Requests>,
    pages: mpsc::Sender<Vec<Entry>>,
) -> Result<(), Trouble> {
    let directory = Directory::new(&path);
    let listing = client.list_status_iter(&path, false);
    let mut page = Vec::new();
    loop {
        // The client gives entry by entry; one that has to be waited for is the first of the next page, which is on its way then.
        // Without a budget: the runtime would make it wait for no other reason than to let others go first.
        let mut next = pin!(tokio::task::unconstrained(listing.next()));
        let next = match futures::poll!(next.as_mut()) {
            Poll::Ready(next) => next,
            Poll::Pending => {
                requests.count(Operation::List);
                send(&pages, &mut page).await?;
                next.await
            }
        };
        match next {
            Some(Ok(status)) => page.push(directory.entry(&status)?),
            Some(Err(error)) => {
                send(&pages, &mut page).await?;
                return Err(Trouble::Client(error));
            }
            None => return send(&pages, &mut page).await,
        }
    }
}

fn send<'a>(
    pages: &'a mpsc::Sender<Vec<Entry>>,
    page: &mut Vec<Entry>,
) -> impl Future<Output = Result<(), Trouble>> + use<'a> {
    let page = mem::take(page);
    async move {
        if page.is_empty() {
            return Ok(());
        }
        pages.send(page).await.map_err(|_| Trouble::Broken("nobody reads the listing any more".to_owned()))
    }
}

/// The directory that is listed.
struct Directory<'a> {
    path: &'a str,
}

impl<'a> Directory<'a> {
    fn new(path: &'a str) -> Self {
        Self { path: path.trim_end_matches('/') }
    }

    /// An entry by its name. A file that is listed as if it were a directory gives itself.
    fn entry(&self, status: &FileStatus) -> Result<Entry, Trouble> {
        let name = status.path.strip_prefix(self.path).unwrap_or_default();
        let Some(name) = name.strip_prefix('/').filter(|name| !name.is_empty()) else {
            let is_itself = status.path == self.path && !status.isdir;
            let kind = if is_itself { ErrorKind::NotADirectory } else { ErrorKind::InconsistentListing };
            return Err(Trouble::Answer(kind));
        };
        let kind = if status.isdir {
            EntryKind::Directory { modified_at: time(status.modification_time) }
        } else {
            EntryKind::File(facts(status))
        };
        Ok(Entry { name: name.to_owned(), kind })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(path: &str, isdir: bool) -> FileStatus {
        FileStatus {
            path: path.to_owned(),
            length: 3,
            isdir,
            permission: 0o644,
            owner: String::new(),
            group: String::new(),
            modification_time: 1000,
            access_time: 0,
            replication: None,
            blocksize: None,
        }
    }

    #[test]
    fn entries_have_the_last_segment_as_their_name() {
        for (directory, path) in [("/", "/a%20b"), ("/x", "/x/a%20b"), ("/x/x", "/x/x/a%20b")] {
            let entry = Directory::new(directory).entry(&status(path, false)).expect("an entry");
            assert_eq!(entry.name, "a%20b");
        }
    }

    #[test]
    fn a_file_that_lists_itself_is_no_directory_and_what_lies_elsewhere_is_no_entry() {
        let kind = |path, isdir| match Directory::new("/x").entry(&status(path, isdir)) {
            Err(Trouble::Answer(kind)) => kind,
            other => panic!("{other:?}"),
        };
        assert_eq!(kind("/x", false), ErrorKind::NotADirectory);
        for path in ["/x", "/xy/z", "/z", "/x/"] {
            assert_eq!(kind(path, true), ErrorKind::InconsistentListing, "{path}");
        }
    }
}
