//! Plans of the job graph, as Flink's REST API answers them (`/jobs/:id`, `/jobs/:id/plan`, `/jars/:id/plan`): the first operator of each
//! task, its parallelism and the edges. What is chained to it has no id here.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Input, MaxParallelism, Partitioner, Target, TargetError, TargetOperator, Vertex};
use crate::identify::parse_operator_id;
use crate::report::{TargetCompleteness, TargetSource};

const HINT: &str = "save what /jobs/:id, /jobs/:id/plan or /jars/:id/plan of Flink's REST API answers";

/// Reads a plan. `None` if the JSON is none of these answers.
pub fn job_plan(json: &Value, place: &str) -> Result<Option<Target>, TargetError> {
    let plan = json.get("plan").unwrap_or(json);
    let Some(nodes) = plan.get("nodes").and_then(Value::as_array) else { return Ok(None) };
    // The plan of the stream graph numbers its nodes, and so does a compiled plan of SQL.
    if nodes.iter().any(|node| node.get("id").is_some_and(Value::is_number)) {
        return Ok(None);
    }
    let of_vertices = json.get("vertices").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let by_id: BTreeMap<&str, &Value> =
        of_vertices.iter().filter_map(|vertex| Some((vertex.get("id")?.as_str()?, vertex))).collect();
    let positions: BTreeMap<&str, usize> =
        nodes.iter().enumerate().filter_map(|(at, node)| Some((node.get("id")?.as_str()?, at))).collect();
    let mut vertices = Vec::with_capacity(nodes.len());
    for (at, node) in nodes.iter().enumerate() {
        let refused = |cause: String| TargetError::new(place, format!("plan.nodes[{at}]: {cause}"), HINT);
        let text = node.get("id").and_then(Value::as_str).ok_or_else(|| refused("it has no id".to_owned()))?;
        let id = parse_operator_id(text).ok_or_else(|| refused(format!("{text:?} is no id of a task")))?;
        let vertex = by_id.get(text).copied();
        let number = |name: &str| {
            let value = vertex.and_then(|vertex| vertex.get(name)).or_else(|| node.get(name));
            value.and_then(Value::as_u64).and_then(|number| u32::try_from(number).ok()).filter(|number| *number > 0)
        };
        let inputs = node.get("inputs").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let inputs = inputs.iter().map(|input| {
            let from = input.get("id").and_then(Value::as_str).and_then(|id| positions.get(id).copied());
            let from = from.ok_or_else(|| refused("an input names no task of the plan".to_owned()))?;
            let strategy = input.get("ship_strategy").and_then(Value::as_str);
            Ok(Input { from, partitioner: strategy.and_then(Partitioner::parse) })
        });
        let name = vertex.and_then(|vertex| vertex.get("name")).and_then(Value::as_str).map(ToOwned::to_owned);
        vertices.push(Vertex {
            name: name.clone(),
            parallelism: number("parallelism"),
            max_parallelism: number("maxParallelism").map(MaxParallelism::Effective),
            operators: vec![TargetOperator { id: Some(id), name, ..TargetOperator::default() }],
            inputs: Some(inputs.collect::<Result<_, TargetError>>()?),
        });
    }
    Ok(Some(Target {
        sources: vec![TargetSource {
            place: place.to_owned(),
            kind: "job_plan".to_owned(),
            completeness: TargetCompleteness::HeadsOnly.into(),
        }],
        vertices,
        ..Target::default()
    }))
}
