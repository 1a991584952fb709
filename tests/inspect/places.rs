//! Places that are not a snapshot, cannot be read, or change meanwhile.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use crate::fixtures::snapshots;

fn keepoint(pointer: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_keepoint")).arg("inspect").arg(pointer).output().expect("the binary runs")
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_pointer_to_the_directory_or_to_the_metadata_file_gives_the_same_report() {
    let snapshot = snapshots().into_iter().next().expect("there are fixtures");
    let by_file = keepoint(&snapshot.metadata);
    let by_directory = keepoint(snapshot.metadata.parent().expect("a directory"));
    assert_eq!(by_file.status.code(), Some(0));
    assert_eq!(by_file, by_directory);
}

#[test]
fn a_metadata_file_of_another_name_is_read_and_named() {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("copy-of-chk-3");
    fs::copy(&snapshots()[0].metadata, &file).expect("a copy");
    let output = keepoint(&file);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(String::from_utf8_lossy(&output.stdout).contains("copy-of-chk-3"));
}

#[test]
fn a_place_that_does_not_exist_is_no_result_and_one_line_with_a_hint() {
    let output = keepoint(Path::new("/nowhere/chk-1"));
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        stderr(&output),
        "keepoint: file:/nowhere/chk-1: not found\nhint: check the path; it may have been deleted meanwhile\n"
    );
}

#[test]
fn a_directory_without_metadata_is_nothing_found() {
    let directory = tempfile::tempdir().expect("a directory");
    let output = keepoint(directory.path());
    assert_eq!(output.status.code(), Some(3));
    assert!(stderr(&output).contains("no _metadata in this directory"), "{}", stderr(&output));
}

#[cfg(unix)]
#[test]
fn a_link_that_leads_nowhere_is_no_result() {
    let directory = tempfile::tempdir().expect("a directory");
    std::os::unix::fs::symlink("/nowhere", directory.path().join("chk-1")).expect("a link");
    let output = keepoint(&directory.path().join("chk-1"));
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
}

#[cfg(target_os = "linux")]
#[test]
fn a_device_is_refused_and_not_read_for_ever() {
    let output = keepoint(Path::new("/dev/zero"));
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("neither a file nor a directory"), "{}", stderr(&output));
}

#[cfg(target_os = "linux")]
#[test]
fn a_name_that_is_not_utf8_is_a_usage_error_and_no_panic() {
    use std::os::unix::ffi::OsStrExt;
    let output = keepoint(Path::new(std::ffi::OsStr::from_bytes(b"/tmp/chk-\xFF")));
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("UTF-8"), "{}", stderr(&output));
}

/// The super-user may read everything, so this runs as somebody else where it can.
#[cfg(target_os = "linux")]
#[test]
fn a_metadata_file_that_may_not_be_read_is_no_result_and_named() {
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::process::CommandExt;
    let directory = tempfile::tempdir().expect("a directory");
    let open = fs::Permissions::from_mode(0o755);
    fs::set_permissions(directory.path(), open.clone()).expect("permissions");
    // The binary itself has to be where another user may start it.
    let binary = directory.path().join("keepoint");
    fs::copy(env!("CARGO_BIN_EXE_keepoint"), &binary).expect("a copy");
    let file = directory.path().join("_metadata");
    fs::copy(&snapshots()[0].metadata, &file).expect("a copy");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o000)).expect("permissions");
    let mut command = Command::new(&binary);
    command.arg("inspect").arg(directory.path());
    if fs::read(&file).is_ok() {
        const NOBODY: u32 = 65_534;
        command.uid(NOBODY).gid(NOBODY);
    }
    let output = command.output().expect("the binary runs");
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert!(stderr(&output).contains("no permission to read it"), "{}", stderr(&output));
}

#[test]
fn a_large_file_of_something_else_is_told_by_its_first_bytes() {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("_metadata");
    // A hole, not bytes: a terabyte that nobody could read.
    fs::File::create(&file).and_then(|file| file.set_len(1 << 40)).expect("a sparse file");
    let output = keepoint(&file);
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    assert!(String::from_utf8_lossy(&output.stdout).contains("META_UNREADABLE"));
}

#[test]
fn a_file_that_claims_to_be_metadata_of_a_terabyte_is_refused_without_reading_it() {
    use std::io::Write;
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("_metadata");
    let mut file = fs::File::create(&path).expect("a file");
    file.write_all(&[0x49, 0x60, 0x67, 0x2D, 0, 0, 0, 4]).expect("a header");
    file.set_len(1 << 40).expect("a sparse file");
    let output = keepoint(&path);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert!(stderr(&output).contains("more than the"), "{}", stderr(&output));
}

#[test]
fn metadata_that_is_being_replaced_over_and_over_gives_a_report_or_one_clear_line_and_never_a_panic() {
    let directory = tempfile::tempdir().expect("a directory");
    let chk = directory.path().join("chk-1");
    fs::create_dir(&chk).expect("a directory");
    let bytes = fs::read(&snapshots()[0].metadata).expect("a readable fixture");
    let stop = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                // Written in place, so that a reader can see any length of it.
                let _ = fs::write(chk.join("_metadata"), &bytes);
                let _ = fs::remove_file(chk.join("_metadata"));
            }
        });
        for _ in 0..200 {
            let output = keepoint(&chk);
            let code = output.status.code();
            assert!(matches!(code, Some(0 | 1 | 3)), "{code:?} {}", stderr(&output));
            assert!(stderr(&output).lines().count() <= 2, "{}", stderr(&output));
        }
        stop.store(true, std::sync::atomic::Ordering::Relaxed);
    });
}
