//! Reading objects.

use std::ops::Range;
use std::time::Duration;

use aws_sdk_s3::operation::get_object::GetObjectOutput;
use aws_sdk_s3::operation::head_object::HeadObjectOutput;
use chrono::{DateTime, Utc};
use tokio::time::timeout;

use super::counting::Counting;
use super::page::time;
use super::{Call, errors};
use crate::storage::{Error, ErrorKind, FileFacts, Operation, ReadRange};

/// Servers that read offsets as signed numbers take a range beyond this for none at all, and send the whole object.
const FARTHEST: u64 = i64::MAX.unsigned_abs();

/// What an object is (`HeadObject`).
pub(super) async fn head(call: &Call<'_>) -> Result<FileFacts, Error> {
    let request = call.client().head_object().bucket(call.bucket).key(call.place.key());
    let counted = request.customize().interceptor(Counting::new(call, Operation::Stat));
    let answer: HeadObjectOutput = counted.send().await.map_err(|error| errors::of_head(call, &error))?;
    if answer.e_tag.is_none() && answer.last_modified.is_none() {
        return Err(errors::foreign(call));
    }
    let length = answer.content_length.and_then(|length| u64::try_from(length).ok());
    let length = length.ok_or_else(|| broken(call, "the answer has no length"))?;
    Ok(FileFacts { length, modified_at: answer.last_modified.as_ref().and_then(time) })
}

/// The part of an object that lies within a range (`GetObject`).
///
/// The client repeats requests that fail, and not those whose answer breaks off: that is done here.
pub(super) async fn range(call: &Call<'_>, range: Range<u64>) -> Result<ReadRange, Error> {
    let mut attempts_left = call.storage.settings.attempts;
    loop {
        attempts_left = attempts_left.saturating_sub(1);
        match once(call, &range).await {
            Err(error) if attempts_left > 0 && error.kind() == ErrorKind::Other => {
                call.storage.requests.count_retry();
            }
            answer => return answer,
        }
    }
}

async fn once(call: &Call<'_>, range: &Range<u64>) -> Result<ReadRange, Error> {
    if range.is_empty() || range.start >= FARTHEST {
        let facts = head(call).await?;
        return Ok(ReadRange {
            bytes: Vec::new(),
            file_length: facts.length,
            modified_at: facts.modified_at,
            tag: None,
        });
    }
    let wanted = format!("bytes={}-{}", range.start, range.end.min(FARTHEST) - 1);
    let request = call.client().get_object().bucket(call.bucket).key(call.place.key()).range(wanted);
    let counted = request.customize().interceptor(Counting::new(call, Operation::Read));
    let answer = match counted.send().await {
        Ok(answer) => answer,
        // There is nothing within the range: the object ends before it, or is empty.
        Err(error) if errors::status(&error) == Some(416) => {
            let facts = head(call).await?;
            return Ok(ReadRange {
                bytes: Vec::new(),
                file_length: facts.length,
                modified_at: facts.modified_at,
                tag: None,
            });
        }
        Err(error) => return Err(errors::of_call(call, &error)),
    };
    // Every object has both; a page of a proxy, which any bytes could be, seldom has one.
    if answer.e_tag.is_none() && answer.last_modified.is_none() {
        return Err(errors::foreign(call));
    }
    let modified_at: Option<DateTime<Utc>> = answer.last_modified.as_ref().and_then(time);
    let (start, file_length) = extent(call, &answer)?;
    if start != range.start {
        return Err(broken(call, "the answer begins at another place than was asked for"));
    }
    let length = range.end.min(file_length).saturating_sub(range.start);
    let tag = answer.e_tag.clone();
    let bytes = body(call, answer, length).await?;
    Ok(ReadRange { bytes, file_length, modified_at, tag })
}

/// Where the answer begins in the object, and how long the object is. A store that knows no ranges sends the whole of it.
fn extent(call: &Call<'_>, answer: &GetObjectOutput) -> Result<(u64, u64), Error> {
    if let Some(text) = &answer.content_range {
        let parsed = text.strip_prefix("bytes ").and_then(|text| text.split_once('/')).and_then(|(range, total)| {
            let (start, _) = range.split_once('-')?;
            Some((start.parse().ok()?, total.parse().ok()?))
        });
        return parsed.ok_or_else(|| broken(call, "the answer has a range that makes no sense"));
    }
    let length = answer.content_length.and_then(|length| u64::try_from(length).ok());
    length.map(|length| (0, length)).ok_or_else(|| broken(call, "the answer has no length"))
}

async fn body(call: &Call<'_>, answer: GetObjectOutput, length: u64) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    let reserved = usize::try_from(length).ok().map(|length| bytes.try_reserve_exact(length));
    if !matches!(reserved, Some(Ok(()))) {
        return Err(broken(call, "there is no memory for so much"));
    }
    let patience: Duration = call.storage.settings.timeout;
    let mut stream = answer.body;
    while (bytes.len() as u64) < length {
        let next = timeout(patience, stream.next()).await;
        let Ok(next) = next else {
            return Err(Error::new("read", call.place, ErrorKind::TimedOut).because("the answer broke off"));
        };
        match next {
            Some(Ok(chunk)) => {
                let missing = usize::try_from(length).unwrap_or(usize::MAX) - bytes.len();
                bytes.extend_from_slice(chunk.get(..missing).unwrap_or(&chunk));
            }
            Some(Err(error)) => return Err(Error::new("read", call.place, ErrorKind::Other).because(error)),
            None => return Err(broken(call, "the answer broke off")),
        }
    }
    Ok(bytes)
}

fn broken(call: &Call<'_>, what: &'static str) -> Error {
    Error::new(call.operation, call.place, ErrorKind::Other).because(what)
}
