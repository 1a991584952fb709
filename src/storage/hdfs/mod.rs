//! HDFS, and viewfs in front of it.
//!
//! What a request takes: a listing one call per page of entries (`dfs.ls.limit`), `stat` one, a read two side by side (`getFileInfo`
//! has the time, `getBlockLocations` has the blocks) and one of a data node per block, a deletion two one after the other.

mod canonical;
mod deleting;
mod listing;
mod mounts;
mod name_nodes;
mod name_service;
mod reading;
mod trouble;
mod user;

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use async_trait::async_trait;
use chrono::DateTime;
use hdfs_native::client::FileStatus;

use self::mounts::{MountTable, Resolved};
use self::name_nodes::{NameNodes, authority_of};
use self::name_service::NameService;
use self::trouble::Question;
use self::user::Identity;
use super::{
    Description, Entry, EntryKind, Error, ErrorKind, FileFacts, HadoopConf, Operation, ReadRange, Requests, Show,
    Storage, StorageSettings,
};
use crate::uri::StorageUri;

pub(super) use canonical::canonical;

/// The scheme of a name service.
pub(super) const HDFS: &str = "hdfs";

/// The scheme of a mount table.
pub(super) const VIEWFS: &str = "viewfs";

/// A name node has ten threads for all of its clients (`dfs.namenode.handler.count`); they are kept busy and no more.
const REQUESTS_AT_A_TIME: usize = 16;

/// Files behind the name nodes of one name service, or behind a mount table.
pub(super) struct HdfsStorage {
    route: Route,
    identity: Identity,
    configured_in: Option<String>,
    requests_at_a_time: usize,
}

enum Route {
    Service(NameService),
    Mounts {
        name: String,
        table: MountTable,
        /// By authority.
        services: HashMap<String, NameService>,
    },
}

