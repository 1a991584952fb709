//! What a run tells besides its report: before it begins, and to those who watch numbers.

use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;

use crate::cli::args::ToldArguments;
use crate::cli::exit_code::ExitCode;
use crate::cli::session::Session;
use crate::cli::settings::{Environment, table_style};
use crate::render::{self, DocumentFormat, OutputFormat, Run, escaped};
use crate::report::{GcOutcomeReport, GcPlanReport};
use crate::storage::NewFile;

/// How long a Pushgateway may take.
const PUSH_TIMEOUT: Duration = Duration::from_secs(30);

/// What stands in the path of a Pushgateway in front of the names of a group.
const GROUP: &str = "/metrics/job/";

/// The group where the operator names none.
const DEFAULT_GROUP: &str = "/metrics/job/keepoint";

/// Shows what will be done: the whole plan to somebody who is asked, and one line to others.
pub(super) fn show(plan: &GcPlanReport, yes: bool, environment: &Environment, out: &mut dyn Write) -> io::Result<()> {
    if !yes {
        let format = DocumentFormat::Output(OutputFormat::Table(table_style(environment)));
        render::gc_plan(plan, None, format, out)?;
        return writeln!(out);
    }
    writeln!(out, "keepoint: {}", escaped(&render::gc_headline(plan)))
}

/// Writes and sends the numbers of a run. That this fails is told, and changes no exit code: what was deleted is deleted.
pub(super) fn tell(told: &ToldArguments, runs: &[(GcOutcomeReport, ExitCode)], session: &Session<'_>) {
    if told.metrics_file.is_none() && told.push_gateway.is_none() {
        return;
    }
    let runs: Vec<Run<'_>> = runs.iter().map(|(report, code)| Run { report, exit_code: *code as u8 }).collect();
    let numbers = render::gc_metrics(&runs);
    let written = told.metrics_file.as_deref().map(|path| (path.display().to_string(), write(path, &numbers)));
    // The address may have a password in it.
    let sent = told.push_gateway.as_deref();
    let sent = sent.map(|url| ("--push-gateway".to_owned(), session.block_on(push(url, numbers.clone()))));
    for (place, outcome) in written.into_iter().chain(sent) {
        if let Err(reason) = outcome {
            let text = format!("{place}: the numbers of the run were not taken: {reason}");
            // Nobody left to tell when this fails.
            let _ = writeln!(io::stderr().lock(), "keepoint: {}", escaped(&text));
        }
    }
}

/// In one step, so that a collector never reads half of it.
fn write(path: &Path, numbers: &str) -> Result<(), String> {
    let file = NewFile::begin(path).map_err(|error| error.to_string())?;
    let written = file.writer().and_then(|mut out| {
        out.write_all(numbers.as_bytes())?;
        out.flush()
    });
    written.and_then(|()| file.keep()).map_err(|error| error.to_string())
}

/// One PUT, which takes the place of what the group had.
async fn push(url: &str, numbers: String) -> Result<(), String> {
    let client = reqwest::Client::builder().timeout(PUSH_TIMEOUT).build().map_err(|error| chain(&error))?;
    let request = client.put(group(url)).header("content-type", "text/plain; version=0.0.4").body(numbers);
    let answer = request.send().await.map_err(|error| chain(&error.without_url()))?;
    let status = answer.status();
    if status.is_success() {
        return Ok(());
    }
    let said = answer.text().await.unwrap_or_default();
    Err(format!("{status} {}", said.lines().next().unwrap_or_default()).trim_end().to_owned())
}

/// The address of the group.
fn group(url: &str) -> String {
    if url.contains(GROUP) { url.to_owned() } else { format!("{}{DEFAULT_GROUP}", url.trim_end_matches('/')) }
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_group_is_the_one_in_the_address_or_that_of_keepoint() {
        assert_eq!(group("http://push:9091/"), "http://push:9091/metrics/job/keepoint");
        assert_eq!(group("http://push/metrics/job/gc/cluster/blue"), "http://push/metrics/job/gc/cluster/blue");
    }

    #[tokio::test]
    async fn numbers_are_put_once_and_a_refusal_is_told() {
        use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
        for (status, expected) in [("200 OK", Ok(())), ("400 Bad Request", Err("400 Bad Request no".to_owned()))] {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
            let url = format!("http://{}", listener.local_addr().expect("it has one"));
            let gateway = tokio::spawn(async move {
                let (mut stream, _) = listener.accept().await.expect("somebody comes");
                let mut request = Vec::new();
                while !request.ends_with(b"keepoint 1\n") {
                    let mut part = [0; 1024];
                    let length = stream.read(&mut part).await.expect("a request");
                    request.extend_from_slice(&part[..length]);
                }
                let answer = format!("HTTP/1.1 {status}\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno");
                stream.write_all(answer.as_bytes()).await.expect("somebody listens");
                String::from_utf8(request).expect("text")
            });
            assert_eq!(push(&url, "keepoint 1\n".to_owned()).await, expected);
            let request = gateway.await.expect("it ends");
            assert!(request.starts_with("PUT /metrics/job/keepoint HTTP/1.1\r\n"), "{request}");
        }
    }

    #[test]
    fn numbers_take_the_place_of_those_before() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("keepoint.prom");
        for numbers in ["keepoint 1\n", "keepoint 2\n"] {
            write(&path, numbers).expect("a writable directory");
            assert_eq!(std::fs::read_to_string(&path).expect("it is there"), numbers);
        }
    }
}
