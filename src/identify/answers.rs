//! From sources to answers about operators.

use std::collections::BTreeMap;
use std::io::{Read, Seek};

use super::derived::SqlNode;
use super::generated::{self, Node, Verdict};
use super::jar::{self, Scan};
use super::plan::{Plan, parse_operator_id};
use super::search::{Place, Search};
use super::uid_hash::operator_id_of;
use crate::model::OperatorId;
use crate::report::{Finding, Operator, Severity, UidAnswer, UidSource};

/// An archive that can be read from any place.
pub trait Archive: Read + Seek {}

impl<T: Read + Seek> Archive for T {}

/// What may tell who operators are.
#[derive(Default)]
pub struct Sources {
    /// In the order in which they are asked.
    pub sources: Vec<Source>,
}

/// A source of names or uids, and how it is called.
pub struct Source {
    /// A path or a URI.
    pub place: String,
    /// What it tells.
    pub told: Told,
}

/// What a source tells.
pub enum Told {
    /// uids, a line for each. Text in double quotes is tried as well, so that a program's source serves, too.
    Uids(String),
    /// The archive of a job.
    Jar(Box<dyn Archive>),
    /// A plan of a job.
    Plan(Plan),
    /// The operators of another snapshot.
    Snapshot(Vec<Operator>),
    /// Nothing: it could not be read, for this reason.
    Unread(String),
}

/// Nodes of SQL that are tried without a plan: their numbers count from 1 for each JVM that plans (`ExecNodeContext.newNodeId`).
const SQL_NODES: u64 = 2_000;

/// Combinations of a sink's uid and a text that are tried at most, in search of operators inside of sinks: some seconds.
const COMBINATIONS: u64 = 30_000_000;

/// The state of every source operator, and of no other (`SourceOperator.SPLITS_STATE_DESC`).
const SOURCE_STATE: &str = "SourceReaderState";

/// Fills in what is known of operators besides what their metadata says, and says what is worth knowing about it.
pub fn identify(operators: &mut [Operator], location: &str, sources: &mut Sources) -> Vec<Finding> {
    let mut findings = mismatches(operators, location);
    let search = find_uids(operators, location, sources, &mut findings);
    for operator in operators.iter_mut().filter(|operator| operator.uid.is_none()) {
        let Some(found) = id_of(operator).and_then(|id| search.found().get(&id)) else { continue };
        operator.uid = Some(found.uid.clone());
        operator.uid_source = Some(found.source.into());
        operator.uid_evidence = Some(found.place.clone());
        operator.auto_generated = Some(false);
    }
    name(operators, location, sources, &mut findings);
    recognise(operators, location, &mut findings);
    findings
}

/// Says which uid has an operator id, of operators of which nothing else is known.
pub fn answer(ids: &[OperatorId], sources: &mut Sources) -> (Vec<UidAnswer>, Vec<Finding>) {
    let bare = |id: &OperatorId| Operator { operator_id: id.to_string(), ..Operator::default() };
    let mut operators: Vec<Operator> = ids.iter().map(bare).collect();
    let location = sources.sources.first().map(|source| source.place.clone()).unwrap_or_default();
    let mut findings = Vec::new();
    // What a snapshot says of all of its operators together is worth more than what follows from one id.
    let mut known: BTreeMap<String, Operator> = BTreeMap::new();
    let snapshots: Vec<(String, Vec<Operator>)> = sources.sources.iter().filter_map(as_snapshot).collect();
    for (place, mut of_snapshot) in snapshots {
        let has_any = of_snapshot.iter().any(|each| ids.iter().any(|id| id.to_string() == each.operator_id));
        if has_any {
            let about = identify(&mut of_snapshot, &place, sources);
            let is_asked = |finding: &Finding| match &finding.operator_id {
                Some(operator) => ids.iter().any(|id| id.to_string() == *operator),
                None => finding.code == UNREAD,
            };
            findings.extend(about.into_iter().filter(is_asked));
            for each in of_snapshot {
                known
                    .entry(each.operator_id.clone())
                    .or_insert(Operator { uid_evidence: evidence(&each, &place), ..each });
            }
        }
    }
    operators.retain(|operator| !known.get(&operator.operator_id).is_some_and(is_answered));
    if !operators.is_empty() {
        findings.extend(identify(&mut operators, &location, sources));
    }
    for mut operator in operators {
        if operator.uid.is_none()
            && let Some(number) = id_of(&operator).and_then(generated::number_of_source)
        {
            operator.auto_generated = Some(true);
            operator.uid_evidence = Some(number);
        }
        let earlier =
            known.get(&operator.operator_id).is_some_and(|known| !is_answered(&operator) || is_answered(known));
        if !earlier {
            known.insert(operator.operator_id.clone(), operator);
        }
    }
    let mut different: Vec<Finding> = Vec::with_capacity(findings.len());
    for finding in findings {
        if !different.contains(&finding) {
            different.push(finding);
        }
    }
    let answers = ids.iter().map(|id| known.get(&id.to_string()).map_or_else(|| to_answer(&bare(id)), to_answer));
    (answers.collect(), different)
}

