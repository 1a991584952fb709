//! keepoint reads, judges and cleans the places where Apache Flink keeps checkpoints and savepoints.
//!
//! ```text
//!                                                        ┌→ inspect → report ──→ list → latest ┐
//! StorageUri → storage → discovery → format (on bytes) → model                                 ├→ render: table, wide, json, jsonl, csv, protobuf
//!                                                        └→ references ───────→ verify, files ─┘
//! ```
//!
//! To decode a `_metadata` file, start at [`format::metadata::decode`]; what comes out is described in [`model`]. The headers of the state
//! files that it names are decoded by [`format::state_meta`]. To get the
//! report that `keepoint inspect` shows, load the file with [`discovery::load`] and give it to [`inspect::inspect`].

pub mod cli;
pub mod codec;
pub mod compat;
pub mod diff;
pub mod discovery;
pub mod doctor;
pub mod files;
pub mod flink_conf;
pub mod flink_rest;
pub mod format;
pub mod gc;
pub mod identify;
pub mod inspect;
pub mod latest;
pub mod list;
pub mod model;
pub mod progress;
pub mod references;
pub mod render;
pub mod report;
pub mod sizes;
pub mod state_data;
pub mod states;
pub mod storage;
pub mod uri;
pub mod verify;
