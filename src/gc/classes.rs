//! Which objects go: each object below the roots is held against what names it, and lands in exactly one class or among what stays.
//!
//! Everything passes through [`Outcome::take`] or [`Outcome::leave`], so that sums cannot disagree with the plan.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io;

use chrono::{DateTime, TimeDelta, Utc};
use prost::Message;

use super::decide::Decisions;
use super::disk::{Sorted, Sorter, Table};
use super::fingerprint::of_tail;
use super::lineage::{Condition, LineageNumber, SnapshotNumber};
use super::request::GcRequest;
use super::rules::Rule;
use super::survey::{Directory, Home, Object, Reference, Survey, is_state_name, is_unfinished_metadata};
use super::world::World;
use crate::discovery::layout;
use crate::report::{GcClass, GcItem, GcNotTaken, GcShare, timestamp_from_millis};
use crate::uri::StorageUri;

/// Remembers when a file was first seen dead, over many runs (S-11).
pub trait Sightings {
    /// Notes that a file is dead now; tells since when it has been seen so without interruption.
    fn seen_dead(&mut self, file: &[u8; 16], now: DateTime<Utc>) -> io::Result<DateTime<Utc>>;
}

/// Between two sightings of a file that is to go (S-11).
const BETWEEN_SIGHTINGS: TimeDelta = TimeDelta::hours(24);

/// What goes, and what stays although nobody may need it.
pub(super) struct Outcome {
    /// Items by path: the path, a byte 0, the message.
    items: Sorter,
    record: Vec<u8>,
    pub(super) not_taken: BTreeMap<(String, Option<LineageNumber>), (u64, u64)>,
    pub(super) shares: BTreeMap<(LineageNumber, i32), (u64, u64)>,
    /// By snapshot: files and bytes that go with it.
    pub(super) freed: HashMap<SnapshotNumber, (u64, u64)>,
    pub(super) files: u64,
    pub(super) bytes: u64,
    /// By root: objects and bytes of residue that go.
    pub(super) residue: HashMap<usize, (u64, u64)>,
    /// By root: all that goes.
    pub(super) of_root: HashMap<usize, (u64, u64)>,
}

impl Outcome {
    fn new() -> Self {
        Self {
            items: Sorter::new(),
            record: Vec::new(),
            not_taken: BTreeMap::new(),
            shares: BTreeMap::new(),
            freed: HashMap::new(),
            files: 0,
            bytes: 0,
            residue: HashMap::new(),
            of_root: HashMap::new(),
        }
    }

    /// Plans something.
    fn take(&mut self, item: &GcItem, at: At, snapshot: Option<SnapshotNumber>) -> io::Result<()> {
        self.record.clear();
        self.record.extend_from_slice(item.path.as_bytes());
        self.record.push(0);
        item.encode(&mut self.record).map_err(io::Error::other)?;
        self.items.push(&self.record)?;
        let is_file = item.class() != GcClass::Directory;
        let (files, bytes) = (u64::from(is_file), item.bytes);
        self.files += files;
        self.bytes = self.bytes.saturating_add(bytes);
        add(self.shares.entry((at.lineage, item.class)).or_default(), files, bytes);
        add(self.of_root.entry(at.root).or_default(), files, bytes);
        match snapshot {
            Some(snapshot) => add(self.freed.entry(snapshot).or_default(), files, bytes),
            None => add(self.residue.entry(at.root).or_default(), files, bytes),
        }
        Ok(())
    }

    /// Leaves something where it is.
    fn leave(&mut self, reason: &str, lineage: Option<LineageNumber>, bytes: u64) {
        let total = match self.not_taken.get_mut(&(reason.to_owned(), lineage)) {
            Some(total) => total,
            None => self.not_taken.entry((reason.to_owned(), lineage)).or_default(),
        };
        add(total, 1, bytes);
    }

    pub(super) fn not_taken(&self, survey: &Survey) -> Vec<GcNotTaken> {
        let all = self.not_taken.iter().map(|((reason, lineage), (files, bytes))| GcNotTaken {
            reason: reason.clone(),
            files: *files,
            bytes: *bytes,
            lineage: lineage.and_then(|number| survey.lineage(number)).map(|lineage| lineage.place.to_string()),
        });
        all.collect()
    }

