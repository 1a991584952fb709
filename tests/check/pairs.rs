//! Every recorded pair (`fixtures/pairs`), with the job described in each way that it can be: what keepoint says must not contradict what Flink
//! did.
//!
//! - A false "compatible" is the worst there is: nobody looks again. A verdict of coverage "mapping" says nothing about types.
//! - A false "incompatible" is a bug, too.
//! - "unknown" is allowed, and counted: `KEEPOINT_PAIRS=1 cargo test --test check pairs -- --nocapture` shows the table.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::io::{Read, Write as _};
use std::path::{Path, PathBuf};

use keepoint::compat::{self, CheckOptions, RestoreSource, Target, target};
use keepoint::format::metadata;
use keepoint::references::Relocations;
use keepoint::report::{CheckFinding, CheckReport, Coverage, Verdict};
use keepoint::storage::{StorageSettings, Stores};
use keepoint::uri::StorageUri;
use serde::Deserialize;

use crate::known::{Known, known};

/// Where the generator writes.
const WRITTEN_AT: &str = "/tmp/keepoint-fixtures/pairs";

#[derive(Debug, Deserialize)]
struct Pair {
    family: String,
    from: String,
    snapshot: String,
    to: String,
    allow_non_restored_state: bool,
    claim_mode: String,
    outcome: Outcome,
    stage: Option<String>,
    message: Option<String>,
    state: Option<State>,
    what: BTreeMap<String, State>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Outcome {
    Restores,
    Refused,
    Fails,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum State {
    Right,
    Lost,
    PartlyLost,
    Wrong,
}

/// In which way the job is described.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Manifest,
    JobGraph,
    StreamGraph,
    Snapshot,
    /// What `manifest init` writes of that.
    ManifestOfSnapshot,
    JobPlan,
    CompiledPlan,
    /// The same with what it cannot tell of connectors accepted: all jobs have the same one.
    CompiledPlanOfKnownConnectors,
}

/// A graph of the job.
fn file_of(kind: Kind) -> &'static str {
    if kind == Kind::StreamGraph { "stream-graph.bin.gz" } else { "job-graph.bin.gz" }
}

impl Kind {
    const ALL: [Self; 8] = [
        Self::Manifest,
        Self::JobGraph,
        Self::StreamGraph,
        Self::Snapshot,
        Self::ManifestOfSnapshot,
        Self::JobPlan,
        Self::CompiledPlan,
        Self::CompiledPlanOfKnownConnectors,
    ];
}

struct Replay {
    root: PathBuf,
    stores: Stores,
    runtime: tokio::runtime::Runtime,
    snapshots: BTreeMap<PathBuf, Option<Known>>,
    targets: BTreeMap<(PathBuf, Kind), Option<Target>>,
}

impl Replay {
    fn new() -> Self {
        Self {
            root: Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/pairs"),
            stores: Stores::new(StorageSettings::default()).expect("no configuration to read"),
            runtime: tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime"),
            snapshots: BTreeMap::new(),
            targets: BTreeMap::new(),
        }
    }

    fn relocations(&self) -> Relocations {
        let uri = |path: &str| StorageUri::parse(path).expect("a path");
        Relocations::new(vec![(uri(WRITTEN_AT), uri(self.root.to_str().expect("UTF-8")))])
    }

    /// The snapshot of a kind that a job has written.
    fn snapshot(&mut self, directory: &Path) -> Option<&Known> {
        if !self.snapshots.contains_key(directory) {
            let relocations = self.relocations();
            let read = metadata_below(directory);
            let read = read.map(|metadata| self.runtime.block_on(known(&self.stores, &metadata, &relocations)));
            self.snapshots.insert(directory.to_owned(), read);
        }
        self.snapshots[directory].as_ref()
    }

    /// The job, described in a way; `None` where there is no such description of it.
    fn target(&mut self, job: &Path, kind: Kind) -> Option<Target> {
        let key = (job.to_owned(), kind);
        if let Some(known) = self.targets.get(&key) {
            return known.clone();
        }
        let place = job.display().to_string();
        let text = |name: &str| fs::read_to_string(job.join(name)).ok();
        let target = match kind {
            Kind::Manifest => text("manifest.yaml").map(|text| {
                let file = |_: &str| Err("no files".to_owned());
                target::manifest(&text, &place, &file).unwrap_or_else(|error| panic!("{error}"))
            }),
            Kind::JobPlan => text("rest-job.json").map(|text| {
                let json = serde_json::from_str(&text).expect("JSON");
                target::job_plan(&json, &place).unwrap_or_else(|error| panic!("{error}")).expect("a plan")
            }),
            Kind::CompiledPlan | Kind::CompiledPlanOfKnownConnectors => text("compiled-plan.json").map(|text| {
                let json = serde_json::from_str(&text).expect("JSON");
                target::compiled_plan(&json, &place).unwrap_or_else(|error| panic!("{error}")).expect("a plan")
            }),
            Kind::JobGraph | Kind::StreamGraph => fs::File::open(job.join(file_of(kind))).ok().map(|file| {
                let mut bytes = Vec::new();
                flate2::read::GzDecoder::new(file).read_to_end(&mut bytes).expect("gzip");
                target::job_graph(&bytes, &place).unwrap_or_else(|error| panic!("{error}")).expect("a graph")
            }),
            Kind::ManifestOfSnapshot => self.target(job, Kind::Snapshot).map(|target| {
                let text = target::manifest_of(&target);
                let file = |_: &str| Err("no files".to_owned());
                target::manifest(&text, &place, &file).unwrap_or_else(|error| panic!("{error}\n{text}"))
            }),
            Kind::Snapshot => {
                let read = self.snapshot(&job.join("snapshots/canonical"));
                read.map(|read| target::of_snapshot(&read.report, &place))
            }
        };
        self.targets.insert(key, target.clone());
        target
    }

