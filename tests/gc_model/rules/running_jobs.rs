//! What a job that may run could need: rules about lineages.

use keepoint::gc::rules::Rule;

use super::scene::{DAY, HOUR, Scene, shared};
use crate::flink::handles::Handles;
use crate::memory_store::Flavour;

#[test]
fn s14_the_working_files_of_a_job_that_may_run_stay() {
    let scene = Scene::new(Flavour::Keys);
    let file = scene.file(&scene.job.child("taskowned"), DAY * 30);
    // It has been quiet for long, and that proves nothing.
    scene.checkpoint(&scene.job, 90, DAY * 10, Handles::default());
    scene.is_kept_by(Rule::S14, &file.place);
}

#[test]
fn s15_two_jobs_that_write_into_one_lineage_keep_everything() {
    let scene = Scene::new(Flavour::Keys);
    scene.checkpoint(&scene.job, 90, HOUR * 6, Handles::default());
    for (id, age) in [(1, 5), (91, 4), (2, 3), (92, 2), (3, 1)] {
        scene.checkpoint(&scene.job, id, HOUR * age, Handles::default());
    }
    let of_the_other = scene.job.child("chk-91").child("_metadata");
    scene.is_kept_by(Rule::S15, &of_the_other);
}

#[test]
fn s25_a_job_that_has_just_ended_may_still_write() {
    let mut scene = Scene::new(Flavour::Keys);
    let file = scene.file(&scene.job.child("taskowned"), DAY * 30);
    scene.wanted.ended.push(scene.job.text.clone());
    scene.is_kept_by(Rule::S25, &file.place);
}

#[test]
fn s35_the_newest_checkpoint_by_number_stays_when_the_counter_was_set_back() {
    let scene = Scene::new(Flavour::Keys);
    let file = scene.file(&scene.job.child("shared"), HOUR * 5);
    let highest = scene.checkpoint(&scene.job, 91, HOUR * 5, shared(&[&file]));
    scene.checkpoint(&scene.job, 90, HOUR * 6, Handles::default());
    scene.checkpoint(&scene.job, 7, HOUR * 2, Handles::default());
    scene.is_kept_by(Rule::S35, &highest);
    scene.is_kept_by(Rule::S35, &file.place);
}
