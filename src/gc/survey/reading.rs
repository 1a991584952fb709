//! Reading metadata: what a snapshot is, what it names, and why that is not known.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::mem;
use std::sync::Arc;

use futures::StreamExt;
use futures::stream;
use memchr::memmem;
use sha2::{Digest, Sha256};
use tokio::sync::mpsc;

use super::listing::{Listed, trouble};
use super::place;
use super::reference::Reference;
use super::{Survey, SurveyError, SurveyOptions, Surveyed, Trouble};
use crate::discovery::{self, Found, LoadedMetadata, PassedOver, layout, scan};
use crate::format::metadata::has_magic;
use crate::gc::disk::{Key, Sorted, Sorter, Table};
use crate::gc::fingerprint::{Fingerprints, of_tail};
use crate::gc::lineage::{Condition, Lineage, LineageNumber, MetadataFile, SnapshotFacts, SnapshotNumber};
use crate::gc::world::World;
use crate::inspect::{Examined, examine};
use crate::list;
use crate::model::{CheckpointMetadata, OperatorState};
use crate::progress::Progress;
use crate::references::{Graph, Needs, Relocations};
use crate::report::{Finding, SnapshotFormat, SnapshotKind, SnapshotOrigin, SnapshotStatus};
use crate::storage::{ErrorKind, Storage};
use crate::uri::StorageUri;

/// Bytes of metadata that does not parse which are searched for the names of lineages; what is larger could name any of them.
const SEARCHED: usize = 4 << 20;

/// Files outside of the roots that are asked for; more would take memory, and then those snapshots are not checked.
const MOST_OUTBOUND: usize = 1_000_000;

/// Metadata that was read, without what it names.
struct ReadMetadata<'a> {
    surveyed: Surveyed,
    /// What it names; nothing where that is not known.
    needs: Needs<'a>,
    findings: Vec<Finding>,
}

/// Says what a metadata file is; `None` for a file of this name that is not Flink's.
fn read_metadata<'a>(
    loaded: &'a LoadedMetadata,
    is_in_roots: bool,
    options: &SurveyOptions,
) -> Option<ReadMetadata<'a>> {
    if !layout::is_snapshot_name(&loaded.directory) && !has_magic(&loaded.bytes) {
        return None;
    }
    let Examined { summary, contents } = examine(loaded, &Relocations::default(), seen);
    let snapshot = summary.snapshot;
    let is_young = loaded.modified_at.is_none_or(|time| options.as_of - time < options.checkpoint_timeout);
    let (needs, seen, condition, trouble) = match contents {
        // The properties at the end are not understood: what it names is known, whether a Flink would take it is not.
        Ok((needs, seen)) if snapshot.status() == SnapshotStatus::Unreadable => {
            (needs, seen, Condition::Unreadable, Some("its properties cannot be read".to_owned()))
        }
        Ok((needs, seen)) => (needs, seen, Condition::Restorable, None),
        Err(error) => {
            let condition = if error.may_be_newer() { Condition::NotUnderstood } else { Condition::Unreadable };
            (Needs::default(), Seen::default(), condition, Some(error.to_string()))
        }
    };
    let facts = SnapshotFacts {
        location: StorageUri::parse(&snapshot.location).unwrap_or_else(|_| loaded.directory.clone()),
        directory: loaded.directory.clone(),
        metadata: MetadataFile {
            place: loaded.file.clone(),
            length: loaded.file_length,
            modified_at: loaded.modified_at,
            tag: loaded.tag.clone(),
            digest: Sha256::digest(&loaded.bytes).into(),
        },
        lineage: LineageNumber(u32::MAX),
        kind: snapshot.kind.and_then(|kind| SnapshotKind::try_from(kind).ok()),
        origin: Some(snapshot.origin()).filter(|origin| *origin != SnapshotOrigin::Unspecified),
        native: snapshot.format == Some(SnapshotFormat::Native.into()),
        checkpoint_id: snapshot.checkpoint_id,
        metadata_version: snapshot.metadata_version,
        condition,
        operators: seen.operators,
        files: needs.files.len() as u64,
    };
    let surveyed = Surveyed {
        facts,
        is_in_roots,
        is_young,
        needs_checkpoints: seen.checkpoints,
        trouble,
        unresolvable: needs.unresolvable.clone(),
        has_vanished: false,
        is_listed: true,
        unseen: 0,
        mentions: Vec::new(),
    };
    Some(ReadMetadata { surveyed, needs, findings: summary.findings })
}

