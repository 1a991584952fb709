//! Which operators Flink makes of a node of a compiled plan of SQL, by the type of the node (`StreamExec*` and `CommonExec*`, read in 1.15.4,
//! 1.20.3 and 2.3.0, and held against the snapshots of Flink's own restore tests).
//!
//! Only what follows from the plan alone is certain. What a connector makes is the connector's own affair, and a type that is not here may
//! become anything.

use serde_json::Value;

/// What becomes of a node.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Made {
    /// Its operators.
    pub(super) operators: Vec<MadeOperator>,
    /// There may be others.
    pub(super) is_open: bool,
    /// It is one transformation, which an input from a single subtask makes one of a single subtask (`SingleTransformationTranslator`).
    pub(super) is_single: bool,
    /// All of its values expire after the same settings, so that they do or do not together.
    pub(super) tells_expiry: bool,
}

/// An operator of a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct MadeOperator {
    /// Its name within the node, the last part of the uid.
    pub(super) transformation: &'static str,
    /// It keeps state.
    pub(super) has_state: Option<bool>,
    /// Nothing in the plan says for certain that it is there.
    pub(super) may_be_absent: bool,
    /// Committers go with it, whose uids follow from its own (`SinkTransformationTranslator`).
    pub(super) is_sink: bool,
}

/// Types of which each becomes one operator that keeps state, of the same name but for the prefix.
const STATEFUL: [&str; 19] = [
    "async-calc",
    "changelog-normalize",
    "deduplicate",
    "global-group-aggregate",
    "global-window-aggregate",
    "group-aggregate",
    "group-window-aggregate",
    "incremental-group-aggregate",
    "join",
    "multi-join",
    "over-aggregate",
    "rank",
    "temporal-join",
    "temporal-sort",
    "window-aggregate",
    "window-deduplicate",
    "window-join",
    "window-rank",
    "match",
];

/// The same without state.
const STATELESS: [&str; 9] = [
    "calc",
    "correlate",
    "drop-update-before",
    "expand",
    "local-group-aggregate",
    "local-window-aggregate",
    "mini-batch-assigner",
    "values",
    "watermark-assigner",
];

/// Types that hand records on, and become no operator.
const EDGES: [&str; 2] = ["exchange", "union"];

/// Types that are no single transformation for Flink, even where they are here (`MultipleTransformationTranslator`).
const SEVERAL: [&str; 2] = ["match", "temporal-sort"];

/// Types whose states have one time of expiry, if any (`StateConfigUtil.createTtlConfig` around every state that they register).
const ONE_EXPIRY: [&str; 3] = ["group-aggregate", "global-group-aggregate", "deduplicate"];

/// Connectors whose source is one operator of a name that is known: that of Kafka asks for it (`KafkaDynamicSource.KAFKA_TRANSFORMATION`,
/// read in 3.4.0, 4.0.1 and 5.0.0 of the connector).
const SOURCES: [(&str, &str); 2] = [("kafka", "kafka"), ("upsert-kafka", "kafka")];

