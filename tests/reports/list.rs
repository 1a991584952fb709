//! Lists made by hand. The version and the time are fixed, so that neither changes any golden file.

use chrono::{DateTime, Utc};
use keepoint::list::{ListOptions, Order, Retention, Selection, SortKey, arrange};
use keepoint::report::{
    Finding, ListReport, ListTotals, SCHEMA, Severity, Snapshot, SnapshotFormat, SnapshotKind, SnapshotOrigin,
    SnapshotStatus, timestamp_from_millis,
};
use keepoint::uri::StorageUri;
use prost_types::Timestamp;

const COUNTS: &str = "6e1f8b1c0a2d4c3f9b7a5d4e3c2b1a09";
const ORDERS: &str = "a1b2c3d4e5f60718293a4b5c6d7e8f90";
const IN_APPLICATION_MODE: &str = "00000000000000000000000000000000";

pub(crate) fn all() -> [(&'static str, ListReport); 6] {
    [
        ("full", full()),
        ("filtered", filtered()),
        ("namesakes", namesakes()),
        ("unknown-facts", unknown_facts()),
        ("hostile-names", hostile_names()),
        ("nothing", nothing()),
    ]
}

fn as_of() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_262_400, 0).expect("a time within range")
}

fn minutes_ago(minutes: i64) -> Timestamp {
    timestamp_from_millis(as_of().timestamp_millis() - minutes * 60_000)
}

/// What a search of two roots found.
fn found(snapshots: Vec<Snapshot>, findings: Vec<Finding>) -> ListReport {
    ListReport {
        schema: SCHEMA.to_owned(),
        tool_version: "1.2.3".to_owned(),
        snapshots,
        findings,
        roots: vec!["s3://bucket/checkpoints".to_owned(), "s3://bucket/savepoints".to_owned()],
        totals: Some(ListTotals {
            directories: Some(14),
            files: Some(1_203),
            directories_unread: Some(0),
            ..ListTotals::default()
        }),
        ..ListReport::default()
    }
}

fn checkpoint(job: &str, id: u64, minutes: i64) -> Snapshot {
    Snapshot {
        location: format!("s3://bucket/checkpoints/{job}/chk-{id}"),
        job_id: Some(job.to_owned()),
        checkpoint_id: Some(id),
        kind: Some(SnapshotKind::Checkpoint.into()),
        status: SnapshotStatus::Completed.into(),
        origin: SnapshotOrigin::Checkpoint.into(),
        metadata_version: Some(6),
        incremental: Some(true),
        unaligned: Some(false),
        changelog: Some(false),
        file_merging: Some(false),
        completed_at: Some(minutes_ago(minutes)),
        times_estimated: Some(true),
        operator_count: Some(3),
        state_bytes: Some(1_288_490_189),
        exclusive_bytes: Some(1_434),
        shared_bytes: Some(1_288_480_189),
        inline_bytes: Some(8_566),
        task_owned_bytes: Some(0),
        checkpointed_bytes: Some(5 << 20),
        metadata_bytes: Some(12_345),
        ..Snapshot::default()
    }
}

fn savepoint(name: &str, minutes: i64) -> Snapshot {
    Snapshot {
        location: format!("s3://bucket/savepoints/{name}"),
        checkpoint_id: Some(1),
        kind: Some(SnapshotKind::Savepoint.into()),
        format: Some(SnapshotFormat::Canonical.into()),
        status: SnapshotStatus::Completed.into(),
        origin: SnapshotOrigin::Suspend.into(),
        metadata_version: Some(4),
        incremental: Some(false),
        unaligned: Some(false),
        changelog: Some(false),
        file_merging: Some(false),
        completed_at: Some(minutes_ago(minutes)),
        times_estimated: Some(true),
        operator_count: Some(12),
        state_bytes: Some(430_000_000),
        metadata_bytes: Some(756),
        ..Snapshot::default()
    }
}

fn without_metadata(job: &str, id: u64, status: SnapshotStatus, minutes: i64) -> Snapshot {
    Snapshot {
        location: format!("s3://bucket/checkpoints/{job}/chk-{id}"),
        job_id: Some(job.to_owned()),
        checkpoint_id: Some(id),
        kind: Some(SnapshotKind::Checkpoint.into()),
        status: status.into(),
        origin: SnapshotOrigin::Checkpoint.into(),
        triggered_at: Some(minutes_ago(minutes)),
        times_estimated: Some(true),
        data_files: Some(14),
        data_bytes: Some(3 << 20),
        ..Snapshot::default()
    }
}

