//! From answers to a report.

use std::collections::{BTreeMap, BTreeSet};

use super::answers::{Answer, Answers};
use super::headers::HeaderFault;
use super::read::Faults;
use super::{Known, VerifyOptions, World};
use crate::references::{Length, Role};
use crate::report::{
    FileProblem, FileProblemKind, Finding, ListReport, Severity, Snapshot, SnapshotKind, SnapshotStatus,
    VerifiedSnapshot, VerifyReport, VerifyTotals, timestamp_from_millis,
};

/// The code of a finding about a snapshot that was deleted while it was looked at.
pub(super) const VANISHED: &str = "SNAPSHOT_VANISHED";

/// A report that is not finished: what looks damaged may turn out to have been deleted.
pub(super) struct Judged {
    report: VerifyReport,
    snapshots: Vec<Verdict>,
}

/// A snapshot and what is said about it.
struct Verdict {
    row: VerifiedSnapshot,
    problems: Vec<Problem>,
    findings: Vec<Finding>,
}

/// A problem of a file, as something to be counted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Problem {
    path: String,
    kind: FileProblemKind,
    length: Option<Length>,
    found: Option<u64>,
    reason: Option<String>,
}

/// Says of each snapshot what the answers mean for it.
pub(super) fn judge(
    found: ListReport,
    world: &World,
    answers: &Answers,
    faults: &Faults,
    options: &VerifyOptions,
    bytes_read: Option<u64>,
) -> Judged {
    let list_totals = found.totals.unwrap_or_default();
    let as_of = options.scan.as_of.timestamp_millis();
    let totals = VerifyTotals {
        as_of: Some(timestamp_from_millis(as_of)),
        bytes_read,
        headers_read: options.deep.then(|| world.probes.all().len() as u64),
        directories_unread: list_totals.directories_unread,
        ..of_files(world, answers)
    };
    let snapshots = found.snapshots.into_iter().map(|snapshot| match world.snapshots.get(&snapshot.location) {
        Some(known) => Judge { world, answers, faults, known }.verdict(&snapshot, &found.findings),
        None => not_decoded(&snapshot, &found.findings),
    });
    let snapshots = snapshots.collect();
    let report = VerifyReport { findings: found.findings, totals: Some(totals), ..VerifyReport::stamped() };
    Judged { report, snapshots }
}

fn of_files(world: &World, answers: &Answers) -> VerifyTotals {
    let mut totals = VerifyTotals::default();
    for file in world.graph.files() {
        totals.files += 1;
        if let Answer::Found(bytes) = answers.get(file) {
            totals.bytes = totals.bytes.saturating_add(bytes);
        }
    }
    totals
}

fn row(snapshot: &Snapshot) -> VerifiedSnapshot {
    VerifiedSnapshot {
        location: snapshot.location.clone(),
        job_id: snapshot.job_id.clone(),
        checkpoint_id: snapshot.checkpoint_id,
        kind: snapshot.kind,
        status: snapshot.status,
        completed_at: snapshot.completed_at,
        ..VerifiedSnapshot::default()
    }
}

/// Of a snapshot without metadata, or with such as cannot be decoded, no file can be asked for. It cannot be restored unless it may be
/// another Flink's.
fn not_decoded(snapshot: &Snapshot, findings: &[Finding]) -> Verdict {
    let may_be_anothers = ["META_VERSION_TOO_NEW", "META_VERSION_TOO_OLD"];
    let is_anothers = findings
        .iter()
        .any(|finding| may_be_anothers.contains(&finding.code.as_str()) && is_about(finding, &snapshot.location));
    let restorable = (!is_anothers).then_some(false);
    Verdict { row: VerifiedSnapshot { restorable, ..row(snapshot) }, problems: Vec::new(), findings: Vec::new() }
}

