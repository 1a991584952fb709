//! States behind a serializer that cannot be decoded.
//!
//! The entry of every state has words that no serializer writes by chance, with fixed numbers around them:
//!
//! ```text
//! utf name
//! i32 0 | 4, i32 1, utf "KEYED_STATE_TYPE", utf type, i32 2..3, utf key of a serializer, i32 2
//! i32 1 | 2, i32 1, utf "OPERATOR_STATE_DISTRIBUTION_MODE", utf mode, i32 1..2, utf key of a serializer, i32 2
//! i32 3, i32 0, i32 1, utf "VALUE_SERIALIZER", i32 2
//! ```
//!
//! What stands there is the entry of a state for certain. Its name ends at a known place and begins with its own length; when more
//! than one beginning fits, the state is left out: a name is never guessed.

use super::meta_info;
use crate::codec::{DataInput, JavaStr};
use crate::format::serializer::Reader;
use crate::model::{StateHeader, StateMetaInfoSnapshot as Info};

/// Looks for states between the place where decoding stopped and the end of the header, and adds them, marked as recovered.
///
/// These bytes are the header and nothing else: the metadata tells its end. Does nothing to a header that was read to its end.
pub fn recover_states<'a>(header: &mut StateHeader<'a>, bytes: &'a [u8]) {
    let Some(stopped_at) = header.stopped_at else { return };
    let mut reader = Reader::new(DataInput::new(bytes));
    let mut from = stopped_at.offset;
    while let Some(name_ends) = next_entry(bytes, from) {
        let offset = only_name(bytes, from, name_ends);
        from = name_ends + 1;
        let Some(offset) = offset else { continue };
        let mut input = DataInput::new(bytes);
        if input.bytes(offset).is_err() {
            return;
        }
        reader.resume(input);
        let Ok(mut state) = meta_info::decode(&mut reader) else { continue };
        state.recovered = true;
        // What was read is not looked at again; behind another opaque serializer the search goes on.
        from = reader.stopped_at().map_or(reader.input.position(), |stopped| stopped.offset);
        header.states.push(state);
    }
}

/// The next place at which a name ends and the rest of an entry begins.
fn next_entry(bytes: &[u8], from: usize) -> Option<usize> {
    (from..bytes.len()).find(|position| bytes.get(*position..).is_some_and(is_behind_name))
}

/// Whether these bytes are those of an entry behind its name, up to its first serializer.
fn is_behind_name(bytes: &[u8]) -> bool {
    // Every entry goes on with three bytes of zero; most places are done with here.
    if !bytes.starts_with(&[0, 0, 0]) {
        return false;
    }
    let mut input = DataInput::new(bytes);
    head(&mut input).unwrap_or(false)
}

fn head(input: &mut DataInput<'_>) -> Result<bool, crate::codec::Error> {
    let kind = input.i32()?;
    let options = input.i32()?;
    let option = match kind {
        0 | 4 => Some(Info::KEYED_STATE_TYPE),
        1 | 2 => Some(Info::OPERATOR_STATE_DISTRIBUTION_MODE),
        3 => None,
        _ => return Ok(false),
    };
    if options != i32::from(option.is_some()) {
        return Ok(false);
    }
    if let Some(option) = option {
        if input.utf()? != *option {
            return Ok(false);
        }
        input.utf()?;
    }
    let serializers = input.i32()?;
    let key = input.utf()?;
    let keys = [Info::VALUE_SERIALIZER, Info::NAMESPACE_SERIALIZER, Info::KEY_SERIALIZER, Info::USER_KEY_SERIALIZER];
    Ok((1..=3).contains(&serializers) && keys.iter().any(|known| key == **known) && input.i32()? == 2)
}

/// Where the name that ends here starts, when there is exactly one possibility.
fn only_name(bytes: &[u8], from: usize, ends: usize) -> Option<usize> {
    const LENGTH: usize = 2;
    let earliest = from.max(ends.saturating_sub(usize::from(u16::MAX) + LENGTH));
    let mut starts = (earliest..ends.saturating_sub(LENGTH - 1)).filter(|start| {
        let Some(bytes) = bytes.get(*start..ends) else { return false };
        let Some((length, name)) = bytes.split_first_chunk::<LENGTH>() else { return false };
        usize::from(u16::from_be_bytes(*length)) == name.len() && JavaStr::from_modified_utf8(name).is_some()
    });
    let only = starts.next()?;
    starts.next().is_none().then_some(only)
}
