//! What every rule is given, and where it puts what it finds.

use super::accept::Acceptance;
use super::comparison::{self, StatePair};
use super::mapping::Mapping;
use super::rename::{self, Rename};
use super::source::{RestoreSource, SourceOperator};
use super::target::{OperatorPlace, Platform, Target, TargetOperator};
use crate::report::{CheckFinding, Coverage, NotChecked};

/// What the user wants of a check.
#[derive(Debug, Clone, Default)]
pub struct CheckOptions {
    /// What was accepted.
    pub acceptance: Acceptance,
    /// The coverage that is needed for "compatible".
    pub require: Option<Coverage>,
    /// The platform that starts the job, where it has rules of its own.
    pub platform: Option<Platform>,
}

/// What every rule is given.
pub(super) struct Context<'c> {
    pub(super) source: &'c RestoreSource<'c>,
    pub(super) target: &'c Target,
    pub(super) options: &'c CheckOptions,
    pub(super) mapping: Mapping,
    /// States of operators that were found again.
    pub(super) states: Vec<StatePair<'c>>,
    /// Operators that probably have another uid now.
    pub(super) renames: Vec<Rename>,
}

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    pub(super) findings: Vec<CheckFinding>,
    pub(super) not_checked: Vec<NotChecked>,
}

impl<'c> Context<'c> {
    pub(super) fn new(source: &'c RestoreSource<'c>, target: &'c Target, options: &'c CheckOptions) -> Self {
        let mapping = Mapping::of(source, target);
        let states = comparison::of(source, target, &mapping);
        let renames = rename::of(source, target, &mapping);
        Self { source, target, options, mapping, states, renames }
    }

    /// Operators that were found again, with their place in the job.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (&'c SourceOperator, OperatorPlace, &'c TargetOperator)> + '_ {
        self.mapping.pairs().filter_map(|(source, place)| {
            Some((self.source.operators.get(source)?, place, self.target.operator(place)?))
        })
    }

    /// Whether state without an operator may be dropped.
    pub(super) fn allows_dropping(&self) -> bool {
        self.target.restore.allow_non_restored_state == Some(true) && !self.flag_has_no_effect()
    }

    /// Whether the platform does not look at the flag for dropping state.
    pub(super) fn flag_has_no_effect(&self) -> bool {
        // What the platform calls the job counts: a jar may run a compiled plan, too.
        let is_sql = self.target.is_sql.unwrap_or(self.target.sql.is_some());
        self.options.platform == Some(Platform::Alibaba) && is_sql
    }

    /// Whether the snapshot was taken by an earlier generation than the one it goes to: 1.x to 2.x.
    pub(super) fn crosses_generations(&self) -> Option<bool> {
        Some(self.target.flink_version?.is_of_a_later_generation(self.source.metadata_version))
    }
}

impl Outcome {
    pub(super) fn found(&mut self, finding: CheckFinding) {
        self.findings.push(finding);
    }

    /// Says that something could not be checked, and what would have to be known.
    pub(super) fn not_checked(&mut self, what: impl Into<String>, needs: impl Into<String>, limits_to: Coverage) {
        let gap =
            NotChecked { rule: String::new(), what: what.into(), needs: needs.into(), limits_to: limits_to.into() };
        if !self.not_checked.contains(&gap) {
            self.not_checked.push(gap);
        }
    }
}