/// What a place is, behind the mount table if there is one.
enum Found<'a> {
    /// A path in a name service.
    In(&'a NameService, String),
    /// A directory of the mount table itself: the names in it, and where there may be more.
    Internal(Vec<String>, Option<(&'a NameService, String)>),
}

impl HdfsStorage {
    /// The store that a place is in. No name node is asked yet.
    pub(super) fn new(
        place: &StorageUri,
        settings: &StorageSettings,
        conf: Option<&HadoopConf>,
        requests: &Arc<Requests>,
    ) -> Result<Self, Error> {
        let identity = Identity::of(&settings.hdfs, conf);
        let service = |authority: &str| {
            let name_nodes = NameNodes::of(place, authority, conf)?;
            Ok(NameService::new(name_nodes, settings, conf, &identity, Arc::clone(requests)))
        };
        let authority = authority_of(place, conf)?;
        let route = if place.scheme() == VIEWFS {
            let table = MountTable::read(place, &authority, conf)?;
            let mut services = HashMap::new();
            for (_, target) in table.targets().into_iter().filter(|(_, target)| target.scheme() == HDFS) {
                let authority = authority_of(target, conf)?;
                services.insert(authority.clone(), service(&authority)?);
            }
            Route::Mounts { name: authority, table, services }
        } else {
            Route::Service(service(&authority)?)
        };
        Ok(Self {
            route,
            identity,
            configured_in: conf.map(|conf| conf.directory().display().to_string()),
            requests_at_a_time: settings.requests_at_a_time.unwrap_or(REQUESTS_AT_A_TIME),
        })
    }

    fn find(&self, question: Question<'_>) -> Result<Found<'_>, Error> {
        match &self.route {
            Route::Service(service) => Ok(Found::In(service, question.place.path().to_owned())),
            Route::Mounts { table, services, .. } => find_behind(table, services, question),
        }
    }

    /// The path in a name service that a file has; directories of the mount table are none.
    fn find_file(&self, question: Question<'_>) -> Result<(&NameService, String), Error> {
        match self.find(question)? {
            Found::In(service, path) => Ok((service, path)),
            Found::Internal(..) => Err(question.answer(ErrorKind::IsDirectory)),
        }
    }
}

fn find_behind<'a>(
    table: &MountTable,
    services: &'a HashMap<String, NameService>,
    question: Question<'_>,
) -> Result<Found<'a>, Error> {
    let service = |target: &StorageUri| {
        let service = target.authority().and_then(|authority| services.get(authority));
        let service = service.filter(|_| target.scheme() == HDFS).ok_or_else(|| {
            let what = format!("it is mounted from {target}, which is read by that name only");
            question.answer(ErrorKind::NotSupported).because(what).with_hint(format!("try {target}"))
        })?;
        Ok((service, target.path().to_owned()))
    };
    match table.resolve(question.place) {
        Resolved::Elsewhere(target) => service(&target).map(|(service, path)| Found::In(service, path)),
        Resolved::Internal { names, fallback } => {
            Ok(Found::Internal(names, fallback.as_ref().map(service).transpose()?))
        }
        Resolved::Nowhere => Err(question.answer(ErrorKind::NotFound).because("nothing is mounted there")),
    }
}

#[async_trait]
impl Storage for HdfsStorage {
    async fn read_range(&self, file: &StorageUri, range: Range<u64>) -> Result<ReadRange, Error> {
        let question = Question { operation: "read", place: file, may_repeat: true };
        let (service, path) = self.find_file(question)?;
        reading::read_range(service, question, &path, range).await
    }

    async fn list(&self, directory: &StorageUri, show: Show<'_, Entry>) -> Result<(), Error> {
        let question = Question { operation: "list", place: directory, may_repeat: true };
        match self.find(question)? {
            Found::In(service, path) => listing::list(service, question, &path, show).await,
            Found::Internal(names, fallback) => {
                let kind = EntryKind::Directory { modified_at: None };
                show(names.iter().map(|name| Entry { name: name.clone(), kind: kind.clone() }).collect());
                let Some((service, path)) = fallback else { return Ok(()) };
                // What is mounted hides what the fallback has of that name.
                let mut others = |mut page: Vec<Entry>| {
                    page.retain(|entry| !names.contains(&entry.name));
                    show(page);
                };
                match listing::list(service, question, &path, &mut others).await {
                    Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
                    listed => listed,
                }
            }
        }
    }

    async fn stat(&self, file: &StorageUri) -> Result<FileFacts, Error> {
        let question = Question { operation: "look at", place: file, may_repeat: true };
        let (service, path) = self.find_file(question)?;
        let status = status(service, question, path).await?;
        if status.isdir { Err(question.answer(ErrorKind::IsDirectory)) } else { Ok(facts(&status)) }
    }

    /// The name node learns the length of the last block when the file is closed; readers ask the data node
    /// (`org.apache.hadoop.hdfs.DFSInputStream`).
    fn tells_length_of_open_files(&self) -> bool {
        false
    }

    fn requests_at_a_time(&self) -> usize {
        self.requests_at_a_time
    }

    async fn describe(&self) -> Description {
        let mut facts = Description::default();
        let configured_in = self.configured_in.as_deref();
        facts = match configured_in {
            Some(directory) => {
                facts.with("configuration", directory, "`--hadoop-conf`, HADOOP_CONF_DIR or HADOOP_HOME")
            }
            None => facts.with_default("configuration", "none"),
        };
        let name_nodes = |facts: Description, service: &NameService| {
            let NameNodes { authority, is_service, nodes, .. } = service.name_nodes();
            let addresses = nodes
                .iter()
                .map(|node| if *is_service { format!("{} {}", node.id, node.address) } else { node.address.clone() });
            let addresses = addresses.collect::<Vec<_>>().join(", ");
            match configured_in {
                Some(directory) if *is_service => {
                    facts.with("name service", authority, directory).with("name nodes", addresses, directory)
                }
                _ => facts.with("name node", addresses, "the place"),
            }
        };
        facts = match &self.route {
            Route::Service(service) => name_nodes(facts, service),
            Route::Mounts { name, table, services } => {
                facts = facts.with_default("mount table", name);
                for (mount_point, target) in table.targets() {
                    facts = facts.with_default("mounted", format!("{mount_point} from {target}"));
                }
                let mut services: Vec<_> = services.values().collect();
                services.sort_unstable_by_key(|service| &service.name_nodes().authority);
                services.into_iter().fold(facts, name_nodes)
            }
        };
        match &self.identity {
            Identity::Told { name, source } => {
                let facts = facts.with_default("authentication", "simple: the cluster believes the name of the user");
                match source {
                    Some(source) => facts.with("user", name, *source),
                    None => facts.with_default("user", name),
                }
            }
            Identity::Proven { credentials } => facts
                .with("authentication", "Kerberos", "hadoop.security.authentication")
                .with_default("credentials", credentials),
        }
    }
}

/// What the name node says of a path, file or directory.
async fn status(service: &NameService, question: Question<'_>, path: String) -> Result<FileStatus, Error> {
    let ask = move |client: hdfs_native::Client| {
        let path = path.clone();
        async move { client.get_file_info(&path).await }
    };
    service.ask(question, Operation::Stat, ask).await
}

fn facts(status: &FileStatus) -> FileFacts {
    FileFacts { length: status.length as u64, modified_at: time(status.modification_time) }
}

/// Milliseconds since 1970; 0 where there is no time, such as for a root that nothing was ever put into.
fn time(milliseconds: u64) -> Option<DateTime<chrono::Utc>> {
    i64::try_from(milliseconds).ok().filter(|time| *time != 0).and_then(DateTime::from_timestamp_millis)
}
