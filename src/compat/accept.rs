//! What somebody has accepted: by code (`--accept`), or by having been there before (`--baseline`).

use std::collections::BTreeSet;

use crate::report::CheckFinding;

/// Everything that was accepted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Acceptance {
    /// Codes, with the operator, by uid or id, that they are accepted of.
    codes: Vec<(String, Option<String>)>,
    /// Findings of an earlier report.
    baseline: BTreeSet<Identity>,
}

/// What makes two findings the same from one report to the next: numbers and texts may change.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Deserialize)]
struct Identity {
    code: String,
    #[serde(default)]
    operator_id: Option<String>,
    #[serde(default)]
    state: Option<String>,
    #[serde(default)]
    path: Option<String>,
}

#[derive(serde::Deserialize)]
struct Baseline {
    schema: String,
    verdict: String,
    findings: Vec<Identity>,
}

/// Something that cannot be accepted, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct AcceptanceError(String);

impl Acceptance {
    /// Accepts findings of a code, `CODE` or `CODE:operator`.
    pub fn code(&mut self, text: &str) -> Result<(), AcceptanceError> {
        let (code, operator) = match text.split_once(':') {
            Some((code, operator)) => (code, Some(operator.to_owned())),
            None => (text, None),
        };
        if super::registry::code(code).is_none() {
            return Err(AcceptanceError(format!("{code:?} is no code of a finding of `check`")));
        }
        self.codes.push((code.to_owned(), operator));
        Ok(())
    }

    /// Accepts the findings of an earlier report in JSON.
    pub fn baseline(&mut self, json: &[u8]) -> Result<(), AcceptanceError> {
        let not = |cause: String| AcceptanceError(format!("is no report of `check` in JSON: {cause}"));
        let baseline: Baseline = serde_json::from_slice(json).map_err(|error| not(error.to_string()))?;
        if baseline.schema != crate::report::SCHEMA || baseline.verdict.is_empty() {
            return Err(not(format!("its schema is {:?}", baseline.schema)));
        }
        self.baseline.extend(baseline.findings);
        Ok(())
    }

    /// By which option a finding was accepted.
    pub(super) fn of(&self, finding: &CheckFinding) -> Option<String> {
        let names_operator = |operator: &String| {
            [&finding.uid, &finding.operator_id, &finding.operator_name]
                .into_iter()
                .flatten()
                .any(|own| own == operator)
        };
        let by_code = self
            .codes
            .iter()
            .find(|(code, operator)| *code == finding.code && operator.as_ref().is_none_or(names_operator));
        if let Some((code, operator)) = by_code {
            let operator = operator.as_ref().map_or_else(String::new, |operator| format!(":{operator}"));
            return Some(format!("--accept {code}{operator}"));
        }
        let identity = Identity {
            code: finding.code.clone(),
            operator_id: finding.operator_id.clone(),
            state: finding.state.clone(),
            path: finding.path.clone(),
        };
        self.baseline.contains(&identity).then(|| "--baseline".to_owned())
    }
}
