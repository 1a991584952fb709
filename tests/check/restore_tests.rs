//! Flink's own restore tests of SQL, in the folder that the environment variable `KEEPOINT_RESTORE_TESTS` names: compiled plans with the
//! savepoints that Flink restores them from on each of its builds. `tests/restore-tests` fetches them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use keepoint::compat::{self, CheckOptions, FlinkVersion, RestoreSource, target};
use keepoint::format::metadata;
use keepoint::references::Relocations;
use keepoint::report::{CheckReport, OperatorMapping, Verdict};
use keepoint::storage::{StorageSettings, Stores};

use crate::known::known;

/// Directories that have a plan and a savepoint.
fn tests_below(directory: &Path, found: &mut Vec<(PathBuf, PathBuf)>) {
    let below = |path: &Path| -> Vec<PathBuf> {
        let entries = fs::read_dir(path).into_iter().flatten().filter_map(Result::ok).map(|entry| entry.path());
        let mut entries: Vec<_> = entries.collect();
        entries.sort();
        entries
    };
    let metadata = directory.join("savepoint/_metadata");
    let plans = below(&directory.join("plan"));
    if let Some(plan) = plans.into_iter().find(|plan| plan.extension().is_some_and(|extension| extension == "json"))
        && metadata.is_file()
    {
        found.push((plan, metadata));
        return;
    }
    below(directory).iter().filter(|path| path.is_dir()).for_each(|path| tests_below(path, found));
}

#[test]
#[expect(clippy::print_stdout, reason = "a skipped suite is said, and what was found is worth knowing")]
fn no_plan_is_incompatible_with_the_savepoint_that_flink_restores_it_from() {
    let Some(folder) = std::env::var_os("KEEPOINT_RESTORE_TESTS") else {
        println!("SKIPPED: KEEPOINT_RESTORE_TESTS names no folder of Flink's restore tests");
        return;
    };
    let mut tests = Vec::new();
    tests_below(Path::new(&folder), &mut tests);
    assert!(!tests.is_empty(), "no plan with a savepoint below {}", folder.display());
    let stores = Stores::new(StorageSettings::default()).expect("no configuration to read");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let mut verdicts: BTreeMap<String, usize> = BTreeMap::new();
    let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
    let mut of_connectors_alone = 0;
    let mut mapped = (0, 0);
    let mut wrong = Vec::new();
    for (plan, metadata_file) in &tests {
        let json: serde_json::Value =
            serde_json::from_str(&fs::read_to_string(plan).expect("a plan")).expect("a plan of Flink is JSON");
        let place = plan.display().to_string();
        let mut target =
            target::compiled_plan(&json, &place).unwrap_or_else(|error| panic!("{error}")).expect("a plan");
        // The release that wrote both restores them, and so does each one since.
        target.flink_version = json["flinkVersion"].as_str().and_then(|release| release.parse::<FlinkVersion>().ok());
        let read = runtime.block_on(known(&stores, metadata_file, &Relocations::default()));
        let decoded = metadata::decode(&read.loaded.bytes).expect("metadata of Flink");
        let source = RestoreSource::of(&decoded.metadata, &read.report, &read.layouts);
        let report = compat::check(&source, &target, &CheckOptions::default());
        *verdicts.entry(format!("{:?}", report.verdict())).or_default() += 1;
        for finding in report.findings.iter().filter(|finding| finding.verdict() != Verdict::Compatible) {
            *reasons.entry(finding.code.clone()).or_default() += 1;
        }
        let mut standing = report.findings.iter().filter(|finding| finding.verdict() != Verdict::Compatible);
        of_connectors_alone += usize::from(standing.all(|finding| finding.code == "SQL_CONNECTOR_UNVERIFIABLE"));
        for operator in report.operators.iter().filter(|operator| operator.mapping() != OperatorMapping::New) {
            mapped.0 += usize::from(operator.mapping() == OperatorMapping::Matched);
            mapped.1 += 1;
        }
        if !matches!(report.verdict(), Verdict::Compatible | Verdict::Unknown) {
            wrong.push(format!("{place}: {}", told(&report)));
        }
    }
    println!("restore tests: {} plans, verdicts {verdicts:?}, reasons {reasons:?}", tests.len());
    println!("restore tests: {of_connectors_alone} are compatible but for what connectors choose");
    println!("restore tests: {} of {} operators of the savepoints are in the plans", mapped.0, mapped.1);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn told(report: &CheckReport) -> String {
    let standing = report.findings.iter().filter(|finding| finding.verdict() != Verdict::Compatible);
    let told: Vec<_> = standing
        .map(|finding| format!("{} {:?} {:?}: {}", finding.code, finding.uid, finding.operator_id, finding.message))
        .collect();
    told.join("; ")
}