    pub(super) fn shares(&self, survey: &Survey) -> Vec<GcShare> {
        let mut shares: Vec<GcShare> = self
            .shares
            .iter()
            .map(|((lineage, class), (files, bytes))| GcShare {
                lineage: survey.lineage(*lineage).map_or_else(String::new, |lineage| lineage.place.to_string()),
                class: *class,
                files: *files,
                bytes: *bytes,
            })
            .collect();
        shares.sort_by(|one, other| (&one.lineage, one.class).cmp(&(&other.lineage, other.class)));
        shares
    }

    pub(super) fn into_items(self) -> io::Result<Sorted> {
        self.items.finish()
    }
}

/// The item in a record of [`Outcome::into_items`].
pub(super) fn item_of(record: &[u8]) -> io::Result<GcItem> {
    // No path has a byte 0 that is not its end: such names are no names of Flink.
    let end = memchr::memchr(0, record).ok_or(io::ErrorKind::InvalidData)?;
    GcItem::decode(record.get(end + 1..).unwrap_or(&[])).map_err(io::Error::other)
}

fn add(total: &mut (u64, u64), files: u64, bytes: u64) {
    total.0 += files;
    total.1 = total.1.saturating_add(bytes);
}

/// Where something lies.
#[derive(Debug, Clone, Copy)]
struct At {
    root: usize,
    lineage: LineageNumber,
}

/// Says of every object whether it goes. `missed` are files that metadata named which was there in an earlier run (S-04).
pub(super) fn classify(
    survey: &Survey,
    decisions: &Decisions,
    world: &World,
    request: &GcRequest,
    missed: &Table<16>,
    sightings: Option<&mut dyn Sightings>,
) -> io::Result<Outcome> {
    let mut outcome = Outcome::new();
    if !decisions.blockers.is_empty() {
        return Ok(outcome);
    }
    let known = Known::of(survey, decisions, world, request);
    let mut judge = Judge { survey, decisions, request, known: &known, sightings };
    let mut places: HashMap<u32, DirectoryFacts> = HashMap::new();
    let mut references = survey.references.lookup();
    let mut tails = survey.tails.lookup();
    let mut missed = missed.lookup();
    let mut objects = survey.objects.read();
    while let Some(record) = objects.next()? {
        let object = Object::decode(record)?;
        let Some(directory) = survey.directories.get(object.directory as usize) else { continue };
        // The marker of a directory is none of its files; it goes with the directory.
        if object.name.is_empty() {
            continue;
        }
        let facts = places.entry(object.directory).or_insert_with(|| known.directory(directory, survey, world));
        let mut users = Users::default();
        let file = directory.fingerprints.file(object.name);
        references.find(&file, |_, record| users.add(&Reference::decode(record), &known, decisions))?;
        users.is_needed |= missed.has(&file)?;
        if request.rules.on(Rule::S06) && tails.has(&of_tail(&directory.place, object.name))? {
            users.is_named_elsewhere = true;
        }
        judge.object(&object, directory, facts, users, &mut outcome)?;
    }
    directories(survey, decisions, &known, world, &mut outcome)?;
    Ok(outcome)
}

/// What names an object.
#[derive(Debug, Default)]
struct Users {
    /// A snapshot that stays.
    is_needed: bool,
    /// The last of the snapshots that go and name it, by its turn.
    retired: Option<(usize, SnapshotNumber)>,
    is_merged: bool,
    /// Something that could be another spelling of it is named.
    is_named_elsewhere: bool,
}

impl Users {
    fn add(&mut self, reference: &Reference, known: &Known, decisions: &Decisions) {
        self.snapshot(reference.snapshot, known, decisions);
        self.is_merged |= reference.merged;
    }

    fn snapshot(&mut self, snapshot: SnapshotNumber, known: &Known, decisions: &Decisions) {
        if decisions.deletes(snapshot) {
            let turn = known.turns.get(snapshot.0 as usize).copied().unwrap_or(0);
            self.retired = self.retired.max(Some((turn, snapshot)));
        } else {
            self.is_needed = true;
        }
    }
}

