//! Each rule that applying a plan has to hold. Where a rule can be left out, the test shows what happens then.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use chrono::TimeDelta;
use keepoint::gc::apply::ApplyError;
use keepoint::gc::ledger::Ledger;
use keepoint::gc::ledger::lease::{Holder, Lease};
use keepoint::gc::rules::{Rule, Rules};
use keepoint::report::{GcClass, GcEnd};
use keepoint::storage::ErrorKind;

use crate::memory::Fault;
use crate::scene::{JOB, ROOT, STAYS, Scene, codes, key, reasons, start, uri};

#[tokio::test]
async fn a_plan_takes_what_it_names_and_nothing_else() {
    let scene = Scene::new();
    let report = scene.apply(&scene.plan()).await.expect("applied");
    assert_eq!(report.end(), GcEnd::Done, "{report:#?}");
    scene.assert_done("applied");
    assert_eq!((report.files_deleted, report.files_absent), (6, 0));
    assert_eq!(report.snapshots_deleted, [format!("{JOB}/chk-1"), format!("{JOB}/chk-2")]);
    assert!(report.failed.is_empty() && report.skipped.is_empty() && report.blockers.is_empty());
}

#[tokio::test]
async fn metadata_goes_before_data_and_the_oldest_first() {
    let scene = Scene::new();
    scene.apply(&scene.plan()).await.expect("applied");
    let deleted: Vec<String> = scene.store.deletions().into_iter().filter(|key| key.starts_with("bucket")).collect();
    assert_eq!(deleted[..2], [key("chk-1/_metadata"), key("chk-2/_metadata")]);
    assert_eq!(deleted.len(), 6);
}

#[tokio::test]
async fn a_plan_that_was_applied_is_applied_again_without_doing_anything() {
    let scene = Scene::new();
    let plan = scene.plan();
    scene.apply(&plan).await.expect("applied");
    let report = scene.apply(&plan).await.expect("applied");
    assert_eq!(report.end(), GcEnd::Done, "{report:#?}");
    assert_eq!((report.files_deleted, report.files_absent), (6, 6));
    scene.assert_done("twice");
}

// S-20

#[tokio::test]
async fn s20_a_plan_that_is_old_foreign_or_of_another_configuration_is_refused() {
    let scene = Scene::new();
    let (mut foreign, mut timeless, mut future) = (scene.plan(), scene.plan(), scene.plan());
    foreign.header.tool_version = "0.0.0".to_owned();
    timeless.header.created_at = None;
    future.header.created_at.as_mut().expect("a time").seconds += 3600;
    for (plan, code) in [(&foreign, "GC_PLAN_FOREIGN"), (&timeless, "GC_PLAN_STALE"), (&future, "GC_PLAN_STALE")] {
        let report = scene.apply(plan).await.expect("an answer");
        assert_eq!((report.end(), codes(&report.blockers)), (GcEnd::Refused, vec![code]));
    }
    let plan = scene.plan();
    let other = scene.apply_with(&plan, |options| options.configuration_digest = Some("c1".to_owned())).await;
    assert_eq!(codes(&other.expect("an answer").blockers), ["GC_CONFIGURATION_CHANGED"]);
    scene.pass(TimeDelta::hours(25));
    let old = scene.apply(&plan).await.expect("an answer");
    assert_eq!(codes(&old.blockers), ["GC_PLAN_STALE"]);
    // However long it is given: no plan is older than a week.
    scene.pass(TimeDelta::days(7));
    let old = scene.apply_with(&plan, |options| options.max_plan_age = Duration::MAX).await.expect("an answer");
    assert_eq!(codes(&old.blockers), ["GC_PLAN_STALE"]);
    assert_eq!(scene.left().len(), 10, "nothing was touched");
    let without = scene.apply_with(&plan, |options| options.rules = Rules::all_but(Rule::S20)).await;
    assert_eq!(without.expect("applied").end(), GcEnd::Done, "without the rule it would be applied");
}

