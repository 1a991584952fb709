//! Where to cut a listing into ranges of keys that can be listed side by side.
//!
//! A listing goes on behind any key, so any key may begin a range. What is worth cutting shows in the pages themselves: the names of
//! a million files in one directory are spread over their alphabet (Flink names state files by UUIDs), and so are the ids of a
//! thousand jobs.

use std::collections::BTreeSet;

/// The keys behind `after` up to and including `until`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct KeyRange {
    /// `None` begins with the first key.
    pub(super) after: Option<String>,
    /// `None` ends with the last key.
    pub(super) until: Option<String>,
}

impl KeyRange {
    /// All keys.
    pub(super) const ALL: Self = Self { after: None, until: None };

    /// Whether a key is not behind the end.
    pub(super) fn reaches(&self, key: &str) -> bool {
        self.until.as_deref().is_none_or(|until| key <= until)
    }

    /// Cuts this range into at most `most` ranges that follow one another, going by a page of keys at its beginning. One range is the
    /// answer where nothing tells how the keys go on.
    pub(super) fn split(self, page: &[&str], most: usize) -> Vec<Self> {
        let mut ranges = Vec::new();
        let mut after = self.after.clone();
        for boundary in boundaries(page, &self, most.saturating_sub(1)) {
            ranges.push(Self { after: after.replace(boundary.clone()), until: Some(boundary) });
        }
        ranges.push(Self { after, until: self.until });
        ranges
    }
}

/// Keys behind the page and before the end of the range, evenly spread over what probably follows.
///
/// Between the first and the last key of a page some character is the first to differ. What follows probably varies there or before,
/// back to the last directory that all keys of the page are in: the leftmost such place with room behind it is cut.
fn boundaries(page: &[&str], range: &KeyRange, most: usize) -> Vec<String> {
    let (Some(first), Some(last)) = (page.first(), page.last()) else { return Vec::new() };
    let shared = first.chars().zip(last.chars()).take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum();
    let directory = last.get(..shared).and_then(|common| common.rfind('/')).map_or(0, |slash| slash + 1);
    let alphabet: BTreeSet<char> = page
        .iter()
        .filter_map(|key| key.get(directory..))
        .flat_map(|name| name.chars().take_while(|character| *character != '/'))
        .collect();
    let after = range.after.as_deref().unwrap_or(last).max(last);
    for (position, character) in last.char_indices().skip_while(|(position, _)| *position < directory) {
        if position > shared {
            break;
        }
        let Some(stem) = last.get(..position) else { break };
        let next = alphabet.range(character..).skip(1).map(|next| format!("{stem}{next}"));
        let inside =
            |key: &String| key.as_str() > after && range.until.as_deref().is_none_or(|until| key.as_str() < until);
        let candidates: Vec<String> = next.filter(inside).collect();
        if !candidates.is_empty() {
            return evenly(candidates, most);
        }
    }
    Vec::new()
}

fn evenly(candidates: Vec<String>, most: usize) -> Vec<String> {
    let count = candidates.len();
    if count <= most {
        return candidates;
    }
    let chosen = candidates.into_iter().enumerate().filter(|(index, _)| index * most % count < most);
    chosen.map(|(_, candidate)| candidate).take(most).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn range(after: &str, until: Option<&str>) -> KeyRange {
        KeyRange { after: Some(after.to_owned()), until: until.map(str::to_owned) }
    }

    fn starts(ranges: &[KeyRange]) -> Vec<&str> {
        ranges.iter().filter_map(|range| range.after.as_deref()).collect()
    }

    #[test]
    fn a_flat_directory_of_uuids_is_cut_at_its_first_digit_and_a_part_of_it_at_the_next() {
        let page = ["s/00a1-8", "s/00b2-9", "s/0103-cdef4567"];
        let ranges = range("s/0103-cdef4567", None).split(&page, 64);
        assert_eq!(
            starts(&ranges)[1..],
            ["s/1", "s/2", "s/3", "s/4", "s/5", "s/6", "s/7", "s/8", "s/9", "s/a", "s/b", "s/c", "s/d", "s/e", "s/f"]
        );
        let ranges = range("s/0103-cdef4567", Some("s/1")).split(&page, 4);
        assert_eq!(
            starts(&ranges)[1..],
            ["s/02", "s/07", "s/c"].map(|start| if start == "s/c" { "s/0c" } else { start })
        );
    }

    #[test]
    fn a_page_of_many_jobs_is_cut_at_the_ids_of_the_jobs() {
        let page = ["f/a1/chk-1/x", "f/a2/chk-1/x", "f/b4/shared/x"];
        assert_eq!(starts(&range("f/b4/shared/x", None).split(&page, 64)).len(), 1);
        let page = ["f/1a/chk-1/x", "f/1c/chk-1/x", "f/24/shared/x"];
        assert_eq!(starts(&range("f/24/shared/x", None).split(&page, 64))[1..], ["f/4", "f/a", "f/c"]);
    }

    #[test]
    fn where_nothing_tells_how_it_goes_on_there_is_one_range() {
        let whole = range("s/f", None);
        assert_eq!(whole.clone().split(&["s/e", "s/f"], 64), [whole]);
        assert_eq!(KeyRange::ALL.split(&[], 64), [KeyRange::ALL]);
    }

    proptest! {
        /// Whatever the page: the ranges are in order, leave no gap and do not overlap.
        #[test]
        fn the_parts_are_the_whole(
            mut keys in prop::collection::vec("[a-c/]{0,6}", 1..20),
            until in prop::option::of("[a-c/]{1,7}"),
            most in 1_usize..10,
        ) {
            keys.sort();
            keys.dedup();
            let page: Vec<&str> = keys.iter().map(String::as_str).collect();
            let last = *page.last().expect("at least one");
            let until = until.filter(|until| until.as_str() > last);
            let whole = range(last, until.as_deref());
            let parts = whole.clone().split(&page, most);
            prop_assert!(parts.len() <= most);
            prop_assert_eq!(&parts[0].after, &whole.after);
            prop_assert_eq!(&parts[parts.len() - 1].until, &whole.until);
            for pair in parts.windows(2) {
                prop_assert_eq!(&pair[0].until, &pair[1].after);
                prop_assert!(pair[0].after < pair[0].until);
            }
        }
    }
}
