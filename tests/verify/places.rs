//! What may not be read, what is elsewhere, and how much is asked for.

use std::fs;
use std::path::Path;

use crate::fixtures::{fixtures, snapshots};
use crate::{Copy, all, codes, run, verify};

#[test]
fn without_the_files_of_its_old_place_a_copied_snapshot_is_damaged_and_relocated_it_is_not() {
    let copy = Copy::of("2.3.0/rocksdb-incremental");
    let root = copy.path().to_str().expect("UTF-8");
    let (code, report) = verify(&[root]);
    assert_eq!((code, codes(&report)[0]), (Some(3), "FILE_MISSING"));
    assert_eq!(copy.verify(&[]).0, Some(0));
}

#[test]
fn files_in_a_store_that_cannot_be_reached_are_not_checked_and_never_missing() {
    let copy = Copy::of("2.3.0/rocksdb-incremental");
    let (from, _) = copy.relocation().split_once('=').expect("a pair");
    let root = copy.path().to_str().expect("UTF-8");
    let (code, report) = verify(&[root, "--relocate", &format!("{from}=nosuch://store/flink")]);
    assert_eq!(code, Some(4), "{report}");
    assert!(codes(&report).iter().all(|code| *code == "FILE_NOT_CHECKED"), "{report}");
    assert_eq!(report["totals"]["missing"], 0);
    let problem = &report["problems"][0];
    assert_eq!(problem["reason"], "no client for nosuch");
    let unknown = all(&report, "snapshots").iter().filter(|snapshot| snapshot.get("restorable").is_none()).count();
    assert_eq!(report["totals"]["unknown"], unknown);
    assert!(unknown > 0);
}

#[test]
fn unreadable_metadata_is_not_restorable_and_that_of_a_newer_flink_is_not_known() {
    for (name, code, restorable) in [
        ("cut-in-an-operator", 3, Some(false)),
        ("version-8", 4, None),
        ("unknown-keyed-tag", 4, None),
        ("version-1", 3, None),
    ] {
        let (exit, report) = verify(&[fixtures().join("damaged").join(name).to_str().expect("UTF-8")]);
        assert_eq!(exit, Some(code), "{name}");
        let row = &report["snapshots"][0];
        assert_eq!((row["status"].as_str(), row["restorable"].as_bool()), (Some("unreadable"), restorable), "{name}");
    }
}

#[test]
fn a_directory_without_metadata_is_nothing_to_verify() {
    let root = tempfile::tempdir().expect("a directory");
    let chk = root.path().join("chk-5");
    fs::create_dir(&chk).expect("a directory");
    fs::write(chk.join("state"), b"state").expect("a file");
    let (code, report) = verify(&[chk.to_str().expect("UTF-8")]);
    assert_eq!((code, &report["snapshots"][0]["status"]), (Some(3), &"in_progress".into()));
    assert_eq!((&report["totals"]["unfinished"], &report["totals"]["snapshots"]), (&1.into(), &0.into()));
}

/// The numbers that `--stats` shows: listings and single looks.
fn requests(arguments: &[&str]) -> (u64, u64) {
    let output = run(&[arguments, &["--stats"]].concat());
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    let number = |word: &str| {
        let rest = text.split_once(&format!("{word} ")).map(|(_, rest)| rest);
        let digits = rest.map(|rest| rest.chars().take_while(char::is_ascii_digit).collect::<String>());
        digits.and_then(|digits| digits.parse().ok()).unwrap_or(0)
    };
    (number("list"), number("stat"))
}

#[test]
fn a_file_that_many_share_is_asked_for_once_and_a_snapshots_directory_is_listed_once() {
    let copy = Copy::of("2.3.0/rocksdb-incremental");
    let job = crate::fixtures::directories(&copy.path().join("checkpoints")).remove(0);
    let snapshots = crate::fixtures::directories(&job).into_iter();
    let snapshots: Vec<_> = snapshots.filter(|directory| directory.join("_metadata").is_file()).collect();
    let shared = fs::read_dir(job.join("shared")).expect("a directory").count() as u64;
    let arguments: Vec<&str> = snapshots.iter().map(|path| path.to_str().expect("UTF-8")).collect();
    let arguments = [&arguments[..], &["--relocate", copy.relocation()]].concat();
    let (listings, stats) = requests(&arguments);
    assert_eq!(listings, snapshots.len() as u64, "each of the snapshots");
    assert_eq!(stats, shared, "there are few shared files, and each is looked at once");
}

#[test]
fn a_missing_file_is_looked_for_once_more_before_it_is_called_missing() {
    let copy = Copy::of("2.3.0/rocksdb-full");
    let chk = copy.state_files().into_iter().find(|file| file.to_string_lossy().contains("/chk-")).expect("a state");
    let directory = chk.parent().expect("a directory").to_owned();
    for file in fs::read_dir(&directory).expect("a directory") {
        let file = file.expect("readable").path();
        if !file.ends_with("_metadata") {
            fs::remove_file(file).expect("it can go");
        }
    }
    let arguments = [directory.to_str().expect("UTF-8"), "--relocate", copy.relocation()];
    let (listings, stats) = requests(&arguments);
    let (_, report) = verify(&arguments);
    let missing = report["totals"]["missing"].as_u64().expect("a number");
    assert!(missing > 0);
    // One look at the metadata on top, which might have been deleted, too.
    assert!(listings <= 1 && stats == missing + 1, "{listings} {stats} {missing}");
}

/// The super-user may read everything, so this runs as somebody else where it can.
#[cfg(target_os = "linux")]
#[test]
fn files_in_a_directory_that_may_not_be_entered_are_not_checked() {
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::process::CommandExt;
    const NOBODY: u32 = 65_534;
    let copy = Copy::of("2.3.0/rocksdb-incremental");
    let allow = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("permissions");
    allow(copy.path(), 0o755);
    let shared = crate::fixtures::directories(&copy.path().join("checkpoints")).remove(0).join("shared");
    let binary = copy.path().join("keepoint");
    fs::copy(env!("CARGO_BIN_EXE_keepoint"), &binary).expect("a copy");
    let chk = snapshots().into_iter().find(|snapshot| snapshot.name.contains("2.3.0/rocksdb-incremental/checkpoints"));
    let chk = chk.expect("a checkpoint").metadata;
    let name = chk.parent().expect("a directory").file_name().expect("a name").to_owned();
    let chk = shared.parent().expect("a job").join(name);
    allow(&shared, 0o000);
    let mut command = std::process::Command::new(&binary);
    command.arg("verify").arg(&chk).args(["--output", "json", "--relocate", copy.relocation()]).env_clear();
    if fs::read_dir(&shared).is_ok() {
        command.uid(NOBODY).gid(NOBODY);
    }
    let output = command.output().expect("the binary runs");
    allow(&shared, 0o755);
    assert_eq!(output.status.code(), Some(4), "{}", String::from_utf8_lossy(&output.stderr));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("a report");
    assert_eq!(codes(&report), ["FILE_NOT_CHECKED"]);
    assert!(report["problems"][0]["reason"].as_str().is_some_and(|reason| reason.contains("permission")), "{report}");
    assert_eq!(report["totals"]["missing"], 0);
}
