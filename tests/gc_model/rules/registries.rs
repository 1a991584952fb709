//! What somebody else says: rules about registries.

use std::sync::Arc;

use keepoint::gc::rules::Rule;
use keepoint::storage::ErrorKind;

use super::scene::{DAY, HOUR, Sabotaged, Scene, shared};
use crate::memory_store::{Fault, Flavour, Operation};

#[test]
fn s16_what_a_registry_names_stays() {
    let mut scene = Scene::new(Flavour::Keys);
    let file = scene.file(&scene.job.child("shared"), HOUR * 5);
    let named = scene.checkpoint(&scene.job, 80, HOUR * 5, shared(&[&file]));
    scene.register(&scene.job.child("chk-80"), false);
    scene.is_kept_by(Rule::S16, &named);
    scene.is_kept_by(Rule::S16, &file.place);
}

#[test]
fn s16_a_file_that_a_registry_names_stays_without_any_metadata() {
    let mut scene = Scene::new(Flavour::Keys);
    let file = scene.file(&scene.job.child("shared"), DAY * 30);
    scene.register(&file.place, false);
    scene.is_kept_by(Rule::S16, &file.place);
}

#[test]
fn s18_a_registry_that_does_not_answer_keeps_everything() {
    let mut scene = Scene::new(Flavour::Keys);
    let file = scene.file(&scene.job.child("shared"), HOUR * 5);
    let named = scene.checkpoint(&scene.job, 80, HOUR * 5, shared(&[&file]));
    scene.register(&scene.job.child("chk-80"), false);
    scene.gate = Arc::new(Sabotaged(|call| {
        if call.operation == Operation::Ask { Fault::Fail(ErrorKind::Unreachable) } else { Fault::None }
    }));
    scene.is_kept_by(Rule::S18, &named);
}

#[test]
fn s19_what_could_not_be_decoded_keeps_the_lineages_that_it_mentions() {
    let mut scene = Scene::new(Flavour::Keys);
    let file = scene.file(&scene.job.child("shared"), DAY * 30);
    let other = scene.checkpoint(&scene.job, 81, HOUR * 4, shared(&[&file]));
    scene.checkpoint(&scene.job, 80, HOUR * 5, shared(&[&file]));
    let residue = scene.file(&scene.job.child("shared"), DAY * 30);
    scene.register(&scene.job.child("chk-80"), true);
    scene.is_kept_by(Rule::S19, &other);
    scene.is_kept_by(Rule::S19, &residue.place);
}
