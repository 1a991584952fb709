//! What holds of every pair of snapshots.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::fixtures::{self, Snapshot};
use crate::{all, compare};

const LISTS: [&str; 5] = ["operators", "states", "sizes", "offsets", "files"];

#[test]
fn given_the_same_snapshot_twice_then_nothing_differs() {
    let snapshots = fixtures::snapshots();
    let mut proven = 0;
    for snapshot in snapshots.iter().filter(|snapshot| !snapshot.name.contains("1.15.4")) {
        let (_, report) = compare(snapshot, snapshot, &[]);
        let name = &snapshot.name;
        assert_ne!(report["differs"], true, "{name}: {report:#}");
        for list in LISTS {
            for row in all(&report, list) {
                let says_nothing = row["change"] == "unknown" || (list == "sizes" && row["growth"] == 0);
                assert!(says_nothing, "{name}: {row}");
            }
        }
        for count in ["new_files", "gone_files"] {
            assert!(report[count].is_null() || report[count]["files"] == 0, "{name}: {count}");
        }
        proven += usize::from(report["differs"] == false);
    }
    assert!(proven > 50, "of {} snapshots only {proven} are known to equal themselves", snapshots.len());
}

#[test]
fn given_two_snapshots_then_the_comparison_the_other_way_round_is_the_mirror() {
    let snapshots: Vec<Snapshot> =
        fixtures::snapshots().into_iter().filter(|snapshot| snapshot.name.contains("flink/2.3.0")).collect();
    let mut differing = 0;
    for pair in snapshots.windows(2) {
        let (one, other) = (&pair[0], &pair[1]);
        let (_, there) = compare(one, other, &[]);
        let (_, back) = compare(other, one, &[]);
        let name = format!("{} and {}", one.name, other.name);
        assert_eq!(there["differs"], back["differs"], "{name}");
        assert_eq!(there["new_files"], back["gone_files"], "{name}");
        assert_eq!(there["gone_files"], back["new_files"], "{name}");
        assert_eq!(there["kept_files"]["files"], back["kept_files"]["files"], "{name}");
        for list in LISTS {
            let renamed = renamed(&there);
            let mirrored: BTreeSet<String> =
                all(&back, list).iter().map(|row| mirror(row, &renamed).to_string()).collect();
            let rows: BTreeSet<String> = all(&there, list).iter().map(|row| named(row, &renamed).to_string()).collect();
            assert_eq!(rows, mirrored, "{name}: {list}");
        }
        differing += usize::from(there["differs"] == true);
    }
    assert!(differing > 20, "{differing}");
}

/// From the ids before to the ids after.
fn renamed(report: &Value) -> BTreeMap<String, String> {
    let id = |row: &Value, name: &str| row[name].as_str().map(ToOwned::to_owned);
    let rows = all(report, "operators").iter();
    rows.filter_map(|row| id(row, "previous_operator_id").zip(id(row, "operator_id"))).collect()
}

/// A row as it would stand in the comparison the other way round.
fn mirror(row: &Value, renamed: &BTreeMap<String, String>) -> Value {
    let mut mirrored = named(row, renamed);
    let fields = mirrored.as_object_mut().expect("a row is an object");
    let names: Vec<String> = fields.keys().filter(|name| name.ends_with("before")).cloned().collect();
    let afters: Vec<String> = fields.keys().filter(|name| name.ends_with("after")).cloned().collect();
    let all: BTreeSet<String> =
        names.into_iter().chain(afters.iter().map(|name| name.replace("after", "before"))).collect();
    for before in all {
        let after = before.replace("before", "after");
        let (was, is) = (fields.remove(&before), fields.remove(&after));
        fields.extend(is.map(|is| (before, is)));
        fields.extend(was.map(|was| (after, was)));
    }
    for growth in ["growth", "advanced"] {
        if let Some(number) = fields.get(growth).and_then(Value::as_i64) {
            fields.insert(growth.to_owned(), (-number).into());
        }
    }
    let turned = match fields.get("change").and_then(Value::as_str) {
        Some("added") => "removed",
        Some("removed") => "added",
        _ => return mirrored,
    };
    fields.insert("change".to_owned(), turned.into());
    mirrored
}

/// A row without what it is called by, which is the second snapshot's, and without reasons, which name the first or the second one.
fn named(row: &Value, renamed: &BTreeMap<String, String>) -> Value {
    let mut row = row.clone();
    if let Some(fields) = row.as_object_mut() {
        for name in ["uid", "name", "operator_name", "previous_uid", "previous_name", "evidence", "reason", "role"] {
            fields.remove(name);
        }
        fields.remove("previous_operator_id");
        if let Some(id) = fields.get("operator_id").and_then(Value::as_str).and_then(|id| renamed.get(id)) {
            fields.insert("operator_id".to_owned(), id.as_str().into());
        }
        fields.remove("operator_ids");
    }
    row
}