fn everything() -> ListReport {
    let unreadable = Snapshot {
        location: format!("s3://bucket/checkpoints/{ORDERS}/chk-8"),
        job_id: Some(ORDERS.to_owned()),
        checkpoint_id: Some(8),
        kind: Some(SnapshotKind::Checkpoint.into()),
        status: SnapshotStatus::Unreadable.into(),
        origin: SnapshotOrigin::Unknown.into(),
        completed_at: Some(minutes_ago(60 * 50)),
        times_estimated: Some(true),
        metadata_bytes: Some(0),
        ..Snapshot::default()
    };
    let precise = Snapshot {
        job_name: Some("word counts".to_owned()),
        triggered_at: Some(minutes_ago(4)),
        times_estimated: Some(false),
        duration_ms: Some(61_000),
        unaligned: Some(true),
        description: Some("before the move".to_owned()),
        ..checkpoint(COUNTS, 42, 3)
    };
    let findings = vec![
        Finding {
            code: "SAVEPOINT_DIR_NOT_SET".to_owned(),
            severity: Severity::Warning.into(),
            location: "file:/conf/config.yaml".to_owned(),
            message: "no directory for savepoints is set".to_owned(),
            action: Some("set one".to_owned()),
            ..Finding::default()
        },
        Finding {
            code: "META_UNREADABLE".to_owned(),
            severity: Severity::Error.into(),
            location: format!("{}/_metadata", unreadable.location),
            message: "the metadata file is empty".to_owned(),
            evidence: Some("0 bytes".to_owned()),
            action: Some("use another snapshot".to_owned()),
            ..Finding::default()
        },
    ];
    let snapshots = vec![
        savepoint("savepoint-6e1f8b-0a1b2c3d4e5f", 60 * 24 * 30),
        checkpoint(COUNTS, 41, 13),
        precise,
        without_metadata(COUNTS, 43, SnapshotStatus::InProgress, 1),
        without_metadata(ORDERS, 7, SnapshotStatus::Incomplete, 60 * 49),
        unreadable,
        Snapshot { format: Some(SnapshotFormat::Native.into()), ..savepoint("before-upgrade", 60 * 5) },
    ];
    found(snapshots, findings)
}

/// A job with a good checkpoint, a job without one, and savepoints of nobody knows whom.
pub(crate) fn full() -> ListReport {
    let directory = StorageUri::parse("s3://bucket/checkpoints").expect("a place");
    let retention = Some(Retention { directory, retained: 1, is_default: true });
    arrange(everything(), &ListOptions { retention, ..ListOptions::default() }, as_of())
}

/// Large ones of any kind, the smallest first; some have no size.
fn filtered() -> ListReport {
    let options = ListOptions {
        selection: Selection { min_size: Some(400_000_000), ..Selection::default() },
        order: Order { key: SortKey::Size, reversed: true },
        retention: None,
    };
    let mut everything = everything();
    everything.totals = Some(ListTotals { directories: Some(1), directories_unread: Some(1), ..ListTotals::default() });
    arrange(everything, &options, as_of())
}

/// Two jobs in application mode, which have the same id.
fn namesakes() -> ListReport {
    let one = checkpoint(IN_APPLICATION_MODE, 1, 5);
    let other = Snapshot { location: one.location.replace("checkpoints", "others"), ..one.clone() };
    let savepoint =
        Snapshot { job_id: Some(IN_APPLICATION_MODE.to_owned()), ..savepoint("savepoint-000000-0a1b2c3d4e5f", 30) };
    arrange(found(vec![one, other, savepoint], Vec::new()), &ListOptions::default(), as_of())
}

/// As little is known as can be; one is from the future.
fn unknown_facts() -> ListReport {
    let renamed = Snapshot {
        location: "file:/old/renamed".to_owned(),
        status: SnapshotStatus::Completed.into(),
        origin: SnapshotOrigin::Unknown.into(),
        metadata_version: Some(2),
        incremental: Some(true),
        ..Snapshot::default()
    };
    let future = Snapshot { state_bytes: None, ..checkpoint(ORDERS, 3, -2) };
    let timeless = Snapshot { completed_at: None, times_estimated: None, ..checkpoint(COUNTS, 3, 0) };
    let report = ListReport { roots: Vec::new(), totals: None, ..found(vec![renamed, future, timeless], Vec::new()) };
    arrange(report, &ListOptions::default(), as_of())
}

/// Names that would clear the screen, forge a line, reverse text or pass for a formula's separators.
pub(crate) fn hostile_names() -> ListReport {
    let hostile = "a\u{1b}[2J\u{9b}31m\r\nforged line\t\u{202e}gnp.exe\u{0}";
    let snapshot = Snapshot {
        location: format!("file:/data/{hostile}/chk-1"),
        job_name: Some(hostile.to_owned()),
        description: Some(format!("\",;'東京\u{1f600}{hostile}")),
        job_id: Some(hostile.to_owned()),
        ..checkpoint(ORDERS, 1, 1)
    };
    let savepoint = Snapshot { location: format!("file:/data/{hostile}"), ..savepoint("", 1) };
    let finding = Finding {
        code: "META_TRAILING_BYTES".to_owned(),
        severity: Severity::Warning.into(),
        location: format!("file:/data/{hostile}"),
        message: format!("{hostile} is odd"),
        evidence: Some(hostile.to_owned()),
        ..Finding::default()
    };
    let mut report = found(vec![snapshot, savepoint], vec![finding]);
    report.roots.push(format!("file:/data/{hostile}"));
    arrange(report, &ListOptions::default(), as_of())
}

fn nothing() -> ListReport {
    arrange(found(Vec::new(), Vec::new()), &ListOptions::default(), as_of())
}
