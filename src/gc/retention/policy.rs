//! A policy: rules and how they are meant, checked once.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{FixedOffset, Offset as _, Utc};

use super::rule::{SHORTEST, duration_text};
use super::{GroupBy, Keep, KindSelector, PolicyError, Rule, Selector};

/// What a policy is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyParts {
    /// What is kept.
    pub rules: Vec<Rule>,
    /// Which snapshots compete for one quota.
    pub group_by: GroupBy,
    /// Where days and weeks begin.
    pub zone: FixedOffset,
    /// Snapshots that miss files go, whatever their age.
    pub drop_damaged: bool,
    /// Checkpoints of a lineage that has ended go when its newest snapshot is older than this, counted from now.
    pub expire_ended_after: Option<Duration>,
    /// Of which lineages nothing may be left.
    pub selected: Vec<Selector>,
    /// Nothing may be left of a group, if it is selected.
    pub allow_empty_group: bool,
}

impl Default for PolicyParts {
    fn default() -> Self {
        Self {
            rules: Vec::new(),
            group_by: GroupBy::default(),
            zone: Utc.fix(),
            drop_damaged: false,
            expire_ended_after: None,
            selected: Vec::new(),
            allow_empty_group: false,
        }
    }
}

/// A policy that means something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    parts: PolicyParts,
}

impl Policy {
    /// Checks a policy. R-05: an empty, zero or contradictory one is refused.
    pub fn new(mut parts: PolicyParts) -> Result<Self, PolicyError> {
        // Whatever the order in which rules are given and whether their usual kind is said, it is one policy with one digest.
        for rule in &mut parts.rules {
            rule.of = rule.of.filter(|of| !(rule.is_quota() && *of == KindSelector::Checkpoint));
        }
        parts.rules.sort_unstable();
        if parts.rules.is_empty() && parts.expire_ended_after.is_none() {
            return Err(PolicyError::Empty);
        }
        for rule in &parts.rules {
            rule.check()?;
        }
        check_rules_among_themselves(&parts)?;
        check_removal(&parts)?;
        Ok(Self { parts })
    }

    /// What it is made of, the rules in order.
    #[must_use]
    pub fn parts(&self) -> &PolicyParts {
        &self.parts
    }

    /// The policy in words, a line for each rule and each setting. Two policies that mean the same have the same lines.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let parts = &self.parts;
        let mut lines: Vec<String> = parts.rules.iter().map(ToString::to_string).collect();
        for (kind, plural) in [(KindSelector::Checkpoint, "checkpoints"), (KindSelector::Savepoint, "savepoints")] {
            if !parts.rules.iter().filter_map(Rule::names).any(|named| kind.includes(named)) {
                let until = if kind == KindSelector::Checkpoint && parts.expire_ended_after.is_some() {
                    " until they expire"
                } else {
                    ""
                };
                lines.push(format!("{plural} are kept{until}: no rule names them"));
            }
        }
        if let Some(after) = parts.expire_ended_after {
            lines.push(format!("expire-ended-after {}", duration_text(after)));
        }
        let mut selected: Vec<_> = parts.selected.iter().map(|selector| format!("select {selector}")).collect();
        selected.sort_unstable();
        selected.dedup();
        lines.append(&mut selected);
        for (given, name) in [(parts.allow_empty_group, "allow-empty-group"), (parts.drop_damaged, "drop-damaged")] {
            if given {
                lines.push(name.to_owned());
            }
        }
        lines.push(format!("group-by {}", parts.group_by));
        lines.push(format!("time-zone {}", parts.zone));
        lines
    }

    /// The policy's `keep-last` for checkpoints, which Flink's `num-retained` is held against.
    #[must_use]
    pub fn keep_last(&self) -> Option<u32> {
        self.parts.rules.iter().find_map(|rule| match rule.keep {
            Keep::Last(number) if rule.kind() == Some(KindSelector::Checkpoint) => Some(number),
            _ => None,
        })
    }
}

/// no rule twice, and no quota beside a rule that keeps all.
fn check_rules_among_themselves(parts: &PolicyParts) -> Result<(), PolicyError> {
    let mut seen = BTreeMap::new();
    for rule in &parts.rules {
        // Several origins or kinds are several rules, and one origin twice is not.
        let value = if rule.is_quota() { None } else { Some(rule.keep) };
        if let Some(one) = seen.insert((rule.name(), rule.kind(), value), rule) {
            return Err(PolicyError::Twice { one: *one, other: *rule });
        }
    }
    for all in &parts.rules {
        let Keep::Kind(kept) = all.keep else { continue };
        let said = parts.rules.iter().find(|rule| rule.exposes().is_some_and(|kind| kept.includes(kind)));
        if let Some(rule) = said {
            return Err(PolicyError::Contradiction { all: *all, rule: rule.to_string() });
        }
        if kept == KindSelector::Checkpoint && parts.expire_ended_after.is_some() {
            return Err(PolicyError::Contradiction { all: *all, rule: "expire-ended-after".to_owned() });
        }
    }
    Ok(())
}

/// removing all needs a selection and the word for it.
fn check_removal(parts: &PolicyParts) -> Result<(), PolicyError> {
    if let Some(duration) = parts.expire_ended_after {
        if duration < SHORTEST {
            let rule = format!("expire-ended-after {}", duration_text(duration));
            return Err(PolicyError::ShortDuration { rule, duration, least: SHORTEST });
        }
        if parts.selected.is_empty() {
            return Err(PolicyError::NothingSelected { setting: "expire-ended-after" });
        }
        if !parts.allow_empty_group {
            return Err(PolicyError::EmptyGroupNotAllowed);
        }
    }
    match (parts.allow_empty_group, parts.selected.is_empty()) {
        (true, true) => Err(PolicyError::NothingSelected { setting: "allow-empty-group" }),
        (false, false) => Err(PolicyError::SelectedForNothing),
        _ => Ok(()),
    }
}
