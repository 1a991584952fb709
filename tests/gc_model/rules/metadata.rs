//! What is named: rules about reading metadata and telling what it means.

use std::sync::Arc;

use chrono::TimeDelta;
use keepoint::gc::rules::Rule;
use keepoint::storage::ErrorKind;

use super::scene::{DAY, HOUR, Sabotaged, Scene, shared, takes};
use crate::flink::handles::{Handles, Segment};
use crate::flink::place::File;
use crate::memory_store::{Fault, Flavour, Operation};

/// Bytes 4 to 7 of a metadata file are its version.
const VERSION: usize = 7;

#[test]
fn s03_metadata_of_a_newer_version_keeps_what_it_could_name() {
    let scene = Scene::new(Flavour::Keys);
    let file = scene.file(&scene.job.child("shared"), DAY * 30);
    let metadata = scene.checkpoint(&scene.job, 4, HOUR * 2, shared(&[&file]));
    let mut bytes = scene.store.look(|objects| objects.get(&metadata.key).expect("it is there").bytes.to_vec());
    bytes[VERSION] = 99;
    scene.store.put_key_at(&metadata.key, bytes, scene.store.clock().millis() - 7_200_000);
    scene.is_kept_by(Rule::S03, &file.place);
}

#[test]
fn s03_metadata_that_does_not_parse_keeps_its_lineage() {
    let scene = Scene::new(Flavour::Keys);
    let file = scene.file(&scene.job.child("shared"), DAY * 30);
    let metadata = scene.checkpoint(&scene.job, 4, HOUR * 2, shared(&[&file]));
    let bytes = scene.store.look(|objects| objects.get(&metadata.key).expect("it is there").bytes.to_vec());
    scene.store.put_key_at(&metadata.key, &bytes[..bytes.len() / 3], scene.store.clock().millis() - 7_200_000);
    scene.is_kept_by(Rule::S03, &file.place);
}

#[test]
fn s04_metadata_that_was_known_and_is_missing_keeps_what_it_named_for_a_while() {
    let plan_after = |rules: keepoint::gc::rules::Rules| {
        let mut scene = Scene::new(Flavour::Keys);
        scene.wanted.remembers = true;
        scene.wanted.keep_last = 2;
        let file = scene.file(&scene.job.child("shared"), DAY * 30);
        let metadata = scene.checkpoint(&scene.job, 89, HOUR * 2, shared(&[&file]));
        scene.plan(rules).expect("a plan");
        scene.store.clock().advance(DAY);
        assert!(scene.store.remove(&crate::collector::uri(&metadata.text)));
        scene.plan(rules).expect("a plan");
        scene.store.clock().advance(DAY * 7 + HOUR);
        takes(&scene.plan(rules).expect("a plan"), &file.place)
    };
    assert!(!plan_after(keepoint::gc::rules::Rules::default()));
    assert!(plan_after(keepoint::gc::rules::Rules::all_but(Rule::S04)));
}

#[test]
fn s05_a_directory_that_is_named_keeps_what_is_in_it() {
    let mut scene = Scene::new(Flavour::Directories);
    let job = scene.job.clone();
    let id = "0123456789abcdef0123456789abcdef";
    let task_owned = job.child("taskowned").child(&format!("job_{id}_tm_localhost"));
    let merged = job.child("shared").child(&format!("job_{id}_op_Map_1_2"));
    let directories = Some((task_owned, merged.clone()));
    scene.checkpoint(&job, 91, DAY * 10, Handles { directories, ..Handles::default() });
    scene.checkpoint(&job, 90, DAY * 11, Handles::default());
    let file = scene.file(&merged, DAY * 10);
    scene.wanted.ended.push(job.text);
    scene.is_kept_by(Rule::S05, &file.place);
}

#[test]
fn s06_another_name_of_the_bucket_keeps_the_file() {
    let scene = Scene::new(Flavour::Keys);
    let file = scene.file(&scene.job.child("shared"), DAY * 30);
    let place = crate::flink::place::Place::new(&file.place.text.replace("s3://bucket/", "s3://access-point/"));
    let alias = std::rc::Rc::new(File { place, length: file.length });
    scene.checkpoint(&scene.other_job, 91, HOUR / 2, shared(&[&alias]));
    scene.is_kept_by(Rule::S06, &file.place);
}

