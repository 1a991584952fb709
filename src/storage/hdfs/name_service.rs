//! Asking the name nodes of a name service: one of them is active, and which one is found out by asking.
//!
//! The client would go from one name node to the next by itself, but waits as long as the operating system does for one whose machine
//! is down. So each name node has a client of its own here, which knows of no other.

use std::collections::HashMap;
use std::future::Future;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use hdfs_native::{Client, ClientBuilder};
use tokio::net::TcpStream;
use tokio::runtime::Handle;
use tokio::sync::Mutex;
use tokio::task::{JoinSet, spawn_blocking};
use tokio::time::{sleep, timeout};

use super::name_nodes::{NameNode, NameNodes};
use super::trouble::{Question, Trouble, Unreachable, of_all};
use super::user::Identity;
use crate::storage::{Error, HadoopConf, Operation, Requests, StorageSettings};

/// There are no files in it. The client would otherwise look for configuration by itself.
const NO_DIRECTORY: &str = "/dev/null";

/// Before all name nodes are asked again; doubled each time.
const FIRST_PAUSE: Duration = Duration::from_millis(500);

/// What the pause is doubled to.
const LONGEST_PAUSE: Duration = Duration::from_secs(4);

/// A name service, or one name node that was named by its address.
pub(super) struct NameService {
    name_nodes: NameNodes,
    lines: Vec<Mutex<Line>>,
    /// The one that answered last.
    active: AtomicUsize,
    /// Whether one ever did. As long as not, the settings are to blame rather than a failure that will pass.
    has_answered: AtomicBool,
    properties: HashMap<String, String>,
    /// `None` where the cluster wants a proof.
    user: Option<String>,
    attempts: u32,
    connect_timeout: Duration,
    timeout: Duration,
    requests: Arc<Requests>,
}

/// The line to one name node.
#[derive(Default)]
struct Line {
    client: Option<Client>,
    /// Whether the name node took a connection, and none failed since.
    is_open: bool,
    /// When it last did not take one.
    refused: Option<(Instant, Unreachable)>,
}

impl NameService {
    /// Nothing is asked yet.
    pub(super) fn new(
        name_nodes: NameNodes,
        settings: &StorageSettings,
        conf: Option<&HadoopConf>,
        identity: &Identity,
        requests: Arc<Requests>,
    ) -> Self {
        let mut properties: HashMap<String, String> = conf
            .map(|conf| conf.properties().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
            .unwrap_or_default();
        // A data node that is silent is given up in time for another one.
        let silence = (settings.timeout / 2).as_millis().max(1).to_string();
        properties.insert("dfs.client.socket-timeout".to_owned(), silence);
        properties.insert("dfs.client.failover.max.attempts".to_owned(), "0".to_owned());
        let user = match identity {
            Identity::Told { name, .. } => Some(name.clone()),
            Identity::Proven { .. } => None,
        };
        Self {
            lines: name_nodes.nodes.iter().map(|_| Mutex::default()).collect(),
            name_nodes,
            active: AtomicUsize::new(0),
            has_answered: AtomicBool::new(false),
            properties,
            user,
            attempts: settings.attempts.max(1),
            connect_timeout: settings.connect_timeout,
            timeout: settings.timeout,
            requests,
        }
    }

    /// The name nodes.
    pub(super) fn name_nodes(&self) -> &NameNodes {
        &self.name_nodes
    }

    /// How long an answer may take.
    pub(super) fn timeout(&self) -> Duration {
        self.timeout
    }

    /// How often something is tried at the most.
    pub(super) fn attempts(&self) -> u32 {
        self.attempts
    }

    /// What counts requests.
    pub(super) fn requests(&self) -> &Arc<Requests> {
        &self.requests
    }

    /// Asks until there is an answer or no hope for one.
    pub(super) async fn ask<T, F, R>(&self, question: Question<'_>, operation: Operation, ask: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: Fn(Client) -> R + Send,
        R: Future<Output = hdfs_native::Result<T>> + Send + 'static,
    {
        let mut tries = self.tries(question);
        loop {
            let client = tries.client().await?;
            self.requests.count(operation);
            match in_time(self.timeout, ask(client)).await {
                Ok(answer) => {
                    tries.answered();
                    return Ok(answer);
                }
                Err(trouble) => tries.failed(trouble).await?,
            }
        }
    }

    /// For those who do not just ask one question.
    pub(super) fn tries<'a>(&'a self, question: Question<'a>) -> Tries<'a> {
        let start = self.active.load(Ordering::Relaxed);
        Tries { service: self, question, start, asked: 0, rounds: 0, failed: Vec::new() }
    }

    /// The client for a name node that takes connections.
    async fn client(&self, index: usize) -> Result<Client, Trouble> {
        let (Some(node), Some(line)) = (self.name_nodes.nodes.get(index), self.lines.get(index)) else {
            return Err(Trouble::Broken(format!("there is no name node {index}")));
        };
        let asked_at = Instant::now();
        let mut line = line.lock().await;
        // Whoever waited here for the one that tried takes its answer, or each would wait once more.
        if let Some((at, unreachable)) = &line.refused
            && *at >= asked_at
        {
            return Err(Trouble::Unreachable(unreachable.clone()));
        }
        if !line.is_open {
            if let Err(unreachable) = self.knock(&node.address).await {
                line.refused = Some((Instant::now(), unreachable.clone()));
                return Err(Trouble::Unreachable(unreachable));
            }
            let client = match &line.client {
                Some(client) => client,
                None => line.client.insert(self.build(node).await?),
            };
            self.log_in(client).await?;
            line.is_open = true;
        }
        line.client.clone().ok_or_else(|| Trouble::Broken("a line without a client is open".to_owned()))
    }

    /// Whether a name node takes connections, within the time for that.
    async fn knock(&self, address: &str) -> Result<(), Unreachable> {
        let unreachable = |reason: String, is_unknown_host| Unreachable { reason, is_unknown_host };
        let too_slow = || {
            unreachable(
                format!("takes no connection within {}", humantime::format_duration(self.connect_timeout)),
                false,
            )
        };
        let addresses = match timeout(self.connect_timeout, tokio::net::lookup_host(address)).await {
            Ok(Ok(addresses)) => addresses.collect::<Vec<_>>(),
            Ok(Err(error)) => return Err(unreachable(format!("is not known as a host: {error}"), true)),
            Err(_) => return Err(unreachable("is not known as a host in time".to_owned(), true)),
        };
        match timeout(self.connect_timeout, TcpStream::connect(addresses.as_slice())).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) if error.kind() == io::ErrorKind::ConnectionRefused => {
                Err(unreachable("refuses the connection".to_owned(), false))
            }
            Ok(Err(error)) => Err(unreachable(error.to_string(), false)),
            Err(_) => Err(too_slow()),
        }
    }