    /// The report, and the uids of operators that had finished.
    fn check(&mut self, pair: &Pair, releases: (&str, &str), kind: Kind) -> Option<(CheckReport, BTreeSet<String>)> {
        let job = self.root.join(releases.1).join(&pair.family).join(&pair.to);
        let mut target = self.target(&job, kind)?;
        let about: serde_json::Value =
            serde_json::from_str(&fs::read_to_string(job.join("job.json")).expect("job.json")).expect("JSON");
        // How it is started is said on the command line, and so is what descriptions of this kind do not say.
        target.flink_version = Some(releases.1.parse().expect("a release"));
        target.restore.allow_non_restored_state = Some(pair.allow_non_restored_state);
        target.restore.claim_mode = target::ClaimMode::parse(&pair.claim_mode);
        let configured = |name: &str| about["configuration"][name].as_str();
        target.backend.kind = target::BackendKind::parse(about["backend"].as_str().expect("a backend"));
        target.backend.changelog = Some(configured("state.changelog.enabled") == Some("true"));
        target.backend.timers = configured("state.backend.rocksdb.timer-service.factory").map(|timers| {
            if timers.eq_ignore_ascii_case("heap") { target::TimerService::Heap } else { target::TimerService::RocksDb }
        });
        let from = self.root.join(releases.0).join(&pair.family).join(&pair.from).join("job.json");
        let directory =
            self.root.join(releases.0).join(&pair.family).join(&pair.from).join("snapshots").join(&pair.snapshot);
        let read = self.snapshot(&directory).unwrap_or_else(|| panic!("{}: no snapshot", directory.display()));
        let decoded = metadata::decode(&read.loaded.bytes).expect("metadata of Flink");
        let source = RestoreSource::of(&decoded.metadata, &read.report, &read.layouts);
        // 1.x does not record uids, so those of the job that was started are hashed.
        let uids = about["operators"].as_array().into_iter().flatten().filter_map(|each| each["uid"].as_str());
        let is_running = |uid: &&str| {
            let id = keepoint::identify::operator_id_of(uid);
            source.operators.iter().all(|operator| operator.id != id || !operator.is_fully_finished())
        };

        let before: serde_json::Value =
            serde_json::from_str(&fs::read_to_string(from).expect("job.json")).expect("JSON");
        let uids =
            uids.chain(before["operators"].as_array().into_iter().flatten().filter_map(|each| each["uid"].as_str()));
        let finished = uids.filter(|uid| !is_running(uid)).map(ToOwned::to_owned).collect();
        let mut report = compat::check(&source, &target, &CheckOptions::default());
        if kind == Kind::CompiledPlanOfKnownConnectors {
            report.findings.retain(|finding| finding.code != "SQL_CONNECTOR_UNVERIFIABLE");
            let worst = report.findings.iter().map(CheckFinding::verdict).max_by_key(|verdict| *verdict as i32);
            report.set_verdict(worst.unwrap_or(Verdict::Compatible));
        }
        Some((report, finished))
    }
}

fn metadata_below(directory: &Path) -> Option<PathBuf> {
    let own = directory.join("_metadata");
    if own.is_file() {
        return Some(own);
    }
    let mut inside: Vec<_> = fs::read_dir(directory).ok()?.filter_map(Result::ok).map(|entry| entry.path()).collect();
    inside.sort();
    inside.into_iter().filter(|path| path.is_dir()).find_map(|path| metadata_below(&path))
}

/// How a verdict goes together with what Flink did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Agreement {
    Agrees,
    NotKnown,
    /// "compatible", and nobody has looked at what failed: types.
    NotLookedAt,
    FalseCompatible,
    FalseIncompatible,
    OtherVerdict,
}

