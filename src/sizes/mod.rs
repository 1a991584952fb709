//! `keepoint inspect --sizes` and `--freed-within`: where the bytes of a snapshot are, and what deleting it would free.
//!
//! What metadata tells costs nothing more: bytes by subtask, and by key group where one stream has an offset for each (`spread.rs`). Of
//! RocksDB and ForSt, each table has a column family for each state, whose name stands at the end of the table: one short read of each
//! (`tables.rs`). In the streams of heap snapshots and canonical savepoints, blocks of states have no length: which state has how many
//! bytes there is not known without reading all of them, and is absent.

mod freed;
mod spread;
mod tables;

pub use freed::add_freed;

use crate::discovery::LoadedMetadata;
use crate::format::metadata;
use crate::references::Relocations;
use crate::report::{InspectReport, OperatorSizes};
use crate::storage::Stores;

/// Puts the sizes of operators, states, subtasks and key groups into the report of a snapshot.
pub async fn add_sizes(
    report: &mut InspectReport,
    loaded: &LoadedMetadata,
    stores: &Stores,
    relocations: &Relocations,
) {
    let Ok(decoded) = metadata::decode(&loaded.bytes) else { return };
    let tables = tables::read(&decoded.metadata, &loaded.directory, relocations, stores).await;
    let sizes = report.sizes.get_or_insert_default();
    if tables.read + tables.failed > 0 {
        sizes.tables_read = Some(tables.read);
        sizes.tables_failed = Some(tables.failed);
    }
    for operator in &report.operators {
        let state =
            decoded.metadata.operator_states.iter().find(|state| state.operator_id.to_string() == operator.operator_id);
        let Some(state) = state.filter(|state| state.running().next().is_some()) else { continue };
        sizes.operators.push(OperatorSizes {
            operator_id: operator.operator_id.clone(),
            states: tables.of(state.operator_id),
            subtasks: spread::subtasks(state),
            key_groups: spread::key_groups(state),
        });
    }
    report.findings.extend(tables.into_findings());
}
