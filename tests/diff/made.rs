//! Reports made for one difference each.

use keepoint::diff::{Depth, diff};
use keepoint::report::{
    ConnectorName, ConnectorRole, ConnectorState, DiffChange, DiffReport, Field, File, InspectReport, Operator,
    Snapshot, SnapshotStatus, SourceSplit, State, StateKind, StateScope, Type, TypeDetails,
};

fn report(operators: Vec<Operator>) -> InspectReport {
    let snapshot = Snapshot { status: SnapshotStatus::Completed.into(), ..Snapshot::default() };
    InspectReport { snapshot: Some(snapshot), operators, ..InspectReport::stamped() }
}

fn operator(id: u32, states: Vec<State>) -> Operator {
    Operator {
        operator_id: format!("{id:032x}"),
        parallelism: Some(2),
        max_parallelism: Some(128),
        states,
        states_complete: Some(true),
        ..Operator::default()
    }
}

fn state(name: &str, value: Type) -> State {
    State {
        name: name.to_owned(),
        kind: Some(StateKind::Value.into()),
        scope: StateScope::Keyed.into(),
        key: Some(simple("Long")),
        namespace: Some(simple("VoidNamespace")),
        value: Some(value),
        ttl: Some(false),
        recovered: None,
    }
}

fn simple(name: &str) -> Type {
    Type { serializer_snapshot: format!("{name}Snapshot"), text: name.to_owned(), ..Type::default() }
}