fn as_snapshot(source: &Source) -> Option<(String, Vec<Operator>)> {
    match &source.told {
        Told::Snapshot(operators) => Some((source.place.clone(), operators.clone())),
        Told::Uids(_) | Told::Jar(_) | Told::Plan(_) | Told::Unread(_) => None,
    }
}

fn is_answered(operator: &Operator) -> bool {
    operator.uid.is_some() || operator.auto_generated.is_some()
}

fn evidence(operator: &Operator, place: &str) -> Option<String> {
    operator.uid_evidence.clone().or_else(|| is_answered(operator).then(|| place.to_owned()))
}

fn to_answer(operator: &Operator) -> UidAnswer {
    UidAnswer {
        operator_id: operator.operator_id.clone(),
        uid: operator.uid.clone(),
        name: operator.name.clone(),
        uid_source: operator.uid_source,
        auto_generated: operator.auto_generated,
        name_source: operator.name_source,
        uid_evidence: operator.uid_evidence.clone(),
    }
}

fn id_of(operator: &Operator) -> Option<OperatorId> {
    parse_operator_id(&operator.operator_id)
}

/// uids in metadata that are not those of their operators.
fn mismatches(operators: &[Operator], location: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    for operator in operators {
        let Some(uid) = &operator.uid else { continue };
        let hash = operator_id_of(uid).to_string();
        if hash != operator.operator_id {
            findings.push(Finding {
                code: "OP_UID_MISMATCH".to_owned(),
                severity: Severity::Warning.into(),
                operator_id: Some(operator.operator_id.clone()),
                uid: Some(uid.clone()),
                message: "the metadata has a uid for this operator whose hash is another operator id".to_owned(),
                evidence: Some(hash),
                action: Some("find out what wrote the metadata; Flink finds state by the operator id".to_owned()),
                ..about(location)
            });
        }
    }
    findings
}

fn find_uids(operators: &[Operator], location: &str, sources: &mut Sources, findings: &mut Vec<Finding>) -> Search {
    let mut search = Search::new(operators.iter().filter(|operator| operator.uid.is_none()).filter_map(id_of));
    for Source { place, told } in &mut sources.sources {
        let whole = Place { source: place, inside: None };
        match told {
            Told::Uids(text) => each_line(text, &mut |line| search.text(line, UidSource::Given, whole)),
            Told::Jar(archive) if search.is_open() => {
                let show = &mut |text: &str, class: &str| {
                    search.text(text, UidSource::Jar, Place { inside: Some(class), ..whole });
                };
                let scan = jar::scan(archive.as_mut(), &jar::Limits::default(), show);
                findings.extend(about_jar(scan, place));
            }
            Told::Plan(plan) => {
                plan.each_text(&mut |text| search.text(text, UidSource::Plan, whole));
                for node in plan.sql_nodes() {
                    search.sql(node, UidSource::Plan, whole);
                }
            }
            Told::Snapshot(others) => {
                let uids = others.iter().filter_map(|operator| operator.uid.as_deref());
                uids.for_each(|uid| search.text(uid, UidSource::Snapshot, whole));
            }
            Told::Unread(reason) => findings.push(unread(place, reason.clone())),
            Told::Jar(_) => {}
        }
    }
    find_inside_sinks(operators, location, sources, &mut search, findings);
    for id in 1..=SQL_NODES {
        let node = SqlNode { id, type_and_version: None };
        search.sql(
            node,
            UidSource::Rule,
            Place { source: "Flink's uids of SQL: <node>_<transformation>", inside: None },
        );
    }
    search
}

