//! Reading a part of a file: where it is from the name node, the bytes from the data nodes.

use std::ops::Range;
use std::time::Duration;

use futures::{Stream, StreamExt};
use hdfs_native::HdfsError;
use hdfs_native::client::FileStatus;
use hdfs_native::file::FileReader;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::name_service::{NameService, finished, in_time, pause};
use super::time;
use super::trouble::{Question, Trouble};
use crate::storage::{Error, ErrorKind, Operation, ReadRange};

/// Times that the data nodes are tried, each time those that the name node gives anew.
const MOST_ATTEMPTS: u32 = 3;

/// Reads what there is of a range.
pub(super) async fn read_range(
    service: &NameService,
    question: Question<'_>,
    path: &str,
    range: Range<u64>,
) -> Result<ReadRange, Error> {
    let mut attempt = 1;
    loop {
        let (status, reader) = open(service, question, path).await?;
        let file_length = reader.file_length() as u64;
        let wanted = range.start.min(file_length)..range.end.min(file_length).max(range.start.min(file_length));
        match bytes(service.timeout(), reader, wanted).await {
            Ok(bytes) => {
                service.requests().count_bytes(bytes.len());
                return Ok(ReadRange { bytes, file_length, modified_at: time(status.modification_time), tag: None });
            }
            Err(trouble) if trouble.is_of_data() && attempt < service.attempts().min(MOST_ATTEMPTS) => {
                service.requests().count_retry();
                sleep(pause(attempt)).await;
                attempt += 1;
            }
            Err(trouble) => return Err(trouble.into_error(&question)),
        }
    }
}

/// What the file is, and where its blocks are: two questions side by side, because only the first answer has the time, and only the
/// second the blocks.
async fn open(service: &NameService, question: Question<'_>, path: &str) -> Result<(FileStatus, FileReader), Error> {
    let mut tries = service.tries(question);
    loop {
        let client = tries.client().await?;
        service.requests().count(Operation::Stat);
        service.requests().count(Operation::Read);
        let path = path.to_owned();
        let work = async move {
            let (status, reader) = futures::join!(client.get_file_info(&path), client.read(&path));
            let status = status?;
            if status.isdir {
                return Err(HdfsError::IsADirectoryError(path));
            }
            Ok((status, reader?))
        };
        match in_time(service.timeout(), work).await {
            Ok(opened) => {
                tries.answered();
                return Ok(opened);
            }
            Err(trouble) => tries.failed(trouble).await?,
        }
    }
}

/// The bytes of a range that lies in the file.
async fn bytes(limit: Duration, reader: FileReader, range: Range<u64>) -> Result<Vec<u8>, Trouble> {
    if range.is_empty() {
        return Ok(Vec::new());
    }
    let too_large = || Trouble::Broken(format!("no memory for {} bytes", range.end - range.start));
    let start = usize::try_from(range.start).map_err(|_| too_large())?;
    let wanted = usize::try_from(range.end - range.start).map_err(|_| too_large())?;
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(wanted).map_err(|_| too_large())?;
    let mut tasks = JoinSet::new();
    tasks.spawn(async move { fill(limit, reader.read_range_stream(start, wanted), bytes, wanted).await });
    finished(tasks.join_next().await)
}

async fn fill(
    limit: Duration,
    parts: impl Stream<Item = hdfs_native::Result<impl AsRef<[u8]>>>,
    mut bytes: Vec<u8>,
    wanted: usize,
) -> Result<Vec<u8>, Trouble> {
    let mut parts = std::pin::pin!(parts);
    loop {
        match timeout(limit, parts.next()).await {
            Err(_) => return Err(Trouble::NoAnswer),
            Ok(Some(part)) => bytes.extend_from_slice(part.map_err(Trouble::Client)?.as_ref()),
            Ok(None) if bytes.len() == wanted => return Ok(bytes),
            // The name node named fewer blocks than the length takes.
            Ok(None) => return Err(Trouble::Answer(ErrorKind::Changed)),
        }
    }
}
