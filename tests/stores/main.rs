//! What every store must do, one law at a time, and what S3 and its relatives must do besides.
//!
//! `suite.rs` runs each of `laws/` for each of `subjects/`. Local disk and the server of `support/s3_double` are always there; real
//! servers are ignored unless asked for, and found by what the scripts of `tests/servers/` write into their `env`:
//!
//! ```text
//! tests/servers/s3 start DIR; source DIR/env; cargo test --test stores -- --ignored versitygw
//! ```

#[path = "../support/memory_store/mod.rs"]
mod memory_store;
#[path = "../support/s3_double/mod.rs"]
mod s3_double;

mod laws;
mod own_process;
mod s3;
mod subject;
mod subjects;
mod suite;
