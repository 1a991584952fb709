//! A plan as one page for a browser: nothing is loaded and nothing runs, and the page says so to the browser.
//!
//! The template is `templates/gc_plan.html`, in which every value is escaped. Each job is folded, so that a page with ten thousand
//! snapshots shows its sums at once.

use std::io::{self, Write};

use askama::Template;

use super::facts::{conditions, facts, freed};
use super::table::{decision, frees, why};
use super::view::{Amount, Group, class_name, classes, groups, headline, not_taken};
use crate::render::findings::worst_first;
use crate::render::text::{UNKNOWN, escaped, human_size, name, time, time_to_the_second, words};
use crate::report::{Finding, GcPlanReport, GcSnapshot, GcTotals, Severity, SnapshotKind, SnapshotStatus};

#[derive(Template)]
#[template(path = "gc_plan.html")]
struct Page<'a> {
    tool_version: String,
    plan_id: String,
    headline: String,
    made: String,
    tiles: Vec<Tile>,
    findings: [FindingsPart; 2],
    classes: Vec<AmountRow>,
    all: AmountRow,
    not_taken: Vec<AmountRow>,
    groups: Vec<GroupPart<'a>>,
    facts: Vec<FactRow>,
}

/// A number that is seen at once.
struct Tile {
    name: &'static str,
    value: String,
    note: String,
    class: &'static str,
}

struct FindingsPart {
    id: &'static str,
    name: &'static str,
    is_blockers: bool,
    rows: Vec<FindingRow>,
}

struct FindingRow {
    severity: String,
    code: String,
    location: String,
    message: String,
}

struct AmountRow {
    name: String,
    files: String,
    size: String,
}

struct GroupPart<'a> {
    holds_savepoints: bool,
    place: String,
    summary: String,
    classes: Vec<AmountRow>,
    not_taken: Vec<AmountRow>,
    snapshots: Vec<SnapshotRow<'a>>,
}

/// Made of a snapshot when it is its turn: a page may have many.
struct SnapshotRow<'a>(&'a GcSnapshot);

struct FactRow {
    name: &'static str,
    lines: Vec<String>,
}

pub(super) fn plan(report: &GcPlanReport, out: &mut dyn Write) -> io::Result<()> {
    let mut out = out;
    page(report).write_into(&mut out)
}

fn page(report: &GcPlanReport) -> Page<'_> {
    let unknown = GcTotals::default();
    let totals = report.totals.as_ref().unwrap_or(&unknown);
    let plan = report.plan.as_ref();
    let freed = Amount { files: totals.files_deleted, bytes: totals.bytes_deleted };
    Page {
        tool_version: escaped(&report.tool_version),
        plan_id: plan.map_or_else(String::new, |plan| escaped(&plan.plan_id)),
        headline: report.totals.as_ref().map_or_else(|| UNKNOWN.to_owned(), headline),
        made: plan.map_or_else(String::new, |plan| {
            escaped(&format!("Made {} by keepoint {}", time(plan.created_at.as_ref()), plan.tool_version))
        }),
        tiles: tiles(totals),
        findings: [
            findings_part("blockers", "Blockers", true, &report.blockers),
            findings_part("findings", "Findings", false, &report.findings),
        ],
        classes: classes(report).into_iter().map(|(class, amount)| amount_row(&class_name(class), amount)).collect(),
        all: amount_row("all", freed),
        not_taken: amounts(not_taken(&report.not_taken)),
        groups: groups(report).into_iter().map(group_part).collect(),
        facts: fact_rows(report),
    }
}

fn tiles(totals: &GcTotals) -> Vec<Tile> {
    let of_all = |what: &str| format!("of {what}");
    let size = human_size(totals.bytes_deleted);
    let tile = |name, value: String, note: String, class| Tile { name, value, note, class };
    vec![
        tile("Snapshots that stay", totals.snapshots_kept.to_string(), String::new(), "keep"),
        tile(
            "Snapshots that go",
            totals.snapshots_deleted.to_string(),
            of_all(&totals.snapshots.to_string()),
            "delete",
        ),
        tile("Snapshots blocked", totals.snapshots_blocked.to_string(), String::new(), "blocked"),
        tile("Files freed", totals.files_deleted.to_string(), of_all(&totals.files.to_string()), ""),
        tile("Space freed", size, freed_note(totals), ""),
    ]
}

/// "of 7.0 GiB (17 %)".
fn freed_note(totals: &GcTotals) -> String {
    let text = format!("of {}", human_size(totals.bytes));
    match super::view::percent(totals.bytes_deleted, totals.bytes) {
        Some(percent) => format!("{text} ({percent})"),
        None => text,
    }
}

fn findings_part(id: &'static str, name: &'static str, is_blockers: bool, findings: &[Finding]) -> FindingsPart {
    let row = |finding: &Finding| {
        let parts = [Some(&finding.message), finding.evidence.as_ref(), finding.action.as_ref()];
        let parts: Vec<&str> = parts.into_iter().flatten().map(String::as_str).collect();
        FindingRow {
            severity: words::<Severity>(Some(finding.severity)),
            code: escaped(&finding.code),
            location: escaped(&finding.location),
            message: escaped(&parts.join("; ")),
        }
    };
    FindingsPart { id, name, is_blockers, rows: worst_first(findings).into_iter().map(row).collect() }
}

fn amounts(amounts: Vec<(&str, Amount)>) -> Vec<AmountRow> {
    amounts.into_iter().map(|(name, amount)| amount_row(name, amount)).collect()
}

fn amount_row(name: &str, amount: Amount) -> AmountRow {
    let [files, size] = amount.cells();
    AmountRow { name: escaped(name), files, size }
}

fn group_part(group: Group<'_>) -> GroupPart<'_> {
    let classes = group.classes.iter().map(|(class, amount)| amount_row(&class_name(*class), *amount));
    GroupPart {
        holds_savepoints: group.holds_savepoints,
        place: escaped(group.place),
        summary: group.summary(),
        classes: classes.collect(),
        not_taken: amounts(not_taken(group.not_taken.iter().copied())),
        snapshots: group.snapshots.into_iter().map(SnapshotRow).collect(),
    }
}

/// The conditions, and where the plan is; the sums stand at the top.
fn fact_rows(report: &GcPlanReport) -> Vec<FactRow> {
    let conditions = report.plan.as_ref().map(conditions).unwrap_or_default();
    let identity = facts(report);
    let identity = identity
        .into_iter()
        .filter(|(name, _)| matches!(*name, "Plan" | "Configuration" | "Plan file" | "Seal" | "As of"));
    let row = |(name, lines): (&'static str, Vec<String>)| FactRow {
        name,
        lines: lines.iter().map(|line| escaped(line)).collect(),
    };
    let freed = report.totals.as_ref().map(|totals| ("Freed", vec![freed(totals)]));
    freed.into_iter().chain(conditions).chain(identity).map(row).collect()
}

impl SnapshotRow<'_> {
    fn decision(&self) -> String {
        decision(self.0)
    }

    fn location(&self) -> String {
        escaped(&self.0.location)
    }

    fn name(&self) -> String {
        escaped(name(&self.0.location))
    }

    fn kind(&self) -> String {
        words::<SnapshotKind>(self.0.kind)
    }

    fn status(&self) -> String {
        words::<SnapshotStatus>(Some(self.0.status))
    }

    fn completed(&self) -> String {
        time_to_the_second(self.0.completed_at.as_ref())
    }

    fn frees(&self) -> String {
        frees(self.0)
    }

    fn why(&self) -> String {
        escaped(&why(self.0))
    }
}
