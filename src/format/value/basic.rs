//! Values of types without others inside, by the Java type that their serializer reads and writes.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Timelike as _};

use super::decimal;
use crate::codec::DataInput;
use crate::format::{Error, ErrorKind, string_value};
use crate::model::StateValue;

/// Reads a value of a type.
pub(super) type Read = fn(&mut DataInput<'_>) -> Result<StateValue, Error>;

/// How values of a Java type are read; `None` for those that are not known.
pub(super) fn reader(java_type: &str) -> Option<Read> {
    #[rustfmt::skip]
    let read: Read = match java_type {
        "java.lang.Boolean" => |input| Ok(StateValue::Bool(input.bool()?)),
        "java.lang.Byte" => |input| Ok(StateValue::Integer(i64::from(input.u8()?.cast_signed()))),
        "java.lang.Short" => |input| Ok(StateValue::Integer(i64::from(input.u16()?.cast_signed()))),
        "java.lang.Integer" => |input| Ok(StateValue::Integer(i64::from(input.i32()?))),
        "java.lang.Long" => |input| Ok(StateValue::Integer(input.i64()?)),
        "java.lang.Float" => |input| Ok(StateValue::Float(f64::from(float(input)?))),
        "java.lang.Double" => |input| Ok(StateValue::Float(double(input)?)),
        "java.lang.Character" => |input| Ok(StateValue::Text(String::from_utf16_lossy(&[input.u16()?]))),
        "java.lang.String" => |input| Ok(string_value::read(input)?.map_or(StateValue::Null, StateValue::Text)),
        "java.math.BigInteger" => |input| Ok(big_integer(input)?.map_or(StateValue::Null, StateValue::Text)),
        "java.math.BigDecimal" => big_decimal,
        "java.util.Date" | "java.sql.Date" | "java.sql.Time" => date,
        "java.sql.Timestamp" => timestamp,
        "java.time.Instant" => instant,
        "java.time.LocalDate" => |input| Ok(local_date(input)?.map_or(StateValue::Null, |date| StateValue::Text(date.to_string()))),
        "java.time.LocalTime" => |input| Ok(local_time(input)?.map_or(StateValue::Null, |time| StateValue::Text(time_text(time)))),
        "java.time.LocalDateTime" => local_date_time,
        "boolean[]" => |input| array(input, 1, |input| Ok(StateValue::Bool(input.bool()?))),
        "byte[]" => |input| Ok(StateValue::Bytes(input.length_prefixed()?.to_vec())),
        "char[]" => |input| array(input, 2, |input| Ok(StateValue::Text(String::from_utf16_lossy(&[input.u16()?])))),
        "short[]" => |input| array(input, 2, |input| Ok(StateValue::Integer(i64::from(input.u16()?.cast_signed())))),
        "int[]" => |input| array(input, 4, |input| Ok(StateValue::Integer(i64::from(input.i32()?)))),
        "long[]" => |input| array(input, 8, |input| Ok(StateValue::Integer(input.i64()?))),
        "float[]" => |input| array(input, 4, |input| Ok(StateValue::Float(f64::from(float(input)?)))),
        "double[]" => |input| array(input, 8, |input| Ok(StateValue::Float(double(input)?))),
        "java.lang.String[]" => |input| array(input, 1, |input| Ok(string_value::read(input)?.map_or(StateValue::Null, StateValue::Text))),
        "org.apache.flink.table.runtime.operators.window.CountWindow" => |input| {
            Ok(StateValue::Fields(vec![("id".into(), StateValue::Integer(input.i64()?))]))
        },
        "org.apache.flink.runtime.state.VoidNamespace"
        | "org.apache.flink.table.runtime.operators.window.GlobalWindow"
        | "org.apache.flink.streaming.api.windowing.windows.GlobalWindow" => |input| input.u8().map(|_| StateValue::Null).map_err(Into::into),
        "org.apache.flink.table.runtime.operators.window.TimeWindow"
        | "org.apache.flink.streaming.api.windowing.windows.TimeWindow" => |input| {
            let (start, end) = (input.i64()?, input.i64()?);
            Ok(StateValue::Fields(vec![
                ("start".into(), StateValue::Integer(start)),
                ("end".into(), StateValue::Integer(end)),
            ]))
        },
        _ => return None,
    };
    Some(read)
}

fn float(input: &mut DataInput<'_>) -> Result<f32, Error> {
    Ok(f32::from_bits(input.i32()?.cast_unsigned()))
}

fn double(input: &mut DataInput<'_>) -> Result<f64, Error> {
    Ok(f64::from_bits(input.i64()?.cast_unsigned()))
}

fn array(input: &mut DataInput<'_>, least: usize, read: Read) -> Result<StateValue, Error> {
    let count = input.count(least)?;
    let mut elements = input.vec_for(count);
    for _ in 0..count {
        elements.push(read(input)?);
    }
    Ok(StateValue::List(elements))
}

/// `BigIntSerializer.writeBigInteger`: 0 is null, 1 to 3 are the numbers 0, 1 and 10, else the number of bytes plus 4.
fn big_integer(input: &mut DataInput<'_>) -> Result<Option<String>, Error> {
    const OFFSET: i64 = 4;
    let start = input.position();
    let constant = |text: &str| Ok(Some(text.to_owned()));
    match i64::from(input.i32()?) {
        0 => Ok(None),
        1 => constant("0"),
        2 => constant("1"),
        3 => constant("10"),
        length => {
            let count = input.check_count(start, length - OFFSET, 1)?;
            if count > decimal::MOST_BYTES {
                return Err(Error::new(start, ErrorKind::Unsupported("a number of more than 4096 bytes")));
            }
            Ok(Some(decimal::digits(input.bytes(count)?)))
        }
    }
}

/// `BigDecSerializer`.
fn big_decimal(input: &mut DataInput<'_>) -> Result<StateValue, Error> {
    let Some(unscaled) = big_integer(input)? else { return Ok(StateValue::Null) };
    Ok(StateValue::Text(decimal::decimal(&unscaled, input.i32()?)))
}

/// Milliseconds since 1970; the least number is null.
fn date(input: &mut DataInput<'_>) -> Result<StateValue, Error> {
    Ok(match input.i64()? {
        i64::MIN => StateValue::Null,
        millis => moment(DateTime::from_timestamp_millis(millis).map(|time| time.naive_utc()), millis),
    })
}

/// `SqlTimestampSerializer`: milliseconds, and nanoseconds of the second.
fn timestamp(input: &mut DataInput<'_>) -> Result<StateValue, Error> {
    let millis = input.i64()?;
    if millis == i64::MIN {
        return Ok(StateValue::Null);
    }
    let nanos = u32::try_from(input.i32()?).unwrap_or(0);
    let time = DateTime::from_timestamp_millis(millis).and_then(|time| time.naive_utc().with_nanosecond(nanos));
    Ok(moment(time, millis))
}

/// `InstantSerializer`: seconds and nanoseconds.
fn instant(input: &mut DataInput<'_>) -> Result<StateValue, Error> {
    let (seconds, nanos) = (input.i64()?, input.i32()?);
    if seconds == i64::MIN {
        return Ok(StateValue::Null);
    }
    let nanos = u32::try_from(nanos).unwrap_or(0);
    Ok(moment(DateTime::from_timestamp(seconds, nanos).map(|time| time.naive_utc()), seconds))
}

/// A moment in UTC; the bare number where no calendar reaches.
fn moment(time: Option<NaiveDateTime>, number: i64) -> StateValue {
    time.map_or(StateValue::Integer(number), |time| StateValue::Text(format!("{}Z", date_time_text(time))))
}

pub(super) fn date_time_text(time: NaiveDateTime) -> String {
    format!("{}T{}", time.date(), time_text(time.time()))
}

/// As many digits of the second as there are.
pub(super) fn time_text(time: NaiveTime) -> String {
    let seconds = time.format("%H:%M:%S").to_string();
    match time.nanosecond() % 1_000_000_000 {
        0 => seconds,
        nanos => format!("{seconds}.{}", format!("{nanos:09}").trim_end_matches('0')),
    }
}

fn out_of_calendar(start: usize) -> Error {
    Error::new(start, ErrorKind::Contradiction("numbers that are no date or time"))
}

/// `LocalDateSerializer`: year, month, day; null is the least year and two more bytes.
fn local_date(input: &mut DataInput<'_>) -> Result<Option<NaiveDate>, Error> {
    let start = input.position();
    let (year, month, day) = (input.i32()?, input.u8()?, input.u8()?);
    if year == i32::MIN {
        return Ok(None);
    }
    let date = NaiveDate::from_ymd_opt(year, u32::from(month), u32::from(day));
    date.map(Some).ok_or_else(|| out_of_calendar(start))
}

/// `LocalTimeSerializer`: hour, minute, second, nanoseconds; null is the least hour and six more bytes.
fn local_time(input: &mut DataInput<'_>) -> Result<Option<NaiveTime>, Error> {
    let start = input.position();
    let (hour, minute, second, nanos) = (input.u8()?, input.u8()?, input.u8()?, input.i32()?);
    if hour.cast_signed() == i8::MIN {
        return Ok(None);
    }
    let nanos = u32::try_from(nanos).map_err(|_| out_of_calendar(start))?;
    let time = NaiveTime::from_hms_nano_opt(u32::from(hour), u32::from(minute), u32::from(second), nanos);
    time.map(Some).ok_or_else(|| out_of_calendar(start))
}

fn local_date_time(input: &mut DataInput<'_>) -> Result<StateValue, Error> {
    Ok(match (local_date(input)?, local_time(input)?) {
        (Some(date), Some(time)) => StateValue::Text(date_time_text(date.and_time(time))),
        _ => StateValue::Null,
    })
}
