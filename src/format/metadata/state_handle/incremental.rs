//! Handles of database files.
//!
//! ```text
//! i64 checkpoint id, utf backend id, key-group range
//! i64 checkpointed size                                  tag 11
//! stream handle                                          header of the state
//! i32 n, n × (utf local path, stream handle)             shared files
//! i32 n, n × (utf local path, stream handle)             private files
//! utf state handle id                                    tag 11
//! ```

use super::{key_group_range, some_stream, stream, tag};
use crate::codec::{DataInput, DataOutput, TooLong};
use crate::format::error::Within;
use crate::format::{Error, Step};
use crate::model::state_handle::{HandleAndLocalPath, IncrementalRemoteKeyedStateHandle, IncrementalV2};

/// Bytes of the shortest file: an empty local path and a segment without bytes.
const SMALLEST_FILE: usize = 2 + 1;

pub(super) fn decode<'a>(input: &mut DataInput<'a>, tag: u8) -> Result<IncrementalRemoteKeyedStateHandle<'a>, Error> {
    let is_v2 = tag == tag::INCREMENTAL_V2;
    let checkpoint_id = input.i64()?;
    let backend_id = input.utf()?;
    let key_groups = key_group_range(input)?;
    let checkpointed_size = if is_v2 { Some(input.i64()?) } else { None };
    let meta = stream::decode(input, 0).within(|| Step::Field("meta"))?;
    let shared = files(input, "shared file")?;
    let private = files(input, "private file")?;
    let v2 = match checkpointed_size {
        Some(checkpointed_size) => Some(IncrementalV2 { checkpointed_size, state_handle_id: input.utf()? }),
        None => None,
    };
    Ok(IncrementalRemoteKeyedStateHandle { checkpoint_id, backend_id, key_groups, v2, meta, shared, private })
}

fn files<'a>(input: &mut DataInput<'a>, what: &'static str) -> Result<Vec<HandleAndLocalPath<'a>>, Error> {
    let count = input.count(SMALLEST_FILE).within(|| Step::Field(what))?;
    let mut files = input.vec_for(count);
    for index in 0..count {
        files.push(file(input).within(|| Step::Element(what, index))?);
    }
    Ok(files)
}

fn file<'a>(input: &mut DataInput<'a>) -> Result<HandleAndLocalPath<'a>, Error> {
    let local_path = input.utf()?;
    let handle = some_stream(input, 0)?;
    Ok(HandleAndLocalPath { local_path, handle })
}

pub(super) fn encode(handle: &IncrementalRemoteKeyedStateHandle<'_>, output: &mut DataOutput) -> Result<(), TooLong> {
    output.u8(if handle.v2.is_some() { tag::INCREMENTAL_V2 } else { tag::INCREMENTAL });
    output.i64(handle.checkpoint_id);
    output.utf(handle.backend_id)?;
    output.i32(handle.key_groups.start);
    output.i32(handle.key_groups.count);
    if let Some(v2) = handle.v2 {
        output.i64(v2.checkpointed_size);
    }
    stream::encode(handle.meta.as_ref(), output)?;
    for files in [&handle.shared, &handle.private] {
        output.count(files.len())?;
        for file in files {
            output.utf(file.local_path)?;
            stream::encode(Some(&file.handle), output)?;
        }
    }
    if let Some(v2) = handle.v2 {
        output.utf(v2.state_handle_id)?;
    }
    Ok(())
}
