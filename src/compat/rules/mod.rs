//! The rules: one file each, listed in [`super::registry`]. The comment at the head of a file is the page of the rule in the documentation.

pub(super) mod backend;
pub(super) mod claim_mode;
pub(super) mod finished;
pub(super) mod generated_ids;
pub(super) mod high_availability;
pub(super) mod in_flight;
pub(super) mod key;
pub(super) mod kind;
pub(super) mod kryo;
pub(super) mod legacy_api;
pub(super) mod master_state;
pub(super) mod max_parallelism;
pub(super) mod namespace;
pub(super) mod new_operators;
pub(super) mod operator_mapping;
pub(super) mod parallelism;
pub(super) mod raw_state;
pub(super) mod registration;
pub(super) mod release;
pub(super) mod snapshot;
pub(super) mod sql;
pub(super) mod sql_ids;
pub(super) mod sql_vendor;
pub(super) mod start;
pub(super) mod support;
pub(super) mod ttl;
pub(super) mod types_known;
pub(super) mod uid_hash;
pub(super) mod union_state;
pub(super) mod value;

use super::context::{Context, Outcome};
use super::finding::{Code, Details};
use super::registry::Rule;
use crate::report::{Coverage, FlinkReaction, Severity, Verdict};
