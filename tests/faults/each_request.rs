//! Each request of each command in turn, and everything that can go wrong with it.

use std::collections::VecDeque;
use std::process::Output;
use std::sync::{Mutex, PoisonError};
use std::thread;

use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::commands::{self, Tried, comparable};
use crate::golden;
use crate::s3_double::{Effect, ErrorCode, ListingFault, Operation, Recorded, Repeat, S3Double, When};
use crate::tree::{run, server};

/// Runs at a time: most wait for a server that says nothing.
const AT_A_TIME: usize = 8;

/// What goes wrong as often as the same is asked.
fn lasting() -> Vec<Effect> {
    vec![
        Effect::Error(ErrorCode::AccessDenied.into()),
        Effect::Error(ErrorCode::ExpiredToken.into()),
        Effect::Error(ErrorCode::InternalError.into()),
        Effect::Error(ErrorCode::SlowDown.into()),
        Effect::Error(ErrorCode::NoSuchBucket.into()),
        Effect::Foreign(200),
        Effect::Foreign(404),
        Effect::Close,
        Effect::CutBody,
        Effect::TruncateBody,
        Effect::Hang,
        Effect::Listing(ListingFault::RepeatPage),
        Effect::Listing(ListingFault::RepeatToken),
        Effect::Listing(ListingFault::LoseToken),
        Effect::Listing(ListingFault::Reverse),
        // Not EndEarly: a well-formed answer that says "that is all" cannot be told from the truth.
    ]
}

/// What goes wrong once.
fn passing() -> Vec<Effect> {
    vec![
        Effect::Error(ErrorCode::InternalError.into()),
        Effect::Error(ErrorCode::SlowDown.into()),
        Effect::Close,
        Effect::CutBody,
        Effect::TruncateBody,
        Effect::Listing(ListingFault::Empty),
    ]
}

/// A command, how it ends where nothing goes wrong, the number of a request, and what goes wrong with it.
type Case<'c> = (&'c Tried, &'c Clean, usize, Effect);

/// How a command ends where nothing goes wrong.
struct Clean {
    result: Value,
    requests: usize,
}

fn clean(tried: &Tried) -> Clean {
    let server = server();
    let output = run(&server, &tried.arguments);
    let told = told(&output).unwrap_or_else(|failure| panic!("{}: {failure}", tried.name));
    assert_eq!(output.status.code(), Some(0), "{}: {told}", tried.name);
    let result = comparable(&output.stdout, &server);
    assert!(!output.stdout.is_empty(), "{}: {told}", tried.name);
    Clean { result, requests: server.requests().len() }
}

/// Runs all cases and shows all failures.
fn each(effects: &[Effect], judge: fn(&S3Double, &Case<'_>) -> Result<(), String>) {
    let commands = commands::all().into_iter().map(|tried| (clean(&tried), tried));
    let commands: Vec<(Clean, Tried)> = commands.collect();
    let mut cases: VecDeque<Case<'_>> = VecDeque::new();
    for (clean, tried) in &commands {
        for number in 1..=clean.requests {
            cases.extend(effects.iter().map(|effect| (tried, clean, number, effect.clone())));
        }
    }
    assert!(cases.len() > 100, "{} cases", cases.len());
    let (cases, failures) = (Mutex::new(cases), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..AT_A_TIME {
            scope.spawn(|| {
                let server = server();
                while let Some(case) = next(&cases) {
                    server.mend();
                    server.forget();
                    if let Err(failure) = judge(&server, &case) {
                        let (tried, _, number, effect) = case;
                        let failure = format!("{}, request {number}, {effect:?}: {failure}", tried.name);
                        failures.lock().unwrap_or_else(PoisonError::into_inner).push(failure);
                    }
                }
            });
        }
    });
    golden::report(&failures.into_inner().unwrap_or_else(PoisonError::into_inner));
}

fn next<'c>(cases: &Mutex<VecDeque<Case<'c>>>) -> Option<Case<'c>> {
    cases.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
}

#[test]
fn what_goes_wrong_for_good_is_told_or_makes_no_difference() {
    each(&lasting(), |server, (tried, clean, number, effect)| {
        server.fault(When::Nth(*number), Repeat::SameRequest, effect.clone());
        let output = run(server, &with(&tried.arguments, &["--retries", "0", "--timeout", "500ms"]));
        let told = told(&output)?;
        let Some(request) = server.requests().into_iter().nth(number - 1) else {
            return Err("it was never sent".to_owned());
        };
        // Only the head of an object is answered without a body, so that its 404 has to be believed, whatever was meant.
        let is_404 = match effect {
            Effect::Foreign(status) => *status == 404,
            Effect::Error(error) => error.code == ErrorCode::NoSuchBucket,
            _ => false,
        };
        let is_believed = request.operation == Operation::HeadObject && is_404;
        let result = comparable(&output.stdout, server);
        match output.status.code() {
            Some(0) if result == clean.result => return Ok(()),
            Some(0) if is_believed && says_that_a_file_is_not_there(&result) => {}
            Some(1 | 4) => {}
            Some(0 | 3) if tried.failures_are_its_answer => {}
            Some(3) if is_believed => return Ok(()),
            code => return Err(format!("ends with {code:?} and another result: {told}")),
        }
        let place = place(&request);
        if told.contains(&place) { Ok(()) } else { Err(format!("{place:?} is not named: {told}")) }
    });
}

#[test]
fn what_goes_wrong_once_makes_no_difference_where_it_is_asked_again() {
    each(&passing(), |server, (tried, clean, number, effect)| {
        server.fault(When::Nth(*number), Repeat::Once, effect.clone());
        let output = run(server, &with(&tried.arguments, &["--retries", "2"]));
        let told = told(&output)?;
        if comparable(&output.stdout, server) != clean.result {
            return Err(format!("another result: {told}"));
        }
        if output.status.code() == Some(0) { Ok(()) } else { Err(format!("{:?}", output.status)) }
    });
}

/// `files --who` is asked about one file, and knows no length of it.
fn says_that_a_file_is_not_there(result: &Value) -> bool {
    result["files"].as_array().is_some_and(|files| files.len() == 1 && files[0].get("bytes").is_none())
}

fn with(arguments: &[String], more: &[&str]) -> Vec<String> {
    arguments.iter().cloned().chain(more.iter().map(|argument| (*argument).to_owned())).collect()
}

/// What the command says in either place; a panic or a signal is a failure.
fn told(output: &Output) -> Result<String, String> {
    let stderr = String::from_utf8_lossy(&output.stderr);
    let told = format!("{stderr}{}", String::from_utf8_lossy(&output.stdout));
    let is_sound = output.status.code().is_some_and(|code| code != 101) && !stderr.contains("panicked");
    if is_sound { Ok(told) } else { Err(format!("it panics: {told}")) }
}

/// The last name of what a request is about; of metadata it is the directory that is named.
fn place(request: &Recorded) -> String {
    let prefix = request.query.split('&').find_map(|pair| pair.strip_prefix("prefix="));
    let encoded = prefix.unwrap_or(&request.path);
    let place = percent_decode_str(encoded).decode_utf8_lossy().into_owned();
    place.trim_end_matches("/_metadata").trim_end_matches('/').rsplit('/').next().unwrap_or_default().to_owned()
}
