//! A plan as Markdown (GitHub's, which has tables): for a review, a ticket or a mail.
//!
//! Names are somebody's data: places stand between back-ticks, where nothing has a meaning, and in other text every character that
//! could have one is escaped.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::facts::{conditions, facts, freed};
use super::table::{decision, frees, why};
use super::view::{Amount, Group, class_name, classes, groups, headline, not_taken};
use crate::render::findings::worst_first;
use crate::render::markup::{code, html, text};
use crate::render::text::{UNKNOWN, human_size, name, time, time_to_the_second, words};
use crate::report::{Finding, GcDecision, GcPlanReport, Severity, SnapshotKind};

pub(super) fn plan(report: &GcPlanReport, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "# Clean-up plan\n")?;
    match &report.totals {
        Some(totals) => {
            writeln!(out, "**{}**\n", text(&headline(totals)))?;
            writeln!(out, "{} go. Made {}.\n", text(&freed(totals)), made(report))?;
        }
        None => writeln!(out, "Totals: {UNKNOWN}\n")?,
    }
    findings("Blockers", &report.blockers, out)?;
    let groups = groups(report);
    jobs(&groups, out)?;
    what_goes(report, out)?;
    causes(report, out)?;
    under_which_conditions(report, out)?;
    findings("Findings", &report.findings, out)?;
    snapshots(&groups, out)
}

fn made(report: &GcPlanReport) -> String {
    report.plan.as_ref().map_or_else(|| UNKNOWN.to_owned(), |plan| text(&time(plan.created_at.as_ref())))
}

fn findings(title: &str, findings: &[Finding], out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "## {title} ({})\n", findings.len())?;
    if findings.is_empty() {
        return writeln!(out, "None.\n");
    }
    for finding in worst_first(findings) {
        let severity = words::<Severity>(Some(finding.severity)).to_uppercase();
        let mut line =
            format!("- **{severity}** {} {}: {}", code(&finding.code), code(&finding.location), text(&finding.message));
        for more in [&finding.evidence, &finding.action].into_iter().flatten() {
            // Writing to a string does not fail.
            let _ = write!(line, "; {}", text(more));
        }
        writeln!(out, "{line}")?;
    }
    writeln!(out)
}

fn jobs(groups: &[Group<'_>], out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "## Jobs ({})\n", groups.len())?;
    if groups.is_empty() {
        return writeln!(out, "None.\n");
    }
    writeln!(out, "| Place | Stay | Go | Blocked | Files freed | Freed | Ended |\n|---|---:|---:|---:|---:|---:|---|")?;
    for group in groups {
        let number = |decision| group.number(decision);
        writeln!(
            out,
            "| {} | {} | {} | {} | {} | {} | {} |",
            title(group),
            number(GcDecision::Keep),
            number(GcDecision::Delete),
            number(GcDecision::Blocked),
            group.freed.files,
            human_size(group.freed.bytes),
            if group.ended() { "yes" } else { "no" },
        )?;
    }
    writeln!(out)
}

fn title(group: &Group<'_>) -> String {
    if group.holds_savepoints { format!("Savepoints in {}", code(group.place)) } else { code(group.place) }
}

fn what_goes(report: &GcPlanReport, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "## What goes\n")?;
    let classes = classes(report);
    if classes.is_empty() {
        return writeln!(out, "Nothing.\n");
    }
    writeln!(out, "| Class | Files | Size |\n|---|---:|---:|")?;
    for (class, amount) in classes {
        let [files, size] = amount.cells();
        writeln!(out, "| {} | {files} | {size} |", text(&class_name(class)))?;
    }
    if let Some(totals) = &report.totals {
        writeln!(out, "| **all** | {} | {} |", totals.files_deleted, human_size(totals.bytes_deleted))?;
    }
    writeln!(out)
}

fn causes(report: &GcPlanReport, out: &mut dyn Write) -> io::Result<()> {
    let causes = not_taken(&report.not_taken);
    writeln!(out, "## Not taken ({})\n", causes.len())?;
    if causes.is_empty() {
        return writeln!(out, "Nothing.\n");
    }
    writeln!(out, "| Why | Files | Size |\n|---|---:|---:|")?;
    for (reason, Amount { files, bytes }) in causes {
        writeln!(out, "| {} | {files} | {} |", text(reason), human_size(bytes))?;
    }
    writeln!(out)
}

fn under_which_conditions(report: &GcPlanReport, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "## Conditions\n")?;
    let conditions = report.plan.as_ref().map(conditions).unwrap_or_default();
    let identity =
        facts(report).into_iter().filter(|(name, _)| matches!(*name, "Plan" | "Made" | "Plan file" | "Seal"));
    for (name, lines) in conditions.into_iter().chain(identity) {
        match lines.as_slice() {
            [line] => writeln!(out, "- **{name}**: {}", text(line))?,
            lines => {
                writeln!(out, "- **{name}**:")?;
                lines.iter().try_for_each(|line| writeln!(out, "  - {}", text(line)))?;
            }
        }
    }
    writeln!(out)
}

/// Every snapshot and what keeps it, folded.
fn snapshots(groups: &[Group<'_>], out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "## Snapshots\n")?;
    for group in groups.iter().filter(|group| !group.snapshots.is_empty()) {
        // GitHub reads Markdown after the empty line, and HTML before it.
        writeln!(out, "<details><summary>{}: {}</summary>\n", html(group.place), html(&group.summary()))?;
        writeln!(out, "| Decision | Name | Kind | Completed | Frees | Why |\n|---|---|---|---|---:|---|")?;
        for snapshot in &group.snapshots {
            writeln!(
                out,
                "| {} | {} | {} | {} | {} | {} |",
                decision(snapshot),
                code(name(&snapshot.location)),
                words::<SnapshotKind>(snapshot.kind),
                time_to_the_second(snapshot.completed_at.as_ref()),
                frees(snapshot),
                text(&why(snapshot)),
            )?;
        }
        writeln!(out, "\n</details>\n")?;
    }
    Ok(())
}
