//! From the bytes of a header to what is kept of it.

use crate::format::state_meta::{decode_keyed, decode_operator, decode_timer_services, recover_states};
use crate::format::{Error, state_meta::changelog};
use crate::inspect::{KryoPath, kryo_paths, kryo_paths_of_key, state_of, states_of, states_of_timers};
use crate::model::{StateBackendScope, StateHeader, StateMetaInfoSnapshot};
use crate::report::State;

/// Compressed operator state begins with the identifier of its stream, in front of the first partition
/// (`SnappyFramedOutputStream`).
const SNAPPY_IDENTIFIER: u64 = 10;

/// What a header, or the changes of a changelog, say of states.
#[derive(Debug, Default)]
pub(super) struct Understood {
    pub(super) states: Vec<State>,
    /// For each state, where it is left to Kryo.
    pub(super) kryo: Vec<Vec<KryoPath>>,
    /// Where the keys are.
    pub(super) kryo_of_key: Vec<KryoPath>,
    /// The serializer that ended the decoding.
    pub(super) stopped: Option<Stopped>,
    /// The header ends where it should not.
    pub(super) ends_elsewhere: Option<u64>,
    /// There are more states than could be reached.
    pub(super) is_incomplete: bool,
}

/// A serializer that ended the decoding of a header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stopped {
    pub(super) class: String,
    pub(super) version: i32,
    pub(super) offset: usize,
    /// States that the header announces, where it was read so far.
    pub(super) announced: Option<usize>,
}

/// Decodes a header; `length` is what the metadata says of it.
pub(super) fn header(backend: StateBackendScope, bytes: &[u8], length: Option<u64>) -> Result<Understood, Error> {
    let mut header = match backend {
        StateBackendScope::Keyed => decode_keyed(bytes),
        StateBackendScope::Operator => decode_operator(bytes),
    }?;
    recover_states(&mut header, bytes);
    Ok(Understood {
        states: states_of(&header),
        kryo: header.states.iter().map(kryo_paths).collect(),
        kryo_of_key: header.key_serializer.as_ref().map(kryo_paths_of_key).unwrap_or_default(),
        stopped: header.stopped_at.map(|stopped| Stopped {
            class: stopped.class.to_str().into_owned(),
            version: stopped.version,
            offset: stopped.offset,
            announced: header.announced_states,
        }),
        ends_elsewhere: ends_elsewhere(&header, length),
        is_incomplete: false,
    })
}

/// A header ends exactly where the data begins; the changes to this rule are drawn in `crate::format::state_meta`.
fn ends_elsewhere(header: &StateHeader<'_>, length: Option<u64>) -> Option<u64> {
    let (end, length) = (header.end? as u64, length?);
    let compressed = header.backend == StateBackendScope::Operator && header.compression == Some(true);
    (end != length && !(compressed && end + SNAPPY_IDENTIFIER == length)).then_some(end)
}

/// Takes the states of changes that were decoded.
pub(super) fn announced(states: &[StateMetaInfoSnapshot<'_>]) -> Understood {
    Understood {
        // The serializer of keys is only in the headers.
        states: states.iter().map(|state| state_of(state, None)).collect(),
        kryo: states.iter().map(kryo_paths).collect(),
        ..Understood::default()
    }
}

/// Decodes changes that announce states, each by itself.
pub(super) fn changes(changes: &[&[u8]]) -> Result<Understood, Error> {
    let states = changes.iter().map(|change| changelog::decode_metadata_change(change));
    Ok(announced(&states.collect::<Result<Vec<_>, _>>()?))
}

/// Decodes the timers at the start of a key group of raw keyed state; `None` when it holds something else.
pub(super) fn timers(bytes: &[u8]) -> Result<Option<Understood>, Error> {
    let Some(services) = decode_timer_services(bytes)? else { return Ok(None) };
    let states = states_of_timers(&services);
    Ok(Some(Understood {
        kryo: vec![Vec::new(); states.len()],
        states,
        is_incomplete: services.services.len() < services.announced,
        ..Understood::default()
    }))
}
