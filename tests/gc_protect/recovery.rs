//! What clusters keep for their recovery, from files that real releases wrote; what Flink's own classes read from them is the oracle.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use keepoint::gc::protect::{JobState, Protection};
use serde_json::Value;

use super::{ask, fixtures, places, refused};

pub(crate) const RELEASES: [&str; 2] = ["1.20.5", "2.3.0"];

/// The recording of a release.
pub(crate) fn recording(release: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/high-availability").join(release)
}

pub(crate) fn expected(release: &str) -> Value {
    fixtures::json(&recording(release).join("expected.json"))
}

/// The objects that Flink's own classes read, with their paths below the directory.
pub(crate) fn objects(release: &str) -> Vec<(String, Value)> {
    let files = expected(release)["files"].as_object().expect("an object").clone();
    files.into_iter().filter(|(_, object)| object["class"].as_str().is_some()).collect()
}

pub(crate) fn locations(object: &Value) -> BTreeSet<String> {
    let locations = object["locations"].as_array().expect("a list");
    locations.iter().map(|location| location.as_str().expect("text").to_owned()).collect()
}

/// A copy of the directory, which is older than its export, and the argument that names it.
pub(crate) fn copied(release: &str) -> (tempfile::TempDir, PathBuf) {
    let directory = tempfile::tempdir().expect("a directory");
    fixtures::copy(&recording(release).join("storage"), &directory.path().join("ha"));
    let ha = directory.path().join("ha");
    (directory, ha)
}

pub(crate) fn cluster(ha: &Path) -> PathBuf {
    ha.join("keepoint-cluster")
}

async fn ask_about(directory: &Path) -> Protection {
    ask(&format!("ha:{}", directory.display())).await.expect("all objects")
}

/// What of the places is no URI, such as paths of job graphs, and so is not in the oracle.
fn uris_of_snapshots(places: &BTreeSet<String>) -> BTreeSet<String> {
    places.iter().filter(|place| place.contains("/checkpoints/") || place.contains("/savepoints/")).cloned().collect()
}

#[tokio::test]
async fn a_completed_checkpoint_names_exactly_what_flinks_own_class_reads_from_it() {
    for release in RELEASES {
        let mut checkpoints = 0;
        for (path, object) in objects(release) {
            if !path.contains("completedCheckpoint") {
                continue;
            }
            checkpoints += 1;
            let directory = tempfile::tempdir().expect("a directory");
            let name = path.rsplit('/').next().expect("a name");
            fs::copy(recording(release).join("storage").join(&path), directory.path().join(name)).expect("a copy");
            let protection = ask_about(directory.path()).await;
            assert_eq!(places(&protection), locations(&object), "{release} {path}");
            assert!(
                protection.snapshots.iter().all(|protected| !protected.whole_lineage && !protected.everything_below)
            );
            let job_id = object["job_id"].as_str().expect("text");
            let jobs: Vec<_> = protection.jobs.iter().map(|job| (job.job_id.as_str(), job.state)).collect();
            assert_eq!(jobs, [(job_id, JobState::Running)], "{release} {path}");
            let named = format!("checkpoint {} of job {job_id}", object["checkpoint_id"]);
            assert!(
                protection.snapshots.iter().all(|protected| protected.reason.starts_with(&named)),
                "{release} {path}"
            );
        }
        assert_eq!(checkpoints, 3, "{release}");
    }
}

#[tokio::test]
async fn a_submitted_job_names_the_snapshot_that_it_starts_from() {
    for release in RELEASES {
        let mut jobs = 0;
        for (path, object) in objects(release) {
            if path.contains("completedCheckpoint") {
                continue;
            }
            jobs += 1;
            let directory = tempfile::tempdir().expect("a directory");
            let name = path.rsplit('/').next().expect("a name");
            fs::copy(recording(release).join("storage").join(&path), directory.path().join(name)).expect("a copy");
            let places = places(&ask_about(directory.path()).await);
            let missing: Vec<_> = locations(&object).difference(&places).cloned().collect();
            assert!(missing.is_empty(), "{release} {path}: {missing:?}");
        }
        assert_eq!(jobs, 2, "{release}");
    }
}

#[tokio::test]
async fn a_directory_of_a_real_cluster_protects_all_that_recovery_reads_wherever_it_is_entered() {
    for release in RELEASES {
        let (_guard, ha) = copied(release);
        let mut needed = BTreeSet::new();
        for (_, object) in objects(release) {
            needed.extend(uris_of_snapshots(&locations(&object)));
        }
        for directory in [ha.clone(), cluster(&ha)] {
            let protection = ask_about(&directory).await;
            assert!(needed.is_subset(&places(&protection)), "{release}");
            assert!(!protection.pointers_read && protection.residue.is_empty(), "{release}");
        }
    }
}