    /// A client that knows this name node and no other. Needs a runtime around it, and may read tickets from disk.
    async fn build(&self, node: &NameNode) -> Result<Client, Trouble> {
        let mut properties = self.properties.clone();
        let authority = &self.name_nodes.authority;
        let url = if self.name_nodes.is_service {
            // It stays the name service of this name, which delegation tokens are for.
            let id = &node.id;
            properties.insert(format!("dfs.ha.namenodes.{authority}"), id.clone());
            properties.insert(format!("dfs.namenode.rpc-address.{authority}.{id}"), node.address.clone());
            properties.insert(format!("dfs.client.failover.resolve-needed.{authority}"), "false".to_owned());
            // Others look for an observer before each question.
            properties.remove(&format!("dfs.client.failover.proxy.provider.{authority}"));
            format!("hdfs://{authority}/")
        } else {
            format!("hdfs://{}/", node.address)
        };
        let user = self.user.clone();
        let client = on_thread(self.timeout, move || {
            let builder = ClientBuilder::new().with_config_dir(NO_DIRECTORY).with_config(properties).with_url(url);
            user.into_iter().fold(builder, ClientBuilder::with_user).build()
        });
        client.await.unwrap_or(Err(Trouble::NoLogin))
    }

    /// Connects, where that means to get a ticket: libgssapi does not give way to others while it waits for one.
    async fn log_in(&self, client: &Client) -> Result<(), Trouble> {
        if self.user.is_some() {
            return Ok(());
        }
        self.requests.count(Operation::Stat);
        let (runtime, client, limit) = (Handle::current(), client.clone(), self.timeout);
        // Any request does; this one is answered by each name node, be it with a refusal.
        let asking = move || runtime.block_on(async { timeout(limit, client.get_file_info("/")).await });
        match on_thread(limit, move || Ok(asking())).await {
            None | Some(Ok(Err(_))) => Err(Trouble::NoLogin),
            Some(Err(trouble)) => Err(trouble),
            Some(Ok(Ok(answer))) => match answer.map_err(Trouble::Client) {
                Err(trouble) if trouble.is_of_connection() || trouble.is_of_login() => Err(trouble),
                _ => Ok(()),
            },
        }
    }
}

/// The attempts at one question.
pub(super) struct Tries<'a> {
    service: &'a NameService,
    question: Question<'a>,
    start: usize,
    /// Name nodes that were asked in this round.
    asked: usize,
    /// Rounds that are over.
    rounds: u32,
    failed: Vec<(&'a NameNode, Trouble)>,
}

