//! Values of states, whatever serializer wrote them.

use std::sync::Arc;

use super::OpaqueSnapshot;

/// A name that a decoder has once for all values: those of a field or a constant may be long, and a value of one byte have many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Name {
    /// Of Flink.
    Fixed(&'static str),
    /// Of a snapshot.
    Given(Arc<str>),
}

impl Name {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Fixed(text) => text,
            Self::Given(text) => text,
        }
    }
}

impl From<&'static str> for Name {
    fn from(text: &'static str) -> Self {
        Self::Fixed(text)
    }
}

/// A value as far as it could be decoded.
#[derive(Debug, Clone, PartialEq)]
pub enum StateValue {
    /// Null.
    Null,
    /// A boolean.
    Bool(bool),
    /// A number of any width.
    Integer(i64),
    /// A number with a fraction, of either width.
    Float(f64),
    /// A text; also a date, a time, a decimal.
    Text(String),
    /// A constant, or the name of a class.
    Constant(Name),
    /// Bytes.
    Bytes(Vec<u8>),
    /// Elements or fields without names.
    List(Vec<StateValue>),
    /// Keys and values, in the order of the bytes.
    Map(Vec<(StateValue, StateValue)>),
    /// Fields with names.
    Fields(Vec<(Name, StateValue)>),
}

/// Why values of a type cannot be decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownType {
    /// Class of the serializer snapshot.
    pub snapshot: String,
    /// What is not known of it.
    pub reason: &'static str,
}

impl UnknownType {
    /// A snapshot of a class that is none of Flink's.
    #[must_use]
    pub fn opaque(snapshot: &OpaqueSnapshot<'_>) -> Self {
        Self { snapshot: snapshot.class.to_str().into_owned(), reason: "a serializer that is not Flink's" }
    }
}

impl std::fmt::Display for UnknownType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.snapshot.rsplit('.').next() {
            Some(class) if !class.is_empty() => write!(f, "{}: {class}", self.reason),
            _ => f.write_str(self.reason),
        }
    }
}

/// An entry of a state.
#[derive(Debug, Clone, PartialEq)]
pub struct StateEntry {
    /// The key; null in operator state.
    pub key: StatePart,
    /// The namespace; null where there is none.
    pub namespace: StatePart,
    /// The key in a map.
    pub map_key: Option<StatePart>,
    /// The value.
    pub value: StatePart,
}

/// A part of an entry.
#[derive(Debug, Clone, PartialEq)]
pub enum StatePart {
    /// What it says.
    Value(StateValue),
    /// Its bytes, when that is not known.
    Undecoded {
        /// The first of its bytes.
        bytes: Vec<u8>,
        /// How many there are.
        length: usize,
        /// Why.
        reason: String,
    },
}

impl StatePart {
    /// Bytes that are kept of what is not decoded.
    const SHOWN: usize = 1024;

    /// A part that was not decoded.
    #[must_use]
    pub fn undecoded(bytes: &[u8], reason: String) -> Self {
        let shown = bytes.get(..Self::SHOWN).unwrap_or(bytes);
        Self::Undecoded { bytes: shown.to_vec(), length: bytes.len(), reason }
    }
}

impl Default for StateEntry {
    fn default() -> Self {
        let null = || StatePart::Value(StateValue::Null);
        Self { key: null(), namespace: null(), map_key: None, value: null() }
    }
}

impl StateEntry {
    /// A timer, whose key and namespace are part of it.
    #[must_use]
    pub fn of_timer(timer: StateValue) -> Self {
        let StateValue::Fields(fields) = timer else {
            return Self { value: StatePart::Value(timer), ..Self::default() };
        };
        let mut entry = Self::default();
        for (name, value) in fields {
            match name.as_str() {
                "key" => entry.key = StatePart::Value(value),
                "namespace" => entry.namespace = StatePart::Value(value),
                _ => entry.value = StatePart::Value(value),
            }
        }
        entry
    }
}