#[test]
fn s08_a_link_keeps_its_lineage() {
    let scene = Scene::new(Flavour::Directories);
    let file = scene.file(&scene.job.child("shared"), DAY * 30);
    scene.store.put_link(&scene.job.child("shared").child("elsewhere").key);
    scene.is_kept_by(Rule::S08, &file.place);
}

#[test]
fn s09_a_damaged_snapshot_keeps_what_its_metadata_may_have_named_before() {
    let scene = Scene::new(Flavour::Keys);
    let file = scene.file(&scene.job.child("shared"), DAY * 30);
    let whole = scene.file(&scene.job.child("chk-91"), HOUR / 2);
    // One bit of a name is another one.
    let mut place = file.place.clone();
    place.text = place.text.replace("-0000-", "-0100-");
    let flipped = std::rc::Rc::new(File { place, length: file.length });
    scene.checkpoint(&scene.job, 91, HOUR / 2, shared(&[&whole, &flipped]));
    scene.is_kept_by(Rule::S09, &file.place);
}

#[test]
fn s13_a_merged_file_of_a_job_that_may_run_stays_though_only_retired_checkpoints_name_it() {
    let scene = Scene::new(Flavour::Directories);
    let merged = scene.job.child("shared").child("job_0123456789abcdef0123456789abcdef_op_Map_1_2");
    let file = scene.file(&merged, HOUR * 5);
    let segment = Segment { file: file.place.clone(), start: 0, size: 5, shared: true };
    let handles = Handles { segments: vec![segment], ..Handles::default() };
    scene.checkpoint(&scene.job, 80, HOUR * 5, handles);
    scene.is_kept_by(Rule::S13, &file.place);
}

#[test]
fn s31_a_file_with_a_name_that_flink_does_not_give_stays() {
    let scene = Scene::new(Flavour::Keys);
    let file = scene.named(&scene.job.child("shared").child("notes.txt"), HOUR * 5);
    scene.checkpoint(&scene.job, 80, HOUR * 5, shared(&[&file]));
    scene.is_kept_by(Rule::S31, &file.place);
}

#[test]
fn s33_a_listing_that_contradicts_itself_keeps_everything() {
    let mut scene = Scene::new(Flavour::Keys);
    let file = scene.file(&scene.job.child("shared"), DAY * 30);
    scene.checkpoint(&scene.other_job, 91, HOUR / 2, shared(&[&file]));
    scene.gate = Arc::new(Sabotaged(|call| {
        let is_it = call.operation == Operation::Page && call.key.ends_with("flink/others");
        if is_it { Fault::Fail(ErrorKind::InconsistentListing) } else { Fault::None }
    }));
    scene.is_kept_by(Rule::S33, &file.place);
}

#[test]
fn s34_what_is_named_outside_of_the_world_is_told() {
    let scene = Scene::new(Flavour::Keys);
    let place = crate::flink::place::Place::new("s3://bucket/nowhere/declared");
    let file = scene.file(&place, HOUR * 5);
    scene.checkpoint(&scene.job, 91, HOUR / 2, shared(&[&file]));
    let plan = scene.plan(keepoint::gc::rules::Rules::default()).expect("a plan");
    let statements = plan.report.plan.expect("a header").statements;
    assert!(statements.iter().any(|statement| statement.contains("s3://bucket/nowhere/declared")), "{statements:?}");
}

#[test]
fn without_anything_that_speaks_for_it_an_old_file_that_nobody_names_is_taken() {
    let scene = Scene::new(Flavour::Keys);
    let file = scene.file(&scene.job.child("shared"), DAY * 30);
    let young = scene.file(&scene.job.child("shared"), TimeDelta::zero());
    let plan = scene.plan(keepoint::gc::rules::Rules::default()).expect("a plan");
    assert!(takes(&plan, &file.place) && !takes(&plan, &young.place), "{:?}", plan.report.not_taken);
}
