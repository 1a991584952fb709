//! Snapshots and policies as the cases write them.
//!
//! ```text
//! a/chk-7 2026-11-20T10:00 damaged ended origin=suspend
//! savepoints/savepoint-aaaaaa-000000000001 2026-11-20 native operators=2
//! ```
//!
//! Places are below `/r`, or below the root that `root=` names. A checkpoint's lineage is the directory it lies in; a savepoint is its own,
//! or lies in `lineage=`. Without a word for it a snapshot is restorable, of one set of operators, and its job may run.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use keepoint::gc::lineage::{Condition, SnapshotNumber};
use keepoint::gc::retention::{Group, Member, Policy, PolicyError, PolicyParts, parse_duration, parse_zone};
use keepoint::report::{SnapshotKind, SnapshotOrigin, ValueName as _};
use keepoint::uri::StorageUri;

pub(crate) fn policy(lines: &[&str]) -> Result<Policy, PolicyError> {
    let mut parts = PolicyParts::default();
    for line in lines {
        match line.split_once(' ').unwrap_or((line, "")) {
            ("group-by", value) => parts.group_by = value.parse()?,
            ("time-zone", value) => parts.zone = parse_zone(value)?,
            ("drop-damaged", _) => parts.drop_damaged = true,
            ("allow-empty-group", _) => parts.allow_empty_group = true,
            ("select", value) => parts.selected.push(value.parse()?),
            (name @ "expire-ended-after", value) => parts.expire_ended_after = Some(parse_duration(name, value)?),
            _ => parts.rules.push(line.parse()?),
        }
    }
    Policy::new(parts)
}

pub(crate) fn time(text: &str) -> DateTime<Utc> {
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().and_then(|day| day.and_hms_opt(0, 0, 0));
    let minute = NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M").ok();
    day.or(minute).unwrap_or_else(|| panic!("{text} is no time")).and_utc()
}

pub(crate) fn members(lines: &[&str]) -> Vec<Member> {
    lines.iter().zip(0..).map(|(line, number)| member(line, number)).collect()
}

fn member(line: &str, number: u32) -> Member {
    let mut words = line.split_whitespace();
    let (name, at) = (words.next().expect("a name"), words.next().expect("a time"));
    let words: Vec<_> = words.collect();
    let has = |word: &str| words.contains(&word);
    let value = |key: &str| words.iter().find_map(|word| word.strip_prefix(key)?.strip_prefix('='));
    let known = ["native", "damaged", "not-checked", "unreadable", "not-understood", "ended", "no-id", "no-kind"];
    let keys = ["root", "lineage", "job", "operators", "origin", "id"];
    for word in &words {
        let is_key = word.split_once('=').is_some_and(|(key, _)| keys.contains(&key));
        assert!(is_key || known.contains(word), "{line}: {word} means nothing");
    }

    let root = StorageUri::parse(value("root").unwrap_or("/r")).expect("a root");
    let location = root.join(name);
    let parent = location.parent().expect("it lies in something");
    let checkpoint_number = location.file_name().and_then(|name| name.strip_prefix("chk-")?.parse().ok());
    let is_savepoint = checkpoint_number.is_none();
    let operators = value("operators").map_or(1, |number| number.parse().expect("a number"));
    let group = if is_savepoint {
        let lineage = value("lineage").map_or_else(|| location.clone(), |place| root.join(place));
        Group::of_savepoint(root, lineage, &location, value("job"), operators)
    } else {
        Group::of_checkpoint(root, parent)
    };
    let conditions = [
        ("damaged", Condition::Damaged { files: 1 }),
        ("not-checked", Condition::NotChecked),
        ("unreadable", Condition::Unreadable),
        ("not-understood", Condition::NotUnderstood),
    ];
    let id = value("id").map(|id| id.parse().expect("a number")).or(checkpoint_number).unwrap_or(u64::from(number));
    let kind = if is_savepoint { SnapshotKind::Savepoint } else { SnapshotKind::Checkpoint };
    Member {
        number: SnapshotNumber(number),
        group,
        kind: if has("no-kind") { SnapshotKind::Unspecified } else { kind },
        completed_at: (at != "-").then(|| time(at)),
        checkpoint_id: (!has("no-id")).then_some(id),
        condition: conditions.into_iter().find(|(word, _)| has(word)).map_or(Condition::Restorable, |(_, what)| what),
        ended: has("ended"),
        origin: value("origin").map(origin),
        native: has("native"),
        location,
    }
}

fn origin(name: &str) -> SnapshotOrigin {
    let mut all = (1..).map_while(|number| SnapshotOrigin::try_from(number).ok());
    all.find(|origin| origin.value_name() == name).unwrap_or_else(|| panic!("{name} is no origin"))
}
