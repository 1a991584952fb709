//! Configurations of Flink against golden files.
//!
//! Each directory below `tests/flink_conf/` is a case: one configuration under the name that it would have, and `expected`,
//! which says what was read and found. A new case is a directory with a configuration; `KEEPOINT_BLESS=1 cargo test` writes
//! the rest.

#[path = "support/golden.rs"]
mod golden;

use std::fmt::{Display, Write as _};
use std::fs;
use std::path::{Path, PathBuf};

use keepoint::flink_conf::{self, FlinkConf, Setting};
use keepoint::report::ValueName as _;
use keepoint::uri::StorageUri;

#[test]
fn golden_cases() {
    let cases = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/flink_conf")).expect("there are cases");
    let mut cases: Vec<PathBuf> = cases.map(|entry| entry.expect("cases can be listed").path()).collect();
    cases.sort();
    let failures = cases.iter().filter_map(|case| golden::compare(&case.join("expected"), view(case).as_bytes()).err());
    golden::report(&failures.collect::<Vec<_>>());
}

fn view(case: &Path) -> String {
    let files = fs::read_dir(case).expect("a case is a directory").map(|entry| entry.expect("a file").path());
    let mut files = files.filter(|file| file.file_name().is_some_and(|name| name != "expected"));
    let file = files.next().unwrap_or_else(|| panic!("{}: no configuration", case.display()));
    assert_eq!(files.next(), None, "{}: more than one configuration", case.display());
    let text = fs::read_to_string(&file).expect("a readable configuration");
    let name = file.file_name().expect("a file has a name").to_string_lossy().into_owned();
    let place = StorageUri::parse(&format!("/conf/{name}")).expect("a place");
    match flink_conf::read(&text, &place) {
        Ok(read) => {
            let mut view = settings(&read.conf);
            for finding in &read.findings {
                let severity = finding.severity().value_name();
                writeln!(view, "\n{severity} {} {}", finding.code, finding.location)
                    .expect("a string takes everything");
                writeln!(view, "  {}", finding.message).expect("a string takes everything");
                for (name, text) in [("evidence", &finding.evidence), ("action", &finding.action)] {
                    if let Some(text) = text {
                        writeln!(view, "  {name}: {text}").expect("a string takes everything");
                    }
                }
            }
            view
        }
        Err(error) => format!("error: {error}\n"),
    }
}

fn settings(conf: &FlinkConf) -> String {
    fn value<T>(setting: &Setting<T>, show: impl Fn(&T) -> String) -> String {
        format!("{} ({})", show(&setting.value), setting.key.unwrap_or("default"))
    }
    fn shown<T: Display>(setting: &Setting<T>) -> String {
        value(setting, ToString::to_string)
    }
    let or_none = |setting: &Option<Setting<StorageUri>>| setting.as_ref().map_or("none".to_owned(), shown);
    let lines = [
        ("checkpoints", or_none(&conf.checkpoint_directory)),
        ("savepoints", or_none(&conf.savepoint_directory)),
        ("changelog", or_none(&conf.changelog_directory)),
        ("retained", shown(&conf.retained)),
        ("timeout", value(&conf.checkpoint_timeout, |timeout| format!("{timeout:?}"))),
        ("subdirectories", shown(&conf.create_subdirectories)),
    ];
    lines.iter().fold(String::new(), |view, (name, text)| view + &format!("{name}: {text}\n"))
}
