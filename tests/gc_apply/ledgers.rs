//! What a ledger remembers, on a disk and in a store.

use std::fs;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use keepoint::gc::Sightings as _;
use keepoint::gc::ledger::Ledger;
use keepoint::gc::ledger::bundle::{self, Copied};
use keepoint::gc::ledger::inventory::{InventoryWriter, KnownMetadata, Remembered, read_inventory};
use keepoint::gc::ledger::journal::{Journal, Step, deleted_metadata};
use keepoint::gc::ledger::lease::{Holder, Lease, LeaseError};
use keepoint::gc::ledger::sightings::{Sightings, SightingsOfRun};
use keepoint::storage::{StorageSettings, Stores};
use keepoint::uri::StorageUri;
use tempfile::TempDir;

use crate::memory::MemoryStore;
use crate::scene::{hex, start, uri};

/// A ledger on a disk, one in a store, and what has to live as long.
struct Two {
    ledgers: [Ledger; 2],
    directory: TempDir,
    store: MemoryStore,
}

async fn two() -> Two {
    let directory = tempfile::tempdir().expect("a directory");
    let store = MemoryStore::at(start());
    let stores = Stores::new(StorageSettings::default()).expect("no configuration to read");
    let stores = stores.with(&uri("s3://ledger"), Arc::new(store.clone()));
    let on_disk = StorageUri::parse(directory.path().to_str().expect("text")).expect("a path").child("a ledger");
    let on_disk = Ledger::open(&stores, &on_disk).await.expect("a ledger on the disk");
    let in_store = Ledger::open(&stores, &uri("s3://ledger/keepoint")).await.expect("a ledger in a store");
    Two { ledgers: [on_disk, in_store], directory, store }
}

fn roots() -> [StorageUri; 2] {
    [uri("s3://bucket/one"), uri("hdfs://cluster/two")]
}

fn hours(hours: i64) -> DateTime<Utc> {
    start() + TimeDelta::hours(hours)
}

#[tokio::test]
async fn what_every_run_sees_dead_keeps_the_time_of_the_first_and_starts_anew_after_a_gap() {
    let two = two().await;
    for ledger in &two.ledgers {
        for (run, seen) in [[1, 2], [1, 3], [1, 2]].into_iter().enumerate() {
            let at = hours(i64::try_from(run).expect("small"));
            let before = Sightings::load(ledger, &roots()).await.expect("readable");
            let mut sightings = SightingsOfRun::new(before);
            for file in seen {
                let first = sightings.seen_dead(&[file; 16], at).expect("room");
                assert_eq!(first, if file == 1 { hours(0) } else { at }, "file {file} in run {run}");
            }
            // In whatever order the roots are given.
            let mut roots = roots();
            roots.reverse();
            sightings.write(ledger, &roots).await.expect("written");
        }
        let other = Sightings::load(ledger, &[uri("s3://bucket/other")]).await.expect("readable");
        assert_eq!(other.first_seen(&[1; 16]).expect("readable"), None, "those of other roots are others");
    }
}

#[tokio::test]
async fn sightings_that_were_damaged_are_forgotten_and_that_is_said() {
    let two = two().await;
    for ledger in &two.ledgers {
        let mut sightings = SightingsOfRun::new(Sightings::load(ledger, &roots()).await.expect("readable"));
        sightings.seen_dead(&[7; 16], start()).expect("room");
        sightings.write(ledger, &roots()).await.expect("written");
    }
    let whole = Sightings::load(&two.ledgers[1], &roots()).await.expect("readable");
    assert_eq!(whole.remembered(), &Remembered::All { records: 1 });
    for key in two.store.keys("ledger/keepoint/sightings") {
        if !key.ends_with("sealed") {
            let mut bytes = two.store.bytes(&key).expect("it is there");
            *bytes.last_mut().expect("not empty") ^= 1;
            two.store.put(&format!("s3://{key}"), &bytes, start());
        }
    }
    let damaged = Sightings::load(&two.ledgers[1], &roots()).await.expect("readable");
    assert!(matches!(damaged.remembered(), Remembered::Damaged(_)));
    assert_eq!(damaged.first_seen(&[7; 16]).expect("readable"), None);
}

#[tokio::test]
async fn a_generation_without_its_seal_does_not_count() {
    let two = two().await;
    for ledger in &two.ledgers {
        let mut first = InventoryWriter::new(ledger, &roots()).await.expect("a ledger");
        first.push(&known("one")).await.expect("written");
        first.finish().await.expect("sealed");
        let mut second = InventoryWriter::new(ledger, &roots()).await.expect("a ledger");
        second.push(&known("two")).await.expect("written");
        drop(second);
        assert_eq!(inventory(ledger).await, (Remembered::All { records: 1 }, vec![known("one")]));
    }
}

#[tokio::test]
async fn an_inventory_comes_back_as_it_was() {
    let two = two().await;
    for ledger in &two.ledgers {
        assert_eq!(inventory(ledger).await, (Remembered::Nothing, Vec::new()));
        for last in ["b", "c"] {
            let mut writer = InventoryWriter::new(ledger, &roots()).await.expect("a ledger");
            for name in ["a", last] {
                writer.push(&known(name)).await.expect("written");
            }
            writer.finish().await.expect("sealed");
            assert_eq!(inventory(ledger).await, (Remembered::All { records: 2 }, vec![known("a"), known(last)]));
        }
    }
    let generations = two.store.keys("ledger/keepoint/inventory").len();
    assert_eq!(generations, 2, "a segment and a seal: what is older is gone");
}

async fn inventory(ledger: &Ledger) -> (Remembered, Vec<KnownMetadata>) {
    let mut all = Vec::new();
    let mut show = |known| {
        all.push(known);
        Ok(())
    };
    let remembered = read_inventory(ledger, &roots(), &mut show).await.expect("readable");
    (remembered, all)
}

