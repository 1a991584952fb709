//! Versions that are not current, markers of deletions, uploads that were not finished.

use std::sync::Arc;

use keepoint::storage::{Doomed, Error, Storage, Stores, Upload, Version};
use keepoint::uri::StorageUri;

use crate::own_process;
use crate::s3_double::{Bucket, Memory, Objects as _, S3Double};
use crate::subject::wait;
use crate::subjects::{double, s3_server, unique, variable};

fn versions(storage: &dyn Storage, directory: &StorageUri) -> Result<Vec<Version>, Error> {
    let mut all = Vec::new();
    wait(storage.list_versions(directory, &mut |page| all.extend(page)))?;
    all.sort_by(|a: &Version, b: &Version| (&a.name, a.length, a.is_latest).cmp(&(&b.name, b.length, b.is_latest)));
    Ok(all)
}

/// Names, lengths, and whether it is the newest.
fn facts(versions: &[Version]) -> Vec<(&str, Option<u64>, bool)> {
    versions.iter().map(|version| (version.name.as_str(), version.length, version.is_latest)).collect()
}

const HISTORY: [(&str, Option<u64>, bool); 4] = [
    ("deleted", None, true),
    ("deleted", Some(3), false),
    ("deeper/written twice", Some(1), false),
    ("neighbour", Some(2), false),
];

#[test]
fn what_takes_space_without_being_seen_is_listed_on_however_many_pages() {
    for page_limit in [1, 2, 1000] {
        let objects = Arc::new(Memory::versioned());
        let put = |key: &str, content: &'static str| drop(objects.put(key, content.into()));
        put("flink/deleted", "abc");
        objects.delete("flink/deleted", None);
        put("flink/deeper/written twice", "a");
        put("flink/deeper/written twice", "ab");
        put("flink/neighbour", "ab");
        put("flink/neighbour", "");
        put("flink/only once", "x");
        put("flink-other/written twice", "a");
        put("flink-other/written twice", "b");
        let server = S3Double::with(vec![Bucket::shared("bucket", Arc::clone(&objects) as _)]);
        server.change(|rules| {
            rules.anonymous = true;
            rules.page_limit = page_limit;
        });
        let stores = Stores::new(double::settings(&server.endpoint())).expect("no configuration to read");
        let place = StorageUri::parse("s3://bucket/flink").expect("a URI");
        let storage = stores.open_for_deletion(&place).expect("a store that is known");
        let found = versions(&*storage, &place).expect("a listing");
        let mut expected = HISTORY;
        expected.sort_unstable();
        assert_eq!(facts(&found), expected, "{page_limit} on a page");

        // Each of them can be deleted for good.
        let doomed = found.iter().map(|version| Doomed {
            place: place.child(&version.name),
            version_id: Some(version.version_id.clone()),
            tag: None,
        });
        let answers = wait(storage.delete(&doomed.collect::<Vec<_>>()));
        assert!(answers.iter().all(Result::is_ok), "{answers:?}");
        assert_eq!(versions(&*storage, &place).expect("a listing"), []);
        assert_eq!(objects.keys().len(), 4, "what is current stays");
    }
}

#[test]
#[ignore = "needs an S3 server: tests/run"]
fn a_real_server_tells_its_versions_and_deletes_them_one_by_one() {
    let test = concat!(module_path!(), "::a_real_server_tells_its_versions_and_deletes_them_one_by_one");
    if !own_process::is_this(test, &s3_server::versitygw_keys()) {
        return;
    }
    let (client, bucket) = (s3_server::client("KEEPOINT_TEST_S3"), variable("KEEPOINT_TEST_S3_VERSIONED_BUCKET"));
    let directory = unique();
    let put = |name: &str, content: &str| {
        s3_server::put(&client, &bucket, vec![(format!("{directory}/{name}"), content.into())]);
    };
    put("deleted", "abc");
    wait(client.delete_object().bucket(&bucket).key(format!("{directory}/deleted")).send()).expect("it is deleted");
    put("deeper/written twice", "a");
    put("deeper/written twice", "ab");
    put("neighbour", "ab");
    put("neighbour", "");
    put("only once", "x");
    let stores = Stores::new(s3_server::settings("KEEPOINT_TEST_S3")).expect("no configuration to read");
    let place = StorageUri::parse(&format!("s3://{bucket}/{directory}")).expect("a URI");
    let storage = stores.open_for_deletion(&place).expect("a store that is known");
    let found = versions(&*storage, &place).expect("a listing");
    let mut expected = HISTORY;
    expected.sort_unstable();
    assert_eq!(facts(&found), expected);
    let doomed = found.iter().map(|version| Doomed {
        place: place.child(&version.name),
        version_id: Some(version.version_id.clone()),
        tag: None,
    });
    let answers = wait(storage.delete(&doomed.collect::<Vec<_>>()));
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    assert_eq!(versions(&*storage, &place).expect("a listing"), []);
}

#[test]
#[ignore = "needs an S3 server: tests/run"]
fn a_real_server_tells_what_unfinished_uploads_take() {
    let test = concat!(module_path!(), "::a_real_server_tells_what_unfinished_uploads_take");
    if !own_process::is_this(test, &s3_server::versitygw_keys()) {
        return;
    }
    let (client, bucket) = (s3_server::client("KEEPOINT_TEST_S3"), variable("KEEPOINT_TEST_S3_BUCKET"));
    let directory = unique();
    let mut ids = Vec::new();
    for (name, parts) in [("shared/a b", 2), ("chk-7/c", 0)] {
        let key = format!("{directory}/{name}");
        let begun = wait(client.create_multipart_upload().bucket(&bucket).key(&key).send()).expect("an upload");
        let id = begun.upload_id.expect("an id");
        for number in 1..=parts {
            let part = client.upload_part().bucket(&bucket).key(&key).upload_id(&id).part_number(number);
            wait(part.body(vec![0; 5 << 20].into()).send()).expect("a part");
        }
        ids.push(id);
    }
    let stores = Stores::new(s3_server::settings("KEEPOINT_TEST_S3")).expect("no configuration to read");
    let place = StorageUri::parse(&format!("s3://{bucket}/{directory}")).expect("a URI");
    let storage = stores.open_for_deletion(&place).expect("a store that is known");
    let mut uploads: Vec<Upload> = Vec::new();
    wait(storage.list_uploads(&place, &mut |page| uploads.extend(page))).expect("a listing");
    uploads.sort_by(|a, b| b.name.cmp(&a.name));
    let found: Vec<_> = uploads.iter().map(|upload| (upload.name.as_str(), upload.bytes)).collect();
    assert_eq!(found, [("shared/a b", Some(10 << 20)), ("chk-7/c", Some(0))]);
    assert_eq!(uploads.iter().map(|upload| &upload.upload_id).collect::<Vec<_>>(), ids.iter().collect::<Vec<_>>());
    assert!(uploads.iter().all(|upload| upload.started_at.is_some()));
}
