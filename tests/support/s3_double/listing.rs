//! A page of a listing: which entries and which common prefixes belong to it, and where the next one begins.
//!
//! "Amazon S3 returns keys in UTF-8 binary order"; everything below one common prefix counts as one toward `max-keys`.

use super::objects::{Entry, Step};

/// Where a page begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Position {
    Start,
    /// At this key.
    At(String),
    /// Behind this key and all of its versions.
    AfterKey(String),
    /// Behind everything that begins with this common prefix.
    AfterPrefix(String),
    /// Behind this version (or upload) of this key.
    AfterVersion(String, String),
}

impl Position {
    /// What the `marker` of a request means: a marker that lies below a common prefix has passed all of it.
    pub(crate) fn after_marker(marker: &str, prefix: &str, delimiter: Option<&str>) -> Self {
        match common_prefix(marker, prefix, delimiter) {
            Some(common) => Self::AfterPrefix(common.to_owned()),
            None => Self::AfterKey(marker.to_owned()),
        }
    }

    /// The least string that is not before it; nothing when there is none.
    fn lower_bound(&self) -> Option<String> {
        match self {
            Self::Start => Some(String::new()),
            Self::At(key) | Self::AfterVersion(key, _) => Some(key.clone()),
            Self::AfterKey(key) => Some(format!("{key}\0")),
            Self::AfterPrefix(prefix) => after_all_with(prefix),
        }
    }
}

/// What is asked for.
#[derive(Debug, Clone)]
pub(crate) struct Ask<'a> {
    pub(crate) prefix: &'a str,
    /// Never empty.
    pub(crate) delimiter: Option<&'a str>,
    pub(crate) from: Position,
    /// The greatest number of entries and common prefixes together.
    pub(crate) limit: usize,
    /// Whether a page may end between two versions of a key.
    pub(crate) versions: bool,
}

/// What a page holds besides its entries.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Page {
    pub(crate) common_prefixes: Vec<String>,
    /// Entries and common prefixes.
    pub(crate) count: usize,
    /// Where the next page begins; nothing on the last one.
    pub(crate) next: Option<Position>,
}

/// The entries of a page go to `show`, in order. `walk` shows what begins at a key, as `Objects::walk` does.
pub(crate) fn page(
    ask: &Ask<'_>,
    walk: impl FnOnce(&str, &mut dyn FnMut(&Entry<'_>) -> Step),
    mut show: impl FnMut(&Entry<'_>),
) -> Page {
    let mut page = Page::default();
    let Some(from) = ask.from.lower_bound() else {
        return page;
    };
    // "max-keys=0" is answered with an empty page that is not truncated.
    if ask.limit == 0 {
        return page;
    }
    let from = if from.as_str() < ask.prefix { ask.prefix } else { &from };
    let mut last = Last::default();
    let mut skipping = matches!(ask.from, Position::AfterVersion(..));
    walk(from, &mut |entry| {
        if !entry.key.starts_with(ask.prefix) {
            return Step::Stop;
        }
        if skipping && let Position::AfterVersion(key, version) = &ask.from {
            if entry.key == key {
                skipping = entry.version != version;
                return Step::Next;
            }
            skipping = false;
        }
        if page.count == ask.limit {
            page.next = Some(last.position(ask.versions));
            return Step::Stop;
        }
        page.count += 1;
        let Some(common) = common_prefix(entry.key, ask.prefix, ask.delimiter) else {
            last.entry(entry, ask.versions);
            show(entry);
            return Step::Next;
        };
        page.common_prefixes.push(common.to_owned());
        last.prefix = Some(common.to_owned());
        after_all_with(common).map_or(Step::Stop, Step::SkipTo)
    });
    page
}

/// What a page ends with so far.
#[derive(Debug, Default)]
struct Last {
    prefix: Option<String>,
    key: String,
    version: String,
}

impl Last {
    fn entry(&mut self, entry: &Entry<'_>, versions: bool) {
        self.prefix = None;
        self.key.clear();
        self.key.push_str(entry.key);
        if versions {
            self.version.clear();
            self.version.push_str(entry.version);
        }
    }

    fn position(&self, versions: bool) -> Position {
        match &self.prefix {
            Some(prefix) => Position::AfterPrefix(prefix.clone()),
            None if versions => Position::AfterVersion(self.key.clone(), self.version.clone()),
            None => Position::AfterKey(self.key.clone()),
        }
    }
}

/// The part of a key up to the first delimiter behind the prefix, inclusive.
fn common_prefix<'k>(key: &'k str, prefix: &str, delimiter: Option<&str>) -> Option<&'k str> {
    let delimiter = delimiter?;
    let at = key.strip_prefix(prefix)?.find(delimiter)?;
    Some(&key[..prefix.len() + at + delimiter.len()])
}

/// The least string behind all strings that begin with a prefix; nothing when there is none.
fn after_all_with(prefix: &str) -> Option<String> {
    let mut characters: Vec<char> = prefix.chars().collect();
    while let Some(last) = characters.pop() {
        // The order of UTF-8 bytes is the order of code points; surrogates are none.
        if let Some(next) = (last..=char::MAX).nth(1) {
            characters.push(next);
            return Some(characters.into_iter().collect());
        }
    }
    None
}
