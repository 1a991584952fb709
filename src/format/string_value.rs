//! Flink's own encoding of strings (`StringValue.writeString`).
//!
//! ```text
//! number: length + 1, 0 is null; then as many numbers, each a UTF-16 unit
//! number: little-endian groups of seven bits, the highest bit says that more follow
//! ```

use super::{Error, ErrorKind};
use crate::codec::DataInput;

/// Reads a string; `None` is null.
pub(super) fn read(input: &mut DataInput<'_>) -> Result<Option<String>, Error> {
    let start = input.position();
    let Some(length) = groups_of_seven(input)?.checked_sub(1) else {
        return Ok(None);
    };
    let length = input.check_count(start, i64::from(length), 1)?;
    let mut units = input.vec_for(length);
    for _ in 0..length {
        let start = input.position();
        let value = groups_of_seven(input)?;
        let unit = u16::try_from(value)
            .map_err(|_| Error::new(start, ErrorKind::InvalidValue { what: "UTF-16 unit", value: i64::from(value) }))?;
        units.push(unit);
    }
    Ok(Some(String::from_utf16_lossy(&units)))
}

/// Reads a string that cannot be null.
pub(super) fn read_text(input: &mut DataInput<'_>) -> Result<String, Error> {
    let start = input.position();
    read(input)?.ok_or_else(|| Error::new(start, ErrorKind::Contradiction("null where a text has to be")))
}

fn groups_of_seven(input: &mut DataInput<'_>) -> Result<u32, Error> {
    const MOST_GROUPS: u32 = 5;
    let start = input.position();
    let mut value: u32 = 0;
    for group in 0..MOST_GROUPS {
        let byte = input.u8()?;
        value |= u32::from(byte & 0x7F) << (7 * group);
        if byte & 0x80 == 0 {
            return Ok(value);
        }
    }
    Err(Error::new(start, ErrorKind::Contradiction("a number of more than five groups of seven bits")))
}
