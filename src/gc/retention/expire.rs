//! Lineages that go altogether: ended, old, and named for it.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};

use super::{Group, Member, PolicyError, PolicyParts};
use crate::discovery::layout;
use crate::report::SnapshotKind;
use crate::uri::StorageUri;

/// Lineages of which nothing may be left (R-05: removing all needs a selection).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selector {
    /// Every one.
    All,
    /// Those of a job, by its whole id.
    Job(String),
    /// Those in a place or below it.
    Within(StorageUri),
}

impl Selector {
    pub(super) fn selects(&self, group: &Group) -> bool {
        match self {
            Self::All => true,
            Self::Job(id) => {
                let job = group.savepoint.as_ref().and_then(|series| series.job.as_deref());
                group.lineage.file_name() == Some(id) || job == Some(id)
            }
            // S-07: by whole segments.
            Self::Within(place) => group.lineage.is_within(place),
        }
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("all"),
            Self::Job(id) => f.write_str(id),
            Self::Within(place) => write!(f, "{place}"),
        }
    }
}

impl FromStr for Selector {
    type Err = PolicyError;

    fn from_str(text: &str) -> Result<Self, PolicyError> {
        if text == "all" {
            return Ok(Self::All);
        }
        if layout::is_job_id(text) {
            return Ok(Self::Job(text.to_owned()));
        }
        StorageUri::parse(text).map(Self::Within).map_err(|_| PolicyError::Value {
            name: "select".to_owned(),
            value: text.to_owned(),
            problem: "write a job id of 32 lower-case hexadecimal digits, the URI of a lineage, or the word all"
                .to_owned(),
        })
    }
}

/// The lineages whose checkpoints go because they have ended long ago.
pub(super) struct Expired<'m> {
    lineages: BTreeMap<(&'m StorageUri, &'m StorageUri), bool>,
}

impl<'m> Expired<'m> {
    /// Looks at everything in a lineage, whatever its kind and condition: all of it must be old, and nothing about it unknown.
    pub(super) fn among(parts: &PolicyParts, members: &'m [Member], now: DateTime<Utc>) -> Self {
        let mut lineages = BTreeMap::new();
        if let Some(after) = parts.expire_ended_after {
            for member in members {
                // R-04: the only duration that counts from now. What lies in the future has no age.
                let age = member.completed_at.and_then(|time| now.signed_duration_since(time).to_std().ok());
                let may_go = member.ended
                    && age.is_some_and(|age| age > after)
                    && parts.selected.iter().any(|selector| selector.selects(&member.group));
                *lineages.entry((&member.group.root, &member.group.lineage)).or_insert(true) &= may_go;
            }
        }
        Self { lineages }
    }

    /// Whether the member goes with its lineage. R-01: savepoints never do.
    pub(super) fn includes(&self, member: &Member) -> bool {
        let lineage = (&member.group.root, &member.group.lineage);
        member.kind == SnapshotKind::Checkpoint && self.lineages.get(&lineage).copied().unwrap_or(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uri(text: &str) -> StorageUri {
        StorageUri::parse(text).expect("it names a place")
    }

    #[test]
    fn a_selection_goes_by_whole_segments_and_whole_ids() {
        let id = "0123456789abcdef0123456789abcdef";
        let group = Group::of_checkpoint(uri("/r"), uri("/r/jobs").join(id));
        for (text, selects) in [
            ("all", true),
            (id, true),
            ("/r/jobs", true),
            ("/r/job", false),
            ("fedcba9876543210fedcba9876543210", false),
            ("s3://r/jobs", false),
        ] {
            assert_eq!(text.parse::<Selector>().expect("a selection").selects(&group), selects, "{text}");
        }
    }

    #[test]
    fn half_a_job_id_selects_nothing() {
        let error = "0123456789abcdef".parse::<Selector>().expect_err("it is half an id").to_string();
        assert!(error.contains("a job id of 32 lower-case hexadecimal digits"), "{error}");
    }
}
