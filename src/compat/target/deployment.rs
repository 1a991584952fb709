//! Deployments of the Flink Kubernetes operator (`FlinkDeployment`) and of Ververica Platform (`Deployment`): the release, the configuration,
//! and how the job is started. They name no operators.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{
    Backend, BackendKind, ClaimMode, RestorePath, RestoreSettings, Start, Target, TargetError, TimerService, yaml,
};
use crate::report::{TargetCompleteness, TargetSource};

const HINT: &str = "give the FlinkDeployment or Deployment as it is applied, in YAML or JSON";

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Resource {
    kind: String,
    #[serde(default)]
    spec: Spec,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Spec {
    // Of a FlinkDeployment.
    flink_version: Option<String>,
    flink_configuration: BTreeMap<String, Scalar>,
    job: Option<Job>,
    // Of a Deployment.
    upgrade_strategy: Option<Strategy>,
    restore_strategy: Option<Strategy>,
    template: Option<Template>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Job {
    upgrade_mode: Option<String>,
    initial_savepoint_path: Option<String>,
    allow_non_restored_state: Option<bool>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Strategy {
    kind: Option<String>,
    allow_non_restored_state: Option<bool>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Template {
    spec: TemplateSpec,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct TemplateSpec {
    flink_configuration: BTreeMap<String, Scalar>,
    artifact: Artifact,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Artifact {
    kind: Option<String>,
    flink_version: Option<String>,
}

/// A value of a configuration, which YAML may take for a number or a truth value.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
enum Scalar {
    Truth(bool),
    Number(i64),
    Text(String),
    Other(f64),
}

impl Scalar {
    fn text(&self) -> String {
        match self {
            Self::Truth(value) => value.to_string(),
            Self::Number(value) => value.to_string(),
            Self::Text(value) => value.clone(),
            Self::Other(value) => value.to_string(),
        }
    }
}

/// Reads a deployment.
pub fn deployment(text: &str, place: &str) -> Result<Target, TargetError> {
    let resource: Resource = yaml::read(text, place, HINT)?;
    let spec = &resource.spec;
    let refused = |cause: String| TargetError::new(place, cause, HINT);
    let mut is_sql = None;
    let (version, configuration, restore) = match resource.kind.as_str() {
        "FlinkDeployment" => {
            let job = spec.job.as_ref();
            let mode = job.and_then(|job| job.upgrade_mode.as_deref());
            let restore = RestoreSettings {
                allow_non_restored_state: job.and_then(|job| job.allow_non_restored_state),
                // Restored from what high-availability storage names (FLINK-30638).
                path: mode.map(|mode| match mode {
                    "last-state" => RestorePath::HighAvailability,
                    _ => RestorePath::Savepoint,
                }),
                // A first start takes the path that is given, in every mode.
                start: (mode == Some("stateless") && job.is_some_and(|job| job.initial_savepoint_path.is_none()))
                    .then_some(Start::WithoutState),
                ..RestoreSettings::default()
            };
            (spec.flink_version.clone(), &spec.flink_configuration, restore)
        }
        "Deployment" => {
            let template = spec.template.as_ref().ok_or_else(|| refused("spec.template: is missing".to_owned()))?;
            let strategy = spec.restore_strategy.as_ref();
            let upgrade = spec.upgrade_strategy.as_ref().and_then(|upgrade| upgrade.kind.as_deref());
            let start = match strategy.and_then(|strategy| strategy.kind.as_deref()) {
                _ if upgrade == Some("STATELESS") => Some(Start::WithoutState),
                Some("NONE") => Some(Start::WithoutState),
                Some("LATEST_SAVEPOINT") => Some(Start::LatestSavepoint),
                Some("LATEST_STATE") => Some(Start::LatestState),
                _ => None,
            };
            is_sql = template.spec.artifact.kind.as_deref().map(|kind| kind == "SQLSCRIPT");
            let restore = RestoreSettings {
                allow_non_restored_state: strategy.and_then(|strategy| strategy.allow_non_restored_state),
                path: Some(RestorePath::Savepoint),
                start,
                ..RestoreSettings::default()
            };
            (template.spec.artifact.flink_version.clone(), &template.spec.flink_configuration, restore)
        }
        other => return Err(refused(format!("kind: {other:?} is neither FlinkDeployment nor Deployment"))),
    };
    let flink_version = version
        .map(|version| version.parse())
        .transpose()
        .map_err(|error: crate::compat::NotAVersion| refused(error.to_string()))?;
    let option = |names: &[&str]| names.iter().find_map(|name| configuration.get(*name)).map(Scalar::text);
    let truth = |names: &[&str]| option(names).map(|value| value.eq_ignore_ascii_case("true"));
    Ok(Target {
        sources: vec![TargetSource {
            place: place.to_owned(),
            kind: "deployment".to_owned(),
            completeness: TargetCompleteness::None.into(),
        }],
        flink_version,
        is_sql,
        restore: RestoreSettings {
            allow_non_restored_state: restore.allow_non_restored_state.or(truth(&[
                "execution.state-recovery.ignore-unclaimed-state",
                "execution.savepoint.ignore-unclaimed-state",
            ])),
            claim_mode: option(&["execution.state-recovery.claim-mode", "execution.savepoint-restore-mode"])
                .and_then(|mode| ClaimMode::parse(&mode)),
            ..restore
        },
        backend: Backend {
            kind: option(&["state.backend.type", "state.backend"]).and_then(|kind| BackendKind::parse(&kind)),
            timers: option(&["state.backend.rocksdb.timer-service.factory"]).map(|timers| {
                if timers.eq_ignore_ascii_case("heap") { TimerService::Heap } else { TimerService::RocksDb }
            }),
            changelog: truth(&["state.changelog.enabled", "state.backend.changelog.enabled"]),
        },
        ..Target::default()
    })
}
