//! `config.yaml`: YAML, with keys nested, dotted, or both.
//!
//! As `GlobalConfiguration.loadYAMLResource` and `YamlParserUtils` of Flink 1.19 and newer: nested keys are joined by dots, of two
//! entries with the same joined key the later one counts, the same key twice in one mapping is an error, and only `true`
//! and `false` are booleans, so that `y` and `on` stay text (YAML 1.2, core schema).

use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::Entries;

/// Reads the text; the error is the line from which on it is no configuration.
pub(super) fn parse(text: &str) -> Result<Entries, Option<u64>> {
    let options = serde_saphyr::options! {
        strict_booleans: true,
        duplicate_keys: serde_saphyr::DuplicateKeyPolicy::Error,
        merge_keys: serde_saphyr::MergeKeyPolicy::AsOrdinary,
        with_snippet: false
    };
    let node = serde_saphyr::from_str_with_options::<Node>(text, options);
    let node = node.map_err(|error| error.location().map(|location| location.line()))?;
    let mut entries = Entries::default();
    match node {
        Node::Empty => {}
        Node::Map(_) => flatten(node, "", &mut entries),
        Node::Scalar(_) | Node::List => return Err(Some(1)),
    }
    Ok(entries)
}

/// `{a: {b: c}}` to `a.b: c`.
fn flatten(node: Node, key: &str, entries: &mut Entries) {
    match node {
        Node::Map(pairs) => {
            for (inner, node) in pairs {
                let inner = if key.is_empty() { inner } else { format!("{key}.{inner}") };
                flatten(node, &inner, entries);
            }
        }
        Node::Scalar(value) => {
            entries.values.insert(key.to_owned(), value);
        }
        Node::Empty => entries.empty_keys.push(key.to_owned()),
        // Flink writes it as YAML again. No key that matters here takes a list.
        Node::List => {
            entries.values.insert(key.to_owned(), "[…]".to_owned());
        }
    }
}

/// A part of the file.
#[derive(Debug, PartialEq)]
enum Node {
    /// Text, a number or a boolean, as text.
    Scalar(String),
    /// No value.
    Empty,
    /// What is in it does not matter.
    List,
    /// In the order of the file.
    Map(Vec<(String, Node)>),
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value, a mapping or a list")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Node, E> {
        Ok(Node::Scalar(value.to_string()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Node, E> {
        Ok(Node::Scalar(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Node, E> {
        Ok(Node::Scalar(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Node, E> {
        Ok(Node::Scalar(value.to_string()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Node, E> {
        Ok(Node::Scalar(value.to_owned()))
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Empty)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Node, A::Error> {
        while elements.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Node::List)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Node, A::Error> {
        let mut pairs = Vec::new();
        while let Some(pair) = entries.next_entry::<String, Node>()? {
            pairs.push(pair);
        }
        Ok(Node::Map(pairs))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Option<String> {
        parse(text).expect("this is YAML").values.remove("a.b")
    }

    #[test]
    fn nested_dotted_and_mixed_keys_are_one_key() {
        for text in ["a:\n  b: v\n", "a.b: v\n", "{a: {b: v}}", "a: {b: 'v'} # why\n", "---\na.b: \"v\"\n"] {
            assert_eq!(value(text).as_deref(), Some("v"), "{text}");
        }
        let mixed = parse("state.checkpoints:\n  dir: c\nstate:\n  savepoints.dir: s\n").expect("this is YAML");
        assert_eq!(mixed.values["state.checkpoints.dir"], "c");
        assert_eq!(mixed.values["state.savepoints.dir"], "s");
    }

    #[test]
    fn the_later_of_a_nested_and_a_dotted_key_counts() {
        assert_eq!(value("a.b: 1\na: {b: 2}\n").as_deref(), Some("2"));
        assert_eq!(value("a: {b: 2}\na.b: 1\n").as_deref(), Some("1"));
    }

    #[test]
    fn words_that_older_yaml_took_for_booleans_stay_text() {
        for word in ["y", "n", "yes", "no", "on", "off", "Y", "~x", "1.2.3", "10 min", "s3://b/a#b"] {
            assert_eq!(value(&format!("a.b: {word}")).as_deref(), Some(word));
        }
        assert_eq!(value("a.b: true").as_deref(), Some("true"));
        assert_eq!(value("a.b: 600000").as_deref(), Some("600000"));
    }

    #[test]
    fn a_key_without_a_value_is_noted_and_an_empty_text_is_a_value() {
        let entries = parse("a:\n  b:\nc: ~\nd: null\ne: 'null'\nf: ''\n").expect("this is YAML");
        assert_eq!(entries.empty_keys, ["a.b", "c", "d"]);
        assert_eq!(entries.values["e"], "null");
        assert_eq!(entries.values["f"], "");
    }

    #[test]
    fn an_empty_file_is_an_empty_configuration() {
        for text in ["", "\n", "# nothing\n", "---\n"] {
            assert_eq!(parse(text), Ok(Entries::default()), "{text:?}");
        }
    }

    #[test]
    fn what_flink_refuses_is_an_error_with_its_line() {
        assert_eq!(parse("a: 1\na: 2\n"), Err(Some(2)));
        assert_eq!(parse("- a\n"), Err(Some(1)));
        assert_eq!(parse("text\n"), Err(Some(1)));
        assert!(parse("a: 1\n\tb: 2\n").is_err());
        assert!(parse("a: 1\n---\nb: 2\n").is_err());
    }

    #[test]
    fn a_file_that_nests_without_end_is_an_error_and_no_overflow() {
        assert!(parse(&"[".repeat(100_000)).is_err());
        assert!(parse(&"{a: ".repeat(100_000)).is_err());
    }
}
