//! # Operators of the snapshot
//!
//! **What it finds.** Operators of the snapshot that the job does not have.
//!
//! **Why.** State belongs to an operator id, which follows from the uid, or from the topology where there is none. State whose id the job
//! does not have has no owner.
//!
//! **What Flink does.** With state, and be it a list without elements, the job manager refuses ("Cannot map checkpoint/savepoint state"),
//! unless allowNonRestoredState is set: then it drops the state and writes a line into its log. The state of a coordinator counts, and so
//! do records on their way in an unaligned checkpoint. An operator without any is skipped. By the way of high availability allowNonRestoredState
//! does not hold, and an operator without state is refused, too (read in Flink's sources; no recorded pair goes that way).
//! A compiled plan of SQL does not tell what connectors make of sources and sinks: an operator that is found again as what most of them make
//! is told as one of which nobody knows.
//!
//! **Example.** The uid `totals` became `sums`: the state of `totals` has no owner, and `sums` starts empty.
//!
//! **Fix.** Give the operator its uid back, or `setUidHash` with the old id; accept the loss with allowNonRestoredState, or for one
//! operator with `mayDrop` in a manifest.

use super::{Code, Context, Coverage, Details, FlinkReaction, Outcome, Rule, Severity, Verdict};
use crate::compat::mapping::Fate;
use crate::compat::source::SourceOperator;
use crate::compat::target::{OperatorPlace, RestorePath, SqlNode};
use crate::identify::sql_node_of;
use crate::report::{CheckFinding, TargetCompleteness};

const STATE: Code = Code {
    name: "OP_STATE_UNMATCHED",
    severity: Severity::Error,
    verdict: Verdict::NeedsFlag,
    flink: FlinkReaction::Refused,
};
const COORDINATOR: Code = Code { name: "OP_COORDINATOR_UNMATCHED", ..STATE };
const EMPTY: Code = Code::info("OP_EMPTY_UNMATCHED");
const UNCERTAIN: Code = Code::unknown("OP_MATCH_UNCERTAIN");
const CONNECTOR: Code = Code::unknown("SQL_CONNECTOR_UNVERIFIABLE");
const MUST: Code = Code::error("OP_MUST_RESTORE", FlinkReaction::Logged);

pub(in crate::compat) const RULE: Rule =
    Rule { name: "operator_mapping", codes: &[STATE, COORDINATOR, EMPTY, UNCERTAIN, CONNECTOR, MUST], check };

fn check(context: &Context<'_>, outcome: &mut Outcome) {
    if context.target.completeness() == TargetCompleteness::None {
        let needs = "the operators of the job: a manifest, a plan, a job graph, or a snapshot of the new version";
        outcome.not_checked("which operators the job has", needs, Coverage::None);
        return;
    }
    let is_open = context.target.sql.as_ref().is_some_and(|plan| plan.nodes.values().any(|node| node.is_open));
    if is_open {
        let needs = "the graph of the job, or a snapshot of the new version: a compiled plan does not tell them";
        outcome.not_checked("operators that connectors make of sources and sinks", needs, Coverage::Mapping);
    }
    // Nothing can be found again, and nothing be missing.
    if context.target.operators().all(|(_, operator)| operator.id.is_none() && operator.uid_hash.is_none()) {
        let needs = "ids or uids of operators, and the description has names alone: a job graph, a manifest, or a snapshot of the new version";
        outcome.not_checked("which operator of the job is which of the snapshot", needs, Coverage::None);
        return;
    }
    if context.target.completeness() == TargetCompleteness::Candidates {
        let needs = "a description that has the operators: that a text may be a uid proves nothing";
        outcome.not_checked("whether the job still has the operators whose uids were found", needs, Coverage::None);
    }
    for (position, operator) in context.source.operators.iter().enumerate() {
        match context.mapping.fate(position) {
            // A hash that was given with setUidHash is in graphs and manifests, and nowhere else.
            Fate::Unmatched if may_have_its_hash(context, position) => outcome.found(uncertain(context, operator)),
            Fate::Unmatched if operator.has_state() => outcome.found(unmatched(context, operator)),
            Fate::Unmatched => outcome.found(empty(context, operator)),
            Fate::Uncertain if operator.has_state() => {
                let of_a_connector = of_a_connector(context, operator);
                outcome.found(of_a_connector.unwrap_or_else(|| uncertain(context, operator)));
            }
            Fate::Matched(place) if operator.has_state() => {
                outcome.findings.extend(by_a_connector(context, operator, place));
            }
            Fate::Uncertain | Fate::Shadowed(_) | Fate::Matched(_) | Fate::MatchedByUidHash(_) => {}
        }
    }
}

/// Whether the operator that probably continues it may have been given its id.
fn may_have_its_hash(context: &Context<'_>, position: usize) -> bool {
    !context.target.uid_hashes_known && context.renames.iter().any(|rename| rename.source == position)
}

fn named(names: &std::collections::BTreeSet<String>, operator: &SourceOperator) -> bool {
    let own = [operator.facts.uid.as_ref(), operator.facts.name.as_ref(), Some(&operator.facts.operator_id)];
    own.into_iter().flatten().any(|name| names.contains(name))
}

