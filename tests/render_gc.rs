//! Reports of the collector made by hand, through every renderer, against golden files in `tests/render_gc/`.
//!
//! The stem of a golden file is the report, its extension the output. Reports come from `tests/reports/gc.rs`.

#[path = "support/golden.rs"]
mod golden;
#[path = "reports/gc.rs"]
mod reports;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use keepoint::render::{
    self, DocumentFormat, GcOutcomeSection as Outcome, GcPlanSection as Plan, GcRestoredSection as Restored,
    OutputFormat, TableStyle,
};
use keepoint::report::{GcOutcomeReport, GcPlanReport, GcRestoredReport};
use prost::Message as _;

const PLAIN: TableStyle = TableStyle { width: None, colour: false };

const PLAN_OUTPUTS: [(&str, DocumentFormat<Plan>); 14] = [
    ("plan.table", DocumentFormat::Output(OutputFormat::Table(PLAIN))),
    ("plan.wide", DocumentFormat::Output(OutputFormat::Wide(PLAIN))),
    ("plan.json", DocumentFormat::Output(OutputFormat::Json)),
    ("plan.jsonl", DocumentFormat::Output(OutputFormat::Jsonl)),
    ("plan.md", DocumentFormat::Markdown),
    ("plan.html", DocumentFormat::Html),
    ("plan.snapshots.csv", DocumentFormat::Output(OutputFormat::Csv(Plan::Snapshots))),
    ("plan.items.csv", DocumentFormat::Output(OutputFormat::Csv(Plan::Items))),
    ("plan.shares.csv", DocumentFormat::Output(OutputFormat::Csv(Plan::Shares))),
    ("plan.not-taken.csv", DocumentFormat::Output(OutputFormat::Csv(Plan::NotTaken))),
    ("plan.roots.csv", DocumentFormat::Output(OutputFormat::Csv(Plan::Roots))),
    ("plan.protections.csv", DocumentFormat::Output(OutputFormat::Csv(Plan::Protections))),
    ("plan.blockers.csv", DocumentFormat::Output(OutputFormat::Csv(Plan::Blockers))),
    ("plan.findings.csv", DocumentFormat::Output(OutputFormat::Csv(Plan::Findings))),
];

const OUTCOME_OUTPUTS: [(&str, OutputFormat<Outcome>); 9] = [
    ("outcome.table", OutputFormat::Table(PLAIN)),
    ("outcome.wide", OutputFormat::Wide(PLAIN)),
    ("outcome.json", OutputFormat::Json),
    ("outcome.jsonl", OutputFormat::Jsonl),
    ("outcome.run.csv", OutputFormat::Csv(Outcome::Run)),
    ("outcome.skipped.csv", OutputFormat::Csv(Outcome::Skipped)),
    ("outcome.failed.csv", OutputFormat::Csv(Outcome::Failed)),
    ("outcome.blockers.csv", OutputFormat::Csv(Outcome::Blockers)),
    ("outcome.findings.csv", OutputFormat::Csv(Outcome::Findings)),
];

const RESTORED_OUTPUTS: [(&str, OutputFormat<Restored>); 5] = [
    ("restored.table", OutputFormat::Table(PLAIN)),
    ("restored.json", OutputFormat::Json),
    ("restored.jsonl", OutputFormat::Jsonl),
    ("restored.snapshot.csv", OutputFormat::Csv(Restored::Snapshot)),
    ("restored.findings.csv", OutputFormat::Csv(Restored::Findings)),
];

fn plan(report: &GcPlanReport, format: DocumentFormat<Plan>) -> Vec<u8> {
    let items = reports::items();
    let mut out = Vec::new();
    render::gc_plan(report, Some(&|show| items.iter().try_for_each(&mut *show)), format, &mut out)
        .expect("a vector takes everything");
    out
}

fn outcome(report: &GcOutcomeReport, format: OutputFormat<Outcome>) -> Vec<u8> {
    let mut out = Vec::new();
    render::gc_outcome(report, format, &mut out).expect("a vector takes everything");
    out
}

