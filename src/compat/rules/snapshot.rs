//! # The snapshot itself
//!
//! **What it finds.** What `inspect` and, with `--verify`, `verify` say about the snapshot alone: state files that are missing or too short,
//! files outside of its own directory, bytes behind the end, state files that cannot be read.
//!
//! **Why.** A snapshot that is not whole is restored by nobody, whatever the job.
//!
//! **What Flink does.** It reads `_metadata` on the job manager and everything else in the tasks, so a missing file is met after the old job
//! has been stopped.
//!
//! **Example.** A checkpoint was copied without the directory `shared`: `FILE_MISSING` for each file in it.
//!
//! **Fix.** Start from another snapshot; copy what is missing; for a copy, name the old place and the new one with `--relocate`.

use super::{Context, Outcome, Rule};
use crate::compat::of_snapshot;

pub(in crate::compat) const RULE: Rule = Rule { name: "snapshot", codes: &[], check };

fn check(context: &Context<'_>, outcome: &mut Outcome) {
    // What Kryo writes has a rule of its own, which knows the job.
    let own = context.source.findings.iter().filter(|finding| finding.code != "KRYO_UNVERIFIABLE");
    own.for_each(|finding| outcome.found(of_snapshot(finding)));
}
