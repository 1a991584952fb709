//! # What the platform starts from
//!
//! **What it finds.** A deployment that starts without state, or from a snapshot that its platform chooses; options that the platform does
//! not look at.
//!
//! **Why.** Platforms put a choice of their own before Flink's: Ververica Platform with `restoreStrategy` and `upgradeStrategy`, the Flink
//! Kubernetes operator with `upgradeMode`.
//!
//! **What Flink does.** Started without a path, it starts empty. `LATEST_SAVEPOINT` takes the newest savepoint that the platform knows, and
//! everything since then is gone; a retained checkpoint counts only if it was added as a savepoint. `LATEST_STATE` takes the newest of
//! checkpoints and savepoints. Alibaba Realtime Compute looks at "allow non-restored state" for JAR jobs only, and a start time that was given
//! does not count once state is restored. This is what the platforms document; no platform was run here.
//!
//! **Example.** `restoreStrategy: {kind: NONE}`: no operator gets its state back.
//!
//! **Fix.** `restoreStrategy: {kind: LATEST_STATE}`, `upgradeMode: savepoint`, or the path of the snapshot where the platform takes one.

use super::{Code, Context, Details, FlinkReaction, Outcome, Rule};
use crate::compat::target::{Platform, Start};
use crate::report::SnapshotKind;

const WITHOUT_STATE: Code = Code::loss("START_WITHOUT_STATE", FlinkReaction::Silent);
const ANOTHER: Code = Code::warning("START_FROM_ANOTHER_SNAPSHOT");
const NEWEST: Code = Code::info("START_FROM_NEWEST");
const NO_EFFECT: Code = Code::warning("FLAG_WITHOUT_EFFECT");
const START_TIME: Code = Code::info("START_TIME_IGNORED");

pub(in crate::compat) const RULE: Rule =
    Rule { name: "start", codes: &[WITHOUT_STATE, ANOTHER, NEWEST, NO_EFFECT, START_TIME], check };

fn check(context: &Context<'_>, outcome: &mut Outcome) {
    match context.target.restore.start {
        Some(Start::WithoutState) => {
            for operator in context.source.operators.iter().filter(|operator| operator.has_state()) {
                let message = format!("starts without its {} bytes of state", operator.facts.state_bytes);
                let action = "let the deployment restore: restoreStrategy LATEST_STATE, upgradeMode savepoint";
                outcome.found(WITHOUT_STATE.found(message).of(operator).action(action));
            }
            return;
        }
        Some(Start::LatestSavepoint) if context.source.snapshot.kind() == SnapshotKind::Checkpoint => {
            let message = "restoreStrategy LATEST_SAVEPOINT takes the newest savepoint, and this is a checkpoint";
            let action =
                "add it to the platform as a savepoint, or choose LATEST_STATE; else check the newest savepoint";
            outcome.found(ANOTHER.found(message).action(action));
        }
        Some(Start::LatestSavepoint | Start::LatestState) => {
            let message = "the platform itself chooses the newest that it knows, which may be a later one than this";
            outcome.found(NEWEST.found(message).action("check the newest one: `keepoint latest`"));
        }
        None => {}
    }
    if context.options.platform == Some(Platform::Alibaba) {
        if context.flag_has_no_effect() && context.target.restore.allow_non_restored_state == Some(true) {
            let message = "that state may be dropped counts for JAR jobs only, and this is one in SQL";
            outcome.found(NO_EFFECT.found(message).action("restore all state, or start without any"));
        }
        let message = "a start time of sources does not count where state is restored";
        outcome.found(START_TIME.found(message).action("start without state where the start time is to count"));
    }
}
