//! Asking the stores for what the plan wants, many requests side by side.

use std::ops::Range;

use futures::StreamExt;
use futures::stream;

use super::plan::{Changes, ChangesSource, Group, Member, Timers};
use super::streams::StreamPlace;
use super::understand::{self, Understood};
use crate::format::{self, state_meta::changelog};
use crate::storage::{self, Stores};

/// Headers that are read side by side. The clients of the stores have bounds of their own below this.
const AT_A_TIME: usize = 64;

/// A header of up to so many bytes comes with one request. One of a thousand states with POJOs of a hundred fields has about as much.
const AT_ONCE: u64 = 4 << 20;

/// Bytes that are asked for first where nothing tells how long a header is, or it is longer than what comes with one request.
const FIRST: u64 = 256 << 10;

/// A header above this is not read to its end. Times the number of headers under way it bounds the memory.
const LONGEST: u64 = 64 << 20;

/// Bytes of a change set that are asked for first. States are announced in front of all other changes.
const CHANGES_FIRST: u64 = 4 << 10;

/// Bytes of a key group with timers that are asked for first.
const TIMERS_FIRST: u64 = 64 << 10;

/// Where a change set begins within so many bytes of its file, these come with the same request.
const CHANGES_NEAR: u64 = 64 << 10;

/// Why there is nothing to say about a header.
#[derive(Debug)]
pub(super) enum Failure {
    /// Its path names no place, or something about it is not known.
    Unknown(String),
    /// The store did not give the bytes.
    Storage(storage::Error),
    /// There are fewer bytes than the metadata says.
    Short { found: u64, wanted: u64 },
    /// The bytes are no header, or not of a version that is known.
    Format(format::Error),
    /// It goes on behind the longest that is read.
    TooLong,
}

/// What became of a group: each header that was tried, and the first that was understood.
#[derive(Debug, Default)]
pub(super) struct GroupOutcome {
    /// By position in the group.
    pub(super) failures: Vec<Failure>,
    pub(super) understood: Option<Understood>,
}

