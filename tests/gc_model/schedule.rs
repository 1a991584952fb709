//! One schedule: Flink makes a history, and goes on while collectors plan and apply.

use std::collections::{BTreeSet, HashMap};
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use keepoint::gc::rules::Rules;
use keepoint::report::{GcClass, GcDecision, GcEnd};

use crate::choices::Choices;
use crate::collector::{BETWEEN, Collector, Plan, Told, Wanted};
use crate::flink::Flink;
use crate::flink::job::Life;
use crate::gc_oracle::absolute;
use crate::judge::{Judge, Violation};
use crate::memory_store::{Actor, Clock, Fault, Flavour, Lie, MemoryStore};
use crate::registry::{REGISTRY, Registry};
use crate::turns::Turns;

/// What may happen in schedules.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Play {
    /// All, unless a test shows what one is good for.
    pub(crate) rules: Rules,
    /// At which call of collectors something goes wrong, and what.
    pub(crate) fault: Option<(usize, Fault)>,
    /// Tells what happened.
    pub(crate) tells: bool,
}

/// What came of a schedule.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) violations: Vec<Violation>,
    /// Deletions by class.
    pub(crate) classes: HashMap<GcClass, usize>,
    pub(crate) deletions: usize,
    pub(crate) plans: usize,
    pub(crate) blocked: usize,
    pub(crate) ends: HashMap<GcEnd, usize>,
    pub(crate) refused: Vec<String>,
    pub(crate) calls: usize,
    pub(crate) crashes: usize,
    pub(crate) objects: usize,
    pub(crate) diary: Vec<String>,
}

/// Plays a schedule from its decisions.
pub(crate) async fn play(choices: &mut Choices, play: Play) -> Outcome {
    Schedule::new(choices, play).run(choices).await
}

/// The same, for those who wait for nothing else.
pub(crate) fn play_alone(choices: &mut Choices, how: Play) -> Outcome {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    runtime.block_on(play(choices, how))
}

struct Schedule {
    store: Arc<MemoryStore>,
    flink: Flink,
    judge: Judge,
    registry: Arc<Registry>,
    wanted: Wanted,
    outcome: Outcome,
    play: Play,
    /// How often Flink acts between two calls of a collector, in 256.
    pace: u8,
    runs: u8,
}

/// Times between what happens, in milliseconds: none, seconds, minutes, hours and days.
const BREAKS: [i64; 12] =
    [0, 30_000, 300_000, 0, 1_200_000, 0, 3_600_000, 300_000, 10_800_000, 86_400_000, 250_000_000, 800_000_000];

/// Between two rounds: a day and a little, so that what was seen dead is seen so again.
const DAY: i64 = 90_000_000;

/// A collector at work, until it is done or dies.
struct Running {
    number: u8,
    work: Pin<Box<dyn Future<Output = Result<(), String>>>>,
    turns: Arc<Turns>,
    told: Arc<Mutex<Told>>,
    /// The plan, once it is made.
    plan: Option<Plan>,
    end: Option<Result<(), String>>,
}

impl Running {
    /// Goes on until it waits or ends.
    async fn go_on(&mut self) {
        if self.end.is_none() {
            tokio::select! {
                biased;
                end = &mut self.work => self.end = Some(end),
                () = self.turns.arrived() => {}
            }
        }
    }
}

impl Schedule {
    fn new(choices: &mut Choices, play: Play) -> Self {
        let flavour = if choices.happens(100) { Flavour::Directories } else { Flavour::Keys };
        let store = MemoryStore::new(flavour, 3 + choices.pick(20), Clock::default());
        let mut flink = Flink::new(&store);
        if matches!(play.fault, Some((_, Fault::Lie(Lie::Behind)))) {
            store.remember(10);
        }
        if play.tells {
            flink.diary.push(format!("a store with {flavour:?}"));
        }
        flink.limits.visible = choices.happens(160);
        let judge = Judge::new(&store);
        let ledger = flink.ledger.text.clone();
        let mut schedule = Self {
            store,
            flink,
            judge,
            registry: Arc::default(),
            wanted: Wanted {
                roots: Vec::new(),
                also_read: Vec::new(),
                keep_last: 1,
                orphans: false,
                min_age: Duration::ZERO,
                ended: Vec::new(),
                ended_if_idle: None,
                asks_registry: false,
                ledger,
                remembers: false,
                takes_lease: false,
                // Most of a store this small may well be residue.
                max_share: Some(1.0),
                rules: play.rules,
            },
            outcome: Outcome::default(),
            play,
            pace: 0,
            runs: 0,
        };
        schedule.history(choices);
        schedule.ask(choices);
        schedule.pace = [0, 20, 60, 120][choices.pick(4)];
        schedule
    }

