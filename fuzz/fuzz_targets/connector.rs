//! Any bytes as what a connector keeps, in each place and of each version: what fits is read inside the input, and nothing fits that goes on
//! behind its end.
#![no_main]

use keepoint::format::connector::{
    ConnectorPlace, Versioned, coordinator_state, decode_committables, list_element, readings,
};
use libfuzzer_sys::fuzz_target;

const PLACES: [ConnectorPlace; 4] =
    [ConnectorPlace::Split, ConnectorPlace::Enumerator, ConnectorPlace::Writer, ConnectorPlace::Committable];

fuzz_target!(|bytes: &[u8]| {
    let framed = [list_element(bytes), coordinator_state(bytes)];
    for inside in framed {
        match inside {
            Ok(inside) => whole(inside),
            Err(error) => assert!(error.offset() <= bytes.len()),
        }
    }
    for version in 0..4 {
        whole(Versioned { version, bytes });
    }
});

fn whole(state: Versioned<'_>) {
    for place in PLACES {
        let _ = readings(place, state);
    }
    match decode_committables(state) {
        Ok(committables) => {
            for each in committables {
                assert!(each.bytes.len() <= state.bytes.len());
                let _ = readings(ConnectorPlace::Committable, Versioned { version: each.version, bytes: each.bytes });
            }
        }
        Err(error) => assert!(error.offset() <= state.bytes.len()),
    }
}
