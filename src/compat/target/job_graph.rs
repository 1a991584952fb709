//! A job graph as Java writes it (`org.apache.flink.runtime.jobgraph.JobGraph`, an object stream of Java): every task with the operators that
//! are chained in it, whether key groups are set, the edges, and how the job is started. Which states operators have is in classes of the
//! program, and not known.

use std::collections::BTreeMap;
use std::thread;

use super::{
    Backend, BackendKind, ClaimMode, Input, MaxParallelism, Partitioner, RestorePath, RestoreSettings, Target,
    TargetError, TargetOperator, Vertex,
};
use crate::codec::{DataInput, JavaObjectStream, JavaValue, Node, ObjectData};
use crate::model::OperatorId;
use crate::report::{TargetCompleteness, TargetSource};

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

/// Reads a job graph. `None` if the bytes are no object stream of Java.
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
        (Some(root), JOB_GRAPH) => graph.target(root, place).ok_or_else(|| {
            refused("is a job graph of a release that keepoint does not know: it has other fields".to_owned())
        }),
        (_, STREAM_GRAPH) => {
            Err(refused("is a StreamGraph, of which the ids cannot be told; give its JobGraph".to_owned()))
        }
        (_, class) => Err(refused(format!("is no job graph, but a {class}"))),
    }
}

/// Keys and values of a map, which are written in turn.
fn entries(map: &ObjectData<'_>) -> Vec<(JavaValue, JavaValue)> {
    let written = &map.written_objects;
    written.chunks_exact(2).filter_map(|pair| Some((*pair.first()?, *pair.get(1)?))).collect()
}

struct Graph<'a> {
    stream: JavaObjectStream<'a>,
}

impl<'a> Graph<'a> {
    fn class(&self, object: &ObjectData<'a>) -> Option<String> {
        self.stream.class(object).map(|class| class.name.to_str().into_owned())
    }

    fn field<'g>(&'g self, object: &ObjectData<'a>, name: &str) -> Option<&'g ObjectData<'a>> {
        self.stream.object(self.stream.field(object, name)?)
    }

    fn text(&self, object: &ObjectData<'a>, name: &str) -> Option<String> {
        let text = self.stream.string(self.stream.field(object, name)?)?;
        Some(text.to_str().into_owned())
    }

    fn int(&self, object: &ObjectData<'a>, name: &str) -> Option<i32> {
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

    fn objects<'g>(&'g self, collection: &ObjectData<'a>) -> impl Iterator<Item = &'g ObjectData<'a>> {
        self.elements(collection).into_iter().filter_map(|value| self.stream.object(value))
    }

    /// `AbstractID`: its two halves, the lower one first.
    fn id(&self, object: &ObjectData<'a>) -> Option<OperatorId> {
        let half = |name: &str| match self.stream.field(object, name)? {
            JavaValue::Long(half) => Some(half.to_be_bytes()),
            _ => None,
        };
        let bytes: Vec<u8> = half("lowerPart")?.into_iter().chain(half("upperPart")?).collect();
        bytes.try_into().ok().map(OperatorId)
    }

    /// What a configuration has as texts and truth values (`Configuration.confData`).
    fn configuration(&self, configuration: &ObjectData<'a>) -> BTreeMap<String, String> {
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

    /// `None` if fields are missing that every known release has.
    fn target(&self, root: &ObjectData<'a>, place: &str) -> Option<Target> {
        let tasks = entries(self.field(root, "taskVertices")?);
        let tasks: Vec<&ObjectData<'_>> = tasks.into_iter().filter_map(|(_, task)| self.stream.object(task)).collect();
        let ids: Vec<OperatorId> = tasks.iter().map(|task| self.id(self.field(task, "id")?)).collect::<Option<_>>()?;
        let positions: BTreeMap<OperatorId, usize> = ids.into_iter().enumerate().map(|(at, id)| (id, at)).collect();
        let vertices = tasks.iter().map(|task| self.vertex(task, &positions)).collect::<Option<Vec<_>>>()?;
        let configuration = self.field(root, "jobConfiguration").map(|it| self.configuration(it)).unwrap_or_default();
        let option = |names: &[&str]| names.iter().find_map(|name| configuration.get(*name));
        Some(Target {
            sources: vec![TargetSource {
                place: place.to_owned(),
                kind: "job_graph".to_owned(),
                completeness: TargetCompleteness::Full.into(),
            }],
            restore: self.field(root, "savepointRestoreSettings").map(|it| self.restore(it)).unwrap_or_default(),
            backend: Backend {
                kind: option(&["state.backend.type", "state.backend"]).and_then(|kind| BackendKind::parse(kind)),
                timers: None,
                changelog: option(&["state.changelog.enabled", "state.backend.changelog.enabled"])
                    .map(|value| value.eq_ignore_ascii_case("true")),
            },
            is_complete: true,
            chains_known: true,
            uid_hashes_known: true,
            vertices,
            ..Target::default()
        })
    }

    fn vertex(&self, task: &ObjectData<'a>, positions: &BTreeMap<OperatorId, usize>) -> Option<Vertex> {
        let pairs: Vec<_> = self.objects(self.field(task, "operatorIDs")?).collect();
        // The list has the last operator of the chain first.
        let operators = pairs.iter().rev().map(|pair| {
            Some(TargetOperator {
                id: Some(self.id(self.field(pair, "generatedOperatorID")?)?),
                uid_hash: self.field(pair, "userDefinedOperatorID").and_then(|id| self.id(id)),
                uid: self.text(pair, "userDefinedOperatorUid"),
                name: self.text(pair, "userDefinedOperatorName"),
                ..TargetOperator::default()
            })
        });
        let inputs = self.objects(self.field(task, "inputs")?).map(|edge| {
            let producer = self.field(self.field(edge, "source")?, "producer")?;
            let from = *positions.get(&self.id(self.field(producer, "id")?)?)?;
            let strategy = self.text(edge, "shipStrategyName");
            Some(Input { from, partitioner: strategy.as_deref().and_then(Partitioner::parse) })
        });
        Some(Vertex {
            name: self.text(task, "name"),
            parallelism: u32::try_from(self.int(task, "parallelism")?).ok().filter(|parallelism| *parallelism > 0),
            max_parallelism: Some(match u32::try_from(self.int(task, "maxParallelism")?) {
                Ok(set) if set > 0 => MaxParallelism::Explicit(set),
                // -1: nothing sets it (`JobVertex.MAX_PARALLELISM_DEFAULT`).
                _ => MaxParallelism::Derived,
            }),
            operators: operators.collect::<Option<_>>()?,
            inputs: Some(inputs.collect::<Option<_>>()?),
        })
    }

    /// A graph that is made without a snapshot says nothing of how it will be started.
    fn restore(&self, settings: &ObjectData<'a>) -> RestoreSettings {
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
