//! From findings to verdicts: the worst one counts, of a state, of an operator and of the whole.

use std::collections::{BTreeMap, BTreeSet};

use super::comparison::StatePair;
use super::context::{Context, Outcome};
use super::schema::rank;
use super::source::SourceOperator;
use super::summary;
use crate::report::{
    CheckFinding, CheckReport, Coverage, OperatorMapping, OperatorVerdict, Severity, StateVerdict, Verdict,
};

pub(super) fn report(context: &Context<'_>, outcome: Outcome) -> CheckReport {
    let Outcome { mut findings, not_checked } = outcome;
    for finding in &mut findings {
        if finding.location.is_empty() {
            context.source.location().clone_into(&mut finding.location);
        }
        if finding.accepted_by.is_none() && counts(finding) {
            finding.accepted_by = context.options.acceptance.of(finding);
        }
    }
    findings.sort_by_key(|finding| (std::cmp::Reverse(finding.verdict), severity_rank(finding.severity())));
    let coverage = not_checked.iter().map(|gap| gap.limits_to).min().map_or(Coverage::Full, coverage_of);
    let worst = findings.iter().map(CheckFinding::verdict).max_by_key(|verdict| *verdict as i32);
    let mut verdict = worst.unwrap_or(Verdict::Compatible);
    let falls_short = context.options.require.is_some_and(|required| (coverage as i32) < required as i32);
    if (falls_short || coverage == Coverage::None) && (verdict as i32) < Verdict::Unknown as i32 {
        verdict = Verdict::Unknown;
    }
    let standing = findings.iter().filter(|finding| counts(finding));
    let accepted = verdict != Verdict::Compatible
        && !falls_short
        && standing.clone().next().is_some()
        && standing.clone().all(|finding| finding.accepted_by.is_some());
    CheckReport {
        snapshot: Some(context.source.snapshot.clone()),
        target: Some(summary(context.target)),
        verdict: verdict.into(),
        coverage: coverage.into(),
        accepted,
        operators: operators(context, &findings),
        findings,
        not_checked,
        ..CheckReport::stamped()
    }
}

/// Whether a finding stands against "compatible".
fn counts(finding: &CheckFinding) -> bool {
    finding.verdict() as i32 > Verdict::Compatible as i32
}

fn severity_rank(severity: Severity) -> u8 {
    match severity {
        Severity::Error => 0,
        Severity::Unknown | Severity::Unspecified => 1,
        Severity::Warning => 2,
        Severity::Info => 3,
    }
}

fn coverage_of(number: i32) -> Coverage {
    Coverage::try_from(number).unwrap_or(Coverage::None)
}

fn worst_of<'f>(findings: impl Iterator<Item = &'f CheckFinding>) -> Verdict {
    findings.map(CheckFinding::verdict).max_by_key(|verdict| *verdict as i32).unwrap_or(Verdict::Compatible)
}

/// Those of the snapshot in its order, then those that only the job has.
fn operators(context: &Context<'_>, findings: &[CheckFinding]) -> Vec<OperatorVerdict> {
    let mut by_operator: BTreeMap<&str, Vec<&CheckFinding>> = BTreeMap::new();
    for finding in findings {
        if let Some(id) = &finding.operator_id {
            by_operator.entry(id).or_default().push(finding);
        }
    }
    let mut rows = Vec::new();
    for (position, operator) in context.source.operators.iter().enumerate() {
        let of_it = by_operator.remove(operator.facts.operator_id.as_str()).unwrap_or_default();
        rows.push(of_source(context, position, operator, &of_it));
    }
    let new: BTreeSet<_> = context.mapping.new.iter().chain(&context.mapping.without_id).collect();
    for operator in new.into_iter().filter_map(|place| context.target.operator(*place)) {
        let id = operator.id.map(|id| id.to_string()).unwrap_or_default();
        let of_it = by_operator.remove(id.as_str()).unwrap_or_default();
        rows.push(OperatorVerdict {
            operator_id: id,
            uid: operator.uid.clone(),
            name: operator.name.clone(),
            mapping: OperatorMapping::New.into(),
            verdict: worst_of(of_it.into_iter()).into(),
            ..OperatorVerdict::default()
        });
    }
    rows
}

fn of_source(
    context: &Context<'_>,
    position: usize,
    operator: &SourceOperator,
    findings: &[&CheckFinding],
) -> OperatorVerdict {
    let fate = context.mapping.fate(position);
    let renamed = context.renames.iter().find(|rename| rename.source == position);
    let states = context.states.iter().filter(|pair| pair.source == position);
    let continued = fate.continued_by().and_then(|place| context.target.operator(place));
    OperatorVerdict {
        operator_id: operator.facts.operator_id.clone(),
        uid: operator.facts.uid.clone().or_else(|| continued?.uid.clone()),
        name: operator.facts.name.clone().or_else(|| continued?.name.clone()),
        mapping: fate.reported().into(),
        verdict: worst_of(findings.iter().copied()).into(),
        state_bytes: Some(operator.facts.state_bytes),
        states: states.map(|pair| of_state(pair, findings)).collect(),
        probably_continued_by: renamed
            .and_then(|rename| context.target.operator(rename.place))
            .map(super::target::TargetOperator::label),
    }
}

fn of_state(pair: &StatePair<'_>, findings: &[&CheckFinding]) -> StateVerdict {
    let about = findings.iter().copied().filter(|finding| finding.state.as_deref() == Some(pair.name));
    let parts = [&pair.key, &pair.namespace, &pair.value];
    let worst = parts.into_iter().flatten().map(|resolution| resolution.outcome).max_by_key(|outcome| rank(*outcome));
    let text = |state: Option<&crate::report::State>| {
        state.and_then(|state| state.value.as_ref()).map(|value| value.text.clone())
    };
    StateVerdict {
        name: pair.name.to_owned(),
        scope: pair.scope.into(),
        verdict: worst_of(about).into(),
        compatibility: worst.map(Into::into),
        before: text(pair.before),
        after: text(pair.after),
    }
}
