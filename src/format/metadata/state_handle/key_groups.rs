//! Handles with key-group offsets.
//!
//! ```text
//! key-group range, i64 × key groups, stream handle
//! utf state handle id                                    tag 12
//! ```

use super::{key_group_range, some_stream, stream, tag};
use crate::codec::{DataInput, DataOutput, TooLong};
use crate::format::error::Within;
use crate::format::{Error, Step};
use crate::model::state_handle::{KeyGroupsForm, KeyGroupsStateHandle};

pub(super) fn decode<'a>(input: &mut DataInput<'a>, tag: u8) -> Result<KeyGroupsStateHandle<'a>, Error> {
    let key_groups = key_group_range(input)?;
    let offsets = input
        .longs(usize::try_from(key_groups.count).unwrap_or(usize::MAX))
        .within(|| Step::Field("key group offsets"))?;
    let delegate = some_stream(input, 0).within(|| Step::Field("delegate"))?;
    let form = match tag {
        tag::SAVEPOINT_KEY_GROUPS => KeyGroupsForm::Savepoint,
        tag::KEY_GROUPS_V2 => KeyGroupsForm::V2 { state_handle_id: input.utf()? },
        _ => KeyGroupsForm::V1,
    };
    Ok(KeyGroupsStateHandle { form, key_groups, offsets, delegate })
}

pub(super) fn encode(handle: &KeyGroupsStateHandle<'_>, output: &mut DataOutput) -> Result<(), TooLong> {
    output.u8(match handle.form {
        KeyGroupsForm::V1 => tag::KEY_GROUPS,
        KeyGroupsForm::Savepoint => tag::SAVEPOINT_KEY_GROUPS,
        KeyGroupsForm::V2 { .. } => tag::KEY_GROUPS_V2,
    });
    output.i32(handle.key_groups.start);
    output.i32(handle.key_groups.count);
    output.bytes(handle.offsets.as_big_endian());
    stream::encode(Some(&handle.delegate), output)?;
    if let KeyGroupsForm::V2 { state_handle_id } = handle.form {
        output.utf(state_handle_id)?;
    }
    Ok(())
}
