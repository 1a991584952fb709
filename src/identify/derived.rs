//! uids that nobody writes as they are: Flink makes them from others, by rules of its own.

use std::fmt::Write as _;

/// A uid that follows from another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Derivation {
    /// The uid itself. The writer of a sink has that of the sink.
    Itself,
    /// Text in front of it and behind it.
    Around(&'static str, &'static str),
}

/// What `SinkTransformationTranslator.concatUid` makes of the uid of a sink, in the releases from 1.12 on; the last ones are of
/// `FileSink.addPreCommitTopology`, whose own uids are put behind that of the sink.
const OF_SINKS: [Derivation; 8] = [
    Derivation::Itself,
    Derivation::Around("Sink Committer: ", ""),
    Derivation::Around("Sink ", " Global Committer"),
    Derivation::Around("Sink Writer: ", ""),
    Derivation::Around("", ": Writer"),
    Derivation::Around("", ": Committer"),
    Derivation::Around("", ": FileSinkCompactorCoordinator"),
    Derivation::Around("", ": FileSinkCompactorOperator"),
];

/// Calls `show` with the uid and with each that Flink may make of it.
pub(super) fn each_derived(uid: &str, buffer: &mut String, show: &mut dyn FnMut(&str)) {
    for derivation in OF_SINKS {
        match derivation {
            Derivation::Itself => show(uid),
            Derivation::Around(before, behind) => {
                buffer.clear();
                buffer.push_str(before);
                buffer.push_str(uid);
                buffer.push_str(behind);
                show(buffer);
            }
        }
    }
}

/// What an operator of a custom sink topology is called that has a uid of its own: `<uid of the sink>: <its own>`.
pub(super) fn in_sink(sink: &str, own: &str, buffer: &mut String) {
    buffer.clear();
    buffer.push_str(sink);
    buffer.push_str(": ");
    buffer.push_str(own);
}

/// The ids of the committers of a sink: what they are, and their uid.
#[must_use]
pub fn committers_of(sink: &str) -> [String; 2] {
    [format!("Sink Committer: {sink}"), format!("Sink {sink} Global Committer")]
}

/// The transformations of the streaming nodes of SQL (`ExecNodeBase.createTransformationMeta` and its callers), and the names that
/// connectors ask for through their provider context.
pub(super) const SQL_TRANSFORMATIONS: &[&str] = &[
    "async-calc",
    "async-correlate",
    "async-lookup-join",
    "calc",
    "changelog-normalize",
    "constraint-validator",
    "correlate",
    "cross-calc",
    "custom-shuffle",
    "data-generator",
    "deduplicate",
    "delta-join",
    "drop-update-before",
    "exchange",
    "expand",
    "filter-left",
    "filter-right",
    "global-group-aggregate",
    "global-window-aggregate",
    "group-aggregate",
    "group-table-aggregate",
    "group-window-aggregate",
    "incremental-group-aggregate",
    "interval-join",
    "join",
    "kafka",
    "limit",
    "local-group-aggregate",
    "local-window-aggregate",
    "lookup-join",
    "lookup-join-key-ordered",
    "lookup-join-materialize",
    "match",
    "mini-batch-assigner",
    "ml-predict",
    "ml-predict-table-function",
    "multi-join",
    "not-null-enforcer",
    "over-aggregate",
    "pad-left",
    "pad-right",
    "partitioner",
    "process",
    "python-async-calc",
    "python-calc",
    "python-correlate",
    "python-group-aggregate",
    "python-group-table-aggregate",
    "python-group-window-aggregate",
    "python-over-aggregate",
    "rank",
    "row-kind-setter",
    "sink",
    "sort",
    "sort-limit",
    "source",
    "streaming-arrow-python-over",
    "temporal-join",
    "temporal-sort",
    "timestamp-inserter",
    "union",
    "upsert-materialize",
    "values",
    "vector-search",
    "vector-search-table-function",
    "watermark-assigner",
    "watermark-timestamp-assigner",
    "window",
    "window-aggregate",
    "window-deduplicate",
    "window-join",
    "window-rank",
];

/// The number of the node of which SQL made the operator with this uid; `None` if it is none of SQL's own.
#[must_use]
pub fn sql_node_of(uid: &str) -> Option<u64> {
    let (number, transformation) = uid.split_once('_')?;
    // In the format of 1.15 type and version are in between.
    let transformation = transformation.rsplit('_').next()?;
    SQL_TRANSFORMATIONS.binary_search(&transformation).ok()?;
    number.parse().ok()
}

/// A node of a compiled plan, as far as uids are made of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SqlNode<'a> {
    /// Its number in the plan.
    pub(super) id: u64,
    /// `stream-exec-group-aggregate`, and `1`: its type without and behind the last underscore. Absent where only numbers are tried.
    pub(super) type_and_version: Option<(&'a str, &'a str)>,
}

/// Calls `show` with each uid that an operator of a node may have (`ExecutionConfigOptions.TABLE_EXEC_UID_FORMAT`): since 1.16
/// `<id>_<transformation>`, in 1.15 `<id>_<type>_<version>_<transformation>`. A format of one's own cannot be known.
pub(super) fn each_of_sql(node: SqlNode<'_>, buffer: &mut String, show: &mut dyn FnMut(&str)) {
    for transformation in SQL_TRANSFORMATIONS {
        buffer.clear();
        // Writing to a string does not fail.
        let _ = write!(buffer, "{}_{transformation}", node.id);
        show(buffer);
        if let Some((name, version)) = node.type_and_version {
            buffer.clear();
            let _ = write!(buffer, "{}_{name}_{version}_{transformation}", node.id);
            show(buffer);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sinks_own_uid_comes_first_and_is_that_of_its_writer() {
        let mut seen = Vec::new();
        each_derived("clicks", &mut String::new(), &mut |uid| seen.push(uid.to_owned()));
        assert_eq!(seen[..3], ["clicks", "Sink Committer: clicks", "Sink clicks Global Committer"]);
        assert_eq!(committers_of("clicks")[..], seen[1..3]);
    }

    #[test]
    fn a_node_of_sql_has_a_uid_for_each_transformation_in_the_formats_of_the_releases() {
        let mut seen = Vec::new();
        let node = SqlNode { id: 7, type_and_version: Some(("stream-exec-group-aggregate", "1")) };
        each_of_sql(node, &mut String::new(), &mut |uid| seen.push(uid.to_owned()));
        for uid in ["7_group-aggregate", "7_stream-exec-group-aggregate_1_group-aggregate"] {
            assert!(seen.iter().any(|each| each == uid), "{uid}");
        }
    }

    #[test]
    fn a_uid_of_sql_begins_with_the_number_of_its_node() {
        assert_eq!(sql_node_of("7_group-aggregate"), Some(7));
        assert_eq!(sql_node_of("7_stream-exec-group-aggregate_1_group-aggregate"), Some(7));
        for other in ["group-aggregate", "x_calc", "7_numbers", "", "_calc"] {
            assert_eq!(sql_node_of(other), None, "{other}");
        }
    }

    #[test]
    fn no_transformation_is_named_twice() {
        assert!(SQL_TRANSFORMATIONS.is_sorted_by(|a, b| a < b));
    }
}
