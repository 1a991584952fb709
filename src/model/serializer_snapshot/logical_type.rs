//! SQL types (`org.apache.flink.table.types.logical.LogicalType`), as Java objects in snapshots of the Table API hold them.

use std::fmt;

use crate::codec::JavaStr;

/// A SQL type. Its text ([`fmt::Display`]) is that of `LogicalType.asSummaryString` in Flink 2.3.
#[derive(Debug, Clone, PartialEq)]
pub struct LogicalType<'a> {
    /// Class of the Java object.
    pub class: JavaStr<'a>,
    /// Constant of `LogicalTypeRoot`.
    pub root: JavaStr<'a>,
    /// Null is a value.
    pub nullable: bool,
    /// What the type is given.
    pub parameters: LogicalTypeParameters<'a>,
}

/// What a SQL type is given.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum LogicalTypeParameters<'a> {
    /// Nothing.
    None,
    /// Characters or bytes.
    Length(i32),
    /// Digits of the fraction of a second, and what is special about the time (constant of `TimestampKind`).
    Time {
        /// Digits.
        precision: i32,
        /// `REGULAR`, `ROWTIME` or `PROCTIME`; absent for `TIME`.
        kind: Option<JavaStr<'a>>,
    },
    /// A decimal.
    Decimal {
        /// Digits.
        precision: i32,
        /// Digits behind the point.
        scale: i32,
    },
    /// An interval.
    Interval {
        /// Constant of `YearMonthResolution` or `DayTimeResolution`.
        resolution: JavaStr<'a>,
        /// Digits of the years or days.
        leading_precision: i32,
        /// Digits of the fraction of a second; absent for years and months.
        fractional_precision: Option<i32>,
    },
    /// Elements of an array or a multiset.
    Element(Box<LogicalType<'a>>),
    /// Key and value of a map.
    KeyValue(Box<(LogicalType<'a>, LogicalType<'a>)>),
    /// Fields of a row.
    Fields(Vec<LogicalField<'a>>),
    /// A structured type: its name and its attributes.
    Structured {
        /// Name in the catalog: catalog, database, object. Empty when it is not registered.
        identifier: Vec<JavaStr<'a>>,
        /// The class that implements it.
        class: Option<JavaStr<'a>>,
        /// Its attributes.
        attributes: Vec<LogicalField<'a>>,
    },
    /// A distinct type: its name and what it is made from.
    Distinct {
        /// Name in the catalog: catalog, database, object.
        identifier: Vec<JavaStr<'a>>,
        /// The type it is made from.
        source: Box<LogicalType<'a>>,
    },
    /// Something that only Java knows: the class.
    Raw(JavaStr<'a>),
    /// The object's class is none that is known.
    Unknown,
}

/// A field of a row or an attribute of a structured type.
#[derive(Debug, Clone, PartialEq)]
pub struct LogicalField<'a> {
    /// Its name.
    pub name: JavaStr<'a>,
    /// Its type.
    pub logical_type: LogicalType<'a>,
    /// It has a description, which is not kept.
    pub described: bool,
}

/// `VarCharType.MAX_LENGTH`.
const MAX_LENGTH: i32 = i32::MAX;

impl fmt::Display for LogicalType<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let root = self.root.to_str();
        let mut special_time = None;
        match &self.parameters {
            LogicalTypeParameters::Length(MAX_LENGTH) if root == "VARCHAR" => f.write_str("STRING")?,
            LogicalTypeParameters::Length(MAX_LENGTH) if root == "VARBINARY" => f.write_str("BYTES")?,
            LogicalTypeParameters::Length(length) => write!(f, "{root}({length})")?,
            LogicalTypeParameters::Time { precision, kind } => {
                match root.as_ref() {
                    "TIME_WITHOUT_TIME_ZONE" => write!(f, "TIME({precision})")?,
                    "TIMESTAMP_WITHOUT_TIME_ZONE" => write!(f, "TIMESTAMP({precision})")?,
                    "TIMESTAMP_WITH_LOCAL_TIME_ZONE" => write!(f, "TIMESTAMP_LTZ({precision})")?,
                    "TIMESTAMP_WITH_TIME_ZONE" => write!(f, "TIMESTAMP({precision}) WITH TIME ZONE")?,
                    root => write!(f, "{root}({precision})")?,
                }
                special_time = kind.filter(|kind| *kind != *"REGULAR");
            }
            LogicalTypeParameters::Decimal { precision, scale } => write!(f, "DECIMAL({precision}, {scale})")?,
            LogicalTypeParameters::Interval { resolution, leading_precision, fractional_precision } => {
                interval(f, &resolution.to_str(), *leading_precision, *fractional_precision)?;
            }
            LogicalTypeParameters::Element(element) => write!(f, "{root}<{element}>")?,
            LogicalTypeParameters::KeyValue(both) => write!(f, "MAP<{}, {}>", both.0, both.1)?,
            LogicalTypeParameters::Fields(fields) => {
                f.write_str("ROW<")?;
                comma_separated(f, fields)?;
                f.write_str(">")?;
            }
            LogicalTypeParameters::Structured { identifier, class, attributes } if identifier.is_empty() => {
                write!(f, "STRUCTURED<'{}', ", class.unwrap_or_default())?;
                comma_separated(f, attributes)?;
                f.write_str(">")?;
            }
            LogicalTypeParameters::Structured { identifier, .. }
            | LogicalTypeParameters::Distinct { identifier, .. } => {
                let quoted: Vec<_> = identifier.iter().map(|part| quoted(*part)).collect();
                f.write_str(&quoted.join("."))?;
            }
            LogicalTypeParameters::Raw(class) => write!(f, "RAW('{class}', '...')")?,
            LogicalTypeParameters::None if root == "INTEGER" => f.write_str("INT")?,
            LogicalTypeParameters::None => f.write_str(&root)?,
            LogicalTypeParameters::Unknown => write!(f, "{}", self.class)?,
        }
        if !self.nullable && root != "NULL" {
            f.write_str(" NOT NULL")?;
        }
        match special_time {
            Some(kind) => write!(f, " *{kind}*"),
            None => Ok(()),
        }
    }
}

fn interval(f: &mut fmt::Formatter<'_>, resolution: &str, leading: i32, fraction: Option<i32>) -> fmt::Result {
    let parts: Vec<_> = resolution.split("_TO_").collect();
    f.write_str("INTERVAL ")?;
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            f.write_str(" TO ")?;
        }
        f.write_str(part)?;
        match (*part, fraction) {
            ("YEAR" | "DAY", _) => write!(f, "({leading})")?,
            ("SECOND", Some(fraction)) => write!(f, "({fraction})")?,
            _ => {}
        }
    }
    Ok(())
}

fn comma_separated(f: &mut fmt::Formatter<'_>, fields: &[LogicalField<'_>]) -> fmt::Result {
    for (index, field) in fields.iter().enumerate() {
        if index > 0 {
            f.write_str(", ")?;
        }
        write!(f, "{} {}", quoted(field.name), field.logical_type)?;
        if field.described {
            f.write_str(" '...'")?;
        }
    }
    Ok(())
}

/// An identifier as SQL quotes it (`EncodingUtils.escapeIdentifier`).
fn quoted(name: JavaStr<'_>) -> String {
    format!("`{}`", name.to_str().replace('`', "``"))
}
