//! Key-group ranges.

/// A run of key groups (`org.apache.flink.runtime.state.KeyGroupRange`), as written: first and how many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyGroupRange {
    /// The first key group; what stands here for an empty range has no meaning.
    pub start: i32,
    /// How many there are; not negative.
    pub count: i32,
}

impl KeyGroupRange {
    /// The last key group, or `None` when there is none.
    #[must_use]
    pub fn last(self) -> Option<i32> {
        (self.count > 0).then(|| self.start.saturating_add(self.count - 1))
    }
}
