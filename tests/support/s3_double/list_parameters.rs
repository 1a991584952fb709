//! What all listings take and echo.

use std::borrow::Cow;

use super::errors::S3Error;
use super::listing::{Ask, Page, Position};
use super::request::Request;
use super::rules::Rules;
use super::xml::{Xml, url_encoded};

/// `Owner`, where it is shown.
pub(crate) const OWNER: &str =
    "<Owner><ID>75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a</ID></Owner>";

/// How keys stand in the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    Plain,
    Url,
}

impl Encoding {
    /// A key, a prefix, a marker or a delimiter as it stands in the answer, before it is escaped for XML.
    pub(crate) fn of(self, key: &str) -> Cow<'_, str> {
        match self {
            Self::Plain => Cow::Borrowed(key),
            Self::Url => url_encoded(key),
        }
    }
}

/// The parameters of a listing.
#[derive(Debug)]
pub(crate) struct Asked<'r> {
    pub(crate) prefix: &'r str,
    /// Nothing when it is empty, which means none.
    pub(crate) delimiter: Option<&'r str>,
    pub(crate) encoding: Encoding,
    /// At most 1000, whatever was asked for.
    pub(crate) limit: usize,
    /// What a page holds at most: S3 may always answer with fewer keys than it was asked for.
    page_limit: usize,
}

/// Reads them. `limit` is the name of the parameter for the length of a page.
pub(crate) fn read<'r>(request: &'r Request, limit: &str, rules: &Rules) -> Result<Asked<'r>, S3Error> {
    let encoding = match request.parameter("encoding-type") {
        None => Encoding::Plain,
        Some("url") if rules.ignores_encoding_type => Encoding::Plain,
        Some("url") => Encoding::Url,
        Some(other) => {
            return Err(S3Error::argument("encoding-type", other, "Invalid Encoding Method specified in Request"));
        }
    };
    let number = match request.parameter(limit) {
        None | Some("") => 1000,
        Some(text) => text
            .parse::<i64>()
            .map_err(|_| S3Error::argument(limit, text, "Provided max-keys not an integer or within integer range"))?,
    };
    let out_of_range = |_| {
        S3Error::argument(
            limit,
            &number.to_string(),
            format!("Argument {limit} must be an integer between 0 and 2147483647"),
        )
    };
    let number = i32::try_from(number).map_err(out_of_range)?;
    let number = usize::try_from(number).map_err(out_of_range)?.min(1000);
    Ok(Asked {
        prefix: request.parameter("prefix").unwrap_or_default(),
        delimiter: request.parameter("delimiter").filter(|delimiter| !delimiter.is_empty()),
        encoding,
        limit: number,
        page_limit: rules.page_limit.max(1),
    })
}

impl<'r> Asked<'r> {
    /// What is asked of the bucket.
    pub(crate) fn ask(&self, from: Position, versions: bool) -> Ask<'r> {
        let limit = self.limit.min(self.page_limit);
        Ask { prefix: self.prefix, delimiter: self.delimiter, from, limit, versions }
    }

    /// The parameters in the answer.
    pub(crate) fn echo(&self, xml: &mut Xml, limit: &str) {
        xml.text("Prefix", &self.encoding.of(self.prefix));
        xml.text(limit, &self.limit.to_string());
        if let Some(delimiter) = self.delimiter {
            xml.text("Delimiter", &self.encoding.of(delimiter));
        }
        if self.encoding == Encoding::Url {
            xml.text("EncodingType", "url");
        }
    }
}

/// `CommonPrefixes` of a page.
pub(crate) fn common_prefixes(xml: &mut Xml, page: &Page, encoding: Encoding) {
    for prefix in &page.common_prefixes {
        xml.open("CommonPrefixes");
        xml.text("Prefix", &encoding.of(prefix));
        xml.close("CommonPrefixes");
    }
}
