//! Walking the pages of any listing gives exactly what a simple model says.

use std::collections::BTreeSet;

use percent_encoding::percent_decode_str;
use proptest::collection::{btree_set, vec};
use proptest::prelude::*;
use proptest::sample::select;

use crate::client::{Answer, get, list, query};
use crate::s3_double::{Memory, S3Double, Uuids};

/// What a listing shows in one place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Item {
    Key(String),
    Prefix(String),
}

const LETTERS: &[&str] = &["a", "b", "/", "0", "é", " ", "+", "%", "&", "~", "\u{d7ff}", "\u{e000}", "\u{10ffff}"];

/// Text of few letters, so that prefixes and delimiters are met often.
fn text(longest: usize) -> impl Strategy<Value = String> {
    vec(select(LETTERS), 0..=longest).prop_map(|letters| letters.concat())
}

fn keys() -> impl Strategy<Value = BTreeSet<String>> {
    btree_set(text(5).prop_filter("a key has a letter", |key| !key.is_empty()), 0..40)
}

fn delimiter() -> impl Strategy<Value = &'static str> {
    select(["", "/", "a", "/a", "\u{10ffff}"].as_slice())
}

fn common_prefix<'k>(key: &'k str, prefix: &str, delimiter: &str) -> Option<&'k str> {
    let at = key[prefix.len()..].find(delimiter).filter(|_| !delimiter.is_empty())?;
    Some(&key[..prefix.len() + at + delimiter.len()])
}

/// What is listed of the keys of which `shown` is true.
fn model(keys: &BTreeSet<String>, prefix: &str, delimiter: &str, shown: impl Fn(&str) -> bool) -> Vec<Item> {
    let mut items = Vec::new();
    for key in keys.iter().filter(|key| key.starts_with(prefix) && shown(key)) {
        let item = match common_prefix(key, prefix, delimiter) {
            Some(common) => Item::Prefix(common.to_owned()),
            None => Item::Key(key.clone()),
        };
        if items.last() != Some(&item) {
            items.push(item);
        }
    }
    items
}

/// The items of a page, in the order of the bytes of their text: keys and prefixes come in two lists.
fn items(page: &Answer, url: bool) -> Vec<Item> {
    let decode = |text: String| {
        if url { percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned() } else { text }
    };
    let keys = page.texts("ListBucketResult/Contents/Key").into_iter().map(|key| (decode(key), false));
    let prefixes = page.texts("ListBucketResult/CommonPrefixes/Prefix").into_iter().map(|key| (decode(key), true));
    let mut items: Vec<(String, bool)> = keys.chain(prefixes).collect();
    items.sort();
    items.into_iter().map(|(text, prefix)| if prefix { Item::Prefix(text) } else { Item::Key(text) }).collect()
}

fn is_truncated(page: &Answer) -> bool {
    page.text("ListBucketResult/IsTruncated") == "true"
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn walking_by_tokens_gives_each_item_once_and_in_order(
        keys in keys(),
        prefix in text(2),
        delimiter in delimiter(),
        start_after in proptest::option::of(text(4)),
        length in 1_usize..6,
        url in any::<bool>(),
    ) {
        let double = S3Double::start(keys.iter().map(|key| (key.clone(), "x")).collect::<Memory>());
        let expected = model(&keys, &prefix, delimiter, |key| start_after.as_deref().is_none_or(|after| key > after));
        let length_text = length.to_string();
        let mut parameters = vec![("prefix", prefix.as_str()), ("max-keys", &length_text), ("delimiter", delimiter)];
        if url {
            parameters.push(("encoding-type", "url"));
        }
        if let Some(after) = &start_after {
            parameters.push(("start-after", after));
        }
        let (mut found, mut token) = (Vec::new(), None::<String>);
        loop {
            let mut parameters = parameters.clone();
            if let Some(token) = &token {
                parameters.push(("continuation-token", token));
            }
            let page = list(&double, &parameters);
            let shown = items(&page, url);
            prop_assert_eq!(page.text("ListBucketResult/KeyCount"), shown.len().to_string());
            prop_assert!(shown.len() == length || !is_truncated(&page));
            found.extend(shown);
            prop_assert_eq!(is_truncated(&page), found.len() < expected.len());
            let next = page.texts("ListBucketResult/NextContinuationToken").pop();
            prop_assert_eq!(next.is_some(), is_truncated(&page));
            prop_assert!(token.is_none() || token != next);
            token = next;
            if token.is_none() {
                break;
            }
        }
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn walking_by_markers_gives_each_item_once_and_in_order(
        keys in keys(),
        prefix in text(2),
        delimiter in delimiter(),
        marker in text(4),
        length in 1_usize..6,
    ) {
        let double = S3Double::start(keys.iter().map(|key| (key.clone(), "x")).collect::<Memory>());
        let passed = marker.starts_with(&prefix).then(|| common_prefix(&marker, &prefix, delimiter)).flatten();
        let expected = model(&keys, &prefix, delimiter, |key| {
            key > marker.as_str() && passed.is_none_or(|common| !key.starts_with(common))
        });
        let (mut found, mut marker) = (Vec::new(), marker.clone());
        let length_text = length.to_string();
        loop {
            let parameters =
                [("prefix", prefix.as_str()), ("delimiter", delimiter), ("max-keys", &length_text), ("marker", &marker)];
            let page = get(&double, &format!("/bucket?{}", query(&parameters)));
            let shown = items(&page, false);
            let last = match shown.last() {
                Some(Item::Key(text) | Item::Prefix(text)) => text.clone(),
                None => String::new(),
            };
            found.extend(shown);
            if !is_truncated(&page) {
                break;
            }
            let next = page.texts("ListBucketResult/NextMarker").pop();
            prop_assert_eq!(next.is_some(), !delimiter.is_empty());
            prop_assert!(next.is_none_or(|next| next == last));
            marker = last;
        }
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn made_up_names_are_listed_as_if_they_had_been_written(
        prefix in select(["", "p", "p/", "p/4", "p/a", "p/ff", "q"].as_slice()),
        after in proptest::option::of("p/[0-9a-f]{1,3}|o|q"),
        delimiter in select(["", "/", "-", "a"].as_slice()),
        length in 1_usize..100,
    ) {
        let keys: BTreeSet<String> = { let uuids = Uuids::new("p/", 300); (0..300).map(|index| uuids.key(index)).collect() };
        prop_assert_eq!(keys.len(), 300);
        let written = S3Double::start(keys.iter().map(|key| (key.clone(), "x")).collect::<Memory>());
        let made_up = S3Double::start(Uuids::new("p/", 300));
        let length = length.to_string();
        let mut parameters = vec![("prefix", prefix), ("max-keys", length.as_str()), ("delimiter", delimiter)];
        if let Some(after) = &after {
            parameters.push(("start-after", after));
        }
        let mut tokens = [None::<String>, None];
        loop {
            let mut pages = Vec::new();
            for (double, token) in [&written, &made_up].into_iter().zip(&mut tokens) {
                let mut parameters = parameters.clone();
                if let Some(token) = token {
                    parameters.push(("continuation-token", token));
                }
                let page = list(double, &parameters);
                *token = page.texts("ListBucketResult/NextContinuationToken").pop();
                pages.push((items(&page, false), is_truncated(&page)));
            }
            prop_assert_eq!(&pages[0], &pages[1]);
            if !pages[0].1 {
                break;
            }
        }
    }
}
