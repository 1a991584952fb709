//! Any bytes as a Java object stream: read or refused inside the input, and every object that was read can be asked for.
#![no_main]

use keepoint::codec::{DataInput, JavaObjectStream};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut input = DataInput::new(bytes);
    match JavaObjectStream::read(&mut input, usize::MAX) {
        Err(error) => assert!(error.offset() <= bytes.len()),
        Ok(stream) => {
            assert!(input.position() <= bytes.len());
            let _ = stream.string(stream.root);
            let _ = stream.enum_constant(stream.root);
            if let Some(object) = stream.object(stream.root) {
                let _ = stream.class(object);
                let _ = stream.field(object, "checkpointType");
            }
        }
    }
});
