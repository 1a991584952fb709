//! Whatever the keys: what is listed in ranges side by side is each of them, and each once.

use std::collections::BTreeSet;

use keepoint::storage::EntryKind;
use keepoint::uri::StorageUri;
use proptest::prelude::*;

use crate::s3_double::{Memory, Operation};
use crate::subject::{Look as _, Subject, below};
use crate::subjects::double::{Double, quick};

/// Characters before, at and behind the slash, of one to four bytes.
const AROUND_THE_SLASH: &str = "[!./0a\u{e9}\u{ff5e}😀-]{1,7}";

/// Names such as Flink gives.
const LIKE_FLINK: &str = "[0-9a-f]{2}/(chk-[0-9]{1,2}/(_metadata|[0-9a-f]{4})|shared/[0-9a-f]{4})";

fn keys() -> impl Strategy<Value = BTreeSet<String>> {
    let size = 0..150;
    prop_oneof![
        prop::collection::btree_set(AROUND_THE_SLASH, size.clone()),
        prop::collection::btree_set(LIKE_FLINK, size.clone()),
        prop::collection::btree_set(prop_oneof![AROUND_THE_SLASH, LIKE_FLINK], size),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn every_key_is_shown_once(keys in keys(), page in 1_usize..5, at_a_time in 1_usize..24) {
        for scheme in ["s3", "cosn"] {
            let objects: Memory = keys.iter().map(|key| (key.clone(), "")).collect();
            let double = Double::holding(scheme, objects, |settings| {
                quick(settings);
                settings.requests_at_a_time = Some(at_a_time);
            });
            double.server.change(|rules| rules.page_limit = page);
            let root = StorageUri::parse(&format!("{scheme}://bucket/")).expect("a URI");
            let mut found = Vec::new();
            for entry in below(&*double.storage(), &root).expect("a listing") {
                prop_assert!(matches!(entry.kind, EntryKind::File(_)), "{entry:?}");
                found.push(entry.name);
            }
            found.sort();
            prop_assert_eq!(&found, &keys.iter().cloned().collect::<Vec<_>>());
        }
    }
}

/// The law above would hold without any ranges, too: this is to know that there are some.
#[test]
fn a_large_directory_is_listed_in_ranges_side_by_side() {
    let keys = (0..6000_u32).map(|number| format!("flink/shared/{:08x}", number.wrapping_mul(0x9e37_79b9)));
    let double = Double::holding("s3", keys.map(|key| (key, "")).collect(), quick);
    double.server.change(|rules| rules.page_limit = 50);
    assert_eq!(double.below("shared").expect("a listing").len(), 6000);
    let requests = double.server.requests();
    let starts: BTreeSet<&str> =
        requests.iter().filter_map(|request| request.query.split("start-after=").nth(1)).collect();
    assert!(starts.len() > 15, "{} different starts", starts.len());
    // A listing page by page would take 120; each of 64 ranges ends with a page that is not full.
    let asked = double.server.count(Operation::ListObjectsV2);
    assert!((120..240).contains(&asked), "{asked} requests");
    assert!(double.server.connections() > 1, "one after the other");
}
