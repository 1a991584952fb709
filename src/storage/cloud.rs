//! Google Cloud Storage and Azure, through `object_store`.
//!
//! `object_store` has no name for some keys (`a//b`, `..`, control characters). A listing that meets one is an error and not complete;
//! that is honest, and such keys are nothing that Flink writes.

use std::ops::Range;
use std::sync::Arc;

use async_trait::async_trait;
use futures::StreamExt;
use object_store::azure::MicrosoftAzureBuilder;
use object_store::gcp::GoogleCloudStorageBuilder;
use object_store::list::{PaginatedListOptions, PaginatedListStore};
use object_store::path::Path;
use object_store::{
    ClientOptions, GetOptions, GetRange, ObjectMeta, ObjectStore, ObjectStoreExt, PutMode, PutOptions, RetryConfig,
};

use super::{
    DeletingStorage, Description, Doomed, Entry, EntryKind, Error, ErrorKind, FileFacts, Operation, ReadRange,
    Requests, Show, Storage, StorageSettings,
};
use crate::uri::StorageUri;

const REQUESTS_AT_A_TIME: usize = 64;

/// A bucket of Google's or a container of Azure's.
pub(super) struct CloudStorage {
    name: &'static str,
    environment: &'static str,
    objects: Arc<dyn ObjectStore>,
    pages: Arc<dyn PaginatedListStore>,
    requests: Arc<Requests>,
    requests_at_a_time: usize,
}

impl CloudStorage {
    /// With the variables that `object_store` reads: `GOOGLE_SERVICE_ACCOUNT`, `GOOGLE_APPLICATION_CREDENTIALS` and their like.
    pub(super) fn google(
        bucket: &StorageUri,
        settings: &StorageSettings,
        requests: &Arc<Requests>,
    ) -> Result<Self, Error> {
        let builder = GoogleCloudStorageBuilder::from_env()
            .with_bucket_name(bucket.authority().unwrap_or_default())
            .with_client_options(client_options(settings))
            .with_retry(retries(settings));
        let store = Arc::new(builder.build().map_err(|error| unusable(bucket, error))?);
        Ok(Self::new("Google Cloud Storage", "GOOGLE_*", store.clone(), store, settings, requests))
    }

    /// With the variables that `object_store` reads: `AZURE_STORAGE_ACCOUNT_KEY`, `AZURE_CLIENT_ID` and their like. The URI is
    /// `abfs://container@account.dfs.core.windows.net/…`, as Hadoop has it, or one of its variants.
    pub(super) fn azure(
        container: &StorageUri,
        settings: &StorageSettings,
        requests: &Arc<Requests>,
    ) -> Result<Self, Error> {
        let authority = container.authority().unwrap_or_default();
        let (name, host) = authority.split_once('@').unwrap_or((authority, ""));
        let mut builder = MicrosoftAzureBuilder::from_env().with_container_name(name);
        if let Some((account, _)) = host.split_once('.') {
            builder = builder.with_account(account);
        }
        let builder = builder.with_client_options(client_options(settings)).with_retry(retries(settings));
        let store = Arc::new(builder.build().map_err(|error| unusable(container, error))?);
        Ok(Self::new("Azure Blob Storage", "AZURE_*", store.clone(), store, settings, requests))
    }

    fn new(
        name: &'static str,
        environment: &'static str,
        objects: Arc<dyn ObjectStore>,
        pages: Arc<dyn PaginatedListStore>,
        settings: &StorageSettings,
        requests: &Arc<Requests>,
    ) -> Self {
        let requests_at_a_time = settings.requests_at_a_time.unwrap_or(REQUESTS_AT_A_TIME);
        Self { name, environment, objects, pages, requests: Arc::clone(requests), requests_at_a_time }
    }