fn unmatched(context: &Context<'_>, operator: &SourceOperator) -> CheckFinding {
    let facts = &operator.facts;
    let code = if operator.has_subtask_state { STATE } else { COORDINATOR };
    let states: Vec<_> = facts.states.iter().map(|state| state.name.as_str()).collect();
    let states = if states.is_empty() { String::new() } else { format!(": {}", states.join(", ")) };
    let subtasks = facts.subtasks_with_state;
    let plural = if subtasks == 1 { "" } else { "s" };
    let evidence = format!("{} bytes of state in {subtasks} subtask{plural}{states}", facts.state_bytes);
    let by_high_availability = context.target.restore.path == Some(RestorePath::HighAvailability);
    if named(&context.target.must_restore, operator) {
        return MUST
            .found("the job does not have this operator, and its state must be restored")
            .of(operator)
            .evidence(evidence)
            .action(back(operator));
    }
    let may_drop = named(&context.target.may_drop, operator);
    if by_high_availability {
        let finding = code
            .found(
                "the job does not have this operator, and by the way of high availability its state is never dropped",
            )
            .leading_to(Verdict::Incompatible, Severity::Error);
        let action = format!("{}; or start the job by a savepoint path", back(operator));
        return finding.of(operator).evidence(evidence).action(action);
    }
    if context.flag_has_no_effect() {
        let finding = code
            .found("the job does not have this operator, and its platform drops state for JAR jobs only")
            .leading_to(Verdict::Incompatible, Severity::Error);
        return finding.of(operator).evidence(evidence).action(format!("{}; or start without state", back(operator)));
    }
    if !(context.allows_dropping() || may_drop) {
        let action = format!("{}; or accept the loss with --allow-non-restored-state", back(operator));
        let finding = code.found("the job does not have this operator, whose state would be dropped");
        return finding.of(operator).evidence(evidence).action(action);
    }
    let mut finding = code
        .found("the job does not have this operator, and its state is dropped")
        .of(operator)
        .evidence(evidence)
        .leading_to(Verdict::Partial, Severity::Warning)
        .action(back(operator));
    if context.allows_dropping() {
        finding.flink = FlinkReaction::Logged.into();
        finding.accepted_by = Some("allowNonRestoredState".to_owned());
    } else {
        // The loss is accepted, and Flink has to be told so, too.
        finding.accepted_by = Some("mayDrop".to_owned());
        finding.action = Some("start the job with allowNonRestoredState: without it Flink refuses".to_owned());
    }
    finding
}

/// How the operator gets its state back.
fn back(operator: &SourceOperator) -> String {
    match &operator.facts.uid {
        Some(uid) => format!("give the operator that continues it .uid({uid:?})"),
        None => format!("give the operator that continues it .setUidHash(\"{}\")", operator.facts.operator_id),
    }
}

fn empty(context: &Context<'_>, operator: &SourceOperator) -> CheckFinding {
    let finding = EMPTY.found("the job does not have this operator, which has no state").of(operator);
    if context.target.restore.path != Some(RestorePath::HighAvailability) {
        return finding;
    }
    let mut finding = finding
        .leading_to(Verdict::Incompatible, Severity::Error)
        .evidence("restored by the way of high availability")
        .action("start the job by a savepoint path");
    finding.flink = FlinkReaction::Refused.into();
    finding
}

/// What is said of an operator that only a connector can say whether it is there.
fn by_a_connector(context: &Context<'_>, operator: &SourceOperator, place: OperatorPlace) -> Option<CheckFinding> {
    let continued = context.target.operator(place).filter(|continued| continued.may_be_absent)?;
    let node = continued.uid.as_deref().and_then(sql_node_of);
    let node = node.and_then(|node| context.target.sql.as_ref()?.nodes.get(&node));
    Some(unverifiable(operator, "the job most probably has this operator, and the plan does not tell", node))
}

/// The same of an operator with the number of a source or sink of the plan, and a name that only its connector knows.
fn of_a_connector(context: &Context<'_>, operator: &SourceOperator) -> Option<CheckFinding> {
    let number = operator.facts.uid.as_deref()?.split_once('_')?.0.parse().ok()?;
    let node = context.target.sql.as_ref()?.nodes.get(&number).filter(|node| node.is_open && node.has_connector());
    node.is_some()
        .then(|| unverifiable(operator, "whether the job has this operator is the choice of a connector", node))
}

fn unverifiable(operator: &SourceOperator, message: &str, node: Option<&SqlNode>) -> CheckFinding {
    let evidence = match node.and_then(|node| node.connector.as_ref()) {
        Some(connector) => format!("the connector {connector:?} chooses the operators of its node"),
        None => "the plan does not name what chooses the operators of its node".to_owned(),
    };
    CONNECTOR.found(message).of(operator).evidence(evidence).action(
        "if the connector is that of the job before, accept this; else describe the job by its graph or by a snapshot",
    )
}

fn uncertain(context: &Context<'_>, operator: &SourceOperator) -> CheckFinding {
    let why = if context.target.is_complete && context.mapping.without_id.is_empty() {
        "an operator that probably continues it may have been given its id with setUidHash"
    } else if context.target.is_complete {
        "the job has operators without uid, whose ids are not known"
    } else if context.target.sql.is_some() {
        "a compiled plan does not tell all operators of sources, sinks and nodes of unknown types"
    } else if context.target.only_candidates {
        "its uid was not found, which does not say that it is gone"
    } else {
        "not all operators of the job are known"
    };
    UNCERTAIN
        .found("whether the job has this operator is not known")
        .of(operator)
        .evidence(why)
        .action("describe the job by its graph, by a snapshot of the new version, or by a manifest")
}