impl Tries<'_> {
    /// The client for the next name node. An error means that none is left to ask.
    pub(super) async fn client(&mut self) -> Result<Client, Error> {
        loop {
            match self.service.client(self.index()).await {
                Ok(client) => {
                    if self.asked > 0 || self.rounds > 0 {
                        self.service.requests.count_retry();
                    }
                    return Ok(client);
                }
                Err(trouble) => self.failed(trouble).await?,
            }
        }
    }

    /// The name node gave a result.
    pub(super) fn answered(&self) {
        self.service.active.store(self.index(), Ordering::Relaxed);
        self.service.has_answered.store(true, Ordering::Relaxed);
    }

    /// The name node gave no result. An error means that this is the end of it; else the next one is to be asked.
    pub(super) async fn failed(&mut self, trouble: Trouble) -> Result<(), Error> {
        let index = self.index();
        if trouble.is_of_connection()
            && let Some(line) = self.service.lines.get(index)
        {
            line.lock().await.is_open = false;
        }
        if !trouble.may_pass(&self.question) {
            if matches!(&trouble, Trouble::Client(_) | Trouble::Answer(_)) {
                self.service.has_answered.store(true, Ordering::Relaxed);
            }
            return Err(trouble.into_error(&self.question));
        }
        let name_nodes = &self.service.name_nodes;
        self.failed.extend(name_nodes.nodes.get(index).map(|node| (node, trouble)));
        self.asked += 1;
        if self.asked < name_nodes.nodes.len() {
            return Ok(());
        }
        self.rounds += 1;
        if !self.is_worth_another_round() {
            return Err(of_all(&self.question, name_nodes, &self.failed));
        }
        self.asked = 0;
        self.failed.clear();
        sleep(pause(self.rounds)).await;
        Ok(())
    }

    fn is_worth_another_round(&self) -> bool {
        let timed_out = self.failed.iter().any(|(_, trouble)| trouble.is_of_time());
        // Whoever names a stand-by by its address gets what was named, and no other.
        let hopeless =
            !self.service.name_nodes.is_service && self.failed.iter().any(|(_, trouble)| trouble.is_of_stand_by());
        let has_answered = self.service.has_answered.load(Ordering::Relaxed);
        // A name node that answers, be it as a stand-by, shows that the settings are right.
        let answers = self.failed.iter().any(|(_, trouble)| !trouble.is_of_connection());
        self.rounds < self.service.attempts && !timed_out && !hopeless && (has_answered || answers)
    }

    fn index(&self) -> usize {
        (self.start + self.asked) % self.service.name_nodes.nodes.len()
    }
}

/// Before something is tried once more.
pub(super) fn pause(attempts: u32) -> Duration {
    FIRST_PAUSE.saturating_mul(1 << attempts.saturating_sub(1).min(8)).min(LONGEST_PAUSE)
}

/// Runs work of the client on a task of its own: there it may break off, or wait for a ticket without minding the clock.
pub(super) fn in_time<T: Send + 'static>(
    limit: Duration,
    work: impl Future<Output = hdfs_native::Result<T>> + Send + 'static,
) -> impl Future<Output = Result<T, Trouble>> + Send {
    // The futures of the client are large.
    let work = Box::pin(work);
    async move {
        // Work that nobody waits for any more is dropped with the set.
        let mut tasks = JoinSet::new();
        tasks.spawn(work);
        match timeout(limit, tasks.join_next()).await {
            Err(_) => Err(Trouble::NoAnswer),
            Ok(joined) => finished(joined.map(|joined| joined.map(|done| done.map_err(Trouble::Client)))),
        }
    }
}

/// Runs work that does not give way to others; `None` if it takes too long. It then goes on, and nobody minds it.
async fn on_thread<T: Send + 'static>(
    limit: Duration,
    work: impl FnOnce() -> hdfs_native::Result<T> + Send + 'static,
) -> Option<Result<T, Trouble>> {
    let done = timeout(limit, spawn_blocking(work)).await.ok()?;
    Some(finished(Some(done.map(|done| done.map_err(Trouble::Client)))))
}

/// The result of the task of a set that has one.
pub(super) fn finished<T>(joined: Option<Result<Result<T, Trouble>, tokio::task::JoinError>>) -> Result<T, Trouble> {
    match joined {
        Some(Ok(done)) => done,
        Some(Err(stopped)) => Err(Trouble::Broken(stopped.to_string())),
        None => Err(Trouble::Broken("nothing was begun".to_owned())),
    }
}
