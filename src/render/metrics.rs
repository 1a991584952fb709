//! The numbers of runs in the text format of Prometheus.
//!
//! All are gauges: they are about the last run, and the next one takes their place. Names and units are listed in `docs/output.md`.

use std::collections::BTreeMap;
use std::fmt;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, text};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::{Registry, Unit};

use super::text::{escaped, words};
use crate::report::{
    Finding, GcClass, GcDecision, GcEnd, GcNotTaken, GcOutcomeReport, GcPlanReport, Severity, ValueName,
    millis_of_timestamp,
};

/// A run and the exit code that it ended with.
#[derive(Debug, Clone, Copy)]
pub struct Run<'a> {
    /// What it did, with its plan.
    pub report: &'a GcOutcomeReport,
    /// The exit code.
    pub exit_code: u8,
}

/// The numbers of runs, each with the places that it was about.
#[must_use]
pub fn gc_metrics(runs: &[Run<'_>]) -> String {
    let mut numbers = Numbers::default();
    let version = runs.first().map_or("", |run| &run.report.tool_version);
    numbers.add("keepoint_build_info", "Version of keepoint", &[("version", version)], 1);
    for run in runs {
        of_run(run, &mut numbers);
        if let Some(plan) = &run.report.plan {
            of_plan(plan, &mut numbers);
        }
    }
    let mut registry = Registry::default();
    registry.register_collector(Box::new(numbers));
    let mut out = String::new();
    // Writing to a string does not fail.
    let _ = text::encode(&mut out, &registry);
    out
}

fn of_run(run: &Run<'_>, numbers: &mut Numbers) {
    let report = run.report;
    let roots = &roots(report.plan.as_ref());
    let about: &[(&'static str, &str)] = &[("roots", roots)];
    let mut add = |name, help, value| numbers.add(name, help, about, value);
    let seconds =
        |time: Option<&prost_types::Timestamp>| u64::try_from(time.map_or(0, millis_of_timestamp)).unwrap_or(0) / 1000;
    if report.started_at.is_some() {
        let began = seconds(report.started_at.as_ref());
        add("keepoint_gc_run_start_timestamp_seconds", "When the run began, in seconds since 1970", began);
    }
    if report.ended_at.is_some() {
        let ended = seconds(report.ended_at.as_ref());
        add("keepoint_gc_run_end_timestamp_seconds", "When the run ended, in seconds since 1970", ended);
    }
    add("keepoint_gc_run_exit_code", "Exit code of the run", run.exit_code.into());
    let counted = report.snapshots_deleted.len() as u64;
    add("keepoint_gc_deleted_snapshots", "Snapshots that are gone", counted);
    add("keepoint_gc_deleted_files", "Objects that are gone", report.files_deleted);
    add("keepoint_gc_deleted_bytes", "Bytes of the objects that are gone", report.bytes_deleted);
    add("keepoint_gc_absent_files", "Objects of the plan that had gone before", report.files_absent);
    add("keepoint_gc_removed_directories", "Empty directories that were removed", report.directories_removed);
    add("keepoint_gc_failed_files", "Objects that could not be deleted", report.failed.len() as u64);
    let (files, bytes) = sum(&report.skipped);
    add("keepoint_gc_skipped_files", "Objects of the plan that were left alone", files);
    add("keepoint_gc_skipped_bytes", "Bytes of the objects of the plan that were left alone", bytes);
    for end in [GcEnd::Done, GcEnd::NothingToDo, GcEnd::Refused, GcEnd::InPart, GcEnd::Interrupted] {
        let about = [("roots", roots.as_str()), ("outcome", end.value_name())];
        let is_it = u64::from(report.end() == end);
        numbers.add("keepoint_gc_run_outcome", "1 for how the run ended, else 0", &about, is_it);
    }
    let plan = report.plan.as_ref();
    let blockers = plan.map_or(&[][..], |plan| &plan.blockers);
    let blockers = (report.blockers.len() + blockers.len()) as u64;
    numbers.add("keepoint_gc_blockers", "Things that forbade deletion", &[("roots", roots)], blockers);
    let findings = plan.into_iter().flat_map(|plan| &plan.findings).chain(&report.findings);
    for (severity, number) in by_severity(findings) {
        let about = [("roots", roots.as_str()), ("severity", severity.as_str())];
        numbers.add("keepoint_gc_findings", "Findings by severity", &about, number);
    }
}

fn of_plan(plan: &GcPlanReport, numbers: &mut Numbers) {
    let roots = &roots(Some(plan));
    let about: &[(&'static str, &str)] = &[("roots", roots)];
    if let Some(totals) = &plan.totals {
        let decisions = [
            (GcDecision::Keep, totals.snapshots_kept),
            (GcDecision::Delete, totals.snapshots_deleted),
            (GcDecision::Blocked, totals.snapshots_blocked),
        ];
        for (decision, number) in decisions {
            let about = [("roots", roots.as_str()), ("decision", decision.value_name())];
            numbers.add("keepoint_gc_plan_snapshots", "Snapshots by what the plan says of them", &about, number);
        }
        let mut classes: BTreeMap<i32, (u64, u64)> = BTreeMap::new();
        for share in &totals.shares {
            let (files, bytes) = classes.entry(share.class).or_default();
            (*files, *bytes) = (files.saturating_add(share.files), bytes.saturating_add(share.bytes));
        }
        for (class, (files, bytes)) in classes {
            let class = words::<GcClass>(Some(class)).replace(' ', "_");
            let about = [("roots", roots.as_str()), ("class", class.as_str())];
            numbers.add("keepoint_gc_plan_files", "Objects that the plan names, by class", &about, files);
            numbers.add("keepoint_gc_plan_bytes", "Bytes of the objects that the plan names, by class", &about, bytes);
        }
    }
    let (files, bytes) = sum(&plan.not_taken);
    numbers.add("keepoint_gc_not_taken_files", "Objects that stay although nobody may need them", about, files);
    numbers.add(
        "keepoint_gc_not_taken_bytes",
        "Bytes of objects that stay although nobody may need them",
        about,
        bytes,
    );
    for root in plan.plan.iter().flat_map(|header| &header.roots) {
        let about = [("root", root.location.as_str())];
        numbers.add("keepoint_gc_root_files", "Objects below a root before the run", &about, root.files);
        numbers.add("keepoint_gc_root_bytes", "Bytes below a root before the run", &about, root.bytes);
    }
}

/// The places that a run was about, with blanks between.
fn roots(plan: Option<&GcPlanReport>) -> String {
    let header = plan.and_then(|plan| plan.plan.as_ref());
    let roots = header.map_or(&[][..], |header| &header.roots);
    roots.iter().map(|root| root.location.as_str()).collect::<Vec<_>>().join(" ")
}

fn sum(causes: &[GcNotTaken]) -> (u64, u64) {
    let add = |(files, bytes): (u64, u64), cause: &GcNotTaken| {
        (files.saturating_add(cause.files), bytes.saturating_add(cause.bytes))
    };
    causes.iter().fold((0, 0), add)
}

/// Every severity, so that a number that sinks to nothing is seen.
fn by_severity<'a>(findings: impl Iterator<Item = &'a Finding>) -> BTreeMap<String, u64> {
    let all = [Severity::Error, Severity::Unknown, Severity::Warning, Severity::Info];
    let mut numbers: BTreeMap<String, u64> = all.map(|severity| (severity.value_name().to_owned(), 0)).into();
    for finding in findings {
        *numbers.entry(finding.severity().value_name().to_owned()).or_default() += 1;
    }
    numbers
}

/// Numbers in the order in which they were added; those of one name are together.
#[derive(Debug, Default)]
struct Numbers {
    families: Vec<Family>,
}

#[derive(Debug)]
struct Family {
    name: &'static str,
    help: &'static str,
    samples: Vec<(Vec<(&'static str, String)>, u64)>,
}

impl Numbers {
    fn add(&mut self, name: &'static str, help: &'static str, about: &[(&'static str, &str)], value: u64) {
        let about = about.iter().map(|(name, value)| (*name, escaped(value))).collect();
        match self.families.iter_mut().find(|family| family.name == name) {
            Some(family) => family.samples.push((about, value)),
            None => self.families.push(Family { name, help, samples: vec![(about, value)] }),
        }
    }
}

impl Collector for Numbers {
    fn encode(&self, mut encoder: DescriptorEncoder) -> Result<(), fmt::Error> {
        for family in &self.families {
            let unit = family.name.ends_with("_bytes").then_some(Unit::Bytes);
            let unit = unit.or_else(|| family.name.ends_with("_seconds").then_some(Unit::Seconds));
            // The unit is put behind the name there.
            let name = unit.as_ref().and_then(|unit| family.name.strip_suffix(unit.as_str()));
            let name = name.map_or(family.name, |name| name.trim_end_matches('_'));
            let mut encoder = encoder.encode_descriptor(name, family.help, unit.as_ref(), MetricType::Gauge)?;
            for (about, value) in &family.samples {
                encoder.encode_family(about)?.encode_gauge(value)?;
            }
        }
        Ok(())
    }
}
