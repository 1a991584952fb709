//! Lines that are only ever added, and are there for good when they have been flushed.

use super::{Ledger, as_number};
use crate::storage::{DirectoryStorage, Error, ErrorKind};

/// How the one file of a log is called, or each of its segments.
const SUFFIX: &str = ".jsonl";

/// Adds lines.
pub(in crate::gc) struct Log {
    ledger: Ledger,
    name: String,
    /// The number of the next segment, where files do not grow.
    next: Option<u64>,
    waiting: Vec<u8>,
}

impl Log {
    /// Opens a log at its end; there may be none yet.
    pub(in crate::gc) async fn open(ledger: &Ledger, name: &str) -> Result<Self, Error> {
        let grows = ledger.storage.directories().is_some_and(DirectoryStorage::appends);
        let (mut next, mut waiting) = (None, Vec::new());
        if grows {
            let file = format!("{name}{SUFFIX}");
            ledger.make_directory_of(&ledger.at(&file)).await?;
            // Whatever was being written when the machine failed must not run into what follows.
            if ledger.read(&file).await?.is_some_and(|bytes| bytes.last().is_some_and(|byte| *byte != b'\n')) {
                waiting.push(b'\n');
            }
        } else {
            let last = segments(ledger, name).await?.pop();
            next = Some(last.map_or(0, |last| last + 1));
        }
        Ok(Self { ledger: ledger.clone(), name: name.to_owned(), next, waiting })
    }

    /// Where people find it.
    pub(in crate::gc) fn place(&self) -> String {
        let name = if self.next.is_none() { format!("{}{SUFFIX}", self.name) } else { self.name.clone() };
        self.ledger.at(&name).to_string()
    }

    /// Adds a line, which has no line break in it.
    pub(in crate::gc) fn push(&mut self, line: &str) {
        self.waiting.extend_from_slice(line.as_bytes());
        self.waiting.push(b'\n');
    }

    /// Waits until all lines are there for good.
    ///
    /// A segment that is there already was written by somebody else: then two runs are at work, and this one has to end.
    pub(in crate::gc) async fn flush(&mut self) -> Result<(), Error> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let bytes = self.waiting.clone();
        match self.next {
            None => {
                let file = self.ledger.at(&format!("{}{SUFFIX}", self.name));
                let none = || Error::new("append to", &file, ErrorKind::NoSuchFacility("files that grow"));
                self.ledger.storage.directories().ok_or_else(none)?.append(&file, bytes).await?;
            }
            Some(next) => {
                self.ledger.create(&format!("{}/{}{SUFFIX}", self.name, as_number(next)), bytes).await?;
                self.next = Some(next + 1);
            }
        }
        self.waiting.clear();
        Ok(())
    }
}

/// Shows the whole lines of a log in their order. What has no end was being written when a run ended.
pub(in crate::gc) async fn read_lines(
    ledger: &Ledger,
    name: &str,
    show: &mut (dyn FnMut(&str) + Send),
) -> Result<(), Error> {
    let mut files: Vec<String> = vec![format!("{name}{SUFFIX}")];
    files.extend(
        segments(ledger, name).await?.into_iter().map(|number| format!("{name}/{}{SUFFIX}", as_number(number))),
    );
    for file in files {
        let Some(bytes) = ledger.read(&file).await? else { continue };
        let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        let lines = bytes.get(..whole).unwrap_or_default().split(|byte| *byte == b'\n');
        lines.filter(|line| !line.is_empty()).filter_map(|line| std::str::from_utf8(line).ok()).for_each(&mut *show);
    }
    Ok(())
}

async fn segments(ledger: &Ledger, name: &str) -> Result<Vec<u64>, Error> {
    let files = ledger.files(name).await?;
    let mut numbers: Vec<u64> = files.iter().filter_map(|(name, _)| name.strip_suffix(SUFFIX)?.parse().ok()).collect();
    numbers.sort_unstable();
    Ok(numbers)
}
