//! One line of a pin file.

use std::fmt;

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};

use crate::uri::StorageUri;

/// A pin: somebody wants this to stay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pin {
    pub(super) place: StorageUri,
    pub(super) until: Option<DateTime<Utc>>,
    pub(super) reason: Option<String>,
    pub(super) tag: Option<String>,
}

/// What is wrong with a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct BadLine {
    /// Character of the line, counted from 1.
    pub(super) column: usize,
    pub(super) cause: String,
    pub(super) hint: &'static str,
}

const LOCATION_HINT: &str = "a line is a location, such as s3://bucket/checkpoints/<job>/chk-42, then until=2026-12-31, reason=\"…\", tag=… as wanted";
const KEYS_HINT: &str = "the keys are until, reason and tag; a value with blanks stands in quotation marks";
const QUOTES_HINT: &str =
    "a text in quotation marks ends with one; inside, \\\" is a quotation mark and \\\\ a backslash";
const UNTIL_HINT: &str =
    "write a day, such as 2026-12-31, which is protected to its end in UTC, or a time, such as 2026-12-31T18:00:00Z";

/// Reads a line; `None` if there is nothing but blanks and a comment. A `#` begins a comment where a word could begin, so locations may
/// contain one.
pub(super) fn parse(line: &str) -> Result<Option<Pin>, BadLine> {
    if let Some(at) = line.chars().position(|c| c.is_control() && c != '\t') {
        let cause = "has a character here that cannot be seen".to_owned();
        return Err(BadLine { column: at + 1, cause, hint: "write the line anew, as plain text" });
    }
    let mut words = Words { rest: line, column: 1 };
    let Some(location) = words.next()? else { return Ok(None) };
    let mut pin = Pin { place: place(&location)?, until: None, reason: None, tag: None };
    while let Some(word) = words.next()? {
        let Some((key, value)) = word.key_and_value() else {
            let cause = format!("{:?} is no key with a value", word.text);
            return Err(word.bad(cause, KEYS_HINT));
        };
        if value.is_empty() {
            return Err(word.bad(format!("{key} has no value"), KEYS_HINT));
        }
        let twice = match key {
            "until" => pin.until.replace(until(&word, key, value)?).is_some(),
            "reason" => pin.reason.replace(value.to_owned()).is_some(),
            "tag" => pin.tag.replace(value.to_owned()).is_some(),
            _ => return Err(word.bad(format!("{key:?} is no key of a pin"), KEYS_HINT)),
        };
        if twice {
            return Err(word.bad(format!("{key} is there twice"), KEYS_HINT));
        }
    }
    Ok(Some(pin))
}

fn place(word: &Word) -> Result<StorageUri, BadLine> {
    // A pattern would be taken by its letters and protect nothing.
    if !word.is_quoted && word.text.contains(['*', '?']) {
        let cause = format!("{} looks like a pattern, and a pin names one place", word.text);
        return Err(
            word.bad(cause, "write a line for each, or put a name that has these characters into quotation marks")
        );
    }
    let place = StorageUri::parse(&word.text).map_err(|error| word.bad(error.to_string(), LOCATION_HINT))?;
    let needs_authority = matches!(place.store(), "s3" | "cos" | "oss" | "gs" | "abfs");
    if needs_authority && place.authority().is_none() {
        let cause = format!("{} names no bucket", word.text);
        return Err(word.bad(cause, "a bucket stands behind two slashes: s3://bucket/dir"));
    }
    if place.file_name().is_none() {
        let cause = format!("{} is a whole store and no place in it", word.text);
        return Err(word.bad(cause, LOCATION_HINT));
    }
    Ok(place)
}

/// A day counts to its end.
fn until(word: &Word, key: &str, value: &str) -> Result<DateTime<Utc>, BadLine> {
    let day = NaiveDate::parse_from_str(value, "%Y-%m-%d").ok().filter(|_| value.len() == "2026-12-31".len());
    let end = day.and_then(|day| day.checked_add_days(Days::new(1))).map(|day| day.and_time(NaiveTime::MIN).and_utc());
    let time = || DateTime::parse_from_rfc3339(value).ok().map(|time| time.to_utc());
    let bad = || BadLine {
        column: word.column + key.chars().count() + 1,
        cause: format!("{value:?} is neither a day nor a time"),
        hint: UNTIL_HINT,
    };
    end.or_else(time).ok_or_else(bad)
}

/// A part of a line, without quotation marks.
struct Word {
    text: String,
    column: usize,
    /// The first character was a quotation mark: it is no key.
    is_quoted: bool,
}

impl Word {
    fn bad(&self, cause: String, hint: &'static str) -> BadLine {
        BadLine { column: self.column, cause, hint }
    }

    fn key_and_value(&self) -> Option<(&str, &str)> {
        if self.is_quoted { None } else { self.text.split_once('=') }
    }
}

struct Words<'a> {
    rest: &'a str,
    column: usize,
}

impl Words<'_> {
    fn next(&mut self) -> Result<Option<Word>, BadLine> {
        while self.peek().is_some_and(char::is_whitespace) {
            self.take();
        }
        match self.peek() {
            None | Some('#') => return Ok(None),
            Some(_) => {}
        }
        let mut word = Word { text: String::new(), column: self.column, is_quoted: self.peek() == Some('"') };
        while let Some(next) = self.peek().filter(|next| !next.is_whitespace()) {
            if next == '"' {
                self.quoted(&mut word.text)?;
            } else {
                word.text.extend(self.take());
            }
        }
        Ok(Some(word))
    }

    fn quoted(&mut self, text: &mut String) -> Result<(), BadLine> {
        let column = self.column;
        let bad = |column, cause: &str| BadLine { column, cause: cause.to_owned(), hint: QUOTES_HINT };
        self.take();
        loop {
            let at = self.column;
            match self.take() {
                None => return Err(bad(column, "these quotation marks do not end")),
                Some('"') => return Ok(()),
                Some('\\') => match self.take() {
                    Some(escaped @ ('"' | '\\')) => text.push(escaped),
                    _ => return Err(bad(at, "a backslash stands before something else than a quotation mark")),
                },
                Some(other) => text.push(other),
            }
        }
    }

    fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    fn take(&mut self) -> Option<char> {
        let mut chars = self.rest.chars();
        let taken = chars.next()?;
        self.rest = chars.as_str();
        self.column += 1;
        Some(taken)
    }
}

impl fmt::Display for BadLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.cause)
    }
}
