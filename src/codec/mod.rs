//! Reading and writing the primitives of `java.io.DataInput`, modified UTF-8 and Java object streams.
//!
//! Everything here works on bytes that may be hostile: nothing panics, nothing is allocated that the bytes at hand do not
//! justify, and every error knows its offset. What the bytes mean to Flink is left to [`crate::format`].

mod data_input;
mod data_output;
mod error;
mod java_object;
mod java_str;
mod long_array;

pub use data_input::DataInput;
pub use data_output::{DataOutput, TooLong};
pub use error::{Error, ErrorKind};
pub use java_object::{ClassDesc, JavaObjectStream, JavaValue, Node, NodeId, ObjectData};
pub use java_str::JavaStr;
pub use long_array::LongArray;