    /// Shows the pages below a prefix; gives whether there is anything.
    async fn list_pages(
        &self,
        directory: &StorageUri,
        by_directory: bool,
        show: Show<'_, Entry>,
    ) -> Result<bool, Error> {
        let prefix = directory.key_prefix();
        let (mut token, mut is_there) = (None, false);
        loop {
            self.requests.count(Operation::List);
            let options = PaginatedListOptions {
                delimiter: by_directory.then(|| "/".into()),
                page_token: token.clone(),
                ..PaginatedListOptions::default()
            };
            let asked = (!prefix.is_empty()).then_some(prefix.as_str());
            let page = self.pages.list_paginated(asked, options).await;
            let page = page.map_err(|error| translated("list", directory, error))?;
            is_there |= !page.result.objects.is_empty() || !page.result.common_prefixes.is_empty();
            let directories = page.result.common_prefixes.iter().filter_map(|path| below(path, &prefix));
            let directories = directories.map(|name| Entry { name, kind: EntryKind::Directory { modified_at: None } });
            let files = page.result.objects.iter().filter_map(|object| {
                Some(Entry { name: below(&object.location, &prefix)?, kind: EntryKind::File(facts(object)) })
            });
            show(directories.chain(files).collect());
            match page.page_token {
                Some(next) if token.as_ref() == Some(&next) => {
                    let error = Error::new("list", directory, ErrorKind::InconsistentListing);
                    return Err(error.because("a page leads to itself"));
                }
                Some(next) => token = Some(next),
                None => return Ok(is_there || prefix.is_empty()),
            }
        }
    }

    async fn not_a_directory(&self, operation: &'static str, place: &StorageUri) -> Error {
        match self.head(operation, place).await {
            Ok(_) => Error::new(operation, place, ErrorKind::NotADirectory),
            Err(error) => error,
        }
    }

    async fn head(&self, operation: &'static str, file: &StorageUri) -> Result<FileFacts, Error> {
        self.requests.count(Operation::Stat);
        let found = self.objects.head(&path(operation, file)?).await;
        found.map(|found| facts(&found)).map_err(|error| translated(operation, file, error))
    }
}

#[async_trait]
impl Storage for CloudStorage {
    async fn read_range(&self, file: &StorageUri, range: Range<u64>) -> Result<ReadRange, Error> {
        if range.is_empty() {
            let facts = self.head("read", file).await?;
            return Ok(ReadRange {
                bytes: Vec::new(),
                file_length: facts.length,
                modified_at: facts.modified_at,
                tag: None,
            });
        }
        self.requests.count(Operation::Read);
        let options = GetOptions { range: Some(GetRange::Bounded(range)), ..GetOptions::default() };
        let answer = match self.objects.get_opts(&path("read", file)?, options).await {
            Ok(answer) => answer,
            Err(error) => {
                let error = translated("read", file, error);
                // Behind the end of an object, and in an empty one, there is nothing to give.
                return match error.kind() {
                    ErrorKind::Other => match self.head("read", file).await {
                        Ok(facts) if facts.length == 0 => Ok(ReadRange {
                            bytes: Vec::new(),
                            file_length: 0,
                            modified_at: facts.modified_at,
                            tag: None,
                        }),
                        _ => Err(error),
                    },
                    _ => Err(error),
                };
            }
        };
        let (file_length, modified_at) = (answer.meta.size, Some(answer.meta.last_modified));
        let bytes = answer.bytes().await.map_err(|error| translated("read", file, error))?;
        self.requests.count_bytes(bytes.len());
        Ok(ReadRange { bytes: bytes.into(), file_length, modified_at, tag: None })
    }

    async fn list(&self, directory: &StorageUri, show: Show<'_, Entry>) -> Result<(), Error> {
        if self.list_pages(directory, true, show).await? {
            Ok(())
        } else {
            Err(self.not_a_directory("list", directory).await)
        }
    }

    async fn list_below(&self, directory: &StorageUri, show: Show<'_, Entry>) -> Vec<Error> {
        match self.list_pages(directory, false, show).await {
            Ok(true) => Vec::new(),
            Ok(false) => vec![self.not_a_directory("list", directory).await],
            Err(error) => vec![error],
        }
    }

