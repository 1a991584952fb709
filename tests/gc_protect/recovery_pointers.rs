//! Exported ConfigMaps: which objects recovery reads, and which are residue.

use std::fs::{self, File};
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, TimeDelta, Utc};
use keepoint::gc::protect::{JobState, Protection};
use serde_json::{Value, json};

use super::recovery::{RELEASES, cluster, copied, expected, recording};
use super::{ask, compare, fixtures, places, refused, told};

const LEADER: &str = "control-plane.alpha.kubernetes.io/leader";

fn export(release: &str) -> Value {
    fixtures::json(&recording(release).join("configmaps.json"))
}

/// When the export was made.
fn exported_at(export: &Value) -> DateTime<Utc> {
    let items = export["items"].as_array().expect("a list");
    let leader = items.iter().find_map(|item| item["metadata"]["annotations"][LEADER].as_str()).expect("an annotation");
    let leader: Value = serde_json::from_str(leader).expect("JSON");
    DateTime::parse_from_rfc3339(leader["renewTime"].as_str().expect("text")).expect("a time").to_utc()
}

/// Sets when everything below a directory was written.
fn written_at(directory: &Path, time: DateTime<Utc>) {
    for file in fixtures::files(directory) {
        File::options()
            .write(true)
            .open(&file)
            .and_then(|file| file.set_modified(time.into()))
            .expect("a file of ours");
    }
}

async fn ask_with(ha: &Path, export: &Value) -> Protection {
    let file = ha.parent().expect("a directory").join("configmaps.json");
    fs::write(&file, export.to_string()).expect("a file");
    ask(&format!("ha:{},configmaps={}", ha.display(), file.display())).await.expect("all objects and pointers")
}

/// The pointers of an export, leading to another directory than the one that was recorded.
fn leading_to(export: &Value, release: &str, ha: &Path) -> Value {
    let recorded = expected(release)["storage"].as_str().expect("text").to_owned();
    let mut export = export.clone();
    for item in export["items"].as_array_mut().expect("a list") {
        for value in item["data"].as_object_mut().expect("an object").values_mut() {
            let mut bytes = STANDARD.decode(value.as_str().expect("text")).expect("Base64");
            let is_there = |window: &[u8]| window == recorded.as_bytes();
            let start = bytes.windows(recorded.len()).position(is_there).expect("a place");
            // A string of Java has its length in front.
            let length = usize::from(u16::from_be_bytes([bytes[start - 2], bytes[start - 1]]));
            let name = String::from_utf8(bytes[start + recorded.len()..start + length].to_vec()).expect("text");
            let text = format!("file:{}{name}", ha.display());
            let length = u16::try_from(text.len()).expect("a short text").to_be_bytes();
            let end = start + recorded.len() + name.len();
            bytes.splice(start - 2..end, length.into_iter().chain(text.into_bytes()));
            *value = json!(STANDARD.encode(bytes));
        }
    }
    export
}

/// A directory with an object that nothing points to, all of it an hour older than its export.
fn copied_with_residue(release: &str) -> (tempfile::TempDir, std::path::PathBuf, Value) {
    let (guard, ha) = copied(release);
    let export = leading_to(&export(release), release, &ha);
    let is_checkpoint = |file: &std::path::PathBuf| file.to_string_lossy().contains("completedCheckpoint");
    let object = fixtures::files(&cluster(&ha)).into_iter().find(is_checkpoint);
    fs::copy(object.expect("an object"), cluster(&ha).join("completedCheckpointLeftBehind")).expect("a copy");
    written_at(&ha, exported_at(&export) - TimeDelta::hours(1));
    (guard, ha, export)
}

#[tokio::test]
async fn what_no_pointer_of_real_classes_leads_to_and_is_older_than_the_export_is_residue() {
    for release in RELEASES {
        let (_guard, ha, export) = copied_with_residue(release);
        let without = ask(&format!("ha:{}", ha.display())).await.expect("all objects");
        let protection = ask_with(&ha, &export).await;
        assert!(protection.pointers_read, "{release}");
        let residue: Vec<_> = protection.residue.iter().map(|place| place.path().to_owned()).collect();
        assert_eq!(residue, [cluster(&ha).join("completedCheckpointLeftBehind").display().to_string()], "{release}");
        // It was a copy: everything that is pointed to names the same.
        assert_eq!(places(&protection), places(&without), "{release}");
        let running = protection.jobs.iter().filter(|job| job.state == JobState::Running).count();
        assert_eq!(running, 2, "{release}: the running and the restored job");
    }
}

