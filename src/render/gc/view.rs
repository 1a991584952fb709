//! A plan as people ask for it: by job, by class, by cause.
//!
//! A savepoint outside of a job's directory is a lineage of its own; a thousand of them in one directory are shown together.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashSet};

use crate::render::text::{UNKNOWN, counted, human_size, words};
use crate::report::{
    GcClass, GcDecision, GcNotTaken, GcPlanReport, GcShare, GcSnapshot, GcTotals, millis_of_timestamp,
};

/// A number of files and their bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Amount {
    pub(super) files: u64,
    pub(super) bytes: u64,
}

impl Amount {
    fn add(&mut self, files: u64, bytes: u64) {
        self.files = self.files.saturating_add(files);
        self.bytes = self.bytes.saturating_add(bytes);
    }

    /// Files and size as they stand in a table. Directories are neither.
    pub(super) fn cells(self) -> [String; 2] {
        if self == Self::default() {
            return ["-".to_owned(), "-".to_owned()];
        }
        [self.files.to_string(), human_size(self.bytes)]
    }

    /// "12 files, 1.2 GiB".
    pub(super) fn words(self) -> String {
        format!("{}, {}", counted(self.files, "file", "files"), human_size(self.bytes))
    }
}

/// The snapshots of one job, or the savepoints in one directory.
pub(super) struct Group<'a> {
    /// URI of the job's directory, or of the directory that the savepoints lie in.
    pub(super) place: &'a str,
    /// Every snapshot is a lineage of its own.
    pub(super) holds_savepoints: bool,
    /// The newest first.
    pub(super) snapshots: Vec<&'a GcSnapshot>,
    /// What goes, by class.
    pub(super) classes: BTreeMap<i32, Amount>,
    /// All that goes.
    pub(super) freed: Amount,
    /// What stays although nobody may need it.
    pub(super) not_taken: Vec<&'a GcNotTaken>,
}

impl<'a> Group<'a> {
    fn new(place: &'a str, holds_savepoints: bool) -> Self {
        Self {
            place,
            holds_savepoints,
            snapshots: Vec::new(),
            classes: BTreeMap::new(),
            freed: Amount::default(),
            not_taken: Vec::new(),
        }
    }

    /// Snapshots with a decision.
    pub(super) fn number(&self, decision: GcDecision) -> usize {
        self.snapshots.iter().filter(|snapshot| snapshot.decision() == decision).count()
    }

    /// Whether the job is proven to have ended.
    pub(super) fn ended(&self) -> bool {
        !self.holds_savepoints && !self.snapshots.is_empty() && self.snapshots.iter().all(|snapshot| snapshot.ended)
    }

    /// "2 of 4 snapshots go; 12 files, 1.2 GiB are freed; its job has ended".
    pub(super) fn summary(&self) -> String {
        let (gone, blocked) = (self.number(GcDecision::Delete), self.number(GcDecision::Blocked));
        let mut parts = Vec::new();
        if !self.snapshots.is_empty() {
            parts.push(go(gone as u64, self.snapshots.len() as u64));
        }
        if blocked > 0 {
            parts.push(format!("{blocked} blocked"));
        }
        if self.freed != Amount::default() {
            parts.push(format!("{} freed", self.freed.words()));
        }
        if self.ended() {
            parts.push("its job has ended".to_owned());
        }
        if parts.is_empty() { "nothing goes".to_owned() } else { parts.join("; ") }
    }
}

/// The groups of a plan: what frees most comes first.
pub(super) fn groups(report: &GcPlanReport) -> Vec<Group<'_>> {
    let mut groups = Grouping::of(report);
    for snapshot in &report.snapshots {
        groups.of_lineage(&snapshot.lineage).snapshots.push(snapshot);
    }
    for share in shares(report) {
        let group = groups.of_lineage(&share.lineage);
        group.freed.add(share.files, share.bytes);
        group.classes.entry(share.class).or_default().add(share.files, share.bytes);
    }
    for not_taken in &report.not_taken {
        if let Some(lineage) = &not_taken.lineage {
            groups.of_lineage(lineage).not_taken.push(not_taken);
        }
    }
    let mut groups: Vec<_> = groups.groups.into_values().collect();
    for group in &mut groups {
        group.snapshots.sort_by_key(|snapshot| {
            let completed = snapshot.completed_at.as_ref().map(millis_of_timestamp);
            (Reverse(completed), Reverse(snapshot.checkpoint_id), &snapshot.location)
        });
    }
    groups.sort_by_key(|group| (Reverse(group.freed.bytes), Reverse(group.number(GcDecision::Delete)), group.place));
    groups
}

/// Groups that are being filled.
struct Grouping<'a> {
    /// Lineages that are a snapshot.
    stand_alone: HashSet<&'a str>,
    groups: BTreeMap<(&'a str, bool), Group<'a>>,
}

impl<'a> Grouping<'a> {
    fn of(report: &'a GcPlanReport) -> Self {
        let stand_alone = report.snapshots.iter().filter(|snapshot| snapshot.lineage == snapshot.location);
        Self { stand_alone: stand_alone.map(|snapshot| snapshot.lineage.as_str()).collect(), groups: BTreeMap::new() }
    }