    /// What was before any collector came.
    fn history(&mut self, choices: &mut Choices) {
        self.flink.start(choices);
        let length = 4 + choices.pick(20);
        for _ in 0..length {
            self.flink.act(choices);
            if !choices.happens(60) {
                self.flink.settle(choices);
            }
            let millis = BREAKS[choices.pick(BREAKS.len())];
            if millis > 0 {
                self.flink.pass(millis, choices);
            }
        }
        self.judge.look(&self.flink);
    }

    /// What the operator asks for: different things, but nothing that is not true.
    fn ask(&mut self, choices: &mut Choices) {
        let wanted = &mut self.wanted;
        wanted.roots = vec![self.flink.checkpoints[0].text.clone()];
        for place in [&self.flink.checkpoints[1], &self.flink.savepoints] {
            let list = if choices.happens(200) { &mut wanted.roots } else { &mut wanted.also_read };
            list.push(place.text.clone());
        }
        if choices.happens(128) {
            wanted.roots.push(self.flink.entropy.text.clone());
        }
        wanted.keep_last = [1, 1, 1, 2, 3][choices.pick(5)];
        wanted.orphans = choices.happens(180);
        wanted.min_age = Duration::from_secs([7 * 24 * 3600, 3600][choices.pick(2)]);
        wanted.asks_registry = self.flink.limits.visible;
        wanted.ended_if_idle =
            (wanted.asks_registry && choices.happens(50)).then(|| Duration::from_secs(7 * 24 * 3600));
        wanted.remembers = choices.happens(60);
        wanted.takes_lease = choices.happens(128);
        for job in self.flink.jobs.iter().filter(|job| matches!(job.life, Life::Ended | Life::Lost)) {
            if choices.happens(128) {
                wanted.ended.push(job.directory.text.clone());
                self.flink.limits.ended.insert(job.id.clone());
            }
        }
        self.judge.roots = wanted.roots.iter().map(|root| absolute(root)).collect();
        self.judge.ledger = absolute(&wanted.ledger);
        if self.play.tells {
            self.flink.diary.push(format!("{wanted:?}"));
        }
    }

    async fn run(mut self, choices: &mut Choices) -> Outcome {
        let rounds = 1 + choices.pick(8) / 6;
        for _ in 0..rounds {
            self.round(choices).await;
            if !self.judge.violations.is_empty() {
                return self.end();
            }
            if choices.happens(128) {
                self.flink.settle(choices);
            }
            self.flink.pass(DAY, choices);
            self.judge.look(&self.flink);
        }
        if choices.happens(64) {
            self.come_to_rest(choices).await;
        }
        self.end()
    }

    fn end(mut self) -> Outcome {
        self.outcome.deletions = self.judge.deletions;
        self.outcome.violations = std::mem::take(&mut self.judge.violations);
        self.outcome.diary = std::mem::take(&mut self.flink.diary);
        self.outcome.objects = self.store.look(|objects| objects.iter().count());
        self.outcome
    }

    fn begin(&mut self, number: u8, left: Option<Plan>, choices: &mut Choices) -> Running {
        let turns = Turns::new();
        let collector = Collector {
            store: Arc::clone(&self.store),
            actor: Actor::Collector(number),
            gate: Arc::clone(&turns) as _,
            registry: Arc::clone(&self.registry),
            wanted: self.wanted.clone(),
        };
        self.runs += 1;
        let (told, run) = (Arc::default(), format!("run-{}", self.runs));
        let plan = left.clone();
        let work: Pin<Box<dyn Future<Output = Result<(), String>>>> = match left {
            Some(plan) => Box::pin(collector.resume(Arc::clone(&told), plan, run)),
            None => Box::pin(collector.run(Arc::clone(&told), run, choices.happens(128))),
        };
        self.tell(|| format!("collector {number} begins"));
        Running { number, work, turns, told, plan, end: None }
    }

    /// One collector or two, which may die, and then their plans may be taken up again.
    async fn round(&mut self, choices: &mut Choices) {
        let mut running = vec![self.begin(0, None, choices)];
        let second_after = choices.happens(60).then(|| usize::from(choices.byte()));
        let dies_after = choices.happens(80).then(|| usize::from(choices.byte()));
        let mut calls = 0;
        while !running.is_empty() && self.judge.violations.is_empty() {
            for one in &mut running {
                one.go_on().await;
                self.judge.look(&self.flink);
            }
            let (ended, mut on): (Vec<_>, Vec<_>) = running.into_iter().partition(|one| one.end.is_some());
            ended.into_iter().for_each(|one| self.note_end(&one));
            if !on.is_empty() {
                let position = choices.pick(on.len());
                if dies_after == Some(calls) {
                    let dead = on.remove(position);
                    self.outcome.crashes += 1;
                    self.tell(|| format!("collector {} dies", dead.number));
                    if let Some(plan) = dead.plan.filter(|_| choices.happens(160)) {
                        on.push(self.begin(2, Some(plan), choices));
                    }
                } else {
                    self.turn(&mut on[position], choices);
                }
                calls += 1;
            }
            if second_after == Some(calls) && on.len() == 1 {
                on.push(self.begin(1, None, choices));
            }
            running = on;
            self.flink.limits.retiring = retiring(&running);
        }
        self.flink.limits.retiring.clear();
    }

