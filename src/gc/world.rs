//! The places that a run knows: those it cleans, and those it only reads.

use std::fmt;
use std::sync::Arc;

use crate::storage::{Storage, Stores};
use crate::uri::StorageUri;

/// A place and the store that it is in.
#[derive(Clone)]
pub struct Opened {
    /// The place, as it was given.
    pub place: StorageUri,
    /// Its store, for reading.
    pub storage: Arc<dyn Storage>,
}

/// The declared world: nothing outside of it is assumed to name files in it (S-34).
pub struct World {
    roots: Vec<Opened>,
    also_read: Vec<Opened>,
    stores: Arc<Stores>,
}

/// Places that make no sense together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WorldError {
    /// There is no place to clean.
    Empty,
    /// One place lies in another, or is the same.
    Overlap {
        /// The outer one.
        outer: Box<StorageUri>,
        /// The inner one.
        inner: Box<StorageUri>,
    },
}

impl fmt::Display for WorldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("there is no place to clean"),
            Self::Overlap { outer, inner } if outer == inner => write!(f, "{inner}: is given twice"),
            Self::Overlap { outer, inner } => write!(f, "{inner}: lies in {outer}, which is given, too"),
        }
    }
}

impl std::error::Error for WorldError {}

impl World {
    /// Takes places to clean and places to read besides; no place may lie in another one.
    pub fn new(roots: Vec<Opened>, also_read: Vec<Opened>, stores: Arc<Stores>) -> Result<Self, WorldError> {
        if roots.is_empty() {
            return Err(WorldError::Empty);
        }
        let all: Vec<StorageUri> =
            roots.iter().chain(&also_read).map(|opened| stores.canonical(&opened.place)).collect();
        for (position, place) in all.iter().enumerate() {
            for other in all.iter().skip(position + 1) {
                let (outer, inner) = if place.is_within(other) { (other, place) } else { (place, other) };
                if inner.is_within(outer) {
                    return Err(WorldError::Overlap { outer: Box::new(outer.clone()), inner: Box::new(inner.clone()) });
                }
            }
        }
        Ok(Self { roots, also_read, stores })
    }

    /// The places to clean.
    #[must_use]
    pub fn roots(&self) -> &[Opened] {
        &self.roots
    }

    /// The places that are only read.
    #[must_use]
    pub fn also_read(&self) -> &[Opened] {
        &self.also_read
    }

    /// All stores.
    #[must_use]
    pub fn stores(&self) -> &Arc<Stores> {
        &self.stores
    }

    /// The one name of a place.
    #[must_use]
    pub fn canonical(&self, place: &StorageUri) -> StorageUri {
        self.stores.canonical(place)
    }

    /// The place to clean that a place lies in; both by their canonical names.
    #[must_use]
    pub fn root_of(&self, canonical: &StorageUri) -> Option<&Opened> {
        self.roots.iter().find(|root| canonical.is_within(&self.canonical(&root.place)))
    }
}