#[tokio::test]
async fn what_an_object_names_that_no_pointer_leads_to_is_not_needed() {
    for release in RELEASES {
        let (_guard, ha, mut export) = copied_with_residue(release);
        let mut lost = Vec::new();
        for item in export["items"].as_array_mut().expect("a list") {
            let data = item["data"].as_object_mut().expect("an object");
            // The oldest checkpoint of each job but the only one.
            let checkpoints: Vec<_> = data.keys().filter(|key| key.starts_with("checkpointID-")).cloned().collect();
            if checkpoints.len() > 1 {
                data.remove(&checkpoints[0]);
                lost.push(checkpoints[0].clone());
            }
        }
        assert_eq!(lost, ["checkpointID-0000000000000000003"], "{release}");
        fs::remove_file(cluster(&ha).join("completedCheckpointLeftBehind")).expect("it was there");
        let protection = ask_with(&ha, &export).await;
        assert_eq!(protection.residue.len(), 1, "{release}");
        let jobs = fixtures::json(&super::job_manager::recordings(release).join("expected.json"))["jobs"].clone();
        let chk = |number: u8| format!("/{}/chk-{number}/_metadata", jobs["running"].as_str().expect("text"));
        let places = places(&protection);
        assert!(places.iter().any(|place| place.ends_with(&chk(4))), "{release}");
        assert!(!places.iter().any(|place| place.ends_with(&chk(3))), "{release}");
    }
}

#[tokio::test]
async fn an_object_that_is_pointed_to_is_read_wherever_it_is_and_may_be_gone_since_the_export() {
    for release in RELEASES {
        let (guard, ha, export) = copied_with_residue(release);
        let other = guard.path().join("other");
        fs::create_dir(&other).expect("a directory");
        let elsewhere = ask_with(&other, &export).await;
        let here = ask_with(&ha, &export).await;
        assert!(elsewhere.pointers_read, "{release}");
        assert_eq!(places(&elsewhere), places(&here), "{release}");

        fs::remove_dir_all(&ha).expect("it was there");
        let gone = ask_with(&other, &export).await;
        assert!(gone.pointers_read && gone.snapshots.is_empty(), "{release}");
        let states: Vec<_> = gone.jobs.iter().map(|job| job.state).collect();
        assert_eq!(states, [JobState::Running; 2], "{release}");
    }
}

#[tokio::test]
async fn what_came_after_the_export_is_live() {
    for release in RELEASES {
        let (_guard, ha, export) = copied_with_residue(release);
        for (age, is_residue) in
            [(TimeDelta::minutes(6), true), (TimeDelta::minutes(4), false), (-TimeDelta::hours(1), false)]
        {
            written_at(&ha, exported_at(&export) - age);
            let protection = ask_with(&ha, &export).await;
            assert_eq!(!protection.residue.is_empty(), is_residue, "{release} {age}");
        }
    }
}

#[tokio::test]
async fn an_export_without_a_time_or_of_another_cluster_makes_nothing_residue() {
    for release in RELEASES {
        let (_guard, ha, export) = copied_with_residue(release);
        let mut without_time = export.clone();
        let mut of_another = export.clone();
        let mut without_labels = export.clone();
        for (index, _) in export["items"].as_array().expect("a list").iter().enumerate() {
            without_time["items"][index]["metadata"]["annotations"] = json!({});
            of_another["items"][index]["metadata"]["labels"]["app"] = json!("another-cluster");
            without_labels["items"][index]["metadata"].as_object_mut().expect("an object").remove("labels");
        }
        let protection = ask_with(&ha, &without_time).await;
        assert!(protection.pointers_read && protection.residue.is_empty(), "{release}");
        for export in [of_another, without_labels, json!({"kind": "List", "items": []})] {
            let protection = ask_with(&ha, &export).await;
            assert!(!protection.pointers_read && protection.residue.is_empty(), "{release} {export}");
        }
    }
}

#[tokio::test]
async fn without_pointers_every_object_is_live() {
    for release in RELEASES {
        let (_guard, ha, _) = copied_with_residue(release);
        let protection = ask(&format!("ha:{}", ha.display())).await.expect("all objects");
        assert!(!protection.pointers_read && protection.residue.is_empty() && !protection.snapshots.is_empty());
    }
}

#[tokio::test]
async fn an_export_that_lacks_a_config_map_of_the_cluster_makes_nothing_residue() {
    for release in RELEASES {
        let (_guard, ha, export) = copied_with_residue(release);
        let items = export["items"].as_array().expect("a list");
        for lacks in 0..items.len() {
            let mut less = export.clone();
            less["items"].as_array_mut().expect("a list").remove(lacks);
            let protection = ask_with(&ha, &less).await;
            assert!(!protection.pointers_read && protection.residue.is_empty(), "{release} {lacks}");
        }
        // A job of which only the leader is known.
        let mut one_more = export.clone();
        for item in one_more["items"].as_array_mut().expect("a list") {
            if item["metadata"]["name"].as_str().expect("text").ends_with("-cluster-config-map") {
                item["data"][format!("org.apache.flink.k8s.leader.job-{}", "0".repeat(32))] =
                    json!("somebody,akka://here");
            }
        }
        let protection = ask_with(&ha, &one_more).await;
        assert!(!protection.pointers_read && protection.residue.is_empty(), "{release}");
    }
}