fn agreement(pair: &Pair, report: &CheckReport, finished: &BTreeSet<String>) -> Agreement {
    let verdict = report.verdict();
    // What had finished has no state to lose.
    let lost = pair.what.iter().filter(|(_, state)| **state != State::Right);
    let mut lost = lost.filter(|(name, _)| !finished.contains(name.split('/').next().unwrap_or_default())).peekable();
    let state = if pair.state.is_some() && lost.peek().is_none() { Some(State::Right) } else { pair.state };
    // A field that was taken out of a class or a schema was not wanted any more.
    let dropped_field = report.findings.iter().any(|finding| finding.code == "STATE_NEEDS_MIGRATION")
        && pair.what.values().all(|state| *state != State::Lost);
    if verdict == Verdict::Unknown {
        return Agreement::NotKnown;
    }
    let types_compared = report.coverage() >= Coverage::Types;
    let is_about_types = pair.stage.as_deref() != Some("jobmanager");
    match (pair.outcome, state) {
        (Outcome::Refused | Outcome::Fails, _) | (_, Some(State::Wrong)) => match verdict {
            Verdict::Incompatible => Agreement::Agrees,
            Verdict::NeedsFlag if pair.stage.as_deref() == Some("jobmanager") => Agreement::Agrees,
            _ if is_about_types && !types_compared => Agreement::NotLookedAt,
            Verdict::Compatible => Agreement::FalseCompatible,
            _ => Agreement::OtherVerdict,
        },
        (Outcome::Restores, Some(State::Lost | State::PartlyLost)) => match verdict {
            Verdict::Partial => Agreement::Agrees,
            Verdict::Compatible if dropped_field => Agreement::Agrees,
            Verdict::Compatible if !types_compared => Agreement::NotLookedAt,
            Verdict::Compatible => Agreement::FalseCompatible,
            _ => Agreement::FalseIncompatible,
        },
        (Outcome::Restores, _) => match verdict {
            Verdict::Compatible => Agreement::Agrees,
            Verdict::Partial => Agreement::OtherVerdict,
            _ => Agreement::FalseIncompatible,
        },
    }
}

/// Pairs in which a description cannot know what decides: with why.
fn is_beyond(pair: &Pair, kind: Kind) -> bool {
    // A snapshot does not tell of setUidHash, which somebody has to add to a manifest that was made of one; and here it gives an
    // operator that the job always had the id of another one.
    let with_another_hash = pair.from == "both" && pair.to == "new-with-old-hash";
    pair.family == "uid-hash" && (kind == Kind::ManifestOfSnapshot || kind == Kind::Snapshot && with_another_hash)
}

#[test]
fn what_keepoint_says_of_each_pair_is_what_flink_did() {
    let mut replay = Replay::new();
    let mut table: BTreeMap<(String, Kind, Agreement), usize> = BTreeMap::new();
    let mut wrong: BTreeMap<Agreement, Vec<String>> = BTreeMap::new();
    let mut all = 0;
    for file in pair_files(&replay.root) {
        let name = file.file_stem().and_then(|name| name.to_str()).expect("UTF-8").to_owned();
        let releases = name.split_once("-to-").expect("two releases");
        for line in fs::read_to_string(&file).expect("pairs").lines() {
            let pair: Pair = serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}"));
            for kind in Kind::ALL {
                let Some((report, finished)) = replay.check(&pair, releases, kind) else { continue };
                all += 1;
                let agreement = agreement(&pair, &report, &finished);
                *table.entry((format!("{name} {}", pair.family), kind, agreement)).or_default() += 1;
                if agreement >= Agreement::FalseCompatible && !is_beyond(&pair, kind) {
                    wrong.entry(agreement).or_default().push(described(&name, &pair, kind, &report));
                }
            }
        }
    }
    if std::env::var_os("KEEPOINT_PAIRS").is_some() {
        let mut out = std::io::stdout().lock();
        for ((family, kind, agreement), count) in &table {
            writeln!(out, "{family:<40} {kind:<18?} {agreement:<17?} {count:>5}").expect("standard output");
        }
    }
    assert!(all > 1_000, "only {all} checks: fixtures/pairs is not whole");
    let mut text = String::new();
    for (agreement, lines) in &wrong {
        let _ = writeln!(text, "{agreement:?}: {}\n{}", lines.len(), lines.join("\n"));
    }
    assert!(wrong.is_empty(), "{text}");
}

fn pair_files(root: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> =
        fs::read_dir(root).expect("fixtures/pairs").map(|entry| entry.expect("an entry").path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "jsonl"));
    files.sort();
    files
}

fn described(releases: &str, pair: &Pair, kind: Kind, report: &CheckReport) -> String {
    let standing = report.findings.iter().filter(|finding| finding.verdict() != Verdict::Compatible);
    let codes: Vec<_> = standing.map(|finding| format!("{} ({})", finding.code, finding.message)).collect();
    let lost: Vec<_> = pair
        .what
        .iter()
        .filter(|(_, state)| **state != State::Right)
        .map(|(name, state)| format!("{name} {state:?}"))
        .collect();
    format!(
        "{releases} {} {} {} -> {}{} {} by {kind:?}: {:?} {:?} at {:?} {:?} [{}], keepoint {:?}/{:?}: {}",
        pair.family,
        pair.from,
        pair.snapshot,
        pair.to,
        if pair.allow_non_restored_state { " allow" } else { "" },
        pair.claim_mode,
        pair.outcome,
        pair.state,
        pair.stage,
        pair.message.as_deref().unwrap_or("").chars().take(160).collect::<String>(),
        lost.join(", "),
        report.verdict(),
        report.coverage(),
        codes.join("; "),
    )
}
