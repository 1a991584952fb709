//! The manifest: a job as somebody describes it, with everything that decides about a restore (`keepoint/v1`).
//!
//! Every field is optional but the operators of a vertex. What is left out is not known, and the checks that need it say so.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Deserializer};
use serde_saphyr::Spanned;

use super::manifest_type::{Known, ManifestType};
use super::{
    Backend, BackendKind, ClaimMode, Input, MaxParallelism, Partitioner, RestorePath, RestoreSettings, Target,
    TargetError, TargetOperator, TargetStates, TimerService, Vertex, yaml,
};
use crate::compat::FlinkVersion;
use crate::identify::{operator_id_of, parse_operator_id};
use crate::model::OperatorId;
use crate::report::{State, StateKind, StateScope, TargetCompleteness, TargetSource, Type};

/// The first line of a manifest says which form it has.
const FORM: &str = "keepoint/v1";

const HINT: &str = "docs/manifest.md shows every field of a manifest";

/// Reads a manifest; `file` reads what it names beside itself.
pub fn manifest(text: &str, place: &str, file: &dyn Fn(&str) -> Result<String, String>) -> Result<Target, TargetError> {
    let manifest: Manifest = yaml::read(text, place, HINT)?;
    Reader { place, manifest: &manifest, file }.target()
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Manifest {
    #[serde(rename = "manifest")]
    form: Spanned<String>,
    flink_version: Option<Spanned<String>>,
    source: Option<Source>,
    #[serde(default)]
    restore: Restore,
    #[serde(default)]
    backend: ManifestBackend,
    #[expect(
        dead_code,
        reason = "may be said, and no rule needs it: the snapshot tells whether records are on their way"
    )]
    checkpointing: Option<Checkpointing>,
    #[serde(default)]
    defaults: Defaults,
    #[serde(default)]
    vertices: Vec<ManifestVertex>,
    #[serde(default)]
    states: Vec<OperatorStates>,
    #[serde(default)]
    types: Types,
    #[serde(default)]
    expectations: Expectations,
    master_hooks: Option<BTreeSet<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Source {
    #[expect(dead_code, reason = "for people")]
    kind: Option<String>,
    completeness: Option<Completeness>,
    /// The operators of one task are in one vertex; said unless it is denied.
    #[serde(default = "yes")]
    chained: bool,
}