#[tokio::test]
async fn s20_another_plan_than_the_one_that_was_shown_is_refused() {
    let scene = Scene::new();
    let (shown, mut other) = (scene.plan(), scene.plan());
    other.header.policy.push("another".to_owned());
    let facts = keepoint::gc::plan::check_seal(shown.bytes().as_slice()).expect("sealed");
    let report = scene.apply_with(&other, |options| options.plan_digest = Some(facts.digest.clone())).await;
    assert_eq!(codes(&report.expect("an answer").blockers), ["GC_PLAN_REPLACED"]);
    assert_eq!(scene.left().len(), 10, "nothing was touched");
    let report = scene.apply_with(&shown, |options| options.plan_digest = Some(facts.digest)).await;
    assert_eq!(report.expect("applied").end(), GcEnd::Done);
}

#[tokio::test]
async fn s20_a_plan_for_another_store_of_the_same_name_is_refused() {
    let mut scene = Scene::new();
    let mut plan = scene.plan();
    plan.header.roots[0].identity = Some("https://one bucket".to_owned());
    scene.marker.identity = Some("https://other bucket".to_owned());
    let report = scene.apply(&plan).await.expect("an answer");
    assert_eq!((report.end(), codes(&report.blockers)), (GcEnd::Refused, vec!["GC_ROOT_CHANGED"]));
    assert_eq!(scene.left().len(), 10, "nothing was touched");
}

#[tokio::test]
async fn s20_a_plan_that_was_edited_is_no_plan() {
    let scene = Scene::new();
    let bytes = scene.plan().bytes();
    let at = bytes.windows(8).position(|window| window == b"shared/1").expect("it is planned") + 7;
    let mut edited = bytes;
    edited[at] = b'3';
    let ledger = Ledger::open(&scene.stores, &uri("s3://ledger/keepoint")).await.expect("a ledger");
    let tools = keepoint::gc::apply::Tools {
        stores: &scene.stores,
        ledger: &ledger,
        clock: &start,
        interrupt: &scene.interrupt,
        progress: &keepoint::progress::Silent,
    };
    let options = keepoint::gc::apply::ApplyOptions::new("run");
    let mut marker = scene.marker.clone();
    let answer = keepoint::gc::apply::apply(edited.as_slice(), &mut marker, tools, &options).await;
    assert!(matches!(answer, Err(ApplyError::Plan(_))));
    assert_eq!(scene.left().len(), 10, "nothing was touched");
}

// S-21

#[tokio::test]
async fn s21_what_has_become_live_since_the_plan_stays() {
    let mut scene = Scene::new();
    scene.marker.live.insert("shared/1".to_owned(), 1);
    let report = scene.apply(&scene.plan()).await.expect("applied");
    assert_eq!(report.end(), GcEnd::Done);
    assert!(scene.left().contains("shared/1"));
    assert!(reasons(&report).contains("is needed now (S-21) (1)"), "{}", reasons(&report));
    let mut scene = Scene::new();
    scene.marker.live.insert("shared/1".to_owned(), 1);
    let report = scene.apply_with(&scene.plan(), |options| options.rules = Rules::all_but(Rule::S21)).await;
    assert_eq!(report.expect("applied").end(), GcEnd::Done);
    assert!(!scene.left().contains("shared/1"), "without the rule it would go");
}

#[tokio::test]
async fn s21_a_snapshot_that_has_become_needed_stays_with_its_data() {
    let mut scene = Scene::new();
    scene.marker.needed.insert("chk-2".to_owned(), 0);
    let report = scene.apply(&scene.plan()).await.expect("applied");
    scene.assert_whole("needed");
    let left = scene.left();
    for stays in ["chk-2/_metadata", "chk-2/a", "shared/12"] {
        assert!(left.contains(stays), "{stays}");
    }
    assert!(!left.contains("chk-1/_metadata") && !left.contains("shared/1"));
    assert!(reasons(&report).contains("is needed now: the test needs it"));
}

#[tokio::test]
async fn s21_a_new_block_stops_the_run_before_the_first_deletion() {
    let mut scene = Scene::new();
    scene.marker.blocked_from = Some(0);
    let report = scene.apply(&scene.plan()).await.expect("an answer");
    assert_eq!((report.end(), codes(&report.blockers)), (GcEnd::Refused, vec!["TEST_BLOCKS"]));
    assert!(scene.left().len() == 10 && report.files_deleted == 0);
}

