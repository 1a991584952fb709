//! Looking for the uids of some operator ids in whatever texts there are.
//!
//! A text is the uid of an operator when its hash is the operator's id: with 128 bits, no other text is.

use std::collections::{BTreeMap, HashSet};
use std::fmt;

use super::derived::{SqlNode, each_derived, each_of_sql, in_sink};
use super::uid_hash::operator_id_of;
use crate::model::OperatorId;
use crate::report::UidSource;

/// A uid that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    /// The uid.
    pub(super) uid: String,
    /// Which kind of source has it.
    pub(super) source: UidSource,
    /// Where it is there.
    pub(super) place: String,
}

/// Where a text is: a source, and what is inside of it, if anything. It is put into words only where something was found.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    /// The source.
    pub(super) source: &'a str,
    /// Path inside of an archive.
    pub(super) inside: Option<&'a str>,
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.inside {
            Some(inside) => write!(f, "{}!/{inside}", self.source),
            None => f.write_str(self.source),
        }
    }
}

/// The ids that are looked for, and what was found.
#[derive(Debug, Default)]
pub(super) struct Search {
    open: HashSet<OperatorId>,
    found: BTreeMap<OperatorId, Found>,
    buffer: String,
}

impl Search {
    pub(super) fn new(wanted: impl IntoIterator<Item = OperatorId>) -> Self {
        Self { open: wanted.into_iter().collect(), ..Self::default() }
    }

    /// Whether something has not been found.
    pub(super) fn is_open(&self) -> bool {
        !self.open.is_empty()
    }

    /// Tries a text, and what Flink makes of it if it is the uid of a sink.
    pub(super) fn text(&mut self, text: &str, source: UidSource, place: Place<'_>) {
        if self.open.is_empty() || text.is_empty() {
            return;
        }
        let Self { open, found, buffer } = self;
        each_derived(text, buffer, &mut |uid| note(open, found, uid, source, place));
    }

    /// Tries a text as the uid of an operator inside of a sink whose own uid has been found or is known.
    pub(super) fn text_in_sinks(&mut self, sinks: &[String], text: &str, source: UidSource, place: Place<'_>) {
        if self.open.is_empty() || text.is_empty() {
            return;
        }
        let Self { open, found, buffer } = self;
        for sink in sinks {
            in_sink(sink, text, buffer);
            note(open, found, buffer, source, place);
        }
    }

    /// Tries the uids of a node of SQL, and those of the committers of such a sink.
    pub(super) fn sql(&mut self, node: SqlNode<'_>, source: UidSource, place: Place<'_>) {
        let Self { open, found, buffer } = self;
        if open.is_empty() {
            return;
        }
        let mut of_sink = String::new();
        each_of_sql(node, buffer, &mut |uid| {
            if uid.ends_with("_sink") {
                each_derived(uid, &mut of_sink, &mut |uid| note(open, found, uid, source, place));
            } else {
                note(open, found, uid, source, place);
            }
        });
    }

    /// What was found, by id.
    pub(super) fn found(&self) -> &BTreeMap<OperatorId, Found> {
        &self.found
    }
}

fn note(
    open: &mut HashSet<OperatorId>,
    found: &mut BTreeMap<OperatorId, Found>,
    uid: &str,
    source: UidSource,
    place: Place<'_>,
) {
    let id = operator_id_of(uid);
    if open.remove(&id) {
        found.insert(id, Found { uid: uid.to_owned(), source, place: place.to_string() });
    }
}
