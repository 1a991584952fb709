//! What to know of a plan besides its snapshots: its conditions, and where it is.

use super::view::{Amount, headline, percent};
use crate::render::text::{UNKNOWN, counted, human_duration, time, words};
use crate::report::{GcPlanHeader, GcPlanReport, GcProtection, GcPurpose, GcRoot, GcTotals};

/// A name and what is to be said of it, a line for each.
pub(super) type Fact = (&'static str, Vec<String>);

/// The sums, the conditions and the place of a plan.
pub(super) fn facts(report: &GcPlanReport) -> Vec<Fact> {
    let mut facts = totals(report.totals.as_ref());
    if let Some(plan) = &report.plan {
        facts.extend(conditions(plan));
        facts.extend(identity(plan));
    }
    let texts = [("Plan file", &report.plan_file), ("Seal", &report.digest)];
    facts.extend(texts.into_iter().filter_map(|(name, text)| Some((name, vec![text.clone()?]))));
    facts
}

fn totals(totals: Option<&GcTotals>) -> Vec<Fact> {
    let Some(totals) = totals else {
        return vec![("Snapshots", vec![UNKNOWN.to_owned()])];
    };
    vec![
        ("Snapshots", vec![headline(totals)]),
        ("Freed", vec![freed(totals)]),
        ("As of", vec![time(totals.as_of.as_ref())]),
    ]
}

/// "12 of 60 files, 1.2 GiB of 7.0 GiB (17 %)".
pub(super) fn freed(totals: &GcTotals) -> String {
    let all = Amount { files: totals.files, bytes: totals.bytes };
    let gone = Amount { files: totals.files_deleted, bytes: totals.bytes_deleted };
    match percent(gone.bytes, all.bytes) {
        Some(percent) => format!("{} of {} ({percent} of the bytes)", gone.words(), all.words()),
        None => format!("{} of {}", gone.words(), all.words()),
    }
}

/// Under which conditions the plan was made. What is empty is said, because it matters as much.
pub(super) fn conditions(plan: &GcPlanHeader) -> Vec<Fact> {
    let or = |lines: Vec<String>, otherwise: &str| if lines.is_empty() { vec![otherwise.to_owned()] } else { lines };
    let mut facts = vec![
        ("Cleaned", or(plan.roots.iter().map(root).collect(), UNKNOWN)),
        ("Also read", or(plan.also_read.clone(), "nothing else")),
        ("Policy", or(plan.policy.clone(), "none")),
        ("Limits", or(plan.limits.clone(), "none")),
        ("Protected by", or(plan.protections.iter().map(protection).collect(), "nothing else was asked")),
        ("Assumes", or(plan.statements.clone(), "nothing")),
    ];
    if let Some(place) = &plan.quarantine {
        facts.push(("Quarantine", vec![format!("what goes is moved to {place}")]));
    }
    facts.push(("Ledger", vec![plan.ledger.clone().unwrap_or_else(|| "none".to_owned())]));
    facts.push(("Clock", vec![clock(plan.clock_ahead_ms)]));
    facts
}

fn identity(plan: &GcPlanHeader) -> Vec<Fact> {
    let by = format!("{} by keepoint {}", time(plan.created_at.as_ref()), plan.tool_version);
    vec![
        ("Plan", vec![format!("{} ({})", plan.plan_id, words::<GcPurpose>(Some(plan.purpose)))]),
        ("Made", vec![by]),
        ("Configuration", vec![plan.configuration_digest.clone()]),
    ]
}

/// "s3://bucket/flink: 60 files, 7.0 GiB; keeps versions, which still take space".
fn root(root: &GcRoot) -> String {
    let mut text = format!("{}: {}", root.location, Amount { files: root.files, bytes: root.bytes }.words());
    // What the place says itself need not be said again.
    if let Some(identity) = root.identity.as_ref().filter(|identity| !root.location.starts_with(identity.as_str())) {
        text = format!("{text}; {identity}");
    }
    if root.versioned == Some(true) {
        text = format!("{text}; it keeps versions, and what is deleted still takes space");
    }
    text
}

/// "/etc/pins.yaml: 3 snapshots, no job, read 2026-…", or that it is not waited for.
fn protection(protection: &GcProtection) -> String {
    if protection.waived {
        return format!("{}: NOT READ, waived by the operator", protection.source);
    }
    let snapshots = counted(protection.entries, "snapshot", "snapshots");
    let jobs = counted(protection.jobs, "job", "jobs");
    format!("{}: {snapshots}, {jobs}, read {}", protection.source, time(protection.read_at.as_ref()))
}

fn clock(ahead: Option<i64>) -> String {
    let by = |millis: i64| human_duration(millis.unsigned_abs());
    match ahead {
        None => "the local one; the stores tell no time".to_owned(),
        Some(0) => "that of the stores, which agrees with the local one".to_owned(),
        Some(ahead) if ahead > 0 => format!("that of the stores, {} ahead of the local one", by(ahead)),
        Some(behind) => format!("that of the stores, {} behind the local one", by(behind)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_that_was_waived_is_not_said_to_be_read() {
        let waived = GcProtection { source: "http://flink:8081".to_owned(), waived: true, ..GcProtection::default() };
        assert_eq!(protection(&waived), "http://flink:8081: NOT READ, waived by the operator");
    }

    #[test]
    fn conditions_that_are_missing_are_said() {
        let facts = conditions(&GcPlanHeader::default());
        let of = |name: &str| facts.iter().find(|(other, _)| *other == name).map(|(_, lines)| lines.join("|"));
        assert_eq!(of("Also read").as_deref(), Some("nothing else"));
        assert_eq!(of("Protected by").as_deref(), Some("nothing else was asked"));
        assert_eq!(of("Clock").as_deref(), Some("the local one; the stores tell no time"));
    }
}