#[tokio::test]
async fn s21_a_block_between_metadata_and_data_keeps_the_data() {
    let mut scene = Scene::new();
    scene.marker.blocked_from = Some(1);
    let plan = scene.plan();
    let report = scene.apply(&plan).await.expect("an answer");
    assert_eq!((report.end(), codes(&report.blockers)), (GcEnd::InPart, vec!["TEST_BLOCKS"]));
    assert_eq!(scene.left().len(), 8, "only metadata is gone");
    scene.marker.blocked_from = None;
    assert_eq!(scene.apply(&plan).await.expect("applied").end(), GcEnd::Done);
    scene.assert_done("resumed");
}

#[tokio::test]
async fn s21_what_is_live_is_found_out_again_while_data_goes() {
    let mut scene = Scene::new();
    let clock = Arc::clone(&scene.clock);
    // Each deletion takes six minutes.
    scene.store.before_delete(move |key| {
        if key.starts_with("bucket") {
            clock.fetch_add(6 * 60_000, Ordering::Relaxed);
        }
    });
    let mut plan = scene.plan();
    for number in 0..16 {
        let name = format!("shared/orphan-{number:02}");
        scene.store.put(&format!("{JOB}/{name}"), b"x", start() - TimeDelta::days(30));
        scene.add(&mut plan, &name, GcClass::SharedOrphan, None);
    }
    // In order it comes last; the third mark finds it live.
    scene.marker.live.insert("shared/orphan-15".to_owned(), 2);
    let report = scene.apply(&plan).await.expect("applied");
    assert_eq!(report.end(), GcEnd::Done, "{report:#?}");
    assert!(scene.left().contains("shared/orphan-15"), "it became live during the run");
    assert!(!scene.left().contains("shared/orphan-14"));
}

#[tokio::test]
async fn the_first_mark_leaves_out_what_goes_and_the_second_counts_everything_that_is_there() {
    let scene = Scene::new();
    scene.store.undeletable(&key("chk-1/_metadata"), ErrorKind::PermissionDenied);
    scene.apply(&scene.plan()).await.expect("applied");
    let asked = scene.marker.asked.lock().expect("nobody panicked").clone();
    assert_eq!(asked[0].going.len(), 2);
    assert!(asked[1].going.is_empty(), "{:?}", asked[1]);
    scene.assert_whole("not deleted");
    assert!(scene.left().contains("shared/12"), "chk-1 is still there and names it");
}

// S-22

#[tokio::test]
async fn s22_a_file_that_was_changed_since_the_plan_stays() {
    let change = |scene: &Scene| {
        scene.store.put(&format!("{JOB}/shared/1"), b"longer than before", start() - TimeDelta::hours(10));
        scene.store.put(&format!("{JOB}/shared/12"), b"shared/12", start());
    };
    let scene = Scene::new();
    let plan = scene.plan();
    change(&scene);
    let report = scene.apply(&plan).await.expect("applied");
    assert_eq!(report.end(), GcEnd::Done);
    assert!(scene.left().contains("shared/1") && scene.left().contains("shared/12"));
    assert!(reasons(&report).contains("was changed since it was planned (S-22) (2)"), "{}", reasons(&report));
    let scene = Scene::new();
    let plan = scene.plan();
    change(&scene);
    scene.apply_with(&plan, |options| options.rules = Rules::all_but(Rule::S22)).await.expect("applied");
    assert!(!scene.left().contains("shared/1"), "without the rule it would go");
}

#[tokio::test]
async fn s22_metadata_that_was_replaced_keeps_its_snapshot_whole() {
    let text = |scene: &Scene| scene.store.bytes(&key("chk-1/_metadata")).expect("it is there");
    let other: Vec<u8> = format!("{JOB}/chk-1/a\n{JOB}/shared/1\n{JOB}/shared/3 \n").replace(' ', "").into_bytes();
    // Other bytes, or the same put back at another time.
    for (same, at) in [(false, start() - TimeDelta::hours(10)), (true, start())] {
        let scene = Scene::new();
        let plan = scene.plan();
        let bytes = if same { text(&scene) } else { other.clone() };
        scene.store.put(&format!("{JOB}/chk-1/_metadata"), &bytes, at);
        let report = scene.apply(&plan).await.expect("applied");
        for stays in ["chk-1/_metadata", "chk-1/a", "shared/1"] {
            assert!(scene.left().contains(stays), "{stays}: {}", reasons(&report));
        }
        assert!(reasons(&report).contains("its metadata was replaced since it was planned"));
        assert!(!scene.left().contains("chk-2/a"), "the other one goes");
    }
}

