//! Values of Avro, in Flink's encoding of its own: numbers have a fixed width, unlike in Avro's binary encoding.
//!
//! ```text
//! null               nothing
//! boolean            bool
//! int, enum          i32; of an enum the position of the symbol
//! long               i64
//! float, double      4 bytes, 8 bytes
//! bytes, string      i32 n, n bytes; text in UTF-8
//! fixed              its bytes
//! array              blocks: varint n, n × element; a block of 0 is the end
//! map                blocks: varint n, n × (string, value); a block of 0 is the end
//! union              i32 branch, value
//! record             its fields
//! ```
//!
//! Whether the class was generated, generic or reflected makes no difference. A date or a decimal (a logical type) is shown as what it is
//! written as.
//!
//! Source: `DataOutputEncoder`, `DataInputDecoder`.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Value;

use super::bounds::{Bounds, few};
use crate::codec::DataInput;
use crate::format::error::Within;
use crate::format::{Error, ErrorKind, Step};
use crate::model::{Name, StateValue};

/// A schema whose named types may contain themselves.
#[derive(Debug)]
pub(super) struct Schema {
    root: Type,
    /// Fields of records, by their number.
    records: Vec<Vec<(Name, Type)>>,
}

#[derive(Debug, Clone)]
enum Type {
    Null,
    Boolean,
    Int,
    Long,
    Float,
    Double,
    Bytes,
    Text,
    Fixed(usize),
    Enum(Arc<[Name]>),
    Array(Box<Type>),
    Map(Box<Type>),
    Union(Vec<Type>),
    Record(usize),
}

impl Schema {
    /// Parses a schema in JSON.
    pub(super) fn parse(json: &str) -> Option<Self> {
        let json: Value = serde_json::from_str(json).ok()?;
        let mut parser = Parser::default();
        let root = parser.parse(&json, "")?;
        Some(Self { root, records: parser.records })
    }

    /// Decodes the next value.
    pub(super) fn decode(&self, input: &mut DataInput<'_>, bounds: &mut Bounds) -> Result<StateValue, Error> {
        self.of(&self.root, input, bounds)
    }

    fn inside(&self, of: &Type, input: &mut DataInput<'_>, bounds: &mut Bounds) -> Result<StateValue, Error> {
        bounds.value(input, |input, bounds| self.of(of, input, bounds))
    }

    fn of(&self, of: &Type, input: &mut DataInput<'_>, bounds: &mut Bounds) -> Result<StateValue, Error> {
        Ok(match of {
            Type::Null => StateValue::Null,
            Type::Boolean => StateValue::Bool(input.bool()?),
            Type::Int => StateValue::Integer(i64::from(input.i32()?)),
            Type::Long => StateValue::Integer(input.i64()?),
            Type::Float => StateValue::Float(f64::from(f32::from_bits(input.i32()?.cast_unsigned()))),
            Type::Double => StateValue::Float(f64::from_bits(input.i64()?.cast_unsigned())),
            Type::Bytes => StateValue::Bytes(input.length_prefixed()?.to_vec()),
            Type::Text => StateValue::Text(text(input)?),
            Type::Fixed(length) => StateValue::Bytes(input.bytes(*length)?.to_vec()),
            Type::Enum(symbols) => StateValue::Constant(chosen(input, symbols, "position of a symbol")?.clone()),
            Type::Array(element) => {
                let mut elements = Vec::new();
                while let Some(count) = block(input, bounds)? {
                    for _ in 0..count {
                        let index = elements.len();
                        elements.push(self.inside(element, input, bounds).within(|| Step::Element("element", index))?);
                    }
                }
                StateValue::List(elements)
            }
            Type::Map(value) => {
                let mut entries = Vec::new();
                while let Some(count) = block(input, bounds)? {
                    for _ in 0..count {
                        let index = entries.len();
                        let key = text(input).within(|| Step::Element("key", index))?;
                        let value = self.inside(value, input, bounds).within(|| Step::Element("value", index))?;
                        entries.push((StateValue::Text(key), value));
                    }
                }
                StateValue::Map(entries)
            }
            Type::Union(branches) => {
                let branch = chosen(input, branches, "branch of a union")?;
                self.inside(branch, input, bounds)?
            }
            Type::Record(number) => {
                let fields = self.records.get(*number).map(Vec::as_slice).unwrap_or_default();
                let mut values = few(fields.len());
                for (name, of) in fields {
                    let value = self.inside(of, input, bounds).within(|| Step::State(name.as_str().to_owned()))?;
                    values.push((name.clone(), value));
                }
                StateValue::Fields(values)
            }
        })
    }
}

