//! Reports of the collector, made by hand. The version and the times are fixed, so that neither changes any golden file.

use keepoint::report::{
    Finding, GcClass, GcDecision, GcEnd, GcFailedDeletion, GcItem, GcNotTaken, GcOutcomeReport, GcPlanHeader,
    GcPlanReport, GcProtection, GcPurpose, GcRestoredReport, GcRoot, GcShare, GcSnapshot, GcTotals, SCHEMA, Severity,
    SnapshotKind, SnapshotStatus, timestamp_from_millis,
};
use prost_types::Timestamp;

const COUNTS: &str = "6e1f8b1c0a2d4c3f9b7a5d4e3c2b1a09";
const ORDERS: &str = "a1b2c3d4e5f60718293a4b5c6d7e8f90";
const GONE: &str = "00112233445566778899aabbccddeeff";

/// Clears the screen, forges a line, reverses text, and is markup to every reader of markup.
pub(crate) const HOSTILE: &str = "a\u{1b}[2J\u{9b}31m\r\nforged line\t\u{202e}gnp.exe\u{0}<img src=x onerror=alert(1)>\"'&`|`` **bold** [x](javascript:y)</script></details>";

pub(crate) fn plans() -> [(&'static str, GcPlanReport); 4] {
    [("plan", plan()), ("nothing", nothing()), ("unknown-facts", unknown_facts()), ("hostile-names", hostile_plan())]
}

pub(crate) fn outcomes() -> [(&'static str, GcOutcomeReport); 4] {
    [("done", done()), ("in-part", in_part()), ("refused", refused()), ("hostile-names", hostile_outcome())]
}

pub(crate) fn restorations() -> [(&'static str, GcRestoredReport); 3] {
    [("restored", restored()), ("not-restored", not_restored()), ("hostile-names", hostile_restored())]
}

fn minutes_ago(minutes: i64) -> Timestamp {
    timestamp_from_millis(1_795_262_400_000 - minutes * 60_000)
}

fn job(id: &str) -> String {
    format!("s3://bucket/checkpoints/{id}")
}

fn checkpoint(id: &str, number: u64, minutes: i64, decision: GcDecision, reasons: &[&str]) -> GcSnapshot {
    let location = format!("{}/chk-{number}", job(id));
    let goes = decision == GcDecision::Delete;
    GcSnapshot {
        metadata: format!("{location}/_metadata"),
        location,
        decision: decision.into(),
        reasons: reasons.iter().map(ToString::to_string).collect(),
        job_id: Some(id.to_owned()),
        checkpoint_id: Some(number),
        kind: Some(SnapshotKind::Checkpoint.into()),
        status: SnapshotStatus::Completed.into(),
        completed_at: Some(minutes_ago(minutes)),
        lineage: job(id),
        ended: false,
        restorable: Some(true),
        files: 14,
        files_freed: if goes { 12 } else { 0 },
        bytes_freed: if goes { (1 << 30) + 12_345 } else { 0 },
        metadata_bytes: 12_345,
        metadata_modified_at: Some(minutes_ago(minutes)),
        metadata_tag: Some("\"9b2cf535f27731c974343645a3985328\"".to_owned()),
        metadata_digest: "5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8".to_owned(),
        metadata_version: Some(6),
    }
}

fn savepoint(name: &str, minutes: i64, decision: GcDecision, reasons: &[&str]) -> GcSnapshot {
    let location = format!("s3://bucket/savepoints/{name}");
    GcSnapshot {
        metadata: format!("{location}/_metadata"),
        lineage: location.clone(),
        location,
        job_id: None,
        checkpoint_id: Some(1),
        kind: Some(SnapshotKind::Savepoint.into()),
        metadata_tag: None,
        ..checkpoint(COUNTS, 1, minutes, decision, reasons)
    }
}

fn header() -> GcPlanHeader {
    GcPlanHeader {
        format: 1,
        schema: SCHEMA.to_owned(),
        tool_version: "1.2.3".to_owned(),
        plan_id: "plan-20261121T120000Z-1f2e3d4c".to_owned(),
        created_at: Some(minutes_ago(0)),
        roots: vec![
            GcRoot {
                location: "s3://bucket/checkpoints".to_owned(),
                files: 120,
                bytes: 9 << 30,
                identity: Some("http://minio:9000, bucket bucket".to_owned()),
                versioned: Some(true),
            },
            GcRoot { location: "s3://bucket/savepoints".to_owned(), files: 30, bytes: 1 << 30, ..GcRoot::default() },
        ],
        also_read: vec!["hdfs://nameservice/flink".to_owned()],
        configuration_digest: "b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9".to_owned(),
        policy: vec!["keep-last 2".to_owned(), "savepoints are kept: no rule names them".to_owned()],
        limits: vec!["residue is planned".to_owned(), "min-age 7days".to_owned()],
        protections: vec![
            GcProtection {
                source: "pin:/etc/keepoint/pins".to_owned(),
                read_at: Some(minutes_ago(1)),
                entries: 1,
                ..GcProtection::default()
            },
            GcProtection { source: "flink:https://flink:8081".to_owned(), waived: true, ..GcProtection::default() },
        ],
        statements: vec![
            "nothing outside of what is cleaned and what was also read names files in it".to_owned(),
            "the age of residue counts from the time of the store: there is no ledger".to_owned(),
        ],
        clock_ahead_ms: Some(1_500),
        ledger: None,
        purpose: GcPurpose::Retention.into(),
        quarantine: None,
        flink_retained: 2,
        acknowledged: Vec::new(),
        checkpoint_timeout_ms: 3_600_000,
        settling_ms: 600_000,
    }
}

fn share(lineage: &str, class: GcClass, files: u64, bytes: u64) -> GcShare {
    GcShare { lineage: lineage.to_owned(), class: class.into(), files, bytes }
}

fn finding(code: &str, severity: Severity, location: &str, message: &str) -> Finding {
    Finding {
        code: code.to_owned(),
        severity: severity.into(),
        location: location.to_owned(),
        message: message.to_owned(),
        action: Some("look at it".to_owned()),
        ..Finding::default()
    }
}

/// A job of which two checkpoints go, one that is blocked, savepoints, and residue where no snapshot is left.
pub(crate) fn plan() -> GcPlanReport {
    let damaged = GcSnapshot {
        status: SnapshotStatus::Damaged.into(),
        restorable: Some(false),
        ended: true,
        ..checkpoint(ORDERS, 7, 60 * 49, GcDecision::Blocked, &["unreadable metadata lies beside it"])
    };
    let old = GcSnapshot {
        completed_at: None,
        restorable: None,
        bytes_freed: (1 << 20) + 756,
        metadata_bytes: 756,
        ..savepoint(
            "before-upgrade",
            60 * 24 * 30,
            GcDecision::Delete,
            &["savepoint: keep-last 1: 1 newer one is kept"],
        )
    };
    GcPlanReport {
        schema: SCHEMA.to_owned(),
        tool_version: "1.2.3".to_owned(),
        plan: Some(header()),
        snapshots: vec![
            checkpoint(COUNTS, 10, 3, GcDecision::Keep, &["keep-last 2 (1st)", "newest of a running job"]),
            checkpoint(COUNTS, 7, 33, GcDecision::Delete, &["keep-last 2: 2 newer ones are kept"]),
            checkpoint(COUNTS, 8, 23, GcDecision::Delete, &["keep-last 2: 2 newer ones are kept"]),
            checkpoint(COUNTS, 9, 13, GcDecision::Keep, &["keep-last 2 (2nd)"]),
            damaged,
            old,
            savepoint("savepoint-6e1f8b-0a1b2c3d4e5f", 60 * 5, GcDecision::Keep, &["pin: before the move"]),
        ],
        not_taken: vec![
            GcNotTaken { reason: "too young".to_owned(), files: 4, bytes: 4 << 20, lineage: Some(job(COUNTS)) },
            GcNotTaken { reason: "too young".to_owned(), files: 1, bytes: 1 << 20, lineage: Some(job(GONE)) },
            GcNotTaken { reason: "unknown layout".to_owned(), files: 2, bytes: 77, lineage: None },
        ],
        blockers: vec![finding(
            "META_UNREADABLE",
            Severity::Error,
            &format!("{}/chk-8/_metadata", job(ORDERS)),
            "the metadata file is empty: nothing in its lineage goes",
        )],
        findings: vec![finding(
            "POLICY_DIFFERS",
            Severity::Warning,
            &job(COUNTS),
            "the policy keeps 2 checkpoints and Flink retains 3",
        )],
        totals: Some(GcTotals {
            snapshots: 7,
            snapshots_kept: 3,
            snapshots_deleted: 3,
            snapshots_blocked: 1,
            files: 150,
            bytes: 10 << 30,
            files_deleted: 40,
            bytes_deleted: (2 << 30) + (6 << 20) + 24_690 + 756,
            shares: vec![
                share(&job(GONE), GcClass::SharedOrphan, 5, 5 << 20),
                share(&job(COUNTS), GcClass::Metadata, 2, 24_690),
                share(&job(COUNTS), GcClass::Retired, 22, 2 << 30),
                share("s3://bucket/savepoints/before-upgrade", GcClass::Metadata, 1, 756),
                share("s3://bucket/savepoints/before-upgrade", GcClass::Retired, 10, 1 << 20),
            ],
            as_of: Some(minutes_ago(0)),
        }),
        plan_file: Some("/var/lib/keepoint/plan".to_owned()),
        digest: Some("2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae".to_owned()),
        items: Vec::new(),
    }
}

pub(crate) fn items() -> Vec<GcItem> {
    let place = format!("{}/chk-7", job(COUNTS));
    let metadata = GcItem {
        path: format!("{place}/_metadata"),
        bytes: 12_345,
        class: GcClass::Metadata.into(),
        reason: "keep-last 2: 2 newer ones are kept".to_owned(),
        snapshot: Some(place.clone()),
        modified_at: Some(minutes_ago(33)),
        tag: Some("\"9b2cf535f27731c974343645a3985328\"".to_owned()),
        first_seen_dead: None,
        lineage: job(COUNTS),
        evidence: None,
    };
    let residue = GcItem {
        path: format!("{}/shared/{HOSTILE}", job(GONE)),
        bytes: 1 << 20,
        class: GcClass::SharedOrphan.into(),
        reason: "no snapshot refers to it".to_owned(),
        snapshot: None,
        lineage: job(GONE),
        evidence: Some("ended: nothing was written for 30days".to_owned()),
        ..metadata.clone()
    };
    vec![residue, metadata]
}

fn nothing() -> GcPlanReport {
    let plan = GcPlanHeader { protections: Vec::new(), also_read: Vec::new(), clock_ahead_ms: None, ..header() };
    GcPlanReport {
        schema: SCHEMA.to_owned(),
        tool_version: "1.2.3".to_owned(),
        plan: Some(plan),
        totals: Some(GcTotals { as_of: Some(minutes_ago(0)), ..GcTotals::default() }),
        ..GcPlanReport::default()
    }
}

/// As little is known as can be.
fn unknown_facts() -> GcPlanReport {
    GcPlanReport {
        schema: SCHEMA.to_owned(),
        tool_version: "1.2.3".to_owned(),
        snapshots: vec![GcSnapshot { location: "file:/old/renamed".to_owned(), ..GcSnapshot::default() }],
        ..GcPlanReport::default()
    }
}

/// Names that would drive a terminal or become part of a page.
pub(crate) fn hostile_plan() -> GcPlanReport {
    let mut report = plan();
    let lineage = format!("file:/data/{HOSTILE}");
    for snapshot in &mut report.snapshots {
        snapshot.lineage.clone_from(&lineage);
        snapshot.location = format!("{lineage}/{HOSTILE}");
        snapshot.reasons.push(HOSTILE.to_owned());
    }
    let savepoint = GcSnapshot { lineage: lineage.clone(), location: lineage.clone(), ..report.snapshots[0].clone() };
    report.snapshots.push(GcSnapshot {
        lineage: format!("{lineage}/s"),
        location: format!("{lineage}/s"),
        ..savepoint
    });
    report.not_taken.push(GcNotTaken {
        reason: HOSTILE.to_owned(),
        lineage: Some(lineage.clone()),
        ..GcNotTaken::default()
    });
    let hostile =
        Finding { evidence: Some(HOSTILE.to_owned()), ..finding(HOSTILE, Severity::Error, &lineage, HOSTILE) };
    report.blockers.push(hostile.clone());
    report.findings.push(hostile);
    report.plan_file = Some(HOSTILE.to_owned());
    report.digest = Some(HOSTILE.to_owned());
    if let Some(totals) = &mut report.totals {
        totals.shares.push(share(&lineage, GcClass::Directory, 1, 0));
    }
    if let Some(plan) = &mut report.plan {
        HOSTILE.clone_into(&mut plan.plan_id);
        plan.policy.push(HOSTILE.to_owned());
        plan.statements.push(HOSTILE.to_owned());
        plan.also_read.push(HOSTILE.to_owned());
        plan.roots.push(GcRoot {
            location: HOSTILE.to_owned(),
            identity: Some(HOSTILE.to_owned()),
            ..GcRoot::default()
        });
        plan.protections.push(GcProtection { source: HOSTILE.to_owned(), ..GcProtection::default() });
        plan.quarantine = Some(HOSTILE.to_owned());
    }
    report
}

/// As many as an operator with 500 jobs may have.
pub(crate) fn many_snapshots() -> GcPlanReport {
    let mut report = plan();
    report.snapshots.clear();
    for number in 0..500_u32 {
        let id = format!("{number:032x}");
        for (position, age) in (1..=20).zip(0..) {
            let decision = if position > 15 { GcDecision::Keep } else { GcDecision::Delete };
            report.snapshots.push(checkpoint(&id, position, 200 - age, decision, &["keep-last 5"]));
        }
    }
    report
}

pub(crate) fn done() -> GcOutcomeReport {
    GcOutcomeReport {
        schema: SCHEMA.to_owned(),
        tool_version: "1.2.3".to_owned(),
        run_id: "run-20261121T120100Z-9a8b7c6d".to_owned(),
        plan_id: header().plan_id,
        end: GcEnd::Done.into(),
        snapshots_deleted: vec![format!("{}/chk-7", job(COUNTS)), format!("{}/chk-8", job(COUNTS))],
        files_deleted: 38,
        bytes_deleted: 2 << 30,
        files_absent: 1,
        directories_removed: 2,
        skipped: vec![GcNotTaken { reason: "it has changed since".to_owned(), files: 2, bytes: 99, lineage: None }],
        audit_log: Some("s3://ops/keepoint/audit/run-20261121T120100Z-9a8b7c6d.jsonl".to_owned()),
        bundle: Some("s3://ops/keepoint/bundles/run-20261121T120100Z-9a8b7c6d".to_owned()),
        started_at: Some(minutes_ago(-1)),
        ended_at: Some(minutes_ago(-3)),
        plan: Some(plan()),
        ..GcOutcomeReport::default()
    }
}

fn in_part() -> GcOutcomeReport {
    let failed = |number: u32| GcFailedDeletion {
        path: format!("{}/shared/{number:08}", job(COUNTS)),
        reason: "access denied".to_owned(),
    };
    GcOutcomeReport { end: GcEnd::InPart.into(), failed: (0..25).map(failed).collect(), plan: None, ..done() }
}

fn refused() -> GcOutcomeReport {
    let blocker = finding("LISTING_INTEGRITY", Severity::Unknown, "s3://bucket/checkpoints", "keys are out of order");
    GcOutcomeReport {
        end: GcEnd::Refused.into(),
        snapshots_deleted: Vec::new(),
        files_deleted: 0,
        bytes_deleted: 0,
        files_absent: 0,
        directories_removed: 0,
        skipped: Vec::new(),
        bundle: None,
        blockers: vec![blocker],
        plan: None,
        ended_at: None,
        ..done()
    }
}

/// The same run on other places.
pub(crate) fn about_another_root(report: GcOutcomeReport) -> GcOutcomeReport {
    let mut plan = plan();
    if let Some(header) = &mut plan.plan {
        header.roots = vec![GcRoot { location: "s3://bucket/others".to_owned(), ..GcRoot::default() }];
    }
    GcOutcomeReport { plan: Some(plan), ..report }
}

pub(crate) fn hostile_outcome() -> GcOutcomeReport {
    let name = || HOSTILE.to_owned();
    GcOutcomeReport {
        run_id: name(),
        plan_id: name(),
        snapshots_deleted: vec![name()],
        skipped: vec![GcNotTaken { reason: name(), ..GcNotTaken::default() }],
        failed: vec![GcFailedDeletion { path: name(), reason: name() }],
        findings: vec![finding(HOSTILE, Severity::Info, HOSTILE, HOSTILE)],
        audit_log: Some(name()),
        bundle: Some(name()),
        plan: Some(hostile_plan()),
        ..done()
    }
}

fn restored() -> GcRestoredReport {
    GcRestoredReport {
        schema: SCHEMA.to_owned(),
        tool_version: "1.2.3".to_owned(),
        location: format!("{}/chk-7", job(COUNTS)),
        restored: true,
        ..GcRestoredReport::default()
    }
}

fn not_restored() -> GcRestoredReport {
    GcRestoredReport {
        restored: false,
        missing: vec![format!("{}/shared/0fbdaf63-ff76-4b9d-8a9c-5a35ffb4f0a1", job(COUNTS))],
        size_mismatch: vec![format!("{}/chk-7/c0577d8d-3a28-45ed-a8c5-da4f4bce00fb", job(COUNTS))],
        findings: vec![finding("FILE_MISSING", Severity::Error, &job(COUNTS), "1 file of 14 is not there")],
        ..restored()
    }
}

pub(crate) fn hostile_restored() -> GcRestoredReport {
    GcRestoredReport {
        location: HOSTILE.to_owned(),
        missing: vec![HOSTILE.to_owned()],
        size_mismatch: vec![HOSTILE.to_owned()],
        ..restored()
    }
}
