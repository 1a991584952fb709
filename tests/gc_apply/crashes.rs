//! Whatever call is the last one of a process, and whatever call fails: nothing that is addressable is broken, and the same plan comes to
//! the same end.

use chrono::TimeDelta;
use keepoint::gc::apply::ApplyError;
use keepoint::report::GcEnd;
use keepoint::storage::ErrorKind;

use crate::memory::Fault;
use crate::scene::Scene;

/// Calls of a run in which nothing goes wrong.
async fn calls() -> usize {
    let scene = Scene::new();
    scene.apply(&scene.plan()).await.expect("applied");
    scene.assert_done("without a fault");
    scene.store.calls()
}

async fn resumed(scene: &Scene, what: &str) {
    let plan = scene.plan_of_before();
    scene.store.mend();
    // A lease that was not given back runs out.
    scene.pass(TimeDelta::minutes(11));
    let report = scene.apply(&plan).await.expect("applied");
    assert_eq!(report.end(), GcEnd::Done, "{what}: {report:#?}");
    scene.assert_done(what);
}

#[tokio::test]
async fn a_process_that_ends_at_any_call_leaves_nothing_broken_and_a_second_run_ends_alike() {
    let calls = calls().await;
    assert!(calls > 40, "{calls}");
    for call in 0..calls {
        for fault in [Fault::CrashBefore, Fault::CrashAfter] {
            let scene = Scene::new();
            let plan = scene.plan_of_before();
            scene.store.fault(call, fault);
            let is_over = tokio::select! {
                _ = scene.apply(&plan) => true,
                () = scene.store.crashed.notified() => false,
            };
            assert!(!is_over, "{fault:?} at call {call} was never met");
            let what = format!("{fault:?} at call {call}");
            scene.assert_whole(&what);
            resumed(&scene, &what).await;
        }
    }
}

#[tokio::test]
async fn a_second_run_that_ends_at_any_call_leaves_nothing_broken_either() {
    let calls = calls().await;
    for first in (0..calls).step_by(7) {
        for second in (0..calls).step_by(5) {
            let scene = Scene::new();
            let plan = scene.plan_of_before();
            for call in [first, second] {
                scene.store.fault(scene.store.calls() + call, Fault::CrashAfter);
                tokio::select! {
                    _ = scene.apply(&plan) => {}
                    () = scene.store.crashed.notified() => {}
                }
                scene.pass(TimeDelta::minutes(11));
                scene.assert_whole(&format!("{first}, then {second}"));
            }
            resumed(&scene, &format!("{first}, then {second}")).await;
        }
    }
}

#[tokio::test]
async fn a_call_that_fails_breaks_nothing_and_a_second_run_ends_alike() {
    let calls = calls().await;
    let one = |call: usize, fault: Fault| async move {
        let scene = Scene::new();
        let plan = scene.plan_of_before();
        scene.store.fault(call, fault);
        let what = format!("{fault:?} at call {call}");
        match scene.apply(&plan).await {
            Ok(report) => {
                let left = scene.left().len();
                assert!(left == 4 || report.end() != GcEnd::Done || !report.skipped.is_empty(), "{what}: {report:#?}");
            }
            Err(ApplyError::Ledger(_)) => assert_eq!(scene.left().len(), 10, "{what}: nothing was touched"),
            Err(error) => panic!("{what}: {error}"),
        }
        scene.assert_whole(&what);
        resumed(&scene, &what).await;
    };
    let kinds = [ErrorKind::PermissionDenied, ErrorKind::Other, ErrorKind::Throttled];
    // What is tried again waits for its turn; they wait together.
    let all = kinds.iter().flat_map(|kind| (0..calls).map(|call| one(call, Fault::Fails(*kind))));
    futures::future::join_all(all).await;
}
