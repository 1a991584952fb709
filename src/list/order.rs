//! In which order snapshots are listed.

use std::cmp::{Ordering, Reverse};

use crate::report::{Snapshot, SnapshotStatus};

/// What comes first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SortKey {
    /// The newest: by completion, and where there was none, by the beginning.
    #[default]
    Time,
    /// The largest.
    Size,
    /// By job id.
    Job,
    /// The highest checkpoint id.
    Id,
    /// What needs attention.
    Status,
}

/// An order of snapshots. It is total: equal ones are ordered by time, then by id, then by location.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Order {
    /// What comes first.
    pub key: SortKey,
    /// The other way round. What is not known comes last all the same.
    pub reversed: bool,
}

impl Order {
    /// Brings snapshots into this order.
    pub fn sort(self, snapshots: &mut [Snapshot]) {
        snapshots.sort_by(|one, other| self.compare(one, other).then_with(|| by_default(one, other)));
    }

    fn compare(self, one: &Snapshot, other: &Snapshot) -> Ordering {
        let reversed = self.reversed;
        match self.key {
            SortKey::Time => unknown_last(time(one).map(Reverse), time(other).map(Reverse), reversed),
            SortKey::Size => unknown_last(size(one).map(Reverse), size(other).map(Reverse), reversed),
            SortKey::Job => unknown_last(one.job_id.as_ref(), other.job_id.as_ref(), reversed),
            SortKey::Id => unknown_last(one.checkpoint_id.map(Reverse), other.checkpoint_id.map(Reverse), reversed),
            SortKey::Status => unknown_last(attention(one), attention(other), reversed),
        }
    }
}

fn by_default(one: &Snapshot, other: &Snapshot) -> Ordering {
    unknown_last(time(one).map(Reverse), time(other).map(Reverse), false)
        .then_with(|| unknown_last(one.checkpoint_id.map(Reverse), other.checkpoint_id.map(Reverse), false))
        .then_with(|| one.location.cmp(&other.location))
}

fn unknown_last<T: Ord>(one: Option<T>, other: Option<T>, reversed: bool) -> Ordering {
    match (one, other) {
        (Some(one), Some(other)) if reversed => other.cmp(&one),
        (Some(one), Some(other)) => one.cmp(&other),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => Ordering::Equal,
    }
}

fn time(snapshot: &Snapshot) -> Option<(i64, i32)> {
    let time = snapshot.completed_at.as_ref().or(snapshot.triggered_at.as_ref());
    time.map(|time| (time.seconds, time.nanos))
}

fn size(snapshot: &Snapshot) -> Option<u64> {
    snapshot.state_bytes.or(snapshot.data_bytes)
}

fn attention(snapshot: &Snapshot) -> Option<u8> {
    Some(match snapshot.status() {
        SnapshotStatus::Unreadable => 0,
        SnapshotStatus::Damaged => 1,
        SnapshotStatus::Failed => 2,
        SnapshotStatus::Expired => 3,
        SnapshotStatus::Incomplete => 4,
        SnapshotStatus::InProgress => 5,
        SnapshotStatus::Completed => 6,
        SnapshotStatus::Cleared => 7,
        SnapshotStatus::Unspecified => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::super::samples::checkpoint;
    use super::*;

    /// Checkpoint ids after sorting.
    fn sorted(key: SortKey, reversed: bool, mut snapshots: Vec<Snapshot>) -> Vec<u64> {
        Order { key, reversed }.sort(&mut snapshots);
        snapshots.iter().map(|snapshot| snapshot.checkpoint_id.unwrap_or(0)).collect()
    }

    #[test]
    fn by_time_the_newest_comes_first_and_what_has_no_time_last_either_way() {
        let timeless = Snapshot { completed_at: None, ..checkpoint(9, 0) };
        let unfinished = checkpoint(4, 15);
        let unfinished = Snapshot { triggered_at: unfinished.completed_at, completed_at: None, ..unfinished };
        let all = vec![timeless, checkpoint(1, 30), checkpoint(3, 10), unfinished, checkpoint(2, 20)];
        assert_eq!(sorted(SortKey::Time, false, all.clone()), [3, 4, 2, 1, 9]);
        assert_eq!(sorted(SortKey::Time, true, all), [1, 2, 4, 3, 9]);
    }

    #[test]
    fn by_size_the_largest_comes_first() {
        let of_size = |id, bytes| Snapshot { state_bytes: bytes, ..checkpoint(id, 1) };
        let left = Snapshot { data_bytes: Some(20), ..of_size(4, None) };
        let all = vec![of_size(1, Some(10)), of_size(2, None), of_size(3, Some(30)), left];
        assert_eq!(sorted(SortKey::Size, false, all.clone()), [3, 4, 1, 2]);
        assert_eq!(sorted(SortKey::Size, true, all), [1, 4, 3, 2]);
    }

    #[test]
    fn by_job_equal_jobs_are_ordered_by_time() {
        let of_job =
            |id, age, job: Option<&str>| Snapshot { job_id: job.map(ToOwned::to_owned), ..checkpoint(id, age) };
        let all = vec![of_job(1, 1, None), of_job(2, 9, Some("b")), of_job(3, 5, Some("b")), of_job(4, 9, Some("a"))];
        assert_eq!(sorted(SortKey::Job, false, all.clone()), [4, 3, 2, 1]);
        assert_eq!(sorted(SortKey::Job, true, all), [3, 2, 4, 1]);
    }

    #[test]
    fn by_id_the_highest_comes_first() {
        let all = vec![checkpoint(2, 1), checkpoint(10, 2), checkpoint(9, 3)];
        assert_eq!(sorted(SortKey::Id, false, all.clone()), [10, 9, 2]);
        assert_eq!(sorted(SortKey::Id, true, all), [2, 9, 10]);
    }

    #[test]
    fn by_status_what_needs_attention_comes_first() {
        let of = |id, status: SnapshotStatus| Snapshot { status: status.into(), ..checkpoint(id, 1) };
        let all = vec![
            of(1, SnapshotStatus::Completed),
            of(2, SnapshotStatus::InProgress),
            of(3, SnapshotStatus::Unspecified),
            of(4, SnapshotStatus::Unreadable),
            of(5, SnapshotStatus::Incomplete),
        ];
        assert_eq!(sorted(SortKey::Status, false, all.clone()), [4, 5, 2, 1, 3]);
        assert_eq!(sorted(SortKey::Status, true, all), [1, 2, 5, 4, 3]);
    }

    #[test]
    fn the_order_in_which_snapshots_were_found_does_not_matter() {
        let twin = Snapshot { location: "file:/a/chk-7".to_owned(), ..checkpoint(7, 5) };
        let mut one = vec![checkpoint(7, 5), twin.clone(), checkpoint(8, 5)];
        let mut other = vec![twin, checkpoint(8, 5), checkpoint(7, 5)];
        Order::default().sort(&mut one);
        Order::default().sort(&mut other);
        assert_eq!(one, other);
    }
}
