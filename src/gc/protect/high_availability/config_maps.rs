//! Exported ConfigMaps: the pointers of a cluster on Kubernetes, as `kubectl get configmaps -o yaml` or `-o json` prints them.
//!
//! Pointers stand as Java objects in Base64 (`KubernetesStateHandleStore`), under keys such as `checkpointID-0000000000000000007`,
//! `jobGraph-<job>` (before 2.0) and `executionPlan-<job>`. Other keys hold leaders and counters. An export that breaks off or is not
//! understood is an error (S-18). One that lacks ConfigMaps of a cluster, or is older than a file, says nothing of that file: a cluster
//! goes on while its export lies on a disk.
//!
//! Nobody says how many ConfigMaps a cluster has. Its own, `<cluster>-cluster-config-map` (since 1.15), names its jobs by their leaders
//! and graphs, and each has one, `<cluster>-<job>-config-map`. All of them have to be in one list, which was read at one moment.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::{job_results, object};
use crate::uri::StorageUri;

/// What the Base64 of a Java object begins with.
const JAVA_OBJECT: &str = "rO0AB";
/// Keys that must hold a pointer.
const POINTER_KEYS: [&str; 4] = ["checkpointID-", "jobGraph-", "executionPlan-", "application-"];
/// Keys that end with the id of a job that has not ended.
const JOB_KEYS: [&str; 2] = ["jobGraph-", "executionPlan-"];
/// `KubernetesUtils.createSingleLeaderKey` of `AbstractHaServices.getLeaderPathForJobManager`. It stays when the job has ended.
const JOB_LEADER_KEY: &str = "org.apache.flink.k8s.leader.job-";
/// `KubernetesLeaderElector.LEADER_ANNOTATION_KEY`.
const LEADER: &str = "control-plane.alpha.kubernetes.io/leader";
/// `KubernetesUtils.getConfigMapLabels`.
const HIGH_AVAILABILITY: (&str, &str) = ("configmap-type", "high-availability");
const CLUSTER: &str = "app";

/// What was exported.
#[derive(Debug, Default)]
pub(super) struct Pointers {
    /// Files that something points to.
    pub(super) files: BTreeSet<StorageUri>,
    /// Jobs that have not ended.
    pub(super) jobs: BTreeSet<String>,
    /// Clusters of which all ConfigMaps are here, with the newest time at which these are known to have been current.
    pub(super) clusters: BTreeMap<String, Option<DateTime<Utc>>>,
}

/// What one list has of a cluster.
#[derive(Default)]
struct Cluster {
    /// Its own ConfigMap is there.
    has_its_own: bool,
    /// Jobs that it names.
    named: BTreeSet<String>,
    /// Jobs whose ConfigMaps are there.
    there: BTreeSet<String>,
    renewed_at: Option<DateTime<Utc>>,
}

#[derive(Deserialize)]
struct Document {
    kind: Option<String>,
    #[serde(default)]
    metadata: Metadata,
    items: Option<Vec<ConfigMap>>,
    data: Option<BTreeMap<String, String>>,
}

#[derive(Deserialize)]
struct ConfigMap {
    kind: Option<String>,
    #[serde(default)]
    metadata: Metadata,
    data: Option<BTreeMap<String, String>>,
}

#[derive(Deserialize, Default)]
struct Metadata {
    name: Option<String>,
    labels: Option<BTreeMap<String, String>>,
    annotations: Option<BTreeMap<String, String>>,
    /// Of a list that goes on.
    #[serde(rename = "continue")]
    goes_on: Option<String>,
}

impl Pointers {
    /// Adds what a file says. The error says why it is no complete export.
    pub(super) fn add(&mut self, text: &str) -> Result<(), String> {
        for document in documents(text)? {
            match document.kind.as_deref() {
                Some("List" | "ConfigMapList") => {
                    if document.metadata.goes_on.is_some_and(|token| !token.is_empty()) {
                        return Err("is one page of a list that goes on".to_owned());
                    }
                    let items = document.items.ok_or("is a list without items")?;
                    // What stands in a list may lack its kind.
                    let is_config_map = |item: &ConfigMap| item.kind.as_deref().is_none_or(|kind| kind == "ConfigMap");
                    self.add_list(items.iter().filter(|item| is_config_map(item)))?;
                }
                Some("ConfigMap") => {
                    let Document { kind, metadata, data, .. } = document;
                    self.add_list([&ConfigMap { kind, metadata, data }])?;
                }
                Some(other) => return Err(format!("has a {other} where a ConfigMap or a list of them should be")),
                None => return Err("does not say what kind it is".to_owned()),
            }
        }
        Ok(())
    }

