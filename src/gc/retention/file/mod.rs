//! The policy file: what holds for many roots, in one file of YAML.
//!
//! `docs/examples/policy.yaml` shows all of it. The file says what is to be kept; where to connect to and with which keys is said
//! elsewhere. Nothing in it is guessed: an unknown word, an empty value or a contradiction refuses the whole file.

mod contradictions;
mod schema;
mod values;

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::{Policy, PolicyError, PolicyParts};
use crate::uri::StorageUri;
use schema::{Defaults, FileEntry, RootEntry};
use values::Version;

/// Bytes that a policy file may have.
pub const LARGEST: usize = 1 << 20;

/// Deepest nesting, and values in all, aliases followed. The schema needs five levels.
const MAX_DEPTH: usize = 16;
const MAX_NODES: usize = 200_000;

/// What a policy file says, root by root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyFile {
    /// The roots in the order of the file; none lies within another.
    pub roots: Vec<RootPolicy>,
}

/// What holds for one root, defaults applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RootPolicy {
    /// The root.
    pub root: StorageUri,
    /// Places that are read for references and never cleaned.
    pub also_read: Vec<StorageUri>,
    /// What is kept.
    pub policy: Policy,
    /// Whether residue goes as well.
    pub orphans: bool,
    /// How old residue must be.
    pub min_age: Option<Duration>,
    /// A lineage that was not written for so long has ended (S-14).
    pub ended_if_idle: Option<Duration>,
    /// Ids of jobs that have ended, by the operator's word (S-14).
    pub ended: Vec<String>,
    /// Lineages that are left alone, and block nothing (S-03).
    pub acknowledge: Vec<Acknowledged>,
    /// What else to ask for snapshots that are needed, as it was written.
    pub protect: Vec<String>,
}

/// A lineage that cannot be understood, and the operator knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acknowledged {
    /// The lineage.
    pub lineage: StorageUri,
    /// Why, in the operator's words.
    pub reason: String,
    /// Until when.
    pub expires: Option<DateTime<Utc>>,
}

/// A policy file that is refused: where, at which field, why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{}{problem}", place(*.position), field(.path))]
pub struct PolicyFileError {
    /// Line and column, both from 1.
    pub position: Option<(u64, u64)>,
    /// The field, such as `roots[0].keep[1]`; empty where it is the whole file.
    pub path: String,
    /// What is wrong, and what to write.
    pub problem: String,
}

fn place(position: Option<(u64, u64)>) -> String {
    position.map_or_else(String::new, |(line, column)| format!("line {line}, column {column}: "))
}

fn field(path: &str) -> String {
    if path.is_empty() { String::new() } else { format!("{path}: ") }
}

impl PolicyFile {
    /// Reads a policy file from its text.
    pub fn parse(text: &str) -> Result<Self, PolicyFileError> {
        if text.len() > LARGEST {
            let problem = format!("{} bytes are too many for a policy file, which may have {LARGEST}", text.len());
            return Err(PolicyFileError { position: None, path: String::new(), problem });
        }
        let entry = deserialize(text)?;
        contradictions::check(&entry)?;
        let FileEntry { version: Version(_), defaults, roots } = entry;
        let roots = roots.0.into_iter().enumerate().map(|(index, root)| resolve(index, root, &defaults));
        Ok(Self { roots: roots.collect::<Result<_, _>>()? })
    }
}

fn deserialize(text: &str) -> Result<FileEntry, PolicyFileError> {
    let options = serde_saphyr::options! {
        // A file of some hundred bytes must not become a billion of values.
        budget: serde_saphyr::budget! { max_depth: MAX_DEPTH, max_nodes: MAX_NODES, max_events: 2 * MAX_NODES },
        alias_limits: serde_saphyr::alias_limits! { max_total_replayed_events: MAX_NODES, max_replay_stack_depth: MAX_DEPTH },
        duplicate_keys: serde_saphyr::DuplicateKeyPolicy::Error,
        strict_booleans: true,
        with_snippet: false
    };
    let mut path = String::new();
    let read = serde_saphyr::with_deserializer_from_str_with_options(text, options, |deserializer| {
        serde_path_to_error::deserialize(deserializer).map_err(|error| {
            path = error.path().to_string();
            error.into_inner()
        })
    });
    read.map_err(|error| {
        let position = error.location().map(|location| (location.line(), location.column()));
        // A question mark is a key that could not be read, and a dot the file itself.
        let path = path.trim_end_matches('?').trim_end_matches('.').trim_end_matches(".value").to_owned();
        PolicyFileError { position, path, problem: values::without_place(&error) }
    })
}

/// What is said of a root itself holds instead of the default; what protects holds beside it.
fn resolve(index: usize, root: RootEntry, defaults: &Defaults) -> Result<RootPolicy, PolicyFileError> {
    let RootEntry { root: place, expire_ended, ended, acknowledge, .. } = root;
    let position = values::position(&place);
    let refuse = |error: &PolicyError| PolicyFileError {
        position,
        path: format!("roots[{index}]"),
        problem: format!("{}: {error}", place.value.0),
    };
    let mut parts = PolicyParts {
        rules: root.keep.or_else(|| defaults.keep.clone()).unwrap_or_default().0,
        drop_damaged: root.drop_damaged.or(defaults.drop_damaged).unwrap_or(false),
        selected: root.select.unwrap_or_default().0.into_iter().map(|selector| selector.0).collect(),
        allow_empty_group: root.allow_empty_group.unwrap_or(false),
        expire_ended_after: expire_ended.map(|after| after.0),
        ..PolicyParts::default()
    };
    if let Some(group_by) = root.group_by.or_else(|| defaults.group_by.clone()) {
        parts.group_by = group_by.0;
    }
    if let Some(zone) = root.time_zone.or(defaults.time_zone) {
        parts.zone = zone.0;
    }
    Ok(RootPolicy {
        root: place.value.0.clone(),
        also_read: both(defaults.also_read.0.iter().chain(&root.also_read.0).map(|place| place.value.0.clone())),
        policy: Policy::new(parts).map_err(|error| refuse(&error))?,
        orphans: root.orphans.or(defaults.orphans).unwrap_or(false),
        min_age: root.min_age.or(defaults.min_age).map(|age| age.0),
        ended_if_idle: root.ended_if_idle.or(defaults.ended_if_idle).map(|age| age.0),
        ended: both(ended.0.into_iter().map(|job| job.0)),
        acknowledge: acknowledge.0.into_iter().map(Acknowledged::from).collect(),
        protect: both(defaults.protect.0.iter().chain(&root.protect.0).map(|source| source.0.clone())),
    })
}

/// Each once, in the order in which they come first.
fn both<T: Clone + Ord>(all: impl Iterator<Item = T>) -> Vec<T> {
    let mut seen = BTreeSet::new();
    all.filter(|one| seen.insert(one.clone())).collect()
}