#[tokio::test]
async fn an_export_may_be_yaml_or_a_directory_of_exports() {
    for release in RELEASES {
        let (guard, ha, export) = copied_with_residue(release);
        let exports = guard.path().join("exports");
        fs::create_dir(&exports).expect("a directory");
        let argument = format!("ha:{},configmaps={}", ha.display(), exports.display());
        let items = export["items"].as_array().expect("a list");
        // One by one they were not read at one moment.
        for (index, item) in items.iter().enumerate() {
            fs::write(exports.join(format!("{index}.json")), item.to_string()).expect("a file");
        }
        let protection = ask(&argument).await.expect("all pointers");
        assert!(!protection.pointers_read && protection.residue.is_empty(), "{release}");
        assert_eq!(protection.jobs.iter().filter(|job| job.state == JobState::Running).count(), 2, "{release}");

        fs::write(exports.join("all.yaml"), yaml(items)).expect("a file");
        let from_directory = ask(&argument).await.expect("all pointers");
        let from_json = ask_with(&ha, &export).await;
        assert!(from_directory.pointers_read, "{release}");
        assert_eq!(from_directory.residue, from_json.residue, "{release}");
        assert_eq!(from_directory.snapshots, from_json.snapshots, "{release}");
    }
}

/// As kubectl prints it.
fn yaml(items: &[Value]) -> String {
    let mut text = "apiVersion: v1\nitems:\n".to_owned();
    for item in items {
        text.push_str("- apiVersion: v1\n  data:\n");
        for (key, value) in item["data"].as_object().expect("an object") {
            text.push_str(&format!("    {key}: {}\n", value.as_str().expect("text")));
        }
        text.push_str("  kind: ConfigMap\n  metadata:\n");
        if let Some(leader) = item["metadata"]["annotations"][LEADER].as_str() {
            text.push_str(&format!("    annotations:\n      {LEADER}: '{leader}'\n"));
        }
        text.push_str("    labels:\n");
        for (key, value) in item["metadata"]["labels"].as_object().expect("an object") {
            text.push_str(&format!("      {key}: {}\n", value.as_str().expect("text")));
        }
        text.push_str(&format!("    name: {}\n", item["metadata"]["name"].as_str().expect("text")));
    }
    text + "kind: List\nmetadata:\n  resourceVersion: \"\"\n"
}

#[tokio::test]
async fn an_export_that_is_not_complete_or_not_understood_is_an_error() {
    let pointer = |key: &str, value: &str| {
        json!({"kind": "ConfigMap", "metadata": {"name": "c"}, "data": {key: value}}).to_string()
    };
    let cases = [
        ("nothing", String::new()),
        ("a web page", "<html>Sign in</html>".to_owned()),
        ("half of it", r#"{"kind": "List", "items": ["#.to_owned()),
        ("half of it as YAML", "kind: List\nitems:\n- {".to_owned()),
        ("something else", r#"{"kind": "Secret", "metadata": {"name": "s"}}"#.to_owned()),
        ("a list without items", r#"{"kind": "List"}"#.to_owned()),
        ("a page of a list", r#"{"kind": "ConfigMapList", "metadata": {"continue": "abc"}, "items": []}"#.to_owned()),
        ("no Base64", pointer("checkpointID-0000000000000000001", "%%%")),
        ("no Java object", pointer("checkpointID-0000000000000000001", "aGVsbG8=")),
        ("a Java object that ends too early", pointer("jobGraph-0", "rO0ABXNy")),
        ("the same under another key", pointer("unheard-of", "rO0ABXNy")),
    ];
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("export.yaml");
    let argument = format!("ha:{},configmaps={}", directory.path().display(), file.display());
    let mut text = String::new();
    for (what, export) in cases {
        fs::write(&file, export).expect("a file");
        text.push_str(&format!("{what}\n  {}", told(&refused(&argument).await, directory.path())));
    }
    fs::write(&file, [0xFF]).expect("a file");
    text.push_str(&format!("no text\n  {}", told(&refused(&argument).await, directory.path())));
    fs::remove_file(&file).expect("the file was there");
    text.push_str(&format!("not there\n  {}", told(&refused(&argument).await, directory.path())));
    fs::create_dir(&file).expect("a directory");
    text.push_str(&format!("an empty directory\n  {}", told(&refused(&argument).await, directory.path())));
    fs::write(file.join("notes.txt"), b"").expect("a file");
    text.push_str(&format!("a directory with something else\n  {}", told(&refused(&argument).await, directory.path())));
    compare("exports.txt", &text);
}
