//! Lists made by hand, through every renderer, against golden files in `tests/render_list/`.
//!
//! The stem of a golden file is the report, its extension the output. Reports come from `tests/reports/list.rs`.

#[path = "support/golden.rs"]
mod golden;
#[path = "reports/list.rs"]
mod reports;

use std::fs;
use std::path::{Path, PathBuf};

use keepoint::render::{self, GroupBy, ListSection, OutputFormat, TableStyle};
use keepoint::report::ListReport;
use prost::Message as _;

const PLAIN: TableStyle = TableStyle { width: None, colour: false };

/// Every text output, and the tables in one piece.
const OUTPUTS: [(&str, GroupBy, OutputFormat<ListSection>); 9] = [
    ("table", GroupBy::Job, OutputFormat::Table(PLAIN)),
    ("wide", GroupBy::Job, OutputFormat::Wide(PLAIN)),
    ("flat-table", GroupBy::None, OutputFormat::Table(PLAIN)),
    ("flat-wide", GroupBy::None, OutputFormat::Wide(PLAIN)),
    ("json", GroupBy::Job, OutputFormat::Json),
    ("jsonl", GroupBy::Job, OutputFormat::Jsonl),
    ("snapshots.csv", GroupBy::Job, OutputFormat::Csv(ListSection::Snapshots)),
    ("jobs.csv", GroupBy::Job, OutputFormat::Csv(ListSection::Jobs)),
    ("findings.csv", GroupBy::Job, OutputFormat::Csv(ListSection::Findings)),
];

fn rendered(report: &ListReport, group_by: GroupBy, format: OutputFormat<ListSection>) -> Vec<u8> {
    let mut out = Vec::new();
    render::list(report, group_by, format, &mut out).expect("a vector takes everything");
    out
}

fn golden(name: &str) -> PathBuf {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/render_list");
    directory.join(name)
}

#[test]
fn every_report_in_every_text_output() {
    let mut failures = Vec::new();
    for (name, report) in reports::all() {
        for (extension, group_by, format) in OUTPUTS {
            let golden = golden(&format!("{name}.{extension}"));
            failures.extend(golden::compare(&golden, &rendered(&report, group_by, format)).err());
        }
    }
    golden::report(&failures);
}

#[test]
fn tables_on_a_terminal_are_wrapped_to_its_width_and_coloured() {
    let terminal = TableStyle { width: Some(120), colour: true };
    let table = rendered(&reports::full(), GroupBy::Job, OutputFormat::Table(terminal));
    golden::report(&golden::compare(&golden("full.terminal-table"), &table).err().into_iter().collect::<Vec<_>>());
}

#[test]
fn protobuf_output_is_the_report_itself() {
    for (name, report) in reports::all() {
        let bytes = rendered(&report, GroupBy::Job, OutputFormat::Protobuf);
        let decoded = ListReport::decode(bytes.as_slice()).expect("written by the renderer");
        assert_eq!(decoded, report, "{name}");
    }
}

#[test]
fn every_snapshot_is_in_every_table_once() {
    for (name, report) in reports::all() {
        for group_by in [GroupBy::Job, GroupBy::None] {
            let text = rendered(&report, group_by, OutputFormat::Wide(PLAIN));
            let text = String::from_utf8(text).expect("tables are text");
            for snapshot in &report.snapshots {
                let location = render::escaped(&snapshot.location);
                let rows = text.lines().filter(|line| line.trim_start().starts_with(&format!("{location}  ")));
                assert_eq!(rows.count(), 1, "{name}: {location}");
            }
        }
    }
}

#[test]
fn snapshots_of_a_job_that_the_report_does_not_sum_up_are_shown_all_the_same() {
    let report = ListReport { jobs: Vec::new(), ..reports::full() };
    let text = String::from_utf8(rendered(&report, GroupBy::Job, OutputFormat::Table(PLAIN))).expect("text");
    assert!(text.starts_with("Job unknown\n"), "{text}");
    assert!(text.contains("chk-42"), "{text}");
}

#[test]
fn every_golden_file_belongs_to_a_report() {
    let reports = reports::all();
    for file in fs::read_dir(golden("")).expect("there are golden files") {
        let name = file.expect("golden files can be listed").file_name().to_string_lossy().into_owned();
        let (report, extension) = name.split_once('.').expect("report and output");
        let extension = extension.trim_start_matches("terminal-");
        assert!(reports.iter().any(|(name, _)| *name == report), "{name}");
        assert!(OUTPUTS.iter().any(|(name, ..)| *name == extension), "{name}");
    }
}

#[test]
fn nothing_in_a_table_can_drive_a_terminal_or_break_a_line() {
    for (_, group_by, format) in OUTPUTS.into_iter().take(4) {
        let text = String::from_utf8(rendered(&reports::hostile_names(), group_by, format)).expect("tables are text");
        assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "{text:?}");
        assert!(!text.contains("\nforged line"), "{text}");
    }
}

#[test]
fn every_line_of_json_lines_is_an_object_with_one_key_and_the_last_one_is_the_totals() {
    for (name, report) in reports::all() {
        let text = rendered(&report, GroupBy::Job, OutputFormat::Jsonl);
        let text = String::from_utf8(text).expect("JSON is text");
        let mut last = String::new();
        for line in text.lines() {
            let value: serde_json::Value = serde_json::from_str(line).expect(name);
            let keys: Vec<_> = value.as_object().expect("an object").keys().cloned().collect();
            assert_eq!(keys.len(), 1, "{name}: {line}");
            last.clone_from(&keys[0]);
        }
        assert_eq!(last, "totals", "{name}");
    }
}
