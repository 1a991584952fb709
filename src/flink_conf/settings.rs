//! From keys and values to settings, with what Flink would make of each value.

use std::time::Duration;

use super::keys::{self, ConfigOption};
use super::{Entries, Findings};
use crate::uri::StorageUri;

/// What the configuration says about checkpoints and savepoints. A job may have set something else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlinkConf {
    /// Where checkpoints are kept.
    pub checkpoint_directory: Option<Setting<StorageUri>>,
    /// Where savepoints are kept unless a command says otherwise.
    pub savepoint_directory: Option<Setting<StorageUri>>,
    /// Where the changelog state backend writes its increments.
    pub changelog_directory: Option<Setting<StorageUri>>,
    /// How many completed checkpoints are kept for each job.
    pub retained: Setting<u32>,
    /// How long a checkpoint may take.
    pub checkpoint_timeout: Setting<Duration>,
    /// Whether each job has a directory of its own, named after its id, in the checkpoint directory.
    pub create_subdirectories: Setting<bool>,
}

/// A value and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting<T> {
    /// The value.
    pub value: T,
    /// The key that sets it; `None` for Flink's default.
    pub key: Option<&'static str>,
}

impl<T> Setting<T> {
    /// Whether the value is Flink's default because none is set.
    pub fn is_default(&self) -> bool {
        self.key.is_none()
    }
}

const DEFAULT_RETAINED: u32 = 1;
const DEFAULT_TIMEOUT: Duration = Duration::from_mins(10);

pub(super) fn of(entries: &Entries, findings: &mut Findings<'_>) -> FlinkConf {
    let checkpoints = keys::CHECKPOINTS_DIRECTORY;
    let savepoints = keys::SAVEPOINT_DIRECTORY;
    if is_missing(checkpoints, entries) {
        findings.warn(
            "CHECKPOINT_DIR_NOT_SET",
            format!("{checkpoints} is not set: unless a job sets it, its checkpoints end with its job manager"),
            None,
            "set it to a directory that all job managers and task managers reach",
        );
    }
    if is_missing(savepoints, entries) {
        findings.warn(
            "SAVEPOINT_DIR_NOT_SET",
            format!(
                "{savepoints} is not set: stop-with-savepoint and upgrades fail unless each names a directory for itself"
            ),
            None,
            "set it to a directory that all job managers and task managers reach",
        );
    }
    FlinkConf {
        checkpoint_directory: setting(checkpoints, entries, findings, snapshot_directory),
        savepoint_directory: setting(savepoints, entries, findings, snapshot_directory),
        changelog_directory: setting(keys::CHANGELOG_BASE_PATH, entries, findings, |value| {
            let default = keys::DEFAULT_FILESYSTEM_SCHEME.set(entries).next().map(|(_, value)| value);
            directory(value, default)
        }),
        retained: or_default(DEFAULT_RETAINED, keys::MAX_RETAINED_CHECKPOINTS, entries, findings, retained),
        checkpoint_timeout: or_default(DEFAULT_TIMEOUT, keys::CHECKPOINTING_TIMEOUT, entries, findings, duration),
        create_subdirectories: or_default(true, keys::CREATE_CHECKPOINT_SUB_DIR, entries, findings, boolean),
    }
}

/// Neither set nor mentioned without a value, of which there is another finding.
fn is_missing(option: ConfigOption, entries: &Entries) -> bool {
    option.set(entries).next().is_none() && !entries.empty_keys.iter().any(|key| option.names.contains(&key.as_str()))
}

fn or_default<T: PartialEq>(
    default: T,
    option: ConfigOption,
    entries: &Entries,
    findings: &mut Findings<'_>,
    parse: impl Fn(&str) -> Result<T, String>,
) -> Setting<T> {
    setting(option, entries, findings, parse).unwrap_or(Setting { value: default, key: None })
}

/// The value of an option by its first name that is set; none when it is not set or not usable.
fn setting<T: PartialEq>(
    option: ConfigOption,
    entries: &Entries,
    findings: &mut Findings<'_>,
    parse: impl Fn(&str) -> Result<T, String>,
) -> Option<Setting<T>> {
    let mut set = option.set(entries);
    let (key, text) = set.next()?;
    let parsed = parse(text);
    // Two spellings of one value do not contradict each other.
    let other = set.find(|(_, other)| match (&parsed, parse(other)) {
        (Ok(value), Ok(other)) => *value != other,
        _ => text != *other,
    });
    if let Some((other_key, other_text)) = other {
        let winner = match option.since {
            Some(since) if key == option.names[0] => {
                format!("Flink {since} and newer take the first, older ones know only the second")
            }
            _ => "Flink takes the first".to_owned(),
        };
        findings.warn(
            "FLINK_CONF_KEYS_DIFFER",
            format!("{key} and {other_key} are one option and have different values; {winner}"),
            Some(format!("{key}: {text}, {other_key}: {other_text}")),
            "remove the one that is wrong",
        );
    }
    match parsed {
        Ok(value) => Some(Setting { value, key: Some(key) }),
        Err(reason) => {
            let quoted = entries.quotes_are_kept && text.starts_with(['"', '\'']);
            let reason =
                if quoted { "in this file format the quotation marks belong to the value".to_owned() } else { reason };
            findings.warn(
                "FLINK_CONF_VALUE_INVALID",
                format!("{key} has a value that Flink cannot use: {reason}"),
                Some(text.to_owned()),
                "correct the value",
            );
            None
        }
    }
}

