//! Whoever answers without speaking S3, such as a proxy or a web server, says nothing about objects.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

use keepoint::storage::{DeletingStorage, ErrorKind, Stores};
use keepoint::uri::StorageUri;

use super::operations::Ask;
use crate::subject::{Look as _, Subject};
use crate::subjects::double;

/// A server that gives one answer to everything.
struct Foreigner {
    address: SocketAddr,
    storage: Arc<dyn DeletingStorage>,
    is_over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Foreigner {
    fn start(status: &str, headers: &str, body: &str) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let address = listener.local_addr().expect("a bound port");
        let answer = (
            format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n", body.len()),
            body.to_owned(),
        );
        let is_over = Arc::new(AtomicBool::new(false));
        let ending = Arc::clone(&is_over);
        let thread = thread::spawn(move || {
            for stream in listener.incoming() {
                if ending.load(Ordering::Relaxed) {
                    return;
                }
                // A client that does not wait for its answer has seen enough.
                let _ = stream.and_then(|stream| tell(&stream, &answer));
            }
        });
        let mut settings = double::settings(&format!("http://{address}"));
        settings.attempts = 1;
        let stores = Stores::new(settings).expect("no configuration to read");
        let place = StorageUri::parse("s3://bucket/").expect("a URI");
        let storage = stores.open_for_deletion(&place).expect("a store that is known");
        Self { address, storage, is_over, thread: Some(thread) }
    }
}

impl Drop for Foreigner {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        // Whoever waits for a connection gets one. Both fail only when the thread is gone already.
        let _ = TcpStream::connect(self.address);
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

fn tell(stream: &TcpStream, (head, body): &(String, String)) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    let (mut line, mut length, mut is_head) = (String::new(), 0, false);
    while reader.read_line(&mut line)? > 2 {
        is_head |= line.starts_with("HEAD ");
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap_or(0);
        }
        line.clear();
    }
    reader.take(length).read_to_end(&mut Vec::new())?;
    let mut stream = stream;
    stream.write_all(head.as_bytes())?;
    if is_head { Ok(()) } else { stream.write_all(body.as_bytes()) }
}

impl Subject for Foreigner {
    fn root(&self) -> StorageUri {
        StorageUri::parse("s3://bucket/flink").expect("a URI")
    }

    fn storage(&self) -> Arc<dyn DeletingStorage> {
        Arc::clone(&self.storage)
    }

    fn put(&self, _: &[(String, Vec<u8>)]) {
        unreachable!("it keeps nothing");
    }

    fn put_directory(&self, _: &str) {
        unreachable!("it keeps nothing");
    }

    fn remove(&self, _: &str) {
        unreachable!("it keeps nothing");
    }

    fn keeps(&self, _: &str) -> bool {
        false
    }

    fn has_directories(&self) -> bool {
        false
    }
}

const HTML: &str = "<!DOCTYPE html><html><head><title>Welcome</title></head><body>It works!</body></html>";
const LISTS: [Ask; 3] = [Ask::List, Ask::ListBelow, Ask::ListVersions];

#[test]
fn a_web_page_is_no_listing_and_no_deletion() {
    for (headers, body) in [
        ("Content-Type: text/html\r\n", HTML),
        ("Content-Type: application/xml\r\n", "<?xml version=\"1.0\"?><html><body/></html>"),
        ("Content-Type: application/json\r\n", "{\"objects\":[]}"),
        ("", ""),
        ("", "\n"),
    ] {
        let foreigner = Foreigner::start("200 OK", headers, body);
        for ask in LISTS.into_iter().chain([Ask::Delete, Ask::RemoveDirectory]) {
            let error = ask.of(&foreigner).expect_err("that was no answer of S3");
            assert_ne!(error.kind(), ErrorKind::NotFound, "{ask:?}: {body:?}");
        }
    }
}

#[test]
fn a_web_page_is_no_creation_and_no_deletion_of_a_single_object() {
    let foreigner = Foreigner::start("200 OK", "Content-Type: text/html\r\n", HTML);
    for ask in [Ask::Create, Ask::DeleteOne] {
        ask.of(&foreigner).expect_err("that was no answer of S3");
    }
}

/// Only `HeadObject` is answered without a body, so that its 404 has to be believed; and what asks for an object alone leaves it there.
#[test]
fn not_found_without_the_words_of_s3_says_nothing_of_objects() {
    for body in ["", HTML, "404 page not found", "<?xml version=\"1.0\"?><html/>"] {
        let foreigner = Foreigner::start("404 Not Found", "", body);
        for ask in Ask::ALL.into_iter().filter(|ask| !ask.is_answered_without_a_body()) {
            let kind = ask.of(&foreigner).expect_err("nobody knows").kind();
            assert_eq!(kind, ErrorKind::Misconfigured, "{ask:?}: {body:?}");
        }
    }
}

#[test]
fn redirects_are_neither_followed_nor_taken_for_nothing() {
    for status in ["301 Moved Permanently", "302 Found", "307 Temporary Redirect", "308 Permanent Redirect"] {
        let foreigner = Foreigner::start(status, "Location: https://login.example.org/\r\n", "");
        for ask in Ask::ALL {
            let kind = ask.of(&foreigner).expect_err("it is elsewhere").kind();
            assert!(matches!(kind, ErrorKind::Misconfigured | ErrorKind::Other), "{ask:?}, {status}: {kind:?}");
        }
    }
}

#[test]
fn other_answers_are_errors() {
    for status in [
        "204 No Content",
        "400 Bad Request",
        "401 Unauthorized",
        "402 Payment Required",
        "405 Method Not Allowed",
        "407 Proxy Authentication Required",
        "410 Gone",
        "500 Oops",
        "502 Bad Gateway",
        "504 Gateway Timeout",
    ] {
        let foreigner = Foreigner::start(status, "", "");
        for ask in LISTS.into_iter().chain([Ask::Read, Ask::Delete, Ask::RemoveDirectory]) {
            let kind = ask.of(&foreigner).expect_err("that is no result").kind();
            assert_ne!(kind, ErrorKind::NotFound, "{ask:?}, {status}");
        }
    }
}

/// A store that answers for nothing, or for something else, has not deleted what was asked.
#[test]
fn what_a_batch_is_not_answered_for_is_not_deleted() {
    const NAMESPACE: &str = "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"";
    for inside in ["", "<Deleted><Key>flink/d/other</Key></Deleted>", "<Deleted></Deleted>"] {
        let body = format!("<?xml version=\"1.0\"?><DeleteResult {NAMESPACE}>{inside}</DeleteResult>");
        let foreigner = Foreigner::start("200 OK", "Content-Type: application/xml\r\n", &body);
        assert_eq!(Ask::Delete.of(&foreigner).expect_err("nothing is known").kind(), ErrorKind::Other);
    }
    let some = format!(
        "<?xml version=\"1.0\"?><DeleteResult {NAMESPACE}><Deleted><Key>flink/d/b</Key></Deleted></DeleteResult>"
    );
    let foreigner = Foreigner::start("200 OK", "Content-Type: application/xml\r\n", &some);
    let answers = foreigner.delete(&["d/a", "d/b", "d/c"]);
    assert_eq!(answers.iter().map(Result::is_ok).collect::<Vec<_>>(), [false, true, false]);
}
