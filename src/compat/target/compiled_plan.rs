//! Compiled plans of SQL (`COMPILE PLAN`): nodes with numbers and types, of which the uids of operators are made (`ExecNodeContext.generateUid`).
//!
//! A plan does not tell how its operators are chained, how many subtasks they have, nor what connectors make of sources and sinks.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::sql_node::{self, Made, MadeOperator};
use super::{MaxParallelism, SqlNode, SqlPlan, Target, TargetError, TargetOperator, Vertex};
use crate::identify::{committers_of, operator_id_of};
use crate::report::{TargetCompleteness, TargetSource};

const HINT: &str = "give the JSON that COMPILE PLAN has written, or TableEnvironment.compilePlanSql(…).asJsonString()";

/// How types of streaming nodes begin.
const STREAMING: &str = "stream-exec-";

/// The option that says how uids are made (`ExecutionConfigOptions.TABLE_EXEC_UID_FORMAT`), where a node has one of its own.
const FORMAT: &str = "table.exec.uid.format";

/// Since 1.16. In 1.15 it was [`OLD_FORMAT`].
const DEFAULT_FORMAT: &str = "<id>_<transformation>";

const OLD_FORMAT: &str = "<id>_<type>_<version>_<transformation>";

/// Reads a plan. `None` if the JSON is none.
pub fn compiled_plan(json: &Value, place: &str) -> Result<Option<Target>, TargetError> {
    let (Some(release), Some(nodes)) = (json.get("flinkVersion"), json.get("nodes")) else { return Ok(None) };
    let refused = |cause: String| TargetError::new(place, cause, HINT);
    let release = release.as_str().ok_or_else(|| refused("flinkVersion is no text".to_owned()))?;
    let nodes = nodes.as_array().ok_or_else(|| refused("nodes is no list".to_owned()))?;
    let singles = fed_by_one_subtask(json, nodes);
    let mut plan = SqlPlan::default();
    let mut vertices = Vec::new();
    for (at, node) in nodes.iter().enumerate() {
        let refused = |cause: String| TargetError::new(place, format!("nodes[{at}]: {cause}"), HINT);
        let id = node.get("id").and_then(Value::as_u64).ok_or_else(|| refused("it has no number".to_owned()))?;
        let text = node.get("type").and_then(Value::as_str).ok_or_else(|| refused("it has no type".to_owned()))?;
        if text.starts_with("batch-exec-") {
            return Err(refused(format!("{text:?} is of a batch job, which restores from no snapshot")));
        }
        let (full, version) =
            text.rsplit_once('_').ok_or_else(|| refused(format!("{text:?} is no type with a version")))?;
        let made = sql_node::made(full.strip_prefix(STREAMING).unwrap_or(full), node);
        let format = node.get("configuration").and_then(|of| of.get(FORMAT)).and_then(Value::as_str);
        let uids = Uids { id, full, version, format: format.or_else(|| default_of(release)) };
        let description = node.get("description").and_then(Value::as_str).map(ToOwned::to_owned);
        let expires = if made.tells_expiry { expires(node) } else { None };
        for operator in &made.operators {
            let mut vertex = vertex(operator, &uids, expires);
            vertex.name.clone_from(&description);
            if made.is_single && singles.contains(&id) {
                vertex.parallelism = Some(1);
                vertex.max_parallelism = Some(MaxParallelism::Explicit(1));
            }
            let uid = vertex.operators.first().and_then(|operator| operator.uid.clone());
            vertices.push(vertex);
            if operator.is_sink {
                vertices.extend(uid.iter().flat_map(|uid| committers_of(uid)).map(|uid| committer(&uid)));
            }
        }
        let node = SqlNode {
            name: full.to_owned(),
            is_open: made.is_open,
            connector: sql_node::connector(node).map(ToOwned::to_owned),
            tells_format: format.is_some(),
            transformations: made.operators.iter().map(|operator| operator.transformation).collect(),
            under_the_other_format: uids.under_the_other_format(&made),
        };
        if plan.nodes.insert(id, node).is_some() {
            return Err(refused(format!("its number {id} is that of another node, too")));
        }
    }
    let is_complete = plan.nodes.values().all(|node| !node.is_open);
    Ok(Some(Target {
        sources: vec![TargetSource {
            place: place.to_owned(),
            kind: "compiled_plan".to_owned(),
            completeness: if is_complete { TargetCompleteness::Full } else { TargetCompleteness::Candidates }.into(),
        }],
        vertices,
        is_complete,
        // SQL has no setUidHash.
        uid_hashes_known: true,
        sql: Some(plan),
        ..Target::default()
    }))
}

