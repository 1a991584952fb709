//! `--who`: one file and those who refer to it.

use crate::fixtures::{Snapshot, snapshots};
use crate::{all, files, run};

fn scenario(name: &str) -> Snapshot {
    let all = snapshots();
    all.into_iter().find(|snapshot| snapshot.name.starts_with(name)).expect("there is one")
}

#[test]
fn every_file_has_the_same_users_as_in_the_list_of_all_files() {
    for name in ["flink/2.3.0/rocksdb-incremental/", "flink/2.3.0/file-merging/", "flink/2.3.0/changelog-filesystem/"] {
        let snapshot = scenario(name);
        let (root, relocation) = (snapshot.storage().to_str().expect("UTF-8").to_owned(), snapshot.relocation());
        let (_, census) = files(&[&root, "--relocate", &relocation]);
        for file in all(&census, "files") {
            let path = file["path"].as_str().expect("a path");
            let (code, report) = files(&[&root, "--relocate", &relocation, "--who", path]);
            assert_eq!(code, Some(0), "{path}");
            assert_eq!(&report["files"][0], file, "{path}");
            let users: Vec<_> = all(&report, "uses").iter().map(|one| one["snapshot"].clone()).collect();
            let named: Vec<_> = all(&report, "uses").iter().filter(|one| one["references"] != 0).collect();
            assert!(named.iter().all(|one| !all(one, "operators").is_empty() && !all(one, "handle_kinds").is_empty()));
            // A snapshot that names a file and keeps its directory, too, is listed for both.
            let said = all(file, "referenced_by");
            assert!(said.iter().all(|user| users.contains(user)), "{path}");
        }
    }
}

#[test]
fn a_file_that_nobody_names_has_no_users_and_one_that_is_not_there_is_nothing() {
    let snapshot = scenario("flink/2.3.0/rocksdb-incremental/");
    let root = snapshot.storage().to_str().expect("UTF-8").to_owned();
    let (code, report) = files(&[&root, "--who", concat!(env!("CARGO_MANIFEST_DIR"), "/LICENSE")]);
    assert_eq!((code, all(&report, "uses").len()), (Some(0), 0));
    assert_eq!(report["files"][0]["class"], "unknown");
    let (code, report) = files(&[&root, "--who", "/nowhere/state"]);
    assert_eq!((code, report["files"][0].get("bytes")), (Some(3), None));
    let table = run(&[&root, "--who", "/nowhere/state"]);
    let table = String::from_utf8_lossy(&table.stdout).into_owned();
    assert!(table.contains("Referred to by: nobody of those seen"), "{table}");
    assert_eq!(run(&[&root, "--who", &root]).status.code(), Some(2), "a directory is no file");
}
