//! Bytes of connectors that are cut off or changed: nothing is read from them that is not there.

use keepoint::format::connector::{
    ConnectorPlace, Versioned, coordinator_state, decode_committables, list_element, readings,
};

use crate::connectors::{Found, inside, pieces, with_connectors};

#[test]
fn given_a_piece_that_is_cut_off_at_any_length_it_is_refused() {
    for snapshot in with_connectors() {
        for piece in pieces(&snapshot) {
            let take_apart = if piece.state == "coordinator" { coordinator_state } else { list_element };
            for length in 0..piece.bytes.len() {
                let error = take_apart(&piece.bytes[..length]).expect_err("it is cut off");
                assert!(error.offset() <= length, "{} at {length}: {error}", snapshot.name);
            }
        }
    }
}

/// The frame around them would tell; without it a part of one connector's bytes can be all of another's.
#[test]
fn given_bytes_inside_of_it_that_are_cut_off_they_are_not_the_same_connectors() {
    for snapshot in with_connectors() {
        for piece in pieces(&snapshot) {
            let (place, whole) = inside(&piece);
            for length in 0..whole.bytes.len() {
                let cut = Versioned { bytes: &whole.bytes[..length], ..whole };
                if place == ConnectorPlace::Committable {
                    let error = decode_committables(cut).expect_err("it is cut off");
                    assert!(error.offset() <= length, "{} at {length}: {error}", snapshot.name);
                } else {
                    let of_whole: Vec<_> = readings(place, whole).into_iter().map(|(connector, _)| connector).collect();
                    let mut fits = readings(place, cut);
                    fits.retain(|(connector, _)| of_whole.contains(connector));
                    assert!(fits.is_empty(), "{} {} at {length}: {fits:?}", snapshot.name, piece.state);
                }
            }
        }
    }
}

#[test]
fn given_any_byte_changed_decoding_comes_to_an_end() {
    for snapshot in with_connectors() {
        for piece in pieces(&snapshot) {
            for position in 0..piece.bytes.len() {
                for change in [0x01, 0x80, 0xFF] {
                    let mut bytes = piece.bytes.clone();
                    bytes[position] ^= change;
                    decode(&Found { bytes, ..clone(&piece) });
                }
            }
        }
    }
}

#[test]
fn given_a_count_of_two_billion_nothing_is_reserved_for_it() {
    for version in 0..4 {
        for bytes in [&[0x7F, 0xFF, 0xFF, 0xFF][..], &[0x7F, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0, 0, 0]] {
            assert_eq!(readings(ConnectorPlace::Enumerator, Versioned { version, bytes }), []);
        }
    }
}

fn clone(piece: &Found) -> Found {
    let Found { operator, subtask, state, bytes } = piece;
    Found { operator: operator.clone(), subtask: *subtask, state: state.clone(), bytes: bytes.clone() }
}

fn decode(piece: &Found) {
    let inside =
        if piece.state == "coordinator" { coordinator_state(&piece.bytes) } else { list_element(&piece.bytes) };
    let Ok(inside) = inside else { return };
    match decode_committables(inside) {
        Ok(committables) => {
            for each in committables {
                let _ = readings(ConnectorPlace::Committable, Versioned { version: each.version, bytes: each.bytes });
            }
        }
        Err(error) => assert!(error.offset() <= inside.bytes.len()),
    }
    for place in [ConnectorPlace::Split, ConnectorPlace::Enumerator, ConnectorPlace::Writer] {
        let _ = readings(place, inside);
    }
}
