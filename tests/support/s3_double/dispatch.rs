//! Which operation answers a request.

use std::collections::BTreeMap;

use hyper::body::Bytes;

use super::answer::Answer;
use super::bucket::Bucket;
use super::errors::{ErrorCode, S3Error};
use super::faults::ListingFault;
use super::list_parameters;
use super::request::{Operation, Request};
use super::rules::Rules;
use super::xml::Xml;
use super::{authorization, delete_objects, list_objects, list_versions, object_requests, times};

/// Answers a request as S3 does. `number` is its place in the order of arrival.
pub(crate) fn answer(
    buckets: &BTreeMap<String, Bucket>,
    request: &Request,
    body: Bytes,
    rules: &Rules,
    fault: Option<ListingFault>,
    number: usize,
) -> Result<Answer, S3Error> {
    authorization::signed(request, rules)?;
    if request.operation == Operation::ListBuckets {
        return Ok(list_buckets(buckets));
    }
    let bucket = buckets
        .get(&request.bucket)
        .ok_or_else(|| S3Error::from(ErrorCode::NoSuchBucket).detail("BucketName", &request.bucket))?;
    // "GetBucketLocation" is answered in every region; it is how a client finds the right one.
    if request.operation != Operation::GetBucketLocation {
        authorization::region(request, bucket, rules)?;
    }
    match request.operation {
        Operation::HeadBucket => Ok(Answer::empty(200).header("x-amz-bucket-region", &bucket.region)),
        Operation::GetBucketLocation => Ok(location(bucket)),
        Operation::GetBucketVersioning => Ok(versioning(bucket)),
        Operation::ListObjects => list_objects::version_1(bucket, request, rules, fault),
        Operation::ListObjectsV2 => list_objects::version_2(bucket, request, rules, fault, number as u64),
        Operation::ListObjectVersions => list_versions::versions(bucket, request, rules),
        Operation::ListMultipartUploads => list_versions::uploads(bucket, request, rules),
        Operation::GetObject | Operation::HeadObject => object_requests::get(bucket, request, rules),
        Operation::PutObject => object_requests::put(bucket, request, body),
        Operation::DeleteObject => object_requests::delete(bucket, request, rules),
        Operation::DeleteObjects => delete_objects::delete_objects(bucket, request, &body, rules),
        Operation::AbortMultipartUpload => object_requests::abort(bucket, request),
        Operation::ListBuckets | Operation::Other => Err(ErrorCode::NotImplemented.into()),
    }
}

fn list_buckets(buckets: &BTreeMap<String, Bucket>) -> Answer {
    let mut xml = Xml::document();
    xml.open_result("ListAllMyBucketsResult");
    xml.raw(list_parameters::OWNER);
    xml.open("Buckets");
    for bucket in buckets.values() {
        xml.open("Bucket");
        xml.text("Name", &bucket.name);
        xml.text("CreationDate", std::str::from_utf8(&times::iso(0)).expect("it is ASCII"));
        xml.close("Bucket");
    }
    xml.close("Buckets");
    xml.close("ListAllMyBucketsResult");
    Answer::xml(xml)
}

/// Empty for `us-east-1`.
fn location(bucket: &Bucket) -> Answer {
    let mut xml = Xml::document();
    xml.open_result("LocationConstraint");
    xml.escaped(if bucket.region == "us-east-1" { "" } else { &bucket.region });
    xml.close("LocationConstraint");
    Answer::xml(xml)
}

/// Without a status when versions were never kept.
fn versioning(bucket: &Bucket) -> Answer {
    let mut xml = Xml::document();
    xml.open_result("VersioningConfiguration");
    if bucket.objects.versioned() {
        xml.text("Status", "Enabled");
    }
    xml.close("VersioningConfiguration");
    Answer::xml(xml)
}
