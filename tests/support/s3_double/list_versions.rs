//! `ListObjectVersions` and `ListMultipartUploads`: listings with two markers, of which the second stands inside a key.

use super::answer::Answer;
use super::bucket::Bucket;
use super::errors::S3Error;
use super::list_parameters::{self as parameters, Asked};
use super::listing::{Page, Position, page};
use super::objects::{Entry, Show};
use super::request::Request;
use super::rules::Rules;
use super::times::iso;
use super::xml::Xml;

/// The names of the markers, in requests and in answers.
struct Markers {
    second: &'static str,
    echo: [&'static str; 2],
    next: [&'static str; 2],
}

const VERSIONS: Markers = Markers {
    second: "version-id-marker",
    echo: ["KeyMarker", "VersionIdMarker"],
    next: ["NextKeyMarker", "NextVersionIdMarker"],
};

const UPLOADS: Markers = Markers {
    second: "upload-id-marker",
    echo: ["KeyMarker", "UploadIdMarker"],
    next: ["NextKeyMarker", "NextUploadIdMarker"],
};

/// `ListObjectVersions`.
pub(crate) fn versions(bucket: &Bucket, request: &Request, rules: &Rules) -> Result<Answer, S3Error> {
    let asked = parameters::read(request, "max-keys", rules)?;
    let from = VERSIONS.position(request, &asked);
    let mut entries = Xml::part(0);
    let page = page(
        &asked.ask(from, true),
        |from, visit| bucket.objects.walk(from, Show::Versions, visit),
        |entry| version(&mut entries, entry, &asked),
    );
    let mut xml = Xml::document();
    xml.open_result("ListVersionsResult");
    xml.text("Name", &bucket.name);
    asked.echo(&mut xml, "MaxKeys");
    VERSIONS.echo(&mut xml, request, &asked, &page);
    xml.raw(&entries.finish());
    parameters::common_prefixes(&mut xml, &page, asked.encoding);
    xml.close("ListVersionsResult");
    Ok(Answer::xml(xml))
}

/// `ListMultipartUploads`.
pub(crate) fn uploads(bucket: &Bucket, request: &Request, rules: &Rules) -> Result<Answer, S3Error> {
    let asked = parameters::read(request, "max-uploads", rules)?;
    let from = UPLOADS.position(request, &asked);
    let mut entries = Xml::part(0);
    let page = page(
        &asked.ask(from, true),
        |from, visit| bucket.walk_uploads(from, visit),
        |entry| {
            entries.open("Upload");
            entries.text("Key", &asked.encoding.of(entry.key));
            entries.text("UploadId", entry.version);
            entries.raw(parameters::OWNER);
            entries.text("StorageClass", "STANDARD");
            entries.text("Initiated", std::str::from_utf8(&iso(entry.modified)).expect("it is ASCII"));
            entries.close("Upload");
        },
    );
    let mut xml = Xml::document();
    xml.open_result("ListMultipartUploadsResult");
    xml.text("Bucket", &bucket.name);
    asked.echo(&mut xml, "MaxUploads");
    UPLOADS.echo(&mut xml, request, &asked, &page);
    xml.raw(&entries.finish());
    parameters::common_prefixes(&mut xml, &page, asked.encoding);
    xml.close("ListMultipartUploadsResult");
    Ok(Answer::xml(xml))
}

fn version(xml: &mut Xml, entry: &Entry<'_>, asked: &Asked<'_>) {
    let name = if entry.delete_marker { "DeleteMarker" } else { "Version" };
    xml.open(name);
    xml.text("Key", &asked.encoding.of(entry.key));
    xml.text("VersionId", entry.version);
    xml.text("IsLatest", if entry.latest { "true" } else { "false" });
    xml.text("LastModified", std::str::from_utf8(&iso(entry.modified)).expect("it is ASCII"));
    if !entry.delete_marker {
        xml.text("ETag", &format!("\"{}\"", entry.etag));
        xml.text("Size", &entry.size.to_string());
        xml.text("StorageClass", "STANDARD");
    }
    xml.raw(parameters::OWNER);
    xml.close(name);
}

impl Markers {
    fn position(&self, request: &Request, asked: &Asked<'_>) -> Position {
        let given = |name| request.parameter(name).filter(|value| !value.is_empty());
        match (given("key-marker"), given(self.second)) {
            (None, _) => Position::Start,
            (Some(key), None) => Position::after_marker(key, asked.prefix, asked.delimiter),
            (Some(key), Some(second)) => Position::AfterVersion(key.to_owned(), second.to_owned()),
        }
    }

    fn echo(&self, xml: &mut Xml, request: &Request, asked: &Asked<'_>, page: &Page) {
        xml.text(self.echo[0], &asked.encoding.of(request.parameter("key-marker").unwrap_or_default()));
        xml.text(self.echo[1], request.parameter(self.second).unwrap_or_default());
        match &page.next {
            Some(Position::AfterVersion(key, second)) => {
                xml.text(self.next[0], &asked.encoding.of(key));
                xml.text(self.next[1], second);
            }
            Some(Position::AfterPrefix(prefix)) => xml.text(self.next[0], &asked.encoding.of(prefix)),
            _ => {}
        }
        xml.text("IsTruncated", if page.next.is_some() { "true" } else { "false" });
    }
}
