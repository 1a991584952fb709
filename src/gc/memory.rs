//! What runs remember in a ledger: since when things have been dead (S-11), and which metadata there was (S-04).

use std::collections::{BTreeSet, HashMap, HashSet};
use std::io;

use chrono::{DateTime, TimeDelta, Utc};

use super::disk::{Sorter, Table};
use super::ledger::inventory::{InventoryWriter, KnownMetadata, read_inventory};
use super::ledger::sightings::{Sightings, SightingsOfRun};
use super::ledger::{Ledger, journal};
use super::lineage::SnapshotNumber;
use super::plan::hex;
use super::survey::{Reference, Survey};
use super::world::World;
use crate::report::{Finding, Severity};
use crate::storage::Error;
use crate::uri::StorageUri;

/// What the runs before have noted of some roots, and what this run will.
pub struct Memory<'l> {
    ledger: &'l Ledger,
    roots: Vec<StorageUri>,
    pub(super) sightings: SightingsOfRun,
    /// Metadata that a run of keepoint has deleted, with its digest.
    deleted: BTreeSet<(StorageUri, String)>,
}

/// Metadata that was known and is gone, and nobody says why.
pub(super) struct Missing {
    /// What it named: live until the patience is at its end.
    pub(super) files: Table<16>,
    pub(super) directories: Vec<StorageUri>,
    pub(super) findings: Vec<Finding>,
    /// What is noted again.
    noted: Vec<KnownMetadata>,
}

impl Missing {
    /// Nothing is missing.
    pub(super) fn nothing() -> io::Result<Self> {
        let files = Table::of(&mut Sorter::new().finish()?.read()?)?;
        Ok(Self { files, directories: Vec::new(), findings: Vec::new(), noted: Vec::new() })
    }
}

impl<'l> Memory<'l> {
    /// Opens what a ledger has of these roots. What was damaged or lost is forgotten: then all clocks begin anew.
    pub async fn open(ledger: &'l Ledger, roots: &[StorageUri]) -> Result<Self, Error> {
        Ok(Self {
            ledger,
            roots: roots.to_vec(),
            sightings: SightingsOfRun::new(Sightings::load(ledger, roots).await?),
            deleted: journal::deleted_metadata(ledger).await?,
        })
    }

    /// The metadata files that the run before knew: they are asked for by name, whatever a listing shows.
    pub(super) async fn known(&self) -> Result<Vec<StorageUri>, Error> {
        let mut known = Vec::new();
        read_inventory(self.ledger, &self.roots, &mut |one| {
            known.extend(StorageUri::parse(&one.metadata));
            Ok(())
        })
        .await?;
        Ok(known)
    }

    /// What was known and is not there any more, and for which no journal answers.
    pub(super) async fn missing(&self, survey: &Survey, world: &World, patience: TimeDelta) -> Result<Missing, Error> {
        let there: HashSet<StorageUri> =
            survey.snapshots.iter().map(|snapshot| world.canonical(&snapshot.facts.metadata.place)).collect();
        let explained: HashSet<(StorageUri, &str)> =
            self.deleted.iter().map(|(place, digest)| (world.canonical(place), digest.as_str())).collect();
        let failed = |error| Error::from_io("read", self.ledger.place(), error);
        let mut missing = Missing::nothing().map_err(failed)?;
        let mut files = Sorter::new();
        read_inventory(self.ledger, &self.roots, &mut |one| {
            let Ok(metadata) = StorageUri::parse(&one.metadata) else { return Ok(()) };
            let metadata = world.canonical(&metadata);
            let since = one.missing_since.unwrap_or(survey.as_of);
            let is_there = there.contains(&metadata);
            // A journal speaks of one snapshot, and not of a later one in the same place.
            let is_explained = explained.contains(&(metadata, one.digest.as_str()));
            if is_there || is_explained || survey.as_of - since >= patience {
                return Ok(());
            }
            one.files.iter().try_for_each(|file| files.push(file))?;
            let directories = one.directories.iter().filter_map(|place| StorageUri::parse(place).ok());
            missing.directories.extend(directories.map(|place| world.canonical(&place)));
            missing.findings.push(gone(&one, since));
            missing.noted.push(KnownMetadata { missing_since: Some(since), ..one });
            Ok(())
        })
        .await?;
        let sorted = files.finish().map_err(failed)?;
        missing.files = sorted.read().and_then(|mut merge| Table::of(&mut merge)).map_err(failed)?;
        Ok(missing)
    }

