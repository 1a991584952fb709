//! Everything below a prefix, in ranges of keys side by side.

use std::collections::VecDeque;

use tokio::task::JoinSet;

use super::S3Storage;
use super::key_ranges::KeyRange;
use super::page::{InOrder, Object, Start};
use crate::storage::{Entry, Error, Show, Storage};
use crate::uri::StorageUri;

/// Full pages of one range before it is cut. Most directories end before; those that do not are large.
const PAGES_BEFORE_A_CUT: usize = 2;

/// Parts that a range is cut into for each page that has been seen of it. Every part costs a page that is not full, so the number of
/// parts grows with what has shown to be there.
const PARTS_FOR_A_PAGE: usize = 2;

/// Ranges that may turn out to hold nothing before cutting has to pay for itself.
const EMPTY_RANGES_FOR_FREE: u64 = 32;

/// Shows all objects below a directory; gives how many keys there are, the marker of the directory itself among them.
///
/// The pages of a range come one after the other, each behind the last key of the one before, so that a page that is not in order
/// cannot go unseen.
pub(super) async fn list_below(
    storage: &S3Storage,
    directory: &StorageUri,
    show: Show<'_, Entry>,
) -> Result<u64, Error> {
    let prefix = directory.key_prefix();
    let at_a_time = storage.requests_at_a_time();
    let mut waiting = VecDeque::from([Part::new(KeyRange::ALL, 0)]);
    let mut running = JoinSet::new();
    let (mut seen, mut full, mut empty) = (0_u64, 0_u64, 0_u64);
    loop {
        while running.len() < at_a_time {
            let Some(part) = waiting.pop_front() else { break };
            running.spawn(part.next(storage.clone(), directory.clone(), prefix.clone()));
        }
        let Some(done) = running.join_next().await else { return Ok(seen) };
        // A panic in a request is a bug that must not look like the end of a range.
        let done = done.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()))?;
        seen += done.keys;
        if done.keys == 0 {
            empty += 1;
        } else {
            full += 1;
        }
        if !done.entries.is_empty() {
            show(done.entries);
        }
        let Some((rest, page)) = done.rest else { continue };
        let free = at_a_time.saturating_sub(running.len() + waiting.len());
        let pays = empty * 4 <= full + EMPTY_RANGES_FOR_FREE;
        if page.is_empty() || rest.pages < PAGES_BEFORE_A_CUT || free < 2 || !pays {
            waiting.push_front(rest);
        } else {
            let page: Vec<&str> = page.iter().map(String::as_str).collect();
            let most = free.min(rest.pages * PARTS_FOR_A_PAGE);
            waiting.extend(rest.range.split(&page, most).into_iter().map(|range| Part::new(range, 0)));
        }
    }
}

/// A range of keys, and how many pages of it have been seen.
struct Part {
    range: KeyRange,
    pages: usize,
    /// Where the next page begins.
    start: Start,
    order: InOrder,
}

/// What a page of a part held.
struct Done {
    keys: u64,
    entries: Vec<Entry>,
    /// What is left of the part, and some keys of the page in their order; none where the page had none.
    rest: Option<(Part, Vec<String>)>,
}

/// Keys of a page that are kept to see how it goes on.
const SAMPLES: usize = 16;

impl Part {
    fn new(range: KeyRange, pages: usize) -> Self {
        let start = range.after.clone().map_or(Start::Beginning, Start::After);
        Self { order: InOrder::behind(range.after.clone()), range, pages, start }
    }

    /// Fetches the next page.
    async fn next(mut self, storage: S3Storage, directory: StorageUri, prefix: String) -> Result<Done, Error> {
        let mut page = storage.page(&directory, &prefix, &self.start, false).await?;
        self.order.next(&directory, &page)?;
        // A key that is not UTF-8 is in no order that could be compared: it belongs where it stands.
        let is_behind = |object: &Object| object.key.as_deref().is_ok_and(|key| !self.range.reaches(key));
        let end = page.objects.iter().position(is_behind);
        page.objects.truncate(end.unwrap_or(page.objects.len()));
        let keys: Vec<&str> = page.objects.iter().filter_map(|object| object.key.as_deref().ok()).collect();
        let step = keys.len().div_ceil(SAMPLES).max(1);
        let samples = keys.iter().step_by(step).chain(keys.last()).map(|key| (*key).to_owned()).collect();
        let last = keys.last().map(|key| (*key).to_owned());
        let rest = match page.next.filter(|_| end.is_none()) {
            None => None,
            Some(next) => {
                // A page without a key has only the store's own words for where it ends.
                self.start = last.clone().map_or(next, Start::After);
                self.range.after = last.or(self.range.after);
                self.pages += 1;
                Some((self, samples))
            }
        };
        let count = page.objects.len() as u64;
        let entries = page.objects.into_iter().filter_map(|object| object.below(&prefix)).collect();
        Ok(Done { keys: count, entries, rest })
    }
}
