//! Each request of a run in turn, and the process that dies while it waits for the answer.

use std::collections::{BTreeSet, VecDeque};
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, Output};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use hyper::Method;
use serde_json::Value;

use crate::s3_double::{Effect, Repeat, When};
use crate::world::{Tree, World};

/// Processes at a time.
const AT_A_TIME: usize = 4;

/// A process that does not ask for anything any more is broken.
const PATIENCE: Duration = Duration::from_mins(1);

/// A run that nobody disturbs.
struct Undisturbed {
    left: BTreeSet<String>,
    /// Whether each request writes or deletes.
    writes: Vec<bool>,
}

fn undisturbed(tree: Tree) -> Undisturbed {
    let world = World::new(tree);
    world.server.forget();
    let output = world.apply().output().expect("the binary runs");
    is_done(&world, &output).expect("nobody disturbs it");
    let requests = world.requests();
    let steps = requests.iter().filter(|request| request.method == Method::PUT && request.path.contains("/journals/"));
    let steps = steps.count();
    assert!(steps >= 6, "begin, three snapshots, the barrier, files and the end: {steps}");
    Undisturbed {
        left: world.left(),
        writes: requests.iter().map(|request| !matches!(request.method, Method::GET | Method::HEAD)).collect(),
    }
}

/// Whether a run ended well, and left nothing to do.
fn is_done(world: &World, output: &Output) -> Result<(), String> {
    let told = format!("{}{}", String::from_utf8_lossy(&output.stderr), String::from_utf8_lossy(&output.stdout));
    let report: Value = serde_json::from_slice(&output.stdout).map_err(|error| format!("{error}: {told}"))?;
    world.look()?;
    let is_done = output.status.code() == Some(0) && report["end"] == "done" && world.snapshots_left() == 2;
    let last = world.last_step();
    if is_done && last.contains("\"end\"") { Ok(()) } else { Err(format!("{last}: {told}")) }
}

/// Waits until a request of that number is held, or carried out; an error when the process ends before.
fn await_request(world: &World, child: &mut Child, number: usize, is_carried_out: bool) -> Result<(), String> {
    let started = Instant::now();
    loop {
        let held = world.requests().get(number - 1).map(|request| request.status.is_some());
        if held == Some(true) || held == Some(false) && !is_carried_out {
            return Ok(());
        }
        if let Some(status) = child.try_wait().expect("a child") {
            return Err(format!("it ended before ({status})"));
        }
        if started.elapsed() > PATIENCE {
            return Err("it never sent it".to_owned());
        }
        thread::sleep(Duration::from_millis(1));
    }
}

/// Kills a run at a request, and gives the command again.
fn killed_at(world: &World, number: usize, is_carried_out: bool, undisturbed: &Undisturbed) -> Result<(), String> {
    world.reset();
    let effect = if is_carried_out { Effect::Unanswered } else { Effect::Hang };
    world.server.fault(When::Nth(number), Repeat::Once, effect);
    let mut child = world.apply().spawn().expect("the binary runs");
    let is_met = await_request(world, &mut child, number, is_carried_out);
    child.kill().expect("a child");
    let output = child.wait_with_output().expect("a child");
    is_met.map_err(|error| format!("{error}: {}", String::from_utf8_lossy(&output.stdout)))?;
    if output.status.signal() != Some(9) {
        return Err(format!("it was not killed: {}", output.status));
    }
    world.look()?;

    world.server.mend();
    world.let_leases_run_out();
    is_done(world, &world.apply().output().expect("the binary runs"))?;
    let left = world.left();
    if left == undisturbed.left {
        return Ok(());
    }
    let more: Vec<_> = left.difference(&undisturbed.left).collect();
    let less: Vec<_> = undisturbed.left.difference(&left).collect();
    Err(format!("the second run ends otherwise: also there {more:?}, missing {less:?}"))
}

fn killed_at_each_request(tree: Tree) {
    let undisturbed = undisturbed(tree);
    // What was read makes no difference to what is left, but to where the next run finds it.
    let numbered = (1..).zip(&undisturbed.writes);
    let cases: VecDeque<(usize, bool)> = numbered
        .flat_map(|(number, writes)| [Some((number, false)), writes.then_some((number, true))].into_iter().flatten())
        .collect();
    assert!(cases.len() > 40, "{} cases", cases.len());
    let (cases, failures) = (Mutex::new(cases), Mutex::new(Vec::new()));
    let next = || cases.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
    thread::scope(|scope| {
        for _ in 0..AT_A_TIME {
            scope.spawn(|| {
                let world = World::new(tree);
                while let Some((number, is_carried_out)) = next() {
                    if let Err(failure) = killed_at(&world, number, is_carried_out, &undisturbed) {
                        let when = if is_carried_out { "after" } else { "before" };
                        let failure = format!("killed {when} request {number}: {failure}");
                        failures.lock().unwrap_or_else(PoisonError::into_inner).push(failure);
                    }
                }
            });
        }
    });
    let failures = failures.into_inner().unwrap_or_else(PoisonError::into_inner);
    let some: Vec<&str> = failures.iter().take(5).map(String::as_str).collect();
    assert!(failures.is_empty(), "{} failures: {}", failures.len(), some.join("\n"));
}

#[test]
fn given_a_tree_on_a_server_when_apply_is_killed_at_any_request_then_all_is_whole_and_a_second_run_ends_alike() {
    killed_at_each_request(Tree::OnServer);
}

#[test]
fn given_a_tree_on_a_disk_when_apply_is_killed_at_any_step_of_its_journal_then_all_is_whole_and_a_second_run_ends_alike()
 {
    killed_at_each_request(Tree::OnDisk);
}
