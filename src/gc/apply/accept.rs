//! Taking in a plan: once, as a whole, before anything of it is believed.
//!
//! What is applied comes from here and not from the file again: nobody can change it in between.

use std::collections::HashMap;
use std::io::Read;

use prost::Message;

use super::ApplyError;
use crate::gc::disk::{Sequence, SequenceWriter};
use crate::gc::plan::{PlanError, PlanReader};
use crate::report::{GcClass, GcDecision, GcItem, GcPlanHeader, GcSnapshot, SnapshotKind};
use crate::uri::StorageUri;

/// A plan whose seal holds.
pub(super) struct Accepted {
    pub(super) header: GcPlanHeader,
    /// The digest in its seal.
    pub(super) digest: String,
    pub(super) roots: Vec<StorageUri>,
    /// Snapshots that go, oldest first.
    pub(super) retired: Vec<Retired>,
    /// Encoded items by path, without the metadata of snapshots.
    pub(super) items: Sequence,
    /// What becomes of the checkpoints of each lineage.
    pub(super) lineages: HashMap<String, Checkpoints>,
    /// What goes of each root, in the order of the roots.
    pub(super) shares: Vec<Share>,
}

/// A snapshot that goes.
pub(super) struct Retired {
    pub(super) snapshot: GcSnapshot,
    pub(super) location: StorageUri,
    pub(super) metadata: StorageUri,
    /// Objects that go with it.
    pub(super) files: u64,
    pub(super) bytes: u64,
}

/// Checkpoints of a lineage.
#[derive(Default)]
pub(super) struct Checkpoints {
    pub(super) ended: bool,
    pub(super) going: u64,
    pub(super) staying: u64,
}

/// Objects and their bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Sum {
    pub(super) files: u64,
    pub(super) bytes: u64,
}

/// What goes of a root.
#[derive(Default)]
pub(super) struct Share {
    pub(super) residue: Sum,
    pub(super) all: Sum,
}

impl Sum {
    pub(super) fn add(&mut self, bytes: u64) {
        self.files += 1;
        self.bytes += bytes;
    }
}

/// Reads a plan to its seal.
pub(super) fn accept(source: impl Read) -> Result<Accepted, ApplyError> {
    let spool = |error| ApplyError::Plan(PlanError::Io(error));
    let mut header: Option<GcPlanHeader> = None;
    let (mut roots, mut shares) = (Vec::new(), Vec::new());
    let mut retired: Vec<Retired> = Vec::new();
    let mut positions: HashMap<String, usize> = HashMap::new();
    let mut lineages: HashMap<String, Checkpoints> = HashMap::new();
    let mut items = SequenceWriter::new().map_err(spool)?;
    let mut digest = None;
    for record in PlanReader::open(source) {
        let record = record.map_err(ApplyError::Plan)?;
        if let Some(read) = record.header {
            // The reader has looked at them.
            roots = read.roots.iter().filter_map(|root| StorageUri::parse(&root.location).ok()).collect();
            shares = roots.iter().map(|_| Share::default()).collect();
            header = Some(read);
        }
        if let Some(snapshot) = record.snapshot {
            let goes = snapshot.decision() == GcDecision::Delete;
            if snapshot.kind == Some(SnapshotKind::Checkpoint.into()) {
                let checkpoints = lineages.entry(snapshot.lineage.clone()).or_default();
                checkpoints.ended |= snapshot.ended;
                *(if goes { &mut checkpoints.going } else { &mut checkpoints.staying }) += 1;
            }
            let places = StorageUri::parse(&snapshot.location).ok().zip(StorageUri::parse(&snapshot.metadata).ok());
            if goes && let Some((location, metadata)) = places {
                count(&mut shares, &roots, &metadata, snapshot.metadata_bytes, false);
                positions.insert(snapshot.location.clone(), retired.len());
                retired.push(Retired { bytes: snapshot.metadata_bytes, snapshot, location, metadata, files: 1 });
            }
        }
        if let Some(item) = record.item
            && item.class() != GcClass::Metadata
        {
            let owner = item.snapshot.as_ref().and_then(|location| positions.get(location));
            if let Some(owner) = owner.and_then(|position| retired.get_mut(*position)) {
                owner.files += 1;
                owner.bytes += item.bytes;
            }
            // A directory is no object, and what its root holds is told without any.
            if item.class() != GcClass::Directory
                && let Ok(place) = StorageUri::parse(&item.path)
            {
                count(&mut shares, &roots, &place, item.bytes, item.class() != GcClass::Retired);
            }
            items.push(&item.encode_to_vec()).map_err(spool)?;
        }
        digest = digest.or(record.seal.map(|seal| seal.digest));
    }
    let no_header = || ApplyError::Plan(PlanError::NotAPlan("it has no header"));
    let (header, digest) = header.zip(digest).ok_or_else(no_header)?;
    retired.sort_by_key(|retired| {
        let time = retired.snapshot.completed_at;
        (time.map(|time| (time.seconds, time.nanos)), retired.snapshot.checkpoint_id, retired.location.clone())
    });
    let items = items.finish().map_err(spool)?;
    Ok(Accepted { header, digest, roots, retired, items, lineages, shares })
}

impl Accepted {
    /// Whether it asks for anything.
    pub(super) fn is_empty(&self) -> bool {
        self.retired.is_empty() && self.items.len() == 0
    }
}

/// The item of a record of [`Accepted::items`].
pub(super) fn item_of(record: &[u8]) -> Option<GcItem> {
    GcItem::decode(record).ok()
}

fn count(shares: &mut [Share], roots: &[StorageUri], place: &StorageUri, bytes: u64, is_residue: bool) {
    let root = roots.iter().position(|root| place.is_within(root));
    let Some(share) = root.and_then(|root| shares.get_mut(root)) else { return };
    share.all.add(bytes);
    if is_residue {
        share.residue.add(bytes);
    }
}
