//! Deleting and creating.
//!
//! HDFS has one request that deletes files and directories alike, empty ones if it is not to go deeper. So each deletion looks first at
//! what there is. What takes the place in between is deleted if it is a file or an empty directory: HDFS cannot be asked for less.

use std::time::Duration;

use async_trait::async_trait;
use futures::{StreamExt, stream};
use hdfs_native::{Client, WriteOptions};

use super::name_service::{NameService, in_time};
use super::trouble::Question;
use super::{HdfsStorage, status};
use crate::storage::{DeletingStorage, DirectoryStorage, Doomed, Error, ErrorKind, Operation, Storage};
use crate::uri::StorageUri;

/// As Hadoop's clients create files (`FsPermission.getFileDefault` with the usual mask).
const PERMISSION: u32 = 0o644;

/// As Hadoop's clients make directories (`FsPermission.getDirDefault` with the usual mask).
const DIRECTORY_PERMISSION: u32 = 0o755;

/// Bytes that are handed over at once, each time with the time of one answer.
const PART: usize = 4 << 20;

#[async_trait]
impl DeletingStorage for HdfsStorage {
    async fn delete(&self, files: &[Doomed]) -> Vec<Result<(), Error>> {
        let deletions: Vec<_> = files.iter().map(|file| self.delete_file(file)).collect();
        stream::iter(deletions).buffered(self.requests_at_a_time()).collect().await
    }

    async fn remove_empty_directory(&self, directory: &StorageUri) -> Result<(), Error> {
        let question = Question { operation: "remove", place: directory, may_repeat: false };
        let (service, path) = match self.find_file(question) {
            Err(error) if error.kind() == ErrorKind::IsDirectory => {
                return Err(question.answer(ErrorKind::Other).because("it is part of a mount table"));
            }
            found => found?,
        };
        let looking = Question { may_repeat: true, ..question };
        if !status(service, looking, path.clone()).await?.isdir {
            return Err(question.answer(ErrorKind::NotADirectory));
        }
        if delete(service, question, path).await? { Ok(()) } else { Err(question.answer(ErrorKind::NotFound)) }
    }

    async fn create(&self, file: &StorageUri, bytes: Vec<u8>) -> Result<(), Error> {
        let question = Question { operation: "create", place: file, may_repeat: false };
        let (service, path) = self.find_file(question)?;
        create(service, question, &path, &bytes).await
    }

    fn deletes_at_a_time(&self) -> usize {
        1
    }

    fn directories(&self) -> Option<&dyn DirectoryStorage> {
        Some(self)
    }
}

#[async_trait]
impl DirectoryStorage for HdfsStorage {
    async fn make_directories(&self, directory: &StorageUri) -> Result<(), Error> {
        let question = Question { operation: "create", place: directory, may_repeat: true };
        let (service, path) = self.find_file(question)?;
        let ask = move |client: Client| {
            let path = path.clone();
            async move { client.mkdirs(&path, DIRECTORY_PERMISSION, true).await }
        };
        service.ask(question, Operation::Write, ask).await
    }

    async fn rename(&self, from: &StorageUri, to: &StorageUri) -> Result<(), Error> {
        let question = Question { operation: "move", place: from, may_repeat: false };
        let (service, path) = self.find_file(question)?;
        let (target_service, target) = self.find_file(Question { place: to, ..question })?;
        if !std::ptr::eq(service, target_service) {
            let elsewhere = question.answer(ErrorKind::Other);
            return Err(elsewhere.because(format!("{to} is in another name service")));
        }
        let ask = move |client: Client| {
            let (path, target) = (path.clone(), target.clone());
            async move { client.rename(&path, &target, false).await }
        };
        service.ask(question, Operation::Write, ask).await
    }
}

impl HdfsStorage {
    async fn delete_file(&self, file: &Doomed) -> Result<(), Error> {
        let question = Question { operation: "delete", place: &file.place, may_repeat: false };
        if file.version_id.is_some() {
            return Err(question.answer(ErrorKind::NoSuchFacility("versions")));
        }
        let (service, path) = self.find_file(question)?;
        let looking = Question { may_repeat: true, ..question };
        match status(service, looking, path.clone()).await {
            Ok(status) if status.isdir => return Err(question.answer(ErrorKind::IsDirectory)),
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(error),
        }
        match delete(service, question, path).await {
            // Gone since, which is as good.
            Ok(_) => Ok(()),
            Err(error) if error.kind() == ErrorKind::NotEmpty => Err(question.answer(ErrorKind::IsDirectory)),
            Err(error) => Err(error),
        }
    }
}

/// Whether there was something to delete.
async fn delete(service: &NameService, question: Question<'_>, path: String) -> Result<bool, Error> {
    let ask = move |client: Client| {
        let path = path.clone();
        async move { client.delete(&path, false).await }
    };
    service.ask(question, Operation::Delete, ask).await
}

async fn create(service: &NameService, question: Question<'_>, path: &str, bytes: &[u8]) -> Result<(), Error> {
    let mut tries = service.tries(question);
    let limit: Duration = service.timeout();
    let mut writer = loop {
        let client = tries.client().await?;
        service.requests().count(Operation::Write);
        let path = path.to_owned();
        let options = WriteOptions::default().permission(PERMISSION).overwrite(false).create_parent(false);
        match in_time(limit, async move { client.create(&path, options).await }).await {
            Ok(writer) => {
                tries.answered();
                break writer;
            }
            Err(trouble) => tries.failed(trouble).await?,
        }
    };
    let unfinished = |trouble: super::trouble::Trouble| {
        trouble.into_error(&question).with_hint("an unfinished file of this name may have been left")
    };
    for part in bytes.chunks(PART) {
        let part = part.to_vec();
        let work = async move {
            let mut writer = writer;
            Box::pin(writer.write_bytes(part.into())).await?;
            Ok(writer)
        };
        writer = in_time(limit, work).await.map_err(unfinished)?;
    }
    in_time(limit, async move { Box::pin(writer.close()).await }).await.map_err(unfinished)
}
