//! The reports: what each command answers, as plain data.
//!
//! The types are generated from `proto/keepoint/v1/`, the published schema, and serialise to the JSON contract as they
//! are. They hold numbers and identifiers; words, units and sorting belong to [`crate::render`], and how a report comes
//! about belongs to the module of each command.

mod json_mapping;
mod names;

#[cfg(test)]
mod tests;

pub use generated::*;
pub(crate) use json_mapping::rfc3339;
pub use json_mapping::{millis_of_timestamp, timestamp_from_millis};
pub use names::{FieldNames, ValueName};

/// The generated types keep the style of their generator.
#[allow(clippy::pedantic, unused_qualifications)]
mod generated {
    use super::names::{FieldNames, ValueName};

    include!(concat!(env!("OUT_DIR"), "/keepoint.v1.rs"));
    include!(concat!(env!("OUT_DIR"), "/keepoint.v1.names.rs"));
}

/// Version of the schema, written into every report.
pub const SCHEMA: &str = "keepoint.v1";

/// Version of this program, written into every report.
pub const TOOL_VERSION: &str = env!("CARGO_PKG_VERSION");

impl InspectReport {
    /// An empty report that says which schema and program wrote it.
    #[must_use]
    pub fn stamped() -> Self {
        Self { schema: SCHEMA.to_owned(), tool_version: TOOL_VERSION.to_owned(), ..Self::default() }
    }
}

impl DoctorReport {
    /// An empty report that says which schema and program wrote it.
    #[must_use]
    pub fn stamped() -> Self {
        Self { schema: SCHEMA.to_owned(), tool_version: TOOL_VERSION.to_owned(), ..Self::default() }
    }
}

impl ListReport {
    /// An empty report that says which schema and program wrote it.
    #[must_use]
    pub fn stamped() -> Self {
        Self { schema: SCHEMA.to_owned(), tool_version: TOOL_VERSION.to_owned(), ..Self::default() }
    }
}

impl VerifyReport {
    /// An empty report that says which schema and program wrote it.
    #[must_use]
    pub fn stamped() -> Self {
        Self { schema: SCHEMA.to_owned(), tool_version: TOOL_VERSION.to_owned(), ..Self::default() }
    }
}

impl FilesReport {
    /// An empty report that says which schema and program wrote it.
    #[must_use]
    pub fn stamped() -> Self {
        Self { schema: SCHEMA.to_owned(), tool_version: TOOL_VERSION.to_owned(), ..Self::default() }
    }
}

impl GcPlanReport {
    /// An empty report that says which schema and program wrote it.
    #[must_use]
    pub fn stamped() -> Self {
        Self { schema: SCHEMA.to_owned(), tool_version: TOOL_VERSION.to_owned(), ..Self::default() }
    }
}

impl GcOutcomeReport {
    /// An empty report that says which schema and program wrote it.
    #[must_use]
    pub fn stamped() -> Self {
        Self { schema: SCHEMA.to_owned(), tool_version: TOOL_VERSION.to_owned(), ..Self::default() }
    }
}

impl GcRestoredReport {
    /// An empty report that says which schema and program wrote it.
    #[must_use]
    pub fn stamped() -> Self {
        Self { schema: SCHEMA.to_owned(), tool_version: TOOL_VERSION.to_owned(), ..Self::default() }
    }
}

impl UidReport {
    /// An empty report that says which schema and program wrote it.
    #[must_use]
    pub fn stamped() -> Self {
        Self { schema: SCHEMA.to_owned(), tool_version: TOOL_VERSION.to_owned(), ..Self::default() }
    }
}

impl DiffReport {
    /// An empty report that says which schema and program wrote it.
    #[must_use]
    pub fn stamped() -> Self {
        Self { schema: SCHEMA.to_owned(), tool_version: TOOL_VERSION.to_owned(), ..Self::default() }
    }
}

impl CheckReport {
    /// An empty report that says which schema and program wrote it.
    #[must_use]
    pub fn stamped() -> Self {
        Self { schema: SCHEMA.to_owned(), tool_version: TOOL_VERSION.to_owned(), ..Self::default() }
    }
}
