//! The answer for a review, a ticket or a mail.

use std::io::{self, Write};

use super::view::{answer, label, place, reach, reaction, says_something, target, words};
use crate::render::markup::{code, text};
use crate::report::{CheckReport, Verdict};

pub(super) fn report(report: &CheckReport, out: &mut dyn Write) -> io::Result<()> {
    let location = report.snapshot.as_ref().map_or("?", |snapshot| snapshot.location.as_str());
    writeln!(out, "# Restore check: {}\n", words(report.verdict()))?;
    writeln!(out, "{}\n", text(&answer(report)))?;
    writeln!(out, "- Snapshot: {}", code(location))?;
    writeln!(out, "- Job: {}", text(&target(report.target.as_ref())))?;
    writeln!(out, "- Coverage: {}", text(&reach(report)))?;
    writeln!(out, "- Checked by keepoint {}", text(&report.tool_version))?;
    let (mut standing, mut others) = (Vec::new(), Vec::new());
    for finding in &report.findings {
        if finding.verdict() == Verdict::Compatible { others.push(finding) } else { standing.push(finding) }
    }
    for (title, findings) in [("What stands in the way", standing), ("Good to know", others)] {
        if findings.is_empty() {
            continue;
        }
        writeln!(out, "\n## {title} ({})\n", findings.len())?;
        for finding in findings {
            let place = place(finding);
            let place = if place.is_empty() { String::new() } else { format!(" {}", code(&place)) };
            writeln!(out, "- **{}**{place}: {}", text(&finding.code), text(&finding.message))?;
            let evidence = finding.evidence.iter().map(|evidence| format!("Seen: {}", text(evidence)));
            let flink = says_something(finding).then(|| format!("What Flink does: {}", reaction(finding)));
            let action = finding.action.iter().map(|action| format!("To do: {}", text(action)));
            let by = finding.accepted_by.iter().map(|by| format!("Accepted: {}", code(by)));
            for line in evidence.chain(flink).chain(action).chain(by) {
                writeln!(out, "  - {line}")?;
            }
        }
    }
    if !report.not_checked.is_empty() {
        writeln!(out, "\n## Not checked ({})\n", report.not_checked.len())?;
        for gap in &report.not_checked {
            writeln!(out, "- {}: needs {}", text(&gap.what), text(&gap.needs))?;
        }
    }
    writeln!(out, "\n## Operators ({})\n", report.operators.len())?;
    writeln!(out, "| Operator | Id | Mapping | Verdict |\n| --- | --- | --- | --- |")?;
    for operator in &report.operators {
        let (mapping, verdict) = (words(operator.mapping()), words(operator.verdict()));
        writeln!(out, "| {} | {} | {mapping} | {verdict} |", text(&label(operator)), code(&operator.operator_id))?;
    }
    Ok(())
}