/// What is looked for in metadata besides files.
#[derive(Default)]
struct Seen {
    operators: u64,
    checkpoints: Vec<u64>,
}

fn seen(metadata: &CheckpointMetadata<'_>) -> Seen {
    let ids: BTreeSet<_> = metadata.operator_states.iter().map(|operator| operator.operator_id).collect();
    let mut hasher = DefaultHasher::new();
    ids.hash(&mut hasher);
    let states = metadata.operator_states.iter().flat_map(OperatorState::running);
    let checkpoints: BTreeSet<u64> =
        states.filter_map(|state| u64::try_from(state.reference_checkpoint_id?).ok()).collect();
    Seen { operators: hasher.finish(), checkpoints: checkpoints.into_iter().collect() }
}

/// All metadata of the world.
pub(super) struct Read {
    snapshots: Vec<Surveyed>,
    references: Sorted,
    tails: Sorter,
    kept_directories: HashMap<StorageUri, Vec<SnapshotNumber>>,
    outbound: Outbound,
    /// What does not parse, by snapshot.
    obscure: Vec<(usize, Vec<u8>)>,
    findings: Vec<Finding>,
    troubles: Vec<Trouble>,
}

/// Reads the metadata that the listing has shown, and that of all other places of the world.
pub(super) async fn read_all(
    world: &World,
    options: &SurveyOptions,
    listed: &mut Listed,
    progress: &dyn Progress,
) -> Result<Read, SurveyError> {
    let mut reader = Reader::new(world, options, progress);
    for (number, root) in world.roots().iter().enumerate() {
        let directories = listed.with_metadata.iter().filter(|(_, root)| *root == number);
        reader.directories(&root.storage, directories.map(|(directory, _)| (directory, true)), true).await?;
        // S-04: an object that a listing does not show may be there, and metadata is what matters.
        let directories = listed.without_metadata.iter().filter(|(_, root)| *root == number);
        reader.directories(&root.storage, directories.map(|(directory, _)| (directory, false)), true).await?;
    }
    for place in world.also_read() {
        reader.below(&place.storage, &place.place, false).await?;
    }
    reader.pointers().await?;
    Ok(reader.into_read()?)
}

/// Reads all metadata of the world without listing what else is there. Of metadata that is new nobody knows which of its references
/// are written as a listing has them.
pub(super) async fn read_metadata_only(
    world: &World,
    options: &SurveyOptions,
    is_new: &(dyn Fn(&MetadataFile) -> bool + Sync),
    progress: &dyn Progress,
) -> Result<Read, SurveyError> {
    let mut reader = Reader::new(world, options, progress);
    reader.is_new = Some(is_new);
    for place in world.roots() {
        reader.below(&place.storage, &place.place, true).await?;
    }
    for place in world.also_read() {
        reader.below(&place.storage, &place.place, false).await?;
    }
    reader.pointers().await?;
    Ok(reader.into_read()?)
}

struct Reader<'w> {
    world: &'w World,
    options: &'w SurveyOptions,
    progress: &'w dyn Progress,
    /// Snapshots of which each reference counts as one that no listing answers to.
    is_new: Option<&'w (dyn Fn(&MetadataFile) -> bool + Sync)>,
    snapshots: Vec<Surveyed>,
    /// Directories and files of metadata that has been read, by their canonical names.
    known: HashSet<StorageUri>,
    references: Sorter,
    tails: Sorter,
    kept_directories: HashMap<StorageUri, Vec<SnapshotNumber>>,
    outbound: Outbound,
    obscure: Vec<(usize, Vec<u8>)>,
    findings: Vec<Finding>,
    troubles: Vec<Trouble>,
}

/// References of snapshots below the roots to files outside of them.
#[derive(Default)]
pub(super) struct Outbound {
    /// How many there are by directory.
    by_directory: HashMap<StorageUri, u64>,
    /// What is to be asked for, by the snapshots of the graph.
    pub(super) graph: Graph,
    pub(super) snapshots: Vec<SnapshotNumber>,
    /// Snapshots with references that are too many to be asked for.
    pub(super) not_asked: Vec<SnapshotNumber>,
}