/// What shows that residue may go, and since when it has been seen dead.
type Dead = (String, Option<DateTime<Utc>>);

/// What is known of all snapshots and lineages.
struct Known {
    /// By snapshot: its place in the order of checkpoints. Its number is no order: metadata is numbered as its bytes arrive.
    turns: Vec<usize>,
    /// Snapshots by the directories of their metadata, and the names of the metadata files.
    metadata: HashMap<StorageUri, Vec<(String, SnapshotNumber)>>,
    /// By lineage: from this time on, everything is live (S-10); nothing where the whole lineage is.
    high_water: HashMap<LineageNumber, DateTime<Utc>>,
    /// Lineages with a snapshot that misses files.
    damaged: HashSet<LineageNumber>,
    unswept: HashMap<LineageNumber, String>,
    /// Roots with objects from the future, where no residue is planned (S-12).
    in_the_future: HashSet<usize>,
}

/// By snapshot: its place in the order of checkpoints.
fn turns(survey: &Survey) -> Vec<usize> {
    let mut order: Vec<usize> = (0..survey.snapshots.len()).collect();
    order.sort_by_cached_key(|position| {
        let facts = survey.snapshots.get(*position).map(|snapshot| &snapshot.facts);
        facts.map(|facts| (facts.checkpoint_id, facts.metadata.modified_at, facts.location.to_string()))
    });
    let mut turns = vec![0; order.len()];
    for (turn, position) in order.into_iter().enumerate() {
        if let Some(slot) = turns.get_mut(position) {
            *slot = turn;
        }
    }
    turns
}

/// What is known of a directory.
struct DirectoryFacts {
    /// Its path can be written into a plan and read again.
    is_plain: bool,
    metadata: Vec<(String, SnapshotNumber)>,
    /// Metadata in it is not understood or does not parse.
    is_obscure: bool,
    /// Snapshots of which everything in it is a part.
    marking: Vec<SnapshotNumber>,
    /// Something protects it.
    is_protected: Option<HashSet<String>>,
    is_wholly_protected: bool,
}

impl Known {
    fn of(survey: &Survey, decisions: &Decisions, world: &World, request: &GcRequest) -> Self {
        let limits = &request.limits;
        let before = TimeDelta::from_std(limits.checkpoint_timeout + limits.skew).unwrap_or(TimeDelta::MAX);
        let skew = TimeDelta::from_std(limits.skew).unwrap_or(TimeDelta::MAX);
        let mut metadata: HashMap<StorageUri, Vec<(String, SnapshotNumber)>> = HashMap::new();
        let mut newest: HashMap<LineageNumber, DateTime<Utc>> = HashMap::new();
        let mut damaged = HashSet::new();
        for (number, snapshot) in (0..).map(SnapshotNumber).zip(&survey.snapshots) {
            let facts = &snapshot.facts;
            let file = facts.metadata.place.file_name().unwrap_or("").to_owned();
            metadata.entry(world.canonical(&facts.directory)).or_default().push((file, number));
            match facts.condition {
                Condition::Restorable | Condition::NotChecked | Condition::Damaged { .. } if !snapshot.has_vanished => {
                    if let Some(time) = facts.metadata.modified_at {
                        let mark = newest.entry(facts.lineage).or_insert(time);
                        *mark = (*mark).max(time);
                    }
                }
                _ => {}
            }
            if matches!(facts.condition, Condition::Damaged { .. }) && request.rules.on(Rule::S09) {
                damaged.insert(facts.lineage);
            }
        }
        let from_the_future = survey.directories.iter().filter(|directory| {
            directory.newest.is_some_and(|time| time > survey.as_of + skew) && request.rules.on(Rule::S12)
        });
        Self {
            turns: turns(survey),
            metadata,
            high_water: newest.into_iter().map(|(lineage, time)| (lineage, time - before)).collect(),
            damaged,
            unswept: decisions.unswept.iter().cloned().collect(),
            in_the_future: from_the_future.map(|directory| directory.root).collect(),
        }
    }