fn restored(report: &GcRestoredReport, format: OutputFormat<Restored>) -> Vec<u8> {
    let mut out = Vec::new();
    render::gc_restored(report, format, &mut out).expect("a vector takes everything");
    out
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).expect("it is text")
}

/// Every report in every text output, with the name of its golden file.
fn everything() -> Vec<(String, Vec<u8>)> {
    let mut all = Vec::new();
    for (name, report) in reports::plans() {
        all.extend(PLAN_OUTPUTS.map(|(extension, format)| (format!("{name}.{extension}"), plan(&report, format))));
    }
    for (name, report) in reports::outcomes() {
        all.extend(
            OUTCOME_OUTPUTS.map(|(extension, format)| (format!("{name}.{extension}"), outcome(&report, format))),
        );
    }
    for (name, report) in reports::restorations() {
        all.extend(
            RESTORED_OUTPUTS.map(|(extension, format)| (format!("{name}.{extension}"), restored(&report, format))),
        );
    }
    all
}

fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/render_gc").join(name)
}

#[test]
fn every_report_in_every_text_output() {
    let failures = everything().into_iter().filter_map(|(name, bytes)| golden::compare(&golden(&name), &bytes).err());
    golden::report(&failures.collect::<Vec<_>>());
}

#[test]
fn every_golden_file_belongs_to_a_report() {
    let mut known: BTreeSet<String> = everything().into_iter().map(|(name, _)| name).collect();
    known.insert("plan.plan.terminal-table".to_owned());
    known.insert("runs.metrics".to_owned());
    for file in fs::read_dir(golden("")).expect("there are golden files") {
        let name = file.expect("golden files can be listed").file_name().to_string_lossy().into_owned();
        assert!(known.contains(&name), "{name}");
    }
}

#[test]
fn tables_on_a_terminal_are_wrapped_to_its_width_and_coloured() {
    let terminal = TableStyle { width: Some(120), colour: true };
    let table = plan(&reports::plan(), DocumentFormat::Output(OutputFormat::Table(terminal)));
    let compared = golden::compare(&golden("plan.plan.terminal-table"), &table);
    golden::report(&compared.err().into_iter().collect::<Vec<_>>());
}

#[test]
fn runs_in_numbers() {
    let (done, in_part) = (reports::done(), reports::outcomes()[1].1.clone());
    let in_part = reports::about_another_root(in_part);
    let runs = [(&done, 0), (&in_part, 5)].map(|(report, exit_code)| render::Run { report, exit_code });
    let compared = golden::compare(&golden("runs.metrics"), render::gc_metrics(&runs).as_bytes());
    golden::report(&compared.err().into_iter().collect::<Vec<_>>());
}

#[test]
fn numbers_are_numbers_and_each_is_there_once_whatever_the_names_are() {
    let report = reports::hostile_outcome();
    let numbers = render::gc_metrics(&[render::Run { report: &report, exit_code: 3 }]);
    assert!(numbers.chars().all(|c| c == '\n' || !c.is_control()), "{numbers:?}");
    let mut seen = BTreeSet::new();
    for line in numbers.lines().filter(|line| !line.starts_with('#')) {
        let (name, value) = line.rsplit_once(' ').expect("a name and a value");
        assert!(name.starts_with("keepoint_") && value.parse::<u64>().is_ok(), "{line}");
        assert!(seen.insert(name.to_owned()), "{line}");
    }
}

#[test]
fn protobuf_output_is_the_report_itself_with_what_goes() {
    for (name, report) in reports::plans() {
        let bytes = plan(&report, DocumentFormat::Output(OutputFormat::Protobuf));
        let decoded = GcPlanReport::decode(bytes.as_slice()).expect("written by the renderer");
        assert_eq!(decoded, GcPlanReport { items: reports::items(), ..report }, "{name}");
    }
    for (name, report) in reports::outcomes() {
        let bytes = outcome(&report, OutputFormat::Protobuf);
        assert_eq!(GcOutcomeReport::decode(bytes.as_slice()).expect("written by the renderer"), report, "{name}");
    }
    for (name, report) in reports::restorations() {
        let bytes = restored(&report, OutputFormat::Protobuf);
        assert_eq!(GcRestoredReport::decode(bytes.as_slice()).expect("written by the renderer"), report, "{name}");
    }
}

