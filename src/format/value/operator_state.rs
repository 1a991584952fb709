//! Operator state: what stands at each offset.
//!
//! ```text
//! list        one element
//! broadcast   i32 n, n × (key, value)
//! ```
//!
//! Source: `PartitionableListState`, `HeapBroadcastState`.

use super::{Show, ValueDecoder};
use crate::codec::DataInput;
use crate::format::Error;
use crate::format::Step;
use crate::format::error::Within;
use crate::model::{StateEntry, StateKind, StateMetaInfoSnapshot, StatePart, UnknownType};

/// Reads one state.
#[derive(Debug)]
pub struct OperatorStateReader(Result<Decoders, UnknownType>);

#[derive(Debug)]
enum Decoders {
    List(ValueDecoder),
    Broadcast(ValueDecoder, ValueDecoder),
}

impl OperatorStateReader {
    /// For a state of a header.
    #[must_use]
    pub fn new(state: &StateMetaInfoSnapshot<'_>) -> Self {
        let missing = || UnknownType { snapshot: String::new(), reason: "a serializer that the header does not have" };
        let decoder = |key| state.serializer(key).ok_or_else(missing).and_then(ValueDecoder::new);
        let value = decoder(StateMetaInfoSnapshot::VALUE_SERIALIZER);
        Self(value.and_then(|value| match state.kind() {
            Some(StateKind::Broadcast) => {
                Ok(Decoders::Broadcast(decoder(StateMetaInfoSnapshot::KEY_SERIALIZER)?, value))
            }
            _ => Ok(Decoders::List(value)),
        }))
    }

    /// Reads what stands at an offset, up to the next one.
    pub fn read(&self, bytes: &[u8], show: Show<'_>) -> Result<(), Error> {
        let mut input = DataInput::new(bytes);
        match &self.0 {
            Err(unknown) => {
                let value = StatePart::undecoded(bytes, unknown.to_string());
                let _ = show(StateEntry { value, ..StateEntry::default() });
            }
            Ok(Decoders::List(element)) => {
                let value = StatePart::Value(element.decode(&mut input)?);
                let _ = show(StateEntry { value, ..StateEntry::default() });
            }
            Ok(Decoders::Broadcast(key, value)) => {
                let count = input.count(1)?;
                for index in 0..count {
                    let key = key.decode(&mut input).within(|| Step::Element("key", index))?;
                    let value = value.decode(&mut input).within(|| Step::Element("value", index))?;
                    let (map_key, value) = (Some(StatePart::Value(key)), StatePart::Value(value));
                    if show(StateEntry { map_key, value, ..StateEntry::default() }).is_break() {
                        return Ok(());
                    }
                }
            }
        }
        Ok(())
    }
}
