//! All rules, in the order in which Flink would meet what they are about. A new rule is a file and a line.

use super::context::{Context, Outcome};
pub use super::finding::Code;
use super::rules;

/// A rule.
pub struct Rule {
    /// Its name, which is that of its file.
    pub name: &'static str,
    /// What it can find.
    pub codes: &'static [Code],
    /// Looks.
    pub(super) check: fn(&Context<'_>, &mut Outcome),
}

/// All rules.
pub const RULES: &[&Rule] = &[
    &rules::start::RULE,
    &rules::snapshot::RULE,
    &rules::release::RULE,
    &rules::high_availability::RULE,
    &rules::operator_mapping::RULE,
    &rules::new_operators::RULE,
    &rules::uid_hash::RULE,
    &rules::generated_ids::RULE,
    &rules::sql_ids::RULE,
    &rules::max_parallelism::RULE,
    &rules::parallelism::RULE,
    &rules::union_state::RULE,
    &rules::finished::RULE,
    &rules::in_flight::RULE,
    &rules::master_state::RULE,
    &rules::backend::RULE,
    &rules::claim_mode::RULE,
    &rules::types_known::RULE,
    &rules::key::RULE,
    &rules::namespace::RULE,
    &rules::kind::RULE,
    &rules::value::RULE,
    &rules::support::RULE,
    &rules::ttl::RULE,
    &rules::registration::RULE,
    &rules::legacy_api::RULE,
    &rules::kryo::RULE,
    &rules::sql::RULE,
    &rules::sql_vendor::RULE,
    &rules::raw_state::RULE,
];

/// The code with a name.
#[must_use]
pub fn code(name: &str) -> Option<&'static Code> {
    RULES.iter().flat_map(|rule| rule.codes).find(|code| code.name == name)
}
