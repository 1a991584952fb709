//! Rows, arrays and maps of the Table API, in the binary format of their own.
//!
//! ```text
//! row, array, map, text, raw   i32 n, n bytes, as below; in a row the bytes of what has no fixed width are somewhere behind
//!
//! row      u8 kind, bits of nulls, to a multiple of 8 bytes; 8 bytes for each field; parts
//! array    i32 n, bits of nulls, to a multiple of 4 bytes; 1, 2, 4 or 8 bytes for each element, to a multiple of 8; parts
//! map      i32 n, n bytes of the array of keys, array of values
//! part     in 8 bytes of a field: u32 bytes, u32 offset from the start of the row or array; up to seven bytes stand in the field itself,
//!          with their number and the highest bit in the last byte
//! decimal  up to 18 digits: i64; else a part in two's complement, most significant byte first
//! time     up to 3 digits of the fraction: i64 ms; else u32 nanoseconds of the millisecond, u32 offset of i64 ms
//! ```
//!
//! All of this is in the order of the machine that wrote it, which is little-endian on all that Flink is built for; the lengths in front
//! are not, and neither are decimals and timestamps outside of rows.
//!
//! Source: `BinaryRowData`, `BinaryArrayData`, `BinaryMapData`, `AbstractBinaryWriter`, `BinarySegmentUtils`, `DecimalDataSerializer`,
//! `TimestampDataSerializer`.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta};

use super::basic::{date_time_text, time_text};
use super::bounds::few;
use super::decimal;
use super::decoder::ROW_KINDS;
use crate::codec::DataInput;
use crate::format::error::Within;
use crate::format::{Error, ErrorKind, Step};
use crate::model::{LogicalType, LogicalTypeParameters, Name, StateValue};

/// How a row is written.
#[derive(Debug)]
pub(super) struct RowLayout {
    fields: Vec<(Name, SqlType)>,
}

/// How a value of a SQL type is written.
#[derive(Debug)]
pub(super) enum SqlType {
    Null,
    Boolean,
    TinyInt,
    SmallInt,
    Int,
    BigInt,
    Float,
    Double,
    /// Days since 1970.
    Date,
    /// Milliseconds of the day.
    Time,
    Decimal {
        precision: i32,
        scale: i32,
    },
    Timestamp {
        precision: i32,
        local_zone: bool,
    },
    Text,
    Binary,
    /// Bytes of a serializer that is not recorded with them.
    Raw,
    Array(Box<SqlType>),
    Map(Box<(SqlType, SqlType)>),
    Row(RowLayout),
}

/// `DecimalData.MAX_COMPACT_PRECISION`.
const COMPACT_DIGITS: i32 = 18;
/// `TimestampData.isCompact`.
const COMPACT_FRACTION: i32 = 3;

