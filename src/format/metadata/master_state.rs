//! State of a hook on the job manager.
//!
//! ```text
//! i32 magic = 0xc96b1696
//! i32 n > 0                bytes that follow
//!   i32 version
//!   utf name
//!   i32 m, m bytes
//! ```

use crate::codec::{DataInput, DataOutput, TooLong};
use crate::format::{Error, ErrorKind};
use crate::model::MasterState;

const MAGIC: i32 = 0xC96B_1696_u32.cast_signed();

/// Bytes of the shortest one.
pub(super) const SMALLEST: usize = 4 + 4 + 4 + 2 + 4;

pub(super) fn decode<'a>(input: &mut DataInput<'a>) -> Result<MasterState<'a>, Error> {
    let start = input.position();
    let magic = input.i32()?;
    if magic != MAGIC {
        let kind = ErrorKind::InvalidValue { what: "magic number of a master state", value: i64::from(magic) };
        return Err(Error::new(start, kind));
    }
    let length = input.count(1)?;
    let end = input.position() + length;
    let version = input.i32()?;
    let name = input.utf()?;
    let bytes = input.length_prefixed()?;
    if input.position() != end {
        let kind = ErrorKind::Contradiction("a master state is not as long as it says");
        return Err(Error::new(input.position(), kind));
    }
    Ok(MasterState { name, version, bytes })
}

pub(super) fn encode(state: &MasterState<'_>, output: &mut DataOutput) -> Result<(), TooLong> {
    let mut rest = DataOutput::default();
    rest.i32(state.version);
    rest.utf(state.name)?;
    rest.length_prefixed(state.bytes)?;
    output.i32(MAGIC);
    output.length_prefixed(&rest.into_bytes())
}
