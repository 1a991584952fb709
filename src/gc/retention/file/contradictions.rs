//! What no two entries of a policy file may say.

use std::cmp::Ordering;

use serde_saphyr::Spanned;

use super::PolicyFileError;
use super::schema::FileEntry;
use super::values::{Place, position};
use crate::uri::StorageUri;

/// Refuses roots that overlap (each file would have two policies), places that are both cleaned and not, and what lies elsewhere.
pub(super) fn check(file: &FileEntry) -> Result<(), PolicyFileError> {
    if file.roots.0.is_empty() {
        let problem = "it names no root; begin each with `- root: URI`".to_owned();
        return Err(PolicyFileError { position: None, path: "roots".to_owned(), problem });
    }
    check_overlaps(file)?;
    for (index, entry) in file.roots.0.iter().enumerate() {
        let all_read = file.defaults.also_read.0.iter().chain(&entry.also_read.0);
        if let Some(read) = all_read.into_iter().find(|read| read.value.0.is_within(&entry.root.value.0)) {
            let problem = format!(
                "{} is to be read only, and lies in {}, which is cleaned; leave one of them out",
                read.value.0, entry.root.value.0
            );
            return Err(error(read, format!("roots[{index}].also-read"), problem));
        }
        for (number, acknowledged) in entry.acknowledge.0.iter().enumerate() {
            let lineage = &acknowledged.lineage;
            if !lineage.value.0.is_within(&entry.root.value.0) {
                let path = format!("roots[{index}].acknowledge[{number}].lineage");
                let problem = format!("{} does not lie in the root {}", lineage.value.0, entry.root.value.0);
                return Err(error(lineage, path, problem));
            }
        }
    }
    Ok(())
}

/// In order of their segments a root comes right before what lies in it, so neighbours are enough.
fn check_overlaps(file: &FileEntry) -> Result<(), PolicyFileError> {
    let mut roots: Vec<_> = file.roots.0.iter().enumerate().map(|(index, entry)| (index, &entry.root)).collect();
    roots.sort_by(|(_, one), (_, other)| by_segments(&one.value.0, &other.value.0));
    for (outer, inner) in roots.iter().zip(roots.iter().skip(1)) {
        let (outer_place, inner_place) = (&outer.1.value.0, &inner.1.value.0);
        // S-07: by whole segments.
        if inner_place.is_within(outer_place) {
            let (outer_index, inner_index) = (outer.0, inner.0);
            let problem = if inner_place == outer_place {
                format!("{inner_place} is the root of roots[{outer_index}] as well; make one entry of the two")
            } else {
                format!("{inner_place} lies in {outer_place}, the root of roots[{outer_index}]; roots must not overlap")
            };
            return Err(error(inner.1, format!("roots[{inner_index}].root"), problem));
        }
    }
    Ok(())
}

fn by_segments(one: &StorageUri, other: &StorageUri) -> Ordering {
    if one.is_in_same_store(other) { one.segments().cmp(other.segments()) } else { one.cmp(other) }
}

fn error(at: &Spanned<Place>, path: String, problem: String) -> PolicyFileError {
    PolicyFileError { position: position(at), path, problem }
}