#[derive(Debug, Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
enum Completeness {
    Full,
    HeadsOnly,
    Candidates,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
struct Restore {
    path: Option<Path>,
    allow_non_restored_state: Option<bool>,
    claim_mode: Option<Spanned<String>>,
    drop_in_flight: Option<bool>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Path {
    Savepoint,
    Ha,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
struct ManifestBackend {
    r#type: Option<Spanned<String>>,
    incremental: Option<bool>,
    timers: Option<Timers>,
    changelog: Option<bool>,
    file_merging: Option<bool>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Timers {
    Heap,
    Rocksdb,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Checkpointing {
    #[expect(dead_code, reason = "may be said; the snapshot itself tells whether records are on their way")]
    unaligned: Option<bool>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
struct Defaults {
    parallelism: Option<u32>,
    /// `null` says that Flink derives it, which is something else than to say nothing.
    max_parallelism: Told<u32>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct ManifestVertex {
    name: Option<Spanned<String>>,
    parallelism: Option<u32>,
    max_parallelism: Option<ManifestMax>,
    operators: Vec<ManifestOperator>,
    inputs: Option<Vec<ManifestInput>>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
struct ManifestMax {
    value: Option<u32>,
    explicit: Option<bool>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct ManifestOperator {
    uid: Option<Spanned<String>>,
    uid_hash: Option<Spanned<String>>,
    id: Option<Spanned<String>>,
    name: Option<String>,
    state: Option<bool>,
    coordinator: Option<bool>,
    sink_v2: Option<SinkV2>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct SinkV2 {
    #[serde(default)]
    committer: bool,
    #[serde(default)]
    global_committer: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ManifestInput {
    from: Spanned<String>,
    partitioner: Option<Spanned<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct OperatorStates {
    operator: Spanned<String>,
    key: Option<ManifestType>,
    entries: Vec<Entry>,
    /// There are no other states; said unless it is denied.
    #[serde(default = "yes")]
    complete: bool,
}

fn yes() -> bool {
    true
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: String,
    kind: Kind,
    /// Of a list it is the type of the elements.
    #[serde(alias = "element")]
    r#type: Option<ManifestType>,
    key: Option<ManifestType>,
    value: Option<ManifestType>,
    namespace: Option<ManifestType>,
    /// How long values live, or `null` for ever; whether a value expires is what matters.
    #[serde(default)]
    ttl: Told<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    Value,
    List,
    Map,
    Reducing,
    Aggregating,
    #[serde(alias = "split")]
    SplitList,
    #[serde(alias = "union")]
    UnionList,
    Broadcast,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
struct Types {
    enums: BTreeMap<String, Vec<String>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
struct Expectations {
    must_restore: BTreeSet<String>,
    may_drop: BTreeSet<String>,
}

/// What is said of something that `null` says something about, too.
#[derive(Debug, Clone, Copy, Default)]
enum Told<T> {
    /// Nothing.
    #[default]
    Nothing,
    /// `null`.
    Null,
    /// This.
    Value(T),
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Told<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match Option::deserialize(deserializer)? {
            Some(value) => Self::Value(value),
            None => Self::Null,
        })
    }
}

/// From what a manifest says to a type, if it says something.
type ToType<'r> = &'r dyn Fn(&Option<ManifestType>) -> Result<Option<Type>, String>;

struct Reader<'m> {
    place: &'m str,
    manifest: &'m Manifest,
    file: &'m dyn Fn(&str) -> Result<String, String>,
}

impl Reader<'_> {
    fn refused<T>(&self, at: &Spanned<T>, cause: impl Into<String>) -> TargetError {
        let location = at.referenced;
        yaml::refused(self.place, Some((location.line(), location.column())), "", cause, HINT)
    }

    fn target(&self) -> Result<Target, TargetError> {
        let manifest = self.manifest;
        if manifest.form.value != FORM {
            let cause = format!("manifest: {:?} is not {FORM:?}", manifest.form.value);
            return Err(self.refused(&manifest.form, cause));
        }
        let flink_version = match &manifest.flink_version {
            Some(version) => {
                Some(version.value.parse::<FlinkVersion>().map_err(|error| self.refused(version, error.to_string()))?)
            }
            None => None,
        };
        let completeness =
            manifest.source.as_ref().and_then(|source| source.completeness).unwrap_or(Completeness::Full);
        let chained = manifest.source.as_ref().is_none_or(|source| source.chained);
        let mut vertices = self.vertices()?;
        self.states(&mut vertices)?;
        let reported = match completeness {
            _ if vertices.is_empty() => TargetCompleteness::None,
            Completeness::Full => TargetCompleteness::Full,
            Completeness::HeadsOnly => TargetCompleteness::HeadsOnly,
            Completeness::Candidates => TargetCompleteness::Candidates,
        };
        Ok(Target {
            is_sql: None,
            sources: vec![TargetSource {
                place: self.place.to_owned(),
                kind: "manifest".to_owned(),
                completeness: reported.into(),
            }],
            flink_version,
            restore: self.restore()?,
            backend: self.backend()?,
            is_complete: completeness == Completeness::Full && !vertices.is_empty(),
            only_candidates: completeness == Completeness::Candidates,
            chains_known: completeness == Completeness::Full && chained,
            vertices,
            uid_hashes_known: true,
            master_hooks: manifest.master_hooks.clone(),
            may_drop: manifest.expectations.may_drop.clone(),
            must_restore: manifest.expectations.must_restore.clone(),
            is_unchanged: false,
            sql: None,
        })
    }

    fn restore(&self) -> Result<RestoreSettings, TargetError> {
        let restore = &self.manifest.restore;
        let claim_mode = match &restore.claim_mode {
            Some(mode) => Some(ClaimMode::parse(&mode.value).ok_or_else(|| {
                self.refused(mode, format!("{:?} is none of NO_CLAIM, CLAIM and LEGACY", mode.value))
            })?),
            None => None,
        };
        Ok(RestoreSettings {
            start: None,
            allow_non_restored_state: restore.allow_non_restored_state,
            claim_mode,
            path: restore.path.map(|path| match path {
                Path::Savepoint => RestorePath::Savepoint,
                Path::Ha => RestorePath::HighAvailability,
            }),
            drop_in_flight: restore.drop_in_flight,
        })
    }

    fn backend(&self) -> Result<Backend, TargetError> {
        let backend = &self.manifest.backend;
        let kind = match &backend.r#type {
            Some(kind) => Some(BackendKind::parse(&kind.value).ok_or_else(|| {
                self.refused(kind, format!("{:?} is none of hashmap, rocksdb and forst", kind.value))
            })?),
            None => None,
        };
        let timers = backend.timers.map(|timers| match timers {
            Timers::Heap => TimerService::Heap,
            Timers::Rocksdb => TimerService::RocksDb,
        });
        Ok(Backend { kind, timers, changelog: backend.changelog })
    }

    fn vertices(&self) -> Result<Vec<Vertex>, TargetError> {
        let manifest = self.manifest;
        let mut by_name = BTreeMap::new();
        for (at, vertex) in manifest.vertices.iter().enumerate() {
            if let Some(name) = &vertex.name
                && by_name.insert(name.value.as_str(), at).is_some()
            {
                return Err(self.refused(name, format!("two vertices are called {:?}", name.value)));
            }
        }
        let mut uids = BTreeSet::new();
        let mut vertices = Vec::with_capacity(manifest.vertices.len());
        for vertex in &manifest.vertices {
            let mut operators = Vec::with_capacity(vertex.operators.len());
            for operator in &vertex.operators {
                if let Some(uid) = &operator.uid
                    && !uids.insert(uid.value.as_str())
                {
                    let cause =
                        format!("two operators have the uid {:?}, and Flink would not build the job", uid.value);
                    return Err(self.refused(uid, cause));
                }
                operators.extend(self.operators(operator)?);
            }
            let inputs = match &vertex.inputs {
                Some(inputs) => Some(inputs.iter().map(|input| self.input(input, &by_name)).collect::<Result<_, _>>()?),
                None => None,
            };
            vertices.push(Vertex {
                name: vertex.name.as_ref().map(|name| name.value.clone()),
                parallelism: vertex.parallelism.or(manifest.defaults.parallelism),
                max_parallelism: max_parallelism(vertex.max_parallelism, manifest.defaults.max_parallelism),
                operators,
                inputs,
            });
        }
        Ok(vertices)
    }

    /// An operator, and those that a sink is made of (`SinkTransformationTranslator`).
    fn operators(&self, operator: &ManifestOperator) -> Result<Vec<TargetOperator>, TargetError> {
        let parse = |text: &Spanned<String>| -> Result<OperatorId, TargetError> {
            parse_operator_id(&text.value)
                .ok_or_else(|| self.refused(text, format!("{:?} is no id of 32 hexadecimal digits", text.value)))
        };
        let given = operator.id.as_ref().map(parse).transpose()?;
        let uid = operator.uid.as_ref().map(|uid| uid.value.clone());
        let of_uid = uid.as_deref().map(operator_id_of);
        if let (Some(id), Some(given), Some(of_uid)) = (&operator.id, given, of_uid)
            && given != of_uid
        {
            return Err(self.refused(id, format!("the uid has the id {of_uid}, and not this one")));
        }
        let mut all = vec![TargetOperator {
            id: of_uid.or(given),
            uid_hash: operator.uid_hash.as_ref().map(parse).transpose()?,
            uid: uid.clone(),
            name: operator.name.clone(),
            has_state: match (operator.state, operator.coordinator) {
                (None, None) => None,
                (state, coordinator) => Some(state == Some(true) || coordinator == Some(true)),
            },
            ..TargetOperator::default()
        }];
        if let (Some(sink), Some(uid)) = (operator.sink_v2, uid) {
            let derived = [
                (sink.committer, format!("Sink Committer: {uid}")),
                (sink.global_committer, format!("Sink {uid} Global Committer")),
            ];
            all.extend(derived.into_iter().filter(|(wanted, _)| *wanted).map(|(_, uid)| TargetOperator {
                id: Some(operator_id_of(&uid)),
                uid: Some(uid),
                ..TargetOperator::default()
            }));
        }
        Ok(all)
    }

    fn input(&self, input: &ManifestInput, vertices: &BTreeMap<&str, usize>) -> Result<Input, TargetError> {
        let from = vertices.get(input.from.value.as_str()).copied();
        let from =
            from.ok_or_else(|| self.refused(&input.from, format!("no vertex is called {:?}", input.from.value)))?;
        let partitioner = match &input.partitioner {
            Some(name) => Some(Partitioner::parse(&name.value).ok_or_else(|| {
                let cause = format!(
                    "{:?} is no partitioner: forward, rescale, rebalance, shuffle, hash, global, broadcast, custom",
                    name.value
                );
                self.refused(name, cause)
            })?),
            None => None,
        };
        Ok(Input { from, partitioner })
    }

    fn states(&self, vertices: &mut [Vertex]) -> Result<(), TargetError> {
        let known = Known { enums: &self.manifest.types.enums, file: self.file };
        for of_operator in &self.manifest.states {
            let name = &of_operator.operator;
            let id = parse_operator_id(&name.value);
            let is_meant = |operator: &&mut TargetOperator| {
                operator.uid.as_deref() == Some(name.value.as_str()) || (id.is_some() && operator.id == id)
            };
            let operator = vertices.iter_mut().flat_map(|vertex| &mut vertex.operators).find(is_meant);
            let operator = operator.ok_or_else(|| {
                self.refused(
                    name,
                    format!("states are named of {:?}, which is no operator of the vertices", name.value),
                )
            })?;
            let refused = |cause: String| self.refused(name, cause);
            let to_type = |told: &Option<ManifestType>| told.as_ref().map(|told| told.to_type(&known)).transpose();
            let key = to_type(&of_operator.key).map_err(refused)?;
            let entries = of_operator.entries.iter().map(|entry| state(entry, key.as_ref(), &to_type));
            operator.states = Some(TargetStates {
                entries: entries.collect::<Result<_, _>>().map_err(refused)?,
                key,
                is_complete: of_operator.complete,
                tells_timers: false,
            });
        }
        Ok(())
    }
}

fn max_parallelism(own: Option<ManifestMax>, default: Told<u32>) -> Option<MaxParallelism> {
    match own {
        Some(ManifestMax { explicit: Some(false), .. }) => Some(MaxParallelism::Derived),
        Some(ManifestMax { value: Some(value), explicit: Some(true) }) => Some(MaxParallelism::Explicit(value)),
        Some(ManifestMax { value: Some(value), explicit: None }) => Some(MaxParallelism::Effective(value)),
        Some(ManifestMax { value: None, .. }) | None => match default {
            Told::Value(value) => Some(MaxParallelism::Explicit(value)),
            Told::Null => Some(MaxParallelism::Derived),
            Told::Nothing => None,
        },
    }
}

fn state(entry: &Entry, key_of_operator: Option<&Type>, to_type: ToType<'_>) -> Result<State, String> {
    let plain = to_type(&entry.r#type)?;
    let (key, value) = (to_type(&entry.key)?, to_type(&entry.value)?);
    let (kind, scope) = match entry.kind {
        Kind::Value => (StateKind::Value, StateScope::Keyed),
        // A list of an operator without keys can only be operator state.
        Kind::List if key_of_operator.is_none() => (StateKind::SplitList, StateScope::Operator),
        Kind::List => (StateKind::List, StateScope::Keyed),
        Kind::Map => (StateKind::Map, StateScope::Keyed),
        Kind::Reducing => (StateKind::Reducing, StateScope::Keyed),
        Kind::Aggregating => (StateKind::Aggregating, StateScope::Keyed),
        Kind::SplitList => (StateKind::SplitList, StateScope::Operator),
        Kind::UnionList => (StateKind::UnionList, StateScope::Operator),
        Kind::Broadcast => (StateKind::Broadcast, StateScope::Operator),
    };
    let key_and_value = matches!(entry.kind, Kind::Map | Kind::Broadcast);
    if key_and_value && plain.is_some() {
        return Err(format!("the state {:?} has a key and a value, and no type", entry.name));
    }
    if !key_and_value && (key.is_some() || value.is_some()) {
        return Err(format!("the state {:?} has a type, and no key and value", entry.name));
    }
    let (key, value) = match entry.kind {
        Kind::Broadcast => (key, value),
        Kind::Map => (key_of_operator.cloned(), key.zip(value).map(|(key, value)| ManifestType::map_of(key, value))),
        Kind::List if scope == StateScope::Keyed => (key_of_operator.cloned(), plain.map(ManifestType::list_of)),
        _ if scope == StateScope::Keyed => (key_of_operator.cloned(), plain),
        _ => (None, plain),
    };
    Ok(State {
        name: entry.name.clone(),
        kind: Some(kind.into()),
        scope: scope.into(),
        key,
        namespace: to_type(&entry.namespace)?,
        value,
        ttl: match entry.ttl {
            Told::Nothing => None,
            Told::Null => Some(false),
            Told::Value(_) => Some(true),
        },
        recovered: None,
    })
}
