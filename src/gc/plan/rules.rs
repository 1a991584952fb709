//! What every plan obeys, whoever wrote it: the order of its messages, and where the things lie that are to go (I4, I6).

use std::collections::HashSet;

use super::{FORMAT, PlanError};
use crate::report::{GcClass, GcDecision, GcItem, GcPlanHeader, GcPlanRecord, GcSnapshot, SCHEMA};
use crate::uri::StorageUri;

/// The parts of a plan in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Nothing,
    Header,
    Snapshots,
    Items,
    NotTaken,
    Totals,
    Seal,
}

/// Looks at the messages of a plan as they come.
pub(super) struct Rules {
    part: Part,
    roots: Vec<StorageUri>,
    last_location: Option<String>,
    last_path: Option<String>,
    /// Location and metadata of each snapshot that is to go.
    retired: HashSet<(String, String)>,
    /// Locations of those.
    retired_locations: HashSet<String>,
    /// Metadata of all snapshots, also of those that stay.
    metadata: HashSet<StorageUri>,
}

impl Rules {
    pub(super) fn new() -> Self {
        Self {
            part: Part::Nothing,
            roots: Vec::new(),
            last_location: None,
            last_path: None,
            retired: HashSet::new(),
            retired_locations: HashSet::new(),
            metadata: HashSet::new(),
        }
    }

    /// Whether the seal has come.
    pub(super) fn is_over(&self) -> bool {
        self.part == Part::Seal
    }

    /// Takes the next message, which begins at a byte.
    pub(super) fn admit(&mut self, record: &GcPlanRecord, at: u64) -> Result<(), PlanError> {
        let damaged = |what| PlanError::Damaged { at, what };
        let parts = [
            record.header.is_some().then_some(Part::Header),
            record.snapshot.is_some().then_some(Part::Snapshots),
            record.item.is_some().then_some(Part::Items),
            record.not_taken.is_some().then_some(Part::NotTaken),
            record.totals.is_some().then_some(Part::Totals),
            record.seal.is_some().then_some(Part::Seal),
        ];
        let mut parts = parts.into_iter().flatten();
        let (Some(part), None) = (parts.next(), parts.next()) else {
            return Err(damaged("a message is not exactly one part of a plan"));
        };
        let is_single = matches!(part, Part::Header | Part::Totals | Part::Seal);
        let follows = part > self.part || (part == self.part && !is_single);
        if self.part == Part::Nothing && part != Part::Header {
            return Err(PlanError::NotAPlan("it does not begin with the header of one"));
        }
        if !follows {
            return Err(damaged("the parts of a plan are out of order"));
        }
        if part == Part::Seal && self.part != Part::Totals {
            return Err(damaged("the sums are missing"));
        }
        self.part = part;
        if let Some(header) = &record.header {
            self.header(header)?;
        }
        if let Some(snapshot) = &record.snapshot {
            self.snapshot(snapshot)?;
        }
        if let Some(item) = &record.item {
            self.item(item)?;
        }
        Ok(())
    }

    fn header(&mut self, header: &GcPlanHeader) -> Result<(), PlanError> {
        // The layout of what follows is known only of this format.
        if header.format > FORMAT {
            return Err(PlanError::Newer { format: header.format });
        }
        if header.format != FORMAT || header.schema != SCHEMA {
            return Err(PlanError::NotAPlan("its header names another format"));
        }
        for root in &header.roots {
            let parsed = as_written(&root.location);
            self.roots.push(parsed.ok_or_else(|| refused(&root.location, "a root is no plain place"))?);
        }
        Ok(())
    }

    fn snapshot(&mut self, snapshot: &GcSnapshot) -> Result<(), PlanError> {
        let location = &snapshot.location;
        ascends(&mut self.last_location, location)?;
        self.metadata.extend(StorageUri::parse(&snapshot.metadata));
        if snapshot.decision() == GcDecision::Delete {
            let metadata = self.confined(&snapshot.metadata)?;
            let place = as_written(location).ok_or_else(|| refused(location, "is not written as a plain place"))?;
            if place != metadata && metadata.parent().as_ref() != Some(&place) {
                return Err(refused(location, "its metadata lies elsewhere"));
            }
            self.retired_locations.insert(location.clone());
            self.retired.insert((location.clone(), snapshot.metadata.clone()));
        }
        Ok(())
    }

    fn item(&mut self, item: &GcItem) -> Result<(), PlanError> {
        ascends(&mut self.last_path, &item.path)?;
        let place = self.confined(&item.path)?;
        if item.class() == GcClass::Unspecified {
            return Err(refused(&item.path, "has no class"));
        }
        if let Some(snapshot) = &item.snapshot
            && !self.retired_locations.contains(snapshot)
        {
            return Err(refused(&item.path, "goes with a snapshot that does not go"));
        }
        let is_metadata = self.metadata.contains(&place);
        match (item.class(), &item.snapshot) {
            (GcClass::Metadata, Some(snapshot)) if self.is_metadata_of(snapshot, &item.path) => Ok(()),
            (GcClass::Metadata, _) => Err(refused(&item.path, "is not the metadata of a snapshot that goes")),
            _ if is_metadata => {
                Err(refused(&item.path, "is the metadata of a snapshot and was taken for something else"))
            }
            (GcClass::Retired, None) => Err(refused(&item.path, "goes with a snapshot, and with none")),
            _ => Ok(()),
        }
    }

    fn is_metadata_of(&self, snapshot: &str, path: &str) -> bool {
        self.retired.contains(&(snapshot.to_owned(), path.to_owned()))
    }

    /// The place that a text names, which has to lie below a root.
    fn confined(&self, text: &str) -> Result<StorageUri, PlanError> {
        let place = as_written(text).ok_or_else(|| refused(text, "is not written as a plain place"))?;
        let is_below = |root: &StorageUri| place.is_within(root) && place != *root;
        if self.roots.iter().any(is_below) { Ok(place) } else { Err(refused(text, "lies below none of the roots")) }
    }
}

/// The place that a text names, if it is written as that place is: what is deleted is what was written, to the letter.
fn as_written(text: &str) -> Option<StorageUri> {
    let place = StorageUri::parse(text).ok()?;
    let is_plain = place.segments().all(|segment| segment != "..");
    (is_plain && place.to_string() == text).then_some(place)
}

/// In the order of the bytes of the texts, each once.
fn ascends(last: &mut Option<String>, next: &str) -> Result<(), PlanError> {
    if last.as_deref().is_some_and(|last| last >= next) {
        return Err(refused(next, "is out of order, or there twice"));
    }
    *last = Some(next.to_owned());
    Ok(())
}

fn refused(place: &str, what: &'static str) -> PlanError {
    PlanError::Refused { place: place.to_owned(), what }
}
