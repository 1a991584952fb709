//! The collector at work on what Flink has written, and Flink on what is left.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value;
use tempfile::tempdir;

use super::flink::OnStore;
use super::place::Place;
use super::stored::{Needs, Tree, spelled};

/// How long a checkpoint may be under way, and how long tasks may not know of one that was completed (S-10): here nobody takes any more.
pub(crate) const AT_REST: [&str; 6] =
    ["--checkpoint-timeout", "0s", "--unsafe-checkpoint-timeout", "--settling", "0s", "--unsafe-settling"];

/// Snapshots that Flink has written, in one place.
pub(crate) struct Written<'a> {
    pub(crate) flink: &'a mut OnStore,
    /// A cluster that is open.
    pub(crate) cluster: String,
    /// What is cleaned.
    pub(crate) place: Place,
    /// What the state of a snapshot is, by its location: how many numbers had been let through.
    pub(crate) positions: BTreeMap<String, String>,
}

/// What became of them.
#[derive(Debug)]
pub(crate) struct Collected {
    pub(crate) kept: BTreeSet<String>,
    pub(crate) retired: BTreeSet<String>,
    /// Those that lacked files before, kept or retired: Flink could not restore them.
    pub(crate) broken: BTreeSet<String>,
}

impl Written<'_> {
    /// Lets a job go on, and takes a checkpoint.
    pub(crate) fn checkpoint(&mut self, job: &str, numbers: u32) -> String {
        self.snapshot(job, numbers, &format!("checkpoint {job}"))
    }

    /// The same with a savepoint; `None` where the release cannot.
    pub(crate) fn savepoint(&mut self, job: &str, format: &str) -> String {
        self.snapshot(job, 50, &format!("savepoint {job} {format}"))
    }

    fn snapshot(&mut self, job: &str, numbers: u32, command: &str) -> String {
        self.flink.ask(&format!("feed {job} {numbers}"));
        let location = self.flink.ask(command);
        let position = self.flink.ask(&format!("position {job}"));
        self.positions.insert(spelled(&location), position);
        location
    }

    /// `keepoint gc run`: with which code it ends, one of these, and what it reports.
    pub(crate) fn gc_run(&self, codes: &[i32], more: &[&str]) -> (i32, Value) {
        let ledger = format!("{}-ledger", self.place.root);
        Self::run(&self.place, codes, &[&["--ledger", &ledger], more].concat())
    }

    /// The same with nothing that outlasts it but what lies in this directory.
    pub(crate) fn gc_run_without_ledger(&self, codes: &[i32], more: &[&str], state: &Path) -> (i32, Value) {
        Self::run(&self.place.knowing("XDG_STATE_HOME", &state.display().to_string()), codes, more)
    }

    fn run(place: &Place, codes: &[i32], more: &[&str]) -> (i32, Value) {
        let arguments = [&["gc", "run", "{root}", "--yes", "--output", "json"], more].concat();
        let answer = place.ask(&arguments);
        let code = answer.code.expect("no signal");
        assert!(codes.contains(&code), "{arguments:?}: exit code {code}\n{}\n{}", answer.stdout, answer.stderr);
        let report = serde_json::from_str(&answer.stdout);
        (code, report.unwrap_or_else(|error| panic!("{arguments:?}: {error}: {answer:?}")))
    }

    /// `keepoint gc plan` changes nothing, and needs no right to.
    fn plan_changes_nothing(&mut self, policy: &[&str], codes: &[i32]) {
        let before = Tree::read(self.flink, &self.place.root);
        let directory = tempdir().expect("a temporary directory");
        let plan = directory.path().join("plan").display().to_string();
        let arguments = [&["gc", "plan", "{root}", "--out", &plan, "--output", "json"], policy].concat();
        let answer = self.place.read_only().ask(&arguments);
        assert!(answer.code.is_some_and(|code| codes.contains(&code)), "{arguments:?}: {answer:?}");
        assert_eq!(before, Tree::read(self.flink, &self.place.root), "a plan was made of {}", self.place.root);
    }

    /// Cleans up behind jobs that have ended with `keepoint gc run` and checks everything that must hold, whatever was there:
    /// what is kept has all its files and is restored with its state, what is retired has left nothing, a plan and a second run change nothing.
    pub(crate) fn collect(&mut self, policy: &[&str], codes: &[i32]) -> Collected {
        let policy = &[policy, &AT_REST].concat();
        let before = Tree::at_rest(self.flink, &self.place.root);
        let needs: BTreeMap<String, Needs> = before
            .snapshots()
            .into_iter()
            .map(|snapshot| (snapshot.clone(), Needs::of(self.flink, &snapshot)))
            .collect();
        self.plan_changes_nothing(policy, codes);

        let (_, report) = self.gc_run(codes, policy);
        let after = Tree::read(self.flink, &self.place.root);
        let kept = after.snapshots();
        let retired: BTreeSet<String> = before.snapshots().difference(&kept).cloned().collect();
        let reported: BTreeSet<String> = report["snapshots_deleted"]
            .as_array()
            .map(Vec::as_slice)
            .unwrap_or_default()
            .iter()
            .map(|location| spelled(location.as_str().expect("a location")))
            .collect();
        assert_eq!(retired, reported, "what is gone and what is said to be");
        assert!(!retired.is_empty(), "nothing was to do: {report}");
        let freed = before.bytes() - after.bytes();
        assert!(freed > 0);
        assert_eq!(report["bytes_deleted"].as_u64(), Some(freed), "bytes that are gone and what is said");
        self.agrees_with_list(&kept);

        let of = |snapshots: &BTreeSet<String>, files: fn(&Needs) -> &BTreeSet<String>| -> BTreeSet<String> {
            snapshots.iter().flat_map(|snapshot| files(&needs[snapshot]).iter().cloned()).collect()
        };
        let live = of(&kept, |needs| &needs.files);
        for file in &live {
            assert_eq!(after.length(file), before.length(file), "{file} is needed");
        }
        // A file of merged states may be written on by the job, and only once that has ended it goes.
        let merged = of(&retired, |needs| &needs.merged);
        for file in of(&retired, |needs| &needs.files).difference(&live).filter(|file| !merged.contains(*file)) {
            assert_eq!(after.length(file), None, "{file} was needed by nothing but {retired:?}");
        }
        for snapshot in &kept {
            if needs[snapshot].whole {
                self.restores(snapshot);
            }
        }

        let (_, again) = self.gc_run(codes, policy);
        assert_eq!(again["end"], "nothing_to_do", "a second run: {again}");
        assert_eq!(after, Tree::read(self.flink, &self.place.root), "a second run in {}", self.place.root);
        println!("{}: {freed} bytes freed, kept {kept:?}, retired {retired:?}", self.place.root);
        let broken = needs.into_iter().filter(|(_, needs)| !needs.whole).map(|(snapshot, _)| snapshot).collect();
        Collected { kept, retired, broken }
    }

    /// Flink starts from it, and its state is what it was.
    pub(crate) fn restores(&mut self, snapshot: &str) {
        let position = self.flink.ask(&format!("restore {} {snapshot}", self.cluster));
        if let Some(expected) = self.positions.get(&spelled(snapshot)) {
            assert_eq!(&position, expected, "the state of {snapshot}");
        }
    }

    fn agrees_with_list(&self, kept: &BTreeSet<String>) {
        let answer = self.place.ask(&["list", "{root}", "--output", "json"]);
        let report: Value = serde_json::from_str(&answer.stdout).unwrap_or_else(|error| panic!("{error}: {answer:?}"));
        let snapshots = report["snapshots"].as_array().expect("snapshots").iter();
        let completed = snapshots.filter(|snapshot| snapshot["status"] == "completed");
        let listed: BTreeSet<String> =
            completed.map(|snapshot| spelled(snapshot["location"].as_str().expect("a location"))).collect();
        assert_eq!(&listed, kept, "what is listed and what has metadata");
    }
}
