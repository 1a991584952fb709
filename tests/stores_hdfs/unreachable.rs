//! Addresses and name services that lead nowhere: one line that says why, and soon.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::time::{Duration, Instant};

use keepoint::storage::{Error, ErrorKind, StorageSettings, Stores};

use crate::{Cluster, line, list, uri, using_servers};

fn settings(conf: Option<&Path>) -> StorageSettings {
    StorageSettings {
        hadoop_conf_dir: conf.map(Path::to_owned),
        connect_timeout: Duration::from_millis(300),
        timeout: Duration::from_secs(1),
        ..StorageSettings::default()
    }
}

/// The error of a listing, which has to come within three seconds.
async fn refused(place: &str, settings: StorageSettings) -> Error {
    let place = uri(place);
    let stores = Stores::new(settings).expect("settings");
    let begun = Instant::now();
    let error = match stores.open(&place) {
        Ok(storage) => list(&*storage, &place).await.expect_err("it leads nowhere"),
        Err(error) => error,
    };
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
    assert_eq!(line(&error).lines().count(), 1);
    error
}

fn configuration(properties: &[(&str, &str)]) -> tempfile::TempDir {
    let directory = tempfile::tempdir().expect("a directory");
    let property =
        |(name, value): &(&str, &str)| format!("<property><name>{name}</name><value>{value}</value></property>");
    let properties = properties.iter().map(property).collect::<Vec<_>>().join("\n");
    let text = format!("<configuration>{properties}</configuration>");
    std::fs::write(directory.path().join("hdfs-site.xml"), text).expect("a file");
    directory
}

/// A server that does this with each connection, and its address.
fn server(answer: impl Fn(TcpStream) + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    std::thread::spawn(move || listener.incoming().flatten().for_each(answer));
    address
}

#[tokio::test]
async fn a_port_on_which_nobody_listens() {
    let error = refused("hdfs://127.0.0.1:1/x", settings(None)).await;
    assert_eq!(error.kind(), ErrorKind::Unreachable);
    assert_eq!(line(&error), "hdfs://127.0.0.1:1/x: nobody answers: 127.0.0.1:1 refuses the connection");
}

#[tokio::test]
async fn a_name_service_without_configuration() {
    let error = refused("hdfs://keepoint.invalid/x", settings(None)).await;
    assert_eq!(error.kind(), ErrorKind::Misconfigured);
    assert_eq!(
        line(&error),
        "hdfs://keepoint.invalid/x: the settings for hdfs lead nowhere: without Hadoop's configuration (dfs.nameservices, \
         dfs.ha.namenodes.keepoint.invalid) nobody knows the name nodes of keepoint.invalid, and no host of this name is known"
    );
    assert!(error.hint().is_some_and(|hint| hint.contains("--hadoop-conf")));
}

#[tokio::test]
async fn a_name_service_of_another_configuration_and_one_that_is_half_configured() {
    let conf = configuration(&[("dfs.nameservices", "half"), ("dfs.ha.namenodes.half", "nn1,nn2")]);
    let directory = conf.path().display();
    for (place, reason) in [
        (
            "hdfs://other.invalid/x",
            format!(
                "neither dfs.nameservices nor dfs.ha.namenodes.other.invalid in {directory} names other.invalid, \
             and no host of this name is known"
            ),
        ),
        ("hdfs://half/x", format!("dfs.namenode.rpc-address.half.nn1 is not set in {directory}")),
    ] {
        let error = refused(place, settings(Some(conf.path()))).await;
        assert_eq!(error.kind(), ErrorKind::Misconfigured);
        assert_eq!(error.reason(), format!("the settings for hdfs lead nowhere: {reason}"));
    }
}

#[tokio::test]
async fn a_server_that_never_answers() {
    let open = std::sync::Mutex::new(Vec::new());
    let address = server(move |stream| open.lock().expect("nobody panics").push(stream));
    let error = refused(&format!("hdfs://{address}/x"), settings(None)).await;
    assert_eq!(error.kind(), ErrorKind::TimedOut);
    let reason = format!("no answer in time to list it: {address} takes connections and does not answer");
    assert_eq!(error.reason(), reason);
}

/// An address that takes no connection and refuses none, as long as what comes with it is kept.
fn full() -> (std::net::SocketAddr, TcpListener, Vec<TcpStream>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    // Nobody accepts; the operating system takes some connections, and lets the others wait.
    let mut taken = Vec::new();
    while let Ok(stream) = TcpStream::connect_timeout(&address, Duration::from_millis(200)) {
        taken.push(stream);
        assert!(taken.len() < 10_000, "there is no end of connections");
    }
    (address, listener, taken)
}

#[tokio::test]
async fn a_server_that_takes_no_more_connections() {
    let (address, _listener, _taken) = full();
    let error = refused(&format!("hdfs://{address}/x"), settings(None)).await;
    assert_eq!(error.kind(), ErrorKind::Unreachable);
    assert_eq!(error.reason(), format!("nobody answers: {address} takes no connection within 300ms"));
}

#[tokio::test]
async fn a_server_of_web_pages_and_one_that_hangs_up() {
    let answer = b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
    let pages = server(|mut stream| {
        let _ = stream.read(&mut [0; 100]);
        let _ = stream.write_all(answer);
    });
    for address in [pages, server(drop)] {
        let error = refused(&format!("hdfs://{address}/x"), settings(None)).await;
        assert_eq!(error.kind(), ErrorKind::Unreachable);
        assert_eq!(error.reason(), format!("nobody answers: {address} closes the connection without an answer"));
        assert!(error.hint().is_some_and(|hint| hint.contains("dfs.namenode.rpc-address")));
    }
}

#[tokio::test]
async fn every_name_node_of_a_name_service_that_does_not_answer_is_named() {
    let conf = configuration(&[
        ("dfs.nameservices", "down"),
        ("dfs.ha.namenodes.down", "nn1,nn2"),
        ("dfs.namenode.rpc-address.down.nn1", "127.0.0.1:1"),
        ("dfs.namenode.rpc-address.down.nn2", "127.0.0.1:2"),
    ]);
    let error = refused("hdfs://down/x", settings(Some(conf.path()))).await;
    assert_eq!(error.kind(), ErrorKind::Unreachable);
    let reason = "nobody answers: nn1 127.0.0.1:1 refuses the connection; nn2 127.0.0.1:2 refuses the connection";
    assert_eq!(error.reason(), reason);
}

#[tokio::test]
async fn many_who_wait_for_a_name_node_that_takes_no_connection_wait_once() {
    let (address, _listener, _taken) = full();
    let place = uri(&format!("hdfs://{address}/x"));
    let stores = Stores::new(settings(None)).expect("settings");
    let storage = stores.open(&place).expect("a store");
    let begun = Instant::now();
    let all = futures::future::join_all((0..200).map(|_| storage.stat(&place))).await;
    assert!(all.iter().all(Result::is_err));
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
}

#[tokio::test]
#[ignore = "needs a stand-by name node: tests/run"]
async fn a_stand_by_name_node_that_is_named_by_its_address() {
    let _servers = using_servers().await;
    let cluster = Cluster::with_stand_by();
    let address = cluster.stand_by();
    let error = refused(&format!("hdfs://{address}/flink"), cluster.settings()).await;
    assert_eq!(error.kind(), ErrorKind::Misconfigured);
    assert_eq!(error.reason(), format!("the settings for hdfs lead nowhere: {address} is a stand-by name node"));
    assert!(error.hint().is_some_and(|hint| hint.contains("name the name service")));
}
