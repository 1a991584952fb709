//! Continuation tokens: opaque, different on every page, and full of characters that a query must encode.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::listing::Position;
use super::objects::spread;

/// Bytes that become `+/` in Base64.
const START: [u8; 2] = [0xfb, 0xff];
const NONCE: usize = 6;

/// A token that no other page gets.
pub(crate) fn encode(position: &Position, number: u64) -> String {
    let (kind, text) = match position {
        Position::Start => (b'A', ""),
        Position::At(key) => (b'A', key.as_str()),
        Position::AfterKey(key) | Position::AfterVersion(key, _) => (b'K', key.as_str()),
        Position::AfterPrefix(prefix) => (b'P', prefix.as_str()),
    };
    let mut bytes = START.to_vec();
    bytes.extend_from_slice(&spread(number).to_be_bytes()[..NONCE]);
    bytes.push(kind);
    bytes.extend_from_slice(text.as_bytes());
    STANDARD.encode(bytes)
}

/// Where it leads; nothing for a token that was not made here.
pub(crate) fn decode(token: &str) -> Option<Position> {
    let bytes = STANDARD.decode(token).ok()?;
    let (kind, text) = bytes.strip_prefix(&START)?.get(NONCE..)?.split_first()?;
    let text = String::from_utf8(text.to_vec()).ok()?;
    match kind {
        b'A' => Some(Position::At(text)),
        b'K' => Some(Position::AfterKey(text)),
        b'P' => Some(Position::AfterPrefix(text)),
        _ => None,
    }
}
