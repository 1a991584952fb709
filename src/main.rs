//! The `keepoint` command.
fn main() {}
