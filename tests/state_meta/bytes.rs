//! Headers written by hand, for what no fixture has.

/// `DataOutput.writeUTF`, for texts that are short and have no special characters.
pub(crate) fn utf(text: &str) -> Vec<u8> {
    let length = u16::try_from(text.len()).expect("short");
    [&length.to_be_bytes()[..], text.as_bytes()].concat()
}

/// `DataOutput.writeInt`.
pub(crate) fn int(value: i32) -> Vec<u8> {
    value.to_be_bytes().to_vec()
}

/// A snapshot with class and version.
pub(crate) fn snapshot(class: &str, version: i32, body: &[u8]) -> Vec<u8> {
    [utf(class), int(version), body.to_vec()].concat()
}

/// A list of snapshots (`NestedSerializersSnapshotDelegate`).
pub(crate) fn nested(snapshots: &[Vec<u8>]) -> Vec<u8> {
    let count = i32::try_from(snapshots.len()).expect("few");
    [int(1_333_245), int(1), int(count), snapshots.concat()].concat()
}

/// The body of a composite snapshot of version 3.
pub(crate) fn composite(outer_version: i32, outer: &[u8], snapshots: &[Vec<u8>]) -> Vec<u8> {
    [int(911_108), int(outer_version), outer.to_vec(), nested(snapshots)].concat()
}

/// The snapshot of `LongSerializer`.
pub(crate) fn long() -> Vec<u8> {
    snapshot("org.apache.flink.api.common.typeutils.base.LongSerializer$LongSerializerSnapshot", 3, &[])
}

/// The entry of a state with a kind, an option and serializers.
pub(crate) fn state(name: &str, kind: i32, options: &[(&str, &str)], serializers: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut bytes = [utf(name), int(kind), int(i32::try_from(options.len()).expect("few"))].concat();
    for (key, value) in options {
        bytes.extend([utf(key), utf(value)].concat());
    }
    bytes.extend(int(i32::try_from(serializers.len()).expect("few")));
    for (key, serializer) in serializers {
        bytes.extend([utf(key), int(2), serializer.clone()].concat());
    }
    bytes
}

/// The entry of a value state.
pub(crate) fn value_state(name: &str, value: Vec<u8>) -> Vec<u8> {
    state(name, 0, &[("KEYED_STATE_TYPE", "VALUE")], &[("NAMESPACE_SERIALIZER", long()), ("VALUE_SERIALIZER", value)])
}

/// The header of keyed state.
pub(crate) fn keyed(key: &[u8], states: &[Vec<u8>]) -> Vec<u8> {
    let count = u16::try_from(states.len()).expect("few");
    [&int(6)[..], &[0], &int(2), key, &count.to_be_bytes(), &states.concat()].concat()
}
