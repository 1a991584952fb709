//! `ListObjectsV2` and `ListObjects`.

use super::answer::Answer;
use super::bucket::Bucket;
use super::errors::S3Error;
use super::faults::ListingFault;
use super::list_parameters::{self as parameters, Encoding};
use super::listing::{Ask, Page, Position, page};
use super::objects::{Entry, Show, Step};
use super::request::Request;
use super::rules::Rules;
use super::times::iso;
use super::token;
use super::xml::Xml;

/// `ListObjectsV2`. `number` makes the token of this page different from all others.
pub(crate) fn version_2(
    bucket: &Bucket,
    request: &Request,
    rules: &Rules,
    fault: Option<ListingFault>,
    number: u64,
) -> Result<Answer, S3Error> {
    let asked = parameters::read(request, "max-keys", rules)?;
    let owner = request.parameter("fetch-owner") == Some("true");
    let token = request.parameter("continuation-token");
    let start_after = request.parameter("start-after");
    let from = match (token, start_after) {
        (Some(token), _) => token::decode(token).ok_or_else(|| {
            S3Error::argument("continuation-token", token, "The continuation token provided is incorrect")
        })?,
        (None, Some(key)) if !rules.ignores_start_after => Position::AfterKey(key.to_owned()),
        (None, _) => Position::Start,
    };
    let ask = asked.ask(from.clone(), false);
    let (mut page, mut contents) = collect(bucket, &ask, rules, asked.encoding, owner);
    match fault {
        Some(ListingFault::Empty) => {
            (page, contents) = (Page { next: Some(from.clone()), ..Page::default() }, Contents::default());
        }
        Some(ListingFault::EndEarly) => page.next = None,
        Some(ListingFault::RepeatPage | ListingFault::RepeatToken | ListingFault::LoseToken) => {
            page.next = Some(from.clone());
        }
        Some(ListingFault::Reverse) | None => {}
    }
    let next = page.next.as_ref().map(|next| match (fault, token) {
        (Some(ListingFault::RepeatToken), Some(token)) => token.to_owned(),
        _ => token::encode(next, number),
    });

    let mut xml = Xml::document();
    xml.open_result("ListBucketResult");
    xml.text("Name", &bucket.name);
    asked.echo(&mut xml, "MaxKeys");
    for (name, value) in [("ContinuationToken", token), ("StartAfter", start_after)] {
        if let Some(value) = value {
            // The token is the only one of the two that is no key.
            let value = if name == "StartAfter" { asked.encoding.of(value) } else { value.into() };
            xml.text(name, &value);
        }
    }
    if let Some(next) = next.filter(|_| fault != Some(ListingFault::LoseToken)) {
        xml.text("NextContinuationToken", &next);
    }
    xml.text("KeyCount", &page.count.to_string());
    Ok(finish(xml, &page, &contents, asked.encoding, fault))
}

/// The first version of `ListObjects`. `NextMarker` is there only when a delimiter was given.
pub(crate) fn version_1(
    bucket: &Bucket,
    request: &Request,
    rules: &Rules,
    fault: Option<ListingFault>,
) -> Result<Answer, S3Error> {
    let asked = parameters::read(request, "max-keys", rules)?;
    let marker = request.parameter("marker").unwrap_or_default();
    let from = match marker {
        "" => Position::Start,
        marker => Position::after_marker(marker, asked.prefix, asked.delimiter),
    };
    let (page, contents) = collect(bucket, &asked.ask(from, false), rules, asked.encoding, true);
    let mut xml = Xml::document();
    xml.open_result("ListBucketResult");
    xml.text("Name", &bucket.name);
    asked.echo(&mut xml, "MaxKeys");
    xml.text("Marker", &asked.encoding.of(marker));
    if asked.delimiter.is_some()
        && let Some(Position::AfterKey(next) | Position::AfterPrefix(next)) = &page.next
    {
        xml.text("NextMarker", &asked.encoding.of(next));
    }
    Ok(finish(xml, &page, &contents, asked.encoding, fault))
}

/// The elements of a page, and where each begins.
#[derive(Debug, Default)]
struct Contents {
    text: String,
    starts: Vec<usize>,
}

fn collect(bucket: &Bucket, ask: &Ask<'_>, rules: &Rules, encoding: Encoding, owner: bool) -> (Page, Contents) {
    let mut xml = Xml::part(ask.limit * 256);
    let mut starts = Vec::with_capacity(ask.limit);
    let walk = |from: &str, visit: &mut dyn FnMut(&Entry<'_>) -> Step| {
        bucket.objects.walk(from, Show::Objects, &mut |entry| {
            if rules.unlisted.contains(entry.key) { Step::Next } else { visit(entry) }
        });
    };
    let page = page(ask, walk, |entry| {
        starts.push(xml.len());
        content(&mut xml, entry, encoding, owner);
    });
    (page, Contents { text: xml.finish(), starts })
}

fn content(xml: &mut Xml, entry: &Entry<'_>, encoding: Encoding, owner: bool) {
    xml.raw("<Contents><Key>");
    xml.escaped(&encoding.of(entry.key));
    xml.raw("</Key><LastModified>");
    xml.raw(std::str::from_utf8(&iso(entry.modified)).expect("it is ASCII"));
    xml.raw("</LastModified><ETag>&quot;");
    xml.raw(entry.etag);
    xml.raw("&quot;</ETag><Size>");
    xml.raw(&entry.size.to_string());
    xml.raw("</Size>");
    if owner {
        xml.raw(parameters::OWNER);
    }
    xml.raw("<StorageClass>STANDARD</StorageClass></Contents>");
}

fn finish(mut xml: Xml, page: &Page, contents: &Contents, encoding: Encoding, fault: Option<ListingFault>) -> Answer {
    xml.reserve(contents.text.len() + 64 * 1024);
    xml.text("IsTruncated", if page.next.is_some() { "true" } else { "false" });
    if fault == Some(ListingFault::Reverse) {
        let mut end = contents.text.len();
        for &start in contents.starts.iter().rev() {
            xml.raw(&contents.text[start..end]);
            end = start;
        }
    } else {
        xml.raw(&contents.text);
    }
    parameters::common_prefixes(&mut xml, page, encoding);
    xml.close("ListBucketResult");
    Answer::xml(xml)
}