/// What is known to be a format, of the releases that have one. A plan of 1.15 may run on a later release, with another one.
fn default_of(release: &str) -> Option<&'static str> {
    (!release.starts_with("1.14") && !release.starts_with("1.15")).then_some(DEFAULT_FORMAT)
}

/// Of what the uids of a node are made.
struct Uids<'p> {
    id: u64,
    full: &'p str,
    version: &'p str,
    format: Option<&'p str>,
}

impl Uids<'_> {
    fn uid(&self, format: &str, transformation: &str) -> String {
        // As `StringUtils.replaceEach` does it; no part has one of the others in it.
        format
            .replace("<id>", &self.id.to_string())
            .replace("<type>", self.full)
            .replace("<version>", self.version)
            .replace("<transformation>", transformation)
    }

    /// uids in the formats that this node does not use.
    fn under_the_other_format(&self, made: &Made) -> Vec<String> {
        let others = [DEFAULT_FORMAT, OLD_FORMAT].into_iter().filter(|format| Some(*format) != self.format);
        let transformations = made.operators.iter().map(|operator| operator.transformation);
        others
            .flat_map(|format| transformations.clone().map(move |transformation| (format, transformation)))
            .map(|(format, transformation)| self.uid(format, transformation))
            .collect()
    }
}

fn vertex(operator: &MadeOperator, uids: &Uids<'_>, expires: Option<bool>) -> Vertex {
    let uid = uids.format.map(|format| uids.uid(format, operator.transformation));
    Vertex {
        operators: vec![TargetOperator {
            id: uid.as_deref().map(operator_id_of),
            uid,
            has_state: operator.has_state,
            may_be_absent: operator.may_be_absent,
            expires,
            ..TargetOperator::default()
        }],
        ..Vertex::default()
    }
}

fn committer(uid: &str) -> Vertex {
    Vertex {
        operators: vec![TargetOperator {
            id: Some(operator_id_of(uid)),
            uid: Some(uid.to_owned()),
            may_be_absent: true,
            ..TargetOperator::default()
        }],
        ..Vertex::default()
    }
}

/// Nodes behind an exchange that hands everything to one subtask, or that ask for it themselves (`ExecNodeBase.inputsContainSingleton`).
fn fed_by_one_subtask(json: &Value, nodes: &[Value]) -> BTreeSet<u64> {
    let number = |value: &Value, name: &str| value.get(name).and_then(Value::as_u64);
    let asks = |node: &Value| {
        let inputs = node.get("inputProperties").and_then(Value::as_array).into_iter().flatten();
        let distribution = |input: &Value| input.get("requiredDistribution").and_then(|it| it.get("type")).cloned();
        inputs.filter_map(distribution).any(|kind| kind == "SINGLETON")
    };
    let asking: BTreeMap<u64, bool> = nodes
        .iter()
        .filter(|node| asks(node))
        .filter_map(|node| {
            let is_exchange = node.get("type").and_then(Value::as_str).is_some_and(|text| text.contains("-exchange_"));
            Some((number(node, "id")?, is_exchange))
        })
        .collect();
    let edges = json.get("edges").and_then(Value::as_array).into_iter().flatten();
    let behind = edges.filter_map(|edge| {
        let is_behind = asking.get(&number(edge, "source")?).copied()?;
        is_behind.then(|| number(edge, "target")).flatten()
    });
    asking.keys().copied().chain(behind).collect()
}

