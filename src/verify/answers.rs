//! What the stores said of each file.

use std::collections::HashMap;

use crate::references::{FileNumber, Graph};

/// What is known of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    /// It was not asked for yet.
    Unasked,
    /// It is there, with so many bytes.
    Found(u64),
    /// It is not there.
    Missing,
    /// The store refused, or did not answer; the number is that of the reason.
    Refused(u32),
}

/// The answers for all files.
#[derive(Debug, Default)]
pub(super) struct Answers {
    of_files: Vec<Answer>,
    reasons: Vec<String>,
    reason_numbers: HashMap<String, u32>,
}

impl Answers {
    pub(super) fn for_files_of(graph: &Graph) -> Self {
        Self { of_files: vec![Answer::Unasked; graph.file_count()], ..Self::default() }
    }

    pub(super) fn get(&self, file: FileNumber) -> Answer {
        self.of_files.get(file.0 as usize).copied().unwrap_or(Answer::Unasked)
    }

    pub(super) fn set(&mut self, file: FileNumber, answer: Answer) {
        if let Some(known) = self.of_files.get_mut(file.0 as usize) {
            *known = answer;
        }
    }

    /// An answer that says why there is none. Reasons are few and files are many.
    pub(super) fn refused(&mut self, reason: String) -> Answer {
        if let Some(number) = self.reason_numbers.get(&reason) {
            return Answer::Refused(*number);
        }
        let number = u32::try_from(self.reasons.len()).unwrap_or(u32::MAX);
        self.reasons.push(reason.clone());
        self.reason_numbers.insert(reason, number);
        Answer::Refused(number)
    }

    pub(super) fn reason(&self, number: u32) -> &str {
        self.reasons.get(number as usize).map_or("not asked for", String::as_str)
    }
}
