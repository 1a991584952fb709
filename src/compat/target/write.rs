//! A manifest of what is known of a job: a first one, to be completed by hand. What is not known is left out.

use super::manifest_type::told_type;
use super::{Input, MaxParallelism, RestorePath, Target, TargetOperator, TimerService, Vertex};
use crate::report::{State, StateKind, StateScope, TargetCompleteness, Type};

/// The text of a manifest, as `manifest` reads it.
#[must_use]
pub fn manifest_of(target: &Target) -> String {
    let mut text = "manifest: keepoint/v1\n".to_owned();
    let mut line = |indent: usize, content: &str| {
        text.push_str(&" ".repeat(indent));
        text.push_str(content);
        text.push('\n');
    };
    if let Some(version) = target.flink_version {
        line(0, &format!("flinkVersion: {}", quoted(&version.to_string())));
    }
    line(0, &source(target));
    head(target, &mut line);
    // What is not certain to be there is not written down as if it were.
    let is_certain = |vertex: &Vertex| !vertex.operators.iter().any(|operator| operator.may_be_absent);
    let certain = target.vertices.iter().enumerate().filter(|(_, vertex)| is_certain(vertex));
    line(0, if certain.clone().next().is_none() { "vertices: []" } else { "vertices:" });
    for (at, vertex) in certain {
        self::vertex(at, vertex, target, &mut line);
    }
    let with_states = target.operators().filter_map(|(_, operator)| {
        let states = operator.states.as_ref().filter(|states| !states.entries.is_empty())?;
        Some((operator.uid.clone().or_else(|| Some(operator.id?.to_string()))?, states))
    });
    let mut first = true;
    for (operator, states) in with_states {
        if std::mem::take(&mut first) {
            line(0, "states:");
        }
        line(0, &format!("- operator: {}", quoted(&operator)));
        if let Some(key) = states.key.as_ref().and_then(told_type) {
            line(2, &format!("key: {key}"));
        }
        if !states.is_complete {
            line(2, "complete: false");
        }
        line(2, "entries:");
        // Timers and queues are not declared by anybody.
        for state in states.entries.iter().filter(|state| state.kind() != StateKind::Timer) {
            if let Some(entry) = entry(state) {
                line(2, &format!("- {entry}"));
            }
        }
    }
    text
}

/// Any text is a text of YAML in the form that JSON has for it.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn flow(parts: &[String]) -> String {
    format!("{{{}}}", parts.join(", "))
}

fn source(target: &Target) -> String {
    let kinds: Vec<_> = target.sources.iter().map(|source| source.kind.replace('_', "-")).collect();
    let completeness = match target.completeness() {
        TargetCompleteness::Full | TargetCompleteness::None => "full",
        TargetCompleteness::Candidates => "candidates",
        _ => "heads-only",
    };
    let mut parts = vec![format!("kind: {}", quoted(&kinds.join("+"))), format!("completeness: {completeness}")];
    if !target.chains_known {
        parts.push("chained: false".to_owned());
    }
    format!("source: {}", flow(&parts))
}

fn head(target: &Target, line: &mut dyn FnMut(usize, &str)) {
    let restore = &target.restore;
    let path = restore.path.map(|path| match path {
        RestorePath::Savepoint => "path: savepoint".to_owned(),
        RestorePath::HighAvailability => "path: ha".to_owned(),
    });
    let allow = restore.allow_non_restored_state.map(|allow| format!("allowNonRestoredState: {allow}"));
    let mode = restore.claim_mode.map(|mode| format!("claimMode: {}", mode.constant()));
    let in_flight = restore.drop_in_flight.map(|drop| format!("dropInFlight: {drop}"));
    let parts: Vec<_> = [path, allow, mode, in_flight].into_iter().flatten().collect();
    if !parts.is_empty() {
        line(0, &format!("restore: {}", flow(&parts)));
    }
    let backend = &target.backend;
    let kind = backend.kind.map(|kind| format!("type: {}", kind.name()));
    let timers = backend.timers.map(|timers| match timers {
        TimerService::Heap => "timers: heap".to_owned(),
        TimerService::RocksDb => "timers: rocksdb".to_owned(),
    });
    let changelog = backend.changelog.map(|changelog| format!("changelog: {changelog}"));
    let parts: Vec<_> = [kind, timers, changelog].into_iter().flatten().collect();
    if !parts.is_empty() {
        line(0, &format!("backend: {}", flow(&parts)));
    }
}

