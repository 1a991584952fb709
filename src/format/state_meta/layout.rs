//! Where the versions differ. Decoders ask by name and never compare version numbers.

use crate::format::{Error, ErrorKind};

/// What stands in a header.
#[derive(Debug, Clone, Copy)]
pub(super) struct Layout {
    /// The version as written.
    pub(super) number: i32,
    /// Whether the data is compressed stands in front.
    pub(super) compression: bool,
    /// The entries of the states are ones that Flink from 1.17 on reads: meta info of version 6 or 7, which are the same.
    pub(super) current_meta_info: bool,
}

/// Versions of `KeyedBackendSerializationProxy`. Releases: 1 to 3: 1.2 and 1.3; 4: 1.4 and 1.5; 5: 1.6; 6: since 1.7.
pub(super) fn keyed(number: i32, offset: usize) -> Result<Layout, Error> {
    let layout = match number {
        1..=3 => Layout { number, compression: false, current_meta_info: false },
        4 | 5 => Layout { number, compression: true, current_meta_info: false },
        6 => Layout { number, compression: true, current_meta_info: true },
        _ => return Err(unknown("keyed state", number, 6, offset)),
    };
    supported("keyed state", layout, offset)
}

/// Versions of `OperatorBackendSerializationProxy`. Releases: 1 to 3: 1.2 to 1.5; 4: 1.6; 5: 1.7 to 1.17; 6: since 1.18.
pub(super) fn operator(number: i32, offset: usize) -> Result<Layout, Error> {
    let layout = match number {
        1..=4 => Layout { number, compression: false, current_meta_info: false },
        5 => Layout { number, compression: false, current_meta_info: true },
        6 => Layout { number, compression: true, current_meta_info: true },
        _ => return Err(unknown("operator state", number, 6, offset)),
    };
    supported("operator state", layout, offset)
}

fn unknown(what: &'static str, number: i32, newest: i32, offset: usize) -> Error {
    Error::new(offset, ErrorKind::UnknownHeaderVersion { what, number, newest })
}

/// Older entries hold serializers as Java objects of the user's classes.
fn supported(what: &'static str, layout: Layout, offset: usize) -> Result<Layout, Error> {
    if layout.current_meta_info {
        return Ok(layout);
    }
    Err(Error::new(offset, ErrorKind::HeaderVersionTooOld { what, number: layout.number }))
}
