//! The data of states: reading it from where it is, in ranges, and no more of it than is asked for.

mod elements;
mod layouts;
mod offsets;
mod streams;
mod values;

pub use layouts::{KeyGroupsLayout, layouts_of_key_groups};
pub use offsets::connector_states;
pub use streams::{ReadError, Streams};
pub use values::{ShowLine, ValuesError, ValuesSummary, json_of, values};
