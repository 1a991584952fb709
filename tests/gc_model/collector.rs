//! A collector: keepoint's own code between a store and a plan, with what an operator could have asked for.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use keepoint::gc::apply::{ApplyOptions, Interrupt, Tools, apply};
use keepoint::gc::ledger::Ledger;
use keepoint::gc::plan::PlanReader;
use keepoint::gc::protect::ProtectionSource;
use keepoint::gc::retention::{Keep, Policy, PolicyParts, Rule as PolicyRule};
use keepoint::gc::rules::Rules;
use keepoint::gc::world::{Opened, World};
use keepoint::gc::{GcRequest, Limits, Marking, Memory, Planning, Purpose, make_plan};
use keepoint::progress::Silent;
use keepoint::report::{GcItem, GcOutcomeReport, GcPlanReport, GcSnapshot};
use keepoint::storage::{StorageSettings, Stores};
use keepoint::uri::StorageUri;

use crate::memory_store::{Actor, Call, Gate, MemoryStorage, MemoryStore, Operation};
use crate::registry::{Registry, Source};

/// What an operator asks for.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    pub(crate) roots: Vec<String>,
    pub(crate) also_read: Vec<String>,
    pub(crate) keep_last: u32,
    pub(crate) orphans: bool,
    pub(crate) min_age: Duration,
    /// Directories of jobs that have ended.
    pub(crate) ended: Vec<String>,
    pub(crate) ended_if_idle: Option<Duration>,
    /// Whether clusters and high availability are asked.
    pub(crate) asks_registry: bool,
    /// Where journal, audit log and copies go.
    pub(crate) ledger: String,
    /// Whether the ledger is a lasting one, which remembers what was seen before.
    pub(crate) remembers: bool,
    pub(crate) takes_lease: bool,
    /// The share of a root that may be residue; the usual one where nothing is said.
    pub(crate) max_share: Option<f64>,
    pub(crate) rules: Rules,
}

/// A collector at work.
#[derive(Clone)]
pub(crate) struct Collector {
    pub(crate) store: Arc<MemoryStore>,
    pub(crate) actor: Actor,
    pub(crate) gate: Arc<dyn Gate>,
    pub(crate) registry: Arc<Registry>,
    pub(crate) wanted: Wanted,
}

/// A plan that was made.
#[derive(Debug, Clone, Default)]
pub(crate) struct Plan {
    /// The file; nothing where the run was blocked.
    pub(crate) bytes: Vec<u8>,
    pub(crate) items: Vec<GcItem>,
    pub(crate) snapshots: Vec<GcSnapshot>,
    pub(crate) report: GcPlanReport,
}

/// What comes between making a plan and applying it, as a call that waits for its turn.
pub(crate) const BETWEEN: &str = "between plan and apply";

impl Collector {
    fn stores(&self) -> Arc<Stores> {
        let storage = MemoryStorage::new(&self.store, self.actor, Arc::clone(&self.gate));
        let places = self.wanted.roots.iter().chain(&self.wanted.also_read);
        let stores = Stores::new(StorageSettings::default()).expect("nothing is read for it");
        Arc::new(places.fold(stores, |stores, place| stores.with(&uri(place), Arc::clone(&storage) as _)))
    }

    fn world(&self, stores: &Arc<Stores>) -> Result<World, String> {
        let open = |place: &String| {
            let place = uri(place);
            Opened { storage: stores.open(&place).expect("it was opened"), place }
        };
        let roots = self.wanted.roots.iter().map(open).collect();
        let also_read = self.wanted.also_read.iter().map(open).collect();
        World::new(roots, also_read, Arc::clone(stores)).map_err(|error| error.to_string())
    }

    fn sources(&self) -> Vec<Box<dyn ProtectionSource>> {
        if !self.wanted.asks_registry {
            return Vec::new();
        }
        vec![Box::new(Source {
            registry: Arc::clone(&self.registry),
            gate: Arc::clone(&self.gate),
            actor: self.actor,
            clock: self.store.clock().clone(),
        })]
    }

    fn request(&self) -> GcRequest {
        let rules = vec![PolicyRule { keep: Keep::Last(self.wanted.keep_last), of: None }];
        let policy = Policy::new(PolicyParts { rules, ..PolicyParts::default() }).expect("it keeps something");
        GcRequest {
            orphans: self.wanted.orphans,
            ended: self.wanted.ended.iter().map(|place| uri(place)).collect(),
            ended_if_idle: self.wanted.ended_if_idle,
            limits: Limits {
                min_age: self.wanted.min_age,
                unfinished_age: self.wanted.min_age.max(Duration::from_secs(24 * 3600)),
                max_share: self.wanted.max_share,
                ..Limits::default()
            },
            rules: self.wanted.rules,
            ..GcRequest::new(Purpose::Retention(policy))
        }
    }

