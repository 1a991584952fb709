//! What stands in the header of a file of managed state: which states there are, and how they are written.

use super::SerializerSnapshot;
use crate::codec::JavaStr;

/// The header of a file of managed state (`KeyedBackendSerializationProxy`, `OperatorBackendSerializationProxy`).
#[derive(Debug, Clone, PartialEq)]
pub struct StateHeader<'a> {
    /// Whose header it is.
    pub backend: StateBackendScope,
    /// The header's version, as written.
    pub version: i32,
    /// The data behind the header is compressed; absent where the version does not record it, which means that it is not.
    pub compression: Option<bool>,
    /// How keys are written. Operator state has none.
    pub key_serializer: Option<SerializerSnapshot<'a>>,
    /// The states in the order of the file, which is the order of their ids in the data.
    pub states: Vec<StateMetaInfoSnapshot<'a>>,
    /// Number of states that the header announces; absent when decoding stopped before that.
    pub announced_states: Option<usize>,
    /// Bytes of the header; absent when decoding stopped inside.
    pub end: Option<usize>,
    /// The snapshot that could not be decoded and so ended the decoding: there is no way to tell where it ends.
    pub stopped_at: Option<OpaqueSnapshot<'a>>,
}

/// A serializer snapshot whose class or version is unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpaqueSnapshot<'a> {
    /// Its class.
    pub class: JavaStr<'a>,
    /// Its version.
    pub version: i32,
    /// Bytes from the start of the header to the class name.
    pub offset: usize,
}

/// To what a state belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StateBackendScope {
    /// To a key (`KeyedStateBackend`).
    Keyed,
    /// To a subtask (`OperatorStateBackend`).
    Operator,
}

/// One state in a header (`StateMetaInfoSnapshot`).
#[derive(Debug, Clone, PartialEq)]
pub struct StateMetaInfoSnapshot<'a> {
    /// Its name.
    pub name: JavaStr<'a>,
    /// Which part of the backend registered it.
    pub backend_state_type: BackendStateType,
    /// Options (`CommonOptionsKeys`) in the order of the file, which is that of a hash table.
    pub options: Vec<(JavaStr<'a>, JavaStr<'a>)>,
    /// Serializers (`CommonSerializerKeys`) in the order of the file, which is that of a hash table.
    pub serializers: Vec<(JavaStr<'a>, SerializerSnapshot<'a>)>,
    /// Bytes from the start of the header to the name.
    pub offset: usize,
    /// Everything about it was decoded.
    pub complete: bool,
    /// It stands behind an opaque snapshot and was found by the words that every state's entry has.
    pub recovered: bool,
}

/// Which part of a backend registered a state (`StateMetaInfoSnapshot.BackendStateType`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BackendStateType {
    /// Keyed state.
    KeyValue,
    /// Operator state in lists.
    Operator,
    /// Broadcast state.
    Broadcast,
    /// Timers and other queues.
    PriorityQueue,
    /// Keyed state of the asynchronous API (2.0 and later).
    KeyValueV2,
}

/// Which kind of state it is (`StateDescriptor.Type`, `OperatorStateHandle.Mode`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StateKind {
    /// `ValueState`.
    Value,
    /// `ListState` of keyed state.
    List,
    /// `MapState`.
    Map,
    /// `ReducingState`.
    Reducing,
    /// `AggregatingState`.
    Aggregating,
    /// `FoldingState`, which Flink had until 1.12.
    Folding,
    /// Timers, and queues in general.
    Timer,
    /// `ListState` of operator state, split on restore.
    SplitList,
    /// `ListState` of operator state, all of it sent to each subtask.
    UnionList,
    /// `BroadcastState`.
    Broadcast,
}

impl BackendStateType {
    const ALL: [Self; 5] = [Self::KeyValue, Self::Operator, Self::Broadcast, Self::PriorityQueue, Self::KeyValueV2];

    /// The constant's position, which is what a header holds.
    #[must_use]
    pub fn ordinal(self) -> i32 {
        match self {
            Self::KeyValue => 0,
            Self::Operator => 1,
            Self::Broadcast => 2,
            Self::PriorityQueue => 3,
            Self::KeyValueV2 => 4,
        }
    }

    /// The constant at this position.
    #[must_use]
    pub fn from_ordinal(ordinal: i32) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.ordinal() == ordinal)
    }

    /// The constant with this code (`BackendStateType.getCode`), which is what a changelog holds.
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        match code {
            10 => Some(Self::KeyValueV2),
            0..=3 => Self::from_ordinal(i32::from(code)),
            _ => None,
        }
    }

    /// The constant's name in Java.
    #[must_use]
    pub fn constant(self) -> &'static str {
        match self {
            Self::KeyValue => "KEY_VALUE",
            Self::Operator => "OPERATOR",
            Self::Broadcast => "BROADCAST",
            Self::PriorityQueue => "PRIORITY_QUEUE",
            Self::KeyValueV2 => "KEY_VALUE_V2",
        }
    }
}

