//! Findings for people: what, where and what to do, on one line each.

use std::io::{self, Write};

use super::TableStyle;
use super::labels::Labels;
use super::text::{escaped, heading, words};
use crate::report::{Finding, Severity};

/// Whether the evidence of a finding is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Evidence {
    /// It is, in parentheses behind the message.
    Shown,
    /// It is left to the other outputs.
    Left,
}

/// One line per finding, the worst first: what, where and what to do.
pub(super) fn write(
    findings: &[Finding],
    labels: &Labels<'_>,
    evidence: Evidence,
    style: TableStyle,
    out: &mut dyn Write,
) -> io::Result<()> {
    write_below("Findings", findings, labels, evidence, style, out)
}

/// The same below another heading.
pub(super) fn write_below(
    name: &str,
    findings: &[Finding],
    labels: &Labels<'_>,
    evidence: Evidence,
    style: TableStyle,
    out: &mut dyn Write,
) -> io::Result<()> {
    heading(name, findings.len(), out)?;
    for finding in worst_first(findings) {
        let severity = words::<Severity>(Some(finding.severity)).to_uppercase();
        let mut line = format!("{} {}: {}", finding.code, place(finding, labels), finding.message);
        if let (Evidence::Shown, Some(evidence)) = (evidence, &finding.evidence) {
            line = format!("{line} ({evidence})");
        }
        if let Some(action) = &finding.action {
            line = format!("{line}; {action}");
        }
        let severity = emphasised(&severity, finding.severity(), style);
        writeln!(out, "{severity} {}", escaped(&line))?;
    }
    Ok(())
}

/// Findings in the order in which people should read them.
pub(super) fn worst_first(findings: &[Finding]) -> Vec<&Finding> {
    let mut findings: Vec<&Finding> = findings.iter().collect();
    findings.sort_by_key(|finding| rank(finding.severity()));
    findings
}

/// Location, operator and state, as far as the finding has them.
fn place(finding: &Finding, labels: &Labels) -> String {
    let mut place = finding.location.clone();
    match (&finding.uid, &finding.operator_id) {
        (Some(uid), Some(id)) => place = format!("{place} operator {uid} ({id})"),
        (Some(uid), None) => place = format!("{place} operator {uid}"),
        (None, Some(id)) => place = format!("{place} operator {}", labels.label_with_id(id)),
        (None, None) => {}
    }
    if let Some(state) = &finding.state {
        place = format!("{place} state {state}");
    }
    // Some are about an operator id and no place.
    place.trim_start().to_owned()
}

fn rank(severity: Severity) -> u8 {
    match severity {
        Severity::Error => 0,
        Severity::Unknown | Severity::Unspecified => 1,
        Severity::Warning => 2,
        Severity::Info => 3,
    }
}

pub(super) fn emphasised(word: &str, severity: Severity, style: TableStyle) -> String {
    let code = match severity {
        Severity::Error => 31,
        Severity::Unknown | Severity::Unspecified => 35,
        Severity::Warning => 33,
        Severity::Info => 36,
    };
    if style.colour { format!("\u{1b}[{code}m{word}\u{1b}[0m") } else { word.to_owned() }
}
