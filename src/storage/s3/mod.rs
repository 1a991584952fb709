//! S3 and what speaks its protocol: MinIO, Ceph, Tencent COS, Alibaba OSS.
//!
//! Keys stay what they are. `a//b`, `a/../b` and `a/` are legal keys and none of them is `a/b`, so everything goes through the AWS SDK,
//! which takes and gives keys as strings; `object_store` would refuse or change them.
//!
//! There are no directories here. One is there if a key lies below its name; of a bucket that is there, the root always is.

mod connect;
mod counting;
mod delete;
mod errors;
mod flavour;
mod key_ranges;
mod page;
mod parallel;
mod read;
mod versions;
mod whole;

use std::ops::Range;
use std::sync::Arc;

use async_trait::async_trait;
use aws_sdk_s3::Client;
use chrono::TimeDelta;
use tokio::sync::{OnceCell, Semaphore};

use super::hadoop_conf::HadoopConf;
use super::{
    DeletingStorage, Description, Doomed, Entry, EntryKind, Error, ErrorKind, FileFacts, ReadRange, Requests, Show,
    Storage, StorageSettings, Upload, Version,
};
use crate::uri::StorageUri;

use connect::Connection;
pub(super) use flavour::Flavour;
use page::{InOrder, Page, Start};

/// Requests under way at a time, unless settings say otherwise. S3 answers in 20 to 50 ms, whatever else is asked meanwhile.
const REQUESTS_AT_A_TIME: usize = 64;

/// Keys that one request may delete.
const DELETES_AT_A_TIME: usize = 1000;

/// A store that speaks S3. Clones are the same store.
#[derive(Clone)]
pub(super) struct S3Storage {
    flavour: Flavour,
    settings: Arc<StorageSettings>,
    hadoop_conf: Option<Arc<HadoopConf>>,
    requests: Arc<Requests>,
    connection: Arc<OnceCell<Result<Connection, connect::Unusable>>>,
    /// Bounds what is under way, over all listings and reads of this store.
    under_way: Arc<Semaphore>,
}

impl S3Storage {
    /// Nothing is asked yet.
    pub(super) fn new(
        flavour: Flavour,
        settings: &StorageSettings,
        hadoop_conf: Option<&HadoopConf>,
        requests: &Arc<Requests>,
    ) -> Self {
        let at_a_time = settings.requests_at_a_time.unwrap_or(REQUESTS_AT_A_TIME).min(Semaphore::MAX_PERMITS);
        Self {
            flavour,
            settings: Arc::new(settings.clone()),
            hadoop_conf: hadoop_conf.cloned().map(Arc::new),
            requests: Arc::clone(requests),
            connection: Arc::new(OnceCell::new()),
            under_way: Arc::new(Semaphore::new(at_a_time)),
        }
    }

    /// Settings and credentials are looked for once, with the first request.
    async fn connection(&self, operation: &'static str, place: &StorageUri) -> Result<&Connection, Error> {
        self.connected().await.as_ref().map_err(|unusable| unusable.as_error(operation, place))
    }

    async fn connected(&self) -> &Result<Connection, connect::Unusable> {
        self.connection
            .get_or_init(|| connect::connect(self.flavour, &self.settings, self.hadoop_conf.as_deref()))
            .await
    }

    async fn call<'s>(&'s self, operation: &'static str, place: &'s StorageUri) -> Result<Call<'s>, Error> {
        let connection = self.connection(operation, place).await?;
        let bucket = place.authority().ok_or_else(|| no_bucket(operation, place))?;
        // A semaphore that is never closed always gives a permit.
        let permit = self.under_way.acquire().await.ok();
        Ok(Call { connection, bucket, operation, place, storage: self, _permit: permit })
    }

    /// A page of the keys below a prefix.
    async fn page(
        &self,
        directory: &StorageUri,
        prefix: &str,
        start: &Start,
        by_directory: bool,
    ) -> Result<Page, Error> {
        let call = self.call("list", directory).await?;
        page::fetch(&call, prefix, start, by_directory, page::MOST).await
    }

    /// What a name is that no key begins with: nothing, or an object that was taken for a directory.
    async fn not_a_directory(&self, operation: &'static str, place: &StorageUri) -> Error {
        let kind = match self.head(operation, place).await {
            Ok(_) => ErrorKind::NotADirectory,
            Err(error) if error.kind() == ErrorKind::NotFound => ErrorKind::NotFound,
            Err(error) => return error,
        };
        Error::new(operation, place, kind)
    }

    async fn head(&self, operation: &'static str, file: &StorageUri) -> Result<FileFacts, Error> {
        let call = self.call(operation, file).await?;
        read::head(&call).await
    }

    /// Whether a key lies below a name.
    async fn is_directory(&self, place: &StorageUri) -> Result<bool, Error> {
        let call = self.call("look at", place).await?;
        let page = page::fetch(&call, &place.key_prefix(), &Start::Beginning, false, 1).await?;
        Ok(!page.objects.is_empty())
    }
}

/// What a request needs. It counts as under way until it is dropped.
struct Call<'s> {
    connection: &'s Connection,
    bucket: &'s str,
    operation: &'static str,
    place: &'s StorageUri,
    storage: &'s S3Storage,
    _permit: Option<tokio::sync::SemaphorePermit<'s>>,
}

impl Call<'_> {
    fn client(&self) -> &Client {
        &self.connection.client
    }
}

