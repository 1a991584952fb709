//! Values of states, by the serializer that wrote them.
//!
//! Values have no length of their own. A type that is not known ends what can be read, unless something around it tells where it ends; so
//! [`ValueDecoder::new`] looks at the whole type first and says what is not known.
//!
//! | File | What |
//! |---|---|
//! | `decoder.rs` | From a serializer snapshot to a decoder, and the families that contain others |
//! | `basic.rs` | Types without others inside |
//! | `avro.rs` | Avro, by its schema |
//! | `row_data.rs` | Rows, arrays and maps of the Table API, in its binary format |
//! | `bounds.rs` | What a single value may cost |
//! | `decimal.rs` | Big numbers in decimal digits |
//! | `key_group.rs` | A key group of keyed state, in both layouts |
//! | `operator_state.rs` | What stands at an offset of operator state |

mod avro;
mod basic;
mod bounds;
mod decimal;
mod decoder;
mod key_group;
mod operator_state;
mod row_data;

pub use decoder::ValueDecoder;
pub use key_group::{KeyGroupReader, Show};
pub use operator_state::OperatorStateReader;
