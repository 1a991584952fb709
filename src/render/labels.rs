//! What people call an operator: its uid, else its name, and the hash only where neither is known.

use std::collections::HashMap;

use crate::report::Operator;

/// The labels of operators, found by operator id.
#[derive(Default)]
pub(super) struct Labels<'a> {
    by_id: HashMap<&'a str, &'a str>,
}

impl<'a> Labels<'a> {
    pub(super) fn of(operators: &'a [Operator]) -> Self {
        let labelled =
            operators.iter().filter_map(|operator| label(operator).map(|label| (operator.operator_id.as_str(), label)));
        Self { by_id: labelled.collect() }
    }

    /// The label if there is one, else the id.
    pub(super) fn label_or_id<'b>(&self, operator_id: &'b str) -> &'b str
    where
        'a: 'b,
    {
        self.by_id.get(operator_id).copied().unwrap_or(operator_id)
    }

    /// The id, with the label in front if there is one.
    pub(super) fn label_with_id(&self, operator_id: &str) -> String {
        match self.by_id.get(operator_id) {
            Some(label) => format!("{label} ({operator_id})"),
            None => operator_id.to_owned(),
        }
    }
}

/// The uid, else the name.
pub(super) fn label(operator: &Operator) -> Option<&str> {
    let label = operator.uid.as_deref().or(operator.name.as_deref());
    label.filter(|label| !label.is_empty())
}
