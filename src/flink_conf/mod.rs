//! What a Flink configuration file says about checkpoints and savepoints, read as Flink reads it.
//!
//! Up to Flink 1.20 the file is called `flink-conf.yaml` and has a format of its own (`legacy.rs`); from 1.19 on it may be
//! `config.yaml`, which is YAML (`standard.rs`), and Flink 2 knows nothing else. Pure: it is given the text.

mod keys;
mod legacy;
mod settings;
mod standard;

use std::collections::HashMap;

use crate::report::{Finding, Severity};
use crate::uri::StorageUri;

pub use settings::{FlinkConf, Setting};

/// File name from which Flink 1.20 and older read their own format (`GlobalConfiguration.LEGACY_FLINK_CONF_FILENAME`).
pub const LEGACY_FILE_NAME: &str = "flink-conf.yaml";

/// File name from which Flink 1.19 and newer read YAML (`GlobalConfiguration.FLINK_CONF_FILENAME`).
pub const STANDARD_FILE_NAME: &str = "config.yaml";

/// The file is no YAML, and Flink would not start with it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: cannot be read as a configuration{}", .file, .line.map_or_else(String::new, |line| format!(", near line {line}")))]
pub struct NotAConfiguration {
    /// The file.
    pub file: StorageUri,
    /// Where it stops to make sense. The text there is not repeated: it may be a password.
    pub line: Option<u64>,
}

/// A configuration with what is to be said about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read {
    /// The settings.
    pub conf: FlinkConf,
    /// What to know about them.
    pub findings: Vec<Finding>,
}

/// Reads a configuration. Which of the two formats it has is told by the name of the file, as for Flink; for another name,
/// what is YAML is read as YAML.
pub fn read(text: &str, file: &StorageUri) -> Result<Read, NotAConfiguration> {
    let not_a_configuration = |line| NotAConfiguration { file: file.clone(), line };
    let entries = match file.file_name() {
        Some(LEGACY_FILE_NAME) => legacy::parse(text),
        Some(STANDARD_FILE_NAME) => standard::parse(text).map_err(not_a_configuration)?,
        _ => match standard::parse(text) {
            Ok(entries) => entries,
            Err(line) => {
                let entries = legacy::parse(text);
                // A file in which the other parser finds next to nothing was not meant for it.
                if entries.ignored_lines.len() > entries.values.len() {
                    return Err(not_a_configuration(line));
                }
                entries
            }
        },
    };
    let mut findings = Findings { file, all: Vec::new() };
    entries.tell(&mut findings);
    let conf = settings::of(&entries, &mut findings);
    Ok(Read { conf, findings: findings.all })
}

/// Keys and values as a parser found them, and what it made of the rest.
#[derive(Debug, Default, PartialEq, Eq)]
struct Entries {
    values: HashMap<String, String>,
    /// Lines that Flink skips with a warning, from 1.
    ignored_lines: Vec<usize>,
    /// Keys without a value, for which Flink refuses the file.
    empty_keys: Vec<String>,
    /// Quotation marks belong to the value.
    quotes_are_kept: bool,
}

impl Entries {
    fn tell(&self, findings: &mut Findings<'_>) {
        if !self.ignored_lines.is_empty() {
            let lines: Vec<String> = self.ignored_lines.iter().map(ToString::to_string).collect();
            findings.warn(
                "FLINK_CONF_LINE_IGNORED",
                "Flink skips the lines that are not `key: value`, with a blank behind the colon".to_owned(),
                Some(format!("line {}", lines.join(", "))),
                "write one key with its value on each line",
            );
        }
        if !self.empty_keys.is_empty() {
            findings.warn(
                "FLINK_CONF_EMPTY_VALUE",
                "Flink does not start with a key that has no value".to_owned(),
                Some(self.empty_keys.join(", ")),
                "give it a value, or remove the key",
            );
        }
    }
}

/// Findings about one file.
struct Findings<'a> {
    file: &'a StorageUri,
    all: Vec<Finding>,
}

impl Findings<'_> {
    fn warn(&mut self, code: &str, message: String, evidence: Option<String>, action: &str) {
        self.all.push(Finding {
            code: code.to_owned(),
            severity: Severity::Warning.into(),
            location: self.file.to_string(),
            message,
            evidence,
            action: Some(action.to_owned()),
            ..Finding::default()
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const YAML: &str = "state:\n  checkpoints:\n    dir: s3://b/c\n";
    const FLAT: &str = "state.checkpoints.dir: s3://b/c\nstate.savepoints.dir:s3://b/s\n\tweb.port: 1\n";

    fn checkpoints(file: &str, text: &str) -> Option<String> {
        let file = StorageUri::parse(file).expect("a place");
        let read = read(text, &file).ok()?;
        read.conf.checkpoint_directory.map(|setting| setting.value.to_string())
    }

    #[test]
    fn the_name_of_the_file_decides_which_parser_reads_it() {
        assert_eq!(checkpoints("/conf/config.yaml", YAML).as_deref(), Some("s3://b/c"));
        assert_eq!(checkpoints("/conf/flink-conf.yaml", YAML), None);
        assert_eq!(checkpoints("/conf/flink-conf.yaml", FLAT).as_deref(), Some("s3://b/c"));
        assert_eq!(checkpoints("/conf/config.yaml", FLAT), None);
    }

    #[test]
    fn a_file_of_another_name_is_read_by_what_is_in_it() {
        for text in [YAML, FLAT] {
            assert_eq!(checkpoints("/conf/prod.yaml", text).as_deref(), Some("s3://b/c"), "{text}");
        }
    }

    #[test]
    fn what_neither_parser_understands_is_an_error_that_does_not_repeat_the_text() {
        let file = StorageUri::parse("/conf/prod.yaml").expect("a place");
        let text = "a: 1\n{ s3.secret-key hunter2\n] }\n- x\n";
        let error = read(text, &file).expect_err("this is nothing").to_string();
        assert!(error.starts_with("file:/conf/prod.yaml: cannot be read as a configuration, near line "), "{error}");
        assert!(!error.contains("hunter2"), "{error}");
    }

    #[test]
    fn no_finding_repeats_the_text_of_a_line_that_was_not_understood() {
        let file = StorageUri::parse("/conf/flink-conf.yaml").expect("a place");
        let read = read("s3.secret-key:hunter2\n", &file).expect("Flink reads every text");
        assert_eq!(read.findings[0].evidence.as_deref(), Some("line 1"));
        assert!(!format!("{read:?}").contains("hunter2"), "{read:?}");
    }
}