fn known(name: &str) -> KnownMetadata {
    KnownMetadata {
        metadata: format!("s3://bucket/one/{name}\n/_metadata"),
        lineage: "s3://bucket/one".to_owned(),
        length: 7,
        modified_at: Some(start()),
        digest: hex(name.as_bytes()),
        missing_since: (name == "b").then(start),
        files: vec![[b'\n'; 16], [2; 16]],
        directories: vec!["s3://bucket/one/taskowned".to_owned()],
    }
}

#[tokio::test]
async fn a_journal_tells_what_was_to_go_and_half_a_line_tells_nothing() {
    let two = two().await;
    let step = |name: &str| Step::Retire {
        location: format!("s3://bucket/{name}"),
        metadata: format!("s3://bucket/{name}/_metadata"),
        digest: String::new(),
    };
    for ledger in &two.ledgers {
        let (mut journal, deleted) = Journal::open(ledger, "plan").await.expect("a ledger");
        assert!(deleted.is_empty());
        journal.begin(&[step("chk-1"), step("chk-2")]).await.expect("written");
        journal.begin(&[Step::Directories { directories: 3 }]).await.expect("written");
        let (mut again, deleted) = Journal::open(ledger, "plan").await.expect("a ledger");
        assert_eq!(deleted, [uri("s3://bucket/chk-1/_metadata"), uri("s3://bucket/chk-2/_metadata")].into());
        again.begin(&[step("chk-3")]).await.expect("written");
        let (_, other) = Journal::open(ledger, "../other plan").await.expect("a ledger");
        assert!(other.is_empty());
        assert_eq!(deleted_metadata(ledger).await.expect("readable").len(), 3);
    }
    let file = two.directory.path().join("a ledger/journals/plan.jsonl");
    let mut text = fs::read_to_string(&file).expect("a file that grows");
    text.truncate(text.len() - 5);
    fs::write(&file, &text).expect("writable");
    let (mut journal, deleted) = Journal::open(&two.ledgers[0], "plan").await.expect("a ledger");
    assert_eq!(deleted.len(), 2, "what was cut off had not begun");
    journal.begin(&[step("chk-4")]).await.expect("written");
    assert_eq!(Journal::open(&two.ledgers[0], "plan").await.expect("a ledger").1.len(), 3);
}

#[tokio::test]
async fn a_lease_is_held_by_one_renewed_taken_over_and_given_back() {
    let two = two().await;
    let root = uri("s3://bucket/one");
    let holder = |run: &str| Holder { run: run.to_owned(), actor: "a test".to_owned() };
    for ledger in &two.ledgers {
        let at = |minutes: i64| {
            let now = start() + TimeDelta::minutes(minutes);
            two.store.set_time(now);
            now
        };
        let take = async |run: &str, minutes: i64| Lease::take(ledger, &root, holder(run), at(minutes)).await;
        let mut first = take("first", 0).await.expect("nobody has it");
        let held = |taken: Result<Lease, LeaseError>| match taken {
            Err(LeaseError::Held { holder, .. }) => holder.run,
            Err(error) => panic!("{error}"),
            Ok(_) => panic!("it is held"),
        };
        assert_eq!(held(take("second", 9).await), "first");
        first.keep(at(9)).await.expect("it is renewed");
        assert_eq!(held(take("second", 18).await), "first");
        assert!(Lease::take(ledger, &uri("s3://bucket/other"), holder("other"), at(18)).await.is_ok());
        let second = take("second", 20).await.expect("it has run out");
        assert!(matches!(first.keep(at(21)).await, Err(LeaseError::Lost { .. })));
        second.release(at(21)).await.expect("it is held");
        let third = take("third", 21).await.expect("it was given back");
        third.release(at(21)).await.expect("it is held");
    }
}

#[tokio::test]
async fn a_copy_is_found_by_the_place_of_the_metadata_and_believed_only_if_it_is_whole() {
    let two = two().await;
    let bytes = b"metadata of a snapshot";
    let copied = |at: i64, bytes: &[u8]| Copied {
        location: "s3a://bucket/one/chk-1".to_owned(),
        metadata: "s3a://bucket/one/chk-1/_metadata".to_owned(),
        length: bytes.len() as u64,
        digest: hex(bytes),
        plan: "plan".to_owned(),
        copied_at: at,
    };
    for ledger in &two.ledgers {
        bundle::copy(ledger, &copied(1, bytes), bytes).await.expect("copied");
        bundle::copy(ledger, &copied(1, bytes), bytes).await.expect("there already");
        bundle::copy(ledger, &copied(2, b"newer"), b"newer").await.expect("copied");
        let copies = bundle::copies_of(ledger, &uri("s3://bucket/one/chk-1/_metadata")).await.expect("readable");
        assert_eq!(copies, [copied(2, b"newer"), copied(1, bytes)], "under an alias, the newest first");
        assert_eq!(bundle::bytes_of(ledger, &copies[1]).await.expect("readable"), bytes);
    }
    let key = two
        .store
        .keys("ledger/keepoint/bundle")
        .into_iter()
        .find(|key| key.contains(&hex(bytes)))
        .expect("it is there");
    two.store.put(&format!("s3://{}", key.replace(".json", ".metadata")), b"half", start());
    assert!(bundle::bytes_of(&two.ledgers[1], &copied(1, bytes)).await.is_err());
    bundle::copy(&two.ledgers[1], &copied(1, bytes), bytes).await.expect("half a copy is replaced");
    assert_eq!(bundle::bytes_of(&two.ledgers[1], &copied(1, bytes)).await.expect("readable"), bytes);
}