/// A finding about a snapshot has its location or that of its metadata.
fn is_about(finding: &Finding, location: &str) -> bool {
    finding.location.strip_prefix(location).is_some_and(|rest| rest.is_empty() || rest == "/_metadata")
}

struct Judge<'a> {
    world: &'a World,
    answers: &'a Answers,
    faults: &'a Faults,
    known: &'a Known,
}

impl Judge<'_> {
    fn verdict(&self, snapshot: &Snapshot, findings: &[Finding]) -> Verdict {
        let mut row = row(snapshot);
        let (mut problems, misplaced) = self.files(&mut row);
        problems.extend(self.headers(&mut row));
        problems.extend(self.known.unresolvable.iter().map(|path| {
            row.not_checked.push(path.clone());
            let reason = Some("it is neither absolute nor a URI".to_owned());
            Problem { path: path.clone(), kind: FileProblemKind::NotChecked, length: None, found: None, reason }
        }));
        let inline = self.world.probes.faults(self.known.number);
        let is_certain = |fault: &HeaderFault| !fault.may_be_fine;
        let bad_headers = self.header_faults().map(|(_, fault)| fault).chain(inline);
        let (certain, doubtful): (Vec<_>, Vec<_>) = bad_headers.partition(|fault| is_certain(fault));
        for paths in [&mut row.missing, &mut row.size_mismatch, &mut row.not_checked, &mut row.unreadable_headers] {
            paths.sort();
            paths.dedup();
        }
        let is_damaged = !row.missing.is_empty() || !row.size_mismatch.is_empty() || !certain.is_empty();
        let is_completed = row.status() == SnapshotStatus::Completed;
        row.restorable = match (is_damaged, is_completed) {
            (true, _) => Some(false),
            (false, true) => (row.not_checked.is_empty() && doubtful.is_empty()).then_some(true),
            // Parts of the metadata could not be read.
            (false, false) => not_decoded(snapshot, findings).row.restorable,
        };
        if is_damaged && is_completed {
            row.status = SnapshotStatus::Damaged.into();
        }
        let findings = findings_about(&row, &problems, &certain, &doubtful, misplaced);
        Verdict { row, problems, findings }
    }

    /// The problems, and how many of the missing files are shared ones that are looked for beside the metadata.
    fn files(&self, row: &mut VerifiedSnapshot) -> (Vec<Problem>, usize) {
        let graph = &self.world.graph;
        let claims = graph.claims(self.known.number).iter().filter_map(|claim| graph.claimed(*claim));
        let home = self.known.metadata.parent();
        let (mut problems, mut misplaced) = (Vec::new(), 0);
        for (file, role, length) in claims {
            let path = || graph.place(file).map_or_else(String::new, |place| place.to_string());
            let problem = match self.answers.get(file) {
                Answer::Found(found) => {
                    row.files_checked += 1;
                    row.bytes_checked = row.bytes_checked.saturating_add(found);
                    if length.admits(found) {
                        continue;
                    }
                    row.size_mismatch.push(path());
                    let kind = FileProblemKind::SizeMismatch;
                    Problem { path: path(), kind, length: Some(length), found: Some(found), reason: None }
                }
                Answer::Missing => {
                    row.files_checked += 1;
                    let is_beside = graph.place(file).and_then(|place| place.parent()) == home;
                    misplaced += usize::from(role == Role::Shared && is_beside);
                    row.missing.push(path());
                    let kind = FileProblemKind::Missing;
                    Problem { path: path(), kind, length: Some(length), found: None, reason: None }
                }
                Answer::Refused(_) | Answer::Unasked => {
                    row.not_checked.push(path());
                    let reason = match self.answers.get(file) {
                        Answer::Refused(number) => self.answers.reason(number),
                        _ => "not asked for",
                    };
                    let reason = Some(reason.to_owned());
                    let kind = FileProblemKind::NotChecked;
                    Problem { path: path(), kind, length: Some(length), found: None, reason }
                }
            };
            problems.push(problem);
        }
        (problems, misplaced)
    }

    fn header_faults(&self) -> impl Iterator<Item = (String, &HeaderFault)> {
        let probes = self.world.probes.of(self.known.number);
        probes.filter_map(|(number, probe)| {
            let place = self.world.graph.place(probe.file)?;
            Some((place.to_string(), self.faults.get(&number)?))
        })
    }

    fn headers(&self, row: &mut VerifiedSnapshot) -> Vec<Problem> {
        let problems = self.header_faults().map(|(path, fault)| {
            row.unreadable_headers.push(path.clone());
            let kind = FileProblemKind::HeaderUnreadable;
            Problem { path, kind, length: None, found: None, reason: Some(fault.message.clone()) }
        });
        problems.collect()
    }
}