/// What becomes of a node of this type; `name` is without prefix and version.
pub(super) fn made(name: &str, node: &Value) -> Made {
    let of_list = |list: &[&'static str]| list.iter().copied().find(|each| *each == name);
    if let Some(transformation) = of_list(&STATEFUL) {
        let mut made = single(transformation, Some(true));
        made.tells_expiry = ONE_EXPIRY.contains(&name);
        made.is_single = !SEVERAL.contains(&name);
        if name == "match" {
            made.operators.push(possible("timestamp-inserter", Some(false)));
        }
        return made;
    }
    if let Some(transformation) = of_list(&STATELESS) {
        return single(transformation, Some(false));
    }
    if EDGES.contains(&name) {
        return Made::default();
    }
    match name {
        // Both are a rank (`StreamExecLimit` and `StreamExecSortLimit` extend `StreamExecRank`).
        "limit" | "sort-limit" => single("rank", Some(true)),
        "window-table-function" => single("window", None),
        "interval-join" => interval_join(node),
        "lookup-join" => Made {
            operators: vec![certain("lookup-join", None), possible("lookup-join-materialize", Some(true))],
            is_open: true,
            ..Made::default()
        },
        "table-source-scan" => source(node),
        "sink" => sink(node),
        _ => Made { is_open: true, ..Made::default() },
    }
}

/// Whether only a node of a statement becomes an operator with state of this name, and no source or sink.
pub(in crate::compat) fn is_of_a_statement(transformation: &str) -> bool {
    STATEFUL.contains(&transformation)
}

/// The connector of a source or sink, where the plan has the options of its table (`table.plan.compile.catalog-objects`).
pub(super) fn connector(node: &Value) -> Option<&str> {
    let table = ["scanTableSource", "dynamicTableSink"].into_iter().find_map(|name| node.get(name))?.get("table")?;
    table.get("resolvedTable")?.get("options")?.get("connector")?.as_str()
}

fn certain(transformation: &'static str, has_state: Option<bool>) -> MadeOperator {
    MadeOperator { transformation, has_state, may_be_absent: false, is_sink: false }
}

fn possible(transformation: &'static str, has_state: Option<bool>) -> MadeOperator {
    MadeOperator { may_be_absent: true, ..certain(transformation, has_state) }
}

fn single(transformation: &'static str, has_state: Option<bool>) -> Made {
    Made { operators: vec![certain(transformation, has_state)], is_single: true, ..Made::default() }
}

/// Bounds that no record can be within leave filters and paddings (`StreamExecIntervalJoin`).
fn interval_join(node: &Value) -> Made {
    let bounds = node.get("intervalJoinSpec").and_then(|spec| spec.get("windowBounds"));
    let bound = |name: &str| bounds.and_then(|bounds| bounds.get(name)).and_then(Value::as_i64);
    let stateless = ["filter-left", "filter-right", "pad-left", "pad-right"].map(|name| possible(name, Some(false)));
    match (bound("leftLowerBound"), bound("leftUpperBound")) {
        (Some(lower), Some(upper)) if lower <= upper => {
            Made { operators: vec![certain("interval-join", Some(true))], ..Made::default() }
        }
        (Some(_), Some(_)) => Made { operators: stateless.to_vec(), ..Made::default() },
        _ => Made {
            operators: stateless.into_iter().chain([possible("interval-join", Some(true))]).collect(),
            is_open: true,
            ..Made::default()
        },
    }
}

fn source(node: &Value) -> Made {
    match connector(node).and_then(|connector| SOURCES.iter().find(|(name, _)| *name == connector)) {
        Some((_, transformation)) => Made { operators: vec![certain(transformation, Some(true))], ..Made::default() },
        None => Made { operators: vec![possible("source", None)], is_open: true, ..Made::default() },
    }
}

fn sink(node: &Value) -> Made {
    let stateless = ["constraint-validator", "partitioner", "row-kind-setter", "timestamp-inserter"];
    let mut operators: Vec<_> = stateless.into_iter().map(|name| possible(name, Some(false))).collect();
    if node.get("requireUpsertMaterialize").and_then(Value::as_bool) == Some(true) {
        operators.push(certain("upsert-materialize", Some(true)));
    }
    operators.push(MadeOperator { is_sink: true, ..possible("sink", None) });
    Made { operators, is_open: true, ..Made::default() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn names(made: &Made) -> Vec<&str> {
        made.operators.iter().map(|operator| operator.transformation).collect()
    }

    #[test]
    fn a_type_that_nobody_knows_is_open_and_certain_of_nothing() {
        let made = made("telepathy", &json!({}));
        assert!(made.is_open && made.operators.is_empty());
    }

    #[test]
    fn only_a_sink_that_says_so_materializes() {
        let has = |node: Value| names(&made("sink", &node)).contains(&"upsert-materialize");
        assert!(has(json!({"requireUpsertMaterialize": true})));
        assert!(!has(json!({"requireUpsertMaterialize": false})) && !has(json!({})));
    }

    #[test]
    fn the_source_of_kafka_is_known_and_that_of_others_is_a_guess() {
        let node = |connector: &str| json!({"scanTableSource": {"table": {"resolvedTable": {"options": {"connector": connector}}}}});
        let kafka = made("table-source-scan", &node("kafka"));
        assert_eq!((names(&kafka), kafka.is_open), (vec!["kafka"], false));
        let other = made("table-source-scan", &node("mine"));
        assert!(other.is_open && other.operators.iter().all(|operator| operator.may_be_absent));
    }

    #[test]
    fn an_interval_that_nothing_is_within_keeps_no_state() {
        let node = |lower: i64, upper: i64| json!({"intervalJoinSpec": {"windowBounds": {"leftLowerBound": lower, "leftUpperBound": upper}}});
        assert_eq!(names(&made("interval-join", &node(-5, 5))), ["interval-join"]);
        assert!(!names(&made("interval-join", &node(5, -5))).contains(&"interval-join"));
    }
}