    /// Lets a collector do one call, and before that Flink something, and time go by.
    fn turn(&mut self, one: &mut Running, choices: &mut Choices) {
        let position = choices.pick(one.turns.count());
        let Some(call) = one.turns.call(position) else { return };
        if call.key == BETWEEN {
            let plan = one.told.lock().expect("nobody panics with it").plan.clone();
            if let Some(plan) = &plan {
                self.note_plan(plan);
            }
            one.plan = plan;
            if self.pace > 0 {
                let count = choices.pick(6);
                (0..count).for_each(|_| self.flink.act(choices));
                let millis = BREAKS[choices.pick(9)];
                self.flink.pass(millis, choices);
            }
        } else if self.pace > 0 && choices.happens(self.pace) {
            self.flink.act(choices);
            if choices.happens(30) {
                self.flink.pass([1_000, 20_000, 120_000][choices.pick(3)], choices);
            }
        }
        self.judge.look(&self.flink);
        if call.key == REGISTRY {
            self.registry.update(&self.flink);
        }
        let fault = match self.play.fault {
            Some((at, fault)) if at == self.outcome.calls => fault,
            _ => Fault::None,
        };
        self.outcome.calls += 1;
        self.tell(|| {
            let fault = if fault == Fault::None { String::new() } else { format!(" {fault:?}") };
            format!("collector {}: {:?} {}{fault}", one.number, call.operation, call.key)
        });
        one.turns.let_go(position, fault);
    }

    fn tell(&mut self, what: impl FnOnce() -> String) {
        if self.play.tells {
            self.flink.diary.push(what());
        }
    }

    fn note_end(&mut self, one: &Running) {
        let told = std::mem::take(&mut *one.told.lock().expect("nobody panics with it"));
        if let Some(plan) = told.plan.as_ref().filter(|_| one.plan.is_none()) {
            self.note_plan(plan);
        }
        if let Some(Err(error)) = &one.end {
            self.outcome.refused.push(error.clone());
        }
        if let Some(outcome) = &told.outcome {
            *self.outcome.ends.entry(outcome.end()).or_default() += 1;
            for class in &self.judge.classes {
                *self.outcome.classes.entry(*class).or_default() += 1;
            }
            self.judge.classes.clear();
        }
        self.tell(|| format!("collector {} ends: {:?} {:?}", one.number, one.end, told.outcome));
    }

    fn note_plan(&mut self, plan: &Plan) {
        self.outcome.plans += 1;
        self.outcome.blocked += usize::from(!plan.report.blockers.is_empty());
        self.judge.planned.extend(plan.items.iter().map(|item| (absolute(&item.path), item.class())));
        let blockers = plan.report.blockers.iter();
        let blockers = blockers.map(|finding| format!("blocked: {} {}", finding.location, finding.message));
        let snapshots = plan.report.snapshots.iter();
        let snapshots = snapshots.map(|one| format!("{:?} {} {:?}", one.decision(), one.location, one.reasons));
        let items =
            plan.items.iter().map(|item| format!("planned: {:?} {} {:?}", item.class(), item.path, item.evidence));
        if self.play.tells {
            self.flink.diary.extend(blockers.chain(snapshots).chain(items));
        }
    }

    /// Nothing happens but collections, until there is nothing left to collect: that must be soon (I7).
    async fn come_to_rest(&mut self, choices: &mut Choices) {
        self.pace = 0;
        self.flink.settle(choices);
        self.flink.pass(DAY, choices);
        self.judge.look(&self.flink);
        for _ in 0..6 {
            let before = self.judge.deletions;
            let mut one = self.begin(0, None, &mut Choices::replayed(&[]));
            while one.end.is_none() && self.judge.violations.is_empty() {
                one.go_on().await;
                self.judge.look(&self.flink);
                if one.end.is_none() {
                    self.turn(&mut one, &mut Choices::replayed(&[]));
                }
            }
            self.note_end(&one);
            if self.judge.deletions == before || !self.judge.violations.is_empty() {
                return;
            }
        }
        self.judge.violations.push(Violation { invariant: "I7", what: "collections do not come to an end".to_owned() });
    }
}

/// Metadata that is being retired at this moment.
fn retiring(running: &[Running]) -> BTreeSet<String> {
    let plans = running.iter().filter_map(|one| one.plan.as_ref());
    let snapshots = plans.flat_map(|plan| &plan.snapshots);
    let going = snapshots.filter(|snapshot| snapshot.decision() == GcDecision::Delete);
    going.map(|snapshot| absolute(&snapshot.metadata)).collect()
}
