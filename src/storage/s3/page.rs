//! One page of a listing.

use std::borrow::Cow;

use aws_sdk_s3::primitives::DateTime as SdkTime;
use aws_sdk_s3::types::EncodingType;
use chrono::{DateTime, Utc};
use percent_encoding::percent_decode_str;

use super::counting::Counting;
use super::{Call, errors};
use crate::storage::{Entry, EntryKind, Error, ErrorKind, FileFacts, Operation};
use crate::uri::StorageUri;

/// Keys that a page holds at the most, by S3's own limit.
pub(super) const MOST: i32 = 1000;

/// Where a page begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Start {
    /// With the first key.
    Beginning,
    /// With the first key behind this one.
    After(String),
    /// Where the page before it ended, in the store's own words.
    Token(String),
}

/// A page of a listing.
#[derive(Debug, Default)]
pub(super) struct Page {
    /// In the order of their keys.
    pub(super) objects: Vec<Object>,
    /// What stands for all keys below it, with a slash at its end; only where it was asked for by directory.
    pub(super) prefixes: Vec<String>,
    /// Where the next page begins; `None` behind the last one.
    pub(super) next: Option<Start>,
}

/// An object in a listing.
#[derive(Debug)]
pub(super) struct Object {
    /// As the store has it; not UTF-8 only where the store allows such keys.
    pub(super) key: Result<String, String>,
    facts: FileFacts,
}

impl Object {
    /// Whether nothing is in it.
    pub(super) fn is_empty(&self) -> bool {
        self.facts.length == 0
    }

    /// The entry with its path from a prefix on. What is named like the prefix itself is the marker of the directory, and no entry.
    pub(super) fn below(self, prefix: &str) -> Option<Entry> {
        match self.key {
            Ok(mut key) => {
                let start = if key.starts_with(prefix) { prefix.len() } else { 0 };
                key.drain(..start);
                (!key.is_empty()).then_some(Entry { name: key, kind: EntryKind::File(self.facts) })
            }
            Err(shown) => {
                let name = shown.strip_prefix(prefix).unwrap_or(&shown).to_owned();
                Some(Entry { name, kind: EntryKind::NotUtf8 })
            }
        }
    }
}

/// Fetches a page of the keys that begin with a prefix, or of those among them that lie directly there.
pub(super) async fn fetch(
    call: &Call<'_>,
    prefix: &str,
    start: &Start,
    by_directory: bool,
    most: i32,
) -> Result<Page, Error> {
    let page = if call.connection.flavour.lists_by_marker() {
        by_marker(call, prefix, start, by_directory, most).await?
    } else {
        by_token(call, prefix, start, by_directory, most).await?
    };
    check(call, prefix, start, &page)?;
    Ok(page)
}

/// `ListObjectsV2`.
async fn by_token(call: &Call<'_>, prefix: &str, start: &Start, by_directory: bool, most: i32) -> Result<Page, Error> {
    let request = call
        .client()
        .list_objects_v2()
        .bucket(call.bucket)
        .prefix(prefix)
        .max_keys(most)
        .set_delimiter(by_directory.then(|| "/".to_owned()))
        .encoding_type(EncodingType::Url);
    let request = match start {
        Start::Beginning => request,
        Start::After(key) => request.start_after(key),
        Start::Token(token) => request.continuation_token(token),
    };
    let counted = request.customize().interceptor(Counting::new(call, Operation::List));
    let answer = counted.send().await.map_err(|error| errors::of_call(call, &error))?;
    let is_encoded = answer.encoding_type == Some(EncodingType::Url);
    let next = match answer.next_continuation_token {
        _ if answer.is_truncated != Some(true) => None,
        Some(token) => Some(Start::Token(token)),
        None => return Err(inconsistent(call, "a page says that there are more, and not where")),
    };
    let objects = answer.contents.unwrap_or_default().into_iter();
    let prefixes = answer.common_prefixes.unwrap_or_default().into_iter();
    Ok(Page {
        objects: objects.map(|object| of_sdk(object, is_encoded)).collect(),
        prefixes: prefixes.filter_map(|prefix| decoded(prefix.prefix?, is_encoded).ok()).collect(),
        next,
    })
}

/// `ListObjects`, which goes on behind the last key it has told.
async fn by_marker(call: &Call<'_>, prefix: &str, start: &Start, by_directory: bool, most: i32) -> Result<Page, Error> {
    let request = call
        .client()
        .list_objects()
        .bucket(call.bucket)
        .prefix(prefix)
        .max_keys(most)
        .set_delimiter(by_directory.then(|| "/".to_owned()))
        .encoding_type(EncodingType::Url);
    let request = match start {
        Start::Beginning => request,
        Start::After(marker) | Start::Token(marker) => request.marker(marker),
    };
    let counted = request.customize().interceptor(Counting::new(call, Operation::List));
    let answer = counted.send().await.map_err(|error| errors::of_call(call, &error))?;
    let is_encoded = answer.encoding_type == Some(EncodingType::Url);
    let objects = answer.contents.unwrap_or_default().into_iter();
    let objects: Vec<Object> = objects.map(|object| of_sdk(object, is_encoded)).collect();
    let prefixes = answer.common_prefixes.unwrap_or_default().into_iter();
    let prefixes: Vec<String> = prefixes.filter_map(|prefix| decoded(prefix.prefix?, is_encoded).ok()).collect();
    let next = if answer.is_truncated == Some(true) {
        let told = answer.next_marker.and_then(|marker| decoded(marker, is_encoded).ok());
        let last = || objects.last().and_then(|object| object.key.clone().ok()).max(prefixes.last().cloned());
        match told.or_else(last) {
            Some(marker) => Some(Start::Token(marker)),
            None => return Err(inconsistent(call, "a page says that there are more, and not where")),
        }
    } else {
        None
    };
    Ok(Page { objects, prefixes, next })
}

