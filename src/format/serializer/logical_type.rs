//! SQL types out of Java objects (`org.apache.flink.table.types.logical`).
//!
//! Fields are taken by name, as Java does. A class that is not known keeps its name, its nullability and nothing else: the stream of
//! the object has an end all the same.

use super::java::{class_constant, class_of, object};
use super::reader::Reader;
use crate::codec::{JavaObjectStream, JavaStr, JavaValue, Node, ObjectData};
use crate::format::{Error, ErrorKind};
use crate::model::{LogicalField, LogicalType, LogicalTypeParameters};

/// Types inside types; objects can refer to themselves.
const DEEPEST: usize = 50;

/// Reads a type.
pub(super) fn decode<'a>(reader: &mut Reader<'a>) -> Result<LogicalType<'a>, Error> {
    let start = reader.input.position();
    let stream = object(reader)?;
    let bytes = reader.input.position() - start;
    Types::new(&stream, bytes)
        .logical_type(stream.root)
        .ok_or_else(|| Error::new(start, ErrorKind::Contradiction("a Java object that is no logical type")))
}

/// Reads a data type (`org.apache.flink.table.types.DataType`) and keeps the logical type in it.
pub(super) fn decode_in_data_type<'a>(reader: &mut Reader<'a>) -> Result<Option<LogicalType<'a>>, Error> {
    let start = reader.input.position();
    let stream = object(reader)?;
    let bytes = reader.input.position() - start;
    let data_type = stream.object(stream.root);
    let logical_type = data_type.and_then(|data_type| stream.field(data_type, "logicalType"));
    Ok(logical_type.and_then(|logical_type| Types::new(&stream, bytes).logical_type(logical_type)))
}

struct Types<'s, 'a> {
    stream: &'s JavaObjectStream<'a>,
    depth: usize,
    /// Types that may still be made. One object can be referred to from many places, and such a graph unfolds to more than any
    /// file; in a real one, a type takes more than this many bytes on average.
    left: usize,
}

const BYTES_PER_TYPE: usize = 8;

impl<'s, 'a> Types<'s, 'a> {
    fn new(stream: &'s JavaObjectStream<'a>, bytes: usize) -> Self {
        Self { stream, depth: 0, left: bytes / BYTES_PER_TYPE }
    }

