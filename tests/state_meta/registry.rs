//! Which snapshot classes the fixtures show, and that each of them is known.

use std::collections::BTreeSet;

use keepoint::format::serializer::known_classes;
use serde_json::Value;

use crate::fixtures::{directories, fixtures, json};

/// Known classes that no fixture has: those of languages and libraries that the generator does not run, and superseded ones. They
/// are tested on bytes written by hand (`by_hand.rs`), but for arrays and maps of Python, whose decoders are those of the table runtime.
const NOT_IN_FIXTURES: &[&str] = &[
    "org.apache.flink.api.common.typeutils.base.GenericArraySerializerConfigSnapshot",
    "org.apache.flink.api.java.typeutils.runtime.EitherSerializerSnapshot",
    "org.apache.flink.api.java.typeutils.runtime.WritableSerializer$WritableSerializerSnapshot",
    "org.apache.flink.api.scala.typeutils.NothingSerializerSnapshot",
    "org.apache.flink.api.scala.typeutils.ScalaCaseClassSerializerSnapshot",
    "org.apache.flink.api.scala.typeutils.ScalaEitherSerializerSnapshot",
    "org.apache.flink.api.scala.typeutils.ScalaEnumSerializerSnapshot",
    "org.apache.flink.api.scala.typeutils.ScalaOptionSerializerSnapshot",
    "org.apache.flink.api.scala.typeutils.ScalaTrySerializerSnapshot",
    "org.apache.flink.api.scala.typeutils.TraversableSerializerSnapshot",
    "org.apache.flink.api.scala.typeutils.Tuple2CaseClassSerializerSnapshot",
    "org.apache.flink.api.scala.typeutils.UnitSerializer$UnitSerializerSnapshot",
    "org.apache.flink.queryablestate.client.VoidNamespaceSerializer$VoidNamespaceSerializerSnapshot",
    "org.apache.flink.streaming.api.utils.ByteArrayWrapperSerializer$ByteArrayWrapperSerializerSnapshot",
    "org.apache.flink.table.runtime.typeutils.serializers.python.ArrayDataSerializer$ArrayDataSerializerSnapshot",
    "org.apache.flink.table.runtime.typeutils.serializers.python.BigDecSerializer$BigDecSerializerSnapshot",
    "org.apache.flink.table.runtime.typeutils.serializers.python.DateSerializer$DateSerializerSnapshot",
    "org.apache.flink.table.runtime.typeutils.serializers.python.DecimalDataSerializer$DecimalSerializerSnapshot",
    "org.apache.flink.table.runtime.typeutils.serializers.python.MapDataSerializer$BaseMapSerializerSnapshot",
    "org.apache.flink.table.runtime.typeutils.serializers.python.RowDataSerializer$RowDataSerializerSnapshot",
    "org.apache.flink.table.runtime.typeutils.serializers.python.StringSerializer$StringSerializerSnapshot",
    "org.apache.flink.table.runtime.typeutils.serializers.python.TimeSerializer$TimeSerializerSnapshot",
    "org.apache.flink.table.runtime.typeutils.serializers.python.TimestampSerializer$TimestampSerializerSnapshot",
];

#[test]
fn every_known_class_is_in_a_fixture_or_is_listed_as_tested_by_hand() {
    let mut shown = BTreeSet::new();
    for scenario in directories(&fixtures().join("flink")).iter().flat_map(|release| directories(release)) {
        classes(&json(&scenario.join("headers.json")), &mut shown);
    }
    let known: BTreeSet<_> = known_classes().map(|(class, _)| class.to_owned()).collect();
    let unknown: Vec<_> = shown.difference(&known).collect();
    assert!(unknown.is_empty(), "in fixtures and unknown: {unknown:#?}");
    let not_shown: BTreeSet<_> = known.difference(&shown).map(String::as_str).collect();
    let listed: BTreeSet<_> = NOT_IN_FIXTURES.iter().copied().collect();
    assert_eq!(not_shown, listed);
}

#[test]
fn no_class_is_known_twice() {
    let mut seen = BTreeSet::new();
    for (class, versions) in known_classes() {
        assert!(seen.insert(class), "{class}");
        assert!(!versions.is_empty(), "{class}");
    }
}

fn classes(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => {
            if let (Some(Value::String(class)), Some(Value::Number(_))) = (object.get("class"), object.get("version")) {
                found.insert(class.clone());
            }
            object.values().for_each(|value| classes(value, found));
        }
        Value::Array(array) => array.iter().for_each(|value| classes(value, found)),
        _ => {}
    }
}
