//! Listing directories.

use keepoint::storage::{EntryKind, ErrorKind, Operation};

use crate::{Cluster, create, line, list, names, open, touch, using_servers};

#[tokio::test]
#[ignore = "needs a name node: tests/run"]
async fn what_is_not_there_is_not_found_and_not_empty() {
    let _servers = using_servers().await;
    let cluster = Cluster::single();
    let (directory, _) = cluster.directory("missing").await;
    let missing = directory.join("nothing/here");
    let stores = cluster.stores();
    let storage = open(&stores, &missing);
    let errors = [
        list(&*storage, &missing).await.expect_err("list"),
        storage.stat(&missing).await.expect_err("stat"),
        storage.read_range(&missing, 0..1).await.expect_err("read"),
        storage.list_below(&missing, &mut |page| panic!("{page:?}")).await.pop().expect("list_below"),
    ];
    for error in errors {
        assert_eq!((error.kind(), line(&error)), (ErrorKind::NotFound, format!("{missing}: not found")));
    }
}

#[tokio::test]
#[ignore = "needs a name node: tests/run"]
async fn the_directory_of_somebody_else_is_refused_with_the_words_of_the_name_node() {
    let _servers = using_servers().await;
    let cluster = Cluster::single();
    let forbidden = crate::uri(&crate::variable("KEEPOINT_TEST_HDFS_FORBIDDEN"));
    let file = forbidden.join("inside/file");
    let stores = cluster.stores();
    let storage = open(&stores, &forbidden);
    let errors = [
        list(&*storage, &forbidden).await.expect_err("list"),
        list(&*storage, &forbidden.join("inside")).await.expect_err("list"),
        storage.stat(&file).await.expect_err("stat"),
        storage.read_range(&file, 0..1).await.expect_err("read"),
    ];
    for error in errors {
        assert_eq!(error.kind(), ErrorKind::PermissionDenied);
        assert!(line(&error).contains("Permission denied: user=keepoint"), "{}", line(&error));
        assert_eq!(line(&error).lines().count(), 1);
    }
}

#[tokio::test]
#[ignore = "needs a name node: tests/run"]
async fn a_directory_of_more_entries_than_one_answer_has_comes_in_pages_of_one_request_each() {
    let _servers = using_servers().await;
    let cluster = Cluster::single();
    let (directory, client) = cluster.directory("pages").await;
    let expected: Vec<String> = (0..2345).map(|number| format!("f{number:05}")).collect();
    touch(&client, expected.iter().map(|name| format!("{}/{name}", directory.path()))).await;
    let stores = cluster.stores();
    let (entries, pages) = list(&*open(&stores, &directory), &directory).await.expect("a listing");
    assert_eq!(names(&entries), expected);
    assert_eq!(pages, [1000, 1000, 345]);
    let so_far = stores.requests().so_far();
    assert_eq!((so_far.sent[Operation::List as usize], so_far.retried), (3, 0));
    for entry in entries {
        let EntryKind::File(facts) = entry.kind else { panic!("{entry:?}") };
        assert!(facts.length == 0 && facts.modified_at.is_some(), "{facts:?}");
    }
}

#[tokio::test]
#[ignore = "needs a name node: tests/run"]
async fn names_are_taken_as_they_are() {
    let _servers = using_servers().await;
    let cluster = Cluster::single();
    let (directory, client) = cluster.directory("names").await;
    let mut expected = vec![
        " a  b ",
        "%",
        "%2F",
        "%2e%2e",
        "#",
        "a+b",
        "?x=1",
        "*",
        "[a]",
        "{a,b}",
        "..a",
        "a..",
        "~",
        "\\",
        "\"",
        "'",
        "\u{1}",
        "a\nb",
        "ü",
        "u\u{308}",
        "検査点",
        "🙂",
        "job=1;x",
        "<&>",
        "$a",
        "a@b",
        "_metadata",
        "-r",
    ];
    create(&client, expected.iter().map(|name| format!("{}/{name}/{name}", directory.path()))).await;
    expected.sort_unstable();
    let stores = cluster.stores();
    let storage = open(&stores, &directory);
    let (entries, _) = list(&*storage, &directory).await.expect("a listing");
    assert_eq!(names(&entries), expected);
    let mut below = Vec::new();
    let errors = storage.list_below(&directory, &mut |page| below.extend(page)).await;
    assert!(errors.is_empty(), "{errors:?}");
    assert_eq!(below.len(), expected.len());
    for entry in below {
        let file = directory.child(&entry.name);
        let read = storage.read_range(&file, 0..1000).await.expect("what is listed can be read");
        assert_eq!(String::from_utf8_lossy(&read.bytes), file.path());
    }
}

