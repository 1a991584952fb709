//! `keepoint check`: would Flink restore this job from this snapshot? Pure: a snapshot and a job in, a report out.
//!
//! The job is what its descriptions tell together ([`target`]); what none of them tells is unknown, and a rule that needs it says so instead
//! of passing. Operators are mapped as Flink maps them (`mapping.rs`), states of those that were found again are compared as Flink's
//! serializers would (`schema/`), and then each rule (`rules/`, listed in `registry.rs`) says what it found. The verdict is the worst of
//! all findings (`verdict.rs`).

mod accept;
mod comparison;
mod context;
mod finding;
mod mapping;
pub mod registry;
mod rename;
mod rules;
mod schema;
mod source;
pub mod target;
mod verdict;
mod version;

pub use accept::{Acceptance, AcceptanceError};
pub use context::CheckOptions;
pub use source::{KeyedLayout, RestoreSource, SourceOperator};
pub use target::Target;
pub use version::{FlinkVersion, NotAVersion};

use crate::report::{CheckReport, CheckTarget, Finding, InspectReport, Severity, Verdict};

use context::{Context, Outcome};

/// Says what Flink would do.
#[must_use]
pub fn check(source: &RestoreSource<'_>, target: &Target, options: &CheckOptions) -> CheckReport {
    if target.restore.start == Some(target::Start::WithoutState) {
        // Whatever the job is, it is started without what is in the snapshot.
        let nothing = Target { vertices: Vec::new(), is_complete: true, ..target.clone() };
        return held_against(&Context::new(source, &nothing, options), &[&rules::start::RULE]);
    }
    held_against(&Context::new(source, target, options), registry::RULES)
}

fn held_against(context: &Context<'_>, rules: &[&registry::Rule]) -> CheckReport {
    let mut outcome = Outcome::default();
    for rule in rules {
        let (findings, not_checked) = (outcome.findings.len(), outcome.not_checked.len());
        (rule.check)(context, &mut outcome);
        outcome.findings.iter_mut().skip(findings).for_each(|finding| rule.name.clone_into(&mut finding.rule));
        outcome.not_checked.iter_mut().skip(not_checked).for_each(|gap| rule.name.clone_into(&mut gap.rule));
    }
    verdict::report(context, outcome)
}

/// The report about a snapshot that cannot be read: what is wrong with it is all there is to say.
#[must_use]
pub fn unreadable(report: &InspectReport, target: &Target) -> CheckReport {
    let findings = report.findings.iter().map(of_snapshot).collect::<Vec<_>>();
    let verdict = findings.iter().map(crate::report::CheckFinding::verdict).max_by_key(|verdict| *verdict as i32);
    CheckReport {
        snapshot: report.snapshot.clone(),
        target: Some(summary(target)),
        verdict: verdict.unwrap_or(Verdict::Unknown).into(),
        coverage: crate::report::Coverage::None.into(),
        findings,
        ..CheckReport::stamped()
    }
}

/// A finding about the snapshot alone, and what it means for a restore.
fn of_snapshot(finding: &Finding) -> crate::report::CheckFinding {
    // The job manager reads metadata, and everything else is read by tasks.
    let is_of_files = finding.code.starts_with("FILE_") || finding.code.starts_with("STATE_");
    let (verdict, flink) = match finding.severity() {
        Severity::Error if is_of_files => (Verdict::Incompatible, crate::report::FlinkReaction::TaskFails),
        Severity::Error => (Verdict::Incompatible, crate::report::FlinkReaction::Refused),
        Severity::Unknown | Severity::Unspecified => (Verdict::Unknown, crate::report::FlinkReaction::NotKnown),
        Severity::Warning | Severity::Info => (Verdict::Compatible, crate::report::FlinkReaction::Silent),
    };
    finding::of_plain(finding, verdict, flink)
}

fn summary(target: &Target) -> CheckTarget {
    CheckTarget {
        sources: target.sources.clone(),
        flink_version: target.flink_version.map(|version| version.to_string()),
        allow_non_restored_state: target.restore.allow_non_restored_state,
        claim_mode: target.restore.claim_mode.map(|mode| mode.constant().to_owned()),
        state_backend: target.backend.kind.map(|kind| kind.name().to_owned()),
        operator_count: u32::try_from(target.operators().count()).unwrap_or(u32::MAX),
    }
}
