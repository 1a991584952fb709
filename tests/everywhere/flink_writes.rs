//! A real Flink writes checkpoints and savepoints onto the servers; keepoint says of them there what Flink's own loader says, and Flink
//! starts from what keepoint names.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::place::{Place, project};

/// What Flink's loader said of each snapshot below a directory, by the snapshot's location.
fn expected(directory: &Path, found: &mut BTreeMap<String, Value>) {
    for entry in fs::read_dir(directory).expect("a directory") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            expected(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "json")
            && path.components().any(|part| part.as_os_str() == "expected")
        {
            let of_flink: Value = serde_json::from_slice(&fs::read(&path).expect("readable")).expect("JSON");
            found.insert(of_flink["pointer"].as_str().expect("a pointer").to_owned(), of_flink);
        }
    }
}

/// Runs the script that runs Flink.
fn flink(arguments: &[&str]) -> bool {
    let script = project().join("tests/servers/flink");
    Command::new(script).args(arguments).status().expect("the script starts").success()
}

fn json_of(place: &Place, arguments: &[&str], codes: &[i32]) -> Value {
    let answer = place.ask(arguments);
    let code = answer.code.expect("no signal");
    assert!(codes.contains(&code), "{arguments:?}: exit code {code}: {}", answer.stderr);
    serde_json::from_str(&answer.stdout).unwrap_or_else(|error| panic!("{arguments:?}: {error}: {answer:?}"))
}

fn strings<'a>(values: &'a Value, name: &str) -> BTreeSet<&'a str> {
    let values = values.as_array().map(Vec::as_slice).unwrap_or_default();
    values.iter().map(|value| value[name].as_str().expect("a string")).collect()
}

/// Whether Flink's loader found every file with the length that is needed. Where one that it writes parts of is too short, that is known
/// only on stores that tell how long a file is while it is open.
fn is_whole(of_flink: &Value, tells_length_of_open_files: bool) -> Option<bool> {
    let files = of_flink["files"].as_array().expect("files");
    let verdicts = files.iter().map(|file| {
        let segments = file["segments"].as_array().map(Vec::as_slice).unwrap_or_default();
        let ends = segments.iter().map(|segment| segment[0].as_u64().zip(segment[1].as_u64()).expect("a segment"));
        let needed = ends.map(|(start, size)| start + size).max();
        match file["length_on_storage"].as_u64() {
            None => Some(false),
            Some(length) if needed.is_some_and(|needed| length < needed) => {
                if tells_length_of_open_files {
                    Some(false)
                } else {
                    None
                }
            }
            Some(_) => Some(true),
        }
    });
    let worst = verdicts.min_by_key(|verdict| match verdict {
        Some(false) => 0,
        None => 1,
        Some(true) => 2,
    });
    worst.unwrap_or(Some(true))
}

fn written_on(store: &str, place: &Place) {
    let out = tempfile::tempdir().expect("a temporary directory");
    let directory = out.path().display().to_string();
    assert!(flink(&[store, &place.root, &directory]), "Flink writes below {}", place.root);
    let mut of_flink = BTreeMap::new();
    expected(&PathBuf::from(&directory), &mut of_flink);
    assert!(of_flink.len() >= 5, "{of_flink:?}");

    let list = json_of(place, &["list", "{root}", "--output", "json"], &[0]);
    let completed = list["snapshots"].as_array().expect("snapshots").iter();
    let completed = completed.filter(|snapshot| snapshot["status"] == "completed");
    let listed: BTreeSet<&str> = completed.map(|snapshot| snapshot["location"].as_str().expect("one")).collect();
    assert_eq!(listed, of_flink.keys().map(String::as_str).collect(), "what is listed below {}", place.root);

    for (pointer, of_flink) in &of_flink {
        let report = json_of(place, &["inspect", pointer, "--output", "json"], &[0]);
        assert_eq!(report["snapshot"]["checkpoint_id"], of_flink["checkpoint_id"], "{pointer}");
        assert_eq!(
            strings(&report["operators"], "operator_id"),
            strings(&of_flink["operators"], "operator_id"),
            "{pointer}"
        );
        assert_eq!(strings(&report["files"], "path"), strings(&of_flink["files"], "path"), "{pointer}");
        let sizes = of_flink["operators"].as_array().expect("operators").iter();
        let size: u64 = sizes.map(|operator| operator["state_size"].as_u64().expect("a size")).sum();
        assert_eq!(report["snapshot"]["state_bytes"].as_u64(), Some(size), "{pointer}");
    }

    let verified = json_of(place, &["verify", "{root}", "--deep", "--output", "json"], &[0, 3, 4]);
    let with_metadata = verified["snapshots"].as_array().expect("snapshots").iter();
    let with_metadata = with_metadata.filter(|snapshot| snapshot["status"] != "in_progress");
    let verdicts: BTreeMap<&str, Option<bool>> = with_metadata
        .map(|snapshot| (snapshot["location"].as_str().expect("one"), snapshot["restorable"].as_bool()))
        .collect();
    let tells_length_of_open_files = store != "hdfs";
    let is_whole = |said: &Value| is_whole(said, tells_length_of_open_files);
    let of_flinks: BTreeMap<&str, Option<bool>> =
        of_flink.iter().map(|(pointer, said)| (pointer.as_str(), is_whole(said))).collect();
    assert_eq!(verdicts, of_flinks, "what is restorable below {}", place.root);

    let files = json_of(place, &["files", "{root}", "--output", "json"], &[0, 3, 4]);
    let classes: BTreeMap<&str, &str> = files["files"]
        .as_array()
        .expect("files")
        .iter()
        .map(|file| (file["path"].as_str().expect("a path"), file["class"].as_str().expect("a class")))
        .collect();
    for file in of_flink
        .values()
        .filter(|said| is_whole(said) == Some(true))
        .flat_map(|said| said["files"].as_array().expect("files"))
    {
        let path = file["path"].as_str().expect("a path");
        let class = classes.get(path).copied();
        assert!(matches!(class, Some("exclusive" | "shared" | "task_owned")), "{path}: {class:?}");
    }

    let of_scenario = |pointer: &&String| pointer.contains("/rocksdb-incremental/");
    let incremental = of_flink.keys().find(of_scenario).expect("a default scenario");
    let (root, _) = incremental.split_once("/checkpoints/").expect("it has checkpoints");
    let newest = place.ask(&["latest", root, "--kind", "checkpoint", "--verify"]);
    assert_eq!(newest.code, Some(0), "{newest:?}");
    assert!(flink(&[store, "restore", "rocksdb-incremental", newest.stdout.trim()]), "{newest:?}");
    // What keepoint does not know, Flink finds out: such files are whole.
    if let Some((pointer, _)) = of_flinks.iter().rfind(|(_, verdict)| verdict.is_none()) {
        assert!(flink(&[store, "restore", "file-merging-across", pointer]), "{pointer}");
    }
}

#[test]
#[ignore = "needs an S3 server and runs Flink: tests/run"]
fn what_flink_writes_onto_s3_is_read_there_as_flinks_loader_reads_it_and_flink_starts_from_the_latest() {
    written_on("s3", &Place::s3(&format!("flink-{}", std::process::id())));
}

#[test]
#[ignore = "needs a name node and runs Flink: tests/run"]
fn what_flink_writes_into_hdfs_is_read_there_as_flinks_loader_reads_it_and_flink_starts_from_the_latest() {
    written_on("hdfs", &Place::hdfs(&format!("flink-{}", std::process::id())));
}
