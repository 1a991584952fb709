//! Rules about what no recorded pair has: a real snapshot, with something in it that no job of the generator could write.

use std::fs;
use std::path::Path;

use keepoint::compat::target::{Platform, Start};
use keepoint::compat::{self, CheckOptions, FlinkVersion, RestoreSource, Target, target};
use keepoint::discovery::{self, LoadedMetadata};
use keepoint::format::metadata;
use keepoint::inspect::inspect_relocated;
use keepoint::references::Relocations;
use keepoint::report::{CheckReport, Severity, State, StateKind, StateScope, Verdict};
use keepoint::storage::{StorageSettings, Stores};
use keepoint::uri::StorageUri;

/// A snapshot of Flink 1.20.5 with three operators that have state.
const SNAPSHOT: &str = "fixtures/pairs/1.20.5/topology/base/snapshots/canonical/_metadata";

/// A snapshot of Flink 2.3.0 of a job that a compiled plan was made for.
const OF_A_PLAN: &str = "fixtures/pairs/2.3.0/sql-plans/compiled-count/snapshots/canonical/_metadata";

fn loaded(snapshot: &str) -> LoadedMetadata {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(snapshot);
    let place = StorageUri::parse(file.to_str().expect("UTF-8")).expect("a path");
    let stores = Stores::new(StorageSettings::default()).expect("no configuration");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let storage = stores.open(&place).expect("local");
    runtime.block_on(discovery::load(&*storage, &place)).expect("metadata")
}

