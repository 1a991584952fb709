//! Graphs as Java writes them, in an object stream: the job graph (`job_graph.rs`), or the stream graph that it is made of (`stream_graph.rs`).

use std::collections::BTreeMap;
use std::thread;

use super::{Backend, BackendKind, ClaimMode, RestorePath, RestoreSettings, Target, TargetError};
use crate::codec::{DataInput, JavaObjectStream, JavaValue, Node, ObjectData};
use crate::model::OperatorId;

const JOB_GRAPH: &str = "org.apache.flink.runtime.jobgraph.JobGraph";
const STREAM_GRAPH: &str = "org.apache.flink.streaming.api.graph.StreamGraph";

const HINT: &str = "write the JobGraph with java.io.ObjectOutputStream, as Flink itself does";

/// Bytes that are read: programs and their functions are inside.
const LONGEST: usize = 256 << 20;

/// Each task is written inside of the one in front of it, some ten levels for each.
const DEEPEST: usize = 2_000;

/// Stack for this depth, also in a build that is not optimised.
const STACK: usize = 64 << 20;

/// How a stream of Java's begins.
const MAGIC: [u8; 4] = [0xAC, 0xED, 0x00, 0x05];

/// Reads a job graph or a stream graph. `None` if the bytes are no object stream of Java.
pub fn job_graph(bytes: &[u8], place: &str) -> Result<Option<Target>, TargetError> {
    if !bytes.starts_with(&MAGIC) {
        return Ok(None);
    }
    let refused = |cause: String| TargetError::new(place, cause, HINT);
    thread::scope(|scope| {
        let reading = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, || read(bytes, place));
        match reading.map(thread::ScopedJoinHandle::join) {
            Ok(Ok(target)) => target.map(Some),
            Ok(Err(_)) => Err(refused("cannot be read".to_owned())),
            Err(error) => Err(refused(format!("cannot be read: {error}"))),
        }
    })
}

fn read(bytes: &[u8], place: &str) -> Result<Target, TargetError> {
    let refused = |cause: String| TargetError::new(place, cause, HINT);
    let stream = JavaObjectStream::read_nested(&mut DataInput::new(bytes), LONGEST, DEEPEST)
        .map_err(|error| refused(error.to_string()))?;
    let graph = Graph { stream };
    let root = graph.stream.object(graph.stream.root);
    let class = root.and_then(|root| graph.class(root)).unwrap_or_default();
    match (root, class.as_str()) {
        (Some(root), JOB_GRAPH) => graph.of_tasks(root, place).ok_or_else(|| {
            refused("is a job graph of a release that keepoint does not know: it has other fields".to_owned())
        }),
        (Some(root), STREAM_GRAPH) => graph.of_nodes(root, place).ok_or_else(|| {
            refused("is a stream graph of a release that keepoint does not know: it has other fields".to_owned())
        }),
        (_, class) => Err(refused(format!("is no job graph, but a {class}"))),
    }
}

/// Keys and values of a map, which are written in turn.
pub(super) fn entries(map: &ObjectData<'_>) -> Vec<(JavaValue, JavaValue)> {
    let written = &map.written_objects;
    written.chunks_exact(2).filter_map(|pair| Some((*pair.first()?, *pair.get(1)?))).collect()
}

/// The objects of a graph.
pub(super) struct Graph<'a> {
    pub(super) stream: JavaObjectStream<'a>,
}

impl<'a> Graph<'a> {
    /// What is in a `SerializedValue`: an object stream of its own.
    pub(super) fn inside(&self, serialized: &ObjectData<'a>) -> Option<Self> {
        let Some(JavaValue::Reference(data)) = self.stream.field(serialized, "serializedData") else { return None };
        let Some(Node::PrimitiveArray(_, bytes)) = self.stream.node(data) else { return None };
        let stream = JavaObjectStream::read_nested(&mut DataInput::new(bytes), LONGEST, DEEPEST).ok()?;
        Some(Self { stream })
    }

    pub(super) fn class(&self, object: &ObjectData<'a>) -> Option<String> {
        self.stream.class(object).map(|class| class.name.to_str().into_owned())
    }

