//! A policy file: one run for each root, and every other root of the file is read for references.

use std::path::Path;

use super::{Common, GcQuestion};
use crate::cli::failure::Failure;
use crate::cli::settings;
use crate::gc::retention::file::{LARGEST, PolicyFile, RootPolicy};
use crate::gc::{Acknowledged, Purpose};
use crate::storage::{LocalStorage, Storage};
use crate::uri::StorageUri;

/// Reads a policy file.
pub(super) async fn read(path: &Path) -> Result<PolicyFile, Failure> {
    let place = settings::place(&path.to_string_lossy())?;
    let usage = |reason: String| Failure::Usage {
        message: format!("{place}: {reason}"),
        hint: "docs/examples/policy.yaml shows a policy file".to_owned(),
    };
    let read = LocalStorage::default().read_range(&place, 0..LARGEST as u64 + 1).await;
    let read = read.map_err(|error| usage(error.reason()))?;
    let text = str::from_utf8(&read.bytes).map_err(|error| usage(error.to_string()))?;
    PolicyFile::parse(text).map_err(|error| usage(error.to_string()))
}

/// A run for each root of the file, or for those that were named.
pub(super) fn questions(file: &PolicyFile, named: &[StorageUri], common: &Common) -> Result<Vec<GcQuestion>, Failure> {
    if let Some(stranger) = named.iter().find(|place| !file.roots.iter().any(|root| root.root == **place)) {
        let roots: Vec<String> = file.roots.iter().map(|root| root.root.to_string()).collect();
        return Err(Failure::Usage {
            message: format!("{stranger}: the policy file has no such root"),
            hint: format!("name one of {}, or none for all", roots.join(", ")),
        });
    }
    let chosen = file.roots.iter().filter(|root| named.is_empty() || named.contains(&root.root));
    Ok(chosen.map(|root| question(root, file, common)).collect())
}

fn question(root: &RootPolicy, file: &PolicyFile, common: &Common) -> GcQuestion {
    let mut question = common.question(vec![root.root.clone()], Purpose::Retention(root.policy.clone()));
    let others = file.roots.iter().map(|other| &other.root).filter(|other| **other != root.root);
    for place in root.also_read.iter().chain(others) {
        // What lies in a place that is read anyway is read with it.
        let is_read = question.also_read.iter().chain(&question.roots).any(|outer| place.is_within(outer));
        if !is_read {
            question.also_read.retain(|inner| !inner.is_within(place));
            question.also_read.push(place.clone());
        }
    }
    for source in &root.protect {
        if !question.protect.contains(source) {
            question.protect.push(source.clone());
        }
    }
    let request = &mut question.request;
    request.orphans |= root.orphans;
    if let Some(min_age) = root.min_age.filter(|_| !common.min_age_is_given) {
        request.limits.min_age = min_age;
    }
    request.ended_if_idle = request.ended_if_idle.or(root.ended_if_idle);
    request.ended.extend(root.ended.iter().map(|job| root.root.child(job)));
    request.acknowledged.extend(root.acknowledge.iter().map(|acknowledged| Acknowledged {
        lineage: acknowledged.lineage.clone(),
        reason: acknowledged.reason.clone(),
        expires_at: acknowledged.expires,
    }));
    question
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::args::{LimitArguments, ResidueArguments, UnsafeArguments, UnsafeResidueArguments, WorldArguments};
    use crate::cli::gc_settings::Given;

    const FILE: &str = "\
version: 1
roots:
  - root: s3://b/one
    keep: [{keep-last: 5}]
    ended: [0123456789abcdef0123456789abcdef]
    protect: ['pin:/etc/pins']
  - root: s3://b/two
    keep: [{keep-last: 3}]
    orphans: true
    min-age: 3d
";

    fn questions_of(named: &[&str]) -> Result<Vec<GcQuestion>, Failure> {
        let file = PolicyFile::parse(FILE).expect("a policy file");
        let common = Common::of(&Given {
            residue: &ResidueArguments::default(),
            world: &WorldArguments::default(),
            limits: &LimitArguments::default(),
            loosened: &UnsafeArguments::default(),
            loosened_residue: &UnsafeResidueArguments::default(),
        })?;
        let named: Vec<_> = named.iter().map(|text| StorageUri::parse(text).expect("a place")).collect();
        questions(&file, &named, &common)
    }

    #[test]
    fn each_root_is_a_run_and_the_others_are_read_for_references() {
        let questions = questions_of(&[]).expect("all roots");
        let [one, two] = questions.as_slice() else { panic!("{questions:?}") };
        let texts = |places: &[StorageUri]| places.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!((texts(&one.roots), texts(&one.also_read)), (vec!["s3://b/one".into()], vec!["s3://b/two".into()]));
        assert_eq!((texts(&two.roots), texts(&two.also_read)), (vec!["s3://b/two".into()], vec!["s3://b/one".into()]));
        assert_eq!(texts(&one.request.ended), ["s3://b/one/0123456789abcdef0123456789abcdef"]);
        assert_eq!(one.protect, ["pin:/etc/pins"]);
        assert!(two.request.orphans && !one.request.orphans);
        assert_eq!(two.request.limits.min_age, std::time::Duration::from_hours(72));
    }

    #[test]
    fn a_root_that_is_not_in_the_file_is_named() {
        assert_eq!(questions_of(&["s3://b/two"]).expect("a root of it").len(), 1);
        assert!(matches!(questions_of(&["s3://b/three"]), Err(Failure::Usage { .. })));
    }
}
