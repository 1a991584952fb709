//! Copies of real snapshots in which one thing is wrong.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

use serde_json::Value;

use crate::{Copy, all, codes};

/// The snapshots that are not restorable.
fn damaged(report: &Value) -> Vec<&Value> {
    all(report, "snapshots").iter().filter(|snapshot| snapshot["restorable"] == false).collect()
}

fn uri(path: &Path) -> String {
    format!("file:{}", path.display())
}

fn grow(path: &Path) {
    File::options().append(true).open(path).and_then(|mut file| file.write_all(b"more")).expect("it can grow");
}

/// The files that the snapshots need, and whether they may be longer than the metadata says.
fn needed(copy: &Copy) -> Vec<String> {
    let mut needed = Vec::new();
    for file in copy.state_files() {
        let aside = file.with_extension("aside");
        fs::rename(&file, &aside).expect("it can be moved");
        let (_, report) = copy.verify(&[]);
        if report["totals"]["missing"] == 1 {
            needed.push(uri(&file));
        }
        fs::rename(&aside, &file).expect("it can be moved back");
    }
    needed
}

#[test]
fn each_file_that_is_deleted_is_missing_from_exactly_the_snapshots_that_name_it() {
    for scenario in ["2.3.0/rocksdb-incremental", "2.3.0/file-merging-across", "1.20.5/changelog-filesystem"] {
        let copy = Copy::of(scenario);
        let (code, report) = copy.verify(&[]);
        assert_eq!(code, Some(0), "{scenario}");
        let files = report["totals"]["files"].as_u64().expect("a number");
        let (_, census) = crate_files(&copy);
        let mut seen = 0;
        for file in copy.state_files() {
            let users = users_of(&census, &uri(&file));
            let aside = copy.path().join("aside");
            fs::rename(&file, &aside).expect("it can be moved");
            let (code, report) = copy.verify(&[]);
            let damaged: Vec<&str> =
                damaged(&report).into_iter().filter_map(|snapshot| snapshot["location"].as_str()).collect();
            assert_eq!(damaged, users, "{scenario} {}", file.display());
            if users.is_empty() {
                assert_eq!(code, Some(0), "nobody needs {}", file.display());
            } else {
                seen += 1;
                assert_eq!(code, Some(3));
                assert_eq!(report["problems"][0]["problem"], "missing");
                assert_eq!(report["problems"][0]["path"], uri(&file));
                // One for each length that is asked of it: a merged file grew from snapshot to snapshot.
                let counts = all(&report, "problems").iter().filter_map(|problem| problem["snapshots"].as_u64());
                assert_eq!(counts.sum::<u64>(), users.len() as u64);
                assert!(codes(&report).iter().all(|code| *code == "FILE_MISSING"), "{report}");
            }
            fs::rename(&aside, &file).expect("it can be moved back");
        }
        assert_eq!(seen, files, "{scenario}: every file was missed once");
    }
}

/// Who refers to what, as another command sees it.
fn crate_files(copy: &Copy) -> (Option<i32>, Value) {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_keepoint"));
    command.args(["files", "--output", "json", "--relocate", copy.relocation()]).arg(copy.path()).env_clear();
    let output = command.output().expect("the binary runs");
    (output.status.code(), serde_json::from_slice(&output.stdout).expect("a report"))
}

/// Those that name the file itself; a directory that is kept as a whole is no need of a restore.
fn users_of(census: &Value, path: &str) -> Vec<String> {
    let file = all(census, "files").iter().find(|file| file["path"] == path).expect("it is listed");
    let by_directory = path.contains("/job_") && file["class"] == "task_owned";
    let users = all(file, "referenced_by").iter().filter_map(Value::as_str);
    if by_directory { Vec::new() } else { users.map(ToOwned::to_owned).collect() }
}

#[test]
fn a_file_that_was_cut_off_or_has_grown_has_another_length() {
    let copy = Copy::of("2.3.0/rocksdb-incremental");
    for file in copy.state_files() {
        let bytes = fs::read(&file).expect("readable");
        fs::write(&file, &bytes[..bytes.len() - 1]).expect("writable");
        let (code, report) = copy.verify(&[]);
        assert_eq!((code, codes(&report).first()), (Some(3), Some(&"FILE_SIZE_MISMATCH")), "{}", file.display());
        let problem = &report["problems"][0];
        assert_eq!((&problem["path"], &problem["expected"]), (&uri(&file).into(), &bytes.len().into()));
        assert_eq!(problem["found"], bytes.len() - 1);
        assert_eq!(damaged(&report)[0]["size_mismatch"][0], uri(&file));
        assert_eq!(damaged(&report)[0]["status"], "damaged");
        fs::write(&file, &bytes).expect("writable");
        grow(&file);
        let (code, report) = copy.verify(&[]);
        assert_eq!((code, &report["problems"][0]["found"]), (Some(3), &(bytes.len() + 4).into()));
        fs::write(&file, &bytes).expect("writable");
    }
}

#[test]
fn merged_files_and_changelogs_may_grow_and_may_not_shrink() {
    for (scenario, part) in [
        ("2.3.0/file-merging", "/taskowned/job_"),
        ("2.3.0/file-merging-across", "/shared/job_"),
        ("2.3.0/changelog-filesystem", "/dstl/"),
    ] {
        let copy = Copy::of(scenario);
        let needed = needed(&copy);
        let mut tried = 0;
        for file in copy.state_files() {
            if !file.to_string_lossy().contains(part) || !needed.contains(&uri(&file)) {
                continue;
            }
            tried += 1;
            let bytes = fs::read(&file).expect("readable");
            grow(&file);
            let (code, report) = copy.verify(&[]);
            assert_eq!(code, Some(0), "{scenario}: {} has grown: {report}", file.display());
            fs::write(&file, &bytes[..1]).expect("writable");
            let (code, report) = copy.verify(&[]);
            assert_eq!(code, Some(3), "{scenario}: {} was cut off", file.display());
            assert!(report["problems"][0]["at_least"].is_u64(), "{report}");
            fs::write(&file, &bytes).expect("writable");
        }
        assert!(tried > 0, "{scenario} has such files");
    }
}

#[test]
fn a_directory_in_the_place_of_a_file_is_no_file() {
    let copy = Copy::of("2.3.0/rocksdb-full");
    let file = copy.state_files().remove(0);
    fs::remove_file(&file).expect("it can go");
    fs::create_dir(&file).expect("a directory");
    let (code, report) = copy.verify(&[]);
    assert_eq!((code, codes(&report)[0]), (Some(3), "FILE_MISSING"));
}
