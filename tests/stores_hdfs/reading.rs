//! Reading parts of files.

use std::time::{Duration, Instant};

use keepoint::storage::{ErrorKind, Operation};

use crate::{Cluster, Resumed, killing_servers, line, open, using_servers, write};

/// Of the test servers (`dfs.blocksize`).
const BLOCK: u64 = 1 << 20;

#[tokio::test]
#[ignore = "needs a name node: tests/run"]
async fn a_range_has_its_bytes_wherever_the_blocks_begin() {
    let _servers = using_servers().await;
    let cluster = Cluster::single();
    let (directory, client) = cluster.directory("ranges").await;
    let file = directory.join("file");
    let bytes: Vec<u8> = (0..2 * BLOCK + BLOCK / 2 + 7).map(|position| (position % 251) as u8).collect();
    write(&client, file.path(), &bytes).await;
    let length = bytes.len() as u64;
    let stores = cluster.stores();
    let storage = open(&stores, &file);
    let facts = storage.stat(&file).await.expect("it is there");
    assert_eq!(facts.length, length);
    for range in [
        0..length,
        0..u64::MAX,
        0..1,
        BLOCK - 1..BLOCK,
        BLOCK..BLOCK + 1,
        BLOCK - 3..BLOCK + 5,
        BLOCK - 3..2 * BLOCK + 5,
        511..1025,
        length - 1..length + 10,
        length..length + 1,
        length + 5..length + 6,
        u64::MAX - 1..u64::MAX,
        7..7,
    ] {
        let read = storage.read_range(&file, range.clone()).await.expect("it can be read");
        let within = |position: u64| usize::try_from(position.min(length)).expect("a small file");
        assert_eq!(read.bytes, bytes[within(range.start)..within(range.end)], "{range:?}");
        assert_eq!((read.file_length, read.modified_at), (length, facts.modified_at), "{range:?}");
    }
}

#[tokio::test]
#[ignore = "needs a name node: tests/run"]
async fn an_empty_file_has_no_bytes_and_takes_no_data_node() {
    let _servers = using_servers().await;
    let cluster = Cluster::single();
    let (directory, client) = cluster.directory("empty-file").await;
    let file = directory.join("file");
    write(&client, file.path(), b"").await;
    let stores = cluster.stores();
    let read = open(&stores, &file).read_range(&file, 0..100).await.expect("it can be read");
    assert_eq!((read.bytes.len(), read.file_length), (0, 0));
    assert!(read.modified_at.is_some());
    let so_far = stores.requests().so_far();
    let sent = |operation| so_far.sent[operation as usize];
    assert_eq!((sent(Operation::Stat), sent(Operation::Read), sent(Operation::List)), (1, 1, 0));
}

#[tokio::test]
#[ignore = "needs a name node: tests/run"]
async fn a_file_that_is_being_written_has_what_is_finished_of_it() {
    let _servers = using_servers().await;
    let cluster = Cluster::single();
    let (directory, client) = cluster.directory("unfinished").await;
    let file = directory.join("file");
    let mut writer = client.create(file.path(), hdfs_native::WriteOptions::default()).await.expect("a file");
    let bytes = vec![7; usize::try_from(BLOCK).expect("small") + 100];
    Box::pin(writer.write_bytes(bytes.into())).await.expect("written");
    writer.hsync().await.expect("synchronized");
    let stores = cluster.stores();
    let read = open(&stores, &file).read_range(&file, 0..u64::MAX).await.expect("it can be read");
    assert_eq!((read.bytes.len() as u64, read.file_length), (BLOCK, BLOCK));
    Box::pin(writer.close()).await.expect("closed");
    let read = open(&stores, &file).read_range(&file, 0..u64::MAX).await.expect("it can be read");
    assert_eq!((read.bytes.len() as u64, read.file_length), (BLOCK + 100, BLOCK + 100));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a name node: tests/run"]
async fn without_its_data_node_a_file_is_listed_and_cannot_be_read_until_it_is_back() {
    let _servers = killing_servers().await;
    let cluster = Cluster::single();
    let (directory, client) = cluster.directory("dead-data-node").await;
    let file = directory.join("file");
    write(&client, file.path(), b"bytes").await;
    let stores = cluster.stores();
    let storage = open(&stores, &file);
    storage.read_range(&file, 0..5).await.expect("it can be read");
    {
        let _resumed = Resumed(&cluster);
        cluster.script("kill", &["datanode"]);
        assert_eq!(storage.stat(&file).await.expect("the name node knows it").length, 5);
        let begun = Instant::now();
        let error = storage.read_range(&file, 0..5).await.expect_err("nobody has its bytes");
        assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
        assert_eq!(error.kind(), ErrorKind::Other);
        let expected = format!("{file}: cannot read it: none of the data nodes that have a block of it gives it");
        assert_eq!(line(&error), expected);
    }
    // The name node hears of the blocks a moment after the data node is back.
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        match storage.read_range(&file, 0..5).await {
            Ok(read) => return assert_eq!(read.bytes, b"bytes"),
            Err(error) => assert!(Instant::now() < deadline, "{}", line(&error)),
        }
    }
}
