//! The collector against a model of Flink: whatever happens between any two of its calls, nothing that is needed goes
//! (`docs/gc-safety.md`, sections 3 and 13).
//!
//! `KEEPOINT_SCHEDULES` says how many schedules are played, `KEEPOINT_SEED` which is the first. A schedule that fails is made shorter and
//! shown as a file for `replays/`, where it stays a test ever after.

#![allow(
    clippy::pedantic,
    clippy::enum_variant_names,
    clippy::collapsible_match,
    reason = "a model is read beside Flink's own code, in its shape"
)]
#![allow(clippy::print_stdout, reason = "how many schedules were played is what a long run is for")]

mod choices;
mod collector;
mod directed;
mod faults;
mod flink;
#[path = "../support/gc_oracle/mod.rs"]
mod gc_oracle;
mod judge;
mod laws;
#[path = "../support/memory_store/mod.rs"]
mod memory_store;
mod registry;
mod rules;
mod schedule;
mod shrink;
mod turns;

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use choices::Choices;
use keepoint::gc::rules::{Rule, Rules};
use keepoint::report::{GcClass, GcEnd};
use schedule::{Outcome, Play, play};

/// Schedules of an ordinary run.
const SCHEDULES: u64 = 2_000;

fn variable(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).map_or(otherwise, |text| text.parse().unwrap_or_else(|_| panic!("{name} is no number")))
}

#[test]
fn no_schedule_loses_anything_that_is_needed() {
    let (first, count) = (variable("KEEPOINT_SEED", 0), variable("KEEPOINT_SCHEDULES", SCHEDULES));
    let began = std::time::Instant::now();
    let (sum, failed) = play_many(first, count, Play::default());
    if let Some((seed, bytes)) = failed {
        panic!("{}", shrink::told(seed, &bytes, Play::default()));
    }
    println!("{count} schedules from {first} in {:?}: {sum:?}", began.elapsed());
}

/// Each file has the decisions of a schedule that failed once, and says in its name what it was about.
#[test]
fn no_schedule_that_lost_something_once_does_so_again() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/gc_model/replays");
    let mut played = 0;
    for entry in fs::read_dir(directory).expect("a directory") {
        let path = entry.expect("an entry").path();
        let hex = fs::read_to_string(&path).expect("a text");
        let digits: Vec<u8> = hex.trim().chars().map(|digit| digit.to_digit(16).expect("a digit") as u8).collect();
        let bytes: Vec<u8> = digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect();
        let how = Play { tells: true, ..Play::default() };
        let outcome = schedule::play_alone(&mut Choices::replayed(&bytes), how);
        assert_eq!(outcome.violations, [], "{}:\n{}", path.display(), outcome.diary.join("\n"));
        assert!(outcome.deletions > 0, "{}: nothing is deleted", path.display());
        played += 1;
    }
    assert!(played > 0);
}

/// Else one that fails could not be looked into.
#[test]
fn a_schedule_that_is_played_again_is_the_same_call_by_call() {
    let (first, count) = (variable("KEEPOINT_SEED", 0), variable("KEEPOINT_SCHEDULES", SCHEDULES) / 10);
    let how = Play { tells: true, ..Play::default() };
    for seed in first..first + count.max(1) {
        let diary = |()| schedule::play_alone(&mut Choices::drawn(seed), how).diary;
        let (once, again) = (diary(()), diary(()));
        let differs = once.iter().zip(&again).position(|(one, other)| one != other);
        if let Some(line) = differs {
            let from = line.saturating_sub(3);
            panic!("{seed}, line {line}:\n{:#?}\n{:#?}", &once[from..=line], &again[from..=line]);
        }
        assert_eq!(once.len(), again.len(), "{seed}");
    }
}

/// What schedules find without a rule: `KEEPOINT_WITHOUT=S-10`, or each in turn.
#[test]
#[ignore = "for those who work on the model"]
fn schedules_that_lose_something_without_a_rule() {
    let wanted = std::env::var("KEEPOINT_WITHOUT").ok();
    let count = variable("KEEPOINT_SCHEDULES", SCHEDULES);
    for rule in Rule::ALL.iter().filter(|rule| wanted.as_deref().is_none_or(|wanted| wanted == rule.id())) {
        let how = Play { rules: Rules::all_but(*rule), ..Play::default() };
        match play_many(0, count, how).1 {
            None => println!("{rule}: nothing is lost in {count} schedules"),
            Some((seed, _)) if wanted.is_none() => println!("{rule}: schedule {seed} loses something"),
            Some((seed, bytes)) => println!("{}", shrink::told(seed, &bytes, how)),
        }
    }
}

/// Plays schedules on all cores until one fails.
fn play_many(first: u64, count: u64, how: Play) -> (Sum, Option<(u64, Vec<u8>)>) {
    let (next, failed) = (AtomicU64::new(first), Mutex::new(None::<(u64, Vec<u8>)>));
    let work = || {
        let mut sum = Sum::default();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
        while let seed = next.fetch_add(1, Ordering::Relaxed)
            && seed < first + count
            && failed.lock().expect("nobody panics with it").is_none()
        {
            let mut choices = Choices::drawn(seed);
            let outcome = runtime.block_on(play(&mut choices, how));
            if !outcome.violations.is_empty() {
                let mut failed = failed.lock().expect("nobody panics with it");
                if failed.as_ref().is_none_or(|(other, _)| seed < *other) {
                    *failed = Some((seed, choices.taken().to_vec()));
                }
            }
            sum.add(outcome);
        }
        sum
    };
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let sums: Vec<Sum> = thread::scope(|scope| {
        let workers: Vec<_> = (0..cores).map(|_| scope.spawn(work)).collect();
        let joined = workers.into_iter().map(|worker| worker.join());
        joined.map(|sum| sum.unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
    });
    (sums.into_iter().fold(Sum::default(), Sum::and), failed.into_inner().expect("nobody panics with it"))
}

/// What came of many schedules.
#[derive(Debug, Default)]
struct Sum {
    schedules: usize,
    plans: usize,
    blocked: usize,
    refused: HashMap<String, usize>,
    calls: usize,
    crashes: usize,
    ends: HashMap<GcEnd, usize>,
    objects: usize,
    deletions: usize,
    classes: HashMap<GcClass, usize>,
}

impl Sum {
    fn add(&mut self, outcome: Outcome) {
        self.schedules += 1;
        self.plans += outcome.plans;
        self.blocked += outcome.blocked;
        self.calls += outcome.calls;
        self.crashes += outcome.crashes;
        self.objects += outcome.objects;
        self.deletions += outcome.deletions;
        for error in outcome.refused {
            // Whatever place it is about.
            let cause = error.rsplit_once(": ").map_or(error.as_str(), |(_, cause)| cause).to_owned();
            *self.refused.entry(cause).or_default() += 1;
        }
        for (end, count) in outcome.ends {
            *self.ends.entry(end).or_default() += count;
        }
        for (class, count) in outcome.classes {
            *self.classes.entry(class).or_default() += count;
        }
    }

    fn and(mut self, other: Self) -> Self {
        self.schedules += other.schedules;
        self.plans += other.plans;
        self.blocked += other.blocked;
        self.calls += other.calls;
        self.crashes += other.crashes;
        self.objects += other.objects;
        self.deletions += other.deletions;
        for (error, count) in other.refused {
            *self.refused.entry(error).or_default() += count;
        }
        for (end, count) in other.ends {
            *self.ends.entry(end).or_default() += count;
        }
        for (class, count) in other.classes {
            *self.classes.entry(class).or_default() += count;
        }
        self
    }
}
