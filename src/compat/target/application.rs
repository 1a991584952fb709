//! The archive of an application: the uids of the snapshot that are among its texts. They are candidates. That a text is there does not say
//! that an operator has it as its uid; and a uid may be put together when the program runs, so one that is not there is not gone.

use super::{Target, TargetOperator, Vertex};
use crate::model::OperatorId;
use crate::report::{TargetCompleteness, TargetSource};

/// The operators that an archive has candidates for.
#[must_use]
pub fn application(place: &str, candidates: Vec<(OperatorId, String)>) -> Target {
    let vertices = candidates.into_iter().map(|(id, uid)| Vertex {
        operators: vec![TargetOperator { id: Some(id), uid: Some(uid), ..TargetOperator::default() }],
        ..Vertex::default()
    });
    Target {
        sources: vec![TargetSource {
            place: place.to_owned(),
            kind: "application".to_owned(),
            completeness: TargetCompleteness::Candidates.into(),
        }],
        vertices: vertices.collect(),
        only_candidates: true,
        ..Target::default()
    }
}