#[tokio::test]
async fn s22_metadata_that_is_replaced_in_the_last_moment_stays_where_the_store_can_tell() {
    let scene = Scene::new();
    let plan = scene.plan();
    let store = scene.store.clone();
    scene.store.before_delete(move |deleted| {
        if deleted == key("chk-1/_metadata") {
            store.put(&format!("{JOB}/chk-1/_metadata"), format!("{JOB}/chk-1/a\n").as_bytes(), start());
        }
    });
    scene.apply(&plan).await.expect("applied");
    assert!(scene.left().contains("chk-1/_metadata") && scene.left().contains("chk-1/a"));
}

#[tokio::test]
async fn s22_what_is_gone_already_counts_as_done() {
    let scene = Scene::new();
    let plan = scene.plan();
    scene.store.remove(&format!("{JOB}/shared/1"));
    let report = scene.apply(&plan).await.expect("applied");
    assert_eq!((report.end(), report.files_deleted, report.files_absent), (GcEnd::Done, 6, 1));
}

#[tokio::test]
async fn s04_metadata_that_is_gone_without_a_journal_that_says_why_keeps_its_data() {
    let scene = Scene::new();
    let plan = scene.plan();
    scene.store.remove(&format!("{JOB}/chk-1/_metadata"));
    let report = scene.apply(&plan).await.expect("applied");
    assert!(scene.left().contains("chk-1/a") && scene.left().contains("shared/1"));
    assert_eq!(codes(&report.findings), ["GC_METADATA_VANISHED"]);
}

// S-23

#[tokio::test]
async fn s23_every_answer_of_a_batch_is_read_and_what_failed_is_told_and_done_later() {
    let scene = Scene::new();
    let plan = scene.plan();
    scene.store.undeletable(&key("shared/1"), ErrorKind::PermissionDenied);
    let report = scene.apply(&plan).await.expect("applied");
    assert_eq!(report.end(), GcEnd::InPart);
    assert_eq!(report.failed.len(), 1);
    assert_eq!(report.failed[0].path, format!("{JOB}/shared/1"));
    assert_eq!(report.files_deleted, 5, "what failed is not counted as gone");
    scene.store.mend();
    assert_eq!(scene.apply(&plan).await.expect("applied").end(), GcEnd::Done);
    scene.assert_done("the second time");
}

#[tokio::test]
async fn s23_what_appears_beside_planned_files_stays() {
    let scene = Scene::new();
    let plan = scene.plan();
    scene.store.put(&format!("{JOB}/chk-1/late"), b"x", start());
    scene.store.put(&format!("{JOB}/shared/1/deeper"), b"x", start());
    scene.apply(&plan).await.expect("applied");
    assert!(scene.left().contains("chk-1/late") && scene.left().contains("shared/1/deeper"));
}

#[tokio::test]
async fn a_store_that_refuses_from_some_point_on_is_not_asked_for_ever() {
    for allowed in 0..6 {
        let scene = Scene::new();
        let plan = scene.plan();
        scene.store.read_only_from(allowed);
        let report = scene.apply_with(&plan, |options| options.takes_lease = false).await.expect("an answer");
        scene.assert_whole("read-only");
        let end = if allowed == 6 { GcEnd::Done } else { GcEnd::InPart };
        assert_eq!(report.end(), end, "after {allowed} deletions");
        scene.store.mend();
        assert_eq!(scene.apply(&plan).await.expect("applied").end(), GcEnd::Done, "after {allowed} deletions");
        scene.assert_done("resumed");
    }
}