/// `ExternalizedSnapshotLocation.validatePath` wants a scheme, and not the root.
fn snapshot_directory(value: &str) -> Result<StorageUri, String> {
    if !has_scheme(value) {
        return Err("it must be a URI with its scheme, such as file:/dir or s3://bucket/dir".to_owned());
    }
    let directory = directory(value, None)?;
    if directory.parent().is_none() {
        return Err("it must not be the root".to_owned());
    }
    Ok(directory)
}

/// Where there is no scheme, `FileSystem.getUnguardedFileSystem` takes scheme and authority of `fs.default-scheme`.
fn directory(value: &str, default_file_system: Option<&str>) -> Result<StorageUri, String> {
    let place = match default_file_system.and_then(|default| StorageUri::parse(default).ok()) {
        Some(default) if !has_scheme(value) && value.starts_with('/') => {
            let authority = default.authority().map_or_else(String::new, |authority| format!("//{authority}"));
            StorageUri::parse(&format!("{}:{authority}{value}", default.scheme()))
        }
        _ => StorageUri::parse(value),
    };
    place.map_err(|_| "it is neither an absolute path nor a URI".to_owned())
}

/// A colon in front of the first slash, as in `org.apache.flink.core.fs.Path`.
fn has_scheme(value: &str) -> bool {
    value.split('/').next().is_some_and(|first| first.contains(':'))
}

/// `DefaultCompletedCheckpointStoreUtils.getMaximumNumberOfRetainedCheckpoints` takes the default for 0 and less.
fn retained(value: &str) -> Result<u32, String> {
    let number: i32 = value.parse().map_err(|_| "it must be a whole number".to_owned())?;
    match u32::try_from(number) {
        Ok(retained @ 1..) => Ok(retained),
        _ => Err(format!("it must be at least 1, and Flink takes {DEFAULT_RETAINED} instead")),
    }
}

/// `ConfigurationUtils.convertToBoolean`.
fn boolean(value: &str) -> Result<bool, String> {
    match value.to_ascii_lowercase().as_str() {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err("it must be true or false".to_owned()),
    }
}

/// `TimeUtils.parseDuration`: a whole number and a unit, milliseconds where there is none.
fn duration(value: &str) -> Result<Duration, String> {
    let wrong = || "it must be a whole number with a unit, such as 10 min".to_owned();
    let digits = value.find(|c: char| !c.is_ascii_digit()).unwrap_or(value.len());
    let (number, unit) = value.split_at(digits);
    let number: u64 = number.parse().map_err(|_| wrong())?;
    let seconds = |each: u64| number.checked_mul(each).map(Duration::from_secs);
    let duration = match unit.trim().to_lowercase().as_str() {
        "d" | "day" | "days" => seconds(86_400),
        "h" | "hour" | "hours" => seconds(3_600),
        "m" | "min" | "minute" | "minutes" => seconds(60),
        "s" | "sec" | "secs" | "second" | "seconds" => seconds(1),
        "" | "ms" | "milli" | "millis" | "millisecond" | "milliseconds" => Some(Duration::from_millis(number)),
        "µs" | "micro" | "micros" | "microsecond" | "microseconds" => Some(Duration::from_micros(number)),
        "ns" | "nano" | "nanos" | "nanosecond" | "nanoseconds" => Some(Duration::from_nanos(number)),
        _ => None,
    };
    duration.ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_flink_reads_them() {
        assert_eq!(duration("10 min"), Ok(Duration::from_mins(10)));
        assert_eq!(duration("10min"), Ok(Duration::from_mins(10)));
        assert_eq!(duration("600000"), Ok(Duration::from_mins(10)));
        assert_eq!(duration("3 H"), Ok(Duration::from_hours(3)));
        for wrong in ["", "min", "-1 s", "1.5 s", "1 fortnight", "1h 30min", "99999999999999999999 s"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_snapshot_directory_is_a_uri_with_a_scheme_below_the_root() {
        assert!(snapshot_directory("s3://bucket/flink").is_ok());
        assert!(snapshot_directory("file:/flink").is_ok());
        for wrong in ["/flink", "flink", "s3://bucket", "file:/", "s3:flink"] {
            assert!(snapshot_directory(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_path_without_a_scheme_is_in_the_default_file_system() {
        let place = |value, default| directory(value, default).expect("a place").to_string();
        assert_eq!(place("/changelog", Some("hdfs://ns/")), "hdfs://ns/changelog");
        assert_eq!(place("/changelog", None), "file:/changelog");
        assert_eq!(place("s3://b/changelog", Some("hdfs://ns/")), "s3://b/changelog");
    }
}
