//! From the reports of the collector to an exit code (`docs/gc-safety.md`, section 11).
//!
//! Of several, the first of 5, 4 and 3 is returned: what was not finished matters more than what was not begun, and that more than
//! what is damaged.

use crate::cli::exit_code::ExitCode;
use crate::report::{Finding, GcEnd, GcOutcomeReport, GcPlanReport, Severity};

/// Of a plan.
pub(super) fn of_plan(report: &GcPlanReport, strict: bool) -> ExitCode {
    worst([of_blockers(&report.blockers), of_findings(&report.findings, strict)])
}

/// Of a plan, where a script wants to know whether it has items.
pub(super) fn in_detail(report: &GcPlanReport, code: ExitCode) -> ExitCode {
    if code == ExitCode::Fine && has_items(report) { ExitCode::PlanHasItems } else { code }
}

/// Whether a plan names anything: an empty directory is something, and no file.
pub(super) fn has_items(report: &GcPlanReport) -> bool {
    report.totals.as_ref().is_some_and(|totals| !totals.shares.is_empty())
}

/// Of a run, and of the plan that it made.
pub(super) fn of_outcome(report: &GcOutcomeReport, strict: bool) -> ExitCode {
    let end = match report.end() {
        GcEnd::Done | GcEnd::NothingToDo if report.failed.is_empty() => ExitCode::Fine,
        GcEnd::Done | GcEnd::NothingToDo | GcEnd::InPart => ExitCode::AppliedInPart,
        GcEnd::Interrupted => return ExitCode::Interrupted,
        // An end that this version has no name for is none that is known to be good.
        GcEnd::Refused | GcEnd::Unspecified => ExitCode::NotKnown,
    };
    let plan = report.plan.as_ref().map_or(ExitCode::Fine, |plan| of_plan(plan, strict));
    worst([end, of_blockers(&report.blockers), of_findings(&report.findings, strict), plan])
}

/// The one that matters most.
pub(super) fn worst(codes: impl IntoIterator<Item = ExitCode>) -> ExitCode {
    let rank = |code: &ExitCode| match code {
        ExitCode::Interrupted | ExitCode::Terminated => 7,
        ExitCode::NoResult => 6,
        ExitCode::Usage => 5,
        ExitCode::AppliedInPart => 4,
        ExitCode::NotKnown => 3,
        ExitCode::No => 2,
        ExitCode::PlanHasItems => 1,
        ExitCode::Fine => 0,
    };
    codes.into_iter().max_by_key(rank).unwrap_or(ExitCode::Fine)
}

fn of_blockers(blockers: &[Finding]) -> ExitCode {
    if blockers.is_empty() { ExitCode::Fine } else { ExitCode::NotKnown }
}

fn of_findings(findings: &[Finding], strict: bool) -> ExitCode {
    worst(findings.iter().map(|finding| match finding.severity() {
        Severity::Unknown | Severity::Unspecified => ExitCode::NotKnown,
        Severity::Error => ExitCode::No,
        Severity::Warning if strict => ExitCode::No,
        Severity::Warning | Severity::Info => ExitCode::Fine,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{GcFailedDeletion, GcShare, GcTotals};

    fn finding(severity: Severity) -> Finding {
        Finding { severity: severity.into(), ..Finding::default() }
    }

    fn plan(blockers: &[Severity], findings: &[Severity]) -> GcPlanReport {
        let all = |severities: &[Severity]| severities.iter().map(|severity| finding(*severity)).collect();
        GcPlanReport { blockers: all(blockers), findings: all(findings), ..GcPlanReport::default() }
    }

    #[test]
    fn a_plan_that_is_refused_is_not_known_and_a_blocked_job_is_no() {
        assert_eq!(of_plan(&plan(&[], &[]), false), ExitCode::Fine);
        assert_eq!(of_plan(&plan(&[], &[Severity::Error]), false), ExitCode::No);
        assert_eq!(of_plan(&plan(&[Severity::Error], &[Severity::Error]), false), ExitCode::NotKnown);
        assert_eq!(of_plan(&plan(&[], &[Severity::Unknown, Severity::Error]), false), ExitCode::NotKnown);
    }

    #[test]
    fn a_warning_counts_only_where_that_was_asked_for() {
        assert_eq!(of_plan(&plan(&[], &[Severity::Warning]), false), ExitCode::Fine);
        assert_eq!(of_plan(&plan(&[], &[Severity::Warning]), true), ExitCode::No);
    }

    #[test]
    fn a_plan_with_items_is_told_apart_only_where_all_is_fine() {
        let totals = Some(GcTotals { shares: vec![GcShare::default()], ..GcTotals::default() });
        let report = GcPlanReport { totals, ..GcPlanReport::default() };
        assert_eq!(in_detail(&report, ExitCode::Fine), ExitCode::PlanHasItems);
        assert_eq!(in_detail(&report, ExitCode::No), ExitCode::No);
        assert_eq!(in_detail(&GcPlanReport::default(), ExitCode::Fine), ExitCode::Fine);
    }

    #[test]
    fn what_was_not_finished_matters_most() {
        let outcome = |end: GcEnd| GcOutcomeReport { end: end.into(), ..GcOutcomeReport::default() };
        assert_eq!(of_outcome(&outcome(GcEnd::Done), false), ExitCode::Fine);
        assert_eq!(of_outcome(&outcome(GcEnd::NothingToDo), false), ExitCode::Fine);
        assert_eq!(of_outcome(&outcome(GcEnd::Refused), false), ExitCode::NotKnown);
        assert_eq!(of_outcome(&outcome(GcEnd::Interrupted), false), ExitCode::Interrupted);
        let in_part = GcOutcomeReport { blockers: vec![finding(Severity::Unknown)], ..outcome(GcEnd::InPart) };
        assert_eq!(of_outcome(&in_part, false), ExitCode::AppliedInPart);
        let failed = GcOutcomeReport { failed: vec![GcFailedDeletion::default()], ..outcome(GcEnd::Done) };
        assert_eq!(of_outcome(&failed, false), ExitCode::AppliedInPart);
    }
}
