//! Releases of Flink.

use std::fmt;
use std::str::FromStr;

use crate::model::MetadataVersion;

/// A release, as far as it was given: state is compatible or not between minor releases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct FlinkVersion {
    /// The generation: 1 or 2.
    pub major: u32,
    /// The minor release.
    pub minor: u32,
    /// The patch release, where it was given.
    pub patch: Option<u32>,
}

/// A text that is no release of Flink.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no release of Flink such as 1.20, 2.3.0 or v2_1")]
pub struct NotAVersion(String);

impl FlinkVersion {
    /// The newest release of which it is known what it writes.
    pub const NEWEST_KNOWN: Self = Self::new(2, 3);

    /// A minor release.
    #[must_use]
    pub const fn new(major: u32, minor: u32) -> Self {
        Self { major, minor, patch: None }
    }

    /// Whether it is this minor release or a later one.
    #[must_use]
    pub fn is_at_least(self, major: u32, minor: u32) -> bool {
        (self.major, self.minor) >= (major, minor)
    }

    /// The earliest and the latest release that write a version of the metadata; no latest where it is the newest version.
    #[must_use]
    pub fn writers_of(version: MetadataVersion) -> (Self, Option<Self>) {
        match version {
            MetadataVersion::V2 => (Self::new(1, 3), Some(Self::new(1, 10))),
            MetadataVersion::V3 => (Self::new(1, 11), Some(Self::new(1, 15))),
            MetadataVersion::V4 => (Self::new(1, 16), Some(Self::new(1, 20))),
            MetadataVersion::V5 => (Self::new(2, 0), Some(Self::new(2, 0))),
            MetadataVersion::V6 => (Self::new(2, 1), None),
            MetadataVersion::V7 => (Self::new(2, 4), None),
        }
    }

    /// Whether the way to it from the writer of a version of the metadata is one from 1.x to 2.x.
    #[must_use]
    pub fn is_of_a_later_generation(self, metadata: MetadataVersion) -> bool {
        let (_, last) = Self::writers_of(metadata);
        last.is_some_and(|last| last.major < self.major)
    }

    /// The newest version of the metadata that the release reads; the newest that is known for releases to come.
    #[must_use]
    pub fn newest_metadata(self) -> MetadataVersion {
        let known = MetadataVersion::ALL.into_iter().rev();
        let mut read = known.filter(|version| {
            let (first, _) = Self::writers_of(*version);
            self.is_at_least(first.major, first.minor)
        });
        read.next().unwrap_or(MetadataVersion::V2)
    }
}

impl fmt::Display for FlinkVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)?;
        self.patch.map_or(Ok(()), |patch| write!(f, ".{patch}"))
    }
}

impl FromStr for FlinkVersion {
    type Err = NotAVersion;

    /// `1.20`, `2.3.0`, `2.3-SNAPSHOT`, and `v1_20` as the Kubernetes operator writes it.
    fn from_str(text: &str) -> Result<Self, NotAVersion> {
        let not = || NotAVersion(text.to_owned());
        let bare = text.trim().trim_start_matches(['v', 'V']).replace('_', ".");
        let bare = bare.split(['-', '+']).next().unwrap_or_default();
        let mut parts = bare.split('.').map(str::parse::<u32>);
        let (Some(Ok(major)), Some(Ok(minor))) = (parts.next(), parts.next()) else { return Err(not()) };
        let patch = parts.next().transpose().map_err(|_| not())?;
        if !(1..=9).contains(&major) || parts.next().is_some() {
            return Err(not());
        }
        Ok(Self { major, minor, patch })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_are_read_as_people_and_platforms_write_them() {
        for (text, expected) in
            [("1.20", "1.20"), ("2.3.0", "2.3.0"), ("v1_20", "1.20"), ("2.4-SNAPSHOT", "2.4"), (" 2.1 ", "2.1")]
        {
            assert_eq!(text.parse::<FlinkVersion>().map(|version| version.to_string()).as_deref(), Ok(expected));
        }
        for text in ["", "2", "latest", "2.x", "1.20.1.2", "0.9", "20.1"] {
            assert!(text.parse::<FlinkVersion>().is_err(), "{text}");
        }
    }
}
