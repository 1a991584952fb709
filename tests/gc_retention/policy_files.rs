//! Policy files against golden files in `tests/gc_retention/files/`: `NAME.yaml` and, in `NAME.expected`, what was understood or why not.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use keepoint::gc::retention::file::{LARGEST, PolicyFile, RootPolicy};

use crate::golden;

fn path(below: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(below)
}

#[test]
fn every_policy_file_is_read_as_expected() {
    let entries = fs::read_dir(path("tests/gc_retention/files")).expect("there are files");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("a file").path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "yaml"));
    files.sort();
    assert!(files.len() >= 20, "only {} files", files.len());
    let failures = files.iter().filter_map(|file| {
        let text = fs::read_to_string(file).expect("a readable file");
        golden::compare(&file.with_extension("expected"), view(&text).as_bytes()).err()
    });
    golden::report(&failures.collect::<Vec<_>>());
}

#[test]
fn the_example_in_the_documents_is_a_policy_file_and_uses_every_field() {
    let text = fs::read_to_string(path("docs/examples/policy.yaml")).expect("the example");
    let file = PolicyFile::parse(&text).expect("the example is right");
    assert!(file.roots.len() > 1);
    for field in [
        "also-read",
        "keep",
        "kind",
        "group-by",
        "time-zone",
        "drop-damaged",
        "expire-ended-after",
        "select",
        "allow-empty-group",
        "orphans",
        "min-age",
        "ended-if-idle",
        "ended",
        "acknowledge",
        "lineage",
        "reason",
        "expires",
        "protect",
    ] {
        assert!(text.contains(&format!("{field}:")), "{field}");
    }
}

#[test]
fn a_file_of_a_few_lines_that_stands_for_a_billion_values_is_refused_at_once() {
    let mut text =
        "version: 1\ndefaults: {protect: &a [\"x\",\"x\",\"x\",\"x\",\"x\",\"x\",\"x\",\"x\",\"x\",\"x\"]}\n"
            .to_owned();
    for (one, next) in ('a'..'j').zip('b'..='j') {
        let ten = vec![format!("*{one}"); 10].join(",");
        writeln!(text, "x{next}: &{next} [{ten}]").expect("a string takes everything");
    }
    text.push_str("roots: *j\n");
    let started = Instant::now();
    assert!(PolicyFile::parse(&text).is_err());
    // The same where the schema would take the values.
    let roots = "&r {root: /r, protect: [a, a, a, a, a, a, a, a, a, a]}";
    let many = vec!["*r"; 100_000].join(", ");
    let error =
        PolicyFile::parse(&format!("version: 1\nroots: [{roots}, {many}]\n")).expect_err("too much").to_string();
    assert!(error.ends_with("there is more in it, aliases followed, than a policy file may hold"), "{error}");
    assert!(started.elapsed() < Duration::from_secs(10));
}

#[test]
fn a_file_that_nests_without_end_is_refused() {
    for open in ["[", "{a: ", "- "] {
        assert!(PolicyFile::parse(&open.repeat(100_000)).is_err(), "{open}");
    }
}

#[test]
fn a_file_larger_than_a_mebibyte_is_refused_by_its_size() {
    let text = format!("version: 1 #{}\nroots: [{{root: /r, keep: [{{keep-last: 1}}]}}]\n", " ".repeat(LARGEST));
    let error = PolicyFile::parse(&text).expect_err("too large").to_string();
    assert!(error.ends_with("bytes are too many for a policy file, which may have 1048576"), "{error}");
}

#[test]
fn many_roots_are_compared_in_no_time() {
    let mut text = "version: 1\ndefaults: {keep: [{keep-last: 1}]}\nroots:\n".to_owned();
    for number in 0..10_000 {
        writeln!(text, "- root: s3://b/{number}").expect("a string takes everything");
    }
    let started = Instant::now();
    assert_eq!(PolicyFile::parse(&text).expect("roots side by side").roots.len(), 10_000);
    assert!(started.elapsed() < Duration::from_secs(10));
    text.push_str("- root: s3a://b/77/x\n");
    let error = PolicyFile::parse(&text).expect_err("one lies in another").to_string();
    assert!(error.contains("s3a://b/77/x lies in s3://b/77, the root of roots[77]"), "{error}");
}

fn view(text: &str) -> String {
    match PolicyFile::parse(text) {
        Ok(file) => file.roots.iter().map(root).collect(),
        Err(error) => format!("refused: {error}\n"),
    }
}

fn root(root: &RootPolicy) -> String {
    let mut text = format!("{}\n", root.root);
    let mut line = |name: &str, value: String| writeln!(text, "  {name}: {value}").expect("a string takes everything");
    for rule in root.policy.lines() {
        line("policy", rule);
    }
    for place in &root.also_read {
        line("also-read", place.to_string());
    }
    line("orphans", root.orphans.to_string());
    for (name, duration) in [("min-age", root.min_age), ("ended-if-idle", root.ended_if_idle)] {
        if let Some(duration) = duration {
            line(name, humantime::format_duration(duration).to_string());
        }
    }
    for job in &root.ended {
        line("ended", job.clone());
    }
    for acknowledged in &root.acknowledge {
        let until = acknowledged.expires.map_or(String::new(), |until| format!(", until {}", until.to_rfc3339()));
        line("acknowledged", format!("{}: {}{until}", acknowledged.lineage, acknowledged.reason));
    }
    for source in &root.protect {
        line("protect", source.clone());
    }
    text
}