    pub(super) fn field<'g>(&'g self, object: &ObjectData<'a>, name: &str) -> Option<&'g ObjectData<'a>> {
        self.stream.object(self.stream.field(object, name)?)
    }

    pub(super) fn text(&self, object: &ObjectData<'a>, name: &str) -> Option<String> {
        let text = self.stream.string(self.stream.field(object, name)?)?;
        Some(text.to_str().into_owned())
    }

    pub(super) fn int(&self, object: &ObjectData<'a>, name: &str) -> Option<i32> {
        match self.stream.field(object, name)? {
            JavaValue::Int(number) => Some(number),
            _ => None,
        }
    }

    /// Elements of a list, or values of a map: what their classes have written, or the array in them.
    fn elements(&self, collection: &ObjectData<'a>) -> Vec<JavaValue> {
        if let Some(JavaValue::Reference(array)) = self.stream.field(collection, "a")
            && let Some(Node::ObjectArray(_, elements)) = self.stream.node(array)
        {
            return elements.clone();
        }
        for wrapper in ["list", "c", "element"] {
            match self.stream.field(collection, wrapper) {
                Some(inner @ JavaValue::Reference(_)) if wrapper == "element" => return vec![inner],
                Some(inner) => {
                    if let Some(inner) = self.stream.object(inner) {
                        return self.elements(inner);
                    }
                }
                None => {}
            }
        }
        collection.written_objects.clone()
    }

    pub(super) fn objects<'g>(&'g self, collection: &ObjectData<'a>) -> impl Iterator<Item = &'g ObjectData<'a>> {
        self.elements(collection).into_iter().filter_map(|value| self.stream.object(value))
    }

    /// `AbstractID`: its two halves, the lower one first.
    pub(super) fn id(&self, object: &ObjectData<'a>) -> Option<OperatorId> {
        let half = |name: &str| match self.stream.field(object, name)? {
            JavaValue::Long(half) => Some(half.to_be_bytes()),
            _ => None,
        };
        let bytes: Vec<u8> = half("lowerPart")?.into_iter().chain(half("upperPart")?).collect();
        bytes.try_into().ok().map(OperatorId)
    }

    /// What a configuration has as texts and truth values (`Configuration.confData`).
    fn options(&self, configuration: &ObjectData<'a>) -> BTreeMap<String, String> {
        let Some(data) = self.field(configuration, "confData") else { return BTreeMap::new() };
        let entries = entries(data).into_iter().filter_map(|(key, value)| {
            let key = self.stream.string(key)?.to_str().into_owned();
            let value = match (self.stream.string(value), self.stream.object(value)) {
                (Some(text), _) => text.to_str().into_owned(),
                (None, Some(boxed)) => match self.stream.field(boxed, "value")? {
                    JavaValue::Boolean(value) => value.to_string(),
                    JavaValue::Int(value) => value.to_string(),
                    JavaValue::Long(value) => value.to_string(),
                    _ => return None,
                },
                (None, None) => return None,
            };
            Some((key, value))
        });
        entries.collect()
    }

    /// The state backend, as the configuration of the job has it.
    pub(super) fn backend(&self, root: &ObjectData<'a>) -> Backend {
        let configuration = self.field(root, "jobConfiguration").map(|it| self.options(it)).unwrap_or_default();
        let option = |names: &[&str]| names.iter().find_map(|name| configuration.get(*name));
        Backend {
            kind: option(&["state.backend.type", "state.backend"]).and_then(|kind| BackendKind::parse(kind)),
            timers: None,
            changelog: option(&["state.changelog.enabled", "state.backend.changelog.enabled"])
                .map(|value| value.eq_ignore_ascii_case("true")),
        }
    }

    /// How the job is started.
    pub(super) fn restore(&self, root: &ObjectData<'a>) -> RestoreSettings {
        self.field(root, "savepointRestoreSettings").map(|settings| self.settings(settings)).unwrap_or_default()
    }

    /// A graph that is made without a snapshot says nothing of how it will be started.
    fn settings(&self, settings: &ObjectData<'a>) -> RestoreSettings {
        if self.text(settings, "restorePath").is_none() {
            return RestoreSettings::default();
        }
        let allow = match self.stream.field(settings, "allowNonRestoredState") {
            Some(JavaValue::Boolean(allow)) => Some(allow),
            _ => None,
        };
        let modes = ["recoveryClaimMode", "restoreMode"];
        let mode = modes.into_iter().find_map(|name| self.stream.enum_constant(self.stream.field(settings, name)?));
        RestoreSettings {
            start: None,
            allow_non_restored_state: allow,
            claim_mode: mode.and_then(|mode| ClaimMode::parse(&mode.to_str())),
            path: Some(RestorePath::Savepoint),
            drop_in_flight: None,
        }
    }
}