fn findings_about(
    row: &VerifiedSnapshot,
    problems: &[Problem],
    certain: &[&HeaderFault],
    doubtful: &[&HeaderFault],
    misplaced: usize,
) -> Vec<Finding> {
    let first = |kind: FileProblemKind| problems.iter().filter(|problem| problem.kind == kind).min();
    let needed = row.files_checked + row.not_checked.len() as u64;
    let finding = |code: &str, severity: Severity, message: String, evidence: Option<String>, action: &str| Finding {
        code: code.to_owned(),
        severity: severity.into(),
        location: row.location.clone(),
        message,
        evidence,
        action: Some(action.to_owned()),
        ..Finding::default()
    };
    let count = |number: usize| if number == 1 { "1 file".to_owned() } else { format!("{number} files") };
    let mut findings = Vec::new();
    if !row.missing.is_empty() {
        let mut message = format!("{} of {needed} are not there", count(row.missing.len()));
        if misplaced > 0 && row.kind() == SnapshotKind::Checkpoint {
            // The later checkpoint keeps the savepoint's relative handles, which start from its own directory now.
            message = format!(
                "{message}, {misplaced} of them shared ones that are looked for beside the metadata: so does Flink after a \
                 restore from a native savepoint in CLAIM mode (FLINK-39964)"
            );
        }
        let evidence = row.missing.first().cloned();
        let action = "use another snapshot; `keepoint latest --verify` names the newest good one";
        findings.push(finding("FILE_MISSING", Severity::Error, message, evidence, action));
    }
    if let Some(problem) = first(FileProblemKind::SizeMismatch) {
        let message =
            format!("{} of {needed} have another length than the metadata says", count(row.size_mismatch.len()));
        let evidence = Some(format!("{}: {}", problem.path, lengths(problem)));
        let action = "use another snapshot, and find out what wrote to these files";
        findings.push(finding("FILE_SIZE_MISMATCH", Severity::Error, message, evidence, action));
    }
    for (faults, severity, action) in [
        (certain, Severity::Error, "use another snapshot: Flink cannot read this state"),
        (doubtful, Severity::Unknown, "it may be of a newer Flink: look for a newer keepoint"),
    ] {
        if let Some(fault) = faults.first() {
            let message = format!("{} of its states {}", faults.len(), fault.message);
            let evidence = row.unreadable_headers.first().cloned();
            findings.push(finding("STATE_HEADER_UNREADABLE", severity, message, evidence, action));
        }
    }
    if let Some(problem) = first(FileProblemKind::NotChecked) {
        let reason = problem.reason.as_deref().unwrap_or("unknown");
        let message = format!("{} of {needed} could not be checked: {reason}", count(row.not_checked.len()));
        let action = "make sure that keepoint reaches and may read them";
        findings.push(finding("FILE_NOT_CHECKED", Severity::Unknown, message, Some(problem.path.clone()), action));
    }
    findings
}

