//! Whose turn it is: each call of a collector waits until the schedule lets it go on.
//!
//! All collectors run on one thread. A collector that has been let go on runs until it waits again, or to its end; nothing else happens
//! meanwhile. So a schedule is the same whenever it is replayed.

use std::sync::{Arc, Mutex, MutexGuard};

use async_trait::async_trait;
use keepoint::storage::ErrorKind;
use tokio::sync::{Notify, oneshot};

use crate::memory_store::{Call, Fault, Gate};

/// Where the calls of one collector wait.
#[derive(Default)]
pub(crate) struct Turns {
    waiting: Mutex<Vec<(Call, oneshot::Sender<Fault>)>>,
    arrived: Notify,
}

#[async_trait]
impl Gate for Turns {
    async fn pass(&self, call: Call) -> Fault {
        let (go, gone) = oneshot::channel();
        self.waiting().push((call, go));
        self.arrived.notify_one();
        // A schedule that has ended lets nothing wait for ever.
        gone.await.unwrap_or(Fault::Fail(ErrorKind::Unreachable))
    }
}

impl Turns {
    pub(crate) fn new() -> Arc<Self> {
        Arc::default()
    }

    /// Waits until there is a call.
    pub(crate) async fn arrived(&self) {
        while self.waiting().is_empty() {
            self.arrived.notified().await;
        }
    }

    /// How many calls wait.
    pub(crate) fn count(&self) -> usize {
        self.waiting().len()
    }

    /// One of those that wait.
    pub(crate) fn call(&self, position: usize) -> Option<Call> {
        self.waiting().get(position).map(|(call, _)| call.clone())
    }

    /// Lets one go on.
    pub(crate) fn let_go(&self, position: usize, fault: Fault) {
        let (_, go) = self.waiting().remove(position);
        // Whoever waited may have been given up.
        let _ = go.send(fault);
    }

    fn waiting(&self) -> MutexGuard<'_, Vec<(Call, oneshot::Sender<Fault>)>> {
        let mut waiting = self.waiting.lock().expect("nobody panics with it");
        waiting.retain(|(_, go)| !go.is_closed());
        waiting
    }
}
