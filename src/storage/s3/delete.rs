//! Deleting and creating objects.

use std::collections::HashMap;

use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::operation::delete_object::DeleteObjectError;
use aws_sdk_s3::types::{Delete, ObjectIdentifier};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};

use super::counting::Counting;
use super::errors::status;
use super::page::{self, Start};
use super::{Call, DELETES_AT_A_TIME, Flavour, S3Storage, errors};
use crate::storage::{Doomed, Error, ErrorKind, Operation};
use crate::uri::StorageUri;

/// Deletes by exact keys; the answers are in the order of the question.
pub(super) async fn delete(storage: &S3Storage, files: &[Doomed]) -> Vec<Result<(), Error>> {
    let mut answers: Vec<Option<Result<(), Error>>> = files.iter().map(|_| None).collect();
    let mut batches: HashMap<Option<&str>, Vec<usize>> = HashMap::new();
    for (index, file) in files.iter().enumerate() {
        if fits_into_a_batch(file.place.key()) && file.tag.is_none() {
            batches.entry(file.place.authority()).or_default().push(index);
        } else {
            answers[index] = Some(delete_one(storage, file).await);
        }
    }
    for batch in batches.values().flat_map(|indices| indices.chunks(DELETES_AT_A_TIME)) {
        delete_batch(storage, files, batch, &mut answers).await;
    }
    let unanswered = |file: &Doomed| Err(not_answered(file));
    answers.into_iter().zip(files).map(|(answer, file)| answer.unwrap_or_else(|| unanswered(file))).collect()
}

/// XML 1.0 has no way to write control characters, and COS answers for keys that begin with a slash without deleting them
/// ("DELETE Multiple Objects").
fn fits_into_a_batch(key: &str) -> bool {
    !key.starts_with('/') && !key.chars().any(|c| c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}'))
}

async fn delete_one(storage: &S3Storage, file: &Doomed) -> Result<(), Error> {
    let call = storage.call("delete", &file.place).await?;
    // COS and OSS document no conditions for deletions.
    let tag = file.tag.clone().filter(|_| call.connection.flavour == Flavour::S3);
    match send_one(&call, file, tag.clone()).await {
        // Not every store has conditions for deletions: some say so, others do not look at them.
        Err(error) if tag.is_some() && status(&error) == Some(501) => {
            answer_of(&call, send_one(&call, file, None).await)
        }
        answer => answer_of(&call, answer),
    }
}

type DeleteError = SdkError<DeleteObjectError, HttpResponse>;

async fn send_one(call: &Call<'_>, file: &Doomed, tag: Option<String>) -> Result<(), DeleteError> {
    let request = call.client().delete_object().bucket(call.bucket).key(file.place.key());
    let request = request.set_version_id(file.version_id.clone()).set_if_match(tag);
    let counted = request.customize().interceptor(Counting::new(call, Operation::Delete));
    counted.send().await.map(|_| ())
}

fn answer_of(call: &Call<'_>, answer: Result<(), DeleteError>) -> Result<(), Error> {
    let Err(error) = answer else { return Ok(()) };
    if status(&error) == Some(412) {
        return Err(Error::new(call.operation, call.place, ErrorKind::Changed));
    }
    let (code, message) = (error.code().unwrap_or_default(), error.message().unwrap_or_default());
    if is_held(code, message) {
        return Err(Error::new(call.operation, call.place, ErrorKind::Held).because(format!("{code}: {message}")));
    }
    match errors::of_call(call, &error) {
        error if error.kind() == ErrorKind::NotFound => Ok(()),
        error => Err(error),
    }
}

/// Whether an object lock is why something is not deleted: Amazon says so in the message only, MinIO and others have a code.
fn is_held(code: &str, message: &str) -> bool {
    let says = |words: &str| message.to_ascii_lowercase().contains(words);
    code == "ObjectLocked" || says("object lock") || says("worm protected") || says("legal hold") || says("retention")
}

/// Fills in what the store answers for each file of a batch; what it does not answer for stays open.
async fn delete_batch(
    storage: &S3Storage,
    files: &[Doomed],
    batch: &[usize],
    answers: &mut [Option<Result<(), Error>>],
) {
    let Some(first) = batch.first().and_then(|index| files.get(*index)) else { return };
    let all = batch.iter().filter_map(|index| files.get(*index).map(|file| (*index, file)));
    let outcome = match storage.call("delete", &first.place).await {
        Ok(call) => send_batch(&call, all.clone().map(|(_, file)| file)).await,
        Err(error) => Err(error),
    };
    match outcome {
        Ok(told) => {
            for (index, file) in all {
                // One answer is for all of that name: a file may be asked for twice.
                let name = (file.place.key().to_owned(), file.version_id.clone());
                let failed = |(kind, said): (ErrorKind, String)| Error::new("delete", &file.place, kind).because(said);
                answers[index] = told.get(&name).map(|told| told.clone().map_err(failed));
            }
        }
        Err(error) => {
            for (index, file) in all {
                answers[index] = Some(Err(error.repeated_for(&file.place)));
            }
        }
    }
}

