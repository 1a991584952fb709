//! What a saved plan of a job tells about its operators.
//!
//! Three kinds of JSON go by that name: the plan of the job graph (REST `/jobs/:id/plan`, `/jobs/:id`, `/jars/:id/plan`;
//! `JsonPlanGenerator`), whose nodes have ids that are those of the first operator of each task; the plan of the stream graph (`flink
//! info`; `JSONGenerator`), which has names and no ids; and the compiled plan of SQL (`COMPILE PLAN`), which has the numbers that uids
//! are made of.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::derived::SqlNode;
use crate::model::OperatorId;

/// A plan.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    value: Value,
}

/// Separates the operators of a task in its name (`StreamingJobGraphGenerator.createChainedName`).
const CHAINED: &str = " -> ";

impl Plan {
    /// Reads the JSON.
    pub fn parse(bytes: &[u8]) -> Result<Self, serde_json::Error> {
        Ok(Self { value: serde_json::from_slice(bytes)? })
    }

    /// Names of operators, where the plan has one together with an id, and it is not that of several operators.
    pub(super) fn names(&self) -> BTreeMap<OperatorId, String> {
        let mut names = BTreeMap::new();
        self.each_object(&mut |object| {
            let Some(id) = object.get("id").and_then(Value::as_str).and_then(parse_operator_id) else { return };
            // The name of a vertex; where the answer has none, what describes it, which is the name unless the program says otherwise.
            let name = object.get("name").or_else(|| object.get("description")).and_then(Value::as_str);
            let Some(name) = name.map(|name| unescaped(name.strip_suffix("<br/>").unwrap_or(name))) else { return };
            if !name.is_empty() && !name.contains(CHAINED) && !name.contains("<br/>") {
                // A name is more certain than a description.
                if object.contains_key("name") {
                    names.insert(id, name);
                } else {
                    names.entry(id).or_insert(name);
                }
            }
        });
        names
    }

    /// The nodes of a compiled plan of SQL.
    pub(super) fn sql_nodes(&self) -> Vec<SqlNode<'_>> {
        let nodes = self.value.get("nodes").and_then(Value::as_array);
        let nodes = nodes.into_iter().flatten().filter_map(|node| {
            let id = node.get("id")?.as_u64()?;
            let (name, version) = node.get("type")?.as_str()?.rsplit_once('_')?;
            Some(SqlNode { id, type_and_version: Some((name, version)) })
        });
        nodes.collect()
    }

    /// Every text in the plan, and what tasks and descriptions are put together from: programs often have the same name and uid.
    pub(super) fn each_text(&self, show: &mut dyn FnMut(&str)) {
        each_value(&self.value, &mut |value| {
            let Value::String(text) = value else { return };
            show(text);
            let text = unescaped(text);
            for piece in text.split(CHAINED).flat_map(|piece| piece.split("<br/>")).flat_map(|piece| piece.split(", "))
            {
                let piece = piece.trim_matches(|c: char| " +:-()[]".contains(c));
                show(piece);
                for decoration in ["Source: ", "Sink: "] {
                    if let Some(bare) = piece.strip_prefix(decoration) {
                        show(bare);
                    }
                }
                if let Some(bare) = piece.strip_suffix(": Writer") {
                    show(bare);
                }
            }
        });
    }

    fn each_object(&self, show: &mut dyn FnMut(&Map<String, Value>)) {
        each_value(&self.value, &mut |value| {
            if let Value::Object(object) = value {
                show(object);
            }
        });
    }
}

/// The values in a value, itself first. The parser bounds how deep they are nested.
fn each_value<'a>(value: &'a Value, show: &mut dyn FnMut(&'a Value)) {
    show(value);
    match value {
        Value::Array(values) => values.iter().for_each(|value| each_value(value, show)),
        Value::Object(object) => object.values().for_each(|value| each_value(value, show)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// What `JsonPlanGenerator` makes safe for pages (`StringEscapeUtils.escapeHtml4`), as far as texts about operators have it.
fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}

/// 32 hexadecimal digits.
#[must_use]
pub fn parse_operator_id(text: &str) -> Option<OperatorId> {
    if text.len() != 32 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    u128::from_str_radix(text, 16).ok().map(|number| OperatorId(number.to_be_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identify::operator_id_of;

    fn plan(json: &str) -> Plan {
        Plan::parse(json.as_bytes()).expect("JSON")
    }

    fn texts(plan: &Plan) -> Vec<String> {
        let mut texts = Vec::new();
        plan.each_text(&mut |text| texts.push(text.to_owned()));
        texts
    }

    #[test]
    fn a_task_of_one_operator_gives_its_name_and_a_chain_gives_none() {
        let plan = plan(
            r#"{"plan":{"nodes":[
              {"id":"9c32e3838cee893dbb2fc90ccad79598","description":"enrich &amp; count<br/>"},
              {"id":"45b0254a46cabbc3efeea5d2e170ea5b","description":"Source: orders<br/>+- Map<br/>"}]}}"#,
        );
        let names = plan.names();
        assert_eq!(names.get(&operator_id_of("enrich")).map(String::as_str), Some("enrich & count"));
        assert_eq!(names.len(), 1);
        assert!(texts(&plan).iter().any(|text| text == "Map"));
    }

    #[test]
    fn the_name_of_a_vertex_wins_over_the_description() {
        let plan = plan(
            r#"{"vertices":[{"id":"9c32e3838cee893dbb2fc90ccad79598","name":"enrich"}],
                "plan":{"nodes":[{"id":"9c32e3838cee893dbb2fc90ccad79598","description":"adds the shop"}]}}"#,
        );
        assert_eq!(plan.names().get(&operator_id_of("enrich")).map(String::as_str), Some("enrich"));
    }

    #[test]
    fn a_compiled_plan_gives_numbers_and_types_and_that_of_flink_info_only_names() {
        let compiled =
            plan(r#"{"flinkVersion":"2.3","nodes":[{"id":7,"type":"stream-exec-group-aggregate_1"}],"edges":[]}"#);
        let expected = SqlNode { id: 7, type_and_version: Some(("stream-exec-group-aggregate", "1")) };
        assert_eq!(compiled.sql_nodes(), [expected]);
        let info =
            plan(r#"{"nodes":[{"id":1,"type":"Source: orders","pact":"Data Source","contents":"Source: orders"}]}"#);
        assert_eq!((info.sql_nodes(), info.names().len()), (Vec::new(), 0));
        assert!(texts(&info).iter().any(|text| text == "orders"));
    }

    #[test]
    fn an_operator_id_has_32_digits() {
        let id = parse_operator_id("9C32e3838cee893dbb2fc90ccad79598").expect("an id");
        assert_eq!(id, operator_id_of("enrich"));
        for wrong in ["", "9c32", "9c32e3838cee893dbb2fc90ccad7959g", "+c32e3838cee893dbb2fc90ccad79598"] {
            assert_eq!(parse_operator_id(wrong), None, "{wrong}");
        }
    }
}