/// A custom sink has operators whose uids are put behind that of the sink, which has been found by now.
fn find_inside_sinks(
    operators: &[Operator],
    location: &str,
    sources: &mut Sources,
    search: &mut Search,
    findings: &mut Vec<Finding>,
) {
    let known = operators.iter().filter_map(|operator| operator.uid.clone());
    let sinks: Vec<String> = known.chain(search.found().values().map(|found| found.uid.clone())).collect();
    if sinks.is_empty() {
        return;
    }
    let mut combinations = 0_u64;
    let mut is_enough = || {
        combinations = combinations.saturating_add(sinks.len() as u64);
        combinations > COMBINATIONS
    };
    for Source { place, told } in &mut sources.sources {
        if !search.is_open() {
            return;
        }
        match told {
            Told::Uids(text) => each_line(text, &mut |line| {
                if !is_enough() {
                    search.text_in_sinks(&sinks, line, UidSource::Given, Place { source: place, inside: None });
                }
            }),
            Told::Jar(archive) => {
                let show = &mut |text: &str, class: &str| {
                    if !is_enough() {
                        search.text_in_sinks(
                            &sinks,
                            text,
                            UidSource::Jar,
                            Place { source: place, inside: Some(class) },
                        );
                    }
                };
                // What is wrong with it has been said.
                let _ = jar::scan(archive.as_mut(), &jar::Limits::default(), show);
            }
            Told::Plan(_) | Told::Snapshot(_) | Told::Unread(_) => {}
        }
    }
    if combinations > COMBINATIONS {
        findings.push(Finding {
            code: "UID_SINKS_NOT_ALL_TRIED".to_owned(),
            severity: Severity::Info.into(),
            message: format!("of uids inside of sinks, only the first {COMBINATIONS} combinations of texts were tried"),
            action: Some("give what the sinks' own operators have as uids with `--uids`".to_owned()),
            ..about(location)
        });
    }
}

/// The lines of a text, and what they have in double quotes.
fn each_line(text: &str, show: &mut dyn FnMut(&str)) {
    for line in text.lines() {
        show(line);
        show(line.trim());
        if line.contains('"') {
            line.split('"').for_each(&mut *show);
        }
    }
}

/// The code of a source that was not read, or not all of it.
const UNREAD: &str = "UID_SOURCE_UNREAD";

fn unread(place: &str, reason: String) -> Finding {
    Finding {
        code: UNREAD.to_owned(),
        severity: Severity::Unknown.into(),
        message: reason,
        action: Some("what it would tell is not known; everything else was looked at".to_owned()),
        ..about(place)
    }
}

fn about_jar(scan: Result<Scan, jar::JarError>, place: &str) -> Option<Finding> {
    match scan {
        Err(error) => Some(unread(place, error.to_string())),
        Ok(scan) if scan.unread > 0 => {
            let examples = scan.examples.iter().map(|each| format!("{}: {}", each.path, each.reason));
            Some(Finding {
                evidence: Some(examples.collect::<Vec<_>>().join("; ")),
                ..unread(place, format!("{} entries were not read, {} class files were", scan.unread, scan.classes))
            })
        }
        Ok(scan) if scan.classes == 0 => Some(unread(place, "there is no class file in it".to_owned())),
        Ok(_) => None,
    }
}

