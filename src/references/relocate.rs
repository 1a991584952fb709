//! Snapshots that were copied or moved: where what lay in one place lies now.

use crate::uri::StorageUri;

/// Pairs of a directory as metadata names it and the directory that stands for it now. The default has none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Relocations {
    /// The longest source first, so that the most particular one applies.
    pairs: Vec<(StorageUri, StorageUri)>,
}

impl Relocations {
    /// Takes pairs of source and destination.
    #[must_use]
    pub fn new(mut pairs: Vec<(StorageUri, StorageUri)>) -> Self {
        pairs.sort_by_key(|(from, _)| std::cmp::Reverse(from.path().len()));
        Self { pairs }
    }

    /// Where a place is now; a place below no source is where it was.
    #[must_use]
    pub fn apply(&self, place: StorageUri) -> StorageUri {
        let Some((from, to)) = self.pairs.iter().find(|(from, _)| place.is_within(from)) else {
            return place;
        };
        match place.path_below(from) {
            None | Some("") => to.clone(),
            Some(below) => to.child(below),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uri(text: &str) -> StorageUri {
        StorageUri::parse(text).expect("it names a place")
    }

    #[test]
    fn the_most_particular_source_applies_by_whole_segments() {
        let pairs = [("/a", "/elsewhere"), ("/a/b", "s3://bucket/b")].map(|(from, to)| (uri(from), uri(to)));
        let relocations = Relocations::new(pairs.to_vec());
        for (place, now) in [
            ("/a/x", "/elsewhere/x"),
            ("/a/b/x/y", "s3://bucket/b/x/y"),
            ("/a/b", "s3://bucket/b"),
            ("/ab/x", "/ab/x"),
            ("s3://a/x", "s3://a/x"),
        ] {
            assert_eq!(relocations.apply(uri(place)), uri(now), "{place}");
        }
    }
}
