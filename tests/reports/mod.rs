//! Reports made by hand. The version is fixed, so that a release does not change any golden file.

use keepoint::report::{
    Field, File, FileRole, FileScope, Finding, InspectReport, MasterState, Operator, OperatorFinished, SCHEMA,
    Severity, Snapshot, SnapshotFormat, SnapshotKind, SnapshotOrigin, SnapshotStatus, State, StateKind, StateScope,
    Type, UidSource, timestamp_from_millis,
};

const CHECKPOINT: &str = "s3://bucket/flink/6e1f8b1c0a2d4c3f9b7a5d4e3c2b1a09/chk-42";
const SOURCE: &str = "bc764cd8ddf7a0cff126f51c16239658";
const COUNTS: &str = "20ba6b65f97481d5570070de90e4e791";
const SINK: &str = "6d2677a0ecc3fd8df0b72ec675edf8f4";

pub(crate) fn all() -> [(&'static str, InspectReport); 6] {
    [
        ("full", full()),
        ("empty", empty()),
        ("unknown-facts", unknown_facts()),
        ("hostile-names", hostile_names()),
        ("findings", findings()),
        ("nothing", stamped()),
    ]
}

fn stamped() -> InspectReport {
    InspectReport { schema: SCHEMA.to_owned(), tool_version: "1.2.3".to_owned(), ..InspectReport::default() }
}

/// Everything is known: an incremental checkpoint with three operators.
fn full() -> InspectReport {
    InspectReport {
        snapshot: Some(full_snapshot()),
        operators: vec![counts(), sink(), source()],
        files: files(),
        findings: Vec::new(),
        ..stamped()
    }
}

fn full_snapshot() -> Snapshot {
    Snapshot {
        location: CHECKPOINT.to_owned(),
        job_id: Some("6e1f8b1c0a2d4c3f9b7a5d4e3c2b1a09".to_owned()),
        checkpoint_id: Some(42),
        kind: Some(SnapshotKind::Checkpoint.into()),
        status: SnapshotStatus::Completed.into(),
        origin: SnapshotOrigin::RetainedCheckpoint.into(),
        metadata_version: Some(6),
        incremental: Some(true),
        unaligned: Some(true),
        changelog: Some(false),
        triggered_at: Some(timestamp_from_millis(1_795_222_921_000)),
        completed_at: Some(timestamp_from_millis(1_795_222_923_123)),
        duration_ms: Some(2_123),
        times_estimated: Some(false),
        operator_count: Some(3),
        state_bytes: Some(430_000_000_000),
        exclusive_bytes: Some(1_434),
        shared_bytes: Some(429_999_990_000),
        inline_bytes: Some(8_566),
        job_name: Some("word counts".to_owned()),
        job_version: Some("7".to_owned()),
        description: Some("before the move".to_owned()),
        task_owned_bytes: Some(0),
        checkpointed_bytes: Some(5 << 20),
        metadata_bytes: Some(12_345),
        file_merging: Some(false),
        unclaimed: Some(false),
        checkpoint_type: Some("Checkpoint".to_owned()),
        master_states: vec![MasterState { name: Some("pravega-hook".to_owned()), version: Some(1), bytes: 12 }],
        written_by: Some("2.1 - 2.3".to_owned()),
        trailing_bytes: Some(0),
        ..Snapshot::default()
    }
}

fn counts() -> Operator {
    Operator {
        operator_id: COUNTS.to_owned(),
        uid: Some("counts".to_owned()),
        name: Some("Count words per minute".to_owned()),
        uid_source: Some(UidSource::Metadata.into()),
        auto_generated: Some(false),
        parallelism: Some(4),
        max_parallelism: Some(128),
        subtasks_with_state: 4,
        finished: Some(OperatorFinished::None.into()),
        coordinator_bytes: Some(0),
        state_bytes: 429_999_991_500,
        managed_keyed_bytes: 429_999_990_000,
        channel_bytes: Some(1_500),
        states: vec![
            State {
                name: "window-contents".to_owned(),
                kind: Some(StateKind::Aggregating.into()),
                scope: StateScope::Keyed.into(),
                key: Some(basic("StringSerializer$StringSerializerSnapshot", "java.lang.String")),
                namespace: Some(opaque("com.example.WindowSerializerSnapshot")),
                value: Some(pojo()),
                ttl: Some(false),
                ..State::default()
            },
            State {
                name: "_timer_state/event_window-timers".to_owned(),
                kind: Some(StateKind::Timer.into()),
                scope: StateScope::Keyed.into(),
                ..State::default()
            },
        ],
        checkpointed_bytes: Some(5 << 20),
        subtasks_finished: Some(0),
        reference_checkpoint_ids: vec![40, 41],
        ..Operator::default()
    }
}

fn source() -> Operator {
    Operator {
        operator_id: SOURCE.to_owned(),
        uid: Some("words-source".to_owned()),
        name: Some("Source: words".to_owned()),
        uid_source: Some(UidSource::Metadata.into()),
        auto_generated: Some(false),
        parallelism: Some(2),
        max_parallelism: Some(128),
        subtasks_with_state: 1,
        finished: Some(OperatorFinished::Partially.into()),
        coordinator_bytes: Some(66),
        state_bytes: 1_500,
        managed_operator_bytes: 1_434,
        channel_bytes: Some(0),
        states: vec![
            operator_state("SourceReaderState", StateKind::SplitList),
            operator_state("rules;new\\old", StateKind::Broadcast),
        ],
        checkpointed_bytes: Some(1_434),
        subtasks_finished: Some(1),
        ..Operator::default()
    }
}

fn sink() -> Operator {
    Operator {
        operator_id: SINK.to_owned(),
        name: Some("Sink: print".to_owned()),
        auto_generated: Some(true),
        parallelism: Some(1),
        max_parallelism: Some(128),
        finished: Some(OperatorFinished::Fully.into()),
        coordinator_bytes: Some(0),
        channel_bytes: Some(0),
        subtasks_finished: Some(1),
        ..Operator::default()
    }
}

fn operator_state(name: &str, kind: StateKind) -> State {
    State { name: name.to_owned(), kind: Some(kind.into()), scope: StateScope::Operator.into(), ..State::default() }
}

fn basic(snapshot: &str, class: &str) -> Type {
    Type {
        serializer_snapshot: format!("org.apache.flink.api.common.typeutils.base.{snapshot}"),
        version: Some(3),
        class: Some(class.to_owned()),
        text: class.rsplit('.').next().expect("there is a last part").to_owned(),
        ..Type::default()
    }
}

fn opaque(snapshot: &str) -> Type {
    let text = format!("{}?", snapshot.rsplit('.').next().expect("there is a last part"));
    Type { serializer_snapshot: snapshot.to_owned(), version: Some(1), opaque: true, text, ..Type::default() }
}

fn pojo() -> Type {
    let long = basic("LongSerializer$LongSerializerSnapshot", "java.lang.Long");
    Type {
        serializer_snapshot: "org.apache.flink.api.java.typeutils.runtime.PojoSerializerSnapshot".to_owned(),
        version: Some(2),
        class: Some("com.example.Count".to_owned()),
        fields: vec![Field { name: "count".to_owned(), r#type: Some(long.clone()) }],
        parameters: vec![long],
        opaque: false,
        text: "Count".to_owned(),
        ..Type::default()
    }
}

fn files() -> Vec<File> {
    vec![
        File {
            path: format!("{CHECKPOINT}/0b2e7e0a-5d3c-4a39-8f0e-1f6f2f5c9d11"),
            bytes: Some(1_434),
            scope: FileScope::Exclusive.into(),
            operator_ids: vec![SOURCE.to_owned(), COUNTS.to_owned()],
            handle_kinds: vec!["RelativeFileStateHandle".to_owned()],
            written_path: Some("0b2e7e0a-5d3c-4a39-8f0e-1f6f2f5c9d11".to_owned()),
            role: FileRole::Exclusive.into(),
            references: 5,
            ..File::default()
        },
        File {
            path: "s3://bucket/flink/6e1f8b1c0a2d4c3f9b7a5d4e3c2b1a09/shared/4c1d".to_owned(),
            scope: FileScope::Shared.into(),
            operator_ids: vec![COUNTS.to_owned()],
            handle_kinds: vec!["FileStateHandle".to_owned(), "SegmentFileStateHandle".to_owned()],
            role: FileRole::Shared.into(),
            references: 3,
            segments: Some(2),
            min_length: Some(429_999_990_000),
            ..File::default()
        },
    ]
}

/// A savepoint of a job without any operator.
fn empty() -> InspectReport {
    InspectReport {
        snapshot: Some(Snapshot {
            location: "/savepoints/savepoint-6e1f8b-0a1b2c3d4e5f".to_owned(),
            checkpoint_id: Some(1),
            kind: Some(SnapshotKind::Savepoint.into()),
            format: Some(SnapshotFormat::Canonical.into()),
            status: SnapshotStatus::Completed.into(),
            origin: SnapshotOrigin::Suspend.into(),
            metadata_version: Some(4),
            incremental: Some(false),
            unaligned: Some(false),
            changelog: Some(false),
            completed_at: Some(timestamp_from_millis(1_795_222_923_000)),
            times_estimated: Some(true),
            operator_count: Some(0),
            state_bytes: Some(0),
            exclusive_bytes: Some(0),
            shared_bytes: Some(0),
            inline_bytes: Some(0),
            task_owned_bytes: Some(0),
            checkpointed_bytes: Some(0),
            metadata_bytes: Some(756),
            file_merging: Some(false),
            unclaimed: Some(false),
            checkpoint_type: Some("Terminate Savepoint".to_owned()),
            written_by: Some("1.16 - 1.20".to_owned()),
            trailing_bytes: Some(0),
            ..Snapshot::default()
        }),
        ..stamped()
    }
}

/// Metadata version 2 in a directory that tells nothing: as little is known as can be.
fn unknown_facts() -> InspectReport {
    InspectReport {
        snapshot: Some(Snapshot {
            location: "/old/renamed".to_owned(),
            checkpoint_id: Some(9),
            status: SnapshotStatus::Completed.into(),
            origin: SnapshotOrigin::Unknown.into(),
            metadata_version: Some(2),
            incremental: Some(true),
            master_states: vec![MasterState { bytes: 7, ..MasterState::default() }],
            ..Snapshot::default()
        }),
        operators: vec![Operator {
            operator_id: COUNTS.to_owned(),
            state_bytes: 1_023,
            managed_keyed_bytes: 1_023,
            subtasks_with_state: 1,
            ..Operator::default()
        }],
        files: vec![File {
            path: "/old/renamed/1a2b".to_owned(),
            scope: FileScope::Foreign.into(),
            role: FileRole::TaskOwned.into(),
            operator_ids: vec![COUNTS.to_owned()],
            references: 1,
            ..File::default()
        }],
        ..stamped()
    }
}

/// Names that would clear the screen, forge a line, reverse text or pass for a formula's separators.
pub(crate) fn hostile_names() -> InspectReport {
    let hostile = "a\u{1b}[2J\u{9b}31m\r\nforged line\t\u{202e}gnp.exe\u{0}";
    InspectReport {
        snapshot: Some(Snapshot {
            location: format!("/data/{hostile}"),
            status: SnapshotStatus::Completed.into(),
            origin: SnapshotOrigin::Checkpoint.into(),
            job_name: Some(hostile.to_owned()),
            description: Some(hostile.to_owned()),
            checkpoint_type: Some(hostile.to_owned()),
            ..Snapshot::default()
        }),
        operators: vec![Operator {
            operator_id: SOURCE.to_owned(),
            uid: Some(hostile.to_owned()),
            name: Some("\",;'東京\u{1f600}".to_owned()),
            states: vec![operator_state(hostile, StateKind::UnionList)],
            ..Operator::default()
        }],
        files: vec![File {
            path: format!("/data/{hostile}"),
            scope: FileScope::Exclusive.into(),
            role: FileRole::Exclusive.into(),
            operator_ids: vec![SOURCE.to_owned()],
            handle_kinds: vec!["FileStateHandle".to_owned()],
            references: 1,
            ..File::default()
        }],
        findings: vec![Finding {
            code: "FILE_MISSING".to_owned(),
            severity: Severity::Error.into(),
            location: format!("/data/{hostile}"),
            operator_id: Some(SOURCE.to_owned()),
            state: Some(hostile.to_owned()),
            message: format!("{hostile} is not there"),
            ..Finding::default()
        }],
        ..stamped()
    }
}

/// Every severity, in an order that is not the order of importance, with and without each optional part.
pub(crate) fn findings() -> InspectReport {
    let finding = |code: &str, severity: Severity, message: &str| Finding {
        code: code.to_owned(),
        severity: severity.into(),
        location: CHECKPOINT.to_owned(),
        message: message.to_owned(),
        ..Finding::default()
    };
    InspectReport {
        findings: vec![
            finding("STATE_NOTE", Severity::Info, "nothing to worry about"),
            Finding {
                evidence: Some("3 bytes from offset 4211".to_owned()),
                action: Some("look who wrote them".to_owned()),
                ..finding("META_TRAILING_BYTES", Severity::Warning, "bytes follow the end of the metadata")
            },
            Finding {
                operator_id: Some("00000000000000000000000000000001".to_owned()),
                ..finding("RAW_STATE_OPAQUE", Severity::Unknown, "raw state cannot be judged")
            },
            Finding {
                operator_id: Some(SINK.to_owned()),
                uid: Some("print".to_owned()),
                ..finding("FILE_SIZE_MISMATCH", Severity::Error, "a file is too short")
            },
            Finding {
                operator_id: Some(COUNTS.to_owned()),
                state: Some("window-contents".to_owned()),
                action: Some("restore the file or use another snapshot".to_owned()),
                ..finding("FILE_MISSING", Severity::Error, "a file is missing")
            },
        ],
        ..full()
    }
}