/// Names from plans and other snapshots. The metadata's own wins, and what contradicts it is said.
fn name(operators: &mut [Operator], location: &str, sources: &Sources, findings: &mut Vec<Finding>) {
    for source in &sources.sources {
        let (names, from) = match &source.told {
            Told::Plan(plan) => (plan.names(), UidSource::Plan),
            Told::Snapshot(others) => {
                let named = others.iter().filter_map(|other| Some((id_of(other)?, other.name.clone()?)));
                (named.collect(), UidSource::Snapshot)
            }
            Told::Uids(_) | Told::Jar(_) | Told::Unread(_) => continue,
        };
        for operator in operators.iter_mut() {
            let Some(name) = id_of(operator).and_then(|id| names.get(&id)) else { continue };
            match &operator.name {
                None => {
                    operator.name = Some(name.clone());
                    operator.name_source = Some(from.into());
                }
                Some(known) if known != name => findings.push(Finding {
                    code: "OP_NAME_CONFLICT".to_owned(),
                    severity: Severity::Info.into(),
                    operator_id: Some(operator.operator_id.clone()),
                    uid: operator.uid.clone(),
                    message: format!("is called {known:?} here and {name:?} in {}", source.place),
                    action: Some("none: names play no part when state is restored; the first one is shown".to_owned()),
                    ..about(location)
                }),
                Some(_) => {}
            }
        }
    }
}

/// Which of the ids without uid are generated.
fn recognise(operators: &mut [Operator], location: &str, findings: &mut Vec<Finding>) {
    if operators.iter().all(|operator| operator.uid.is_some()) {
        return;
    }
    let node = |operator: &Operator| {
        let has_no_inputs = operator.uid.is_some() || is_source(operator);
        Some(Node { id: id_of(operator)?, has_no_inputs })
    };
    let nodes: Option<Vec<Node>> = operators.iter().map(node).collect();
    let Some(nodes) = nodes else { return };
    let verdicts = generated::recognise(&nodes);
    for ((operator, verdict), node) in operators.iter_mut().zip(verdicts).zip(&nodes) {
        match verdict {
            Verdict::Generated { .. } if operator.uid.is_none() => operator.auto_generated = Some(true),
            Verdict::OneOfPair(other) if node.id < other => findings.push(Finding {
                code: "OP_AUTO_PAIR_AMBIGUOUS".to_owned(),
                severity: Severity::Info.into(),
                operator_id: Some(operator.operator_id.clone()),
                message: format!(
                    "the id of this operator or that of {other} is generated, or both are; the ids do not tell"
                ),
                action: Some("give a uid, the plan or the jar of the job".to_owned()),
                ..about(location)
            }),
            Verdict::Generated { .. } | Verdict::OneOfPair(_) | Verdict::Unknown => {}
        }
    }
    findings.extend(fragile(operators, location));
}

fn is_source(operator: &Operator) -> bool {
    operator.coordinator_bytes.is_some_and(|bytes| bytes > 0)
        && operator.states.iter().any(|state| state.name == SOURCE_STATE)
}

/// State under generated ids.
fn fragile(operators: &[Operator], location: &str) -> Option<Finding> {
    let has_state =
        |operator: &&Operator| operator.subtasks_with_state > 0 || operator.coordinator_bytes.unwrap_or(0) > 0;
    let generated = operators.iter().filter(|operator| operator.auto_generated == Some(true));
    let ids: Vec<&str> = generated.filter(has_state).map(|operator| operator.operator_id.as_str()).collect();
    (!ids.is_empty()).then(|| Finding {
        code: "OP_ID_AUTO_GENERATED".to_owned(),
        severity: Severity::Warning.into(),
        message: format!(
            "operators with state whose ids are generated: {}; a change to the job may change the ids, and then Flink does not find \
             the state",
            ids.len()
        ),
        evidence: Some(ids.join(", ")),
        action: Some(
            "set uid(…) and, for one restore, setUidHash(…) to the id; take a savepoint; then drop setUidHash".to_owned(),
        ),
        ..about(location)
    })
}

fn about(location: &str) -> Finding {
    Finding { location: location.to_owned(), ..Finding::default() }
}