impl RowLayout {
    /// The layout of a row of these types, or which is not known.
    pub(super) fn new(types: &[LogicalType<'_>]) -> Result<Self, &'static str> {
        let field = |of: &LogicalType<'_>| Ok((Name::Fixed(""), SqlType::new(of)?));
        Ok(Self { fields: types.iter().map(field).collect::<Result<_, &'static str>>()? })
    }

    fn named(fields: &[crate::model::LogicalField<'_>]) -> Result<Self, &'static str> {
        let field = |each: &crate::model::LogicalField<'_>| {
            Ok((Name::Given(Arc::from(each.name.to_str())), SqlType::new(&each.logical_type)?))
        };
        Ok(Self { fields: fields.iter().map(field).collect::<Result<_, &'static str>>()? })
    }
}

impl SqlType {
    fn new(of: &LogicalType<'_>) -> Result<Self, &'static str> {
        Ok(match (&*of.root.to_str(), &of.parameters) {
            ("CHAR" | "VARCHAR", _) => Self::Text,
            ("BINARY" | "VARBINARY", _) => Self::Binary,
            ("BOOLEAN", _) => Self::Boolean,
            ("TINYINT", _) => Self::TinyInt,
            ("SMALLINT", _) => Self::SmallInt,
            ("INTEGER" | "INTERVAL_YEAR_MONTH", _) => Self::Int,
            ("BIGINT" | "INTERVAL_DAY_TIME", _) => Self::BigInt,
            ("FLOAT", _) => Self::Float,
            ("DOUBLE", _) => Self::Double,
            ("DATE", _) => Self::Date,
            ("TIME_WITHOUT_TIME_ZONE", _) => Self::Time,
            ("NULL", _) => Self::Null,
            ("RAW", _) => Self::Raw,
            ("DECIMAL", LogicalTypeParameters::Decimal { precision, scale }) => {
                Self::Decimal { precision: *precision, scale: *scale }
            }
            ("TIMESTAMP_WITHOUT_TIME_ZONE", LogicalTypeParameters::Time { precision, .. }) => {
                Self::Timestamp { precision: *precision, local_zone: false }
            }
            ("TIMESTAMP_WITH_LOCAL_TIME_ZONE", LogicalTypeParameters::Time { precision, .. }) => {
                Self::Timestamp { precision: *precision, local_zone: true }
            }
            ("ARRAY", LogicalTypeParameters::Element(element)) => Self::array_of(element)?,
            ("MULTISET", LogicalTypeParameters::Element(element)) => {
                Self::Map(Box::new((Self::new(element)?, Self::Int)))
            }
            ("MAP", LogicalTypeParameters::KeyValue(pair)) => Self::map_of(&pair.0, &pair.1)?,
            ("ROW", LogicalTypeParameters::Fields(fields)) => Self::Row(RowLayout::named(fields)?),
            ("STRUCTURED_TYPE", LogicalTypeParameters::Structured { attributes, .. }) => {
                Self::Row(RowLayout::named(attributes)?)
            }
            ("DISTINCT_TYPE", LogicalTypeParameters::Distinct { source, .. }) => Self::new(source)?,
            _ => return Err("a SQL type that is not decoded"),
        })
    }

    /// An array of elements of a type.
    pub(super) fn array_of(element: &LogicalType<'_>) -> Result<Self, &'static str> {
        Ok(Self::Array(Box::new(Self::new(element)?)))
    }

    /// A map.
    pub(super) fn map_of(key: &LogicalType<'_>, value: &LogicalType<'_>) -> Result<Self, &'static str> {
        Ok(Self::Map(Box::new((Self::new(key)?, Self::new(value)?))))
    }

    /// Bytes that an element of an array takes (`BinaryArrayData.calculateFixLengthPartSize`).
    fn width(&self) -> usize {
        match self {
            Self::Boolean | Self::TinyInt => 1,
            Self::SmallInt => 2,
            Self::Int | Self::Float | Self::Date | Self::Time => 4,
            _ => 8,
        }
    }
}

/// A row behind its length.
pub(super) fn row(layout: &RowLayout, input: &mut DataInput<'_>) -> Result<StateValue, Error> {
    let (start, part) = prefixed(input)?;
    let (kind, fields) = part.row(layout).map_err(|what| what.at(start))?;
    let fields = fields.into_iter().map(|(_, value)| value).collect();
    Ok(StateValue::Fields(vec![
        ("row_kind".into(), StateValue::Constant(kind.into())),
        ("fields".into(), StateValue::List(fields)),
    ]))
}

/// An array, a map, a text or bytes behind their length.
pub(super) fn length_prefixed(of: &SqlType, input: &mut DataInput<'_>) -> Result<StateValue, Error> {
    let (start, part) = prefixed(input)?;
    part.whole(of).map_err(|what| what.at(start))
}

/// A decimal or a timestamp, as they stand outside of rows.
pub(super) fn number(of: &SqlType, input: &mut DataInput<'_>) -> Result<StateValue, Error> {
    match of {
        SqlType::Decimal { precision, scale } if *precision <= COMPACT_DIGITS => {
            Ok(StateValue::Text(decimal::decimal(&input.i64()?.to_string(), *scale)))
        }
        SqlType::Decimal { scale, .. } => {
            let start = input.position();
            let bytes = input.length_prefixed().within(|| Step::Field("decimal"))?;
            big_decimal(bytes, *scale).map_err(|what| what.at(start))
        }
        SqlType::Timestamp { precision, local_zone } => {
            let millis = input.i64()?;
            let nanos = if *precision <= COMPACT_FRACTION { 0 } else { input.i32()?.cast_unsigned() };
            Ok(timestamp(millis, nanos, *local_zone))
        }
        _ => Err(Error::new(input.position(), ErrorKind::Contradiction("a type that is written in another way"))),
    }
}

fn prefixed<'a>(input: &mut DataInput<'a>) -> Result<(usize, Part<'a>), Error> {
    let start = input.position();
    Ok((start, Part(input.length_prefixed()?)))
}

/// What is wrong with a row; it is told with the place of the row.
struct Wrong(&'static str);

impl Wrong {
    fn at(&self, start: usize) -> Error {
        Error::new(start, ErrorKind::Contradiction(self.0))
    }
}

const TOO_SHORT: Wrong = Wrong("a row, array or map that ends inside of itself");

/// Fields of a row with their names, which are empty where there are none.
type Fields = Vec<(Name, StateValue)>;

/// The bytes of a row, an array or a map.
#[derive(Clone, Copy)]
struct Part<'a>(&'a [u8]);

/// Bytes of parts that a row or array may still have. They lie side by side, so all of them are no more than it; without that, parts that
/// are the same bytes again and again would be read without an end.
struct Left(usize);

impl<'a> Part<'a> {
    fn bytes(self, start: usize, length: usize) -> Result<&'a [u8], Wrong> {
        start.checked_add(length).and_then(|end| self.0.get(start..end)).ok_or(TOO_SHORT)
    }

    fn array<const N: usize>(self, start: usize) -> Result<[u8; N], Wrong> {
        self.0.get(start..).and_then(|rest| rest.first_chunk()).copied().ok_or(TOO_SHORT)
    }

    fn count(self, start: usize) -> Result<usize, Wrong> {
        usize::try_from(i32::from_le_bytes(self.array(start)?)).map_err(|_| Wrong("a count below 0"))
    }

    /// `BinarySegmentUtils.bitGet`.
    fn bit(self, start: usize, index: usize) -> bool {
        self.0.get(start + index / 8).is_some_and(|byte| byte >> (index % 8) & 1 == 1)
    }

    fn row(self, layout: &RowLayout) -> Result<(&'static str, Fields), Wrong> {
        const KIND_BITS: usize = 8;
        let header = (layout.fields.len() + KIND_BITS).div_ceil(64) * 8;
        let kind = self.bytes(0, header)?.first().copied().map(usize::from);
        let kind = kind.and_then(|kind| ROW_KINDS.get(kind)).ok_or(Wrong("a row of a kind that there is not"))?;
        let mut left = Left(self.0.len());
        let mut values = few(layout.fields.len());
        for (index, (name, of)) in layout.fields.iter().enumerate() {
            let at = header + 8 * index;
            self.bytes(at, 8)?;
            let value = if self.bit(0, KIND_BITS + index) { StateValue::Null } else { self.field(at, of, &mut left)? };
            values.push((name.clone(), value));
        }
        Ok((kind, values))
    }

    fn elements(self, of: &SqlType) -> Result<Vec<StateValue>, Wrong> {
        let count = self.count(0)?;
        let header = count.div_ceil(32).checked_mul(4).and_then(|bits| bits.checked_add(4)).ok_or(TOO_SHORT)?;
        let width = of.width();
        self.bytes(header, count.checked_mul(width).ok_or(TOO_SHORT)?)?;
        let mut left = Left(self.0.len());
        let mut values = few(count);
        for index in 0..count {
            let is_null = self.bit(4, index);
            values.push(if is_null { StateValue::Null } else { self.field(header + width * index, of, &mut left)? });
        }
        Ok(values)
    }

    fn whole(self, of: &SqlType) -> Result<StateValue, Wrong> {
        Ok(match of {
            SqlType::Text => StateValue::Text(String::from_utf8_lossy(self.0).into_owned()),
            SqlType::Array(element) => StateValue::List(self.elements(element)?),
            SqlType::Map(pair) => {
                let keys = self.count(0)?;
                let values = keys.checked_add(4).and_then(|start| self.0.get(start..)).ok_or(TOO_SHORT)?;
                let (keys, values) = (Part(self.bytes(4, keys)?).elements(&pair.0)?, Part(values).elements(&pair.1)?);
                if keys.len() != values.len() {
                    return Err(Wrong("a map with more keys than values, or fewer"));
                }
                StateValue::Map(keys.into_iter().zip(values).collect())
            }
            SqlType::Row(layout) => StateValue::Fields(self.row(layout)?.1),
            _ => StateValue::Bytes(self.0.to_vec()),
        })
    }

    /// What stands in a field or element, or in the part that it names.
    fn field(self, at: usize, of: &SqlType, left: &mut Left) -> Result<StateValue, Wrong> {
        let integer = |value: i64| StateValue::Integer(value);
        Ok(match of {
            SqlType::Null => StateValue::Null,
            SqlType::Boolean => StateValue::Bool(self.array::<1>(at)? != [0]),
            SqlType::TinyInt => integer(i8::from_le_bytes(self.array(at)?).into()),
            SqlType::SmallInt => integer(i16::from_le_bytes(self.array(at)?).into()),
            SqlType::Int => integer(i32::from_le_bytes(self.array(at)?).into()),
            SqlType::BigInt => integer(i64::from_le_bytes(self.array(at)?)),
            SqlType::Float => StateValue::Float(f32::from_le_bytes(self.array(at)?).into()),
            SqlType::Double => StateValue::Float(f64::from_le_bytes(self.array(at)?)),
            SqlType::Date => date(i32::from_le_bytes(self.array(at)?)),
            SqlType::Time => time(i32::from_le_bytes(self.array(at)?)),
            SqlType::Decimal { precision, scale } if *precision <= COMPACT_DIGITS => {
                StateValue::Text(decimal::decimal(&i64::from_le_bytes(self.array(at)?).to_string(), *scale))
            }
            SqlType::Decimal { scale, .. } => {
                let (start, length) = self.place(at)?;
                big_decimal(self.bytes(start, length)?, *scale)?
            }
            SqlType::Timestamp { precision, local_zone } if *precision <= COMPACT_FRACTION => {
                timestamp(i64::from_le_bytes(self.array(at)?), 0, *local_zone)
            }
            SqlType::Timestamp { local_zone, .. } => {
                let (start, nanos) = self.place(at)?;
                let nanos = u32::try_from(nanos).unwrap_or(0);
                timestamp(i64::from_le_bytes(self.array(start)?), nanos, *local_zone)
            }
            SqlType::Text | SqlType::Binary | SqlType::Raw | SqlType::Array(_) | SqlType::Map(_) | SqlType::Row(_) => {
                self.part(at, left)?.whole(of)?
            }
        })
    }

    /// Offset and the number beside it, which is that of bytes or of nanoseconds.
    fn place(self, at: usize) -> Result<(usize, usize), Wrong> {
        let number = |bytes: [u8; 4]| usize::try_from(u32::from_le_bytes(bytes)).map_err(|_| TOO_SHORT);
        Ok((number(self.array(at + 4)?)?, number(self.array(at)?)?))
    }

    /// `BinarySegmentUtils.readBinary`.
    fn part(self, at: usize, left: &mut Left) -> Result<Self, Wrong> {
        const HERE: u8 = 0x80;
        let field: [u8; 8] = self.array(at)?;
        let [.., last] = field;
        let (start, length) =
            if last & HERE == 0 { self.place(at)? } else { (at, usize::from(last & !HERE).min(field.len() - 1)) };
        left.0 = left.0.checked_sub(length).ok_or(Wrong("parts that lie in one another"))?;
        Ok(Self(self.bytes(start, length)?))
    }
}

fn big_decimal(bytes: &[u8], scale: i32) -> Result<StateValue, Wrong> {
    if bytes.len() > decimal::MOST_BYTES {
        return Err(Wrong("a number of more than 4096 bytes"));
    }
    Ok(StateValue::Text(decimal::decimal(&decimal::digits(bytes), scale)))
}

fn date(days: i32) -> StateValue {
    let date = NaiveDate::default().checked_add_signed(TimeDelta::days(days.into()));
    date.map_or(StateValue::Integer(days.into()), |date| StateValue::Text(date.to_string()))
}

fn time(millis: i32) -> StateValue {
    let time = u32::try_from(millis)
        .ok()
        .and_then(|millis| NaiveTime::from_num_seconds_from_midnight_opt(millis / 1000, millis % 1000 * 1_000_000));
    time.map_or(StateValue::Integer(millis.into()), |time| StateValue::Text(time_text(time)))
}

fn timestamp(millis: i64, nanos: u32, local_zone: bool) -> StateValue {
    let time = DateTime::from_timestamp_millis(millis)
        .and_then(|time| time.naive_utc().checked_add_signed(TimeDelta::nanoseconds(nanos.into())));
    let zone = if local_zone { "Z" } else { "" };
    time.map_or(StateValue::Integer(millis), |time| StateValue::Text(format!("{}{zone}", date_time_text(time))))
}