fn of_sdk(object: aws_sdk_s3::types::Object, is_encoded: bool) -> Object {
    let length = object.size.and_then(|size| u64::try_from(size).ok()).unwrap_or(0);
    let modified_at = object.last_modified.as_ref().and_then(time);
    Object { key: decoded(object.key.unwrap_or_default(), is_encoded), facts: FileFacts { length, modified_at } }
}

/// A time of the SDK.
pub(super) fn time(time: &SdkTime) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp(time.secs(), time.subsec_nanos())
}

/// Listings are asked for in URL encoding, because XML has no way to write some characters that keys may hold. It is the encoding of
/// forms: a blank is a plus sign, and a plus sign is `%2B`. Some stores do not heed that and say so by an encoding that is empty or
/// missing; their keys are taken as they are. A key that is not UTF-8 is an error with what can be shown of it.
pub(super) fn decoded(text: String, is_encoded: bool) -> Result<String, String> {
    if !is_encoded || !text.contains(['%', '+']) {
        return Ok(text);
    }
    let text = text.replace('+', " ");
    match percent_decode_str(&text).decode_utf8() {
        Ok(Cow::Borrowed(_)) => Ok(text),
        Ok(Cow::Owned(decoded)) => Ok(decoded),
        Err(_) => Err(percent_decode_str(&text).decode_utf8_lossy().into_owned()),
    }
}

/// A listing that goes backwards or in circles would be an incomplete one that looks complete: keys must rise within a page, lie
/// below the prefix and behind the start, and the next page must not begin where this one did. [`InOrder`] is for what lies between
/// pages.
fn check(call: &Call<'_>, prefix: &str, start: &Start, page: &Page) -> Result<(), Error> {
    let mut before = match start {
        Start::After(key) => Some(key.as_str()),
        Start::Beginning | Start::Token(_) => None,
    };
    for key in page.objects.iter().filter_map(|object| object.key.as_deref().ok()) {
        if !key.starts_with(prefix) {
            return Err(inconsistent(call, "a page has keys that were not asked for"));
        }
        if before.is_some_and(|before| key <= before) {
            return Err(inconsistent(call, "its keys are not in their order"));
        }
        before = Some(key);
    }
    if page.next.as_ref() == Some(start) {
        return Err(inconsistent(call, "a page leads to itself"));
    }
    Ok(())
}

fn inconsistent(call: &Call<'_>, what: &'static str) -> Error {
    out_of_order(call.place, what)
}

fn out_of_order(place: &StorageUri, what: &'static str) -> Error {
    Error::new("list", place, ErrorKind::InconsistentListing).because(what)
}

/// Pages without anything that may follow one another. S3 tells some where it passes over many markers of deletions.
const EMPTY_PAGES: u32 = 1000;

/// Holds the pages of one listing against one another.
#[derive(Debug, Default)]
pub(super) struct InOrder {
    last_key: Option<String>,
    last_prefix: Option<String>,
    empty_pages: u32,
}

impl InOrder {
    /// For a listing that begins behind a key.
    pub(super) fn behind(key: Option<String>) -> Self {
        Self { last_key: key, ..Self::default() }
    }

    /// Takes the next page. Some stores tell the last prefix of a page again with the next one; no key is told twice.
    pub(super) fn next(&mut self, place: &StorageUri, page: &Page) -> Result<(), Error> {
        let mut keys = page.objects.iter().filter_map(|object| object.key.as_deref().ok());
        let (first, last) = (keys.next(), keys.next_back());
        self.empty_pages = if page.objects.is_empty() && page.prefixes.is_empty() { self.empty_pages + 1 } else { 0 };
        if self.empty_pages > EMPTY_PAGES {
            return Err(out_of_order(place, "page after page says that there are more, and has nothing"));
        }
        if let Some(first) = first {
            if self.last_key.as_deref().is_some_and(|before| first <= before) {
                return Err(out_of_order(place, "a page begins before the one before it ends"));
            }
            self.last_key = Some(last.unwrap_or(first).to_owned());
        }
        for prefix in &page.prefixes {
            if self.last_prefix.as_ref().is_some_and(|before| prefix < before) {
                return Err(out_of_order(place, "its directories are not in their order"));
            }
            self.last_prefix = Some(prefix.clone());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_decoded_once_as_a_form_is() {
        let decode = |text: &str| decoded(text.to_owned(), true).expect("UTF-8");
        for (encoded, key) in [
            ("a/b", "a/b"),
            ("a+b%2Bc", "a b+c"),
            ("a%252Fb", "a%2Fb"),
            ("%E8%85%BE/%0A%01", "腾/\n\u{1}"),
            ("a//b/../c", "a//b/../c"),
        ] {
            assert_eq!(decode(encoded), key);
        }
        assert_eq!(decoded("a+%2B".to_owned(), false).as_deref(), Ok("a+%2B"));
        assert!(decoded("a%FFb".to_owned(), true).is_err());
    }
}
