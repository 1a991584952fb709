//! The header of operator state (`OperatorBackendSerializationProxy`).
//!
//! ```text
//! i32 version
//! bool compression                    from version 6 on
//! i16 n, n × list state
//! i16 n, n × broadcast state          from version 3 on
//! ```

use super::{layout, meta_info};
use crate::format::error::Within;
use crate::format::serializer::Reader;
use crate::format::{Error, Step};
use crate::model::{StateBackendScope, StateHeader};

pub(super) fn decode<'a>(reader: &mut Reader<'a>) -> Result<StateHeader<'a>, Error> {
    let start = reader.input.position();
    let version = reader.input.i32().within(|| Step::Field("version"))?;
    let layout = layout::operator(version, start)?;
    let compression = if layout.compression { Some(reader.input.bool()?) } else { None };
    let mut header = StateHeader {
        backend: StateBackendScope::Operator,
        version,
        compression,
        key_serializer: None,
        states: Vec::new(),
        announced_states: None,
        end: None,
        stopped_at: None,
    };
    meta_info::list(reader, &mut header, "list state")?;
    if reader.has_stopped() {
        // How many broadcast states follow stands behind what cannot be read.
        header.announced_states = None;
    } else {
        meta_info::list(reader, &mut header, "broadcast state")?;
    }
    meta_info::finish(reader, &mut header);
    Ok(header)
}
