//! What all outputs for people say in the same words.

use crate::render::text::{UNKNOWN, counted};
use crate::report::{
    CheckFinding, CheckReport, CheckTarget, Coverage, FlinkReaction, OperatorVerdict, Severity, ValueName, Verdict,
};

/// An enum's value in a word or two.
pub(super) fn words<E: ValueName>(value: E) -> String {
    value.value_name().replace('_', " ")
}

/// An enum's value as machines read it.
pub(super) fn name<E: ValueName>(value: E) -> &'static str {
    value.value_name()
}

/// The answer in a sentence.
pub(super) fn answer(report: &CheckReport) -> String {
    let dropped = || {
        let lost = report.findings.iter().filter(|finding| finding.verdict() >= Verdict::Partial);
        let operators: std::collections::BTreeSet<_> =
            lost.filter_map(|finding| finding.operator_id.as_ref()).collect();
        counted(operators.len() as u64, "operator", "operators")
    };
    match report.verdict() {
        Verdict::Compatible if report.coverage() < Coverage::Types => {
            "As far as it was checked, the job restores from this snapshot, with all of its state.".to_owned()
        }
        Verdict::Compatible => "The job restores from this snapshot, with all of its state.".to_owned(),
        Verdict::Unknown => "Whether the job restores from this snapshot is not known.".to_owned(),
        Verdict::Partial if report.accepted => {
            format!("The job starts without state of {}, which was accepted.", dropped())
        }
        Verdict::Partial => format!("The job starts, and state of {} is lost.", dropped()),
        Verdict::NeedsFlag => {
            format!("The job is refused unless state of {} may be dropped (allowNonRestoredState).", dropped())
        }
        Verdict::Incompatible => "The job does not restore from this snapshot.".to_owned(),
        Verdict::Unspecified => UNKNOWN.to_owned(),
    }
}

/// How far the answer reaches.
pub(super) fn reach(report: &CheckReport) -> String {
    let what = match report.coverage() {
        Coverage::Full => "everything was checked",
        Coverage::Types => "operators and the types of their states were checked",
        Coverage::Mapping => "operators were mapped; types were not compared, or not all",
        Coverage::None | Coverage::Unspecified => "not even the operators of the job are known",
    };
    format!("{} ({what})", words(report.coverage()))
}

/// The job in a line.
pub(super) fn target(target: Option<&CheckTarget>) -> String {
    let Some(target) = target else { return UNKNOWN.to_owned() };
    let mut parts: Vec<String> =
        target.sources.iter().map(|source| format!("{} ({})", source.place, source.kind.replace('_', " "))).collect();
    parts.extend(target.flink_version.iter().map(|version| format!("Flink {version}")));
    parts.extend(target.state_backend.iter().cloned());
    parts.extend(target.claim_mode.iter().cloned());
    if target.allow_non_restored_state == Some(true) {
        parts.push("allowNonRestoredState".to_owned());
    }
    parts.join(", ")
}

/// What people call the operator of a row.
pub(super) fn label(operator: &OperatorVerdict) -> String {
    let known = operator.uid.as_ref().or(operator.name.as_ref()).filter(|label| !label.is_empty());
    known.unwrap_or(&operator.operator_id).clone()
}

/// The operator, the state and the field that a finding is about.
pub(super) fn place(finding: &CheckFinding) -> String {
    let operator = match (finding.uid.as_ref().or(finding.operator_name.as_ref()), &finding.operator_id) {
        (Some(label), Some(id)) if !label.is_empty() => Some(format!("{label} ({id})")),
        (Some(label), None) => Some(label.clone()),
        (_, Some(id)) => Some(id.clone()),
        (None, None) => None,
    };
    let parts = operator.into_iter().chain(finding.state.iter().map(|state| format!("state {state}")));
    parts.chain(finding.path.iter().cloned()).collect::<Vec<_>>().join(", ")
}

/// What Flink does about it.
pub(super) fn reaction(finding: &CheckFinding) -> &'static str {
    match finding.flink() {
        FlinkReaction::Silent => "Flink says nothing",
        FlinkReaction::Logged => "Flink writes a line into its log",
        FlinkReaction::Refused => "the job manager refuses the job",
        FlinkReaction::TaskFails => "a task fails",
        FlinkReaction::CheckpointFails => "the first checkpoint fails",
        FlinkReaction::WrongValues => "values come out wrong",
        FlinkReaction::NotKnown | FlinkReaction::Unspecified => "what Flink does is not known",
    }
}

/// Whether Flink's own behaviour is worth a word: that it says nothing about what is good to know is not.
pub(super) fn says_something(finding: &CheckFinding) -> bool {
    finding.severity() != Severity::Info && finding.verdict() != Verdict::Compatible
}
