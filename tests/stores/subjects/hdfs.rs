//! What `tests/servers/hdfs` starts: a name node and a data node of Hadoop.

use std::path::PathBuf;
use std::sync::Arc;

use futures::{StreamExt as _, TryStreamExt as _, stream};
use hdfs_native::{Client, ClientBuilder, WriteOptions};
use keepoint::storage::{DeletingStorage, HdfsSettings, StorageSettings, Stores};
use keepoint::uri::StorageUri;

use super::{unique, variable};
use crate::subject::{Subject, is_path, wait};

/// Requests of the test itself under way at a time; a name node has ten threads.
const AT_A_TIME: usize = 8;

pub(crate) struct Hdfs {
    client: Client,
    root: StorageUri,
    storage: Arc<dyn DeletingStorage>,
}

pub(crate) fn open() -> Box<dyn Subject> {
    let (service, user) = (variable("KEEPOINT_TEST_HDFS"), variable("KEEPOINT_TEST_HDFS_USER"));
    let client = ClientBuilder::new().with_url(service.as_str()).with_user(user.as_str()).build();
    let settings = StorageSettings {
        hdfs: HdfsSettings { user: Some(user) },
        hadoop_conf_dir: Some(PathBuf::from(variable("KEEPOINT_TEST_HDFS_CONF"))),
        ..StorageSettings::default()
    };
    let root = StorageUri::parse(&format!("{service}/flink/{}", unique())).expect("a URI");
    let stores = Stores::new(settings).expect("a configuration of Hadoop");
    let storage = stores.open_for_deletion(&root).expect("a store that is known");
    let hdfs = Hdfs { client: client.expect("a client"), root, storage };
    wait(hdfs.client.mkdirs(hdfs.root.path(), 0o755, true)).expect("the root of the law");
    Box::new(hdfs)
}

impl Hdfs {
    async fn write(&self, name: &str, bytes: &[u8]) -> hdfs_native::Result<()> {
        let path = format!("{}/{name}", self.root.path());
        let mut writer = self.client.create(&path, WriteOptions::default().overwrite(true)).await?;
        Box::pin(writer.write_bytes(bytes.to_vec().into())).await?;
        Box::pin(writer.close()).await
    }
}

impl Subject for Hdfs {
    fn root(&self) -> StorageUri {
        self.root.clone()
    }

    fn storage(&self) -> Arc<dyn DeletingStorage> {
        Arc::clone(&self.storage)
    }

    fn put(&self, files: &[(String, Vec<u8>)]) {
        let writes = stream::iter(files).map(|(name, bytes)| self.write(name, bytes)).buffer_unordered(AT_A_TIME);
        wait(writes.try_for_each(|()| async { Ok(()) })).expect("the files are written");
    }

    fn put_directory(&self, name: &str) {
        let path = format!("{}/{name}", self.root.path());
        wait(self.client.mkdirs(&path, 0o755, true)).expect("the directory is made");
    }

    fn remove(&self, name: &str) {
        let path = format!("{}/{name}", self.root.path());
        assert!(wait(self.client.delete(&path, false)).expect("the file is deleted"));
    }

    /// `DFSUtilClient.isValidName`: no colon at the beginning of a segment, which would be a URI's.
    fn keeps(&self, name: &str) -> bool {
        is_path(name) && !name.contains(':')
    }

    fn has_directories(&self) -> bool {
        true
    }
}
