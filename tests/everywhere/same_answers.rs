//! The same tree on local disk, on S3 and in HDFS: the same answers, to the byte, apart from locations and times.

use std::fs::{self, File};
use std::path::Path;

use serde_json::Value;

use super::place::{Place, copy, project};

/// Of every kind of file and reference: shared, merged, changelog, foreign, inline.
const SCENARIOS: [&str; 6] = [
    "rocksdb-incremental",
    "stop-with-savepoint",
    "file-merging",
    "changelog-filesystem",
    "restore-claim-native",
    "unaligned-in-flight",
];

/// The job of `rocksdb-incremental`.
const JOB: &str = "{root}/rocksdb-incremental/checkpoints/6113b47892a38e34ed05f3ff62ef0a12";

/// Real snapshots, one that is damaged, one that is in progress, one whose files are gone, and files that nobody knows.
fn tree(directory: &Path) {
    for scenario in SCENARIOS {
        copy(&project().join("fixtures/flink/2.3.0").join(scenario).join("storage"), &directory.join(scenario));
    }
    let damaged = directory.join("damaged/chk-7");
    fs::create_dir_all(&damaged).expect("a directory");
    fs::copy(project().join("fixtures/damaged/cut-in-an-operator/_metadata"), damaged.join("_metadata"))
        .expect("a copy");
    let in_progress = directory.join("rocksdb-incremental/checkpoints/6113b47892a38e34ed05f3ff62ef0a12/chk-5");
    fs::create_dir_all(&in_progress).expect("a directory");
    fs::write(in_progress.join("state-file"), b"state").expect("a file");
    let cut = directory.join("stop-with-savepoint/savepoints");
    let savepoint = fs::read_dir(&cut).expect("savepoints").map(|entry| entry.expect("an entry").path()).min();
    let files =
        fs::read_dir(savepoint.expect("a savepoint")).expect("files").map(|entry| entry.expect("an entry").path());
    let state =
        files.filter(|file| file.file_name().is_some_and(|name| name != "_metadata")).min().expect("a state file");
    File::options().write(true).open(&state).and_then(|file| file.set_len(1)).expect("a shorter file");
    fs::create_dir_all(directory.join("elsewhere")).expect("a directory");
    fs::write(directory.join("elsewhere/notes.txt"), b"who wrote this").expect("a file");
}

/// Without locations, times and what follows from either: which of several jobs is listed first, which snapshot of a directory is the newest
/// and how old, and whether files that metadata names elsewhere come before those that lie here.
fn comparable(text: &str, root: &str) -> String {
    let mut result = String::new();
    for line in in_order_of_place(&text.replace(root, "ROOT")).lines() {
        if line.trim_start().starts_with("\"newest_completed_") {
            continue;
        }
        match line.split_once("\": \"") {
            Some((name, value)) if is_time(value) => {
                result.push_str(name);
                result.push_str("\": TIME");
            }
            _ => result.push_str(line),
        }
        result.push('\n');
    }
    result
}

/// The first snapshot of a scenario, by name.
fn first_snapshot(scenario: &Path) -> String {
    let mut directories = vec![scenario.to_owned()];
    let mut found = Vec::new();
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(&directory).expect("a directory") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                directories.push(path);
            } else if path.ends_with("_metadata") {
                found.push(directory.clone());
            }
        }
    }
    let first = found.into_iter().min().expect("a snapshot");
    let below = first.strip_prefix(scenario.parent().expect("a parent")).expect("it is below");
    format!("{{root}}/{}", below.display())
}

fn in_order_of_place(text: &str) -> String {
    let Ok(mut report) = serde_json::from_str::<Value>(text) else { return text.to_owned() };
    for records in ["snapshots", "jobs", "findings", "files", "problems"] {
        if let Some(records) = report[records].as_array_mut() {
            records.sort_by_key(|record| (record["location"].to_string(), record["path"].to_string()));
        }
    }
    serde_json::to_string_pretty(&report).expect("a report")
}

/// `2026-11-21T03:03:46.937Z",`
fn is_time(value: &str) -> bool {
    let value = value.trim_end_matches([',', '"']);
    value.len() == 24 && value.ends_with('Z') && value.as_bytes().get(10) == Some(&b'T')
}