impl<'w> Reader<'w> {
    fn new(world: &'w World, options: &'w SurveyOptions, progress: &'w dyn Progress) -> Self {
        Self {
            world,
            options,
            progress,
            is_new: None,
            snapshots: Vec::new(),
            known: HashSet::new(),
            references: Sorter::new(),
            tails: Sorter::new(),
            kept_directories: HashMap::new(),
            outbound: Outbound::default(),
            obscure: Vec::new(),
            findings: Vec::new(),
            troubles: Vec::new(),
        }
    }

    /// Reads the metadata in directories, several at a time.
    ///
    /// `was_seen` tells whether a listing showed it: what was not seen and is not there is nothing to tell.
    async fn directories<'d>(
        &mut self,
        storage: &Arc<dyn Storage>,
        directories: impl Iterator<Item = (&'d StorageUri, bool)>,
        is_in_roots: bool,
    ) -> Result<(), SurveyError> {
        let loads = directories.map(|(directory, was_seen)| {
            let file = directory.child(layout::METADATA_FILE_NAME);
            async move { (was_seen, directory, discovery::load(&**storage, &file).await) }
        });
        let mut loads = stream::iter(loads).buffer_unordered(storage.requests_at_a_time());
        while let Some((was_seen, directory, loaded)) = loads.next().await {
            match loaded {
                Ok(loaded) => self.add(&loaded, is_in_roots, was_seen)?,
                Err(discovery::Error::NoMetadata { .. }) => {}
                // Deleted since it was listed: by its job, which tells nobody. What it named is not known any more.
                Err(discovery::Error::Storage(error)) if is_absence(error.kind()) => {
                    if was_seen {
                        self.findings.push(vanished(directory));
                    }
                }
                Err(discovery::Error::Storage(error)) => self.troubles.push(trouble(error)),
            }
        }
        Ok(())
    }

    /// Reads the metadata that is known from elsewhere.
    async fn pointers(&mut self) -> Result<(), SurveyError> {
        for place in &self.options.known {
            if !self.known.contains(&self.world.canonical(place)) {
                self.pointer(place).await?;
            }
        }
        Ok(())
    }

    /// Walks a place and reads all metadata in it.
    async fn below(
        &mut self,
        storage: &Arc<dyn Storage>,
        place: &StorageUri,
        is_in_roots: bool,
    ) -> Result<(), SurveyError> {
        let (send, mut receive) = mpsc::channel(32);
        let scanning = scan(Arc::clone(storage), place.clone(), send);
        let mut outcome = Ok(());
        let taking = async {
            while let Some(found) = receive.recv().await {
                match found {
                    Found::Metadata(loaded) if outcome.is_ok() => outcome = self.add(&loaded, is_in_roots, true),
                    Found::PassedOver(PassedOver::Unread(error)) => self.troubles.push(trouble(error)),
                    Found::PassedOver(what @ (PassedOver::Foreign(_) | PassedOver::NotADirectory(_))) => {
                        self.findings.push(list::passed_over(what));
                    }
                    Found::PassedOver(
                        PassedOver::Link(place) | PassedOver::TooDeep(place) | PassedOver::NotUtf8(place, _),
                    ) => self.findings.push(list::passed_over(PassedOver::Link(place))),
                    Found::Metadata(_) | Found::WithoutMetadata(_) | Found::Visited { .. } => {}
                }
            }
        };
        // That nobody takes the finds any more cannot be: they are taken until there are no more.
        let (_, ()) = futures::join!(scanning, taking);
        outcome
    }

    /// Reads metadata that something else points to. A pointer that leads nowhere says nothing.
    async fn pointer(&mut self, place: &StorageUri) -> Result<(), SurveyError> {
        let storage = match self.world.stores().open(place) {
            Ok(storage) => storage,
            Err(error) => {
                self.troubles.push(trouble(error));
                return Ok(());
            }
        };
        match discovery::load(&*storage, place).await {
            Ok(loaded) if has_magic(&loaded.bytes) => {
                let is_in_roots = self.world.root_of(&self.world.canonical(&loaded.directory)).is_some();
                self.add(&loaded, is_in_roots, false)?;
            }
            Ok(_) | Err(discovery::Error::NoMetadata { .. }) => {}
            Err(discovery::Error::Storage(error)) if is_absence(error.kind()) => {}
            Err(discovery::Error::Storage(error)) => self.troubles.push(trouble(error)),
        }
        Ok(())
    }

