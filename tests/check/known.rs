//! Snapshots with all that `keepoint check` reads of them.

use std::collections::BTreeMap;
use std::path::Path;

use keepoint::compat::KeyedLayout;
use keepoint::discovery::{self, LoadedMetadata};
use keepoint::format::metadata;
use keepoint::identify::{Sources, identify};
use keepoint::inspect::inspect_relocated;
use keepoint::model::OperatorId;
use keepoint::references::Relocations;
use keepoint::report::InspectReport;
use keepoint::state_data::{KeyGroupsLayout, Streams, layouts_of_key_groups};
use keepoint::states::{StatesOptions, add_states};
use keepoint::storage::Stores;
use keepoint::uri::StorageUri;

/// A snapshot.
pub(crate) struct Known {
    pub(crate) loaded: LoadedMetadata,
    pub(crate) report: InspectReport,
    pub(crate) layouts: BTreeMap<OperatorId, KeyedLayout>,
}

/// Reads a snapshot.
pub(crate) async fn known(stores: &Stores, metadata_file: &Path, relocations: &Relocations) -> Known {
    let pointer = StorageUri::parse(metadata_file.to_str().expect("UTF-8")).expect("a path");
    let storage = stores.open(&pointer).expect("a local path");
    let loaded = discovery::load(&*storage, &pointer).await.expect("metadata");
    let mut report = inspect_relocated(&loaded, relocations);
    // Before 2.0 the uids of SQL follow from Flink's rules.
    identify(&mut report.operators, metadata_file.to_str().expect("UTF-8"), &mut Sources::default());
    let options = StatesOptions { relocations: relocations.clone(), every_header: false };
    add_states(&mut report, &loaded, stores, &options).await;
    let decoded = metadata::decode(&loaded.bytes).expect("metadata of Flink");
    let streams = Streams::new(stores, &loaded.directory, relocations);
    let layouts = layouts_of_key_groups(&decoded.metadata, &streams).await;
    let layouts = layouts.into_iter().map(|(operator, layout)| {
        (operator, if layout == KeyGroupsLayout::Heap { KeyedLayout::Heap } else { KeyedLayout::Full })
    });
    let layouts = layouts.collect();
    Known { loaded, report, layouts }
}