    fn directory(&self, directory: &Directory, survey: &Survey, world: &World) -> DirectoryFacts {
        let canonical = world.canonical(&directory.place);
        let metadata = self.metadata.get(&canonical).cloned().unwrap_or_default();
        let text = directory.place.to_string();
        DirectoryFacts {
            is_plain: StorageUri::parse(&text).is_ok_and(|place| place.to_string() == text && place == directory.place),
            is_obscure: metadata
                .iter()
                .filter_map(|(_, number)| survey.snapshot(*number))
                .any(|snapshot| matches!(snapshot.facts.condition, Condition::Unreadable | Condition::NotUnderstood)),
            metadata,
            marking: survey.marking(&canonical),
            is_protected: None,
            is_wholly_protected: false,
        }
    }
}

struct Judge<'a, 's> {
    survey: &'a Survey,
    decisions: &'a Decisions,
    request: &'a GcRequest,
    known: &'a Known,
    sightings: Option<&'s mut dyn Sightings>,
}

impl Judge<'_, '_> {
    fn object(
        &mut self,
        object: &Object<'_>,
        directory: &Directory,
        facts: &mut DirectoryFacts,
        mut users: Users,
        outcome: &mut Outcome,
    ) -> io::Result<()> {
        let rules = self.request.rules;
        let own = facts.metadata.iter().find(|(name, _)| name == object.name).map(|(_, number)| *number);
        if let Some(snapshot) = own {
            return self.metadata(snapshot, object, directory, facts, outcome);
        }
        if rules.on(Rule::S05) {
            facts.marking.iter().for_each(|snapshot| users.snapshot(*snapshot, self.known, self.decisions));
        }
        if users.is_needed || users.is_named_elsewhere {
            return Ok(());
        }
        let (Some(lineage), Some(known)) =
            (directory.lineage, directory.lineage.and_then(|number| self.survey.lineage(number)))
        else {
            outcome.leave(UNKNOWN_PLACE, None, object.length);
            return Ok(());
        };
        if self.is_protected(object, directory, facts) {
            outcome.leave("something protects it", Some(lineage), object.length);
            return Ok(());
        }
        if known.blocked.is_some() {
            outcome.leave("its lineage is blocked", Some(lineage), object.length);
            return Ok(());
        }
        let at = At { root: directory.root, lineage };
        let has_ended = known.ended.is_some();
        if let Some((_, snapshot)) = users.retired {
            if let Some(reason) = self.keeps_retired(object, directory, facts, &users, has_ended) {
                outcome.leave(reason, Some(lineage), object.length);
                return Ok(());
            }
            let reason = "only snapshots that go refer to it".to_owned();
            let item = self.item(object, directory, GcClass::Retired, reason, Some(snapshot));
            return outcome.take(&item, at, Some(snapshot));
        }
        let class = match residue_class(object, directory) {
            Ok(class) => class,
            Err(reason) => {
                outcome.leave(reason, Some(lineage), object.length);
                return Ok(());
            }
        };
        match self.residue(class, object, directory, facts, lineage, has_ended)? {
            Ok((evidence, first_seen)) => {
                let mut item = self.item(object, directory, class, "nothing refers to it".to_owned(), None);
                item.evidence = Some(evidence);
                item.first_seen_dead = first_seen.map(|time| timestamp_from_millis(time.timestamp_millis()));
                outcome.take(&item, at, None)
            }
            Err(reason) => {
                outcome.leave(&reason, Some(lineage), object.length);
                Ok(())
            }
        }
    }

    /// Class A.
    fn metadata(
        &self,
        snapshot: SnapshotNumber,
        object: &Object<'_>,
        directory: &Directory,
        facts: &DirectoryFacts,
        outcome: &mut Outcome,
    ) -> io::Result<()> {
        let Some(lineage) = self.survey.snapshot(snapshot).map(|snapshot| snapshot.facts.lineage) else {
            return Ok(());
        };
        if !self.decisions.deletes(snapshot) {
            return Ok(());
        }
        if !facts.is_plain {
            outcome.leave(ODD_NAME, Some(lineage), object.length);
            return Ok(());
        }
        let reasons = self.decisions.of.get(snapshot.0 as usize).map(|decision| decision.reasons.join("; "));
        let item = self.item(object, directory, GcClass::Metadata, reasons.unwrap_or_default(), Some(snapshot));
        outcome.take(&item, At { root: directory.root, lineage }, Some(snapshot))
    }

