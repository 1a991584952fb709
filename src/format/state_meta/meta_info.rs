//! The entry of a state (`StateMetaInfoSnapshotReadersWriters`, versions 6 and 7, which are the same).
//!
//! ```text
//! utf name
//! i32 type of state                          position in BackendStateType
//! i32 n, n × (utf key, utf value)            options
//! i32 n, n × (utf key, serializer)           serializers
//!
//! serializer: i32 version = 2, snapshot      TypeSerializerSnapshotSerializationUtil
//! ```

use crate::format::error::Within;
use crate::format::serializer::{self, Reader};
use crate::format::{Error, ErrorKind, Step};
use crate::model::{BackendStateType, SerializerSnapshot, StateHeader, StateMetaInfoSnapshot};

/// Bytes of the shortest state: an empty name, its type, no options, no serializers.
const SMALLEST: usize = 2 + 4 + 4 + 4;
const SMALLEST_OPTION: usize = 2 + 2;
/// Bytes of the shortest serializer: an empty key, the version, an empty class name and its version.
const SMALLEST_SERIALIZER: usize = 2 + 4 + 2 + 4;

/// `TypeSerializerSnapshotSerializationProxy.VERSION`.
const SERIALIZER_FORMAT: i32 = 2;
/// The format before 1.7, which holds the serializer as a Java object.
const JAVA_SERIALIZED_FORMAT: i32 = 1;

/// Reads a list of states into the header until one of them has an opaque serializer.
pub(super) fn list<'a>(reader: &mut Reader<'a>, header: &mut StateHeader<'a>, what: &'static str) -> Result<(), Error> {
    let start = reader.input.position();
    let count = i64::from(reader.input.u16().within(|| Step::Field("number of states"))?.cast_signed());
    let count = reader.input.check_count(start, count, SMALLEST).within(|| Step::Field("number of states"))?;
    header.announced_states = Some(header.announced_states.unwrap_or(0) + count);
    header.states.reserve(reader.input.vec_for::<StateMetaInfoSnapshot<'_>>(count).capacity());
    for index in 0..count {
        header.states.push(decode(reader).within(|| Step::Element(what, index))?);
        if reader.has_stopped() {
            break;
        }
    }
    Ok(())
}

/// Notes where the header ends, or where decoding stopped.
pub(super) fn finish<'a>(reader: &Reader<'a>, header: &mut StateHeader<'a>) {
    header.stopped_at = reader.stopped_at();
    header.end = (!reader.has_stopped()).then(|| reader.input.position());
}

/// Reads one state; it is complete when the reader has not stopped.
pub(super) fn decode<'a>(reader: &mut Reader<'a>) -> Result<StateMetaInfoSnapshot<'a>, Error> {
    let offset = reader.input.position();
    let name = reader.input.utf().within(|| Step::Field("name"))?;
    decode_behind_name(reader, name, offset).within(|| Step::State(name.to_str().into_owned()))
}

fn decode_behind_name<'a>(
    reader: &mut Reader<'a>,
    name: crate::codec::JavaStr<'a>,
    offset: usize,
) -> Result<StateMetaInfoSnapshot<'a>, Error> {
    let start = reader.input.position();
    let ordinal = reader.input.i32()?;
    let backend_state_type = BackendStateType::from_ordinal(ordinal).ok_or_else(|| {
        Error::new(start, ErrorKind::InvalidValue { what: "type of state", value: i64::from(ordinal) })
    })?;
    let count = reader.input.count(SMALLEST_OPTION).within(|| Step::Field("number of options"))?;
    let mut options = reader.input.vec_for(count);
    for _ in 0..count {
        options.push((reader.input.utf()?, reader.input.utf()?));
    }
    let count = reader.input.count(SMALLEST_SERIALIZER).within(|| Step::Field("number of serializers"))?;
    let mut serializers = reader.input.vec_for(count);
    for _ in 0..count {
        let key = reader.input.utf()?;
        serializers.push((key, serializer(reader).within(|| Step::Serializer(key.to_str().into_owned()))?));
        if reader.has_stopped() {
            break;
        }
    }
    let complete = !reader.has_stopped();
    Ok(StateMetaInfoSnapshot { name, backend_state_type, options, serializers, offset, complete, recovered: false })
}

/// Reads a serializer with the version of its format.
pub(super) fn serializer<'a>(reader: &mut Reader<'a>) -> Result<SerializerSnapshot<'a>, Error> {
    let start = reader.input.position();
    match reader.input.i32()? {
        SERIALIZER_FORMAT => serializer::decode(reader),
        JAVA_SERIALIZED_FORMAT => {
            let kind = ErrorKind::Contradiction("a serializer as Java object, which Flink from 1.17 on does not read");
            Err(Error::new(start, kind))
        }
        number => {
            let kind = ErrorKind::InvalidValue { what: "format of serializer snapshots", value: i64::from(number) };
            Err(Error::new(start, kind))
        }
    }
}