/// Names of vertices are made unique by their position: inputs name them.
fn name(at: usize, vertex: &Vertex) -> String {
    let label = vertex.operators.first().map(TargetOperator::label).or_else(|| vertex.name.clone());
    quoted(&format!("{}: {}", at + 1, label.unwrap_or_default()))
}

fn vertex(at: usize, vertex: &Vertex, target: &Target, line: &mut dyn FnMut(usize, &str)) {
    line(0, &format!("- name: {}", name(at, vertex)));
    if let Some(parallelism) = vertex.parallelism {
        line(2, &format!("parallelism: {parallelism}"));
    }
    match vertex.max_parallelism {
        Some(MaxParallelism::Explicit(set)) => line(2, &format!("maxParallelism: {{value: {set}, explicit: true}}")),
        Some(MaxParallelism::Derived) => line(2, "maxParallelism: {explicit: false}"),
        Some(MaxParallelism::Effective(number)) => line(2, &format!("maxParallelism: {{value: {number}}}")),
        None => {}
    }
    line(2, "operators:");
    for operator in &vertex.operators {
        line(2, &format!("- {}", self::operator(operator)));
    }
    let Some(inputs) = &vertex.inputs else { return };
    if inputs.is_empty() {
        return line(2, "inputs: []");
    }
    line(2, "inputs:");
    for Input { from, partitioner } in inputs {
        let Some(before) = target.vertices.get(*from) else { continue };
        let mut parts = vec![format!("from: {}", name(*from, before))];
        parts.extend(partitioner.map(|partitioner| format!("partitioner: {}", partitioner.name())));
        line(2, &format!("- {}", flow(&parts)));
    }
}

fn operator(operator: &TargetOperator) -> String {
    let mut parts = Vec::new();
    match (&operator.uid, operator.id) {
        (Some(uid), Some(id)) if crate::identify::operator_id_of(uid) == id => {
            parts.push(format!("uid: {}", quoted(uid)));
        }
        (_, Some(id)) => parts.push(format!("id: {}", quoted(&id.to_string()))),
        (Some(uid), None) => parts.push(format!("uid: {}", quoted(uid))),
        (None, None) => {}
    }
    parts.extend(operator.uid_hash.map(|hash| format!("uidHash: {}", quoted(&hash.to_string()))));
    parts.extend(operator.name.as_ref().map(|name| format!("name: {}", quoted(name))));
    parts.extend(operator.has_state.map(|has| format!("state: {has}")));
    flow(&parts)
}

/// A state; `None` for a kind that a manifest has no word for.
fn entry(state: &State) -> Option<String> {
    let kind = match (state.scope(), state.kind()) {
        (StateScope::Keyed, StateKind::Value) => "value",
        (StateScope::Keyed, StateKind::List) => "list",
        (StateScope::Keyed, StateKind::Map) => "map",
        (StateScope::Keyed, StateKind::Reducing) => "reducing",
        (StateScope::Keyed, StateKind::Aggregating) => "aggregating",
        (StateScope::Operator, StateKind::SplitList) => "split-list",
        (StateScope::Operator, StateKind::UnionList) => "union-list",
        (StateScope::Operator, StateKind::Broadcast) => "broadcast",
        _ => return None,
    };
    let mut parts = vec![format!("name: {}", quoted(&state.name)), format!("kind: {kind}")];
    let value = state.value.as_ref().map(crate::compat::schema::without_ttl);
    let value = value.as_deref();
    let told = |part: Option<&Type>| part.and_then(told_type);
    match kind {
        "map" => {
            let inside = value.map(|map| map.parameters.as_slice()).unwrap_or_default();
            if let [key, value] = inside
                && let (Some(key), Some(value)) = (told_type(key), told_type(value))
            {
                parts.push(format!("key: {key}, value: {value}"));
            }
        }
        "broadcast" => {
            if let (Some(key), Some(value)) = (told(state.key.as_ref()), told(value)) {
                parts.push(format!("key: {key}, value: {value}"));
            }
        }
        "list" => {
            let element = value.and_then(|list| list.parameters.first());
            parts.extend(told(element).map(|element| format!("element: {element}")));
        }
        _ => parts.extend(told(value).map(|value| format!("type: {value}"))),
    }
    match state.ttl {
        Some(false) => parts.push("ttl: null".to_owned()),
        // How long values live is not part of a snapshot.
        Some(true) => parts.push("ttl: \"?\"".to_owned()),
        None => {}
    }
    Some(flow(&parts))
}