    fn item(
        &self,
        object: &Object<'_>,
        directory: &Directory,
        class: GcClass,
        reason: String,
        snapshot: Option<SnapshotNumber>,
    ) -> GcItem {
        let lineage = directory.lineage.and_then(|number| self.survey.lineage(number));
        let snapshot = snapshot.and_then(|number| self.survey.snapshot(number));
        GcItem {
            path: directory.place.child(object.name).to_string(),
            bytes: object.length,
            class: class.into(),
            reason,
            snapshot: snapshot.map(|snapshot| snapshot.facts.location.to_string()),
            modified_at: object.modified_at.map(|time| timestamp_from_millis(time.timestamp_millis())),
            lineage: lineage.map_or_else(String::new, |lineage| lineage.place.to_string()),
            ..GcItem::default()
        }
    }

    fn is_protected(&self, object: &Object<'_>, directory: &Directory, facts: &mut DirectoryFacts) -> bool {
        if facts.is_protected.is_none() {
            let mut names = HashSet::new();
            for place in &self.decisions.live_places {
                facts.is_wholly_protected |= directory.place.is_within(place);
                if place.parent().as_ref() == Some(&directory.place) {
                    names.extend(place.file_name().map(ToOwned::to_owned));
                }
            }
            facts.is_protected = Some(names);
        }
        facts.is_wholly_protected || facts.is_protected.as_ref().is_some_and(|names| names.contains(object.name))
    }

    /// Why a file stays that only retired snapshots name (class B).
    fn keeps_retired(
        &self,
        object: &Object<'_>,
        directory: &Directory,
        facts: &DirectoryFacts,
        users: &Users,
        has_ended: bool,
    ) -> Option<&'static str> {
        let rules = self.request.rules;
        if rules.on(Rule::S31)
            && (!is_state_name(object.name) || directory.home == Home::Other && facts.metadata.is_empty())
        {
            return Some(UNKNOWN_PLACE);
        }
        if !facts.is_plain {
            return Some(ODD_NAME);
        }
        // A merged file may be written on, and a working area is in use without any metadata that says so.
        let is_working = users.is_merged || matches!(directory.home, Home::Managed | Home::Working);
        if rules.on(Rule::S13) && is_working && !has_ended {
            return Some("merged files and working areas stay until their job has ended");
        }
        None
    }

    /// What shows that residue may go, or why it stays.
    fn residue(
        &mut self,
        class: GcClass,
        object: &Object<'_>,
        directory: &Directory,
        facts: &DirectoryFacts,
        lineage: LineageNumber,
        has_ended: bool,
    ) -> io::Result<Result<Dead, String>> {
        let (rules, limits, now) = (self.request.rules, &self.request.limits, self.survey.as_of);
        let stays = |reason: &str| Ok(Err(reason.to_owned()));
        if !facts.is_plain {
            return stays(ODD_NAME);
        }
        if let Some(reason) = self.known.unswept.get(&lineage) {
            return stays(reason);
        }
        if self.known.damaged.contains(&lineage) {
            return stays("S-09: a snapshot of its lineage misses files");
        }
        if self.known.in_the_future.contains(&directory.root) {
            return stays("S-12: there are objects from the future below its root");
        }
        if facts.is_obscure && rules.on(Rule::S03) {
            return stays("the metadata beside it is not understood");
        }
        if class == GcClass::Working && !has_ended && rules.on(Rule::S13) && directory.home != Home::Changelog {
            return stays("merged files and working areas stay until their job has ended");
        }
        let Some(modified_at) = object.modified_at else { return stays("its age is not known") };
        let mark = self.known.high_water.get(&lineage);
        if !has_ended && rules.on(Rule::S10) {
            match mark {
                None => return stays("S-10: its lineage may run and has no readable metadata"),
                Some(mark) if modified_at >= *mark => return stays("S-10: it may belong to a checkpoint in progress"),
                Some(_) => {}
            }
        }
        let wanted = match class {
            GcClass::Unfinished | GcClass::UnfinishedMetadata => limits.unfinished_age.max(limits.min_age),
            _ => limits.min_age,
        };
        let wanted = TimeDelta::from_std(wanted).unwrap_or(TimeDelta::MAX);
        // An unfinished snapshot is as old as its last write.
        let written_at = match class {
            GcClass::Unfinished | GcClass::UnfinishedMetadata => directory.newest.max(Some(modified_at)),
            _ => Some(modified_at),
        };
        let is_old = written_at.is_some_and(|time| now - time >= wanted) && !directory.has_undated;
        if !is_old && rules.on(Rule::S11) {
            return stays("S-11: it is too young");
        }
        // What would not go anyway is no sighting: the clock begins when nothing else stands in the way.
        let mut first_seen = None;
        if let Some(sightings) = &mut self.sightings {
            let first = sightings.seen_dead(&directory.fingerprints.file(object.name), now)?;
            first_seen = Some(first);
            if now - first < wanted.max(BETWEEN_SIGHTINGS) && rules.on(Rule::S11) {
                return stays("S-11: it has not been seen dead for long enough");
            }
        }
        if !self.request.orphans {
            return stays("residue, which goes only with --orphans");
        }
        let evidence = match (has_ended, mark) {
            (true, _) => "its job has ended".to_owned(),
            (false, Some(mark)) => format!("older than {mark:?}, when the newest snapshot could have begun"),
            (false, None) => "S-10 is off".to_owned(),
        };
        Ok(Ok((evidence, first_seen)))
    }
}

