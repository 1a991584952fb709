//! Paths in handles, and the places that they lead to.

use std::borrow::Cow;

use keepoint::codec::JavaStr;
use keepoint::model::state_handle::{FileStateHandle, RelativeFileStateHandle, StreamStateHandle};
use keepoint::references::{Places, Relocations, resolve};
use keepoint::uri::StorageUri;

fn uri(text: &str) -> StorageUri {
    StorageUri::parse(text).expect("it names a place")
}

fn text(text: &str) -> JavaStr<'_> {
    JavaStr::from_modified_utf8(text.as_bytes()).expect("ASCII")
}

#[test]
fn each_path_leads_where_it_leads_by_itself() {
    let relocations = Relocations::new(vec![(uri("/old"), uri("s3://bucket/new"))]);
    let home = uri("file:/c/chk-1");
    let mut places = Places::new(&home, &relocations);
    let paths = [
        "s3://b/x",
        "s3://b/d/x",
        "s3a://b//d/x/",
        "s3://b/d/../x",
        "s3://b/d/.",
        "/x",
        "/d/x",
        "file:/x",
        "file:///x",
        "file:/d/x",
        "/old/a",
        "/old/b/c",
        "/older/x",
        "x",
        "d/x",
        "",
        "s3:x",
        "hdfs://ns/d/a%2Fb",
    ];
    for path in paths {
        let absolute = StreamStateHandle::File(FileStateHandle { size: 1, path: text(path) });
        let relative = StreamStateHandle::Relative(RelativeFileStateHandle { path: text(path), size: 1 });
        for stream in [absolute, relative] {
            let expected = resolve(&stream, &home, &relocations);
            let found = places.resolve(&stream);
            let found = found.map(|found| {
                let found = found.expect("it is in a file");
                (places.directory(found.directory).expect("it has a number").clone(), found.name)
            });
            let expected = expected.map(|place| {
                let place = place.expect("it is in a file");
                let name = place.file_name().unwrap_or("").to_owned();
                (place.parent().unwrap_or(place), Cow::Owned(name))
            });
            assert_eq!(found, expected, "{path:?}");
        }
    }
}