#[tokio::test]
async fn what_the_store_only_says_it_has_deleted_is_found_out() {
    let scene = Scene::new();
    scene.store.immortal(&key("shared/1"));
    let report = scene.apply(&scene.plan()).await.expect("applied");
    assert_eq!((report.end(), codes(&report.findings)), (GcEnd::InPart, vec!["GC_NOT_GONE"]));
    let scene = Scene::new();
    scene.store.immortal(&key("chk-1/_metadata"));
    scene.apply(&scene.plan()).await.expect("applied");
    scene.assert_whole("metadata that stays keeps what it names");
    assert!(scene.left().contains("chk-1/a") && scene.left().contains("shared/12"));
}

// S-26

#[tokio::test]
async fn s26_over_the_cap_whole_snapshots_go_oldest_first_and_the_same_plan_goes_on() {
    let scene = Scene::new();
    let plan = scene.plan();
    let report = scene.apply_with(&plan, |options| options.max_objects = 3).await.expect("applied");
    assert_eq!(report.snapshots_deleted, [format!("{JOB}/chk-1")]);
    assert_eq!(report.end(), GcEnd::InPart);
    assert!(scene.left().contains("chk-2/_metadata") && scene.left().contains("shared/12"));
    scene.assert_whole("capped");
    let report = scene.apply_with(&plan, |options| options.max_objects = 3).await.expect("applied");
    assert_eq!(report.end(), GcEnd::Done, "{report:#?}");
    scene.assert_done("the second time");
}

#[tokio::test]
async fn s26_too_large_a_share_of_residue_is_refused() {
    let scene = Scene::new();
    let mut plan = scene.plan();
    scene.store.put(&format!("{JOB}/shared/orphan"), b"x", start() - TimeDelta::days(30));
    scene.add(&mut plan, "shared/orphan", GcClass::SharedOrphan, None);
    plan.header.roots[0].files = 3;
    let report = scene.apply_with(&plan, |options| options.max_share = None).await.expect("an answer");
    assert_eq!((report.end(), codes(&report.blockers)), (GcEnd::Refused, vec!["GC_SHARE"]));
    let report = scene.apply_with(&plan, |options| options.max_share = Some(0.5)).await.expect("an answer");
    assert_eq!(codes(&report.blockers), ["GC_SHARE"], "with it, retention counts, too");
    assert_eq!(scene.left().len(), 11, "nothing was touched");
    let without = scene.apply_with(&plan, |options| options.rules = Rules::all_but(Rule::S26)).await;
    assert_eq!(without.expect("applied").end(), GcEnd::Done, "without the rule it would go");
}

#[tokio::test]
async fn s26_directories_that_retired_snapshots_leave_empty_are_no_share_of_residue() {
    let scene = Scene::new();
    let mut plan = scene.plan();
    for name in ["chk-1", "chk-2"] {
        scene.add(&mut plan, name, GcClass::Directory, None);
    }
    plan.header.roots[0].files = 6;
    let report = scene.apply_with(&plan, |options| options.max_share = None).await.expect("applied");
    assert_eq!(report.end(), GcEnd::Done, "{report:#?}");
    scene.assert_done("with directories");
}

#[tokio::test]
async fn s26_a_plan_that_leaves_no_checkpoint_of_a_job_that_may_run_is_refused() {
    let scene = Scene::new();
    let mut plan = scene.plan();
    plan.snapshots.pop();
    let report = scene.apply(&plan).await.expect("an answer");
    assert_eq!((report.end(), codes(&report.blockers)), (GcEnd::Refused, vec!["GC_EMPTIES_LINEAGE"]));
    plan.snapshots.iter_mut().for_each(|snapshot| snapshot.ended = true);
    assert_eq!(scene.apply(&plan).await.expect("applied").end(), GcEnd::Done);
}

// S-27