#[tokio::test]
async fn a_clean_entry_of_the_job_result_store_proves_that_a_job_has_ended_and_nothing_else_does() {
    let job = "47faa3296e65741d4e04659d65c7629b";
    let result = |id: &str, status: &str| {
        format!(
            r#"{{"result":{{"id":"{id}","application-status":"{status}","net-runtime":1,"end-time":1700000000000}},"version":1}}"#
        )
    };
    let ended = |directory: &Path| {
        let argument = format!("ha:{}", directory.display());
        async move {
            let jobs = ask(&argument).await.expect("all objects").jobs;
            assert_eq!(jobs.len(), 1);
            jobs[0].job_id == job && matches!(jobs[0].state, JobState::Terminal { ended_at: Some(_) })
        }
    };
    for (name, text, proves) in [
        (format!("{job}.json"), result(job, "CANCELED"), true),
        (format!("{job}.json"), result(job, "SUCCEEDED"), true),
        (format!("{job}.json"), result(job, "UNKNOWN"), false),
        (format!("{job}.json"), result("ffffffffffffffffffffffffffffffff", "CANCELED"), false),
        (format!("{job}.json"), "{".to_owned(), false),
        (format!("{job}.json"), String::new(), false),
        (format!("{job}_DIRTY.json"), result(job, "CANCELED"), false),
    ] {
        let directory = tempfile::tempdir().expect("a directory");
        let store = directory.path().join("job-result-store/cluster");
        fs::create_dir_all(&store).expect("a directory");
        fs::write(store.join(&name), &text).expect("a file");
        assert_eq!(ended(directory.path()).await, proves, "{name} {text}");
    }
}

#[tokio::test]
async fn jobs_of_a_real_cluster_have_ended_where_its_job_result_store_says_so() {
    for release in RELEASES {
        let (_guard, ha) = copied(release);
        let protection = ask_about(&ha).await;
        let jobs = fixtures::json(&super::job_manager::recordings(release).join("expected.json"))["jobs"].clone();
        for (fate, ended) in [("cancelled", true), ("finished", true), ("running", false), ("restored", false)] {
            let id = jobs[fate].as_str().expect("text");
            let job = protection.jobs.iter().find(|job| job.job_id == id).expect("the job");
            assert_eq!(matches!(job.state, JobState::Terminal { .. }), ended, "{release} {fate}");
        }
    }
}

#[tokio::test]
async fn a_job_whose_id_is_used_again_has_not_ended() {
    for release in RELEASES {
        let (_guard, ha) = copied(release);
        let (_, object) = objects(release).into_iter().find(|(_, object)| object["job_id"].is_string()).expect("one");
        let job = object["job_id"].as_str().expect("text");
        let entry = format!(r#"{{"result":{{"id":"{job}","application-status":"CANCELED"}},"version":1}}"#);
        fs::write(ha.join(format!("job-result-store/keepoint-cluster/{job}.json")), entry).expect("a file");
        let known = ask_about(&ha).await.jobs.into_iter().find(|known| known.job_id == job).expect("the job");
        assert_eq!(known.state, JobState::Running, "{release}");
    }
}

#[tokio::test]
async fn a_place_that_two_objects_name_is_needed_as_long_as_one_of_them_is_there() {
    let (_guard, ha) = copied("2.3.0");
    let named: Vec<_> = objects("2.3.0").into_iter().filter(|(path, _)| path.contains("completedCheckpoint")).collect();
    let shared = |place: &String| named.iter().filter(|(_, object)| locations(object).contains(place)).count() > 1;
    let place = locations(&named[0].1).into_iter().chain(locations(&named[1].1)).find(shared).expect("a shared file");
    let of_it: Vec<_> = named.iter().filter(|(_, object)| locations(object).contains(&place)).collect();
    for (path, _) in &of_it[1..] {
        fs::remove_file(ha.join(path)).expect("the object was there");
    }
    assert!(places(&ask_about(&ha).await).contains(&place));
}

#[tokio::test]
async fn an_object_that_cannot_be_decoded_makes_every_place_in_it_needed_with_its_lineage() {
    for release in RELEASES {
        for (path, object) in objects(release) {
            let mut bytes = fs::read(recording(release).join("storage").join(&path)).expect("a recording");
            bytes.pop();
            let directory = tempfile::tempdir().expect("a directory");
            fs::write(directory.path().join("completedCheckpoint0"), &bytes).expect("a file");
            fs::write(directory.path().join("somethingNew0"), b"\x00s3://b/checkpoints/0123/chk-7/_metadata\x01")
                .expect("a file");
            let protection = ask_about(directory.path()).await;
            let places = places(&protection);
            assert!(locations(&object).is_subset(&places), "{release} {path}");
            assert!(places.contains("s3://b/checkpoints/0123/chk-7/_metadata"), "{places:?}");
            assert!(protection.snapshots.iter().all(|protected| protected.whole_lineage), "{release} {path}");
        }
    }
}

#[tokio::test]
async fn code_of_jobs_is_left_alone_and_anything_else_is_read() {
    let directory = tempfile::tempdir().expect("a directory");
    let job = directory.path().join("blob/job_0123");
    fs::create_dir_all(&job).expect("a directory");
    fs::write(job.join("blob_p-0123"), b"file:/a/chk-1").expect("a file");
    fs::write(job.join("completedCheckpoint0123"), b"file:/a/chk-2").expect("a file");
    fs::write(directory.path().join("blob_0123"), b"file:/a/chk-3").expect("a file");
    let places = places(&ask_about(directory.path()).await);
    assert_eq!(places.into_iter().collect::<Vec<_>>(), ["file:/a/chk-2", "file:/a/chk-3"]);
}

#[tokio::test]
async fn a_directory_that_is_not_there_or_not_read_completely_is_an_error() {
    let directory = tempfile::tempdir().expect("a directory");
    refused(&format!("ha:{}", directory.path().join("nobody").display())).await;
    let file = directory.path().join("file");
    fs::write(&file, b"").expect("a file");
    refused(&format!("ha:{}", file.display())).await;
    refused("ha:unheard-of://bucket/ha").await;
    std::os::unix::fs::symlink(&file, directory.path().join("completedCheckpoint0")).expect("a link");
    let error = refused(&format!("ha:{}", directory.path().display())).await;
    assert!(error.place.ends_with("completedCheckpoint0"), "{error}");
}