    /// Notes what was seen. A run that has not seen everything must not: it would make others forget.
    pub(super) async fn note(self, survey: &Survey, missing: Missing) -> Result<(), Error> {
        let failed = |error| Error::from_io("write", self.ledger.place(), error);
        let mut writer = InventoryWriter::new(self.ledger, &self.roots).await?;
        let mut by_snapshot = Sorter::new();
        let mut pushed = Ok(());
        let each = survey.references.lookup().each(|_, record| {
            let reference = Reference::decode(record);
            if pushed.is_ok() {
                pushed = by_snapshot.push(&[&reference.snapshot.0.to_be_bytes()[..], &reference.file].concat());
            }
        });
        each.and(pushed).map_err(failed)?;
        let sorted = by_snapshot.finish().map_err(failed)?;
        let mut references = sorted.read().map_err(failed)?;
        let mut directories: HashMap<SnapshotNumber, Vec<String>> = HashMap::new();
        for (directory, snapshots) in &survey.kept_directories {
            for snapshot in snapshots {
                directories.entry(*snapshot).or_default().push(directory.to_string());
            }
        }
        let mut ahead: Option<(u32, [u8; 16])> = next(&mut references).map_err(failed)?;
        for (number, snapshot) in (0..).map(SnapshotNumber).zip(&survey.snapshots) {
            let mut files = Vec::new();
            while let Some((_, file)) = ahead.filter(|(of, _)| *of == number.0) {
                files.push(file);
                ahead = next(&mut references).map_err(failed)?;
            }
            if snapshot.has_vanished || !snapshot.is_in_roots {
                continue;
            }
            let facts = &snapshot.facts;
            let known = KnownMetadata {
                metadata: facts.metadata.place.to_string(),
                lineage: survey.lineage(facts.lineage).map_or_else(String::new, |lineage| lineage.place.to_string()),
                length: facts.metadata.length,
                modified_at: facts.metadata.modified_at,
                digest: hex(&facts.metadata.digest),
                missing_since: None,
                files,
                directories: directories.remove(&number).unwrap_or_default(),
            };
            writer.push(&known).await?;
        }
        for known in &missing.noted {
            writer.push(known).await?;
        }
        writer.finish().await?;
        self.sightings.write(self.ledger, &self.roots).await
    }
}

fn next(references: &mut super::disk::Merge<'_>) -> io::Result<Option<(u32, [u8; 16])>> {
    let Some(record) = references.next()? else { return Ok(None) };
    let parts = record.split_first_chunk::<4>().and_then(|(of, file)| Some((*of, <[u8; 16]>::try_from(file).ok()?)));
    let (of, file) = parts.ok_or(io::ErrorKind::InvalidData)?;
    Ok(Some((u32::from_be_bytes(of), file)))
}

fn gone(known: &KnownMetadata, since: DateTime<Utc>) -> Finding {
    Finding {
        code: "METADATA_GONE".to_owned(),
        severity: Severity::Info.into(),
        location: known.metadata.clone(),
        message: "was there in an earlier run and is not there now; what it named stays for one more min-age (S-04)"
            .to_owned(),
        evidence: Some(format!("missing since {}", since.format("%Y-%m-%dT%H:%M:%SZ"))),
        action: Some("none, if its job runs: jobs delete their old checkpoints".to_owned()),
        ..Finding::default()
    }
}
