//! The plainest of clients: one connection for each request, and everything that came is looked at.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use chrono::Utc;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::Event;

use crate::s3_double::S3Double;

/// A hanging server is one that says nothing for so long.
const PATIENCE: Duration = Duration::from_secs(2);

/// What came back.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

/// Why nothing came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NoAnswer {
    Closed,
    Silence,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(header, _)| header == name).map(|(_, value)| value.as_str())
    }

    /// The texts of all elements with a path, such as `ListBucketResult/Contents/Key`.
    pub(crate) fn texts(&self, path: &str) -> Vec<String> {
        let elements = elements(&self.body).unwrap_or_else(|| panic!("no XML: {self:?}"));
        elements.into_iter().filter(|(element, _)| element == path).map(|(_, text)| text).collect()
    }

    /// The text of the only element with a path.
    pub(crate) fn text(&self, path: &str) -> String {
        let texts = self.texts(path);
        assert_eq!(texts.len(), 1, "{path} in {}", String::from_utf8_lossy(&self.body));
        texts[0].clone()
    }

    /// The status and the code of an error.
    pub(crate) fn error(&self) -> (u16, String) {
        (self.status, self.text("Error/Code"))
    }

    /// Whether as many bytes came as were announced.
    pub(crate) fn is_whole(&self) -> bool {
        self.header("content-length") == Some(self.body.len().to_string().as_str())
    }
}

/// Elements of a document with their texts, in the order of their ends; nothing for what is not well-formed.
pub(crate) fn elements(xml: &[u8]) -> Option<Vec<(String, String)>> {
    let mut reader = Reader::from_reader(xml);
    let (mut path, mut text, mut elements) = (Vec::new(), String::new(), Vec::new());
    loop {
        match reader.read_event().ok()? {
            Event::Start(start) => {
                path.push(String::from_utf8(start.local_name().as_ref().to_vec()).ok()?);
                text.clear();
            }
            Event::Text(part) => text.push_str(&part.decode().ok()?),
            Event::GeneralRef(reference) => match reference.resolve_char_ref().ok()? {
                Some(character) => text.push(character),
                None => text.push_str(resolve_predefined_entity(&reference.decode().ok()?)?),
            },
            Event::End(_) => {
                elements.push((path.join("/"), std::mem::take(&mut text)));
                path.pop();
            }
            Event::Eof => return path.is_empty().then_some(elements),
            _ => {}
        }
    }
}

/// A value in a query or in a path.
pub(crate) fn encode(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

/// The headers of a signed request, but for the host.
pub(crate) fn signed(region: &str) -> Vec<(String, String)> {
    let now = Utc::now();
    let credential = format!("AKIDEXAMPLE/{}/{region}/s3/aws4_request", now.format("%Y%m%d"));
    let authorization =
        format!("AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders=host;x-amz-date, Signature=00");
    vec![
        ("Authorization".to_owned(), authorization),
        ("x-amz-date".to_owned(), now.format("%Y%m%dT%H%M%SZ").to_string()),
    ]
}

/// Sends a signed request to a path with a query, with further headers.
pub(crate) fn send(
    double: &S3Double,
    method: &str,
    target: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Result<Answer, NoAnswer> {
    let mut all = signed("us-east-1");
    if !headers.iter().any(|(name, _)| *name == "Host") {
        all.push(("Host".to_owned(), double.address().to_string()));
    }
    all.extend(headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    send_with(double, method, target, &all, body)
}

/// Sends a request with just these headers.
pub(crate) fn send_with(
    double: &S3Double,
    method: &str,
    target: &str,
    headers: &[(String, String)],
    body: &[u8],
) -> Result<Answer, NoAnswer> {
    let mut stream = TcpStream::connect(double.address()).expect("a server");
    stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
    let mut request = format!("{method} {target} HTTP/1.1\r\nConnection: close\r\nContent-Length: {}\r\n", body.len());
    for (name, value) in headers {
        request.extend([name, ": ", value, "\r\n"]);
    }
    request.push_str("\r\n");
    let mut bytes = request.into_bytes();
    bytes.extend_from_slice(body);
    stream.write_all(&bytes).expect("a connection");
    let mut answer = Vec::new();
    let read = stream.read_to_end(&mut answer);
    if answer.is_empty() {
        let silent = read.is_err_and(|error| error.kind() != ErrorKind::ConnectionReset);
        return Err(if silent { NoAnswer::Silence } else { NoAnswer::Closed });
    }
    let end = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n").expect("a head");
    let head = std::str::from_utf8(&answer[..end]).expect("a head of text");
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).expect("a status").parse().expect("a number");
    let headers =
        lines.filter_map(|line| line.split_once(": ")).map(|(name, value)| (name.to_lowercase(), value.to_owned()));
    Ok(Answer { status, headers: headers.collect(), body: answer[end + 4..].to_vec() })
}

/// `GET` of a path with a query.
pub(crate) fn get(double: &S3Double, target: &str) -> Answer {
    send(double, "GET", target, &[], &[]).expect("an answer")
}

/// A page of `ListObjectsV2` of the usual bucket.
pub(crate) fn list(double: &S3Double, parameters: &[(&str, &str)]) -> Answer {
    let mut all = vec![("list-type", "2")];
    all.extend_from_slice(parameters);
    get(double, &format!("/bucket?{}", query(&all)))
}

/// A query.
pub(crate) fn query(parameters: &[(&str, &str)]) -> String {
    let pairs: Vec<String> = parameters.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
    pairs.join("&")
}
