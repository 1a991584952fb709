//! Reports made by hand, through every renderer, against golden files in `tests/render/`.
//!
//! The stem of a golden file is the report, its extension the output. Reports come from `tests/reports/`.

#[path = "support/golden.rs"]
mod golden;
mod reports;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::{fs, io};

use keepoint::render::{self, InspectSection, OutputFormat, TableStyle};
use keepoint::report::InspectReport;
use prost::Message as _;

const PLAIN: TableStyle = TableStyle { width: None, colour: false };

const OUTPUTS: [(&str, OutputFormat<InspectSection>); 9] = [
    ("table", OutputFormat::Table(PLAIN)),
    ("wide", OutputFormat::Wide(PLAIN)),
    ("json", OutputFormat::Json),
    ("jsonl", OutputFormat::Jsonl),
    ("snapshot.csv", OutputFormat::Csv(InspectSection::Snapshot)),
    ("operators.csv", OutputFormat::Csv(InspectSection::Operators)),
    ("states.csv", OutputFormat::Csv(InspectSection::States)),
    ("files.csv", OutputFormat::Csv(InspectSection::Files)),
    ("findings.csv", OutputFormat::Csv(InspectSection::Findings)),
];

fn rendered(report: &InspectReport, format: OutputFormat<InspectSection>) -> Vec<u8> {
    let mut out = Vec::new();
    render::inspect(report, format, &mut out).expect("a vector takes everything");
    out
}

fn golden(name: &str) -> PathBuf {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/render");
    directory.join(name)
}

fn check(name: &str, extension: &str, report: &InspectReport, format: OutputFormat<InspectSection>) -> Vec<String> {
    let golden = golden(&format!("{name}.{extension}"));
    let comparison = golden::compare(&golden, &rendered(report, format));
    comparison.err().into_iter().collect()
}

#[test]
fn every_report_in_every_text_output() {
    let mut failures = Vec::new();
    for (name, report) in reports::all() {
        for (extension, format) in OUTPUTS {
            failures.extend(check(name, extension, &report, format));
        }
    }
    golden::report(&failures);
}

#[test]
fn tables_on_a_terminal_are_wrapped_to_its_width_and_coloured() {
    let terminal = TableStyle { width: Some(120), colour: true };
    let report = reports::findings();
    let table = OutputFormat::Table(terminal);
    let wide = OutputFormat::Wide(terminal);
    let mut failures = check("findings", "terminal-table", &report, table);
    failures.extend(check("findings", "terminal-wide", &report, wide));
    golden::report(&failures);
}

#[test]
fn protobuf_output_is_the_report_itself() {
    for (name, report) in reports::all() {
        let bytes = rendered(&report, OutputFormat::Protobuf);
        let decoded = InspectReport::decode(bytes.as_slice()).expect("written by the renderer");
        assert_eq!(decoded, report, "{name}");
    }
}

#[test]
fn a_closed_pipe_is_told_as_such_by_every_output() {
    struct Closed;
    impl Write for Closed {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let protobuf = ("protobuf", OutputFormat::Protobuf);
    for (name, format) in OUTPUTS.into_iter().chain([protobuf]) {
        let error = render::inspect(&reports::findings(), format, &mut Closed);
        let kind = error.expect_err("nothing can be written").kind();
        assert_eq!(kind, io::ErrorKind::BrokenPipe, "{name}");
    }
}

#[test]
fn every_golden_file_belongs_to_a_report() {
    let reports = reports::all();
    let files = fs::read_dir(golden("")).expect("there are golden files");
    for file in files {
        let name = file.expect("golden files can be listed").file_name();
        let name = name.to_string_lossy().into_owned();
        let (report, extension) = name.split_once('.').expect("report and output");
        let extension = extension.trim_start_matches("terminal-");
        assert!(reports.iter().any(|(name, _)| *name == report), "{name}");
        assert!(OUTPUTS.iter().any(|(name, _)| *name == extension), "{name}");
    }
}

#[test]
fn nothing_in_a_table_can_drive_a_terminal_or_break_a_line() {
    let report = reports::hostile_names();
    for format in [OutputFormat::Table(PLAIN), OutputFormat::Wide(PLAIN)] {
        let text = String::from_utf8(rendered(&report, format)).expect("tables are text");
        assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "{text:?}");
        assert!(!text.contains("\nforged line"), "{text}");
    }
}

#[test]
fn every_line_of_json_lines_is_an_object_with_one_key() {
    for (name, report) in reports::all() {
        let text = String::from_utf8(rendered(&report, OutputFormat::Jsonl)).expect("JSON is text");
        for line in text.lines() {
            let value: serde_json::Value = serde_json::from_str(line).expect(name);
            assert_eq!(value.as_object().map(serde_json::Map::len), Some(1), "{name}: {line}");
        }
    }
}