/// "4096 bytes expected, 12 found".
fn lengths(problem: &Problem) -> String {
    let expected = match problem.length {
        Some(Length::Exactly(bytes)) => format!("{bytes} bytes expected"),
        Some(Length::AtLeast(bytes)) => format!("at least {bytes} bytes expected"),
        Some(Length::Unknown) | None => "no length expected".to_owned(),
    };
    problem.found.map_or_else(|| expected.clone(), |found| format!("{expected}, {found} found"))
}

impl Judged {
    /// Positions and locations of what is about to be called damaged.
    pub(super) fn damaged(&self) -> Vec<(usize, &str)> {
        let damaged = self.snapshots.iter().enumerate();
        let damaged = damaged.filter(|(_, verdict)| verdict.row.status() == SnapshotStatus::Damaged);
        damaged.map(|(position, verdict)| (position, verdict.row.location.as_str())).collect()
    }

    /// Says of a snapshot that it is not the one any more whose metadata was read.
    pub(super) fn forget(&mut self, position: usize, fate: &str) {
        let Some(verdict) = self.snapshots.get_mut(position) else { return };
        verdict.problems.clear();
        verdict.findings = vec![Finding {
            code: VANISHED.to_owned(),
            severity: Severity::Info.into(),
            location: verdict.row.location.clone(),
            message: format!("it {fate}; jobs delete their old checkpoints"),
            action: Some("none".to_owned()),
            ..Finding::default()
        }];
        let known = &verdict.row;
        verdict.row = VerifiedSnapshot {
            location: known.location.clone(),
            job_id: known.job_id.clone(),
            checkpoint_id: known.checkpoint_id,
            kind: known.kind,
            completed_at: known.completed_at,
            status: SnapshotStatus::Cleared.into(),
            restorable: Some(false),
            ..VerifiedSnapshot::default()
        };
    }
}

/// Counts, and puts everything in order.
pub(super) fn finish(judged: Judged) -> VerifyReport {
    let Judged { mut report, mut snapshots } = judged;
    snapshots.sort_by(|a, b| a.row.location.cmp(&b.row.location));
    let mut totals = report.totals.unwrap_or_default();
    let mut problems: BTreeMap<Problem, u64> = BTreeMap::new();
    for verdict in snapshots {
        match verdict.row.status() {
            SnapshotStatus::InProgress | SnapshotStatus::Incomplete => totals.unfinished += 1,
            _ => {
                totals.snapshots += 1;
                match verdict.row.restorable {
                    Some(true) => totals.restorable += 1,
                    Some(false) => totals.not_restorable += 1,
                    None => totals.unknown += 1,
                }
            }
        }
        // A problem counts once for each snapshot, however many of its handles lead to it.
        for problem in verdict.problems.into_iter().collect::<BTreeSet<_>>() {
            *problems.entry(problem).or_default() += 1;
        }
        report.findings.extend(verdict.findings);
        report.snapshots.push(verdict.row);
    }
    report.findings.sort_by(|a, b| (&a.location, &a.code).cmp(&(&b.location, &b.code)));
    let distinct = |kind| {
        let paths = problems.keys().filter(|problem| problem.kind == kind).map(|problem| problem.path.as_str());
        paths.collect::<BTreeSet<_>>().len() as u64
    };
    totals.missing = distinct(FileProblemKind::Missing);
    totals.size_mismatch = distinct(FileProblemKind::SizeMismatch);
    totals.not_checked = distinct(FileProblemKind::NotChecked);
    report.problems = problems.into_iter().map(|(problem, snapshots)| problem.into_report(snapshots)).collect();
    report.totals = Some(totals);
    report
}

impl Problem {
    fn into_report(self, snapshots: u64) -> FileProblem {
        FileProblem {
            path: self.path,
            problem: self.kind.into(),
            expected: match self.length {
                Some(Length::Exactly(bytes)) => Some(bytes),
                _ => None,
            },
            at_least: match self.length {
                Some(Length::AtLeast(bytes)) => Some(bytes),
                _ => None,
            },
            found: self.found,
            reason: self.reason,
            snapshots,
        }
    }
}
