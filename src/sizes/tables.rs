//! Which state the tables of RocksDB and ForSt belong to, and what is in them: one short read at the end of each.

use std::collections::{BTreeMap, HashSet};

use futures::StreamExt;
use futures::stream;

use crate::format::sorted_table::{TAIL, TableProperties, Tail, decode_tail};
use crate::model::state_handle::KeyedStateHandle;
use crate::model::{CheckpointMetadata, OperatorId};
use crate::references::Relocations;
use crate::report::{Finding, Severity, StateSize};
use crate::states::StreamPlace;
use crate::storage::{ErrorKind, Stores};
use crate::uri::StorageUri;

/// How RocksDB and ForSt name their tables.
const SUFFIX: &str = ".sst";

/// Tables that are read side by side. The clients of the stores have bounds of their own below this.
const AT_A_TIME: usize = 64;

/// An end of a table above this is not read. Times the number of reads under way it bounds the memory.
const LONGEST: u64 = 1 << 20;

/// A table of an operator.
struct Table<'a> {
    operator: OperatorId,
    place: StreamPlace<'a>,
}

/// What the tables of a snapshot say.
#[derive(Default)]
pub(super) struct Tables {
    pub(super) read: u32,
    pub(super) failed: u32,
    states: BTreeMap<(OperatorId, String), StateSize>,
    findings: Vec<Finding>,
}

/// Reads the ends of all tables, each once.
pub(super) async fn read(
    metadata: &CheckpointMetadata<'_>,
    directory: &StorageUri,
    relocations: &Relocations,
    stores: &Stores,
) -> Tables {
    let all = all(metadata, directory, relocations);
    let reads = all.iter().map(|table| async move { (table, properties(&table.place, stores).await) });
    let mut reads = stream::iter(reads).buffered(AT_A_TIME);
    let mut tables = Tables::default();
    while let Some((table, read)) = reads.next().await {
        match read {
            Ok((properties, bytes)) => tables.add(table.operator, properties, bytes),
            Err(failure) => tables.fail(table, failure),
        }
    }
    tables
}

fn all<'a>(metadata: &CheckpointMetadata<'a>, directory: &StorageUri, relocations: &Relocations) -> Vec<Table<'a>> {
    let (mut all, mut known) = (Vec::new(), HashSet::new());
    for operator in &metadata.operator_states {
        for handle in operator.running().filter_map(|state| state.managed_keyed_state.as_ref()) {
            collect(
                handle,
                &mut |place| {
                    let identity = match &place {
                        StreamPlace::Inline(bytes) => (None, bytes.as_ptr() as u64),
                        StreamPlace::File { file, start, .. } => (Some(file.clone()), *start),
                    };
                    if known.insert((operator.operator_id, identity)) {
                        all.push(Table { operator: operator.operator_id, place });
                    }
                },
                directory,
                relocations,
            );
        }
    }
    all
}

fn collect<'a>(
    handle: &KeyedStateHandle<'a>,
    show: &mut dyn FnMut(StreamPlace<'a>),
    directory: &StorageUri,
    relocations: &Relocations,
) {
    match handle {
        KeyedStateHandle::Incremental(handle) => {
            for file in handle.shared.iter().chain(&handle.private) {
                // A path that names no place is a finding of the snapshot.
                if file.local_path.to_str().ends_with(SUFFIX)
                    && let Ok(place) = StreamPlace::of(&file.handle, directory, relocations)
                {
                    show(place);
                }
            }
        }
        KeyedStateHandle::Changelog(handle) => {
            handle.materialized.iter().flatten().for_each(|handle| collect(handle, show, directory, relocations));
        }
        _ => {}
    }
}

/// Why nothing is known of a table.
enum Failure {
    Gone(String),
    NotRead(String),
    Damaged(String),
    Newer(String),
}

