//! Which snapshots compete for one quota.
//!
//! By default: root, lineage and kind. Savepoints of one job lie side by side with those of others in one directory, and each is a lineage of
//! its own; what takes the place of the lineage is the directory, the job as far as the name tells it, and the set of operators.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use super::{Member, PolicyError};
use crate::discovery::layout;
use crate::report::SnapshotKind;
use crate::uri::StorageUri;

/// What a snapshot could be grouped by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The root it was found below.
    pub root: StorageUri,
    /// The job's directory, or the savepoint itself where it lies outside of one.
    pub lineage: StorageUri,
    /// With savepoints: which of them belong together.
    pub savepoint: Option<SavepointSeries>,
}

/// Savepoints that belong together, as far as can be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavepointSeries {
    /// The directory that their directories lie in.
    pub directory: StorageUri,
    /// The job's id where it is known, else the six digits of it in the name, else nothing.
    pub job: Option<String>,
    /// Hash of the set of operator ids; 0 where they are not known, and then the savepoint is on its own.
    pub operators: u64,
}

impl Group {
    /// Of a checkpoint.
    #[must_use]
    pub fn of_checkpoint(root: StorageUri, lineage: StorageUri) -> Self {
        Self { root, lineage, savepoint: None }
    }

    /// Of a savepoint in a directory.
    #[must_use]
    pub fn of_savepoint(
        root: StorageUri,
        lineage: StorageUri,
        directory: &StorageUri,
        job_id: Option<&str>,
        operators: u64,
    ) -> Self {
        let job = job_id.or_else(|| layout::job_id_in_savepoint_name(directory)).map(ToOwned::to_owned);
        let around = directory.parent().unwrap_or_else(|| directory.clone());
        Self { root, lineage, savepoint: Some(SavepointSeries { directory: around, job, operators }) }
    }
}

/// A part of what snapshots are grouped by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GroupPart {
    /// The root.
    Root,
    /// With checkpoints: the job's directory.
    Lineage,
    /// Checkpoint or savepoint. It always counts, named or not: the two never compete.
    Kind,
    /// With savepoints: the directory that they lie in.
    Directory,
    /// With savepoints: the job.
    Job,
    /// With savepoints: the set of operators.
    Operators,
}

impl GroupPart {
    const ALL: [Self; 6] = [Self::Root, Self::Lineage, Self::Kind, Self::Directory, Self::Job, Self::Operators];

    fn name(self) -> &'static str {
        match self {
            Self::Root => "root",
            Self::Lineage => "lineage",
            Self::Kind => "kind",
            Self::Directory => "directory",
            Self::Job => "job",
            Self::Operators => "operators",
        }
    }
}

impl FromStr for GroupPart {
    type Err = PolicyError;

    fn from_str(text: &str) -> Result<Self, PolicyError> {
        Self::ALL.into_iter().find(|part| part.name() == text).ok_or_else(|| PolicyError::Value {
            name: "group-by".to_owned(),
            value: text.to_owned(),
            problem: "write some of root, lineage, kind, and for savepoints directory, job, operators".to_owned(),
        })
    }
}

/// What snapshots are grouped by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupBy {
    parts: BTreeSet<GroupPart>,
}

impl GroupBy {
    /// By these parts. What is said of checkpoints (root, lineage) leaves savepoints as they are by default, and the other way round.
    #[must_use]
    pub fn new(parts: impl IntoIterator<Item = GroupPart>) -> Self {
        let mut parts: BTreeSet<GroupPart> = parts.into_iter().collect();
        // whatever is named, checkpoints and savepoints never compete.
        parts.insert(GroupPart::Kind);
        for together in
            [&[GroupPart::Root, GroupPart::Lineage][..], &[GroupPart::Directory, GroupPart::Job, GroupPart::Operators]]
        {
            if !together.iter().any(|part| parts.contains(part)) {
                parts.extend(together);
            }
        }
        Self { parts }
    }

    /// The group of a member.
    pub(super) fn key<'m>(&self, member: &'m Member) -> Key<'m> {
        let group = &member.group;
        let has = |part| self.parts.contains(&part);
        let root = has(GroupPart::Root).then_some(&group.root);
        match &group.savepoint {
            Some(series) if member.kind == SnapshotKind::Savepoint => Key {
                kind: member.kind,
                root,
                place: has(GroupPart::Directory).then_some(&series.directory),
                job: series.job.as_deref().filter(|_| has(GroupPart::Job)),
                operators: if has(GroupPart::Operators) { series.operators } else { 0 },
                alone: (has(GroupPart::Operators) && series.operators == 0).then_some(&member.location),
            },
            _ => Key {
                kind: member.kind,
                root,
                place: has(GroupPart::Lineage).then_some(&group.lineage),
                job: None,
                operators: 0,
                alone: None,
            },
        }
    }
}

impl Default for GroupBy {
    fn default() -> Self {
        Self::new(GroupPart::ALL)
    }
}

impl FromStr for GroupBy {
    type Err = PolicyError;

    /// Reads parts with commas between.
    fn from_str(text: &str) -> Result<Self, PolicyError> {
        let parts = text.split(',').map(|part| part.trim().parse()).collect::<Result<Vec<_>, _>>()?;
        Ok(Self::new(parts))
    }
}

impl fmt::Display for GroupBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.parts.iter().map(|part| part.name()).collect();
        f.write_str(&names.join(", "))
    }
}

/// The name of a group: members with equal ones compete.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key<'m> {
    kind: SnapshotKind,
    root: Option<&'m StorageUri>,
    /// Lineage or directory of savepoints.
    place: Option<&'m StorageUri>,
    job: Option<&'m str>,
    operators: u64,
    /// A savepoint of which nothing tells where it belongs.
    alone: Option<&'m StorageUri>,
}

impl fmt::Display for Key<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let savepoints = self.kind == SnapshotKind::Savepoint;
        f.write_str(if savepoints { "the savepoints" } else { "the checkpoints" })?;
        if let Some(job) = self.job {
            write!(f, " of job {job}")?;
        }
        match self.place.or(self.root) {
            Some(place) => write!(f, " in {place}"),
            None => f.write_str(" of all roots"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_of_savepoints_leaves_checkpoints_as_they_are() {
        let shown = |text: &str| text.parse::<GroupBy>().expect("parts").to_string();
        assert_eq!(shown("directory"), "root, lineage, kind, directory");
        assert_eq!(shown("root"), "root, kind, directory, job, operators");
        assert_eq!(shown("root, lineage,kind"), GroupBy::default().to_string());
    }

    #[test]
    fn a_part_that_is_none_is_named() {
        let error = "root,jobs".parse::<GroupBy>().expect_err("there are no jobs").to_string();
        assert!(error.starts_with("group-by jobs: write some of root, lineage"), "{error}");
    }
}
