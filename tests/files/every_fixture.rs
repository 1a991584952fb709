//! Every file of every fixture, against the files that Flink's own loader named.

use std::collections::{BTreeMap, BTreeSet};

use crate::fixtures::{self, Snapshot, fixtures, json, snapshots};
use crate::{all, files};

#[test]
fn every_file_that_flinks_loader_names_is_referred_to_by_exactly_those_snapshots() {
    let snapshots: Vec<Snapshot> =
        snapshots().into_iter().filter(|snapshot| snapshot.name.starts_with("flink/")).collect();
    let mut users: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut metadata = BTreeSet::new();
    for snapshot in &snapshots {
        let location = format!("file:{}", snapshot.metadata.parent().expect("a directory").display());
        metadata.insert(format!("file:{}", snapshot.metadata.display()));
        for file in all(&json(&snapshot.expected), "files") {
            let path = snapshot.local(file["path"].as_str().expect("a path")).expect("below the root");
            users.entry(format!("file:{}", path.display())).or_default().insert(location.clone());
        }
    }
    let root = fixtures().join("flink");
    let relocations: Vec<String> = snapshots.iter().map(Snapshot::relocation).collect();
    let relocations = relocations.iter().flat_map(|relocation| ["--relocate", relocation]);
    let arguments: Vec<&str> = [root.to_str().expect("UTF-8")].into_iter().chain(relocations).collect();
    let (code, report) = files(&arguments);
    assert_eq!(code, Some(0));
    let mut named = 0;
    for file in all(&report, "files") {
        let path = file["path"].as_str().expect("a path");
        let said: BTreeSet<String> =
            all(file, "referenced_by").iter().filter_map(|user| user.as_str().map(ToOwned::to_owned)).collect();
        let class = file["class"].as_str().expect("a class");
        if metadata.contains(path) {
            assert_eq!((class, said.len()), ("metadata", 1), "{path}");
        } else if let Some(users) = users.get(path) {
            named += 1;
            assert!(["exclusive", "shared", "task_owned"].contains(&class), "{path}: {class}");
            assert!(said.is_superset(users), "{path}");
            // Besides those that name it there are only those that keep its directory as a whole, and they do not count.
            assert_eq!(&said, users, "{path}");
        } else {
            let kept_as_a_whole = path.contains("/job_") && class == "task_owned";
            assert!(said.is_empty() || kept_as_a_whole, "{path}: {said:?}");
            assert_ne!(class, "exclusive", "{path}");
        }
    }
    let there = users.keys().filter(|path| std::path::Path::new(path.trim_start_matches("file:")).is_file());
    assert_eq!(named, there.count());
    assert_eq!(all(&report, "files").len(), fixtures::files(&root).len(), "nothing is left out");
    let classes = all(&report, "classes").iter().filter_map(|class| class["files"].as_u64());
    assert_eq!(classes.sum::<u64>(), report["totals"]["files"].as_u64().expect("a number"));
}