/// Whether the values of a node expire: its states have times, and `0 ms` is none (`StateMetadata`).
fn expires(node: &Value) -> Option<bool> {
    let states = node.get("state")?.as_array()?;
    let times: Option<BTreeSet<bool>> = states
        .iter()
        .map(|state| {
            let digits: String = state.get("ttl")?.as_str()?.chars().take_while(char::is_ascii_digit).collect();
            Some(digits.parse::<u64>().ok()? > 0)
        })
        .collect();
    let times = times?;
    if times.len() == 1 { times.first().copied() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(json: &Value) -> Target {
        compiled_plan(json, "plan").expect("a plan").expect("a plan")
    }

    fn aggregate(format: &Value) -> Value {
        json!({"flinkVersion": "2.3", "nodes": [
            {"id": 7, "type": "stream-exec-group-aggregate_1", "configuration": format,
             "state": [{"index": 0, "ttl": "12 h", "name": "groupAggregateState"}]}], "edges": []})
    }

    fn uid(target: &Target) -> Option<&str> {
        target.operators().next().and_then(|(_, operator)| operator.uid.as_deref())
    }

    #[test]
    fn uids_are_made_by_the_format_of_the_node_or_by_that_of_the_release() {
        assert_eq!(uid(&read(&aggregate(&json!({})))), Some("7_group-aggregate"));
        let own = json!({"table.exec.uid.format": "<id>_<type>_<version>_<transformation>"});
        assert_eq!(uid(&read(&aggregate(&own))), Some("7_stream-exec-group-aggregate_1_group-aggregate"));
        let mut old = aggregate(&json!({}));
        old["flinkVersion"] = "1.15".into();
        assert_eq!(uid(&read(&old)), None, "on which release it runs is not known");
    }

    #[test]
    fn a_time_that_is_none_is_no_expiry() {
        let of = |target: &Target| target.operators().next().and_then(|(_, operator)| operator.expires);
        let mut plan = aggregate(&json!({}));
        assert_eq!(of(&read(&plan)), Some(true));
        plan["nodes"][0]["state"][0]["ttl"] = "0 ms".into();
        assert_eq!(of(&read(&plan)), Some(false));
        plan["nodes"][0]["state"] = Value::Null;
        assert_eq!(of(&read(&plan)), None);
    }

    #[test]
    fn behind_an_exchange_to_one_subtask_is_one_subtask() {
        let plan = json!({"flinkVersion": "1.20", "nodes": [
            {"id": 1, "type": "stream-exec-exchange_1",
             "inputProperties": [{"requiredDistribution": {"type": "SINGLETON"}}]},
            {"id": 2, "type": "stream-exec-group-aggregate_1",
             "inputProperties": [{"requiredDistribution": {"type": "UNKNOWN"}}]}],
            "edges": [{"source": 1, "target": 2}]});
        let target = read(&plan);
        assert_eq!(target.vertices.len(), 1);
        assert_eq!(target.vertices[0].max_parallelism, Some(MaxParallelism::Explicit(1)));
    }

    #[test]
    fn what_is_no_plan_of_sql_is_left_to_others_and_what_is_broken_is_refused() {
        assert_eq!(compiled_plan(&json!({"nodes": []}), "plan"), Ok(None));
        assert_eq!(compiled_plan(&json!([]), "plan"), Ok(None));
        let node = json!({"id": 1, "type": "stream-exec-calc_1"});
        for nodes in [
            json!(7),
            json!([7]),
            json!([{"type": "stream-exec-calc_1"}]),
            json!([{"id": 1}]),
            json!([{"id": 1, "type": "calc"}]),
            json!([{"id": 1, "type": "batch-exec-calc_1"}]),
            json!([node, node]),
        ] {
            let plan = json!({"flinkVersion": "2.3", "nodes": nodes});
            let error = compiled_plan(&plan, "plan").expect_err("broken");
            assert!(!error.to_string().contains('\n'), "{error}");
        }
    }
}
