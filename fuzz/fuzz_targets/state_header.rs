//! Any bytes as the header of keyed or operator state, as timer services and as changes: decoded or refused inside the input; what is
//! recovered lies inside, too.
#![no_main]

use keepoint::format::state_meta::changelog::{decode_change_set, decode_metadata_change};
use keepoint::format::state_meta::{decode_keyed, decode_operator, decode_timer_services, recover_states};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    for decode in [decode_keyed, decode_operator] {
        match decode(bytes) {
            Err(error) => {
                assert!(error.offset() <= bytes.len());
                let _ = error.to_string();
            }
            Ok(mut header) => {
                assert_eq!(header.end.is_none(), header.stopped_at.is_some());
                recover_states(&mut header, bytes);
                let _ = header.key_serializer.as_ref().map(ToString::to_string);
                for state in &header.states {
                    assert!(state.offset < bytes.len());
                    let _ = (state.kind(), state.ttl(), state.value_text());
                }
            }
        }
    }
    let offsets = [
        decode_timer_services(bytes).err().map(|error| error.offset()),
        decode_metadata_change(bytes).err().map(|error| error.offset()),
        decode_change_set(bytes, 0).err().map(|error| error.offset()),
    ];
    assert!(offsets.into_iter().flatten().all(|offset| offset <= bytes.len()));
});