#[tokio::test]
#[ignore = "needs a name node: tests/run"]
async fn a_name_that_hdfs_does_not_allow_is_not_found() {
    let _servers = using_servers().await;
    let cluster = Cluster::single();
    let (directory, _) = cluster.directory("not-allowed").await;
    let stores = cluster.stores();
    let storage = open(&stores, &directory);
    for name in ["a:b", "..", ".", "a//b", "a/../b"] {
        let file = directory.child(name);
        for error in [
            storage.stat(&file).await.expect_err(name),
            storage.read_range(&file, 0..1).await.expect_err(name),
            list(&*storage, &file).await.expect_err(name),
        ] {
            assert_eq!(error.kind(), ErrorKind::NotFound, "{}", line(&error));
        }
    }
}

#[tokio::test]
#[ignore = "needs a name node: tests/run"]
async fn files_are_no_directories_and_directories_no_files() {
    let _servers = using_servers().await;
    let cluster = Cluster::single();
    let (directory, client) = cluster.directory("kinds").await;
    let file = directory.join("file");
    create(&client, [file.path().to_owned()]).await;
    let stores = cluster.stores();
    let storage = open(&stores, &directory);
    assert_eq!(list(&*storage, &file).await.expect_err("a file").kind(), ErrorKind::NotADirectory);
    assert_eq!(storage.read_range(&directory, 0..1).await.expect_err("a directory").kind(), ErrorKind::IsDirectory);
    assert_eq!(storage.stat(&directory).await.expect_err("a directory").kind(), ErrorKind::IsDirectory);
    let through = file.join("x");
    for error in [
        storage.stat(&through).await.expect_err("no directory"),
        storage.read_range(&through, 0..1).await.expect_err("no directory"),
        list(&*storage, &through).await.expect_err("no directory"),
    ] {
        assert_eq!(error.kind(), ErrorKind::NotADirectory, "{}", line(&error));
    }
    let root = cluster.place("/");
    let (entries, _) = list(&*storage, &root).await.expect("the root");
    assert!(names(&entries).contains(&"flink"), "{entries:?}");
}

#[tokio::test]
#[ignore = "needs a name node: tests/run"]
async fn below_a_directory_are_all_files_and_the_directories_in_which_nothing_is() {
    let _servers = using_servers().await;
    let cluster = Cluster::single();
    let (directory, client) = cluster.directory("below").await;
    create(&client, ["a", "b/c", "b/d/e", "b/d/f/g"].map(|path| format!("{}/{path}", directory.path()))).await;
    client.mkdirs(&format!("{}/b/empty/inner", directory.path()), 0o755, true).await.expect("directories");
    let stores = cluster.stores();
    let storage = open(&stores, &directory);
    let (empty, _) = list(&*storage, &directory.join("b/empty/inner")).await.expect("an empty directory");
    assert_eq!(empty, []);
    let mut below = Vec::new();
    let errors = storage.list_below(&directory, &mut |page| below.extend(page)).await;
    assert!(errors.is_empty(), "{errors:?}");
    below.sort_by(|a, b| a.name.cmp(&b.name));
    assert_eq!(names(&below), ["a", "b/c", "b/d/e", "b/d/f/g", "b/empty/inner"]);
    assert!(matches!(below[4].kind, EntryKind::Directory { .. }));
}

#[tokio::test]
#[ignore = "needs a name node: tests/run"]
async fn directories_that_vanish_during_the_walk_are_no_errors() {
    let _servers = using_servers().await;
    let cluster = Cluster::single();
    let (directory, client) = cluster.directory("vanishing").await;
    let paths = |number| format!("{}/d{number:03}/file", directory.path());
    touch(&client, (0..300).map(paths)).await;
    let stores = cluster.stores();
    let storage = open(&stores, &directory);
    let vanish = async {
        for number in 0..150 {
            client.delete(&format!("{}/d{number:03}", directory.path()), true).await.expect("deleted");
        }
    };
    let mut below = Vec::new();
    let mut show = |page| below.extend(page);
    let (errors, ()) = futures::join!(storage.list_below(&directory, &mut show), vanish);
    assert!(errors.is_empty(), "{}", line(&errors[0]));
    for number in 150..300 {
        let name = format!("d{number:03}/file");
        assert!(below.iter().any(|entry| entry.name == name), "{name} was there all the time");
    }
}
