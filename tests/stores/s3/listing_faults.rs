//! Listings that go in circles, backwards or nowhere: what can be noticed must be an error, and must never look complete.

use std::collections::BTreeMap;

use keepoint::storage::{Entry, Error, ErrorKind};

use crate::s3_double::{Effect, ListingFault, Memory, Repeat, When};
use crate::subject::{Look as _, files};
use crate::subjects::double::{Double, quick};

const PAGES: usize = 6;

/// Sixty files on six pages.
fn double(scheme: &'static str) -> Double {
    let objects: Memory = (0..60).map(|number| (format!("flink/d/{number:03}"), "content")).collect();
    let double = Double::holding(scheme, objects, quick);
    double.server.change(|rules| rules.page_limit = 10);
    double
}

fn all() -> BTreeMap<String, u64> {
    (0..60).map(|number| (format!("{number:03}"), 7)).collect()
}

type Listing = fn(&Double) -> Result<Vec<Entry>, Error>;

const LISTINGS: [(&str, Listing); 2] = [("list", |double| double.list("d")), ("below", |double| double.below("d"))];

/// Holds each fault at each page against a listing; `EndEarly` is left out: see the test of it.
fn hold(scheme: &'static str, fault: ListingFault, may_be_complete: bool) {
    for (name, listing) in LISTINGS {
        for repeat in [Repeat::Once, Repeat::SameRequest, Repeat::Always] {
            for page in 1..=PAGES {
                let double = double(scheme);
                double.server.fault(When::Nth(page), repeat, Effect::Listing(fault));
                let told = format!("{scheme}, {name}: {fault:?}, {repeat:?}, page {page}");
                match listing(&double) {
                    Ok(entries) => {
                        assert!(may_be_complete, "{told}: it was not noticed");
                        assert_eq!(files(entries), all(), "{told}");
                    }
                    Err(error) => {
                        assert_eq!(error.kind(), ErrorKind::InconsistentListing, "{told}: {}", error.reason());
                    }
                }
            }
        }
    }
}

#[test]
fn a_page_that_comes_again_is_noticed_or_makes_no_difference() {
    // What is below is asked for by key and not by token, so that a token makes no difference there.
    hold("s3", ListingFault::RepeatPage, true);
    let double = double("s3");
    double.server.fault(When::Nth(3), Repeat::Once, Effect::Listing(ListingFault::RepeatPage));
    assert_eq!(double.list("d").expect_err("a page came twice").kind(), ErrorKind::InconsistentListing);
}

#[test]
fn a_token_that_leads_to_its_own_page_is_noticed_or_makes_no_difference() {
    hold("s3", ListingFault::RepeatToken, true);
    let double = double("s3");
    double.server.fault(When::Nth(3), Repeat::Once, Effect::Listing(ListingFault::RepeatToken));
    assert_eq!(double.list("d").expect_err("a page came twice").kind(), ErrorKind::InconsistentListing);
}

#[test]
fn more_to_come_without_a_token_is_noticed() {
    hold("s3", ListingFault::LoseToken, false);
}

#[test]
fn keys_in_falling_order_are_noticed() {
    for scheme in ["s3", "cosn", "oss"] {
        // A page of a single key has no order.
        hold(scheme, ListingFault::Reverse, true);
        for (name, listing) in LISTINGS {
            let double = double(scheme);
            double.server.fault(When::Nth(1), Repeat::Always, Effect::Listing(ListingFault::Reverse));
            let error = listing(&double).expect_err("ten keys in falling order");
            assert_eq!(error.kind(), ErrorKind::InconsistentListing, "{scheme}, {name}");
        }
    }
}

/// S3 answers so where a bucket has many markers of deletions.
#[test]
fn an_empty_page_with_more_to_come_is_no_end() {
    for (name, listing) in LISTINGS {
        for page in 1..=PAGES {
            let double = double("s3");
            double.server.fault(When::Nth(page), Repeat::Once, Effect::Listing(ListingFault::Empty));
            let entries = listing(&double).unwrap_or_else(|error| panic!("{name}, page {page}: {}", error.reason()));
            assert_eq!(files(entries), all(), "{name}, page {page}");
        }
    }
}

#[test]
fn empty_pages_without_end_are_given_up() {
    for (name, listing) in LISTINGS {
        let double = double("s3");
        double.server.fault(When::Nth(2), Repeat::Always, Effect::Listing(ListingFault::Empty));
        assert_eq!(listing(&double).expect_err("it never ends").kind(), ErrorKind::InconsistentListing, "{name}");
    }
}

/// A store that says "that is all" when it is not cannot be found out from its answers alone: the listing is well-formed, in order, and
/// short. What is deleted because it was *not* seen would be deleted wrongly; this is why nothing may be deleted for not being listed.
#[test]
fn an_end_that_comes_too_early_cannot_be_noticed() {
    for (name, listing) in LISTINGS {
        let double = double("s3");
        double.server.fault(When::Nth(3), Repeat::Always, Effect::Listing(ListingFault::EndEarly));
        let found = files(listing(&double).expect("nothing shows it"));
        assert!(found.len() < all().len() && found.keys().all(|name| all().contains_key(name)), "{name}: {found:?}");
    }
}

#[test]
fn a_store_that_always_begins_at_the_first_key_is_noticed() {
    let double = double("s3");
    double.server.change(|rules| rules.ignores_start_after = true);
    assert_eq!(double.below("d").expect_err("the second page is the first").kind(), ErrorKind::InconsistentListing);
    assert_eq!(files(double.list("d").expect("tokens are enough")), all());
}

/// Some compatible services write keys as they are and do not say so otherwise.
#[test]
fn keys_that_come_unencoded_although_that_was_asked_for_are_not_decoded() {
    let names = ["a%2Fb", "a+b", "a b", "100%", "ä", "a&b<c>"];
    let objects: Memory = names.iter().map(|name| (format!("flink/{name}"), *name)).collect();
    let double = Double::holding("s3", objects, quick);
    double.server.change(|rules| {
        rules.ignores_encoding_type = true;
        rules.page_limit = 2;
    });
    assert_eq!(files(double.below_root().expect("a listing")), crate::subject::named(names));
    assert_eq!(double.walk(), crate::subject::named(names));
}

#[test]
fn what_is_listed_and_gone_when_it_is_read_is_not_found() {
    let double = double("s3");
    double.server.change(|rules| {
        rules.vanished.insert("flink/d/007".to_owned());
    });
    assert_eq!(files(double.list("d").expect("a listing")), all());
    assert_eq!(crate::subject::kind(double.read("d/007")), ErrorKind::NotFound);
    assert_eq!(double.read("d/008").expect("it is there").bytes, b"content");
}
