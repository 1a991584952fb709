//! The places that a command searches.

use std::sync::Arc;
use std::time::Duration;

use crate::cli::failure::Failure;
use crate::cli::session::Session;
use crate::cli::settings;
use crate::list;
use crate::progress::{Line, Progress, Silent};
use crate::report::Finding;
use crate::storage::Storage;
use crate::uri::StorageUri;

/// Flink's own (`execution.checkpointing.timeout`).
pub(super) const CHECKPOINT_TIMEOUT: Duration = Duration::from_mins(10);

/// The places that arguments name.
pub(super) fn places(arguments: &[String]) -> Result<Vec<StorageUri>, Failure> {
    arguments.iter().map(|root| settings::place(root)).collect()
}

/// A place that lies in another one is searched with it.
pub(super) fn without_nested(roots: Vec<StorageUri>) -> Vec<StorageUri> {
    let mut outer: Vec<StorageUri> = Vec::new();
    for root in roots {
        if !outer.iter().any(|other| root.is_within(other)) {
            outer.retain(|other| !other.is_within(&root));
            outer.push(root);
        }
    }
    outer
}

/// Places with the stores that they are in.
pub(super) type Opened = Vec<(StorageUri, Arc<dyn Storage>)>;

/// Opens the stores of the places.
pub(super) fn open(roots: &[StorageUri], session: &Session<'_>) -> Result<Opened, Failure> {
    roots.iter().map(|root| Ok((root.clone(), session.open(root)?))).collect()
}

/// Progress for a person, where there is one.
pub(super) fn progress(session: &Session<'_>) -> Box<dyn Progress> {
    if session.environment.shows_progress { Box::new(Line::on_stderr()) } else { Box::new(Silent) }
}

/// Of a search that found nothing: a failure if none of the places could be read at all.
pub(super) fn all_unread(findings: &[Finding], roots: &[StorageUri]) -> Result<(), Failure> {
    let unread = |root: &StorageUri| {
        let root = root.to_string();
        findings.iter().find(|finding| finding.code == list::NOT_READ && finding.location == root)
    };
    let unread: Option<Vec<&Finding>> = roots.iter().map(unread).collect();
    match unread.as_deref() {
        Some([first, ..]) if findings.len() == roots.len() => Err(Failure::NoResult {
            error: format!("{}: {}", first.location, first.message).into(),
            hint: first.action.clone(),
        }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_root_inside_another_is_searched_once() {
        let uri = |text: &str| StorageUri::parse(text).expect("it names a place");
        let roots = ["/c/job", "/c", "/s", "/c/job/chk-1", "/s"].map(uri).to_vec();
        assert_eq!(without_nested(roots), ["/c", "/s"].map(uri));
    }
}