#[tokio::test]
async fn s27_a_second_collector_is_refused_until_the_first_has_gone_for_long() {
    let scene = Scene::new();
    let plan = scene.plan();
    let ledger = Ledger::open(&scene.stores, &uri("s3://ledger/keepoint")).await.expect("a ledger");
    let holder = Holder { run: "other".to_owned(), actor: "somebody".to_owned() };
    let lease = Lease::take(&ledger, &uri(ROOT), holder, start()).await.expect("the lease");
    let report = scene.apply(&plan).await.expect("an answer");
    assert_eq!((report.end(), codes(&report.blockers)), (GcEnd::Refused, vec!["GC_LEASE_HELD"]));
    assert!(report.blockers[0].message.contains("run other of somebody"));
    assert_eq!(scene.left().len(), 10, "nothing was touched");
    scene.pass(TimeDelta::minutes(9));
    assert_eq!(scene.apply(&plan).await.expect("an answer").end(), GcEnd::Refused);
    scene.pass(TimeDelta::minutes(2));
    assert_eq!(scene.apply(&plan).await.expect("applied").end(), GcEnd::Done, "nobody has renewed it");
    let mut lease = lease;
    let lost = lease.keep(start() + TimeDelta::minutes(12)).await;
    assert!(lost.is_err(), "the first one finds that it has lost the lease");
}

#[tokio::test]
async fn s27_a_lease_that_is_lost_stops_the_run_before_the_next_batch() {
    let run = async |rules: Rules| {
        let scene = Scene::new();
        let plan = scene.plan();
        let (store, clock, deletions) = (scene.store.clone(), Arc::clone(&scene.clock), Arc::new(AtomicUsize::new(0)));
        // After the first metadata the run sleeps for long, and another one takes its place.
        scene.store.before_delete(move |key| {
            if key.starts_with("bucket") && deletions.fetch_add(1, Ordering::Relaxed) == 1 {
                clock.fetch_add(11 * 60_000, Ordering::Relaxed);
                let newest = store.keys("ledger/keepoint/leases").pop().unwrap_or_default();
                let (directory, number) = newest.rsplit_once('/').unwrap_or(("ledger/keepoint/leases/x", "0"));
                let next = number.parse::<u64>().expect("a number") + 1;
                store.put(&format!("s3://{directory}/{next:012}"), b"another run", start());
            }
        });
        let report = scene.apply_with(&plan, |options| options.rules = rules).await.expect("an answer");
        (scene, report)
    };
    let (scene, report) = run(Rules::default()).await;
    assert_eq!((report.end(), codes(&report.blockers)), (GcEnd::InPart, vec!["GC_LEASE_LOST"]), "{report:#?}");
    assert_eq!(scene.left().len(), 8, "both metadata are gone, and no data");
    let (_, report) = run(Rules::all_but(Rule::S27)).await;
    assert_eq!(report.end(), GcEnd::Done, "without the rule it would go on");
}

#[tokio::test]
async fn s27_a_run_gives_its_lease_back() {
    let scene = Scene::new();
    let plan = scene.plan();
    scene.marker.asked.lock().expect("nobody panicked").clear();
    assert_eq!(scene.apply(&plan).await.expect("applied").end(), GcEnd::Done);
    assert_eq!(scene.apply(&plan).await.expect("applied").end(), GcEnd::Done, "at once, by another run");
}

// S-29, S-30

#[tokio::test]
async fn s29_what_stays_in_a_store_with_versions_is_said() {
    let scene = Scene::new();
    let mut plan = scene.plan();
    plan.header.roots[0].versioned = Some(true);
    let report = scene.apply(&plan).await.expect("applied");
    assert_eq!(codes(&report.findings), ["GC_VERSIONS_KEPT"]);
}

#[tokio::test]
async fn s30_a_snapshot_whose_metadata_is_held_keeps_everything() {
    let scene = Scene::new();
    let plan = scene.plan();
    scene.store.undeletable(&key("chk-1/_metadata"), ErrorKind::Held);
    let report = scene.apply(&plan).await.expect("applied");
    assert_eq!(report.end(), GcEnd::Done, "a hold is no failure: {report:#?}");
    assert!(reasons(&report).contains("the store holds its metadata back (S-30)"));
    scene.assert_whole("held");
    assert!(scene.left().contains("chk-1/a") && scene.left().contains("shared/1"));
}

#[tokio::test]
async fn s30_a_file_that_is_held_is_skipped() {
    let scene = Scene::new();
    let plan = scene.plan();
    scene.store.undeletable(&key("shared/1"), ErrorKind::Held);
    let report = scene.apply(&plan).await.expect("applied");
    assert_eq!((report.end(), report.failed.len()), (GcEnd::Done, 0));
    assert!(reasons(&report).contains("the store holds it back (S-30) (1)"));
    let without = scene.apply_with(&plan, |options| options.rules = Rules::all_but(Rule::S30)).await;
    assert_eq!(without.expect("applied").end(), GcEnd::InPart, "without the rule it would count as a failure");
}

