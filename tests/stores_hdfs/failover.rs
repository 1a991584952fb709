//! Name nodes that come and go.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use keepoint::storage::{Operation, StorageSettings, Stores};

use crate::{Cluster, Resumed, create, killing_servers, line, list, names, open, touch, using_servers, write};

#[tokio::test]
#[ignore = "needs a stand-by name node: tests/run"]
async fn the_active_name_node_is_found_by_asking_and_remembered() {
    let _servers = using_servers().await;
    let cluster = Cluster::with_stand_by();
    let (directory, client) = cluster.directory("active").await;
    let file = directory.join("file");
    write(&client, file.path(), b"bytes").await;
    let stores = cluster.stores();
    let storage = open(&stores, &file);
    for _ in 0..10 {
        storage.stat(&file).await.expect("it is there");
    }
    let so_far = stores.requests().so_far();
    // The stand-by was asked once at the most.
    assert!((10..=11).contains(&so_far.sent[Operation::Stat as usize]), "{so_far:?}");
    assert_eq!(so_far.retried, so_far.sent[Operation::Stat as usize] - 10);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a stand-by name node: tests/run"]
async fn work_goes_on_when_another_name_node_becomes_the_active_one() {
    let _servers = killing_servers().await;
    let cluster = Arc::new(Cluster::with_stand_by());
    let (directory, client) = cluster.directory("failover").await;
    let expected: Vec<String> = (0..1500).map(|number| format!("f{number:04}")).collect();
    touch(&client, expected.iter().map(|name| format!("{}/{name}", directory.path()))).await;
    let file = directory.join("read");
    write(&client, file.path(), b"bytes").await;
    // For a while both are stand-by. How long that takes is a matter of Hadoop and of the machine.
    let stores = Stores::new(StorageSettings { attempts: 60, ..cluster.settings() }).expect("a configuration");
    let storage = open(&stores, &directory);
    let (is_over, listings) = (AtomicBool::new(false), AtomicU32::new(0));
    let work = async {
        while !is_over.load(Ordering::Relaxed) {
            let (entries, _) = list(&*storage, &directory).await.unwrap_or_else(|error| panic!("{}", line(&error)));
            assert_eq!(names(&entries)[..1500], expected);
            let read = storage.read_range(&file, 0..1000).await.unwrap_or_else(|error| panic!("{}", line(&error)));
            assert_eq!(read.bytes, b"bytes");
            listings.fetch_add(1, Ordering::Relaxed);
        }
    };
    let some_more_listings = async || {
        let enough = listings.load(Ordering::Relaxed) + 3;
        while listings.load(Ordering::Relaxed) < enough {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let failovers = async {
        for _ in 0..2 {
            some_more_listings().await;
            let cluster = Arc::clone(&cluster);
            // On a thread of its own: the work is to go on meanwhile.
            tokio::task::spawn_blocking(move || cluster.script("failover", &[])).await.expect("it takes over");
        }
        some_more_listings().await;
        is_over.store(true, Ordering::Relaxed);
    };
    futures::join!(work, failovers);
    assert!(stores.requests().so_far().retried > 0, "nothing had to be asked again");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a stand-by name node: tests/run"]
async fn a_name_node_that_was_killed_is_not_missed_when_the_other_one_is_active() {
    let _servers = killing_servers().await;
    let cluster = Cluster::with_stand_by();
    let (directory, client) = cluster.directory("killed").await;
    create(&client, [format!("{}/file", directory.path())]).await;
    let before = cluster.stores();
    list(&*open(&before, &directory), &directory).await.expect("a listing");
    let _resumed = Resumed(&cluster);
    let active = active(&cluster);
    cluster.script("kill", &[active]);
    cluster.script("failover", &[]);
    // One that knew the dead one, and one that meets it first.
    for stores in [before, cluster.stores()] {
        let (entries, _) =
            list(&*open(&stores, &directory), &directory).await.unwrap_or_else(|error| panic!("{}", line(&error)));
        assert_eq!(names(&entries), ["file"]);
    }
}

fn active(cluster: &Cluster) -> &'static str {
    let port = std::fs::read_to_string(cluster.servers().join("nn1.port")).expect("the script wrote it");
    if cluster.stand_by().ends_with(&format!(":{}", port.trim())) { "nn2" } else { "nn1" }
}