fn no_bucket(operation: &'static str, place: &StorageUri) -> Error {
    let scheme = place.scheme();
    Error::new(operation, place, ErrorKind::Misconfigured)
        .because("it names no bucket")
        .with_hint(format!("write it as in {scheme}://bucket/path"))
}

#[async_trait]
impl Storage for S3Storage {
    async fn read_range(&self, file: &StorageUri, range: Range<u64>) -> Result<ReadRange, Error> {
        if file.key().is_empty() {
            return Err(Error::new("read", file, ErrorKind::IsDirectory));
        }
        let call = self.call("read", file).await?;
        let read = read::range(&call, range).await?;
        self.requests.count_bytes(read.bytes.len());
        Ok(read)
    }

    async fn list(&self, directory: &StorageUri, show: Show<'_, Entry>) -> Result<(), Error> {
        let prefix = directory.key_prefix();
        let (mut start, mut order, mut is_there) = (Start::Beginning, InOrder::default(), false);
        let mut last_directory: Option<String> = None;
        loop {
            let page = self.page(directory, &prefix, &start, true).await?;
            order.next(directory, &page)?;
            is_there |= !page.objects.is_empty() || !page.prefixes.is_empty();
            let mut entries = Vec::with_capacity(page.objects.len() + page.prefixes.len());
            for key in &page.prefixes {
                let name = key.strip_prefix(prefix.as_str()).and_then(|rest| rest.strip_suffix('/'));
                let Some(name) = name.filter(|name| last_directory.as_deref() != Some(*name)) else { continue };
                entries.push(Entry { name: name.to_owned(), kind: EntryKind::Directory { modified_at: None } });
                last_directory = Some(name.to_owned());
            }
            entries.extend(page.objects.into_iter().filter_map(|object| object.below(&prefix)));
            show(entries);
            match page.next {
                Some(next) => start = next,
                None if is_there || prefix.is_empty() => return Ok(()),
                None => return Err(self.not_a_directory("list", directory).await),
            }
        }
    }

    async fn list_between(
        &self,
        directory: &StorageUri,
        first: &str,
        last: &str,
        show: Show<'_, Entry>,
    ) -> Result<(), Error> {
        let prefix = directory.key_prefix();
        // Pages begin behind a key. What is shorter by a character comes before, and of names that end at random hardly any others do.
        let mut before = first.to_owned();
        before.pop();
        let behind = format!("{prefix}{before}");
        let (mut start, mut order) = (Start::After(behind.clone()), InOrder::behind(Some(behind)));
        let last_key = format!("{prefix}{last}");
        loop {
            let page = self.page(directory, &prefix, &start, true).await?;
            order.next(directory, &page)?;
            let is_past =
                page.objects.iter().any(|object| object.key.as_deref().is_ok_and(|key| key > last_key.as_str()));
            let entries = page.objects.into_iter().filter_map(|object| object.below(&prefix));
            show(entries.filter(|entry| (first..=last).contains(&entry.name.as_str())).collect());
            match page.next {
                Some(next) if !is_past => start = next,
                _ => return Ok(()),
            }
        }
    }

    async fn list_below(&self, directory: &StorageUri, show: Show<'_, Entry>) -> Vec<Error> {
        match parallel::list_below(self, directory, show).await {
            Ok(0) if !directory.key_prefix().is_empty() => vec![self.not_a_directory("list", directory).await],
            Ok(_) => Vec::new(),
            Err(error) => vec![error],
        }
    }

    async fn stat(&self, file: &StorageUri) -> Result<FileFacts, Error> {
        if file.key().is_empty() {
            return Err(Error::new("look at", file, ErrorKind::IsDirectory));
        }
        match self.head("look at", file).await {
            Err(error) if error.kind() == ErrorKind::NotFound && self.is_directory(file).await? => {
                Err(Error::new("look at", file, ErrorKind::IsDirectory))
            }
            answer => answer,
        }
    }

    async fn list_versions(&self, directory: &StorageUri, show: Show<'_, Version>) -> Result<(), Error> {
        versions::list_versions(self, directory, show).await
    }

    async fn list_uploads(&self, directory: &StorageUri, show: Show<'_, Upload>) -> Result<(), Error> {
        versions::list_uploads(self, directory, show).await
    }

    fn has_directories(&self) -> bool {
        false
    }

    fn clock_ahead(&self) -> Option<TimeDelta> {
        self.connection.get()?.as_ref().ok()?.contact.clock_ahead()
    }

    fn requests_at_a_time(&self) -> usize {
        self.settings.requests_at_a_time.unwrap_or(REQUESTS_AT_A_TIME)
    }

    async fn describe(&self) -> Description {
        match self.connected().await {
            Ok(connection) => connection.describe().await,
            Err(unusable) => unusable.describe(),
        }
    }
}

#[async_trait]
impl DeletingStorage for S3Storage {
    async fn delete(&self, files: &[Doomed]) -> Vec<Result<(), Error>> {
        delete::delete(self, files).await
    }

    async fn remove_empty_directory(&self, directory: &StorageUri) -> Result<(), Error> {
        delete::remove_marker(self, directory).await
    }

    async fn create(&self, file: &StorageUri, bytes: Vec<u8>) -> Result<(), Error> {
        let call = self.call("create", file).await?;
        delete::create(&call, bytes).await
    }

    fn deletes_at_a_time(&self) -> usize {
        DELETES_AT_A_TIME
    }
}
