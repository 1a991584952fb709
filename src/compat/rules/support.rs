//! # What Flink promises
//!
//! **What it finds.** A type that changes, restored from anything but a canonical savepoint.
//!
//! **Why.** Flink documents schema evolution for canonical savepoints only ("Checkpoints vs. Savepoints", capabilities and limitations).
//!
//! **What Flink does.** It works all the same, and is not promised: native savepoints of both backends were restored with changed types by
//! 1.20 and 2.3 (`fixtures/pairs`). Of checkpoints no such pair is recorded.
//!
//! **Example.** A field was added to a POJO, and the job starts from its last checkpoint.
//!
//! **Fix.** Take a canonical savepoint for the change: `flink savepoint --type canonical`.

use super::{Code, Context, Details, Outcome, Rule};
use crate::report::{SnapshotFormat, SnapshotKind};

const UNSUPPORTED: Code = Code::warning("KIND_UNSUPPORTED_OPERATION");

pub(in crate::compat) const RULE: Rule = Rule { name: "support", codes: &[UNSUPPORTED], check };

fn check(context: &Context<'_>, outcome: &mut Outcome) {
    let snapshot = &context.source.snapshot;
    let (kind, format) = (snapshot.kind(), snapshot.format());
    let what = match (kind, format) {
        (SnapshotKind::Savepoint, SnapshotFormat::Native) => "a native savepoint",
        (SnapshotKind::Checkpoint, _) => "a checkpoint",
        _ => return,
    };
    let changes = context.states.iter().filter(|pair| pair.evolves());
    let mut names: Vec<&str> = changes.map(|pair| pair.name).collect();
    names.sort_unstable();
    names.dedup();
    if let Some(first) = names.first() {
        let more = if names.len() > 1 { format!(" and {} more", names.len() - 1) } else { String::new() };
        let message =
            format!("the types of {first}{more} change, which Flink promises to support for canonical savepoints only");
        let finding = UNSUPPORTED.found(message).evidence(format!("the snapshot is {what}"));
        outcome.found(finding.action("take a canonical savepoint for this change"));
    }
}