fn pojo(class: &str, fields: &[(&str, Type)]) -> Type {
    let field = |(name, inside): &(&str, Type)| Field { name: (*name).to_owned(), r#type: Some(inside.clone()) };
    Type {
        serializer_snapshot: "PojoSerializerSnapshot".to_owned(),
        class: Some(class.to_owned()),
        fields: fields.iter().map(field).collect(),
        text: class.to_owned(),
        ..Type::default()
    }
}

fn list(element: Type) -> Type {
    let text = format!("List<{}>", element.text);
    Type { serializer_snapshot: "ListSnapshot".to_owned(), parameters: vec![element], text, ..Type::default() }
}

fn compare(before: Vec<Operator>, after: Vec<Operator>) -> DiffReport {
    diff(&report(before), &report(after), Depth::States)
}

/// Change, path, before and after of each row about states.
fn rows(report: &DiffReport) -> Vec<(DiffChange, &str, &str, &str)> {
    let rows = report.states.iter().map(|row| {
        let [path, before, after] = [&row.path, &row.before, &row.after].map(|text| text.as_deref().unwrap_or(""));
        (row.change(), path, before, after)
    });
    rows.collect()
}

#[test]
fn given_a_field_of_another_type_then_the_path_leads_to_it() {
    let order = |amount: &str| {
        pojo("Cart", &[("id", simple("Long")), ("items", list(pojo("Item", &[("amount", simple(amount))])))])
    };
    let found = compare(
        vec![operator(1, vec![state("cart", order("Integer"))])],
        vec![operator(1, vec![state("cart", order("Long"))])],
    );
    assert_eq!(rows(&found), [(DiffChange::Changed, "value.items[].amount", "Integer", "Long")]);
    assert_eq!(found.operators[0].what, ["states"]);
    assert_eq!(found.differs, Some(true));
}

#[test]
fn given_fields_added_removed_and_moved_then_each_is_named() {
    let of = |fields: &[(&str, Type)]| vec![operator(1, vec![state("s", pojo("P", fields))])];
    let (a, b) = (("a", simple("Long")), ("b", simple("String")));
    let found = compare(of(std::slice::from_ref(&a)), of(std::slice::from_ref(&b)));
    assert_eq!(
        rows(&found),
        [(DiffChange::Changed, "value.a", "Long", ""), (DiffChange::Changed, "value.b", "", "String")]
    );
    let found = compare(of(&[a.clone(), b.clone()]), of(&[b, a]));
    assert_eq!(rows(&found), [(DiffChange::Changed, "value:fields", "a, b", "b, a")]);
}

#[test]
fn given_another_constant_of_an_enum_then_it_is_shown() {
    let of = |constants: &[&str]| {
        let constants = constants.iter().map(|name| (*name).to_owned()).collect();
        let details = Some(TypeDetails { constants, ..TypeDetails::default() });
        vec![operator(1, vec![state("s", Type { details, ..simple("Colour") })])]
    };
    let found = compare(of(&["RED"]), of(&["RED", "BLUE"]));
    assert_eq!(rows(&found), [(DiffChange::Changed, "value:constants", "RED", "RED, BLUE")]);
}

#[test]
fn given_an_opaque_type_then_it_is_unknown_and_never_equal() {
    let opaque = Type { opaque: true, ..simple("Own") };
    let one = vec![operator(1, vec![state("s", opaque)])];
    let found = compare(one.clone(), one);
    assert_eq!(rows(&found), [(DiffChange::Unknown, "value", "Own", "Own")]);
    assert_eq!((found.differs, found.operators[0].change()), (None, DiffChange::Unknown));
    let other = Type { opaque: true, ..simple("Other") };
    let found = compare(
        vec![operator(1, vec![state("s", Type { opaque: true, ..simple("Own") })])],
        vec![operator(1, vec![state("s", other)])],
    );
    assert_eq!(rows(&found), [(DiffChange::Changed, "value", "Own", "Other")]);
}

#[test]
fn given_states_that_were_not_all_read_then_one_that_is_not_seen_is_not_gone() {
    let unread = Operator { states_complete: Some(false), ..operator(1, Vec::new()) };
    let found = compare(vec![operator(1, vec![state("s", simple("Long"))])], vec![unread.clone()]);
    assert!(found.states.iter().all(|row| row.change() == DiffChange::Unknown), "{found:?}");
    assert_eq!(found.differs, None);
    let found = compare(vec![unread.clone()], vec![unread]);
    assert_eq!((found.states.len(), found.differs), (1, None));
}

#[test]
fn given_states_added_removed_and_of_another_kind_then_each_is_a_row() {
    let kept = state("kept", simple("Long"));
    let other_kind = State { kind: Some(StateKind::List.into()), ..kept.clone() };
    let found = compare(
        vec![operator(1, vec![kept, state("old", simple("Long"))])],
        vec![operator(1, vec![other_kind, state("new", simple("Long"))])],
    );
    assert_eq!(
        rows(&found),
        [
            (DiffChange::Changed, "kind", "value", "list"),
            (DiffChange::Added, "", "", "value, Long"),
            (DiffChange::Removed, "", "value, Long", ""),
        ]
    );
    let counts = found.state_counts.expect("they were compared");
    assert_eq!((counts.added, counts.removed, counts.changed), (1, 1, 1));
}

#[test]
fn given_another_id_with_the_same_states_then_a_rename_is_guessed_with_evidence() {
    let states = || vec![state("totals", list(simple("Long")))];
    let found = compare(
        vec![operator(1, states()), operator(2, Vec::new())],
        vec![operator(3, states()), operator(2, Vec::new())],
    );
    let [row] = found.operators.as_slice() else { panic!("{found:?}") };
    assert_eq!(row.change(), DiffChange::Renamed);
    assert_eq!(row.previous_operator_id.as_deref(), Some(&*format!("{:032x}", 1)));
    let evidence = row.evidence.as_deref().expect("a guess has evidence");
    assert!(evidence.contains("totals (value List<Long>)"), "{evidence}");
    assert!(found.states.is_empty(), "{found:?}");
}

#[test]
fn given_other_types_or_no_states_then_no_rename_is_guessed() {
    for (before, after) in [
        (vec![state("s", simple("Long"))], vec![state("s", simple("String"))]),
        (vec![state("s", simple("Long"))], vec![state("t", simple("Long"))]),
        (Vec::new(), Vec::new()),
    ] {
        let found = compare(vec![operator(1, before)], vec![operator(2, after)]);
        let changes: Vec<_> = found.operators.iter().map(keepoint::report::OperatorDiff::change).collect();
        assert_eq!(changes, [DiffChange::Removed, DiffChange::Added]);
    }
}

#[test]
fn given_several_with_the_same_states_then_only_names_of_their_own_tell_them_apart() {
    let named =
        |id, name: &str| Operator { name: Some(name.to_owned()), ..operator(id, vec![state("s", simple("Long"))]) };
    let found = compare(vec![named(1, "left"), named(2, "right")], vec![named(3, "right"), named(4, "left")]);
    let changes: Vec<_> = found.operators.iter().map(|row| (row.change(), row.previous_operator_id.clone())).collect();
    let id = |id: u32| Some(format!("{id:032x}"));
    assert_eq!(changes, [(DiffChange::Renamed, id(2)), (DiffChange::Renamed, id(1))]);
    let found = compare(vec![named(1, "map"), named(2, "map")], vec![named(3, "map"), named(4, "map")]);
    assert!(found.operators.iter().all(|row| row.change() != DiffChange::Renamed), "{found:?}");
    assert_eq!(found.findings[0].code, "OPERATOR_RENAME_AMBIGUOUS");
}

#[test]
fn given_another_parallelism_then_the_operator_changed() {
    let found = compare(
        vec![operator(1, Vec::new())],
        vec![Operator { parallelism: Some(4), max_parallelism: Some(256), ..operator(1, Vec::new()) }],
    );
    assert_eq!(found.operators[0].what, ["parallelism", "max_parallelism"]);
    assert_eq!((found.operators[0].parallelism_before, found.operators[0].parallelism_after), (Some(2), Some(4)));
}

fn source(id: u32, splits: Vec<SourceSplit>) -> InspectReport {
    let connectors = vec![ConnectorState {
        operator_id: format!("{id:032x}"),
        kind: Some(ConnectorRole::Source.into()),
        connector: Some(ConnectorName::Kafka.into()),
        splits,
        ..ConnectorState::default()
    }];
    InspectReport { connectors, ..report(vec![operator(id, Vec::new())]) }
}

fn partition(partition: i32, start_offset: Option<i64>, subtask: u32) -> SourceSplit {
    SourceSplit {
        subtask: Some(subtask),
        topic: Some("orders".to_owned()),
        partition: Some(partition),
        start_offset,
        ..SourceSplit::default()
    }
}

#[test]
fn given_partitions_that_advanced_and_moved_then_only_offsets_count() {
    let before = source(1, vec![partition(0, Some(10), 0), partition(1, Some(5), 1), partition(2, None, 0)]);
    let after = source(1, vec![partition(1, Some(5), 0), partition(0, Some(17), 1), partition(3, Some(1), 0)]);
    let found = diff(&before, &after, Depth::States);
    let rows: Vec<_> = found.offsets.iter().map(|row| (row.partition, row.change(), row.advanced)).collect();
    assert_eq!(
        rows,
        [
            (Some(0), DiffChange::Changed, Some(7)),
            (Some(2), DiffChange::Removed, None),
            (Some(3), DiffChange::Added, None),
        ]
    );
    assert_eq!(found.operators[0].what, ["offsets"]);
    assert_eq!(found.offset_counts.expect("they were compared").unchanged, 1);
}

#[test]
fn given_the_same_file_by_an_alias_then_it_is_kept() {
    let with = |path: &str, bytes| {
        let file = File { path: path.to_owned(), bytes, ..File::default() };
        InspectReport { files: vec![file], ..report(Vec::new()) }
    };
    let found = diff(&with("s3://b/f", Some(3)), &with("s3a://b/f", Some(3)), Depth::Metadata);
    assert_eq!((found.kept_files.expect("compared").files, found.differs), (1, Some(false)));
    let found = diff(&with("s3://b/f", Some(3)), &with("s3://b/f", None), Depth::Metadata);
    assert_eq!(found.differs, Some(false), "a length that is not recorded contradicts none");
    let found = diff(&with("s3://b/f", Some(3)), &with("s3://b/f", Some(4)), Depth::Metadata);
    assert_eq!(found.files[0].change(), DiffChange::Changed);
}

#[test]
fn given_thousands_of_operators_then_each_is_counted_once() {
    let many = |from: u32| (from..from + 5000).map(|id| operator(id, vec![state(&id.to_string(), simple("Long"))]));
    let found = compare(many(0).collect(), many(2500).collect());
    let counts = found.operator_counts.expect("they were compared");
    assert_eq!((counts.added, counts.removed, counts.unchanged, counts.renamed), (2500, 2500, 2500, 0));
}
