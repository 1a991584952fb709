//! # State backends
//!
//! **What it finds.** Keyed state in a layout that the job's state backend does not read; a changed place of timers; changelog on or off.
//!
//! **Why.** Only canonical savepoints are laid out alike by all backends. Native savepoints and checkpoints are for the backend that wrote
//! them.
//!
//! **What Flink does.** Files of RocksDB are refused by the heap backend ("Unexpected state handle type"). Key groups of the heap backend are
//! not refused by RocksDB: they are read as something else, and fail somewhere. Timers in files of RocksDB are not found by a job that keeps
//! them in memory, and a native savepoint has none at all if the job that took it kept them in memory beside RocksDB. The changelog may be switched on and off.
//!
//! **Example.** A checkpoint of RocksDB for a job with `state.backend.type: hashmap`.
//!
//! **Fix.** Take a canonical savepoint with the old backend, and start from that.

use super::{Code, Context, Coverage, Details, FlinkReaction, Outcome, Rule};
use crate::compat::comparison::is_timers;
use crate::compat::source::KeyedLayout;
use crate::compat::target::{BackendKind, TimerService};
use crate::report::{SnapshotFormat, SnapshotKind};

const HANDLE: Code = Code::error("BACKEND_HANDLE_UNSUPPORTED", FlinkReaction::TaskFails);
const NATIVE: Code = Code::error("BACKEND_NATIVE_MISMATCH", FlinkReaction::TaskFails);
const UNKNOWN: Code = Code::unknown("BACKEND_LAYOUT_UNKNOWN");
const TIMERS: Code = Code::loss("BACKEND_TIMER_SERVICE_CHANGED", FlinkReaction::Silent);
const NO_TIMERS: Code = Code::loss("TIMERS_NOT_IN_SNAPSHOT", FlinkReaction::Silent);
const CHANGELOG: Code = Code::info("CHANGELOG_SWITCHED");

pub(in crate::compat) const RULE: Rule =
    Rule { name: "backend", codes: &[HANDLE, NATIVE, UNKNOWN, TIMERS, NO_TIMERS, CHANGELOG], check };

fn check(context: &Context<'_>, outcome: &mut Outcome) {
    let backend = context.target.backend;
    for (operator, _, target) in context.pairs() {
        let Some(layout) = operator.keyed_layout else { continue };
        let Some(kind) = backend.kind else {
            if layout != KeyedLayout::Canonical && !context.target.is_unchanged {
                let needs = "the state backend of the job (--state-backend)";
                outcome.not_checked("whether the job's state backend reads the snapshot", needs, Coverage::Types);
            }
            continue;
        };
        let action = "take a canonical savepoint, and start from that";
        let name = kind.name();
        match (layout, kind) {
            (KeyedLayout::Canonical, _)
            | (KeyedLayout::Heap, BackendKind::HashMap)
            | (KeyedLayout::Full | KeyedLayout::Incremental, BackendKind::RocksDb) => {}
            (KeyedLayout::Incremental, BackendKind::HashMap) => {
                let message = format!("its keyed state is in files of RocksDB, which {name} does not read");
                outcome.found(HANDLE.found(message).of(operator).action(action));
            }
            (KeyedLayout::Heap, BackendKind::RocksDb | BackendKind::ForSt)
            | (KeyedLayout::Full, BackendKind::HashMap | BackendKind::ForSt) => {
                let message = format!("its keyed state is laid out for another backend than {name}");
                outcome.found(NATIVE.found(message).of(operator).action(action));
            }
            (KeyedLayout::Incremental, BackendKind::ForSt) => {
                let message = "whether the files of its keyed state are of ForSt or of RocksDB is not recorded";
                outcome.found(UNKNOWN.found(message).of(operator).action(action));
            }
            (KeyedLayout::KeyGroups, _) => {
                let message = "for which backend its keyed state is laid out could not be told";
                outcome.found(UNKNOWN.found(message).of(operator).action(action));
            }
        }
        // Timers that are kept in memory beside RocksDB are raw keyed state.
        let timers_before = operator.facts.states.iter().any(|state| is_timers(&state.name));
        let timers_in_database = timers_before && operator.facts.raw_keyed_bytes == 0;
        let snapshot = &context.source.snapshot;
        let is_native = snapshot.kind() == SnapshotKind::Savepoint && snapshot.format() == SnapshotFormat::Native;
        let timers_after = target.states.iter().flat_map(|states| &states.entries).any(|state| is_timers(&state.name));
        if is_native && layout == KeyedLayout::Incremental && timers_after && !timers_before {
            let message =
                "the job has timers, and the snapshot has none: a native savepoint leaves out those in memory";
            outcome.found(NO_TIMERS.found(message).of(operator).action(action));
        }
        let timers_told = target.states.as_ref().is_some_and(|states| states.tells_timers);
        if is_native && layout == KeyedLayout::Incremental && !timers_before && !timers_told {
            let needs = "whether the job has timers, which a native savepoint leaves out if they are kept in memory";
            outcome.not_checked("whether timers are missing", needs, Coverage::Mapping);
        }
        if layout == KeyedLayout::Incremental && backend.timers == Some(TimerService::Heap) && timers_in_database {
            let message = "its timers are in RocksDB, and the job keeps them in memory: they are left behind";
            outcome.found(TIMERS.found(message).of(operator).action(action));
        }
    }
    let keyed = context.pairs().filter(|(operator, _, _)| operator.keyed_layout.is_some() || operator.is_changelog);
    let was: Vec<bool> = keyed.map(|(operator, _, _)| operator.is_changelog).collect();
    if let Some(changelog) = backend.changelog
        && was.iter().any(|was| *was != changelog)
    {
        let message = if changelog { "the changelog is switched on" } else { "the changelog is switched off" };
        outcome.found(CHANGELOG.found(message));
    }
}
