//! The examples for schedulers: their files are well-formed, and their commands are commands.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command as Process;

use keepoint::cli::args::{self, Command, GcCommand, GcRunArguments};
use serde::Deserialize;

fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/examples").join(name)
}

fn text(name: &str) -> String {
    fs::read_to_string(example(name)).expect(name)
}

/// The arguments of `keepoint gc run`, behind the name of the program.
fn gc_run(arguments: &[String]) -> Box<GcRunArguments> {
    let line = ["keepoint".to_owned()].into_iter().chain(arguments.iter().cloned()).map(OsString::from);
    match args::parse(line).unwrap_or_else(|error| panic!("{error}")).command {
        Command::Gc(gc) => match gc.command {
            GcCommand::Run(run) => run,
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
}

/// What every run from a scheduler must have: nobody is asked, and two runs know of each other.
fn suits_a_scheduler(run: &GcRunArguments) {
    assert!(run.yes);
    assert!(run.world.ledger.is_some());
    assert!(run.policy.keep_last.is_some());
    assert!(run.told.metrics_file.is_some() || run.told.push_gateway.is_some());
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CronJob {
    api_version: String,
    kind: String,
    spec: CronJobSpec,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CronJobSpec {
    schedule: String,
    concurrency_policy: String,
    job_template: Template<JobSpec>,
}

#[derive(Deserialize)]
struct Template<S> {
    spec: S,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct JobSpec {
    backoff_limit: u32,
    template: Template<PodSpec>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PodSpec {
    restart_policy: String,
    containers: Vec<Container>,
    volumes: Vec<BTreeMap<String, serde_json::Value>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Container {
    command: Vec<String>,
    args: Vec<String>,
    volume_mounts: Vec<BTreeMap<String, serde_json::Value>>,
}

#[test]
fn the_cron_job_runs_a_command_that_is_one() {
    let cron_job: CronJob = serde_saphyr::from_str(&text("kubernetes-cronjob.yaml")).expect("a CronJob");
    assert_eq!((cron_job.api_version.as_str(), cron_job.kind.as_str()), ("batch/v1", "CronJob"));
    assert_eq!(cron_job.spec.schedule.split(' ').count(), 5);
    assert_eq!(cron_job.spec.concurrency_policy, "Forbid");
    let job = cron_job.spec.job_template.spec;
    assert_eq!(job.backoff_limit, 0, "a refusal is not tried again");
    let pod = job.template.spec;
    assert_eq!(pod.restart_policy, "Never");
    let [container] = pod.containers.as_slice() else { panic!("one container") };
    assert_eq!(container.command, ["keepoint"]);
    let names = |all: &[BTreeMap<String, serde_json::Value>]| -> Vec<String> {
        let mut names: Vec<String> = all.iter().map(|one| one["name"].to_string()).collect();
        names.sort();
        names
    };
    assert_eq!(names(&container.volume_mounts), names(&pod.volumes));
    suits_a_scheduler(&gc_run(&container.args));
}

/// The lines of a unit, those that end with a backslash joined.
fn settings(unit: &str) -> Vec<(String, String)> {
    let joined = unit.replace("\\\n", " ");
    let lines = joined.lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| line.split_once('=')).map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

#[test]
fn the_service_runs_a_command_that_is_one() {
    let settings = settings(&text("systemd/keepoint-gc.service"));
    let of = |name: &str| settings.iter().find(|(other, _)| other == name).map(|(_, value)| value.clone());
    let words: Vec<String> = of("ExecStart").expect("a command").split_whitespace().map(ToOwned::to_owned).collect();
    let (program, arguments) = words.split_first().expect("a program");
    assert_eq!(program, "/usr/local/bin/keepoint");
    let run = gc_run(arguments);
    suits_a_scheduler(&run);
    let metrics = run.told.metrics_file.as_deref().and_then(Path::parent).expect("a directory");
    assert_eq!(of("ReadWritePaths").as_deref(), metrics.to_str(), "all else is read-only");
    assert_eq!(of("Type").as_deref(), Some("oneshot"));
}

#[test]
fn the_timer_starts_the_service_of_its_name() {
    let settings = settings(&text("systemd/keepoint-gc.timer"));
    assert!(settings.iter().any(|(name, value)| name == "OnCalendar" && !value.is_empty()));
    assert!(!settings.iter().any(|(name, _)| name == "Unit"), "the name of the timer is that of the service");
}

/// Needs systemd's own checker (Debian: `apt-get install systemd`).
#[test]
#[ignore = "needs systemd-analyze"]
fn systemd_finds_nothing_wrong_with_the_units() {
    let directory = tempfile::tempdir().expect("a directory");
    for name in ["keepoint-gc.service", "keepoint-gc.timer"] {
        // The checker wants the program to be there.
        let unit = text(&format!("systemd/{name}")).replace("/usr/local/bin/keepoint", env!("CARGO_BIN_EXE_keepoint"));
        fs::write(directory.path().join(name), unit).expect("a writable directory");
    }
    let mut analyze = Process::new("systemd-analyze");
    analyze.args(["verify", "--man=no", "keepoint-gc.service", "keepoint-gc.timer"]).current_dir(directory.path());
    let output = analyze.output().expect("systemd-analyze is installed");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    assert!(!said.contains("keepoint-gc"), "{said}");
}