    fn add(&mut self, loaded: &LoadedMetadata, is_in_roots: bool, is_listed: bool) -> Result<(), SurveyError> {
        let directory = self.world.canonical(&loaded.directory);
        if !self.known.insert(self.world.canonical(&loaded.file)) {
            return Ok(());
        }
        self.known.insert(directory);
        let Some(read) = read_metadata(loaded, is_in_roots, self.options) else {
            self.findings.push(list::passed_over(PassedOver::Foreign(loaded.file.clone())));
            return Ok(());
        };
        self.progress.snapshots(1);
        let snapshot = SnapshotNumber(u32::try_from(self.snapshots.len()).unwrap_or(u32::MAX));
        let is_new = self.is_new.is_some_and(|is_new| is_new(&read.surveyed.facts.metadata));
        self.refer(snapshot, &read.needs, is_in_roots, is_new)?;
        if matches!(read.surveyed.facts.condition, Condition::Unreadable | Condition::NotUnderstood) {
            let bytes = loaded.bytes.get(..SEARCHED.min(loaded.bytes.len())).unwrap_or(&[]);
            self.obscure.push((self.snapshots.len(), bytes.to_vec()));
        }
        self.findings.extend(read.findings);
        self.snapshots.push(Surveyed { is_listed, ..read.surveyed });
        Ok(())
    }

    fn refer(
        &mut self,
        snapshot: SnapshotNumber,
        needs: &Needs<'_>,
        is_in_roots: bool,
        is_new: bool,
    ) -> Result<(), SurveyError> {
        struct Known {
            place: StorageUri,
            fingerprints: Option<Fingerprints>,
        }
        let directories: Vec<Known> = needs
            .directories
            .iter()
            .map(|directory| {
                let place = self.world.canonical(directory);
                let fingerprints = self.world.root_of(&place).map(|_| Fingerprints::of(&place));
                Known { place, fingerprints }
            })
            .collect();
        let mut outbound = Vec::new();
        for need in &needs.files {
            let Some(directory) = directories.get(need.place.directory as usize) else { continue };
            let tail = of_tail(&directory.place, &need.place.name);
            if let Some(fingerprints) = &directory.fingerprints {
                let file = fingerprints.file(&need.place.name);
                let reference = Reference { file, tail, snapshot, length: need.length, merged: need.merged };
                self.references.push(&reference.encode())?;
                if is_new {
                    self.tails.push(&tail)?;
                }
            } else {
                self.tails.push(&tail)?;
                *self.outbound.by_directory.entry(directory.place.clone()).or_default() += 1;
                outbound.push(need.clone());
            }
        }
        if is_in_roots && !outbound.is_empty() {
            if self.outbound.graph.file_count() + outbound.len() > MOST_OUTBOUND {
                self.outbound.not_asked.push(snapshot);
            } else {
                let directories = needs.directories.clone();
                self.outbound.graph.add(&Needs { directories, files: outbound, ..Needs::default() });
                self.outbound.snapshots.push(snapshot);
            }
        }
        for (directory, _) in &needs.kept {
            self.kept_directories.entry(self.world.canonical(directory)).or_default().push(snapshot);
        }
        // A path that names no place may still end like one that does.
        for path in &needs.unresolvable {
            let place = StorageUri::parse(&format!("/{path}"));
            if let Some((directory, name)) =
                place.ok().and_then(|place| Some((place.parent()?, place.file_name()?.to_owned())))
            {
                self.tails.push(&of_tail(&directory, &name))?;
            }
        }
        Ok(())
    }

    fn into_read(self) -> std::io::Result<Read> {
        Ok(Read {
            snapshots: self.snapshots,
            references: self.references.finish()?,
            tails: self.tails,
            kept_directories: self.kept_directories,
            outbound: self.outbound,
            obscure: self.obscure,
            findings: self.findings,
            troubles: self.troubles,
        })
    }
}

pub(in crate::gc) fn is_absence(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::NotFound | ErrorKind::NotADirectory | ErrorKind::IsDirectory)
}

