//! # High availability
//!
//! **What it finds.** A job that is started by the way of high-availability storage: the path that it is given is not looked at while that
//! storage names a checkpoint.
//!
//! **Why.** The job manager asks high-availability storage first (`DefaultExecutionGraphFactory`), and says nothing about the path.
//!
//! **What Flink does.** Restored from there, allowNonRestoredState does not hold, and even an operator without state that the job no longer
//! has is refused (FLINK-30638, FLINK-39513).
//!
//! **Example.** A FlinkDeployment with `upgradeMode: last-state` and `initialSavepointPath`.
//!
//! **Fix.** Clear the high-availability data of the job, or start it by a savepoint.

use super::{Code, Context, Details, Outcome, Rule};
use crate::compat::target::RestorePath;

const OVERRIDES: Code = Code::warning("HA_OVERRIDES_PATH");

pub(in crate::compat) const RULE: Rule = Rule { name: "high_availability", codes: &[OVERRIDES], check };

fn check(context: &Context<'_>, outcome: &mut Outcome) {
    if context.target.restore.path == Some(RestorePath::HighAvailability) {
        let message = "the job goes on from what high-availability storage names, and a path is not looked at";
        let action = "make sure that it names this snapshot, or clear it and give the path";
        outcome.found(OVERRIDES.found(message).action(action));
    }
}
