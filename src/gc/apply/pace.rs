//! How fast a store is asked: a rate for each root, which yields where the store asks for fewer requests.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use crate::uri::StorageUri;

/// Objects a second in stores with keys: what Amazon promises for one prefix, with room for the jobs ("Best practices design patterns").
const OF_KEYS: u32 = 3000;

/// Files a second that a name node deletes beside its other work.
const OF_NAME_NODE: u32 = 500;

/// Never slower than this.
const SLOWEST: f64 = 10.0;

/// How long to wait when the store asked for fewer requests, the first time.
const FIRST_PAUSE: Duration = Duration::from_millis(500);

/// And at the most.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// A rate.
pub(super) struct Pace {
    per_second: f64,
    allowed: f64,
    free_at: Instant,
}

impl Pace {
    /// The rate for a root; `None` for a disk of this machine, which tells by itself.
    pub(super) fn of(root: &StorageUri, given: Option<u32>) -> Option<Self> {
        let per_second = given.or_else(|| match root.store() {
            StorageUri::LOCAL => None,
            "hdfs" | "viewfs" => Some(OF_NAME_NODE),
            _ => Some(OF_KEYS),
        })?;
        let per_second = f64::from(per_second.max(1));
        Some(Self { per_second, allowed: per_second, free_at: Instant::now() })
    }

    /// Waits until so many objects may go.
    pub(super) async fn wait(&mut self, objects: usize) {
        sleep_until(self.free_at).await;
        let objects = f64::from(u32::try_from(objects).unwrap_or(u32::MAX));
        self.free_at = Instant::now() + Duration::from_secs_f64(objects / self.per_second);
        // What was slowed down comes back by and by.
        self.per_second = (self.per_second * 1.1).min(self.allowed);
    }

    /// The store has asked for fewer requests.
    pub(super) fn yield_to_others(&mut self) {
        self.per_second = (self.per_second / 2.0).max(SLOWEST.min(self.allowed));
    }
}

/// How long to wait before something is tried again, the first time being 0.
pub(super) fn pause_before(attempt: u32) -> Duration {
    FIRST_PAUSE.saturating_mul(2_u32.saturating_pow(attempt)).min(LONGEST_PAUSE)
}
