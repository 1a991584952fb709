//! What `manifest init` writes, `check` reads as the same job.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use keepoint::compat::Target;
use keepoint::compat::target::{job_graph, job_plan, manifest, manifest_of};

fn jobs(release: &str) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/pairs").join(release);
    let directories = |path: &Path| -> Vec<PathBuf> {
        let entries = fs::read_dir(path).expect("fixtures/pairs").map(|entry| entry.expect("an entry").path());
        entries.filter(|path| path.is_dir()).collect()
    };
    directories(&root).iter().flat_map(|family| directories(family)).collect()
}

/// Read again, and without what a manifest says of itself.
fn read_again(target: &Target) -> Target {
    let text = manifest_of(target);
    let read = manifest(&text, "manifest", &|_| Err("no file".to_owned()));
    let read = read.unwrap_or_else(|error| panic!("{error}\n{text}"));
    comparable(read)
}

/// Names of vertices and where a description comes from are a manifest's own.
fn comparable(mut target: Target) -> Target {
    target.sources.clear();
    target.uid_hashes_known = true;
    for vertex in &mut target.vertices {
        vertex.name = None;
        // A graph of a release with uids says them; a manifest says the uid or the id.
        for operator in &mut vertex.operators {
            operator.uid = None;
        }
    }
    target
}

#[test]
fn given_a_job_graph_then_the_manifest_of_it_is_the_same_job() {
    let mut compared = 0;
    for job in ["1.20.5", "2.3.0"].iter().flat_map(|release| jobs(release)) {
        let Ok(file) = fs::File::open(job.join("job-graph.bin.gz")) else { continue };
        let mut bytes = Vec::new();
        flate2::read::GzDecoder::new(file).read_to_end(&mut bytes).expect("gzip");
        let target = job_graph(&bytes, "graph").expect("a graph").expect("a graph");
        assert_eq!(read_again(&target), comparable(target), "{}", job.display());
        compared += 1;
    }
    assert!(compared > 50, "only {compared} graphs");
}

#[test]
fn given_a_plan_then_the_manifest_of_it_is_the_same_job() {
    let mut compared = 0;
    for job in jobs("2.3.0") {
        let Ok(text) = fs::read_to_string(job.join("rest-job.json")) else { continue };
        let json = serde_json::from_str(&text).expect("JSON");
        let target = job_plan(&json, "plan").expect("a plan").expect("a plan");
        assert_eq!(read_again(&target), comparable(target), "{}", job.display());
        compared += 1;
    }
    assert!(compared > 20, "only {compared} plans");
}
