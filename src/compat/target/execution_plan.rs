//! What `flink info` prints: the plan of the stream graph (`JSONGenerator`), between two lines that are made of dashes (`CliFrontend.info`). It
//! has every operator with name and parallelism, and neither uids nor ids: which operator of a snapshot is which it does not tell.

use std::collections::BTreeMap;

use serde_json::{Deserializer, Value};

use super::{Input, Partitioner, Target, TargetError, TargetOperator, Vertex};
use crate::report::{TargetCompleteness, TargetSource};

const HINT: &str = "give what `flink info` prints, from the line with \"Execution Plan\" on";

/// Stands in the line in front of the plan.
const TITLE: &str = " Execution Plan ";

/// Reads a plan, with the lines around it or without. `None` if the text is none.
pub fn execution_plan(text: &str, place: &str) -> Result<Option<Target>, TargetError> {
    let title = text.lines().find(|line| line.starts_with("---") && line.contains(TITLE));
    let Some(title) = title else {
        return match serde_json::from_str(text) {
            Ok(json) => target(&json, place),
            Err(_) => Ok(None),
        };
    };
    let behind = text.split_once(title).map_or("", |(_, behind)| behind);
    let refused = |cause: String| TargetError::new(place, cause, HINT);
    // Behind the plan there are a line of dashes and what the program says about itself.
    let json: Value = match Deserializer::from_str(behind).into_iter().next() {
        Some(Ok(json)) => json,
        Some(Err(error)) => return Err(refused(format!("the plan behind its title is cut off or changed: {error}"))),
        None => return Err(refused("there is no plan behind its title".to_owned())),
    };
    target(&json, place)?.map(Some).ok_or_else(|| refused("the plan behind its title has no operators".to_owned()))
}

fn target(json: &Value, place: &str) -> Result<Option<Target>, TargetError> {
    let Some(nodes) = json.get("nodes").and_then(Value::as_array) else { return Ok(None) };
    // No other plan calls the kind of a node its pact.
    if nodes.is_empty() || nodes.iter().any(|node| node.get("pact").is_none()) {
        return Ok(None);
    }
    let number = |value: &Value, name: &str| value.get(name).and_then(Value::as_i64);
    let positions: BTreeMap<i64, usize> =
        nodes.iter().enumerate().filter_map(|(at, node)| Some((number(node, "id")?, at))).collect();
    let mut vertices = Vec::with_capacity(nodes.len());
    for (at, node) in nodes.iter().enumerate() {
        let predecessors = node.get("predecessors").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let inputs = predecessors.iter().map(|before| {
            let from = number(before, "id").and_then(|id| positions.get(&id).copied()).ok_or_else(|| {
                TargetError::new(place, format!("nodes[{at}]: a predecessor is no node of the plan"), HINT)
            })?;
            let strategy = before.get("ship_strategy").and_then(Value::as_str);
            Ok(Input { from, partitioner: strategy.and_then(Partitioner::parse) })
        });
        let inputs = inputs.collect::<Result<_, TargetError>>()?;
        let name = node.get("type").and_then(Value::as_str).map(ToOwned::to_owned);
        let parallelism = number(node, "parallelism").and_then(|number| u32::try_from(number).ok());
        vertices.push(Vertex {
            name: name.clone(),
            parallelism: parallelism.filter(|parallelism| *parallelism > 0),
            max_parallelism: None,
            operators: vec![TargetOperator { name, ..TargetOperator::default() }],
            inputs: Some(inputs),
        });
    }
    Ok(Some(Target {
        sources: vec![TargetSource {
            place: place.to_owned(),
            kind: "execution_plan".to_owned(),
            completeness: TargetCompleteness::Full.into(),
        }],
        vertices,
        is_complete: true,
        ..Target::default()
    }))
}