type Told = HashMap<(String, Option<String>), Result<(), (ErrorKind, String)>>;

async fn send_batch(call: &Call<'_>, files: impl Iterator<Item = &Doomed>) -> Result<Told, Error> {
    let mut delete = Delete::builder().quiet(false);
    for file in files {
        let identifier = ObjectIdentifier::builder().key(file.place.key()).set_version_id(file.version_id.clone());
        let identifier = identifier.build().map_err(|error| unsendable(call, error))?;
        delete = delete.objects(identifier);
    }
    let delete = delete.build().map_err(|error| unsendable(call, error))?;
    let request = call.client().delete_objects().bucket(call.bucket).delete(delete);
    let counted = request.customize().interceptor(Counting::new(call, Operation::Delete));
    let demands_md5 = !call.connection.is_amazon();
    // COS, OSS, Ceph and older MinIO demand it ("DELETE Multiple Objects"); the SDK sends only a checksum that they do not know.
    let with_md5 = counted.mutate_request(move |request| {
        if demands_md5 && let Some(body) = request.body().bytes() {
            let digest = STANDARD.encode(Md5::digest(body));
            request.headers_mut().insert("content-md5", digest);
        }
    });
    let answer = with_md5.send().await.map_err(|error| errors::of_call(call, &error))?;
    let mut told = Told::new();
    for deleted in answer.deleted.unwrap_or_default() {
        // The version in the answer is that of the question, where there was one.
        if let Some(key) = deleted.key {
            told.insert((key, deleted.version_id), Ok(()));
        }
    }
    for error in answer.errors.unwrap_or_default() {
        let Some(key) = error.key else { continue };
        let (code, message) = (error.code.unwrap_or_default(), error.message.unwrap_or_default());
        let outcome = match errors::of_code(&code).unwrap_or(ErrorKind::Other) {
            ErrorKind::NotFound => Ok(()),
            _ if is_held(&code, &message) => {
                Err((ErrorKind::Held, format!("{code}: {}", message.trim_end_matches('.'))))
            }
            kind => Err((kind, format!("{code}: {}", message.trim_end_matches('.')))),
        };
        told.insert((key, error.version_id.filter(|version| !version.is_empty())), outcome);
    }
    Ok(told)
}

fn unsendable(call: &Call<'_>, error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::new(call.operation, call.place, ErrorKind::Other).because(error)
}

fn not_answered(file: &Doomed) -> Error {
    Error::new("delete", &file.place, ErrorKind::Other)
        .because("the store did not say what became of it")
        .with_hint("list the place again to see whether it is still there")
}

/// Deletes the marker of a directory: an empty object whose key ends with a slash, and nothing else below it.
pub(super) async fn remove_marker(storage: &S3Storage, directory: &StorageUri) -> Result<(), Error> {
    let prefix = directory.key_prefix();
    let found = {
        let call = storage.call("remove", directory).await?;
        page::fetch(&call, &prefix, &Start::Beginning, false, 2).await?
    };
    let is_marker = |object: &page::Object| object.key.as_deref() == Ok(prefix.as_str()) && object.is_empty();
    match found.objects.as_slice() {
        [] => Err(Error::new("remove", directory, ErrorKind::NotFound)),
        [marker] if is_marker(marker) && !prefix.is_empty() => {
            delete_one(storage, &Doomed::new(directory.child(""))).await
        }
        _ => Err(Error::new("remove", directory, ErrorKind::NotEmpty)),
    }
}

/// Creates an object, unless there is one of that name.
pub(super) async fn create(call: &Call<'_>, bytes: Vec<u8>) -> Result<(), Error> {
    let request = call.client().put_object().bucket(call.bucket).key(call.place.key()).if_none_match("*");
    let request = request.body(bytes.into());
    let counted = request.customize().interceptor(Counting::new(call, Operation::Write));
    let created = counted.send().await.map_err(|error| errors::of_call(call, &error))?;
    // Every object has a tag; what is answered without one was not created by a store.
    if created.e_tag.is_some() { Ok(()) } else { Err(errors::foreign(call)) }
}