impl<'a> StateMetaInfoSnapshot<'a> {
    /// Key of the option that names the kind of keyed state.
    pub const KEYED_STATE_TYPE: &'static str = "KEYED_STATE_TYPE";
    /// Key of the option that names the mode of operator state.
    pub const OPERATOR_STATE_DISTRIBUTION_MODE: &'static str = "OPERATOR_STATE_DISTRIBUTION_MODE";
    /// Key of the serializer of a broadcast state's keys.
    pub const KEY_SERIALIZER: &'static str = "KEY_SERIALIZER";
    /// Key of the serializer of namespaces.
    pub const NAMESPACE_SERIALIZER: &'static str = "NAMESPACE_SERIALIZER";
    /// Key of the serializer of values.
    pub const VALUE_SERIALIZER: &'static str = "VALUE_SERIALIZER";
    /// Key of the serializer of a map's keys in state of the asynchronous API.
    pub const USER_KEY_SERIALIZER: &'static str = "USER_KEY_SERIALIZER";

    /// The value of an option.
    #[must_use]
    pub fn option(&self, key: &str) -> Option<JavaStr<'a>> {
        self.options.iter().find(|(name, _)| *name == *key).map(|(_, value)| *value)
    }

    /// The serializer with a key.
    #[must_use]
    pub fn serializer(&self, key: &str) -> Option<&SerializerSnapshot<'a>> {
        self.serializers.iter().find(|(name, _)| *name == *key).map(|(_, serializer)| serializer)
    }

    /// Which kind of state it is; absent when the header says `UNKNOWN` or something that is not known.
    #[must_use]
    pub fn kind(&self) -> Option<StateKind> {
        match self.backend_state_type {
            BackendStateType::KeyValue | BackendStateType::KeyValueV2 => {
                match self.option(Self::KEYED_STATE_TYPE)?.to_str().as_ref() {
                    "VALUE" => Some(StateKind::Value),
                    "LIST" => Some(StateKind::List),
                    "MAP" => Some(StateKind::Map),
                    "REDUCING" => Some(StateKind::Reducing),
                    "AGGREGATING" => Some(StateKind::Aggregating),
                    "FOLDING" => Some(StateKind::Folding),
                    _ => None,
                }
            }
            BackendStateType::PriorityQueue => Some(StateKind::Timer),
            BackendStateType::Broadcast => Some(StateKind::Broadcast),
            BackendStateType::Operator => {
                match self.option(Self::OPERATOR_STATE_DISTRIBUTION_MODE)?.to_str().as_ref() {
                    "SPLIT_DISTRIBUTE" => Some(StateKind::SplitList),
                    "UNION" => Some(StateKind::UnionList),
                    "BROADCAST" => Some(StateKind::Broadcast),
                    _ => None,
                }
            }
        }
    }

    /// To what it belongs.
    #[must_use]
    pub fn scope(&self) -> StateBackendScope {
        match self.backend_state_type {
            BackendStateType::KeyValue | BackendStateType::KeyValueV2 | BackendStateType::PriorityQueue => {
                StateBackendScope::Keyed
            }
            BackendStateType::Operator | BackendStateType::Broadcast => StateBackendScope::Operator,
        }
    }

    /// Values carry a time of expiry; absent when the serializer of values is not known to the end.
    #[must_use]
    pub fn ttl(&self) -> Option<bool> {
        let value = self.serializer(Self::VALUE_SERIALIZER)?;
        (self.complete || value.has_ttl()).then(|| value.has_ttl())
    }

    /// The type of the values in a line: `List<String>` for a list, `Map<String, Long>` for a map, whatever backend wrote it.
    ///
    /// State of the asynchronous API names element, or key and value, where other state names the whole collection.
    #[must_use]
    pub fn value_text(&self) -> Option<String> {
        let value = self.serializer(Self::VALUE_SERIALIZER)?;
        let parts = self.backend_state_type == BackendStateType::KeyValueV2;
        Some(match self.kind() {
            Some(StateKind::List) if parts => format!("List<{value}>"),
            Some(StateKind::Map) if parts => match self.serializer(Self::USER_KEY_SERIALIZER) {
                Some(key) => format!("Map<{key}, {value}>"),
                None => format!("Map<?, {value}>"),
            },
            Some(StateKind::SplitList | StateKind::UnionList) => format!("List<{value}>"),
            Some(StateKind::Broadcast) => match self.serializer(Self::KEY_SERIALIZER) {
                Some(key) => format!("Map<{key}, {value}>"),
                None => format!("Map<?, {value}>"),
            },
            _ => value.to_string(),
        })
    }
}

/// Timer services in a key group of raw keyed state (`InternalTimerServiceSerializationProxy`).
#[derive(Debug, Clone, PartialEq)]
pub struct TimerServices<'a> {
    /// How many there are.
    pub announced: usize,
    /// Those that could be reached.
    pub services: Vec<TimerService<'a>>,
}

/// A timer service.
#[derive(Debug, Clone, PartialEq)]
pub struct TimerService<'a> {
    /// Its name.
    pub name: JavaStr<'a>,
    /// How keys are written.
    pub key: SerializerSnapshot<'a>,
    /// How namespaces are written; absent when the serializer of keys is opaque.
    pub namespace: Option<SerializerSnapshot<'a>>,
    /// Timers of event time and of processing time; absent when keys or namespaces have no fixed length: then nothing behind can be
    /// reached either.
    pub timers: Option<(usize, usize)>,
}
