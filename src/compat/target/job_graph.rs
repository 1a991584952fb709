//! The job graph (`org.apache.flink.runtime.jobgraph.JobGraph`): every task with the operators that are chained in it, whether key groups are
//! set, the edges, and how the job is started. Which states operators have is in classes of the program, and not known.

use std::collections::BTreeMap;

use super::java_graph::{Graph, entries};
use super::{Input, MaxParallelism, Partitioner, Target, TargetOperator, Vertex};
use crate::codec::ObjectData;
use crate::model::OperatorId;
use crate::report::{TargetCompleteness, TargetSource};

impl<'a> Graph<'a> {
    /// `None` if fields are missing that every known release has.
    pub(super) fn of_tasks(&self, root: &ObjectData<'a>, place: &str) -> Option<Target> {
        let tasks = entries(self.field(root, "taskVertices")?);
        let tasks: Vec<&ObjectData<'_>> = tasks.into_iter().filter_map(|(_, task)| self.stream.object(task)).collect();
        let ids: Vec<OperatorId> = tasks.iter().map(|task| self.id(self.field(task, "id")?)).collect::<Option<_>>()?;
        let positions: BTreeMap<OperatorId, usize> = ids.into_iter().enumerate().map(|(at, id)| (id, at)).collect();
        let vertices = tasks.iter().map(|task| self.vertex(task, &positions)).collect::<Option<Vec<_>>>()?;
        Some(Target {
            sources: vec![TargetSource {
                place: place.to_owned(),
                kind: "job_graph".to_owned(),
                completeness: TargetCompleteness::Full.into(),
            }],
            restore: self.restore(root),
            backend: self.backend(root),
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
}
