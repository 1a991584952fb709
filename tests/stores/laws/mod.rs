//! What every store must do: functions that take any store. `suite.rs` has their names.

pub(crate) mod deleting;
pub(crate) mod listing;
pub(crate) mod names;
pub(crate) mod nothing_there;
pub(crate) mod reading;