/// Reads one header of each group, or the next ones where that fails; outcomes in the order of the groups.
pub(super) async fn groups(groups: &[Group<'_>], stores: &Stores) -> Vec<GroupOutcome> {
    let reads = groups.iter().map(|group| async move {
        let mut outcome = GroupOutcome::default();
        for member in group.members.iter().take(group.tries()) {
            match header(group, member, stores).await {
                Ok(understood) => {
                    outcome.understood = Some(understood);
                    break;
                }
                Err(failure) => outcome.failures.push(failure),
            }
        }
        outcome
    });
    stream::iter(reads).buffered(AT_A_TIME).collect().await
}

/// Reads the changes; outcomes in their order.
pub(super) async fn changes(all: &[Changes<'_>], stores: &Stores) -> Vec<Result<Understood, Failure>> {
    let reads = all.iter().map(|changes| async move {
        match &changes.source {
            ChangesSource::Inline(changes) => understand::changes(changes).map_err(Failure::Format),
            ChangesSource::File(stream, offset) => change_set(stream, *offset, stores).await,
            ChangesSource::Unknown(reason) => Err(Failure::Unknown(reason.clone())),
        }
    });
    stream::iter(reads).buffered(AT_A_TIME).collect().await
}

/// Reads the timers; outcomes in their order, `None` where raw keyed state is something else.
pub(super) async fn timers(all: &[Timers<'_>], stores: &Stores) -> Vec<Result<Option<Understood>, Failure>> {
    let reads = all.iter().map(|timers| key_group(timers, stores));
    stream::iter(reads).buffered(AT_A_TIME).collect().await
}

async fn key_group(timers: &Timers<'_>, stores: &Stores) -> Result<Option<Understood>, Failure> {
    let stream = timers.stream.as_ref().map_err(|path| Failure::Unknown(format!("{path:?} names no place")))?;
    let Range { start, end } = timers.range;
    let mut bytes = Vec::new();
    let mut until = start.saturating_add(TIMERS_FIRST).min(end);
    loop {
        let behind = start.saturating_add(bytes.len() as u64);
        let read = stream.read(behind..until, stores).await.map_err(Failure::Storage)?;
        bytes.extend_from_slice(&read);
        if start.saturating_add(bytes.len() as u64) < until {
            return Err(Failure::Short { found: bytes.len() as u64, wanted: end - start });
        }
        match understand::timers(&bytes) {
            Ok(understood) => return Ok(understood),
            Err(error) => match error.missing_bytes() {
                Some(_) if until < end && until - start < LONGEST => {
                    until = start.saturating_add((until - start).saturating_mul(4)).min(end);
                }
                Some(_) if until < end => return Err(Failure::TooLong),
                _ => return Err(Failure::Format(error)),
            },
        }
    }
}

async fn header(group: &Group<'_>, member: &Member<'_>, stores: &Stores) -> Result<Understood, Failure> {
    let stream = member.stream.as_ref().map_err(|path| Failure::Unknown(format!("{path:?} names no place")))?;
    let wanted = group.length.unwrap_or(u64::MAX);
    let mut bytes = Vec::new();
    let mut until = if wanted <= AT_ONCE { wanted } else { FIRST };
    loop {
        let ended = extend(&mut bytes, until, stream, stores).await?;
        let all = bytes.len() as u64 >= wanted || ended;
        let length = group.length.filter(|_| all && !ended);
        let decoded = understand::header(group.backend, &bytes, length);
        let more = match &decoded {
            // Behind what cannot be decoded states are looked for up to the end.
            Ok(understood) if understood.stopped.is_some() => 1,
            Ok(_) => return decoded.map_err(Failure::Format),
            Err(error) => error.missing_bytes().unwrap_or(0),
        };
        match decoded {
            Ok(understood) if all => return Ok(understood),
            Err(_) if ended && group.length.is_some() && more > 0 => {
                return Err(Failure::Short { found: bytes.len() as u64, wanted });
            }
            Err(error) if all || more == 0 => return Err(Failure::Format(error)),
            _ if until >= LONGEST => return Err(Failure::TooLong),
            _ => until = until.saturating_mul(4).max(until.saturating_add(more as u64)).min(wanted).min(LONGEST),
        }
    }
}

/// Reads on up to a position; whether the stream ends before it.
async fn extend(bytes: &mut Vec<u8>, until: u64, stream: &StreamPlace<'_>, stores: &Stores) -> Result<bool, Failure> {
    let start = bytes.len() as u64;
    let read = stream.read(start..until, stores).await.map_err(Failure::Storage)?;
    bytes.extend_from_slice(&read);
    Ok((bytes.len() as u64) < until)
}

/// Reads the states that a change set announces. Its offset does not count the first byte of the file, which says whether the rest is
/// compressed.
async fn change_set(stream: &StreamPlace<'_>, offset: u64, stores: &Stores) -> Result<Understood, Failure> {
    let start = offset.saturating_add(1);
    let is_near = start <= CHANGES_NEAR;
    let mut bytes = Vec::new();
    let from = if is_near {
        0
    } else {
        let flag = stream.read(0..1, stores).await.map_err(Failure::Storage)?;
        // An empty change set after the flag is enough to learn whether the flag is a good one.
        changelog::decode_change_set(&[&flag, &[0; 4][..]].concat(), 0).map_err(Failure::Format)?;
        start
    };
    let mut until = start.saturating_add(CHANGES_FIRST);
    loop {
        let behind = from.saturating_add(bytes.len() as u64);
        let read = stream.read(behind..until, stores).await.map_err(Failure::Storage)?;
        bytes.extend_from_slice(&read);
        let ended = from.saturating_add(bytes.len() as u64) < until;
        let decoded =
            if is_near { changelog::decode_change_set(&bytes, offset) } else { changelog::decode_changes(&bytes) };
        match decoded {
            Ok(states) => return Ok(understand::announced(&states)),
            Err(error) => match error.missing_bytes() {
                Some(missing) if !ended && until - from < LONGEST => {
                    let grown = (until - from).saturating_mul(4).max((until - from).saturating_add(missing as u64));
                    until = from.saturating_add(grown.min(LONGEST));
                }
                Some(_) if !ended => return Err(Failure::TooLong),
                _ => return Err(Failure::Format(error)),
            },
        }
    }
}
