//! `json`: the report as one JSON object; the mapping itself belongs to [`crate::report`].

use std::io::{self, Write};

use serde::Serialize;

pub(super) fn report(report: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, report)?;
    writeln!(out)
}
