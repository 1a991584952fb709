//! HDFS and viewfs as stores, against real name nodes where it takes some: `tests/servers/hdfs` and `hdfs-ha` start them.

mod binary;
mod deleting;
mod failover;
mod listing;
mod reading;
mod unreachable;
mod viewfs;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use futures::{StreamExt, stream};
use hdfs_native::{Client, ClientBuilder, WriteOptions};
use keepoint::storage::{DeletingStorage, Entry, Error, HdfsSettings, Storage, StorageSettings, Stores};
use keepoint::uri::StorageUri;
use tokio::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};

/// Whoever kills servers does so while nobody else works with them.
static SERVERS: RwLock<()> = RwLock::const_new(());

pub(crate) async fn using_servers() -> RwLockReadGuard<'static, ()> {
    SERVERS.read().await
}

pub(crate) async fn killing_servers() -> RwLockWriteGuard<'static, ()> {
    SERVERS.write().await
}

/// What a script below `tests/servers` started, as its `env` says.
pub(crate) struct Cluster {
    /// Such as `hdfs://127.0.0.1:8020`, or of the name service.
    pub(crate) root: String,
    pub(crate) conf: PathBuf,
    user: String,
    script: &'static str,
}

impl Cluster {
    /// One name node.
    pub(crate) fn single() -> Self {
        Self {
            root: variable("KEEPOINT_TEST_HDFS"),
            conf: variable("KEEPOINT_TEST_HDFS_CONF").into(),
            user: variable("KEEPOINT_TEST_HDFS_USER"),
            script: "hdfs",
        }
    }

    /// Two name nodes of one name service.
    pub(crate) fn with_stand_by() -> Self {
        Self {
            root: format!("hdfs://{}", variable("KEEPOINT_TEST_HDFS_HA_NAMESERVICE")),
            conf: variable("KEEPOINT_TEST_HDFS_HA_CONF").into(),
            user: variable("KEEPOINT_TEST_HDFS_HA_USER"),
            script: "hdfs-ha",
        }
    }

    pub(crate) fn settings(&self) -> StorageSettings {
        StorageSettings {
            hdfs: HdfsSettings { user: Some(self.user.clone()) },
            hadoop_conf_dir: Some(self.conf.clone()),
            ..StorageSettings::default()
        }
    }

    pub(crate) fn stores(&self) -> Stores {
        Stores::new(self.settings()).expect("a configuration")
    }

    /// A place by its path.
    pub(crate) fn place(&self, path: &str) -> StorageUri {
        uri(&format!("{}{path}", self.root))
    }

    /// An empty directory for one test, with the client that made it.
    pub(crate) async fn directory(&self, test: &str) -> (StorageUri, Client) {
        let client = self.client();
        let path = format!("/flink/{test}-{}", std::process::id());
        client.delete(&path, true).await.expect("what an earlier run left goes");
        client.mkdirs(&path, 0o755, true).await.expect("a directory");
        (self.place(&path), client)
    }

    /// Another client than the one that is tested in front of it.
    pub(crate) fn client(&self) -> Client {
        let conf = self.conf.to_string_lossy().into_owned();
        let builder = ClientBuilder::new().with_config_dir(conf).with_url(self.root.clone());
        builder.with_user(self.user.clone()).build().expect("a client")
    }

    /// The address of the name node that is not the active one now, which a failover changes.
    pub(crate) fn stand_by(&self) -> String {
        let env = fs::read_to_string(self.servers().join("env")).expect("the script wrote it");
        let address = env.lines().find_map(|line| line.strip_prefix("export KEEPOINT_TEST_HDFS_STANDBY=hdfs://"));
        address.expect("it names the stand-by").to_owned()
    }

    /// Where the script keeps everything.
    pub(crate) fn servers(&self) -> &Path {
        self.conf.parent().expect("the configuration is in the directory of the servers")
    }

    /// Runs the script that started the servers.
    pub(crate) fn script(&self, action: &str, arguments: &[&str]) {
        let mut command = Command::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/servers").join(self.script));
        let status = command.arg(action).arg(self.servers()).args(arguments).status().expect("the script runs");
        assert!(status.success(), "{} {action} {arguments:?}: {status}", self.script);
    }
}

/// Starts again what a test has killed, however the test ended.
pub(crate) struct Resumed<'a>(pub(crate) &'a Cluster);

impl Drop for Resumed<'_> {
    fn drop(&mut self) {
        self.0.script("resume", &[]);
    }
}

pub(crate) fn variable(name: &str) -> String {
    std::env::var(name)
        .unwrap_or_else(|_| panic!("{name} is not set; tests/servers/hdfs and hdfs-ha write it into their env"))
}

pub(crate) fn uri(text: &str) -> StorageUri {
    StorageUri::parse(text).expect("it names a place")
}

pub(crate) fn open(stores: &Stores, place: &StorageUri) -> Arc<dyn Storage> {
    stores.open(place).expect("a store")
}

pub(crate) fn open_for_deletion(stores: &Stores, place: &StorageUri) -> Arc<dyn DeletingStorage> {
    stores.open_for_deletion(place).expect("a store")
}

/// Creates files whose bytes are their paths.
pub(crate) async fn create(client: &Client, paths: impl IntoIterator<Item = String>) {
    let created = stream::iter(paths).map(|path| async move { write(client, &path, path.as_bytes()).await });
    created.buffer_unordered(16).collect::<Vec<()>>().await;
}

/// Creates files without bytes, which is much faster.
pub(crate) async fn touch(client: &Client, paths: impl IntoIterator<Item = String>) {
    let created = stream::iter(paths).map(|path| async move { write(client, &path, b"").await });
    created.buffer_unordered(32).collect::<Vec<()>>().await;
}

pub(crate) async fn write(client: &Client, path: &str, bytes: &[u8]) {
    let mut writer = client.create(path, WriteOptions::default()).await.expect("a file");
    // The futures of the client are large.
    Box::pin(writer.write_bytes(bytes.to_vec().into())).await.expect("written");
    Box::pin(writer.close()).await.expect("closed");
}

/// Everything in a directory, by name, and the sizes of the pages it came in.
pub(crate) async fn list(storage: &dyn Storage, directory: &StorageUri) -> Result<(Vec<Entry>, Vec<usize>), Error> {
    let (mut entries, mut pages) = (Vec::new(), Vec::new());
    let mut show = |page: Vec<Entry>| {
        pages.push(page.len());
        entries.extend(page);
    };
    storage.list(directory, &mut show).await?;
    entries.sort_by(|a, b| a.name.cmp(&b.name));
    Ok((entries, pages))
}

pub(crate) fn names(entries: &[Entry]) -> Vec<&str> {
    entries.iter().map(|entry| entry.name.as_str()).collect()
}

/// The error with its causes, as the command line shows it.
pub(crate) fn line(error: &Error) -> String {
    format!("{}: {}", error.place(), error.reason())
}