    async fn stat(&self, file: &StorageUri) -> Result<FileFacts, Error> {
        match self.head("look at", file).await {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let is_directory = self.list_pages(file, true, &mut |_| {}).await?;
                Err(if is_directory { Error::new("look at", file, ErrorKind::IsDirectory) } else { error })
            }
            answer => answer,
        }
    }

    fn has_directories(&self) -> bool {
        false
    }

    fn requests_at_a_time(&self) -> usize {
        self.requests_at_a_time
    }

    async fn describe(&self) -> Description {
        Description::default()
            .with_default("store", self.name)
            .with_default("settings", format!("from the variables {}", self.environment))
    }
}

#[async_trait]
impl DeletingStorage for CloudStorage {
    async fn delete(&self, files: &[Doomed]) -> Vec<Result<(), Error>> {
        let one = |file: &Doomed| {
            let place = file.place.clone();
            async move {
                self.requests.count(Operation::Delete);
                match self.objects.delete(&path("delete", &place)?).await {
                    Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
                    Err(error) => Err(translated("delete", &place, error)),
                }
            }
        };
        let answers: Vec<_> = files.iter().map(one).collect();
        futures::stream::iter(answers).buffered(self.requests_at_a_time).collect().await
    }

    async fn remove_empty_directory(&self, directory: &StorageUri) -> Result<(), Error> {
        Err(Error::new("remove", directory, ErrorKind::NoSuchFacility("directories")))
    }

    async fn create(&self, file: &StorageUri, bytes: Vec<u8>) -> Result<(), Error> {
        self.requests.count(Operation::Write);
        let options = PutOptions { mode: PutMode::Create, ..PutOptions::default() };
        let created = self.objects.put_opts(&path("create", file)?, bytes.into(), options).await;
        created.map(|_| ()).map_err(|error| translated("create", file, error))
    }

    fn deletes_at_a_time(&self) -> usize {
        self.requests_at_a_time
    }
}

fn client_options(settings: &StorageSettings) -> ClientOptions {
    ClientOptions::new()
        .with_connect_timeout(settings.connect_timeout)
        .with_timeout(settings.timeout)
        // Test servers and sites without certificates name an endpoint with http.
        .with_allow_http(true)
}

fn retries(settings: &StorageSettings) -> RetryConfig {
    let max_retries = usize::try_from(settings.attempts.saturating_sub(1)).unwrap_or(usize::MAX);
    RetryConfig { max_retries, ..RetryConfig::default() }
}

fn path(operation: &'static str, place: &StorageUri) -> Result<Path, Error> {
    Path::parse(place.key()).map_err(|error| Error::new(operation, place, ErrorKind::Other).because(error))
}

fn below(path: &Path, prefix: &str) -> Option<String> {
    // A marker of the directory itself is shown without the slash at its end.
    path.as_ref().strip_prefix(prefix).filter(|name| !name.is_empty()).map(str::to_owned)
}

fn facts(object: &ObjectMeta) -> FileFacts {
    FileFacts { length: object.size, modified_at: Some(object.last_modified) }
}

fn unusable(place: &StorageUri, error: object_store::Error) -> Error {
    Error::new("open", place, ErrorKind::Misconfigured).because(error)
}

fn translated(operation: &'static str, place: &StorageUri, error: object_store::Error) -> Error {
    let kind = match &error {
        object_store::Error::NotFound { .. } => return Error::new(operation, place, ErrorKind::NotFound),
        object_store::Error::AlreadyExists { .. } => ErrorKind::AlreadyExists,
        object_store::Error::PermissionDenied { .. } => ErrorKind::PermissionDenied,
        object_store::Error::Unauthenticated { .. } => ErrorKind::Unauthenticated,
        _ => ErrorKind::Other,
    };
    Error::new(operation, place, kind).because(error)
}
