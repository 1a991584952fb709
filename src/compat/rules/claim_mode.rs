//! # Claim modes
//!
//! **What it finds.** Claim modes that do not work with the snapshot, or that take it away from somebody else.
//!
//! **Why.** With NO_CLAIM, the default, the first checkpoint must not refer to files of the snapshot. With CLAIM the snapshot becomes the
//! job's own, which deletes it in its turn.
//!
//! **What Flink does.** The changelog cannot write a first checkpoint that is full: the job starts and is killed by it (seen with 1.20 and
//! 2.3). A snapshot that was written through the changelog restores in every mode where the job does without. Before FLINK-39964 was fixed, checkpoints after a native savepoint in CLAIM mode could not be restored.
//!
//! **Example.** A job with changelog, restored without a claim mode.
//!
//! **Fix.** `--claim-mode CLAIM`, with a snapshot that nobody else needs.

use super::{Code, Context, Coverage, Details, FlinkReaction, Outcome, Rule, Severity, Verdict};
use crate::compat::target::ClaimMode;
use crate::report::{SnapshotFormat, SnapshotKind};

const NO_CLAIM: Code = Code::error("CLAIM_NOCLAIM_UNSUPPORTED", FlinkReaction::CheckpointFails);
const DELETES: Code = Code::warning("CLAIM_DELETES_SNAPSHOT");
const NATIVE: Code = Code::warning("CLAIM_NATIVE_BUG");

pub(in crate::compat) const RULE: Rule = Rule { name: "claim_mode", codes: &[NO_CLAIM, DELETES, NATIVE], check };

fn check(context: &Context<'_>, outcome: &mut Outcome) {
    let mode = context.target.restore.claim_mode;
    let snapshot = &context.source.snapshot;
    let was_changelog = context.pairs().any(|(operator, _, _)| operator.is_changelog);
    // What counts is how the job writes: a snapshot of a changelog is restored in every mode.
    match (context.target.backend.changelog, mode) {
        (Some(true), Some(ClaimMode::NoClaim)) => {
            let message =
                "the job writes through the changelog, whose first checkpoint cannot be the full one of NO_CLAIM";
            outcome.found(NO_CLAIM.found(message).action("restore in CLAIM mode"));
        }
        // Flink's default fails, and nothing tells whether it is the default that is used.
        (Some(true), None) => {
            let message = "the job writes through the changelog, which does not work with NO_CLAIM, Flink's default";
            let finding = NO_CLAIM.found(message).leading_to(Verdict::Unknown, Severity::Unknown);
            outcome.found(finding.action("say how the snapshot is claimed (--claim-mode), and restore in CLAIM mode"));
        }
        (None, Some(ClaimMode::NoClaim) | None) if was_changelog && !context.target.is_unchanged => {
            let needs = "whether the job writes through the changelog, which does not work with NO_CLAIM";
            outcome.not_checked("whether the claim mode works with the changelog", needs, Coverage::Types);
        }
        _ => {}
    }
    if mode == Some(ClaimMode::Claim) {
        let action = "make sure that nobody else needs it, or restore in NO_CLAIM mode";
        let message = "the job will own the snapshot, and delete it when it does not need it any more";
        outcome.found(DELETES.found(message).action(action));
        let is_native = snapshot.kind() == SnapshotKind::Savepoint && snapshot.format() == SnapshotFormat::Native;
        if is_native && snapshot.incremental == Some(true) {
            let message = "after a native savepoint in CLAIM mode, releases without FLINK-39964 write checkpoints that \
                           cannot be restored";
            outcome.found(NATIVE.found(message).action("restore in NO_CLAIM mode, or make sure of the release"));
        }
    }
}
