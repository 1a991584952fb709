//! Elements of list states in the data of operator state.
//!
//! With compression, each element begins a new block of snappy's framing format, so that reading can begin there; the identifier of the
//! stream stands once, in front of the first one (`CompressibleFSDataOutputStream`).

use std::io::Read;

/// `sNaPpY` as the first chunk of a stream (the framing format, 4.1).
const SNAPPY_IDENTIFIER: [u8; 10] = [0xFF, 0x06, 0x00, 0x00, b's', b'N', b'a', b'P', b'p', b'Y'];

/// No byte array of a connector is anywhere near.
const LARGEST: usize = 64 << 20;

/// Reads a byte array (`BytePrimitiveArraySerializer`) at the start of these bytes.
pub(super) fn byte_array(data: &[u8], compressed: bool) -> Result<Vec<u8>, String> {
    if compressed {
        return byte_array_from(snap::read::FrameDecoder::new(SNAPPY_IDENTIFIER.chain(data)));
    }
    byte_array_from(data)
}

fn byte_array_from(mut data: impl Read) -> Result<Vec<u8>, String> {
    let mut length = [0; 4];
    data.read_exact(&mut length).map_err(|error| format!("its length cannot be read: {error}"))?;
    let length = i32::from_be_bytes(length);
    let wanted = usize::try_from(length).ok().filter(|length| *length <= LARGEST);
    let wanted = wanted.ok_or_else(|| format!("a byte array of {length} bytes"))?;
    let mut bytes = Vec::new();
    data.take(wanted as u64).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    if bytes.len() < wanted {
        return Err(format!("a byte array of {wanted} bytes of which {} are there", bytes.len()));
    }
    Ok(bytes)
}

/// Takes the compression off; the identifier of the stream may be missing at the start, and stand in between.
pub(super) fn decompressed(data: &[u8], largest: u64) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let stream = snap::read::FrameDecoder::new(SNAPPY_IDENTIFIER.chain(data));
    stream.take(largest + 1).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    if bytes.len() as u64 > largest {
        return Err("more than 256 MiB without its compression, which is not read".to_owned());
    }
    Ok(bytes)
}
