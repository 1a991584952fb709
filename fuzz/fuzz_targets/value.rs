//! Any header with any data behind it: values and key groups are read in every layout, or refused inside the data.
//!
//! The first two bytes say where the header ends; so `fuzz/corpus/value` can have real headers with real key groups behind them.
#![no_main]

use std::ops::ControlFlow;

use keepoint::codec::DataInput;
use keepoint::format::state_meta::{decode_keyed, decode_operator};
use keepoint::format::value::{KeyGroupReader, OperatorStateReader, ValueDecoder};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((length, rest)) = bytes.split_first_chunk() else { return };
    let Some((header, data)) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length))) else { return };
    if let Ok(header) = decode_operator(header) {
        for state in &header.states {
            inside(OperatorStateReader::new(state).read(data, &mut |_| ControlFlow::Continue(())), data);
        }
    }
    let Ok(header) = decode_keyed(header) else { return };
    for (index, state) in header.states.iter().enumerate() {
        for max_parallelism in [1, 32_768] {
            let reader = KeyGroupReader::new(&header, index, max_parallelism);
            inside(reader.heap(data, &mut |_| ControlFlow::Continue(())), data);
            inside(reader.canonical(data, &mut |_| ControlFlow::Continue(())), data);
        }
        for (_, serializer) in &state.serializers {
            let Ok(decoder) = ValueDecoder::new(serializer) else { continue };
            let mut input = DataInput::new(data);
            inside(decoder.decode(&mut input).map(drop), data);
            assert!(input.position() <= data.len());
        }
    }
});

fn inside(result: Result<(), keepoint::format::Error>, data: &[u8]) {
    if let Err(error) = result {
        assert!(error.offset() <= data.len());
        let _ = error.to_string();
    }
}
