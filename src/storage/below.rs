//! Everything below a directory, for stores that list directory by directory.

use std::sync::{Mutex, PoisonError};

use futures::StreamExt;
use futures::stream::FuturesUnordered;

use super::{Entry, EntryKind, Error, ErrorKind, Show, Storage};
use crate::uri::StorageUri;

/// Directories inside directories; against stores that never end.
const DEEPEST: usize = 256;

/// Lists a directory and those in it, several at a time, and shows the files with their paths from the top.
///
/// A directory that vanishes while it waits its turn holds nothing any more; of any other that cannot be listed the error is given.
pub(super) async fn list_below<S: Storage + ?Sized>(
    storage: &S,
    top: &StorageUri,
    show: Show<'_, Entry>,
) -> Vec<Error> {
    let walk = Walk { storage, top, show: Mutex::new(show) };
    let mut failed = Vec::new();
    let mut waiting = vec![String::new()];
    let mut running = FuturesUnordered::new();
    loop {
        while running.len() < storage.requests_at_a_time() {
            let Some(path) = waiting.pop() else { break };
            running.push(walk.list(path));
        }
        let Some((directories, errors)) = running.next().await else { return failed };
        waiting.extend(directories);
        failed.extend(errors);
    }
}

struct Walk<'a, 's, S: ?Sized> {
    storage: &'a S,
    top: &'a StorageUri,
    show: Mutex<Show<'s, Entry>>,
}

impl<S: Storage + ?Sized> Walk<'_, '_, S> {
    /// Lists one directory; gives the paths of those in it.
    async fn list(&self, path: String) -> (Vec<String>, Vec<Error>) {
        let directory = if path.is_empty() { self.top.clone() } else { self.top.child(&path) };
        let (mut below, mut errors, mut is_empty) = (Vec::new(), Vec::new(), true);
        let listed = self
            .storage
            .list(&directory, &mut |entries| {
                is_empty &= entries.is_empty();
                let mut page = Vec::with_capacity(entries.len());
                for Entry { name, kind } in entries {
                    let name = if path.is_empty() { name } else { format!("{path}/{name}") };
                    match kind {
                        EntryKind::Directory { .. } if name.matches('/').count() < DEEPEST => below.push(name),
                        EntryKind::Directory { .. } => {
                            errors.push(Error::new("list", &self.top.child(&name), ErrorKind::TooDeep));
                        }
                        kind => page.push(Entry { name, kind }),
                    }
                }
                self.show(page);
            })
            .await;
        match listed {
            Ok(()) if is_empty && !path.is_empty() => {
                self.show(vec![Entry { name: path, kind: EntryKind::Directory { modified_at: None } }]);
            }
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::NotFound && !path.is_empty() => {}
            Err(error) => errors.push(error),
        }
        (below, errors)
    }

    fn show(&self, page: Vec<Entry>) {
        if !page.is_empty() {
            let mut show = self.show.lock().unwrap_or_else(PoisonError::into_inner);
            show(page);
        }
    }
}
