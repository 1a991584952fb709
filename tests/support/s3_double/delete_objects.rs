//! `DeleteObjects`: up to a thousand keys, each with an answer of its own.

use hyper::body::Bytes;
use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::Event;

use super::answer::Answer;
use super::bucket::Bucket;
use super::digests;
use super::errors::{ErrorCode, S3Error};
use super::object_requests::delete_one;
use super::objects::Deleted;
use super::request::Request;
use super::rules::Rules;
use super::xml::Xml;

/// "The request can contain a list of up to 1,000 keys".
const MOST: usize = 1000;

/// `DeleteObjects`.
pub(crate) fn delete_objects(
    bucket: &Bucket,
    request: &Request,
    body: &Bytes,
    rules: &Rules,
) -> Result<Answer, S3Error> {
    digests::demand(request, rules.digest)?;
    digests::verify(request, body)?;
    let asked = Delete::parse(body).ok_or(ErrorCode::MalformedXml)?;
    if asked.objects.is_empty()
        || asked.objects.len() > MOST
        || asked.objects.iter().any(|object| object.key.is_empty())
    {
        return Err(ErrorCode::MalformedXml.into());
    }
    let mut xml = Xml::document();
    xml.open_result("DeleteResult");
    for object in &asked.objects {
        let version = object.version.as_deref();
        match delete_one(bucket, rules, &object.key, version, object.etag.as_deref()) {
            Ok(_) if asked.quiet => {}
            Ok(deleted) => tell_deleted(&mut xml, object, &deleted),
            Err(error) => {
                xml.open("Error");
                xml.text("Key", &object.key);
                if let Some(version) = version {
                    xml.text("VersionId", version);
                }
                xml.text("Code", error.code.name());
                xml.text("Message", error.code.message());
                xml.close("Error");
            }
        }
    }
    xml.close("DeleteResult");
    Ok(Answer::xml(xml))
}

fn tell_deleted(xml: &mut Xml, object: &Object, deleted: &Deleted) {
    xml.open("Deleted");
    xml.text("Key", &object.key);
    if let Some(version) = &object.version {
        xml.text("VersionId", version);
    }
    if deleted.delete_marker {
        xml.text("DeleteMarker", "true");
        xml.text("DeleteMarkerVersionId", deleted.version.as_deref().unwrap_or_default());
    }
    xml.close("Deleted");
}

/// The body of a request.
#[derive(Debug, Default, PartialEq, Eq)]
struct Delete {
    quiet: bool,
    objects: Vec<Object>,
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Object {
    key: String,
    version: Option<String>,
    etag: Option<String>,
}

impl Delete {
    /// Nothing for what is not such a body. Text is taken to the last space: a key may begin or end with one.
    fn parse(body: &[u8]) -> Option<Self> {
        let mut reader = Reader::from_reader(body);
        let mut delete = Self::default();
        let mut path: Vec<String> = Vec::new();
        let mut text = String::new();
        loop {
            match reader.read_event().ok()? {
                Event::Start(start) => {
                    path.push(String::from_utf8(start.local_name().as_ref().to_vec()).ok()?);
                    text.clear();
                    if path == ["Delete", "Object"] {
                        delete.objects.push(Object::default());
                    }
                }
                Event::Text(part) => text.push_str(&part.decode().ok()?),
                Event::CData(part) => text.push_str(&part.decode().ok()?),
                Event::GeneralRef(reference) => match reference.resolve_char_ref().ok()? {
                    Some(character) => text.push(character),
                    None => text.push_str(resolve_predefined_entity(&reference.decode().ok()?)?),
                },
                Event::End(_) => {
                    let names: Vec<&str> = path.iter().map(String::as_str).collect();
                    delete.take(&names, std::mem::take(&mut text));
                    path.pop();
                }
                Event::Eof => return (path.is_empty() && !delete.objects.is_empty()).then_some(delete),
                _ => {}
            }
        }
    }

    fn take(&mut self, path: &[&str], text: String) {
        match (path, self.objects.last_mut()) {
            (["Delete", "Quiet"], _) => self.quiet = text.trim() == "true",
            (["Delete", "Object", "Key"], Some(object)) => object.key = text,
            (["Delete", "Object", "VersionId"], Some(object)) => object.version = Some(text),
            (["Delete", "Object", "ETag"], Some(object)) => object.etag = Some(text),
            _ => {}
        }
    }
}
