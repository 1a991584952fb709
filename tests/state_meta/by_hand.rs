//! Snapshots that no fixture has: of the Scala API, of Python jobs, and superseded ones. Written after the sources of the classes.

use keepoint::format::state_meta::decode_keyed;
use keepoint::model::{CompositeKind, Outer, SerializerBody};

use crate::bytes::{composite, int, keyed, long, nested, snapshot, utf};

/// Decodes a snapshot as that of the keys, to its last byte.
fn decode<T>(class: &str, version: i32, body: &[u8], look: impl FnOnce(&SerializerBody<'_>, String) -> T) -> T {
    let bytes = keyed(&snapshot(class, version, body), &[]);
    let header = decode_keyed(&bytes).unwrap_or_else(|error| panic!("{class}: {error}"));
    assert_eq!((header.stopped_at, header.end), (None, Some(bytes.len())), "{class}");
    let key = header.key_serializer.expect("keyed state has one");
    look(&key.body, key.to_string())
}

/// The text of a snapshot's type.
fn text(class: &str, version: i32, body: &[u8]) -> String {
    decode(class, version, body, |_, text| text)
}

/// The names of a class in the Scala API, and in the Table API's bridge to Scala.
fn both_packages(class: &str) -> [String; 2] {
    ["org.apache.flink.api.scala.typeutils.", "org.apache.flink.table.api.typeutils."]
        .map(|package| format!("{package}{class}"))
}

#[test]
fn types_of_the_scala_api_are_read_under_both_of_their_packages() {
    let string =
        || snapshot("org.apache.flink.api.common.typeutils.base.StringSerializer$StringSerializerSnapshot", 3, &[]);
    for (class, outer_version, outer, fields, expected) in [
        ("ScalaCaseClassSerializerSnapshot", 2, utf("shop.Order"), vec![string(), long()], "Order<String, Long>"),
        ("Tuple2CaseClassSerializerSnapshot", 2, utf("scala.Tuple2"), vec![string(), long()], "Tuple2<String, Long>"),
        ("ScalaEitherSerializerSnapshot", 1, vec![], vec![string(), long()], "Either<String, Long>"),
        ("ScalaOptionSerializerSnapshot", 2, vec![], vec![long()], "Option<Long>"),
        ("ScalaTrySerializerSnapshot", 2, vec![], vec![long(), string()], "Try<Long, String>"),
        ("TraversableSerializerSnapshot", 2, utf("implicitly[CanBuildFrom[…]]"), vec![long()], "Traversable<Long>"),
    ] {
        for class in both_packages(class) {
            assert_eq!(text(&class, 3, &composite(outer_version, &outer, &fields)), expected);
        }
    }
    for class in both_packages("ScalaEnumSerializerSnapshot") {
        let body = [utf("shop.Status$"), int(2), utf("Open"), int(0), utf("Paid"), int(5)].concat();
        decode(&class, 3, &body, |body, text| {
            let SerializerBody::ScalaEnumeration(enumeration) = body else { panic!("{body:?}") };
            let constants: Vec<_> = enumeration.constants.iter().map(|(name, id)| (name.to_string(), *id)).collect();
            assert_eq!(constants, [("Open".to_owned(), 0), ("Paid".to_owned(), 5)]);
            assert_eq!(text, "Status$");
        });
    }
    for class in both_packages("UnitSerializer$UnitSerializerSnapshot") {
        assert_eq!(text(&class, 3, &[]), "Unit");
    }
    for class in both_packages("NothingSerializerSnapshot") {
        assert_eq!(text(&class, 3, &[]), "Nothing$");
    }
}

#[test]
fn serializers_of_python_jobs_have_the_bodies_of_their_twins_with_versions_of_their_own() {
    let python = |class: &str| format!("org.apache.flink.table.runtime.typeutils.serializers.python.{class}");
    for (class, expected) in [
        ("BigDecSerializer$BigDecSerializerSnapshot", "BigDecimal"),
        ("DateSerializer$DateSerializerSnapshot", "Date"),
        ("StringSerializer$StringSerializerSnapshot", "String"),
        ("TimeSerializer$TimeSerializerSnapshot", "Time"),
    ] {
        assert_eq!(text(&python(class), 3, &[]), expected);
    }
    let decimal = [int(10), int(2)].concat();
    assert_eq!(text(&python("DecimalDataSerializer$DecimalSerializerSnapshot"), 1, &decimal), "DECIMAL(10, 2)");
    assert_eq!(text(&python("TimestampSerializer$TimestampSerializerSnapshot"), 1, &int(3)), "TIMESTAMP(3)");
    let empty_row = [int(0), nested(&[])].concat();
    assert_eq!(text(&python("RowDataSerializer$RowDataSerializerSnapshot"), 3, &empty_row), "ROW<>");
    let bytes = "org.apache.flink.streaming.api.utils.ByteArrayWrapperSerializer$ByteArrayWrapperSerializerSnapshot";
    assert_eq!(text(bytes, 3, &[]), "ByteArrayWrapper");
}

#[test]
fn superseded_snapshots_of_flinks_core_are_read_as_their_successors() {
    let array = [utf("java.lang.Long"), nested(&[long()])].concat();
    let class = "org.apache.flink.api.common.typeutils.base.GenericArraySerializerConfigSnapshot";
    assert_eq!(text(class, 2, &array), "Long[]");
    let class = "org.apache.flink.api.java.typeutils.runtime.EitherSerializerSnapshot";
    assert_eq!(text(class, 2, &nested(&[long(), long()])), "Either<Long, Long>");
}

#[test]
fn a_basic_snapshot_of_release_1_7_repeats_the_class_of_its_serializer() {
    let class = "org.apache.flink.api.common.typeutils.base.LongSerializer$LongSerializerSnapshot";
    assert_eq!(text(class, 2, &utf("org.apache.flink.api.common.typeutils.base.LongSerializer")), "Long");
}

#[test]
fn a_composite_snapshot_of_version_2_has_no_magic_number_and_its_version_is_the_outer_one() {
    let class = "org.apache.flink.api.java.typeutils.runtime.RowSerializer$RowSerializerSnapshot";
    decode(class, 2, &nested(&[long()]), |body, _| {
        let SerializerBody::Composite(row) = body else { panic!("{body:?}") };
        assert_eq!((row.kind, row.outer_version, &row.outer), (CompositeKind::Row, 2, &Outer::RowKind(false)));
    });
    // A flag that came with version 3 was always set there, and is written from version 4 on.
    for (outer_version, written, expected) in [(2, &[][..], false), (3, &[], true), (4, &[0], false), (4, &[1], true)] {
        decode(class, 3, &composite(outer_version, written, &[long()]), |body, _| {
            let SerializerBody::Composite(row) = body else { panic!("{body:?}") };
            assert_eq!(row.outer, Outer::RowKind(expected), "outer version {outer_version}");
        });
    }
}

#[test]
fn avro_schemas_are_read_in_each_of_the_three_versions() {
    let class = "org.apache.flink.formats.avro.typeutils.AvroSerializerSnapshot";
    let schema = r#"{"type":"long"}"#;
    let flinks = |text: &str| [&[u8::try_from(text.len() + 1).expect("short")][..], text.as_bytes()].concat();
    for (version, body, expected) in [
        (1, utf(schema), None),
        (2, [utf("java.lang.Long"), utf(schema)].concat(), Some("java.lang.Long")),
        (3, [flinks("java.lang.Long"), flinks(schema)].concat(), Some("java.lang.Long")),
    ] {
        decode(class, version, &body, |body, _| {
            let SerializerBody::Avro(avro) = body else { panic!("{body:?}") };
            assert_eq!((avro.class.as_deref(), avro.schema.as_str()), (expected, schema), "version {version}");
        });
    }
}

#[test]
fn classes_with_a_format_of_their_own_are_named() {
    let class = "org.apache.flink.api.java.typeutils.runtime.WritableSerializer$WritableSerializerSnapshot";
    assert_eq!(text(class, 2, &utf("org.apache.hadoop.io.Text")), "Text");
    let class = "org.apache.flink.queryablestate.client.VoidNamespaceSerializer$VoidNamespaceSerializerSnapshot";
    assert_eq!(text(class, 3, &[]), "VoidNamespace");
}
