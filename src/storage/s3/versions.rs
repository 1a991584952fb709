//! What takes space without being seen: versions that are not current, markers of deletions, uploads that were not finished.

use aws_sdk_s3::types::EncodingType;

use super::counting::Counting;
use super::page::{decoded, time};
use super::{Call, S3Storage, errors};
use crate::storage::{Error, ErrorKind, Operation, Show, Upload, Version};
use crate::uri::StorageUri;

/// `ListObjectVersions`.
pub(super) async fn list_versions(
    storage: &S3Storage,
    directory: &StorageUri,
    show: Show<'_, Version>,
) -> Result<(), Error> {
    let prefix = directory.key_prefix();
    let (mut key_marker, mut version_marker) = (None, None);
    loop {
        let call = storage.call("list the versions of", directory).await?;
        let request = call.client().list_object_versions().bucket(call.bucket).prefix(&prefix);
        let request = request.encoding_type(EncodingType::Url);
        let request = request.set_key_marker(key_marker.clone()).set_version_id_marker(version_marker.clone());
        let counted = request.customize().interceptor(Counting::new(&call, Operation::List));
        let answer = counted.send().await.map_err(|error| errors::of_call(&call, &error))?;
        let is_encoded = answer.encoding_type == Some(EncodingType::Url);
        let name = |key: Option<String>| below(key.unwrap_or_default(), is_encoded, &prefix);
        let versions = answer.versions.unwrap_or_default().into_iter();
        let versions = versions.filter(|version| version.is_latest != Some(true)).map(|version| Version {
            name: name(version.key),
            version_id: version.version_id.unwrap_or_default(),
            length: Some(version.size.and_then(|size| u64::try_from(size).ok()).unwrap_or(0)),
            is_latest: false,
            modified_at: version.last_modified.as_ref().and_then(time),
        });
        let markers = answer.delete_markers.unwrap_or_default().into_iter().map(|marker| Version {
            name: name(marker.key),
            version_id: marker.version_id.unwrap_or_default(),
            length: None,
            is_latest: marker.is_latest == Some(true),
            modified_at: marker.last_modified.as_ref().and_then(time),
        });
        show(versions.chain(markers).collect());
        if answer.is_truncated != Some(true) {
            return Ok(());
        }
        let next = answer.next_key_marker.and_then(|marker| decoded(marker, is_encoded).ok());
        advance(&call, &mut key_marker, &mut version_marker, next, answer.next_version_id_marker)?;
    }
}

/// `ListMultipartUploads`, and `ListParts` for the size of each.
pub(super) async fn list_uploads(
    storage: &S3Storage,
    directory: &StorageUri,
    show: Show<'_, Upload>,
) -> Result<(), Error> {
    let prefix = directory.key_prefix();
    let (mut key_marker, mut upload_marker) = (None, None);
    loop {
        let call = storage.call("list the uploads of", directory).await?;
        let request = call.client().list_multipart_uploads().bucket(call.bucket).prefix(&prefix);
        let request = request.encoding_type(EncodingType::Url);
        let request = request.set_key_marker(key_marker.clone()).set_upload_id_marker(upload_marker.clone());
        let counted = request.customize().interceptor(Counting::new(&call, Operation::List));
        let answer = counted.send().await.map_err(|error| errors::of_call(&call, &error))?;
        let is_encoded = answer.encoding_type == Some(EncodingType::Url);
        let mut page = Vec::new();
        for upload in answer.uploads.unwrap_or_default() {
            let key = upload.key.unwrap_or_default();
            let upload_id = upload.upload_id.unwrap_or_default();
            let bytes = match decoded(key.clone(), is_encoded) {
                Ok(key) => bytes_of_parts(&call, &key, &upload_id).await?,
                Err(_) => None,
            };
            let started_at = upload.initiated.as_ref().and_then(time);
            page.push(Upload { name: below(key, is_encoded, &prefix), upload_id, bytes, started_at });
        }
        show(page);
        if answer.is_truncated != Some(true) {
            return Ok(());
        }
        let next = answer.next_key_marker.and_then(|marker| decoded(marker, is_encoded).ok());
        advance(&call, &mut key_marker, &mut upload_marker, next, answer.next_upload_id_marker)?;
    }
}

/// Bytes of the parts that are there; `None` for an upload that was finished or given up meanwhile.
async fn bytes_of_parts(call: &Call<'_>, key: &str, upload_id: &str) -> Result<Option<u64>, Error> {
    let (mut bytes, mut marker): (u64, Option<String>) = (0, None);
    loop {
        let request = call.client().list_parts().bucket(call.bucket).key(key).upload_id(upload_id);
        let request = request.set_part_number_marker(marker.clone());
        let counted = request.customize().interceptor(Counting::new(call, Operation::List));
        let answer = match counted.send().await.map_err(|error| errors::of_call(call, &error)) {
            Ok(answer) => answer,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let sizes = answer.parts.unwrap_or_default().into_iter().filter_map(|part| u64::try_from(part.size?).ok());
        bytes = sizes.fold(bytes, u64::saturating_add);
        match answer.next_part_number_marker {
            Some(next) if answer.is_truncated == Some(true) && marker.as_ref() != Some(&next) => marker = Some(next),
            _ => return Ok(Some(bytes)),
        }
    }
}

fn below(key: String, is_encoded: bool, prefix: &str) -> String {
    let key = decoded(key, is_encoded).unwrap_or_else(|shown| shown);
    key.strip_prefix(prefix).unwrap_or(&key).to_owned()
}

/// Goes on to the next page, which must be another one.
fn advance(
    call: &Call<'_>,
    key_marker: &mut Option<String>,
    id_marker: &mut Option<String>,
    next_key: Option<String>,
    next_id: Option<String>,
) -> Result<(), Error> {
    if next_key.is_none() || (&next_key, &next_id) == (&*key_marker, &*id_marker) {
        return Err(
            Error::new(call.operation, call.place, ErrorKind::InconsistentListing).because("a page leads to itself")
        );
    }
    (*key_marker, *id_marker) = (next_key, next_id);
    Ok(())
}
