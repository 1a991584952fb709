//! Deleting and creating.

use keepoint::storage::{Doomed, ErrorKind, Storage};
use keepoint::uri::StorageUri;

use crate::{Cluster, create, line, open_for_deletion, using_servers};

fn doomed(place: &StorageUri) -> Doomed {
    Doomed::new(place.clone())
}

async fn is_there(storage: &dyn Storage, place: &StorageUri) -> bool {
    match storage.stat(place).await {
        Ok(_) => true,
        Err(error) => error.kind() == ErrorKind::IsDirectory,
    }
}

#[tokio::test]
#[ignore = "needs a name node: tests/run"]
async fn files_are_deleted_by_their_names_and_each_has_its_answer_in_its_turn() {
    let _servers = using_servers().await;
    let cluster = Cluster::single();
    let (directory, client) = cluster.directory("deletions").await;
    let [file, missing, empty, full, kept] =
        ["file", "missing", "empty", "full", "kept"].map(|name| directory.join(name));
    let inside = full.join("inside");
    create(&client, [&file, &inside, &kept].map(|file| file.path().to_owned())).await;
    client.mkdirs(empty.path(), 0o755, true).await.expect("a directory");
    let stores = cluster.stores();
    let storage = open_for_deletion(&stores, &directory);
    let versioned = Doomed { version_id: Some("1".to_owned()), ..doomed(&kept) };
    let answers = storage
        .delete(&[doomed(&empty), doomed(&file), doomed(&full), doomed(&missing), versioned, doomed(&file.join("x"))])
        .await;
    let kinds: Vec<_> =
        answers.iter().map(|answer| answer.as_ref().err().map(keepoint::storage::Error::kind)).collect();
    let expected = [
        Some(ErrorKind::IsDirectory),
        None,
        Some(ErrorKind::IsDirectory),
        None,
        Some(ErrorKind::NoSuchFacility("versions")),
    ];
    assert_eq!(kinds[..5], expected);
    // The file goes at the same time as it is asked what is in it.
    assert!(matches!(kinds[5], None | Some(ErrorKind::NotADirectory)), "{kinds:?}");
    assert!(!is_there(&*storage, &file).await);
    for place in [&empty, &full, &inside, &kept] {
        assert!(is_there(&*storage, place).await, "{place}");
    }
}

#[tokio::test]
#[ignore = "needs a name node: tests/run"]
async fn only_empty_directories_are_removed() {
    let _servers = using_servers().await;
    let cluster = Cluster::single();
    let (directory, client) = cluster.directory("removals").await;
    let [file, missing, empty, full] = ["file", "missing", "empty", "full"].map(|name| directory.join(name));
    create(&client, [&file, &full.join("inside")].map(|file| file.path().to_owned())).await;
    client.mkdirs(empty.path(), 0o755, true).await.expect("a directory");
    let stores = cluster.stores();
    let storage = open_for_deletion(&stores, &directory);
    storage.remove_empty_directory(&empty).await.expect("nothing is in it");
    assert!(!is_there(&*storage, &empty).await);
    for (place, kind) in
        [(&file, ErrorKind::NotADirectory), (&full, ErrorKind::NotEmpty), (&missing, ErrorKind::NotFound)]
    {
        let error = storage.remove_empty_directory(place).await.expect_err("it is no empty directory");
        assert_eq!(error.kind(), kind, "{}", line(&error));
    }
    assert!(is_there(&*storage, &file).await);
    assert!(is_there(&*storage, &full.join("inside")).await);
}

#[tokio::test]
#[ignore = "needs a name node: tests/run"]
async fn a_file_is_created_once_and_only_in_a_directory_that_is_there() {
    let _servers = using_servers().await;
    let cluster = Cluster::single();
    let (directory, _) = cluster.directory("creations").await;
    let stores = cluster.stores();
    let storage = open_for_deletion(&stores, &directory);
    let large: Vec<u8> = (0..10_000_000_u32).map(|position| (position % 249) as u8).collect();
    for (name, bytes) in [("empty", Vec::new()), ("small", b"small".to_vec()), ("large", large)] {
        let file = directory.join(name);
        storage.create(&file, bytes.clone()).await.expect(name);
        let read = storage.read_range(&file, 0..u64::MAX).await.expect(name);
        assert!(read.bytes == bytes, "{name}");
        let error = storage.create(&file, b"other".to_vec()).await.expect_err("it is there already");
        assert_eq!(error.kind(), ErrorKind::AlreadyExists, "{}", line(&error));
        assert_eq!(storage.stat(&file).await.expect(name).length, bytes.len() as u64);
    }
    let error = storage.create(&directory, Vec::new()).await.expect_err("it is a directory");
    assert_eq!(error.kind(), ErrorKind::AlreadyExists, "{}", line(&error));
    let error = storage.create(&directory.join("none/file"), Vec::new()).await.expect_err("there is no directory");
    assert_eq!(error.kind(), ErrorKind::NotFound, "{}", line(&error));
}

#[tokio::test]
#[ignore = "needs a name node: tests/run"]
async fn whoever_has_no_right_to_deletes_nothing() {
    let _servers = using_servers().await;
    let cluster = Cluster::single();
    let (directory, client) = cluster.directory("rights").await;
    let file = directory.join("file");
    create(&client, [file.path().to_owned()]).await;
    let mut settings = cluster.settings();
    settings.hdfs.user = Some("somebody".to_owned());
    let stores = keepoint::storage::Stores::new(settings).expect("a configuration");
    let storage = open_for_deletion(&stores, &directory);
    let errors = [
        storage.delete(&[doomed(&file)]).await.remove(0).expect_err("delete"),
        storage.create(&directory.join("new"), Vec::new()).await.expect_err("create"),
    ];
    for error in errors {
        assert_eq!(error.kind(), ErrorKind::PermissionDenied, "{}", line(&error));
        assert!(line(&error).contains("user=somebody"), "{}", line(&error));
    }
    assert!(is_there(&*storage, &file).await);
}

#[tokio::test]
#[ignore = "needs a name node: tests/run"]
async fn files_are_moved_into_directories_that_are_made_and_never_over_another_one() {
    let _servers = using_servers().await;
    let cluster = Cluster::single();
    let (directory, client) = cluster.directory("moves").await;
    let [one, other, missing] = ["one", "other", "missing"].map(|name| directory.join(name));
    create(&client, [&one, &other].map(|file| file.path().to_owned())).await;
    let stores = cluster.stores();
    let storage = open_for_deletion(&stores, &directory);
    let directories = storage.directories().expect("HDFS has directories");
    let target = directory.join("trash/deep/one");
    let parent = target.parent().expect("a directory");
    let early = directories.rename(&one, &target).await.expect_err("there is no such directory");
    assert_eq!(early.kind(), ErrorKind::NotFound, "{early}");
    for _ in 0..2 {
        directories.make_directories(&parent).await.expect("made, or there already");
    }
    directories.rename(&one, &target).await.expect("nothing is there yet");
    assert!(is_there(&*storage, &target).await && !is_there(&*storage, &one).await);
    let over = directories.rename(&other, &target).await.expect_err("something is there");
    assert_eq!(over.kind(), ErrorKind::AlreadyExists, "{over}");
    let nothing = directories.rename(&missing, &parent.join("missing")).await.expect_err("there is nothing to move");
    assert_eq!(nothing.kind(), ErrorKind::NotFound, "{nothing}");
    assert!(is_there(&*storage, &other).await);
    assert!(!directories.appends());
}
