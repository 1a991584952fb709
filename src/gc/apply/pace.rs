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

#[cfg(test)]
mod tests {
    use super::*;

    fn place(text: &str) -> StorageUri {
        StorageUri::parse(text).expect("a place")
    }

    #[tokio::test]
    async fn what_goes_is_spread_over_seconds_at_the_given_rate() {
        for (root, given, after) in [
            ("s3://bucket/flink", Some(10), Some(30.0)),
            ("s3://bucket/flink", None, Some(0.1)),
            ("hdfs://name-service/flink", None, Some(0.6)),
            ("/flink", Some(100), Some(3.0)),
            ("/flink", None, None),
        ] {
            let Some(mut pace) = Pace::of(&place(root), given) else {
                assert_eq!(after, None, "{root} {given:?}");
                continue;
            };
            let begun = Instant::now();
            pace.wait(300).await;
            let seconds = (pace.free_at - begun).as_secs_f64();
            let expected = after.expect("a pace");
            // What the machine itself takes comes on top.
            assert!(seconds >= expected && seconds < expected + 5.0, "{root} {given:?}: {seconds}");
        }
    }

    #[tokio::test]
    async fn a_store_that_asks_for_fewer_requests_gets_half_as_many_and_more_by_and_by_but_never_more_than_given() {
        let mut pace = Pace::of(&place("s3://bucket/flink"), Some(1000)).expect("a pace");
        pace.yield_to_others();
        assert!((pace.per_second - 500.0).abs() < 1e-9);
        for _ in 0..20 {
            pace.wait(0).await;
        }
        assert!((pace.per_second - 1000.0).abs() < 1e-9);
        (0..40).for_each(|_| pace.yield_to_others());
        assert!((pace.per_second - SLOWEST).abs() < 1e-9);
    }
}