    /// Makes a plan. What it was refused for is in the report, or the error.
    pub(crate) async fn plan(&self) -> Result<Plan, String> {
        let stores = self.stores();
        let world = self.world(&stores)?;
        let (request, sources) = (self.request(), self.sources());
        let planning = Planning {
            world: &world,
            request: &request,
            sources: &sources,
            waived: &[],
            ledger: None,
            as_of: self.store.clock().now(),
        };
        let ledger = match self.wanted.remembers {
            true => Some(Ledger::open(&stores, &uri(&self.wanted.ledger)).await.map_err(|error| error.reason())?),
            false => None,
        };
        let roots: Vec<StorageUri> = self.wanted.roots.iter().map(|root| uri(root)).collect();
        let memory = match &ledger {
            Some(ledger) => Some(Memory::open(ledger, &roots).await.map_err(|error| error.reason())?),
            None => None,
        };
        let written = Written::default();
        let out = written.clone();
        let made = make_plan(&planning, memory, move || Ok(Box::new(out) as _), &Silent).await;
        let report = made.map_err(|error| error.to_string())?;
        let bytes = std::mem::take(&mut *written.0.lock().expect("nobody panics with it"));
        let mut plan = Plan { bytes, report, ..Plan::default() };
        if !plan.bytes.is_empty() {
            for record in PlanReader::open(plan.bytes.as_slice()) {
                let record = record.map_err(|error| format!("a plan that cannot be read: {error}"))?;
                plan.items.extend(record.item);
                plan.snapshots.extend(record.snapshot);
            }
        }
        Ok(plan)
    }

    /// Applies a plan: as `gc run` does, in the process that made it, or as `gc apply` does, later.
    pub(crate) async fn apply(&self, plan: &Plan, run: &str, later: bool) -> Result<GcOutcomeReport, String> {
        let stores = self.stores();
        let world = self.world(&stores)?;
        let sources = self.sources();
        let request = match plan.report.plan.as_ref().filter(|_| later) {
            Some(header) => GcRequest { rules: self.wanted.rules, ..GcRequest::of_plan(header, plan.snapshots.iter()) },
            None => self.request(),
        };
        let ledger = Ledger::open(&stores, &uri(&self.wanted.ledger)).await.map_err(|error| error.reason())?;
        let time = self.store.clock().clone();
        let clock = move || time.now();
        let mut marking =
            Marking::new(&world, &request, &sources, &[], plan.snapshots.iter().cloned(), &clock, &Silent);
        let interrupt = Interrupt::default();
        let tools = Tools { stores: &stores, ledger: &ledger, clock: &clock, interrupt: &interrupt, progress: &Silent };
        let options = ApplyOptions {
            max_share: self.wanted.max_share,
            takes_lease: self.wanted.takes_lease,
            deletes_per_second: Some(u32::MAX),
            rules: self.wanted.rules,
            ..ApplyOptions::new(run)
        };
        apply(plan.bytes.as_slice(), &mut marking, tools, &options).await.map_err(|error| error.to_string())
    }

    /// Plans, waits, and applies.
    pub(crate) async fn run(self, told: Arc<Mutex<Told>>, run: String, later: bool) -> Result<(), String> {
        let plan = self.plan().await?;
        let is_blocked = plan.bytes.is_empty();
        told.lock().expect("nobody panics with it").plan = Some(plan.clone());
        if is_blocked {
            return Ok(());
        }
        let call = Call { actor: self.actor, operation: Operation::Ask, key: BETWEEN.to_owned() };
        self.gate.pass(call).await;
        let outcome = self.apply(&plan, &run, later).await?;
        told.lock().expect("nobody panics with it").outcome = Some(outcome);
        Ok(())
    }

    /// Applies a plan that a run before has left.
    pub(crate) async fn resume(self, told: Arc<Mutex<Told>>, plan: Plan, run: String) -> Result<(), String> {
        let outcome = self.apply(&plan, &run, true).await?;
        told.lock().expect("nobody panics with it").outcome = Some(outcome);
        Ok(())
    }
}

/// What a run tells as it goes.
#[derive(Debug, Default)]
pub(crate) struct Told {
    pub(crate) plan: Option<Plan>,
    pub(crate) outcome: Option<GcOutcomeReport>,
}

pub(crate) fn uri(text: &str) -> StorageUri {
    StorageUri::parse(text).expect("a place")
}

/// Takes what is written.
#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("nobody panics with it").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
