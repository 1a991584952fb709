//! # Values
//!
//! **What it finds.** Values of another type, with the path of the field and what the serializers say about it.
//!
//! **Why.** Bytes that one serializer has written are read by another one.
//!
//! **What Flink does.** Each serializer is asked (`resolveSchemaCompatibility`): as is, reconfigured, after migration, or incompatible. The
//! first two are fine. A migration reads each value with the old serializer and writes it with the new one: RocksDB does so at the first use
//! of the state, which takes its time; ForSt cannot. The keys of a map in RocksDB must not need it, and
//! generic records of Avro there must not get fields. What is incompatible fails at the first use
//! (`StateMigrationException`). A constant of an enum that is gone fails already while the snapshot is read.
//!
//! **Example.** `ValueState<Integer>` became `ValueState<Long>`.
//!
//! **Fix.** Keep the type; or a new state beside the old one, and move the values when they are used.

use super::{Code, Context, Coverage, Details, FlinkReaction, Outcome, Rule};
use crate::compat::comparison::StatePair;
use crate::compat::rules::sql::is_row;
use crate::compat::schema::{Reason, ReasonKind, Resolution};
use crate::compat::source::SourceOperator;
use crate::compat::target::BackendKind;
use crate::report::{SchemaCompatibility, StateKind, StateScope};

const INCOMPATIBLE: Code = Code::error("STATE_SERIALIZER_INCOMPATIBLE", FlinkReaction::TaskFails);
const COLLECTION: Code = Code::error("COLLECTION_SERIALIZER_CHANGED", FlinkReaction::TaskFails);
const CONSTANT: Code = Code::error("ENUM_CONSTANT_REMOVED", FlinkReaction::TaskFails);
const MIGRATION: Code = Code::warning("STATE_NEEDS_MIGRATION");
const NOT_IMPLEMENTED: Code = Code::error("STATE_MIGRATION_NOT_IMPLEMENTED", FlinkReaction::TaskFails);
const MAP_KEY: Code = Code::error("MAP_KEY_MIGRATION", FlinkReaction::TaskFails);
const AVRO: Code = Code::error("AVRO_RECORD_MIGRATION", FlinkReaction::TaskFails);
const RECONFIGURED: Code = Code::info("STATE_RECONFIGURED");
const UNVERIFIABLE: Code = Code::unknown("SERIALIZER_UNVERIFIABLE");

pub(in crate::compat) const RULE: Rule = Rule {
    name: "value",
    codes: &[INCOMPATIBLE, COLLECTION, CONSTANT, MIGRATION, NOT_IMPLEMENTED, MAP_KEY, AVRO, RECONFIGURED, UNVERIFIABLE],
    check,
};

fn check(context: &Context<'_>, outcome: &mut Outcome) {
    for pair in &context.states {
        let Some(operator) = context.source.operators.get(pair.source) else { continue };
        // Another kind is a finding of its own, and makes nothing of a comparison.
        if pair.kind_before() != pair.kind_after() && pair.kind_before().is_some() && pair.kind_after().is_some() {
            continue;
        }
        let of_map = if pair.scope == StateScope::Operator { pair.key.as_ref() } else { None };
        for resolution in pair.value.iter().chain(of_map) {
            judge(context, pair, operator, resolution, outcome);
        }
    }
}

fn judge(
    context: &Context<'_>,
    pair: &StatePair<'_>,
    operator: &SourceOperator,
    resolution: &Resolution,
    outcome: &mut Outcome,
) {
    let is_keyed = pair.scope == StateScope::Keyed;
    let backend = context.target.backend.kind;
    match resolution.outcome {
        // Rows of SQL are a finding of the rule `sql`: what to do about them is another thing.
        SchemaCompatibility::Incompatible if pair.before.is_some_and(is_row) => {}
        SchemaCompatibility::Incompatible => {
            for reason in resolution.reasons.iter().filter(|reason| reason.outcome == SchemaCompatibility::Incompatible)
            {
                let code = match reason.kind {
                    ReasonKind::Collection => COLLECTION,
                    ReasonKind::EnumConstantRemoved => CONSTANT,
                    _ => INCOMPATIBLE,
                };
                let finding = code.found(reason.why.clone()).of(operator).of_state(pair.name);
                let mut finding = finding.action("keep the type, or give the new state another name");
                finding.path = Some(reason.path.clone());
                outcome.found(finding);
            }
        }
        SchemaCompatibility::AfterMigration if is_keyed && backend == Some(BackendKind::ForSt) => {
            let finding = NOT_IMPLEMENTED.found("its values would have to be migrated, which ForSt cannot");
            let finding = finding.of(operator).of_state(pair.name).evidence(reasons(resolution));
            outcome.found(finding.action("keep the type"));
        }
        SchemaCompatibility::AfterMigration => {
            let finding = MIGRATION.found("its values are read with the old serializer and written with the new one");
            let finding = finding.of(operator).of_state(pair.name).evidence(reasons(resolution));
            outcome.found(finding.action("plan for a slow first use"));
            if is_keyed {
                avro_records(backend, pair, operator, resolution, outcome);
            }
            if is_keyed && pair.kind_before() == Some(StateKind::Map) {
                map_key(backend, pair, operator, resolution, outcome);
            }
        }
        SchemaCompatibility::Reconfigured => {
            let finding = RECONFIGURED.found("the new serializer takes over numbers and tags of the snapshot");
            outcome.found(finding.of(operator).of_state(pair.name).evidence(reasons(resolution)));
        }
        SchemaCompatibility::Unknown => unknown(resolution, operator, Some(pair.name), outcome),
        SchemaCompatibility::AsIs | SchemaCompatibility::Unspecified => {}
    }
}