fn vanished(directory: &StorageUri) -> Finding {
    Finding {
        code: "SNAPSHOT_VANISHED".to_owned(),
        severity: crate::report::Severity::Info.into(),
        location: directory.to_string(),
        message: "was there when it was listed, and gone when it was to be read".to_owned(),
        action: Some("none, if its job runs: jobs delete their old checkpoints".to_owned()),
        ..Finding::default()
    }
}

/// Joins objects and metadata: which lineages there are, and which object is held by which references.
pub(super) fn joined(
    listed: Listed,
    mut read: Read,
    world: &World,
    options: &SurveyOptions,
) -> Result<(Survey, Open), SurveyError> {
    let outbound = mem::take(&mut read.outbound);
    let tails = mem::replace(&mut read.tails, Sorter::new());
    let mut survey = assembled(listed, read, world, options)?;
    let mut by_directory: Vec<(StorageUri, u64)> =
        outbound.by_directory.iter().map(|(place, files)| (place.clone(), *files)).collect();
    by_directory.sort();
    survey.outbound = by_directory;
    let seen = hold_against_each_other(&mut survey, tails)?;
    Ok((survey, Open { seen, outbound }))
}

/// A survey of metadata alone: without objects, and with the references and tails that were read.
pub(super) fn without_objects(mut read: Read, world: &World, options: &SurveyOptions) -> Result<Survey, SurveyError> {
    let tails = mem::replace(&mut read.tails, Sorter::new());
    let mut survey = assembled(Listed::of_nothing()?, read, world, options)?;
    survey.tails = Table::of(&mut tails.finish()?.read()?)?;
    Ok(survey)
}

fn assembled(listed: Listed, read: Read, world: &World, options: &SurveyOptions) -> Result<Survey, SurveyError> {
    let mut lineages = Lineages::default();
    let jobs: HashSet<StorageUri> = {
        let of_directories = listed.directories.iter().map(|directory| &directory.place);
        let of_snapshots = read.snapshots.iter().map(|snapshot| &snapshot.facts.directory);
        of_directories.chain(of_snapshots).filter_map(layout::job_directory).collect()
    };
    let mut directories = listed.directories;
    for directory in &mut directories {
        let (home, lineage) = place::home(&directory.place, &jobs);
        directory.home = home;
        directory.lineage = lineage.map(|lineage| lineages.number(&world.canonical(&lineage), &lineage));
        if let Some(lineage) = directory.lineage.and_then(|number| lineages.all.get_mut(number.0 as usize)) {
            lineage.last_write = lineage.last_write.max(directory.newest);
        }
    }
    let mut snapshots = read.snapshots;
    for snapshot in &mut snapshots {
        let place = place::home(&snapshot.facts.directory, &jobs).1.unwrap_or_else(|| snapshot.facts.directory.clone());
        let number = lineages.number(&world.canonical(&place), &place);
        snapshot.facts.lineage = number;
        if let Some(lineage) = lineages.all.get_mut(number.0 as usize) {
            lineage.last_write = lineage.last_write.max(snapshot.facts.metadata.modified_at);
        }
    }
    // A directory of a savepoint under a name of its own belongs to that savepoint.
    let own: HashMap<StorageUri, LineageNumber> =
        snapshots.iter().map(|snapshot| (snapshot.facts.directory.clone(), snapshot.facts.lineage)).collect();
    for directory in directories.iter_mut().filter(|directory| directory.lineage.is_none()) {
        directory.lineage = own.get(&directory.place).copied();
    }
    for (position, bytes) in read.obscure {
        let mentions = lineages.mentioned_in(&bytes);
        if let Some(snapshot) = snapshots.get_mut(position) {
            snapshot.mentions = mentions;
        }
    }
    let mut troubles = listed.troubles;
    troubles.extend(read.troubles);
    let mut findings = listed.findings;
    findings.extend(read.findings);
    Ok(Survey {
        as_of: options.as_of,
        roots: listed.roots,
        snapshots,
        lineages: lineages.all,
        directories,
        objects: listed.objects,
        references: Table::of(&mut read.references.read()?)?,
        tails: Table::of(&mut Sorter::new().finish()?.read()?)?,
        kept_directories: read.kept_directories,
        used_elsewhere: HashSet::new(),
        links: listed.links,
        troubles,
        findings,
        outbound: Vec::new(),
    })
}

