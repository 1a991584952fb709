//! What may still be under way: rules about time.

use keepoint::gc::rules::Rule;

use super::scene::{DAY, HOUR, MINUTE, Scene, shared};
use crate::flink::handles::Handles;
use crate::memory_store::Flavour;

#[test]
fn s10_what_is_younger_than_the_newest_checkpoint_could_be_stays_however_old_it_is() {
    let scene = Scene::new(Flavour::Keys);
    // Its checkpoints have failed for days.
    scene.checkpoint(&scene.job, 90, DAY * 10, Handles::default());
    let file = scene.file(&scene.job.child("shared"), DAY * 9);
    scene.is_kept_by(Rule::S10, &file.place);
}

#[test]
fn s10_the_checkpoint_before_one_that_is_minutes_old_stays() {
    let scene = Scene::new(Flavour::Keys);
    let file = scene.file(&scene.job.child("shared"), HOUR);
    let before = scene.checkpoint(&scene.job, 91, MINUTE * 30, shared(&[&file]));
    scene.checkpoint(&scene.job, 92, MINUTE * 3, Handles::default());
    scene.is_kept_by(Rule::S10, &before);
    scene.is_kept_by(Rule::S10, &file.place);
}

#[test]
fn s11_residue_stays_until_it_is_old() {
    let scene = Scene::new(Flavour::Keys);
    let file = scene.file(&scene.job.child("shared"), HOUR * 5);
    scene.is_kept_by(Rule::S11, &file.place);
}

#[test]
fn s12_where_there_is_something_from_the_future_no_residue_is_taken() {
    let scene = Scene::new(Flavour::Keys);
    let file = scene.file(&scene.job.child("shared"), DAY * 30);
    scene.file(&scene.job.child("shared"), -HOUR);
    scene.is_kept_by(Rule::S12, &file.place);
}

#[test]
fn s26_an_unlikely_share_of_residue_is_not_believed() {
    let mut scene = Scene::new(Flavour::Keys);
    scene.wanted.max_share = None;
    let files: Vec<_> = (0..5).map(|_| scene.file(&scene.job.child("shared"), DAY * 30)).collect();
    scene.is_kept_by(Rule::S26, &files[0].place);
}