async fn properties(place: &StreamPlace<'_>, stores: &Stores) -> Result<(TableProperties, u64), Failure> {
    let length = place.size().ok_or_else(|| Failure::NotRead("its length was not recorded".to_owned()))?;
    let mut start = length.saturating_sub(TAIL);
    loop {
        let read = place.read(start..length, stores).await.map_err(|error| match error.kind() {
            ErrorKind::NotFound | ErrorKind::IsDirectory | ErrorKind::NotADirectory => Failure::Gone(error.reason()),
            _ => Failure::NotRead(error.reason()),
        })?;
        if read.len() as u64 != length - start {
            return Err(Failure::Damaged(format!("the file ends before its {length} bytes")));
        }
        match decode_tail(&read, length) {
            Ok(Tail::Properties(properties)) => return Ok((properties, length)),
            Ok(Tail::BeginsAt(place)) if place < start && length - place <= LONGEST => start = place,
            Ok(Tail::BeginsAt(_)) => {
                return Err(Failure::NotRead("its properties are too far from its end".to_owned()));
            }
            Err(error) if matches!(error.kind(), crate::format::ErrorKind::Unsupported(_)) => {
                return Err(Failure::Newer(error.kind().to_string()));
            }
            Err(error) => return Err(Failure::Damaged(error.kind().to_string())),
        }
    }
}

impl Tables {
    fn add(&mut self, operator: OperatorId, properties: TableProperties, bytes: u64) {
        self.read += 1;
        let Some(name) = properties.column_family else { return };
        let new = StateSize {
            name: name.clone(),
            bytes,
            tables: 1,
            entries: properties.entries,
            deletions: properties.deletions,
            raw_key_bytes: properties.raw_key_bytes,
            raw_value_bytes: properties.raw_value_bytes,
        };
        let sum = |one: Option<u64>, other: Option<u64>| Some(one?.saturating_add(other?));
        let known = self.states.entry((operator, name));
        known
            .and_modify(|known| {
                known.bytes = known.bytes.saturating_add(bytes);
                known.tables += 1;
                known.entries = sum(known.entries, new.entries);
                known.deletions = sum(known.deletions, new.deletions);
                known.raw_key_bytes = sum(known.raw_key_bytes, new.raw_key_bytes);
                known.raw_value_bytes = sum(known.raw_value_bytes, new.raw_value_bytes);
            })
            .or_insert(new);
    }

    fn fail(&mut self, table: &Table<'_>, failure: Failure) {
        self.failed += 1;
        let (code, severity, reason, action) = match failure {
            Failure::Gone(reason) => {
                ("FILE_MISSING", Severity::Error, reason, "`keepoint verify` says what else is missing")
            }
            Failure::NotRead(reason) => {
                ("STATE_NOT_READ", Severity::Unknown, reason, "the sizes of states are without this table")
            }
            Failure::Damaged(reason) => (
                "TABLE_UNREADABLE",
                Severity::Error,
                reason,
                "it is damaged: use another snapshot, and keep the files until then",
            ),
            Failure::Newer(reason) => {
                ("TABLE_UNREADABLE", Severity::Unknown, reason, "it may be of a newer Flink: look for a newer keepoint")
            }
        };
        self.findings.push(Finding {
            code: code.to_owned(),
            severity: severity.into(),
            location: table.place.file().map(ToString::to_string).unwrap_or_default(),
            operator_id: Some(table.operator.to_string()),
            message: format!("the end of a table was not read: {reason}"),
            action: Some(action.to_owned()),
            ..Finding::default()
        });
    }

    /// The states of an operator, the largest first.
    pub(super) fn of(&self, operator: OperatorId) -> Vec<StateSize> {
        let of_operator = self.states.iter().filter(|((owner, _), _)| *owner == operator);
        let mut states: Vec<StateSize> = of_operator.map(|(_, state)| state.clone()).collect();
        states.sort_by(|one, other| other.bytes.cmp(&one.bytes).then_with(|| one.name.cmp(&other.name)));
        states
    }

    pub(super) fn into_findings(self) -> Vec<Finding> {
        self.findings
    }
}
