//! Telling a person that long work goes on.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use indicatif::{HumanBytes, ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Is told what has been done. All numbers are what came on top since the last call.
pub trait Progress: Send + Sync {
    /// Directories that have been looked into.
    fn directories(&self, more: u64);

    /// Files that have been seen in them.
    fn files(&self, more: u64);

    /// Snapshots that have been found.
    fn snapshots(&self, more: u64);

    /// Files of snapshots of which it has been found out whether they are there.
    fn checked(&self, _more: u64) {}

    /// Bytes of such files that have been read.
    fn bytes(&self, _more: u64) {}

    /// Files that have been deleted, and their bytes.
    fn deleted(&self, _files: u64, _bytes: u64) {}
}

/// Tells nobody.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn directories(&self, _: u64) {}

    fn files(&self, _: u64) {}

    fn snapshots(&self, _: u64) {}
}

/// A line on standard error that is drawn again and again, and is gone in the end.
#[derive(Debug)]
pub struct Line {
    bar: ProgressBar,
    directories: AtomicU64,
    files: AtomicU64,
    snapshots: AtomicU64,
    checked: AtomicU64,
    bytes: AtomicU64,
}

/// Between two drawings.
const PERIOD: Duration = Duration::from_millis(100);

impl Line {
    /// Begins to draw on standard error, which is a terminal.
    #[must_use]
    pub fn on_stderr() -> Self {
        let line = Self::drawn_by(ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr()));
        line.bar.enable_steady_tick(PERIOD);
        line
    }

    fn drawn_by(bar: ProgressBar) -> Self {
        // Without a style that can be read the default one is drawn, which is no reason to fail.
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} ({elapsed})") {
            bar.set_style(style);
        }
        let line = Self {
            bar,
            directories: 0.into(),
            files: 0.into(),
            snapshots: 0.into(),
            checked: 0.into(),
            bytes: 0.into(),
        };
        line.show();
        line
    }

    fn add(&self, number: &AtomicU64, more: u64) {
        number.fetch_add(more, Ordering::Relaxed);
        self.show();
    }

    fn show(&self) {
        let number = |number: &AtomicU64| number.load(Ordering::Relaxed);
        let mut message = format!(
            "snapshots: {}, directories: {}, files: {}",
            number(&self.snapshots),
            number(&self.directories),
            number(&self.files),
        );
        if number(&self.checked) > 0 {
            message = format!("{message}, checked: {}", number(&self.checked));
        }
        if number(&self.bytes) > 0 {
            message = format!("{message}, read: {}", HumanBytes(number(&self.bytes)));
        }
        self.bar.set_message(message);
    }
}

impl Progress for Line {
    fn directories(&self, more: u64) {
        self.add(&self.directories, more);
    }

    fn files(&self, more: u64) {
        self.add(&self.files, more);
    }

    fn snapshots(&self, more: u64) {
        self.add(&self.snapshots, more);
    }

    fn checked(&self, more: u64) {
        self.add(&self.checked, more);
    }

    fn bytes(&self, more: u64) {
        self.add(&self.bytes, more);
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_adds_up_what_it_is_told() {
        let line = Line::drawn_by(ProgressBar::hidden());
        line.directories(3);
        line.directories(4);
        line.files(20);
        line.snapshots(1);
        assert_eq!(line.bar.message(), "snapshots: 1, directories: 7, files: 20");
        line.checked(12);
        line.bytes(2048);
        assert_eq!(line.bar.message(), "snapshots: 1, directories: 7, files: 20, checked: 12, read: 2.00 KiB");
    }
}
