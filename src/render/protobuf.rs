//! `protobuf`: the message of the schema, one per output, without a length in front.

use std::io::{self, Write};

use prost::Message;

pub(super) fn report(report: &impl Message, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(&report.encode_to_vec())
}