    fn logical_type(&mut self, value: JavaValue) -> Option<LogicalType<'a>> {
        if self.depth == DEEPEST {
            return None;
        }
        self.left = self.left.checked_sub(1)?;
        let object = self.stream.object(value)?;
        let class = class_of(self.stream, value)?;
        let root = self.constant(object, "typeRoot")?;
        let JavaValue::Boolean(nullable) = self.stream.field(object, "isNullable")? else { return None };
        self.depth += 1;
        let parameters = self.parameters(&class.to_str(), object).unwrap_or(LogicalTypeParameters::Unknown);
        self.depth -= 1;
        Some(LogicalType { class, root, nullable, parameters })
    }

    fn parameters(&mut self, class: &str, object: &ObjectData<'a>) -> Option<LogicalTypeParameters<'a>> {
        let parameters = match class.strip_prefix("org.apache.flink.table.types.logical.")? {
            "BigIntType" | "BitmapType" | "BooleanType" | "DateType" | "DescriptorType" | "DoubleType"
            | "FloatType" | "IntType" | "NullType" | "SmallIntType" | "SymbolType" | "TinyIntType" | "VariantType" => {
                LogicalTypeParameters::None
            }
            "BinaryType" | "CharType" | "VarBinaryType" | "VarCharType" => {
                LogicalTypeParameters::Length(self.int(object, "length")?)
            }
            "LocalZonedTimestampType" | "TimeType" | "TimestampType" | "ZonedTimestampType" => {
                LogicalTypeParameters::Time {
                    precision: self.int(object, "precision")?,
                    kind: self.constant(object, "kind"),
                }
            }
            "DecimalType" => LogicalTypeParameters::Decimal {
                precision: self.int(object, "precision")?,
                scale: self.int(object, "scale")?,
            },
            "YearMonthIntervalType" => LogicalTypeParameters::Interval {
                resolution: self.constant(object, "resolution")?,
                leading_precision: self.int(object, "yearPrecision")?,
                fractional_precision: None,
            },
            "DayTimeIntervalType" => LogicalTypeParameters::Interval {
                resolution: self.constant(object, "resolution")?,
                leading_precision: self.int(object, "dayPrecision")?,
                fractional_precision: Some(self.int(object, "fractionalPrecision")?),
            },
            "ArrayType" | "MultisetType" => {
                LogicalTypeParameters::Element(Box::new(self.type_in(object, "elementType")?))
            }
            "MapType" => LogicalTypeParameters::KeyValue(Box::new((
                self.type_in(object, "keyType")?,
                self.type_in(object, "valueType")?,
            ))),
            "RowType" => LogicalTypeParameters::Fields(self.fields(object, "fields")?),
            "StructuredType" => LogicalTypeParameters::Structured {
                identifier: self.identifier(object),
                class: self.structured_class(object),
                attributes: self.fields(object, "attributes")?,
            },
            "DistinctType" => LogicalTypeParameters::Distinct {
                identifier: self.identifier(object),
                source: Box::new(self.type_in(object, "sourceType")?),
            },
            "RawType" => LogicalTypeParameters::Raw(class_constant(self.stream, self.stream.field(object, "clazz")?)?),
            _ => return None,
        };
        Some(parameters)
    }

    fn int(&self, object: &ObjectData<'a>, field: &str) -> Option<i32> {
        match self.stream.field(object, field)? {
            JavaValue::Int(value) => Some(value),
            _ => None,
        }
    }

    fn constant(&self, object: &ObjectData<'a>, field: &str) -> Option<JavaStr<'a>> {
        self.stream.enum_constant(self.stream.field(object, field)?)
    }

    fn string(&self, object: &ObjectData<'a>, field: &str) -> Option<JavaStr<'a>> {
        self.stream.string(self.stream.field(object, field)?)
    }

    fn type_in(&mut self, object: &ObjectData<'a>, field: &str) -> Option<LogicalType<'a>> {
        let value = self.stream.field(object, field)?;
        self.logical_type(value)
    }

    /// `RowType.RowField` or `StructuredType.StructuredAttribute`.
    fn fields(&mut self, object: &ObjectData<'a>, field: &str) -> Option<Vec<LogicalField<'a>>> {
        let stream = self.stream;
        let elements = elements(stream, stream.field(object, field)?)?;
        let mut fields = Vec::new();
        for element in elements {
            let element = stream.object(*element)?;
            let name = self.string(element, "name")?;
            let described = self.string(element, "description").is_some();
            fields.push(LogicalField { name, logical_type: self.type_in(element, "type")?, described });
        }
        Some(fields)
    }

    /// Catalog, database and name; only the name for what is registered anonymously.
    fn identifier(&self, object: &ObjectData<'a>) -> Vec<JavaStr<'a>> {
        let value = self.stream.field(object, "objectIdentifier");
        let Some(identifier) = value.and_then(|value| self.stream.object(value)) else { return Vec::new() };
        let parts = ["catalogName", "databaseName", "objectName"];
        parts.into_iter().filter_map(|part| self.string(identifier, part)).collect()
    }

    /// Releases from 2.1 on also write the name.
    fn structured_class(&self, object: &ObjectData<'a>) -> Option<JavaStr<'a>> {
        let constant = || class_constant(self.stream, self.stream.field(object, "implementationClass")?);
        self.string(object, "className").or_else(constant)
    }
}

/// The elements of a list of one of the classes that planners and users make lists of.
fn elements<'s>(stream: &'s JavaObjectStream<'_>, list: JavaValue) -> Option<&'s [JavaValue]> {
    let mut list = list;
    // A view of a view is as deep as it gets.
    for _ in 0..3 {
        let object = stream.object(list)?;
        match class_of(stream, list)?.to_str().as_ref() {
            "java.util.ArrayList" | "java.util.CollSer" | "java.util.LinkedList" => {
                return Some(&object.written_objects);
            }
            "java.util.Arrays$ArrayList" => return array(stream, stream.field(object, "a")?),
            name if name.ends_with("com.google.common.collect.ImmutableList$SerializedForm") => {
                return array(stream, stream.field(object, "elements")?);
            }
            "java.util.Collections$EmptyList" => return Some(&[]),
            "java.util.Collections$UnmodifiableList" | "java.util.Collections$UnmodifiableRandomAccessList" => {
                list = stream.field(object, "list")?;
            }
            _ => return None,
        }
    }
    None
}

fn array<'s>(stream: &'s JavaObjectStream<'_>, value: JavaValue) -> Option<&'s [JavaValue]> {
    let JavaValue::Reference(id) = value else { return None };
    match stream.node(id)? {
        Node::ObjectArray(_, elements) => Some(elements),
        _ => None,
    }
}
