//! Jobs whose operators Flink's own graphs tell.

use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};

use keepoint::identify::{Plan, Source, Sources, Told, identify};
use keepoint::report::{Finding, Operator, UidSource};
use serde_json::Value;

use crate::fixtures::fixtures;

/// A job, and what Flink says of it.
pub(crate) struct Job {
    /// `<release>/<name>`.
    pub(crate) name: String,
    directory: PathBuf,
    operators: Vec<Value>,
}

pub(crate) fn jobs() -> Vec<Job> {
    let mut jobs = Vec::new();
    for release in entries(&fixtures().join("uids")) {
        for file in entries(&release) {
            let name = file.file_name().expect("a name").to_str().expect("text");
            let Some(name) = name.strip_suffix(".json").filter(|name| !name.contains('.')) else { continue };
            let json: Value = serde_json::from_slice(&fs::read(&file).expect("readable")).expect("JSON");
            let release_name = release.file_name().expect("a name").to_str().expect("text");
            jobs.push(Job {
                name: format!("{release_name}/{name}"),
                directory: release.clone(),
                operators: json["operators"].as_array().expect("operators").clone(),
            });
        }
    }
    assert!(jobs.len() >= 24, "only {} jobs", jobs.len());
    jobs
}

fn entries(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).expect("a directory of fixtures");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("readable").path()).collect();
    paths.sort();
    paths
}

pub(crate) fn jar_of(release: &Path) -> Vec<u8> {
    fs::read(release.join("app.jar")).expect("the application")
}

impl Job {
    fn is(&self, name: &str) -> bool {
        self.name.ends_with(&format!("/{name}"))
    }

    /// The operators as metadata without names has them.
    fn nameless(&self) -> Vec<Operator> {
        let id = |operator: &Value| operator["operator_id"].as_str().expect("an id").to_owned();
        let operators = self.operators.iter();
        operators
            .map(|operator| Operator { operator_id: id(operator), subtasks_with_state: 1, ..Operator::default() })
            .collect()
    }

    fn uids(&self) -> Vec<Option<&str>> {
        self.operators.iter().map(|operator| operator["uid"].as_str()).collect()
    }

    fn jar(&self) -> Source {
        Source { place: "app.jar".to_owned(), told: Told::Jar(Box::new(Cursor::new(jar_of(&self.directory)))) }
    }

    fn plan(&self, extension: &str) -> Source {
        let name = self.name.rsplit('/').next().expect("a name");
        let file = self.directory.join(format!("{name}.{extension}"));
        let plan = Plan::parse(&fs::read(file).expect("a plan")).expect("JSON");
        Source { place: "plan.json".to_owned(), told: Told::Plan(plan) }
    }

    fn identified(&self, sources: Vec<Source>) -> (Vec<Operator>, Vec<Finding>) {
        let mut operators = self.nameless();
        let findings = identify(&mut operators, "file:/snapshot", &mut Sources { sources });
        (operators, findings)
    }

    /// Nothing that is said contradicts Flink.
    fn assert_right(&self, operators: &[Operator]) {
        for (operator, truth) in operators.iter().zip(self.uids()) {
            let id = &operator.operator_id;
            assert!(operator.uid.is_none() || operator.uid.as_deref() == truth, "{}: {id}: {operator:?}", self.name);
            assert!(operator.auto_generated != Some(true) || truth.is_none(), "{}: {id} has {truth:?}", self.name);
            assert!(operator.auto_generated != Some(false) || truth.is_some(), "{}: {id} has none", self.name);
            assert_eq!(operator.uid.is_some(), operator.uid_source.is_some(), "{}: {id}", self.name);
        }
    }
}