/// Checks the job that took the snapshot, both changed by `change`.
fn checked(options: &CheckOptions, change: impl FnOnce(&mut RestoreSource<'_>, &mut Target)) -> CheckReport {
    checked_of(SNAPSHOT, options, change)
}

fn checked_of(
    snapshot: &str,
    options: &CheckOptions,
    change: impl FnOnce(&mut RestoreSource<'_>, &mut Target),
) -> CheckReport {
    let loaded = loaded(snapshot);
    let report = inspect_relocated(&loaded, &Relocations::default());
    let decoded = metadata::decode(&loaded.bytes).expect("metadata of Flink");
    let mut source = RestoreSource::of(&decoded.metadata, &report, &std::collections::BTreeMap::new());
    let mut target = target::unchanged(&source);
    change(&mut source, &mut target);
    compat::check(&source, &target, options)
}

fn codes(report: &CheckReport) -> Vec<(&str, Severity, Verdict)> {
    report.findings.iter().map(|finding| (finding.code.as_str(), finding.severity(), finding.verdict())).collect()
}

fn operator_state(name: &str, kind: StateKind) -> State {
    State { name: name.to_owned(), kind: Some(kind.into()), scope: StateScope::Operator.into(), ..State::default() }
}

#[test]
fn state_of_kafkas_old_source_is_lost_on_the_way_to_flink_2_and_not_within_flink_1() {
    for (release, found) in [((1, 20), 0), ((2, 3), 1)] {
        let report = checked(&CheckOptions::default(), |source, target| {
            target.flink_version = Some(FlinkVersion::new(release.0, release.1));
            source.operators[0]
                .facts
                .states
                .push(operator_state("topic-partition-offset-states", StateKind::UnionList));
        });
        let removed = ("LEGACY_API_REMOVED", Severity::Warning, Verdict::Partial);
        assert_eq!(codes(&report).iter().filter(|code| **code == removed).count(), found, "{:#?}", report.findings);
    }
}

#[test]
fn a_gigabyte_of_union_state_that_goes_to_more_subtasks_is_a_warning_and_less_or_to_as_many_is_none() {
    for (bytes, more, found) in [(1 << 20, 1024, true), (1 << 20, 1022, false), (1 << 40, 0, false)] {
        let report = checked(&CheckOptions::default(), |source, target| {
            let id = source.operators[0].id;
            let facts = &mut source.operators[0].facts;
            facts.states.push(operator_state("all-of-it", StateKind::UnionList));
            facts.managed_operator_bytes = bytes;
            let before = facts.parallelism.expect("a parallelism");
            let has_it = |vertex: &&mut target::Vertex| vertex.operators.iter().any(|operator| operator.id == Some(id));
            let vertex = target.vertices.iter_mut().find(has_it).expect("it is unchanged");
            vertex.parallelism = Some(if more == 0 { before } else { more });
        });
        let warned = report.findings.iter().find(|finding| finding.code == "UNION_STATE_RESCALE_COST");
        assert_eq!(warned.is_some(), found, "{bytes} {more}: {:#?}", report.findings);
        assert!(warned.is_none_or(|warned| warned.message.contains("1024 MiB in all")), "{warned:?}");
    }
}

#[test]
fn what_starts_without_state_loses_that_of_every_operator_whatever_else_is_wrong_with_it() {
    let report = checked(&CheckOptions::default(), |_, target| {
        target.restore.start = Some(Start::WithoutState);
        target.vertices.clear();
    });
    assert_eq!(report.verdict(), Verdict::Partial);
    let with_state = report.operators.iter().filter(|operator| operator.state_bytes > Some(0)).count();
    assert!(with_state > 1 && report.findings.len() >= with_state, "{:#?}", report.findings);
    assert!(report.findings.iter().all(|finding| finding.code == "START_WITHOUT_STATE"), "{:#?}", report.findings);
}

#[test]
fn alibaba_does_not_look_at_the_flag_for_dropping_state_of_a_job_in_sql() {
    for (platform, is_sql, verdict) in [
        (None, Some(true), Verdict::Partial),
        (Some(Platform::Alibaba), Some(false), Verdict::Partial),
        (Some(Platform::Alibaba), Some(true), Verdict::Incompatible),
    ] {
        let options = CheckOptions { platform, ..CheckOptions::default() };
        let report = checked(&options, |source, target| {
            let lost = source.operators.iter().find(|operator| operator.has_state()).expect("one with state").id;
            target.is_unchanged = false;
            target.is_sql = is_sql;
            target.restore.allow_non_restored_state = Some(true);
            for vertex in &mut target.vertices {
                vertex.operators.retain(|operator| operator.id != Some(lost));
            }
            target.vertices.retain(|vertex| !vertex.operators.is_empty());
        });
        assert_eq!(report.verdict(), verdict, "{platform:?} {is_sql:?}: {:#?}", report.findings);
        let has_no_effect = report.findings.iter().any(|finding| finding.code == "FLAG_WITHOUT_EFFECT");
        assert_eq!(has_no_effect, verdict == Verdict::Incompatible, "{:#?}", report.findings);
    }
}

#[test]
fn uids_of_sql_in_a_format_that_the_job_may_have_set_are_not_known_to_be_missing() {
    let plan =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/pairs/2.3.0/sql-plans/compiled-count/compiled-plan.json");
    let plan: serde_json::Value = serde_json::from_str(&fs::read_to_string(plan).expect("a plan")).expect("JSON");
    let number = "4_group-aggregate";
    for (uid, found) in [
        ("4_stream-exec-group-aggregate_1_group-aggregate", true),
        ("ours_4_group-aggregate", false),
        ("group-aggregate_4", false),
    ] {
        let report = checked_of(OF_A_PLAN, &CheckOptions::default(), |source, target| {
            *target = target::compiled_plan(&plan, "plan").expect("a plan").expect("a plan");
            let is_it = |operator: &&mut compat::SourceOperator| operator.facts.uid.as_deref() == Some(number);
            let operator = source.operators.iter_mut().find(is_it).expect("the aggregate");
            operator.id = keepoint::identify::operator_id_of(uid);
            operator.facts.operator_id = operator.id.to_string();
            operator.facts.uid = Some(uid.to_owned());
        });
        assert_eq!(report.verdict(), Verdict::Unknown, "{uid}: {:#?}", report.findings);
        let is_about = |finding: &&keepoint::report::CheckFinding| finding.uid.as_deref() == Some(uid);
        let codes: Vec<&str> = report.findings.iter().filter(is_about).map(|finding| finding.code.as_str()).collect();
        assert_eq!(codes.contains(&"SQL_UID_FORMAT_CHANGED"), found, "{uid}: {codes:?}");
        assert!(codes.contains(&"OP_MATCH_UNCERTAIN") && !codes.contains(&"OP_STATE_UNMATCHED"), "{uid}: {codes:?}");
    }
}
