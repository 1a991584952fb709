//! Kinds of findings, and how one is made.

use super::source::SourceOperator;
use super::target::TargetOperator;
use crate::report::{CheckFinding, Finding, FlinkReaction, Severity, Verdict};

/// A kind of finding.
#[derive(Debug, Clone, Copy)]
pub struct Code {
    /// Its stable name.
    pub name: &'static str,
    /// How much it matters, where a rule does not say otherwise.
    pub severity: Severity,
    /// The verdict that it leads to, where a rule does not say otherwise.
    pub verdict: Verdict,
    /// What Flink does.
    pub flink: FlinkReaction,
}

impl Code {
    /// A kind that stands in the way.
    pub(super) const fn error(name: &'static str, flink: FlinkReaction) -> Self {
        Self { name, severity: Severity::Error, verdict: Verdict::Incompatible, flink }
    }

    /// A kind that loses state.
    pub(super) const fn loss(name: &'static str, flink: FlinkReaction) -> Self {
        Self { name, severity: Severity::Warning, verdict: Verdict::Partial, flink }
    }

    /// A kind that somebody should look at.
    pub(super) const fn warning(name: &'static str) -> Self {
        Self { name, severity: Severity::Warning, verdict: Verdict::Compatible, flink: FlinkReaction::Silent }
    }

    /// A kind that is good to know.
    pub(super) const fn info(name: &'static str) -> Self {
        Self { name, severity: Severity::Info, verdict: Verdict::Compatible, flink: FlinkReaction::Silent }
    }

    /// A kind of which nobody knows how it ends.
    pub(super) const fn unknown(name: &'static str) -> Self {
        Self { name, severity: Severity::Unknown, verdict: Verdict::Unknown, flink: FlinkReaction::NotKnown }
    }

    /// A finding of this kind.
    pub(super) fn found(&self, message: impl Into<String>) -> CheckFinding {
        CheckFinding {
            code: self.name.to_owned(),
            severity: self.severity.into(),
            message: message.into(),
            verdict: self.verdict.into(),
            flink: self.flink.into(),
            ..CheckFinding::default()
        }
    }
}

/// What rules fill in, one after the other.
pub(super) trait Details: Sized {
    /// About an operator of the snapshot.
    fn of(self, operator: &SourceOperator) -> Self;
    /// About an operator that only the job has.
    fn of_target(self, operator: &TargetOperator) -> Self;
    /// About a state.
    fn of_state(self, state: &str) -> Self;
    /// What was seen.
    fn evidence(self, evidence: impl Into<String>) -> Self;
    /// What to do.
    fn action(self, action: impl Into<String>) -> Self;
    /// It leads to another verdict than its kind.
    fn leading_to(self, verdict: Verdict, severity: Severity) -> Self;
}

impl Details for CheckFinding {
    fn of(mut self, operator: &SourceOperator) -> Self {
        self.operator_id = Some(operator.facts.operator_id.clone());
        self.uid.clone_from(&operator.facts.uid);
        self.operator_name.clone_from(&operator.facts.name);
        self
    }

    fn of_target(mut self, operator: &TargetOperator) -> Self {
        self.operator_id = operator.id.map(|id| id.to_string());
        self.uid.clone_from(&operator.uid);
        self.operator_name.clone_from(&operator.name);
        self
    }

    fn of_state(mut self, state: &str) -> Self {
        self.state = Some(state.to_owned());
        self
    }

    fn evidence(mut self, evidence: impl Into<String>) -> Self {
        self.evidence = Some(evidence.into());
        self
    }

    fn action(mut self, action: impl Into<String>) -> Self {
        self.action = Some(action.into());
        self
    }

    fn leading_to(mut self, verdict: Verdict, severity: Severity) -> Self {
        self.verdict = verdict.into();
        self.severity = severity.into();
        self
    }
}

/// A finding of another command, with what it means for a restore.
pub(super) fn of_plain(finding: &Finding, verdict: Verdict, flink: FlinkReaction) -> CheckFinding {
    CheckFinding {
        code: finding.code.clone(),
        severity: finding.severity,
        location: finding.location.clone(),
        operator_id: finding.operator_id.clone(),
        uid: finding.uid.clone(),
        state: finding.state.clone(),
        message: finding.message.clone(),
        evidence: finding.evidence.clone(),
        action: finding.action.clone(),
        verdict: verdict.into(),
        flink: flink.into(),
        ..CheckFinding::default()
    }
}
