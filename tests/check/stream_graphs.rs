//! Stream graphs of real Flink, and the job graphs that it made of them: one must not say anything that the other does not.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use keepoint::compat::Target;
use keepoint::compat::target::{self, MaxParallelism, TargetOperator, Vertex};

fn graph(file: &Path) -> Target {
    let mut bytes = Vec::new();
    let open = fs::File::open(file).expect("a graph");
    flate2::read::GzDecoder::new(open).read_to_end(&mut bytes).expect("gzip");
    target::job_graph(&bytes, "graph").unwrap_or_else(|error| panic!("{}: {error}", file.display())).expect("a graph")
}

/// Directories of jobs with both graphs.
fn jobs() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/pairs/2.3.0");
    let below = |directory: &Path| -> Vec<PathBuf> {
        fs::read_dir(directory).expect("a directory").map(|entry| entry.expect("an entry").path()).collect()
    };
    let mut jobs: Vec<_> = below(&root).iter().flat_map(|family| below(family)).collect();
    jobs.retain(|job| job.join("stream-graph.bin.gz").is_file() && job.join("job-graph.bin.gz").is_file());
    jobs.sort();
    jobs
}

fn by_uid(target: &Target) -> BTreeMap<&str, (&Vertex, usize, &TargetOperator)> {
    let each = target.operators().filter_map(|(place, operator)| {
        Some((operator.uid.as_deref()?, (target.vertices.get(place.vertex)?, place.operator, operator)))
    });
    each.collect()
}

#[test]
fn a_stream_graph_says_of_each_operator_what_the_job_graph_of_the_same_job_does() {
    let jobs = jobs();
    assert!(jobs.len() > 80, "only {} jobs have both graphs", jobs.len());
    let (mut heads_told, mut compared, mut edges) = (0, 0, 0);
    for directory in jobs {
        let job = directory.display();
        let nodes = graph(&directory.join("stream-graph.bin.gz"));
        let tasks = graph(&directory.join("job-graph.bin.gz"));
        assert!(nodes.is_complete && nodes.uid_hashes_known && !nodes.chains_known, "{job}");
        assert_eq!(nodes.operators().count(), tasks.operators().count(), "{job}: number of operators");
        assert_eq!((nodes.restore, nodes.backend), (tasks.restore, tasks.backend), "{job}");
        let hashes = |target: &Target| {
            let mut hashes: Vec<_> = target.operators().filter_map(|(_, operator)| operator.uid_hash).collect();
            hashes.sort_unstable();
            hashes
        };
        assert_eq!(hashes(&nodes), hashes(&tasks), "{job}: setUidHash");
        let (own, others) = (by_uid(&nodes), by_uid(&tasks));
        assert_eq!(own.keys().collect::<Vec<_>>(), others.keys().collect::<Vec<_>>(), "{job}: uids");
        for (uid, (vertex, _, operator)) in own {
            let (task, position, other) = others[uid];
            assert_eq!((operator.id, operator.uid_hash), (other.id, other.uid_hash), "{job} {uid}");
            assert_eq!(vertex.parallelism, task.parallelism, "{job} {uid}");
            if let Some(told) = vertex.max_parallelism {
                assert_eq!((Some(told), position), (task.max_parallelism, 0), "{job} {uid}: it is told of heads alone");
                heads_told += 1;
            }
            compared += 1;
        }
        // Every edge between tasks is one between operators, handed on in the same way.
        let between_tasks = tasks.vertices.iter().flat_map(|vertex| vertex.inputs.iter().flatten()).count();
        let between_nodes = nodes.vertices.iter().flat_map(|vertex| vertex.inputs.iter().flatten()).count();
        assert!(between_nodes >= between_tasks, "{job}: {between_nodes} edges, and {between_tasks} of tasks");
        edges += between_nodes;
    }
    assert!(heads_told > 150 && compared > 300 && edges > 200, "{heads_told} {compared} {edges}");
}

#[test]
fn key_groups_that_are_set_are_told() {
    let jobs = jobs();
    let targets = jobs.iter().map(|job| graph(&job.join("stream-graph.bin.gz")));
    let set = targets
        .flat_map(|target| target.vertices)
        .filter(|vertex| matches!(vertex.max_parallelism, Some(MaxParallelism::Explicit(_))));
    assert!(set.count() > 5);
}