// What else can happen

#[tokio::test]
async fn an_interrupt_ends_the_run_between_two_batches_and_the_same_plan_goes_on() {
    let scene = Scene::new();
    let plan = scene.plan();
    let interrupt = scene.interrupt.clone();
    scene.store.before_delete(move |deleted| {
        if deleted == key("chk-2/_metadata") {
            interrupt.raise();
        }
    });
    let report = scene.apply(&plan).await.expect("an answer");
    assert_eq!(report.end(), GcEnd::Interrupted);
    scene.assert_whole("interrupted");
    assert_eq!(scene.left().len(), 8, "both metadata are gone, and no data");
    let again = Scene { interrupt: keepoint::gc::apply::Interrupt::default(), ..scene };
    assert_eq!(again.apply(&plan).await.expect("applied").end(), GcEnd::Done);
    again.assert_done("resumed");
}

#[tokio::test]
async fn an_answer_that_got_lost_is_found_out() {
    let scene = Scene::new();
    let plan = scene.plan();
    // Every deletion in turn is done, and said to have failed.
    let probe = Scene::new();
    probe.apply(&plan).await.expect("applied");
    for call in 0..probe.store.calls() {
        let scene = Scene::new();
        scene.store.fault(call, Fault::DoneButFails(ErrorKind::PermissionDenied));
        let _ = scene.apply(&plan).await;
        scene.assert_whole(&format!("call {call}"));
        scene.store.mend();
        // Whoever held the lease is gone for long.
        scene.pass(TimeDelta::minutes(11));
        let report = scene.apply(&plan).await.expect("applied");
        assert!(matches!(report.end(), GcEnd::Done), "call {call}: {report:#?}");
        scene.assert_whole(&format!("call {call}, resumed"));
    }
    drop(scene);
}

#[tokio::test]
async fn a_ledger_inside_of_a_root_is_refused() {
    let scene = Scene::new();
    let mut plan = scene.plan();
    plan.header.roots[0].location = "s3://ledger/".to_owned();
    plan.snapshots.clear();
    plan.items.clear();
    let report = scene.apply(&plan).await.expect("an answer");
    assert_eq!(codes(&report.blockers), ["GC_LEDGER_IN_ROOT"]);
}

#[tokio::test]
async fn a_plan_without_anything_to_do_does_nothing() {
    let scene = Scene::new();
    let mut plan = scene.plan();
    plan.snapshots.retain(|snapshot| snapshot.location.ends_with("chk-3"));
    plan.items.clear();
    let report = scene.apply(&plan).await.expect("an answer");
    assert_eq!(report.end(), GcEnd::NothingToDo);
    assert_eq!(scene.marker.asked.lock().expect("nobody panicked").len(), 0);
    assert_eq!(STAYS.len(), 4);
}

#[tokio::test]
async fn the_audit_log_tells_everything_and_cannot_be_changed_unseen() {
    let scene = Scene::new();
    let report = scene.apply(&scene.plan()).await.expect("applied");
    let place = report.audit_log.expect("a log");
    let prefix = place.strip_prefix("s3://").expect("in the store");
    let log: String = scene
        .store
        .keys(prefix)
        .iter()
        .map(|key| String::from_utf8(scene.store.bytes(key).expect("it is there")).expect("text"))
        .collect();
    assert_eq!(keepoint::gc::ledger::audit::first_broken_line(&log), None, "{log}");
    for name in ["chk-1/_metadata", "chk-2/_metadata", "chk-1/a", "chk-2/a", "shared/1", "shared/12"] {
        assert!(log.contains(&format!("\"{JOB}/{name}\"")), "{name}");
    }
    let lines: Vec<&str> = log.lines().collect();
    for number in 0..lines.len() - 1 {
        let mut without = lines.clone();
        without.remove(number);
        assert!(keepoint::gc::ledger::audit::first_broken_line(&without.join("\n")).is_some(), "line {number}");
    }
}
