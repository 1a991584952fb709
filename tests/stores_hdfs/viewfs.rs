//! A mount table in front of name services.

use keepoint::storage::{EntryKind, ErrorKind};

use crate::{Cluster, create, line, list, names, open, open_for_deletion, uri, using_servers, variable};

#[tokio::test]
#[ignore = "needs a stand-by name node: tests/run"]
async fn places_in_a_viewfs_are_those_behind_the_mount_points() {
    let _servers = using_servers().await;
    let cluster = Cluster::with_stand_by();
    let (directory, client) = cluster.directory("mounted").await;
    create(&client, [format!("{}/chk-1/_metadata", directory.path())]).await;
    let stores = cluster.stores();
    let root = uri(&variable("KEEPOINT_TEST_HDFS_HA_VIEWFS"));
    let mounted = root.join(directory.path());
    assert_eq!(stores.canonical(&mounted), directory);
    let storage = open(&stores, &root);
    let mut below = Vec::new();
    let errors = storage.list_below(&mounted, &mut |page| below.extend(page)).await;
    assert!(errors.is_empty(), "{errors:?}");
    assert_eq!(names(&below), ["chk-1/_metadata"]);
    let file = mounted.join("chk-1/_metadata");
    let read = storage.read_range(&file, 0..1000).await.expect("it can be read");
    assert_eq!(read.bytes, directory.join("chk-1/_metadata").path().as_bytes());
    let storage = open_for_deletion(&stores, &root);
    let doomed = keepoint::storage::Doomed::new(file.clone());
    storage.delete(&[doomed]).await.remove(0).expect("it can be deleted");
    storage.remove_empty_directory(&mounted.join("chk-1")).await.expect("nothing is in it");
    assert!(client.get_file_info(directory.join("chk-1").path()).await.is_err());
}

#[tokio::test]
#[ignore = "needs a stand-by name node: tests/run"]
async fn the_directories_of_the_mount_table_are_listed_and_not_touched() {
    let _servers = using_servers().await;
    let cluster = Cluster::with_stand_by();
    let stores = cluster.stores();
    let root = uri(&variable("KEEPOINT_TEST_HDFS_HA_VIEWFS"));
    let storage = open_for_deletion(&stores, &root);
    let (entries, _) = list(&*storage, &root).await.expect("the root");
    assert_eq!(names(&entries), ["flink", "forbidden", "mounted"]);
    assert!(entries.iter().all(|entry| matches!(entry.kind, EntryKind::Directory { .. })));
    let (entries, _) = list(&*storage, &root.join("mounted")).await.expect("a directory on the way");
    assert_eq!(names(&entries), ["tmp"]);
    let removed = storage.remove_empty_directory(&root.join("mounted")).await.expect_err("it is not in HDFS");
    assert_eq!(removed.kind(), ErrorKind::Other, "{}", line(&removed));
    assert_eq!(storage.stat(&root.join("mounted")).await.expect_err("a directory").kind(), ErrorKind::IsDirectory);
    let nowhere = list(&*storage, &root.join("nowhere")).await.expect_err("nothing is mounted there");
    assert_eq!(nowhere.kind(), ErrorKind::NotFound);
    let forbidden = list(&*storage, &root.join("forbidden")).await.expect_err("somebody else's");
    assert_eq!(forbidden.kind(), ErrorKind::PermissionDenied);
    assert!(line(&forbidden).starts_with("viewfs://kp/forbidden: "), "{}", line(&forbidden));
}

#[tokio::test]
#[ignore = "needs a stand-by name node: tests/run"]
async fn what_is_in_use_is_described() {
    let _servers = using_servers().await;
    let cluster = Cluster::with_stand_by();
    let stores = cluster.stores();
    let facts = |description: keepoint::storage::Description| {
        description.facts.into_iter().map(|fact| format!("{}={}", fact.name, fact.value)).collect::<Vec<_>>()
    };
    let conf = cluster.conf.display();
    let described = facts(open(&stores, &cluster.place("/")).describe().await);
    assert_eq!(described[..2], [format!("configuration={conf}"), "name service=keepoint".to_owned()]);
    assert!(described[2].starts_with("name nodes=nn1 127.0.0.1:"), "{described:?}");
    assert_eq!(described[3..], ["authentication=simple: the cluster believes the name of the user", "user=keepoint"]);
    let described = facts(open(&stores, &uri("viewfs://kp/")).describe().await);
    assert!(described.contains(&"mounted=/mounted/tmp from hdfs://keepoint/tmp".to_owned()), "{described:?}");
}
