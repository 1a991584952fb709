//! Snapshots whose metadata has uids: hidden, and looked for.

use std::fs;

use keepoint::discovery::LoadedMetadata;
use keepoint::identify::{Source, Sources, Told, identify};
use keepoint::inspect::inspect;
use keepoint::report::{Operator, UidSource};
use keepoint::uri::StorageUri;

use crate::fixtures::snapshots;

/// The operators of each snapshot that has uids.
fn with_uids() -> Vec<(String, Vec<Operator>)> {
    let mut found = Vec::new();
    for snapshot in snapshots().into_iter().filter(|snapshot| snapshot.name.starts_with("flink/2.")) {
        let file = StorageUri::parse(snapshot.metadata.to_str().expect("text")).expect("a place");
        let bytes = fs::read(&snapshot.metadata).expect("readable");
        let loaded = LoadedMetadata {
            directory: file.parent().expect("a file has a directory"),
            file,
            file_length: bytes.len() as u64,
            bytes,
            modified_at: None,
            tag: None,
        };
        let report = inspect(&loaded);
        assert!(!report.operators.is_empty(), "{}", snapshot.name);
        found.push((snapshot.name, report.operators));
    }
    assert!(found.len() > 60, "only {} snapshots", found.len());
    found
}

fn hidden(operators: &[Operator]) -> Vec<Operator> {
    let hide = |operator: &Operator| Operator {
        uid: None,
        uid_source: None,
        name: None,
        name_source: None,
        auto_generated: None,
        ..operator.clone()
    };
    operators.iter().map(hide).collect()
}

#[test]
fn hidden_uids_are_found_in_a_list_of_all_that_there_are_and_nothing_else_is() {
    let all = with_uids();
    // As people write them: those of sinks without what Flink puts around them.
    let uids = all.iter().flat_map(|(_, operators)| operators).filter_map(|operator| operator.uid.as_deref());
    let list: Vec<&str> = uids.filter(|uid| !uid.starts_with("Sink Committer: ")).collect();
    let list = list.join("\n");
    for (name, operators) in &all {
        let mut nameless = hidden(operators);
        let source = Source { place: "uids.txt".to_owned(), told: Told::Uids(list.clone()) };
        identify(&mut nameless, name, &mut Sources { sources: vec![source] });
        for (found, truth) in nameless.iter().zip(operators) {
            assert_eq!(found.uid, truth.uid, "{name}: {}", truth.operator_id);
            assert_eq!(found.uid_source, truth.uid.as_ref().map(|_| UidSource::Given.into()), "{name}");
        }
    }
}

#[test]
fn an_operator_without_uid_has_an_id_that_is_recognised_as_generated() {
    let mut recognised = 0;
    for (name, operators) in with_uids() {
        let mut identified = operators.clone();
        identify(&mut identified, &name, &mut Sources::default());
        for (operator, before) in identified.iter().zip(&operators) {
            assert_eq!(operator.uid, before.uid, "{name}");
            assert_eq!(operator.auto_generated, Some(before.uid.is_none()), "{name}: {operator:?}");
            recognised += usize::from(before.uid.is_none());
        }
    }
    assert!(recognised > 20, "only {recognised} ids");
}

#[test]
fn from_ids_alone_no_uid_is_called_generated() {
    let (mut recognised, mut all) = (0, 0);
    for (name, operators) in with_uids() {
        let mut nameless = hidden(&operators);
        identify(&mut nameless, &name, &mut Sources::default());
        for (operator, truth) in nameless.iter().zip(&operators) {
            assert!(operator.auto_generated != Some(true) || truth.uid.is_none(), "{name}: {operator:?}");
            assert!(operator.uid.is_none() || operator.uid == truth.uid, "{name}: {operator:?}");
            recognised += usize::from(operator.auto_generated == Some(true));
            all += usize::from(truth.uid.is_none());
        }
    }
    assert!(recognised * 10 > all * 9, "only {recognised} of {all}");
}

#[test]
fn another_snapshot_gives_uids_and_names_and_its_place() {
    for (name, operators) in with_uids() {
        let mut nameless = hidden(&operators);
        let source = Source { place: "file:/named".to_owned(), told: Told::Snapshot(operators.clone()) };
        let findings = identify(&mut nameless, &name, &mut Sources { sources: vec![source] });
        for (found, truth) in nameless.iter().zip(&operators) {
            assert_eq!((&found.uid, &found.name), (&truth.uid, &truth.name), "{name}");
            assert_eq!(found.name_source, truth.name.as_ref().map(|_| UidSource::Snapshot.into()), "{name}");
        }
        assert!(findings.iter().all(|finding| finding.code != "OP_NAME_CONFLICT"), "{findings:?}");
    }
}

#[test]
fn a_name_that_contradicts_the_metadata_is_said_and_not_taken() {
    let (name, operators) = with_uids().remove(0);
    let mut others = operators.clone();
    others[0].name = Some("something else".to_owned());
    let mut identified = operators.clone();
    let source = Source { place: "file:/other".to_owned(), told: Told::Snapshot(others) };
    let findings = identify(&mut identified, &name, &mut Sources { sources: vec![source] });
    assert_eq!(identified[0].name, operators[0].name);
    let conflict = findings.iter().find(|finding| finding.code == "OP_NAME_CONFLICT").expect("it is said");
    assert_eq!(conflict.operator_id.as_ref(), Some(&operators[0].operator_id));
}

#[test]
fn a_uid_in_metadata_that_is_not_that_of_its_operator_is_a_finding() {
    let (name, mut operators) = with_uids().remove(0);
    let operator = operators.iter_mut().find(|operator| operator.uid.is_some()).expect("a uid");
    operator.uid = Some("another uid".to_owned());
    let findings = identify(&mut operators, &name, &mut Sources::default());
    assert!(findings.iter().any(|finding| finding.code == "OP_UID_MISMATCH"), "{findings:?}");
}
