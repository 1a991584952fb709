//! Schedules in which one call of a collector goes wrong: it fails, nobody answers, or the answer is not true.
//!
//! Each call of a few schedules goes wrong once, and each time in another way; with `KEEPOINT_FAULTS=all` each call goes wrong in every way.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use futures::StreamExt as _;
use keepoint::storage::ErrorKind;

use crate::choices::Choices;
use crate::memory_store::{Fault, Lie};
use crate::schedule::{Play, play, play_alone};
use crate::{shrink, variable};

const DAY: i64 = 86_400_000;

const FAULTS: &[Fault] = &[
    Fault::Fail(ErrorKind::PermissionDenied),
    Fault::Fail(ErrorKind::Unreachable),
    Fault::Fail(ErrorKind::Throttled),
    Fault::Fail(ErrorKind::InconsistentListing),
    // Something that is there is said not to be.
    Fault::Fail(ErrorKind::NotFound),
    Fault::Hang(30_000),
    Fault::Lie(Lie::EndsHere),
    Fault::Lie(Lie::PageLeftOut),
    Fault::Lie(Lie::PageTwice),
    Fault::Lie(Lie::PageTurned),
    Fault::Lie(Lie::Behind),
    Fault::Lie(Lie::Times(-30 * DAY)),
    Fault::Lie(Lie::Times(DAY)),
    Fault::Lie(Lie::DoneButFailed),
    Fault::Lie(Lie::NotDone),
    Fault::Lie(Lie::HalfOfIt),
];

/// Schedules of which each call goes wrong in an ordinary run.
const SCHEDULES: u64 = 6;

/// Schedules at a time on one core: what goes wrong is tried again a moment later.
const AT_A_TIME: usize = 200;

#[test]
fn whatever_goes_wrong_with_one_call_nothing_that_is_needed_is_lost() {
    let (first, count) = (variable("KEEPOINT_SEED", 0), variable("KEEPOINT_FAULT_SCHEDULES", SCHEDULES));
    let all = std::env::var("KEEPOINT_FAULTS").is_ok_and(|faults| faults == "all");
    let mut cases: Vec<(Vec<u8>, Play)> = Vec::new();
    for seed in first..first + count {
        let mut choices = Choices::drawn(seed);
        let calls = play_alone(&mut choices, Play::default()).calls;
        for call in 0..calls {
            let one = (call + usize::try_from(seed).unwrap_or(0)) % FAULTS.len();
            let faults = if all { FAULTS } else { &FAULTS[one..=one] };
            let plays = faults.iter().map(|fault| Play { fault: Some((call, *fault)), ..Play::default() });
            cases.extend(plays.map(|how| (choices.taken().to_vec(), how)));
        }
    }
    let next = AtomicUsize::new(0);
    let work = || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
        let mine = std::iter::from_fn(|| cases.get(next.fetch_add(1, Ordering::Relaxed)));
        let plays = mine.map(|(bytes, how)| async move {
            let outcome = play(&mut Choices::replayed(bytes), *how).await;
            (!outcome.violations.is_empty()).then_some((bytes, how))
        });
        runtime.block_on(futures::stream::iter(plays).buffer_unordered(AT_A_TIME).filter_map(std::future::ready).next())
    };
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let failed = thread::scope(|scope| {
        let workers: Vec<_> = (0..cores).map(|_| scope.spawn(work)).collect();
        let mut failed = None;
        for worker in workers {
            failed = worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)).or(failed);
        }
        failed
    });
    if let Some((bytes, how)) = failed {
        panic!("{:?}\n{}", how.fault, shrink::told(first, bytes, *how));
    }
    println!("{} calls of {count} schedules went wrong", cases.len());
}