    fn of_lineage(&mut self, lineage: &'a str) -> &mut Group<'a> {
        let holds_savepoints = self.stand_alone.contains(lineage);
        let place = if holds_savepoints { parent(lineage) } else { lineage };
        let place = if place.is_empty() { UNKNOWN } else { place };
        self.groups.entry((place, holds_savepoints)).or_insert_with(|| Group::new(place, holds_savepoints))
    }
}

/// What goes, by class: those that there are, in the order of the schema.
pub(super) fn classes(report: &GcPlanReport) -> BTreeMap<i32, Amount> {
    let mut classes: BTreeMap<i32, Amount> = BTreeMap::new();
    for share in shares(report) {
        classes.entry(share.class).or_default().add(share.files, share.bytes);
    }
    classes
}

/// What stays although nobody may need it, by cause: the most bytes first.
pub(super) fn not_taken<'a>(causes: impl IntoIterator<Item = &'a GcNotTaken>) -> Vec<(&'a str, Amount)> {
    let mut amounts: BTreeMap<&str, Amount> = BTreeMap::new();
    for cause in causes {
        amounts.entry(&cause.reason).or_default().add(cause.files, cause.bytes);
    }
    let mut amounts: Vec<_> = amounts.into_iter().collect();
    amounts.sort_by_key(|(_, amount)| Reverse(amount.bytes));
    amounts
}

fn shares(report: &GcPlanReport) -> &[GcShare] {
    report.totals.as_ref().map_or(&[], |totals| &totals.shares)
}

/// The name of a class in words.
pub(super) fn class_name(class: i32) -> String {
    words::<GcClass>(Some(class))
}

/// "2 of 7 snapshots go, 5 stay; 12 files, 1.2 GiB are freed".
pub(super) fn headline(totals: &GcTotals) -> String {
    let freed = Amount { files: totals.files_deleted, bytes: totals.bytes_deleted };
    let stay = counted(totals.snapshots_kept, "stays", "stay");
    let mut text = format!("{}, {stay}", go(totals.snapshots_deleted, totals.snapshots));
    if totals.snapshots_blocked > 0 {
        text = format!("{text}, {} blocked", totals.snapshots_blocked);
    }
    format!("{text}; {} freed", freed.words())
}

/// "1 of 2 snapshots goes".
fn go(some: u64, all: u64) -> String {
    format!("{some} of {all} snapshots {}", if some == 1 { "goes" } else { "go" })
}

/// What goes of what there is, in percent; `None` where there is nothing.
pub(super) fn percent(part: u64, whole: u64) -> Option<String> {
    match (part, whole) {
        (_, 0) => None,
        (0, _) => Some("0 %".to_owned()),
        _ => match u128::from(part) * 100 / u128::from(whole) {
            0 => Some("less than 1 %".to_owned()),
            percent => Some(format!("{percent} %")),
        },
    }
}

/// The place without its last segment.
fn parent(location: &str) -> &str {
    location.rsplit_once('/').map_or(location, |(parent, _)| parent)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::text::name;
    use crate::report::timestamp_from_millis;

    fn snapshot(location: &str, lineage: &str, completed_at: i64) -> GcSnapshot {
        GcSnapshot {
            location: location.to_owned(),
            lineage: lineage.to_owned(),
            completed_at: Some(timestamp_from_millis(completed_at)),
            ..GcSnapshot::default()
        }
    }

    #[test]
    fn savepoints_of_a_directory_are_one_group_and_a_job_another() {
        let report = GcPlanReport {
            snapshots: vec![
                snapshot("s3://b/c/job/chk-10", "s3://b/c/job", 1),
                snapshot("s3://b/c/job/chk-9", "s3://b/c/job", 2),
                snapshot("s3://b/s/one", "s3://b/s/one", 3),
                snapshot("s3://b/s/two", "s3://b/s/two", 4),
            ],
            ..GcPlanReport::default()
        };
        let groups = groups(&report);
        let seen: Vec<_> = groups.iter().map(|group| (group.place, group.holds_savepoints)).collect();
        assert_eq!(seen, [("s3://b/c/job", false), ("s3://b/s", true)]);
        let names = |group: &Group<'_>| -> Vec<String> {
            group.snapshots.iter().map(|snapshot| name(&snapshot.location).to_owned()).collect()
        };
        assert_eq!(groups.iter().map(names).collect::<Vec<_>>(), [["chk-9", "chk-10"], ["two", "one"]]);
    }

    #[test]
    fn what_frees_most_comes_first_and_residue_alone_makes_a_group() {
        let share = |lineage: &str, bytes| GcShare { lineage: lineage.to_owned(), files: 1, bytes, class: 3 };
        let report = GcPlanReport {
            snapshots: vec![snapshot("s3://b/a/chk-1", "s3://b/a", 1)],
            totals: Some(GcTotals { shares: vec![share("s3://b/a", 5), share("s3://b/z", 7)], ..GcTotals::default() }),
            ..GcPlanReport::default()
        };
        let places: Vec<_> = groups(&report).iter().map(|group| group.place).collect();
        assert_eq!(places, ["s3://b/z", "s3://b/a"]);
    }

    #[test]
    fn a_little_of_much_is_not_nothing() {
        assert_eq!(percent(0, 0), None);
        assert_eq!(percent(1, 1_000).as_deref(), Some("less than 1 %"));
        assert_eq!(percent(u64::MAX, u64::MAX).as_deref(), Some("100 %"));
    }
}