/// What is still to be asked for.
pub(super) struct Open {
    /// By reference: whether the listing has shown it as it must be.
    pub(super) seen: Vec<u64>,
    pub(super) outbound: Outbound,
}

impl Open {
    /// Whether the listing has shown what a reference names.
    pub(super) fn was_seen(seen: &[u64], number: u64) -> bool {
        let word = usize::try_from(number / 64).ok().and_then(|word| seen.get(word)).copied().unwrap_or(0);
        word >> (number % 64) & 1 == 1
    }
}

/// Marks which references the listing has shown as they must be, counts the others, and keeps the tails of those.
fn hold_against_each_other(survey: &mut Survey, mut tails: Sorter) -> Result<Vec<u64>, SurveyError> {
    let words = usize::try_from(survey.references.len().div_ceil(64)).unwrap_or(usize::MAX);
    let mut seen = vec![0_u64; words];
    let mut used_elsewhere = HashSet::new();
    let mut lookup = survey.references.lookup();
    let mut objects = survey.objects.read();
    while let Some(record) = objects.next()? {
        let object = super::Object::decode(record)?;
        let Some(directory) = survey.directories.get(object.directory as usize) else { continue };
        lookup.find(&directory.fingerprints.file(object.name), |number, record| {
            let reference = Reference::decode(record);
            let fits = reference.length.admits(object.length);
            if let (Some(owner), Some(user)) = (directory.lineage, survey.snapshot(reference.snapshot))
                && user.facts.lineage != owner
            {
                used_elsewhere.insert(owner);
            }
            if let Some(word) = usize::try_from(number / 64).ok().and_then(|word| seen.get_mut(word)) {
                *word |= u64::from(fits) << (number % 64);
            }
        })?;
    }
    let mut unseen: HashMap<SnapshotNumber, u64> = HashMap::new();
    let mut missing: Vec<Key> = Vec::new();
    let mut failed = Ok(());
    lookup.each(|number, record| {
        if !Open::was_seen(&seen, number) {
            let reference = Reference::decode(record);
            *unseen.entry(reference.snapshot).or_default() += 1;
            missing.push(reference.tail);
        }
        if missing.len() == 1 << 16 && failed.is_ok() {
            failed = missing.drain(..).try_for_each(|tail| tails.push(&tail));
        }
    })?;
    failed?;
    missing.drain(..).try_for_each(|tail| tails.push(&tail))?;
    survey.used_elsewhere = used_elsewhere;
    for (number, count) in unseen {
        if let Some(snapshot) = survey.snapshots.get_mut(number.0 as usize) {
            snapshot.unseen = count;
        }
    }
    survey.tails = Table::of(&mut tails.finish()?.read()?)?;
    Ok(seen)
}

/// Lineages by their places.
#[derive(Default)]
struct Lineages {
    all: Vec<Lineage>,
    numbers: HashMap<StorageUri, LineageNumber>,
}

impl Lineages {
    fn number(&mut self, canonical: &StorageUri, place: &StorageUri) -> LineageNumber {
        if let Some(number) = self.numbers.get(canonical) {
            return *number;
        }
        let number = LineageNumber(u32::try_from(self.all.len()).unwrap_or(u32::MAX));
        let job_id = place.file_name().filter(|name| layout::is_job_id(name)).map(ToOwned::to_owned);
        self.all.push(Lineage { place: place.clone(), job_id, last_write: None, ended: None, blocked: None });
        self.numbers.insert(canonical.clone(), number);
        number
    }

    /// Lineages whose name occurs in bytes (S-03): the last part of their places, however the rest is written.
    fn mentioned_in(&self, bytes: &[u8]) -> Vec<LineageNumber> {
        let all = (0..).map(LineageNumber).zip(&self.all);
        if bytes.len() == SEARCHED {
            return all.map(|(number, _)| number).collect();
        }
        let mentioned = all.filter(|(_, lineage)| {
            let name = lineage.place.file_name().unwrap_or("").as_bytes();
            memmem::find(bytes, name).is_some()
        });
        mentioned.map(|(number, _)| number).collect()
    }
}