#[test]
fn json_written_item_by_item_is_that_of_the_message() {
    for (name, report) in reports::plans() {
        let written = plan(&report, DocumentFormat::Output(OutputFormat::Json));
        let written: serde_json::Value = serde_json::from_slice(&written).expect(name);
        let whole = GcPlanReport { items: reports::items(), ..report };
        assert_eq!(written, serde_json::to_value(&whole).expect(name), "{name}");
    }
}

#[test]
fn every_snapshot_is_in_every_output_for_people_with_every_rule_that_keeps_it() {
    let report = reports::plan();
    for (name, format) in [PLAN_OUTPUTS[0], PLAN_OUTPUTS[1], PLAN_OUTPUTS[4], PLAN_OUTPUTS[5]] {
        let text = text(plan(&report, format)).replace('\\', "");
        for snapshot in &report.snapshots {
            let last = snapshot.location.rsplit('/').next().expect("a name");
            assert!(text.contains(last), "{name}: {last}");
            assert!(snapshot.reasons.iter().all(|reason| text.contains(reason)), "{name}: {:?}", snapshot.reasons);
        }
    }
}

#[test]
fn nothing_in_a_table_can_drive_a_terminal_or_break_a_line() {
    let is_table = |name: &str| ["table", "wide", "md", "html"].iter().any(|end| name.ends_with(&format!(".{end}")));
    for (name, bytes) in everything().into_iter().filter(|(name, _)| is_table(name)) {
        let text = text(bytes);
        assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "{name}: {text:?}");
        assert!(!text.contains("\nforged line") && !text.contains('\u{202e}'), "{name}: {text}");
    }
}

#[test]
fn nothing_in_a_page_comes_from_a_name() {
    let page = text(plan(&reports::hostile_plan(), DocumentFormat::Html));
    let harmless = text(plan(&reports::plan(), DocumentFormat::Html));
    let tags = |page: &str| -> BTreeSet<String> {
        let starts = page.split('<').skip(1);
        starts.filter_map(|rest| rest.split([' ', '>', '\n']).next()).map(ToOwned::to_owned).collect()
    };
    assert_eq!(tags(&page), tags(&harmless));
    assert!(!page.contains("onerror=alert(1)>"), "{page}");
    assert!(page.contains("&#60;img") || page.contains("&lt;img"), "{page}");
}

#[test]
fn a_page_needs_nothing_but_itself() {
    let page = text(plan(&reports::plan(), DocumentFormat::Html));
    for word in ["<script", "<link", "<img", "@import", "url(", "http-equiv=\"refresh\"", " src=", " href="] {
        assert!(!page.contains(word), "{word}");
    }
    assert!(page.contains("default-src 'none'"));
}

#[test]
fn a_page_with_ten_thousand_snapshots_shows_its_sums_and_folds_its_jobs() {
    let page = text(plan(&reports::many_snapshots(), DocumentFormat::Html));
    // Three more hold no snapshot: what goes there, and what was not taken, is residue.
    assert_eq!(page.matches("<details>").count(), 500 + 3);
    assert!(!page.contains("<details open"));
    assert_eq!(page.matches("<td class=\"decision").count(), 10_000);
    assert!(page.len() < 6 << 20, "{} bytes", page.len());
}

#[test]
fn every_line_of_json_lines_is_an_object_with_one_key_and_the_last_one_sums_up() {
    let last_keys = [(".plan.jsonl", "totals"), (".outcome.jsonl", "run"), (".restored.jsonl", "snapshot")];
    for (name, bytes) in everything() {
        let Some((_, last_key)) = last_keys.iter().find(|(end, _)| name.ends_with(end)) else { continue };
        let mut last = String::new();
        for line in text(bytes).lines() {
            let value: serde_json::Value = serde_json::from_str(line).expect(&name);
            let keys: Vec<_> = value.as_object().expect("an object").keys().cloned().collect();
            assert_eq!(keys.len(), 1, "{name}: {line}");
            last.clone_from(&keys[0]);
        }
        // A report without totals has none to end with.
        assert!(last == *last_key || name.starts_with("unknown-facts"), "{name}: {last}");
    }
}
