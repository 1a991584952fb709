//! What connectors write into the state of sources and sinks.
//!
//! Flink hands connectors a frame and keeps the bytes inside as they are; [`frame`](self) functions take it off. What remains is a
//! version of the connector's serializer and bytes that only the connector knows. `registry.rs` has a row for each connector, place and
//! version; a new connector is a file with rows.
//!
//! Nothing in the bytes names the connector. A row fits when its decoder reads the bytes to the very end and every value in them is one
//! that the connector itself accepts; [`readings`] gives all that fit, and whoever wants to know the connector compares those of all
//! pieces of an operator.

mod committables;
mod dynamic_kafka;
mod file_sink;
mod file_source;
mod frame;
mod kafka;
mod number_sequence;
mod registry;

pub use committables::decode_committables;
pub use frame::{Versioned, coordinator_state, list_element};
pub use registry::{ConnectorPlace, known, readings};
