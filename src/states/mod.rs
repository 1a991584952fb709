//! `keepoint inspect --states`: which states there are, and of which types.
//!
//! The metadata tells where the headers of state files are and how long each one is, so a file of any size costs its header. What has
//! to be read is planned first (`plan.rs`, which says when headers count as equal), then read side by side, understood, and gathered by
//! operator. Whatever goes wrong with one file is a finding, and the others are read all the same.

mod contract;
mod findings;
mod gather;
mod plan;
mod read;
mod streams;
mod understand;

pub use contract::schema_of;
pub use streams::StreamPlace;

use crate::discovery::LoadedMetadata;
use crate::format::metadata;
use crate::references::Relocations;
use crate::report::InspectReport;
use crate::storage::Stores;

use gather::Gathered;
use plan::Plan;

/// How closely state files are looked at.
#[derive(Debug, Clone, Default)]
pub struct StatesOptions {
    /// Where files are that metadata names elsewhere.
    pub relocations: Relocations,
    /// Read also what is taken to be equal to what was read.
    pub every_header: bool,
}

/// Reads which states a snapshot has, and puts them into its report.
///
/// Nothing is read of metadata that cannot be decoded: that is a finding of the report already.
pub async fn add_states(report: &mut InspectReport, loaded: &LoadedMetadata, stores: &Stores, options: &StatesOptions) {
    let Ok(decoded) = metadata::decode(&loaded.bytes) else { return };
    let plan = Plan::of(&decoded.metadata, &loaded.directory, &options.relocations, options.every_header);
    let mut gathered = Gathered::new(&loaded.file);
    gathered.add_groups(&plan, read::groups(&plan.groups, stores).await);
    gathered.add_changes(&plan, read::changes(&plan.changes, stores).await);
    gathered.add_timers(&plan, read::timers(&plan.timers, stores).await);
    gathered.into_report(report);
}
