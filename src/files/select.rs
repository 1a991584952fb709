//! Which files are shown.

use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::report::{FileClass, PhysicalFile, millis_of_timestamp};

/// Conditions on a file; all must hold. The default has none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileSelection {
    /// Of one of these classes.
    pub classes: Vec<FileClass>,
    /// At least as old as this.
    pub older_than: Option<Duration>,
    /// At least so many bytes.
    pub min_size: Option<u64>,
}

impl FileSelection {
    /// Whether a file fulfils the conditions; `None` where its age is asked for and not known.
    pub(super) fn decide(&self, file: &PhysicalFile, as_of: DateTime<Utc>) -> Option<bool> {
        let is_of_class = self.classes.is_empty() || self.classes.contains(&file.class());
        let is_large = self.min_size.is_none_or(|limit| file.bytes.is_some_and(|bytes| bytes >= limit));
        if !is_of_class || !is_large {
            return Some(false);
        }
        let Some(limit) = self.older_than else { return Some(true) };
        let age = as_of.timestamp_millis().saturating_sub(millis_of_timestamp(file.modified_at.as_ref()?));
        Some(i128::from(age) >= i128::try_from(limit.as_millis()).unwrap_or(i128::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::timestamp_from_millis;

    #[test]
    fn all_conditions_must_hold_and_an_unknown_age_decides_nothing() {
        let as_of = DateTime::from_timestamp(1_795_262_400, 0).expect("a time within range");
        let aged = |seconds: i64| Some(timestamp_from_millis(as_of.timestamp_millis() - seconds * 1000));
        let file = PhysicalFile {
            bytes: Some(100),
            class: FileClass::Orphan.into(),
            modified_at: aged(60),
            ..PhysicalFile::default()
        };
        let orphans = FileSelection { classes: vec![FileClass::Orphan], ..FileSelection::default() };
        let old = FileSelection { older_than: Some(Duration::from_mins(1)), ..orphans.clone() };
        let large = FileSelection { min_size: Some(101), ..orphans.clone() };
        assert_eq!(FileSelection::default().decide(&file, as_of), Some(true));
        assert_eq!(orphans.decide(&file, as_of), Some(true));
        assert_eq!(old.decide(&file, as_of), Some(true));
        assert_eq!(old.decide(&PhysicalFile { modified_at: aged(59), ..file.clone() }, as_of), Some(false));
        assert_eq!(old.decide(&PhysicalFile { modified_at: None, ..file.clone() }, as_of), None);
        assert_eq!(large.decide(&file, as_of), Some(false));
        let shared = PhysicalFile { class: FileClass::Shared.into(), modified_at: None, ..file };
        assert_eq!(old.decide(&shared, as_of), Some(false), "one condition that fails decides");
    }
}
