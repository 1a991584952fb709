//! The block of facts about a snapshot that opens every table.

use std::io::{self, Write};

use super::text::{NOT_RECORDED, UNKNOWN, escaped, human_duration, human_size, size_or, text_or, time, words};
use crate::report::{Snapshot, SnapshotFormat, SnapshotKind, SnapshotOrigin, SnapshotStatus};

pub(super) fn write(snapshot: &Snapshot, out: &mut dyn Write) -> io::Result<()> {
    let mut facts = vec![
        ("Location", snapshot.location.clone()),
        ("Kind", kind(snapshot)),
        ("Flink's type", text_or(snapshot.checkpoint_type.as_ref(), NOT_RECORDED)),
        ("Status", words::<SnapshotStatus>(Some(snapshot.status))),
        ("Origin", words::<SnapshotOrigin>(Some(snapshot.origin))),
        ("Job", job(snapshot)),
        ("Checkpoint id", text_or(snapshot.checkpoint_id, UNKNOWN)),
        ("Metadata", metadata(snapshot)),
        ("Triggered", estimated(snapshot, time(snapshot.triggered_at.as_ref()))),
        ("Completed", estimated(snapshot, time(snapshot.completed_at.as_ref()))),
        ("Duration", snapshot.duration_ms.map_or_else(|| UNKNOWN.to_owned(), human_duration)),
        ("State size", size_or(snapshot.state_bytes, UNKNOWN)),
        ("By role", roles(snapshot)),
        ("Newly written", size_or(snapshot.checkpointed_bytes, UNKNOWN)),
        ("Features", features(snapshot)),
    ];
    if snapshot.unclaimed == Some(true) {
        facts.push(("Unclaimed", "yes, Flink uses it and does not own it".to_owned()));
    }
    if !snapshot.master_states.is_empty() {
        facts.push(("Master states", master_states(snapshot)));
    }
    if let Some(description) = &snapshot.description {
        facts.push(("Description", description.clone()));
    }
    for (name, value) in facts {
        writeln!(out, "{:<15}{}", format!("{name}:"), escaped(&value))?;
    }
    Ok(())
}

/// "checkpoint", or "savepoint, canonical".
pub(super) fn kind(snapshot: &Snapshot) -> String {
    let kind = words::<SnapshotKind>(snapshot.kind);
    let is_savepoint = snapshot.kind == Some(SnapshotKind::Savepoint.into());
    match snapshot.format {
        Some(_) => format!("{kind}, {}", words::<SnapshotFormat>(snapshot.format)),
        None if is_savepoint => format!("{kind}, format {UNKNOWN}"),
        None => kind,
    }
}

fn job(snapshot: &Snapshot) -> String {
    let id = snapshot.job_id.as_deref().unwrap_or(UNKNOWN);
    let version = snapshot.job_version.as_ref();
    let version = version.map(|version| format!("version {version}"));
    let details: Vec<String> = snapshot.job_name.clone().into_iter().chain(version).collect();
    if details.is_empty() { id.to_owned() } else { format!("{id} ({})", details.join(", ")) }
}

/// "version 4 (Flink 1.16 - 1.20), 12.3 KiB".
fn metadata(snapshot: &Snapshot) -> String {
    let Some(version) = snapshot.metadata_version else {
        return match snapshot.metadata_bytes {
            Some(bytes) => format!("version {UNKNOWN}, {}", human_size(bytes)),
            None => UNKNOWN.to_owned(),
        };
    };
    let mut text = format!("version {version}");
    if let Some(releases) = &snapshot.written_by {
        text = format!("{text} (Flink {releases})");
    }
    if let Some(bytes) = snapshot.metadata_bytes {
        text = format!("{text}, {}", human_size(bytes));
    }
    match snapshot.trailing_bytes {
        None | Some(0) => text,
        Some(bytes) => format!("{text}, of which {} behind the end", human_size(bytes)),
    }
}

fn estimated(snapshot: &Snapshot, time: String) -> String {
    if snapshot.times_estimated == Some(true) && time != UNKNOWN { format!("{time} (estimated)") } else { time }
}

fn roles(snapshot: &Snapshot) -> String {
    let roles = [
        ("exclusive", snapshot.exclusive_bytes),
        ("shared", snapshot.shared_bytes),
        ("task owned", snapshot.task_owned_bytes),
        ("inline", snapshot.inline_bytes),
    ];
    if roles.iter().all(|(_, bytes)| bytes.is_none()) {
        return UNKNOWN.to_owned();
    }
    let roles = roles.map(|(role, bytes)| format!("{role} {}", size_or(bytes, UNKNOWN)));
    roles.join(", ")
}

/// The features that are there, and those of which nothing is known.
pub(super) fn features(snapshot: &Snapshot) -> String {
    let features = [
        ("incremental", snapshot.incremental),
        ("unaligned", snapshot.unaligned),
        ("changelog", snapshot.changelog),
        ("file merging", snapshot.file_merging),
    ];
    let which = |wanted: Option<bool>| {
        let chosen = features.iter().filter(move |(_, fact)| *fact == wanted);
        chosen.map(|(name, _)| *name).collect::<Vec<_>>()
    };
    let (present, unknown) = (which(Some(true)), which(None));
    match (present.is_empty(), unknown.is_empty()) {
        (true, true) => "none".to_owned(),
        (true, false) if unknown.len() == features.len() => UNKNOWN.to_owned(),
        (true, false) => format!("none; {UNKNOWN}: {}", unknown.join(", ")),
        (false, true) => present.join(", "),
        (false, false) => format!("{}; {UNKNOWN}: {}", present.join(", "), unknown.join(", ")),
    }
}

fn master_states(snapshot: &Snapshot) -> String {
    let states = snapshot.master_states.iter().map(|state| {
        let name = state.name.as_deref().unwrap_or("name unknown");
        let version = text_or(state.version, UNKNOWN);
        format!("{name} (version {version}, {})", human_size(state.bytes))
    });
    states.collect::<Vec<_>>().join(", ")
}
