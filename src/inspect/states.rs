//! From the header of a state file to the states of a report.

use super::type_details;
use crate::model::{
    BackendStateType, CompositeKind, SerializerBody, SerializerSnapshot, StateBackendScope, StateHeader,
    StateKind as Kind, StateMetaInfoSnapshot, TimerService, TimerServices,
};
use crate::report::{Field, State, StateKind, StateScope, Type};

/// The states of a header, in its order.
#[must_use]
pub fn states_of(header: &StateHeader<'_>) -> Vec<State> {
    header.states.iter().map(|state| state_of(state, header.key_serializer.as_ref())).collect()
}

/// One state; with the serializer of the keys for keyed state, where that is known.
#[must_use]
pub fn state_of(state: &StateMetaInfoSnapshot<'_>, key: Option<&SerializerSnapshot<'_>>) -> State {
    let timer = timer(state);
    let value = match timer {
        // A timer is nothing but its key, its namespace and its time.
        Some(_) => None,
        None => value(state),
    };
    let key = match state.backend_state_type {
        BackendStateType::Broadcast => state.serializer(StateMetaInfoSnapshot::KEY_SERIALIZER),
        _ => key,
    };
    let namespace = match timer {
        Some([_, namespace]) => Some(namespace),
        _ => state.serializer(StateMetaInfoSnapshot::NAMESPACE_SERIALIZER),
    };
    State {
        name: state.name.to_str().into_owned(),
        kind: state.kind().map(|kind| self::kind(kind).into()),
        scope: match state.scope() {
            StateBackendScope::Keyed => StateScope::Keyed,
            StateBackendScope::Operator => StateScope::Operator,
        }
        .into(),
        key: key.map(type_of),
        namespace: namespace.map(type_of),
        value,
        ttl: state.ttl(),
        recovered: state.recovered.then_some(true),
    }
}

/// The timers of raw keyed state, under the names that they have as managed state (`InternalTimeServiceManagerImpl`): each service has those
/// of both times.
#[must_use]
pub fn states_of_timers(services: &TimerServices<'_>) -> Vec<State> {
    let state = |service: &TimerService<'_>, prefix: &str| State {
        name: format!("{prefix}{}", service.name),
        kind: Some(kind(Kind::Timer).into()),
        scope: StateScope::Keyed.into(),
        key: Some(type_of(&service.key)),
        namespace: service.namespace.as_ref().map(type_of),
        value: None,
        ttl: Some(false),
        recovered: None,
    };
    let both = |service| ["_timer_state/event_", "_timer_state/processing_"].map(|prefix| state(service, prefix));
    services.services.iter().flat_map(both).collect()
}

/// Key and namespace of a timer; `None` for what is no timer, and for one with an opaque key. A value may have the serializer of timers, too.
pub(super) fn timer<'s, 'a>(state: &'s StateMetaInfoSnapshot<'a>) -> Option<&'s [SerializerSnapshot<'a>]> {
    if state.backend_state_type != BackendStateType::PriorityQueue {
        return None;
    }
    let value = state.serializer(StateMetaInfoSnapshot::VALUE_SERIALIZER)?;
    value.composite(CompositeKind::Timer).map(|timer| timer.nested.as_slice())
}

/// State of the asynchronous API names the elements, or keys and values, of a collection, and not its serializer: the type of the
/// collection has no snapshot of its own.
fn value(state: &StateMetaInfoSnapshot<'_>) -> Option<Type> {
    let value = state.serializer(StateMetaInfoSnapshot::VALUE_SERIALIZER)?;
    let in_parts = state.backend_state_type == BackendStateType::KeyValueV2;
    if !in_parts || !matches!(state.kind(), Some(Kind::List | Kind::Map)) {
        return Some(type_of(value));
    }
    let parts = state.serializer(StateMetaInfoSnapshot::USER_KEY_SERIALIZER).into_iter().chain([value]);
    Some(Type {
        parameters: parts.map(type_of).collect(),
        text: state.value_text().unwrap_or_default(),
        ..Type::default()
    })
}

fn kind(kind: Kind) -> StateKind {
    match kind {
        Kind::Value => StateKind::Value,
        Kind::List => StateKind::List,
        Kind::Map => StateKind::Map,
        Kind::Reducing => StateKind::Reducing,
        Kind::Aggregating => StateKind::Aggregating,
        Kind::Folding => StateKind::Folding,
        Kind::Timer => StateKind::Timer,
        Kind::SplitList => StateKind::SplitList,
        Kind::UnionList => StateKind::UnionList,
        Kind::Broadcast => StateKind::Broadcast,
    }
}

/// The type of values that a serializer writes.
pub(super) fn type_of(snapshot: &SerializerSnapshot<'_>) -> Type {
    let (fields, parameters) = inside(snapshot);
    Type {
        serializer_snapshot: snapshot.class.to_str().into_owned(),
        version: Some(snapshot.version),
        class: snapshot.value_class().map(std::borrow::Cow::into_owned),
        fields,
        parameters,
        opaque: snapshot.is_opaque(),
        text: snapshot.to_string(),
        details: type_details::of(snapshot),
    }
}

/// Fields of what has fields; parameters of what has other types inside.
fn inside(snapshot: &SerializerSnapshot<'_>) -> (Vec<Field>, Vec<Type>) {
    let numbered = |nested: &[SerializerSnapshot<'_>]| {
        let field = |(index, nested): (usize, &SerializerSnapshot<'_>)| Field {
            name: index.to_string(),
            r#type: Some(type_of(nested)),
        };
        nested.iter().enumerate().map(field).collect()
    };
    match &snapshot.body {
        SerializerBody::Pojo(pojo) => {
            let field = |field: &crate::model::PojoField<'_>| Field {
                name: field.name.to_str().into_owned(),
                r#type: field.serializer.as_ref().map(type_of),
            };
            (pojo.fields.iter().map(field).collect(), Vec::new())
        }
        SerializerBody::RowData(row) => (numbered(&row.fields), Vec::new()),
        SerializerBody::Composite(composite) => match composite.kind {
            CompositeKind::Tuple | CompositeKind::CaseClass | CompositeKind::Row => {
                (numbered(&composite.nested), Vec::new())
            }
            _ => (Vec::new(), composite.nested.iter().map(type_of).collect()),
        },
        _ => (Vec::new(), snapshot.nested().into_iter().map(type_of).collect()),
    }
}