#[test]
#[ignore = "needs an S3 server and a name node: tests/run"]
fn the_same_tree_gives_the_same_answers_on_local_disk_on_s3_and_in_hdfs() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let original = directory.path().join("original");
    tree(&original);
    let name = format!("everywhere-{}", std::process::id());
    let places = [Place::local(&directory.path().join(&name)), Place::s3(&name), Place::hdfs(&name)];
    for place in &places {
        place.fill(&original);
    }

    let relocations: Vec<String> = SCENARIOS
        .iter()
        .flat_map(|scenario| {
            let from = format!("file:/tmp/keepoint-fixtures/2.3.0/{scenario}");
            ["--relocate".to_owned(), format!("{from}={{root}}/{scenario}")]
        })
        .collect();
    let relocations: Vec<&str> = relocations.iter().map(String::as_str).collect();
    let chk_4 = format!("{JOB}/chk-4");
    let chk_3 = format!("{JOB}/chk-3");
    let shared = format!("{JOB}/shared");
    let changelog = first_snapshot(&original.join("changelog-filesystem"));
    let in_flight = first_snapshot(&original.join("unaligned-in-flight"));
    let questions: Vec<Vec<&str>> = vec![
        vec!["list", "{root}", "--output", "json"],
        vec!["list", "{root}/rocksdb-incremental", "--kind", "checkpoint", "--sort", "id", "--output", "json"],
        vec!["list", "{root}/rocksdb-incremental", "--kind", "savepoint", "--sort", "id", "--output", "json"],
        vec!["inspect", &chk_4, "--output", "json"],
        vec!["inspect", "{root}/damaged/chk-7", "--output", "json"],
        [&["verify", "{root}", "--output", "json"], relocations.as_slice()].concat(),
        [&["verify", "{root}", "--deep", "--read-through", "--output", "json"], relocations.as_slice()].concat(),
        [&["files", "{root}", "--output", "json"], relocations.as_slice()].concat(),
        [&["files", &shared, "--output", "json"], relocations.as_slice()].concat(),
        // Which of several was completed last depends on the order in which they were copied.
        vec!["latest", &chk_4],
        [&["latest", &chk_4, "--verify"], relocations.as_slice()].concat(),
        vec!["latest", "{root}"],
        vec!["list", "{root}/not-there"],
        vec!["inspect", "{root}/elsewhere", "--output", "json"],
        [&["inspect", &chk_4, "--states", "--sizes", "--output", "json"], relocations.as_slice()].concat(),
        [&["inspect", &chk_4, "--states", "--every-header", "--output", "json"], relocations.as_slice()].concat(),
        [&["inspect", &chk_4, "--schema"], relocations.as_slice()].concat(),
        [
            &["inspect", &chk_4, "--freed-within", "{root}/rocksdb-incremental", "--output", "json"],
            relocations.as_slice(),
        ]
        .concat(),
        [&["inspect", &changelog, "--states", "--output", "json"], relocations.as_slice()].concat(),
        [&["inspect", &in_flight, "--offsets", "--output", "json"], relocations.as_slice()].concat(),
        [&["diff", &chk_3, &chk_4, "--output", "json"], relocations.as_slice()].concat(),
        // RocksDB's own files: not known, everywhere.
        [&["state", &chk_4, "--operator", "count-uid", "--name", "count"], relocations.as_slice()].concat(),
        vec!["uid", "--find", "e7d10c5c3dca7d2059d631494000fce8", "--names-from", &chk_4, "--output", "json"],
    ];
    for question in &questions {
        let [local, others @ ..] = places.each_ref().map(|place| {
            let answer = place.ask(question);
            let texts = [&answer.stdout, &answer.stderr].map(|text| comparable(text, &place.root));
            (answer.code, texts)
        });
        assert!(local.1.iter().any(|text| !text.is_empty()), "{question:?}: {local:?}");
        for (place, other) in places[1..].iter().zip(others) {
            assert_eq!(local.0, other.0, "{question:?} of {}: {other:?}", place.root);
            for (here, there) in local.1.iter().zip(&other.1) {
                let differing = here.lines().zip(there.lines()).find(|(a, b)| a != b);
                assert!(here == there, "{question:?} of {}: {differing:?}\n{here}\n---\n{there}", place.root);
            }
        }
    }
}