    fn add_list<'a>(&mut self, maps: impl IntoIterator<Item = &'a ConfigMap>) -> Result<(), String> {
        let mut clusters: BTreeMap<&str, Cluster> = BTreeMap::new();
        for map in maps {
            let name = map.metadata.name.as_deref().ok_or("has a ConfigMap without a name")?;
            self.add_pointers(name, map)?;
            let labels = map.metadata.labels.as_ref();
            let label = |name: &str| labels.and_then(|labels| labels.get(name)).map(String::as_str);
            let is_of_recovery = label(HIGH_AVAILABILITY.0) == Some(HIGH_AVAILABILITY.1);
            let Some(cluster) = label(CLUSTER).filter(|_| is_of_recovery) else { continue };
            let Some(rest) = name.strip_prefix(cluster).and_then(|rest| rest.strip_prefix('-')) else { continue };
            let known = clusters.entry(cluster).or_default();
            if rest == "cluster-config-map" {
                known.has_its_own = true;
                known.renewed_at = renewed_at(&map.metadata);
                known.named.extend(map.data.iter().flatten().filter_map(|(key, _)| named_job(key)));
            } else if let Some(job) = rest.strip_suffix("-config-map").filter(|job| job_results::is_job_id(job)) {
                known.there.insert(job.to_ascii_lowercase());
            }
        }
        for (name, cluster) in clusters {
            // The ConfigMap of a job goes when the job has ended and was cleaned up.
            self.jobs.extend(cluster.there.iter().cloned());
            if cluster.has_its_own && cluster.named.is_subset(&cluster.there) {
                let renewed_at = self.clusters.entry(name.to_owned()).or_default();
                *renewed_at = (*renewed_at).max(cluster.renewed_at);
            }
        }
        Ok(())
    }

    fn add_pointers(&mut self, name: &str, map: &ConfigMap) -> Result<(), String> {
        for (key, value) in map.data.iter().flatten() {
            let is_pointer = POINTER_KEYS.iter().any(|prefix| key.starts_with(prefix));
            if is_pointer || value.starts_with(JAVA_OBJECT) {
                let files = pointed(value).ok_or_else(|| {
                    format!(
                        "has a pointer that cannot be read: {key} of ConfigMap {name} is no serialized handle of a file"
                    )
                })?;
                self.files.extend(files);
            }
            let is_running = JOB_KEYS.iter().any(|prefix| key.starts_with(prefix));
            self.jobs.extend(named_job(key).filter(|_| is_running));
        }
        Ok(())
    }
}

/// The job that a key of a cluster's own ConfigMap is about.
fn named_job(key: &str) -> Option<String> {
    let job = JOB_KEYS.iter().chain([&JOB_LEADER_KEY]).find_map(|prefix| key.strip_prefix(prefix))?;
    job_results::is_job_id(job).then(|| job.to_ascii_lowercase())
}

fn documents(text: &str) -> Result<Vec<Document>, String> {
    if text.trim_start().starts_with('{') {
        return serde_json::from_str(text)
            .map(|document| vec![document])
            .map_err(|error| format!("is no export: {error}"));
    }
    let documents: Vec<Document> = serde_saphyr::from_multiple(text).map_err(|error| {
        let text = error.to_string();
        format!("is no export: {}", text.lines().next().unwrap_or_default())
    })?;
    if documents.is_empty() { Err("has nothing in it".to_owned()) } else { Ok(documents) }
}

/// The files that a serialized handle names: `StateHandleWithDeleteMarker`, around the handle that ZooKeeper has too. What is marked for
/// deletion may still be there, and is taken like the rest.
fn pointed(value: &str) -> Option<BTreeSet<StorageUri>> {
    let bytes = STANDARD.decode(value.trim()).ok()?;
    let object = object::read(&bytes);
    (object.is_understood && !object.locations.is_empty()).then_some(object.locations)
}

/// When a leader last said that it is one: the export is not older than that.
fn renewed_at(metadata: &Metadata) -> Option<DateTime<Utc>> {
    #[derive(Deserialize)]
    struct Leader {
        #[serde(rename = "renewTime")]
        renew_time: String,
    }
    let leader = metadata.annotations.as_ref()?.get(LEADER)?;
    let leader: Leader = serde_json::from_str(leader).ok()?;
    DateTime::parse_from_rfc3339(&leader.renew_time).ok().map(|time| time.to_utc())
}