fn text(input: &mut DataInput<'_>) -> Result<String, Error> {
    Ok(String::from_utf8_lossy(input.length_prefixed()?).into_owned())
}

/// Reads a position.
fn chosen<'c, T>(input: &mut DataInput<'_>, choices: &'c [T], what: &'static str) -> Result<&'c T, Error> {
    let start = input.position();
    let position = input.i32()?;
    let choice = usize::try_from(position).ok().and_then(|position| choices.get(position));
    choice.ok_or_else(|| Error::new(start, ErrorKind::InvalidValue { what, value: position.into() }))
}

/// Reads how many elements the next block has; `None` at the end.
fn block(input: &mut DataInput<'_>, bounds: &Bounds) -> Result<Option<usize>, Error> {
    let start = input.position();
    let mut count = 0_u64;
    for shift in (0..64).step_by(7) {
        let byte = input.u8()?;
        count |= u64::from(byte & 0x7F) << shift;
        if byte & 0x80 == 0 {
            let count = usize::try_from(count).unwrap_or(usize::MAX);
            bounds.check_count(start, count, input)?;
            return Ok(Some(count).filter(|count| *count > 0));
        }
    }
    Err(Error::new(start, ErrorKind::Contradiction("a number of more than 64 bits")))
}

#[derive(Default)]
struct Parser {
    named: HashMap<String, Type>,
    records: Vec<Vec<(Name, Type)>>,
}

impl Parser {
    fn parse(&mut self, schema: &Value, namespace: &str) -> Option<Type> {
        match schema {
            Value::String(name) => self.by_name(name, namespace),
            Value::Array(branches) => {
                let branches = branches.iter().map(|branch| self.parse(branch, namespace));
                branches.collect::<Option<_>>().map(Type::Union)
            }
            Value::Object(_) => match schema.get("type")? {
                Value::String(kind) => self.declared(kind, schema, namespace),
                // A type may stand in an object for no reason.
                nested => self.parse(nested, namespace),
            },
            _ => None,
        }
    }

    fn by_name(&self, name: &str, namespace: &str) -> Option<Type> {
        Some(match name {
            "null" => Type::Null,
            "boolean" => Type::Boolean,
            "int" => Type::Int,
            "long" => Type::Long,
            "float" => Type::Float,
            "double" => Type::Double,
            "bytes" => Type::Bytes,
            "string" => Type::Text,
            name => self.named.get(&full(name, namespace))?.clone(),
        })
    }

    fn declared(&mut self, kind: &str, schema: &Value, namespace: &str) -> Option<Type> {
        match kind {
            "array" => return Some(Type::Array(Box::new(self.parse(schema.get("items")?, namespace)?))),
            "map" => return Some(Type::Map(Box::new(self.parse(schema.get("values")?, namespace)?))),
            "record" | "error" | "enum" | "fixed" => {}
            name => return self.by_name(name, namespace),
        }
        let own = schema.get("namespace").and_then(Value::as_str).unwrap_or(namespace);
        let name = full(schema.get("name")?.as_str()?, own);
        let inner = name.rsplit_once('.').map_or("", |(namespace, _)| namespace).to_owned();
        match kind {
            "enum" => {
                let symbols = schema.get("symbols")?.as_array()?.iter();
                let symbols: Option<Arc<[Name]>> = symbols.map(|symbol| symbol.as_str().map(given)).collect();
                let of = Type::Enum(symbols?);
                self.named.insert(name, of.clone());
                Some(of)
            }
            "fixed" => {
                let of = Type::Fixed(usize::try_from(schema.get("size")?.as_u64()?).ok()?);
                self.named.insert(name, of.clone());
                Some(of)
            }
            _ => {
                let number = self.records.len();
                self.records.push(Vec::new());
                // Its fields may be of itself.
                self.named.insert(name, Type::Record(number));
                let mut fields = Vec::new();
                for field in schema.get("fields")?.as_array()? {
                    let of = self.parse(field.get("type")?, &inner)?;
                    fields.push((given(field.get("name")?.as_str()?), of));
                }
                *self.records.get_mut(number)? = fields;
                Some(Type::Record(number))
            }
        }
    }
}

fn given(text: &str) -> Name {
    Name::Given(Arc::from(text))
}

fn full(name: &str, namespace: &str) -> String {
    if name.contains('.') || namespace.is_empty() { name.to_owned() } else { format!("{namespace}.{name}") }
}
