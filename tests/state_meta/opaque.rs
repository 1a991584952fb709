//! Serializers of users: what is known in spite of them.

use keepoint::format::state_meta::{decode_keyed, decode_operator, recover_states};
use keepoint::model::{SerializerBody, StateHeader, StateKind};

use crate::bytes::{composite, int, keyed, long, snapshot, state, utf, value_state};

const USERS: &str = "com.example.GeometrySerializer$Snapshot";

/// What a user's snapshot may write.
fn users() -> Vec<u8> {
    snapshot(USERS, 7, b"\x00\x00\x00\x00anything at all \x00\x00\x00\x01\x00\x04abcd")
}

fn names(header: &StateHeader<'_>) -> Vec<(String, Option<StateKind>, bool, bool)> {
    let states = header.states.iter();
    states.map(|state| (state.name.to_string(), state.kind(), state.complete, state.recovered)).collect()
}

fn keyed_header() -> Vec<u8> {
    keyed(
        &long(),
        &[
            value_state("before", long()),
            value_state("users", users()),
            state(
                "map",
                0,
                &[("KEYED_STATE_TYPE", "MAP")],
                &[("VALUE_SERIALIZER", users()), ("NAMESPACE_SERIALIZER", long())],
            ),
            state("_timer_state/event_user-timers", 3, &[], &[("VALUE_SERIALIZER", long())]),
            state(
                "list of the asynchronous API",
                4,
                &[("KEYED_STATE_TYPE", "LIST")],
                &[("VALUE_SERIALIZER", long()), ("NAMESPACE_SERIALIZER", long())],
            ),
        ],
    )
}

#[test]
fn decoding_stops_at_an_unknown_class_and_keeps_what_came_before_with_the_name_and_kind_of_its_state() {
    let bytes = keyed_header();
    let header = decode_keyed(&bytes).expect("no error: nobody can say that it is damaged");
    assert_eq!(
        names(&header),
        [
            ("before".to_owned(), Some(StateKind::Value), true, false),
            ("users".to_owned(), Some(StateKind::Value), false, false),
        ]
    );
    let stopped_at = header.stopped_at.expect("it has stopped");
    assert_eq!((stopped_at.class.to_str().as_ref(), stopped_at.version), (USERS, 7));
    assert_eq!(&bytes[stopped_at.offset..][..2 + USERS.len()], utf(USERS));
    assert_eq!((header.end, header.announced_states), (None, Some(5)));
    let value = header.states[1].serializer("VALUE_SERIALIZER").expect("it is there");
    assert!(value.is_opaque());
    assert_eq!(value.to_string(), "Snapshot?");
}

#[test]
fn states_behind_an_unknown_class_are_found_by_the_words_around_their_names() {
    let bytes = keyed_header();
    let mut header = decode_keyed(&bytes).expect("it decodes in part");
    recover_states(&mut header, &bytes);
    assert_eq!(
        names(&header)[2..],
        [
            ("map".to_owned(), Some(StateKind::Map), false, true),
            ("_timer_state/event_user-timers".to_owned(), Some(StateKind::Timer), true, true),
            ("list of the asynchronous API".to_owned(), Some(StateKind::List), true, true),
        ]
    );
    assert_eq!(header.announced_states, Some(header.states.len()));
}

#[test]
fn states_of_an_operator_behind_an_unknown_class_are_found_too() {
    let mode = "OPERATOR_STATE_DISTRIBUTION_MODE";
    let lists = [state("list", 1, &[(mode, "UNION")], &[("VALUE_SERIALIZER", users())])];
    let broadcast =
        state("rules", 2, &[(mode, "BROADCAST")], &[("KEY_SERIALIZER", long()), ("VALUE_SERIALIZER", long())]);
    let bytes = [&int(6)[..], &[1], &[0, 1], &lists.concat(), &[0, 1], &broadcast].concat();
    let mut header = decode_operator(&bytes).expect("it decodes in part");
    assert_eq!((header.compression, header.announced_states), (Some(true), None));
    recover_states(&mut header, &bytes);
    assert_eq!(
        names(&header),
        [
            ("list".to_owned(), Some(StateKind::UnionList), false, false),
            ("rules".to_owned(), Some(StateKind::Broadcast), true, true),
        ]
    );
}

#[test]
fn with_an_unknown_serializer_of_keys_every_state_is_recovered() {
    let bytes = keyed(&users(), &[value_state("one", long()), value_state("two", long())]);
    let mut header = decode_keyed(&bytes).expect("it decodes in part");
    assert!(header.states.is_empty());
    recover_states(&mut header, &bytes);
    let all = [
        ("one".to_owned(), Some(StateKind::Value), true, true),
        ("two".to_owned(), Some(StateKind::Value), true, true),
    ];
    assert_eq!(names(&header), all);
}

#[test]
fn a_name_with_two_possible_beginnings_is_not_guessed() {
    // The name ends in what looks like a length with its text.
    let ambiguous = "a\u{0}\u{3}abc";
    let bytes =
        keyed(&long(), &[value_state("users", users()), value_state("x", long()), value_state(ambiguous, long())]);
    // Modified UTF-8 has U+0000 as two bytes, as Java writes it; only raw bytes can be ambiguous.
    let mut header = decode_keyed(&bytes).expect("it decodes in part");
    recover_states(&mut header, &bytes);
    assert_eq!(header.states.iter().map(|state| state.name.to_string()).collect::<Vec<_>>(), ["users", "x"]);
}

#[test]
fn in_a_field_of_a_pojo_an_unknown_class_costs_nothing_but_the_field() {
    let pojo = "org.apache.flink.api.java.typeutils.runtime.PojoSerializerSnapshot";
    let magic = 0x4f2_c69a_3d70_i64.to_be_bytes();
    let frame = |bytes: &[u8]| [&int(i32::try_from(bytes.len()).expect("short"))[..], bytes].concat();
    let field = |name: &str, serializer: &[u8]| {
        [&utf(name)[..], &[1], &frame(&[utf("com.example.Order"), utf(name)].concat()), &[1], &frame(serializer)]
            .concat()
    };
    let fields = [&magic[..], &int(2), &field("place", &users()), &field("total", &long())].concat();
    let empty = [&magic[..], &int(0)].concat();
    let body = [utf("com.example.Order"), fields, empty.clone(), empty].concat();
    let bytes = keyed(&long(), &[value_state("orders", snapshot(pojo, 2, &body)), value_state("behind", long())]);
    let header = decode_keyed(&bytes).expect("it decodes");
    assert_eq!((header.stopped_at, header.end), (None, Some(bytes.len())));
    let value = header.states[0].serializer("VALUE_SERIALIZER").expect("it is there");
    let SerializerBody::Pojo(pojo) = &value.body else { panic!("{value:?}") };
    let texts: Vec<_> =
        pojo.fields.iter().map(|field| field.serializer.as_ref().expect("it is there").to_string()).collect();
    assert_eq!(texts, ["Snapshot?", "Long"]);
}

#[test]
fn a_version_that_no_release_writes_is_opaque_even_of_a_known_class() {
    let list = "org.apache.flink.api.common.typeutils.base.ListSerializerSnapshot";
    let bytes = keyed(&snapshot(list, 4, &composite(1, &[], &[long()])), &[]);
    let header = decode_keyed(&bytes).expect("no error");
    assert_eq!(header.stopped_at.map(|stopped| stopped.version), Some(4));
}