const UNKNOWN_PLACE: &str = "nothing tells what it is (class K)";
const ODD_NAME: &str = "its path cannot be written so that it means the same";

/// What residue is by its place, or why it is none.
fn residue_class(object: &Object<'_>, directory: &Directory) -> Result<GcClass, &'static str> {
    let is_state = is_state_name(object.name);
    match directory.home {
        Home::Snapshot if is_unfinished_metadata(object.name) => Ok(GcClass::UnfinishedMetadata),
        Home::Snapshot if is_state && directory.has_metadata => Ok(GcClass::ExclusiveOrphan),
        Home::Snapshot if is_state => Ok(GcClass::Unfinished),
        Home::Shared if is_state => Ok(GcClass::SharedOrphan),
        Home::TaskOwned | Home::Managed | Home::Changelog if is_state => Ok(GcClass::Working),
        Home::Working => Ok(GcClass::Working),
        _ => Err(UNKNOWN_PLACE),
    }
}

/// Class I: the directories of snapshots that go, and with `--orphans` empty ones that an ended job has left.
fn directories(
    survey: &Survey,
    decisions: &Decisions,
    known: &Known,
    world: &World,
    outcome: &mut Outcome,
) -> io::Result<()> {
    let with_markers = survey.directories.iter().filter(|directory| directory.has_marker);
    let markers: HashSet<&StorageUri> = with_markers.map(|directory| &directory.place).collect();
    let mut planned = HashSet::new();
    for (number, snapshot) in (0..).map(SnapshotNumber).zip(&survey.snapshots) {
        let facts = &snapshot.facts;
        let canonical = world.canonical(&facts.directory);
        let is_alone = known.metadata.get(&canonical).is_none_or(|all| all.len() == 1);
        if !decisions.deletes(number) || !layout::is_snapshot_name(&facts.directory) || !is_alone {
            continue;
        }
        let Some((root, opened)) =
            world.roots().iter().enumerate().find(|(_, root)| canonical.is_within(&world.canonical(&root.place)))
        else {
            continue;
        };
        // A root itself is never removed.
        let is_root = canonical == world.canonical(&opened.place);
        let is_there = opened.storage.has_directories() || markers.contains(&facts.directory);
        if is_root || !is_there || !planned.insert(canonical) {
            continue;
        }
        let item = GcItem {
            path: facts.directory.to_string(),
            class: GcClass::Directory.into(),
            reason: "its snapshot goes".to_owned(),
            snapshot: Some(facts.location.to_string()),
            lineage: survey.lineage(facts.lineage).map_or_else(String::new, |lineage| lineage.place.to_string()),
            ..GcItem::default()
        };
        if StorageUri::parse(&item.path).is_ok_and(|place| place.to_string() == item.path) {
            outcome.take(&item, At { root, lineage: facts.lineage }, Some(number))?;
        }
    }
    Ok(())
}