#[test]
fn every_uid_that_is_a_constant_of_the_application_is_found_in_its_jar_and_none_that_is_not_there() {
    let mut found = 0;
    for job in jobs() {
        let (operators, findings) = job.identified(vec![job.jar()]);
        job.assert_right(&operators);
        for (operator, truth) in operators.iter().zip(job.uids()) {
            let is_put_together = truth.is_some_and(|uid| uid.starts_with("step-"));
            let expected = truth.filter(|_| !is_put_together);
            assert_eq!(operator.uid.as_deref(), expected, "{}", job.name);
            let from_sql = if job.is("sql-with-uids") { UidSource::Rule } else { UidSource::Jar };
            assert_eq!(operator.uid_source, expected.map(|_| from_sql.into()), "{}", job.name);
            found += usize::from(expected.is_some());
        }
        assert!(findings.iter().all(|finding| finding.code != "UID_SOURCE_UNREAD"), "{findings:?}");
    }
    assert!(found > 50, "only {found} uids");
}

#[test]
fn once_the_uids_are_known_every_generated_id_of_up_to_three_inputs_is_recognised() {
    let mut recognised = 0;
    for job in jobs().iter().filter(|job| !job.is("put-together")) {
        let (operators, _) = job.identified(vec![job.jar()]);
        for (operator, truth) in operators.iter().zip(job.uids()) {
            assert_eq!(operator.auto_generated, Some(truth.is_none()), "{}: {operator:?}", job.name);
            recognised += usize::from(truth.is_none());
        }
    }
    assert!(recognised > 200, "only {recognised} ids");
}

#[test]
fn without_any_source_what_is_recognised_is_right_and_most_is() {
    let (mut recognised, mut all) = (0, 0);
    for job in jobs() {
        let (operators, findings) = job.identified(Vec::new());
        job.assert_right(&operators);
        let generated = operators.iter().filter(|operator| operator.auto_generated == Some(true)).count();
        recognised += generated;
        all += job.uids().iter().filter(|uid| uid.is_none()).count();
        let says_so = findings.iter().any(|finding| finding.code == "OP_ID_AUTO_GENERATED");
        assert_eq!(says_so, generated > 0, "{}: {findings:?}", job.name);
    }
    assert!(recognised * 10 > all * 9, "only {recognised} of {all}");
}

#[test]
fn an_operator_behind_a_uid_that_nobody_knows_is_half_of_a_pair() {
    let job = jobs().into_iter().find(|job| job.is("partly")).expect("a job that has grown");
    let (_, findings) = job.identified(Vec::new());
    let pairs: Vec<_> = findings.iter().filter(|finding| finding.code == "OP_AUTO_PAIR_AMBIGUOUS").collect();
    assert!(!pairs.is_empty(), "{findings:?}");
    for pair in pairs {
        let is_of_pair = |operator: &&Value| {
            let id = operator["operator_id"].as_str().expect("an id");
            pair.operator_id.as_deref() == Some(id) || pair.message.contains(id)
        };
        let uids: Vec<_> = job.operators.iter().filter(is_of_pair).collect();
        assert_eq!(uids.len(), 2, "{pair:?}");
        assert!(uids.iter().any(|operator| operator["uid"].is_null()), "{pair:?}");
    }
}

#[test]
fn the_plan_of_the_job_graph_gives_names_of_tasks_with_one_operator() {
    let mut named = 0;
    for job in jobs().iter().filter(|job| !job.name.contains("sql")) {
        let (operators, _) = job.identified(vec![job.plan("plan.json")]);
        job.assert_right(&operators);
        for (operator, truth) in operators.iter().zip(&job.operators) {
            if let Some(name) = &operator.name {
                assert_eq!(truth["name"], name.as_str(), "{}", job.name);
                assert_eq!(operator.name_source, Some(UidSource::Plan.into()));
                named += 1;
            }
        }
    }
    assert!(named > 10, "only {named} names");
}

#[test]
fn the_plan_of_the_stream_graph_has_no_ids_and_names_nothing_wrongly() {
    for job in jobs() {
        let (operators, _) = job.identified(vec![job.plan("stream-plan.json")]);
        job.assert_right(&operators);
        assert!(operators.iter().all(|operator| operator.name.is_none()), "{}", job.name);
    }
}