/// Keys of a map are a part of the keys of RocksDB, which are not migrated (`RocksDBMapState.migrateSerializedValue`).
fn map_key(
    backend: Option<BackendKind>,
    pair: &StatePair<'_>,
    operator: &SourceOperator,
    resolution: &Resolution,
    outcome: &mut Outcome,
) {
    let of_keys = |reason: &&Reason| {
        reason.path.starts_with("value<key>")
            && matches!(reason.outcome, SchemaCompatibility::AfterMigration | SchemaCompatibility::Reconfigured)
    };
    let Some(reason) = resolution.reasons.iter().find(of_keys) else { return };
    match backend {
        Some(BackendKind::HashMap | BackendKind::ForSt) => {}
        Some(BackendKind::RocksDb) => {
            let finding = MAP_KEY.found("keys of a map cannot be migrated in RocksDB").of(operator).of_state(pair.name);
            outcome.found(finding.evidence(reason.why.clone()).action("keep the type of the keys"));
        }
        None => {
            let needs = "the state backend of the job (--state-backend)";
            outcome.not_checked(
                format!("whether keys of the map {} are migrated", pair.name),
                needs,
                Coverage::Mapping,
            );
        }
    }
}

/// RocksDB migrates a generic record by writing the old one with the new schema, field by field (`AvroSerializer` of generic records).
fn avro_records(
    backend: Option<BackendKind>,
    pair: &StatePair<'_>,
    operator: &SourceOperator,
    resolution: &Resolution,
    outcome: &mut Outcome,
) {
    let Some(reason) = resolution.reasons.iter().find(|reason| reason.kind == ReasonKind::AvroRecordChanged) else {
        return;
    };
    match backend {
        Some(BackendKind::HashMap | BackendKind::ForSt) => {}
        Some(BackendKind::RocksDb) => {
            let message = "generic records of Avro with other fields cannot be migrated in RocksDB";
            let finding = AVRO.found(message).of(operator).of_state(pair.name).evidence(reason.why.clone());
            outcome.found(finding.action("use a generated class, or keep the schema"));
        }
        None => {
            let needs = "the state backend of the job (--state-backend)";
            let what = format!("whether generic records of Avro in {} are migrated", pair.name);
            outcome.not_checked(what, needs, Coverage::Mapping);
        }
    }
}

/// All that differs, in a line.
pub(super) fn reasons(resolution: &Resolution) -> String {
    let worth = resolution.reasons.iter().filter(|reason| reason.outcome != SchemaCompatibility::AsIs);
    let texts: Vec<_> = worth.map(|reason| format!("{}: {}", reason.path, reason.why)).collect();
    texts.join("; ")
}

/// Says what is not known: of what the job's description leaves out that it was not checked, of other things that nobody knows.
pub(super) fn unknown(resolution: &Resolution, operator: &SourceOperator, state: Option<&str>, outcome: &mut Outcome) {
    for reason in resolution.reasons.iter().filter(|reason| reason.outcome == SchemaCompatibility::Unknown) {
        match reason.kind {
            ReasonKind::NotTold => {
                let what = format!("{} of {}: {}", reason.path, state.unwrap_or(operator.label()), reason.why);
                outcome.not_checked(what, "the whole type in the description of the job", Coverage::Mapping);
            }
            // What Kryo makes of it is a finding of the rule `kryo`.
            ReasonKind::KryoAcrossGenerations => {}
            _ => {
                let mut finding = UNVERIFIABLE.found(reason.why.clone()).of(operator);
                finding.state = state.map(ToOwned::to_owned);
                finding.path = Some(reason.path.clone());
                outcome.found(finding.action("try it with a copy of the job before the old one is stopped"));
            }
        }
    }
}
