//! Whether things are still what they were when they were planned (S-22).

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use futures::{StreamExt, stream};
use prost_types::Timestamp;

use crate::gc::ledger::is_absence;
use crate::report::millis_of_timestamp;
use crate::storage::{DeletingStorage, EntryKind, Error, ErrorKind, FileFacts};
use crate::uri::StorageUri;

/// From so many on, what is wanted of a directory is looked up in a listing of that part of it.
const LISTED_FROM: usize = 16;

/// What was found at a place.
#[derive(Debug)]
pub(in crate::gc) enum Seen {
    /// A file.
    File(FileFacts),
    /// Nothing.
    Nothing,
    /// Something that is no file.
    Other,
    /// It could not be looked at.
    Unknown(String),
}

/// Looks at files; the answers are in the order of the question. The files are in the order of their places.
pub(in crate::gc) async fn look(storage: &Arc<dyn DeletingStorage>, places: &[StorageUri]) -> Vec<Seen> {
    let mut by_directory: BTreeMap<StorageUri, Vec<usize>> = BTreeMap::new();
    for (number, place) in places.iter().enumerate() {
        by_directory.entry(place.parent().unwrap_or_else(|| place.clone())).or_default().push(number);
    }
    let mut seen: Vec<Option<Seen>> = places.iter().map(|_| None).collect();
    let (listed, singly): (Vec<_>, Vec<_>) =
        by_directory.into_iter().partition(|(_, wanted)| wanted.len() >= LISTED_FROM);
    let listings = listed.into_iter().map(|(directory, wanted)| async move {
        let found = list(&**storage, &directory, &wanted, places).await;
        (wanted, found)
    });
    let at_a_time = storage.requests_at_a_time().max(1);
    let mut open: Vec<usize> = singly.into_iter().flat_map(|(_, wanted)| wanted).collect();
    let mut listings = stream::iter(listings).buffer_unordered(at_a_time);
    while let Some((wanted, found)) = listings.next().await {
        match found {
            Ok(mut found) => {
                for number in wanted {
                    let answer = found.remove(&number);
                    // A listing alone is never the reason to say that something is gone.
                    match (answer, seen.get_mut(number)) {
                        (Some(answer), Some(seen)) => *seen = Some(answer),
                        _ => open.push(number),
                    }
                }
            }
            Err(_) => open.extend(wanted),
        }
    }
    let looks = open.into_iter().filter_map(|number| places.get(number).map(|place| (number, place)));
    let looks = looks.map(|(number, place)| async move { (number, of_stat(storage.stat(place).await)) });
    let mut looks = stream::iter(looks).buffer_unordered(at_a_time);
    while let Some((number, answer)) = looks.next().await {
        if let Some(seen) = seen.get_mut(number) {
            *seen = Some(answer);
        }
    }
    seen.into_iter().map(|seen| seen.unwrap_or_else(|| Seen::Unknown("nobody answered".to_owned()))).collect()
}

async fn list(
    storage: &dyn DeletingStorage,
    directory: &StorageUri,
    wanted: &[usize],
    places: &[StorageUri],
) -> Result<HashMap<usize, Seen>, Error> {
    let name_of = |number: &usize| places.get(*number).and_then(StorageUri::file_name);
    let names: HashMap<&str, usize> =
        wanted.iter().filter_map(|number| name_of(number).map(|name| (name, *number))).collect();
    let first = names.keys().min().copied().unwrap_or_default();
    let last = names.keys().max().copied().unwrap_or_default();
    let mut found = HashMap::new();
    let mut show = |page: Vec<crate::storage::Entry>| {
        for entry in page {
            if let Some(number) = names.get(entry.name.as_str()) {
                found.insert(
                    *number,
                    match entry.kind {
                        EntryKind::File(facts) => Seen::File(facts),
                        _ => Seen::Other,
                    },
                );
            }
        }
    };
    storage.list_between(directory, first, last, &mut show).await?;
    Ok(found)
}

fn of_stat(answer: Result<FileFacts, Error>) -> Seen {
    match answer {
        Ok(facts) => Seen::File(facts),
        Err(error) if is_absence(&error) => Seen::Nothing,
        Err(error) if error.kind() == ErrorKind::IsDirectory => Seen::Other,
        Err(error) => Seen::Unknown(error.reason()),
    }
}

/// Whether a time is the one of the plan. Stores tell milliseconds in listings and, of the same file, seconds elsewhere.
pub(super) fn is_same_time(planned: Option<&Timestamp>, found: Option<DateTime<Utc>>) -> bool {
    match (planned.map(millis_of_timestamp), found.map(|time| time.timestamp_millis())) {
        (None, None) => true,
        (Some(planned), Some(found)) => {
            let is_rough = planned % 1000 == 0 || found % 1000 == 0;
            planned == found || (is_rough && planned.div_euclid(1000) == found.div_euclid(1000))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::timestamp_from_millis;

    #[test]
    fn times_are_the_same_to_the_millisecond_where_both_have_such() {
        let same = |planned: i64, found: i64| {
            is_same_time(Some(&timestamp_from_millis(planned)), DateTime::from_timestamp_millis(found))
        };
        assert!(same(1500, 1500) && same(1500, 1000) && same(1000, 1999));
        assert!(!same(1500, 1501) && !same(1500, 2000) && !same(1000, 2000) && !same(2000, 1999));
        assert!(!is_same_time(None, DateTime::from_timestamp_millis(0)));
        assert!(!is_same_time(Some(&timestamp_from_millis(0)), None));
    }
}
