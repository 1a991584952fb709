//! The header of keyed state (`KeyedBackendSerializationProxy`).
//!
//! ```text
//! i32 version
//! bool compression                    from version 4 on
//! serializer of keys
//! i16 n, n × state                    since version 6 as `meta_info.rs` draws it
//! ```

use super::{layout, meta_info};
use crate::format::error::Within;
use crate::format::serializer::Reader;
use crate::format::{Error, Step};
use crate::model::{StateBackendScope, StateHeader};

pub(super) fn decode<'a>(reader: &mut Reader<'a>) -> Result<StateHeader<'a>, Error> {
    let start = reader.input.position();
    let version = reader.input.i32().within(|| Step::Field("version"))?;
    let layout = layout::keyed(version, start)?;
    let compression = if layout.compression { Some(reader.input.bool()?) } else { None };
    let key_serializer = meta_info::serializer(reader).within(|| Step::Field("key serializer"))?;
    let mut header = StateHeader {
        backend: StateBackendScope::Keyed,
        version,
        compression,
        key_serializer: Some(key_serializer),
        states: Vec::new(),
        announced_states: None,
        end: None,
        stopped_at: None,
    };
    if !reader.has_stopped() {
        meta_info::list(reader, &mut header, "state")?;
    }
    meta_info::finish(reader, &mut header);
    Ok(header)
}
