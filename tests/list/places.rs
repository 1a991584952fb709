//! Roots that are not what they should be, and what may not be read.

use std::fs;
use std::path::Path;

use crate::fixtures::{fixtures, self_contained, snapshots};
use crate::{codes, list, snapshots_of};

#[test]
fn an_empty_root_is_nothing_found() {
    let root = tempfile::tempdir().expect("a directory");
    let (code, report, _) = list(&[], &[root.path()]);
    assert_eq!(code, Some(3));
    assert!(snapshots_of(&report).is_empty());
}

#[test]
fn a_missing_root_beside_a_good_one_is_named_and_the_good_one_is_listed() {
    let good = fixtures().join("flink/2.3.0/hashmap-every-state");
    let (code, report, _) = list(&[], &[Path::new("/nowhere/flink"), &good]);
    assert_eq!(code, Some(4));
    assert_eq!(codes(&report), ["NOT_READ"]);
    assert!(!snapshots_of(&report).is_empty());
}

#[test]
fn a_root_that_is_a_snapshot_is_listed_as_one() {
    let directory = snapshots().remove(0).metadata;
    let (code, report, _) = list(&[], &[directory.parent().expect("a directory")]);
    assert_eq!((code, snapshots_of(&report).len()), (Some(0), 1));
}

#[cfg(unix)]
#[test]
fn a_link_in_a_circle_is_named_and_the_rest_is_listed() {
    let root = tempfile::tempdir().expect("a directory");
    let chk = root.path().join("chk-1");
    fs::create_dir(&chk).expect("a directory");
    fs::copy(self_contained(), chk.join("_metadata")).expect("a copy");
    std::os::unix::fs::symlink(root.path(), root.path().join("circle")).expect("a link");
    let (code, report, _) = list(&[], &[root.path()]);
    assert_eq!((code, snapshots_of(&report).len()), (Some(4), 1));
    assert_eq!(codes(&report), ["LINK_NOT_FOLLOWED"]);
}

/// The super-user may read everything, so this runs as somebody else where it can.
#[cfg(target_os = "linux")]
#[test]
fn a_directory_that_may_not_be_listed_is_counted_and_named_and_the_rest_is_listed() {
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::process::CommandExt;
    const NOBODY: u32 = 65_534;
    let root = tempfile::tempdir().expect("a directory");
    let allow = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("permissions");
    allow(root.path(), 0o755);
    for place in ["open/chk-1", "locked/chk-1", "locked-metadata/chk-1"] {
        let chk = root.path().join(place);
        fs::create_dir_all(&chk).expect("a directory");
        fs::copy(self_contained(), chk.join("_metadata")).expect("a copy");
    }
    let (locked, file) = (root.path().join("locked"), root.path().join("locked-metadata/chk-1/_metadata"));
    allow(&locked, 0o000);
    allow(&file, 0o000);
    let binary = root.path().join("keepoint");
    fs::copy(env!("CARGO_BIN_EXE_keepoint"), &binary).expect("a copy");
    let mut command = std::process::Command::new(&binary);
    command.arg("list").arg(root.path()).args(["--output", "json"]);
    if fs::read(&file).is_ok() {
        command.uid(NOBODY).gid(NOBODY);
    }
    let output = command.output().expect("the binary runs");
    allow(&locked, 0o755);
    let report = serde_json::from_slice(&output.stdout).expect("a report");
    assert_eq!(output.status.code(), Some(4), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(snapshots_of(&report).len(), 1);
    assert_eq!(codes(&report), ["NOT_READ", "NOT_READ"]);
    assert_eq!(report["totals"]["directories_unread"], 2);
}
