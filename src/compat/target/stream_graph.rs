//! The stream graph (`org.apache.flink.streaming.api.graph.StreamGraph`, serializable since 2.0): every operator with its uid, the edges, and
//! how the job is started. Which operators will be chained is decided later (`StreamingJobGraphGenerator`), by what the operators' own classes
//! say; so what depends on the chain is told only of an operator that is certainly the first of one.
//!
//! An id that follows from a uid is known here. One that follows from the topology depends on the chains, too, and is not.

use std::collections::BTreeMap;

use super::java_graph::{Graph, entries};
use super::{Input, MaxParallelism, Partitioner, Target, TargetOperator, Vertex};
use crate::codec::{JavaValue, ObjectData};
use crate::identify::{operator_id_of, parse_operator_id};
use crate::report::{TargetCompleteness, TargetSource};

/// What a node has, as far as other nodes ask for it.
struct Known {
    parallelism: Option<u32>,
    inputs: usize,
}

impl<'a> Graph<'a> {
    /// `None` if fields are missing that every known release has.
    pub(super) fn of_nodes(&self, root: &ObjectData<'a>, place: &str) -> Option<Target> {
        let holder = self.field(root, "userDefinedObjectsHolder")?;
        let inside = self.inside(self.field(holder, "serializedStreamNodes")?)?;
        Some(Target {
            sources: vec![TargetSource {
                place: place.to_owned(),
                kind: "stream_graph".to_owned(),
                completeness: TargetCompleteness::Full.into(),
            }],
            restore: self.restore(root),
            backend: self.backend(root),
            vertices: inside.nodes()?,
            is_complete: true,
            uid_hashes_known: true,
            ..Target::default()
        })
    }

    /// The nodes of the map that is the root.
    fn nodes(&self) -> Option<Vec<Vertex>> {
        let map = self.stream.object(self.stream.root)?;
        let nodes = entries(map).into_iter().filter_map(|(_, node)| self.stream.object(node));
        // A hash map has no order; numbers are given in the order of the program.
        let nodes: BTreeMap<i32, &ObjectData<'_>> =
            nodes.map(|node| Some((self.int(node, "id")?, node))).collect::<Option<_>>()?;
        let positions: BTreeMap<i32, usize> = nodes.keys().enumerate().map(|(at, id)| (*id, at)).collect();
        let known = nodes.values().map(|node| {
            let inputs = self.objects(self.field(node, "inEdges")?).count();
            Some(Known { parallelism: self.positive(node, "parallelism"), inputs })
        });
        let known: Vec<Known> = known.collect::<Option<_>>()?;
        nodes.values().map(|node| self.node(node, &positions, &known)).collect()
    }

    fn node(&self, node: &ObjectData<'a>, positions: &BTreeMap<i32, usize>, known: &[Known]) -> Option<Vertex> {
        let uid = self.text(node, "transformationUID");
        let inputs = self.objects(self.field(node, "inEdges")?).map(|edge| {
            let from = *positions.get(&self.int(edge, "sourceId")?)?;
            Some(Input { from, partitioner: self.partitioner(edge) })
        });
        let inputs: Vec<Input> = inputs.collect::<Option<_>>()?;
        let parallelism = self.positive(node, "parallelism");
        let max_parallelism = self.is_head(node, &inputs, parallelism, positions, known).then(|| {
            // -1: nothing sets it.
            self.positive(node, "maxParallelism").map_or(MaxParallelism::Derived, MaxParallelism::Explicit)
        });
        let name = self.text(node, "operatorName");
        Some(Vertex {
            name: name.clone(),
            parallelism,
            max_parallelism,
            operators: vec![TargetOperator {
                id: uid.as_deref().map(operator_id_of),
                uid_hash: self.text(node, "userHash").as_deref().and_then(parse_operator_id),
                uid,
                name,
                ..TargetOperator::default()
            }],
            inputs: Some(inputs),
        })
    }

    /// Whether it is certainly the first operator of its chain: only an operator with one input is chained to what is in front of it, only by a
    /// forward edge, and only where the parallelism is the same (`StreamingJobGraphGenerator.isChainable`). A source may be chained into an
    /// operator with several inputs behind it (`ChainingStrategy.HEAD_WITH_SOURCES`).
    fn is_head(
        &self,
        node: &ObjectData<'a>,
        inputs: &[Input],
        parallelism: Option<u32>,
        positions: &BTreeMap<i32, usize>,
        known: &[Known],
    ) -> bool {
        match inputs {
            [] => {
                let out_edges = self.field(node, "outEdges").map(|edges| self.objects(edges).collect::<Vec<_>>());
                out_edges.is_some_and(|edges| {
                    edges.into_iter().all(|edge| {
                        let behind = self.int(edge, "targetId").and_then(|id| positions.get(&id));
                        behind.and_then(|at| known.get(*at)).is_some_and(|behind| behind.inputs < 2)
                    })
                })
            }
            [input] => {
                let before = known.get(input.from).and_then(|before| before.parallelism);
                let differs = before.zip(parallelism).is_some_and(|(before, own)| before != own);
                differs || input.partitioner.is_some_and(|partitioner| partitioner != Partitioner::Forward)
            }
            _ => true,
        }
    }

    fn positive(&self, object: &ObjectData<'a>, name: &str) -> Option<u32> {
        u32::try_from(self.int(object, name)?).ok().filter(|number| *number > 0)
    }

    /// By its class. One that decides later, by the parallelism that is found then, is not known.
    fn partitioner(&self, edge: &ObjectData<'a>) -> Option<Partitioner> {
        let partitioner @ JavaValue::Reference(_) = self.stream.field(edge, "outputPartitioner")? else { return None };
        let class = self.class(self.stream.object(partitioner)?)?;
        match class.rsplit('.').next()? {
            "ForwardPartitioner" => Some(Partitioner::Forward),
            "RescalePartitioner" => Some(Partitioner::Rescale),
            "RebalancePartitioner" => Some(Partitioner::Rebalance),
            "ShufflePartitioner" => Some(Partitioner::Shuffle),
            "KeyGroupStreamPartitioner" => Some(Partitioner::Hash),
            "GlobalPartitioner" => Some(Partitioner::Global),
            "BroadcastPartitioner" => Some(Partitioner::Broadcast),
            "CustomPartitionerWrapper" => Some(Partitioner::Custom),
            _ => None,
        }
    }
}
