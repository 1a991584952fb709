//! What a command that reads storage works with.

use std::future::Future;
use std::io::{self, Write};
use std::sync::Arc;
use std::time::Instant;

use bytesize::ByteSize;
use tokio::runtime::{Handle, Runtime};

use super::args::StorageArguments;
use super::failure::Failure;
use super::settings::Environment;
use super::storage_settings;
use crate::flink_rest::{Asking, FLINK_TOKEN_VARIABLE};
use crate::storage::{Operation, Secret, Storage, Stores};
use crate::uri::StorageUri;

/// The stores, and the threads that wait for them.
pub struct Session<'e> {
    /// What the process was given.
    pub environment: &'e Environment,
    /// The stores, reached as the settings say.
    pub stores: Arc<Stores>,
    runtime: Runtime,
    shows_requests: bool,
    started: Instant,
}

impl<'e> Session<'e> {
    /// Resolves the settings.
    pub fn new(arguments: &StorageArguments, environment: &'e Environment) -> Result<Self, Failure> {
        let started = Instant::now();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .map_err(|error| Failure::NoResult { error: Box::new(error), hint: None })?;
        let settings = runtime.block_on(storage_settings::resolve(arguments, environment))?;
        let stores = Stores::new(settings).map_err(|error| Failure::Usage {
            message: error.to_string(),
            hint: "`--hadoop-conf` and HADOOP_CONF_DIR name the directory with Hadoop's configuration".to_owned(),
        })?;
        Ok(Self { environment, stores: Arc::new(stores), runtime, shows_requests: arguments.stats, started })
    }

    /// The store that a place is in.
    pub fn open(&self, place: &StorageUri) -> Result<Arc<dyn Storage>, Failure> {
        self.stores.open(place).map_err(|error| Failure::NoResult { hint: error.hint(), error: Box::new(error) })
    }

    /// How job managers are asked.
    pub fn asking(&self) -> Asking {
        let token = self.environment.variable(FLINK_TOKEN_VARIABLE).map(|token| Secret::new(token.to_owned()));
        Asking { token, timeout: Asking::PATIENCE }
    }

    /// Runs the part of a command that waits for storage.
    pub fn block_on<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }

    /// For those who wait for storage on a thread of their own.
    #[must_use]
    pub fn handle(&self) -> &Handle {
        self.runtime.handle()
    }

    /// Says how many requests were sent, if that is wanted.
    pub fn finish(self) {
        if self.shows_requests {
            // Nobody left to tell when this fails.
            let _ = self.write_requests(&mut io::stderr().lock());
        }
        // What is still under way, such as connections that are kept open, is not waited for.
        self.runtime.shutdown_background();
    }

    fn write_requests(&self, out: &mut dyn Write) -> io::Result<()> {
        let so_far = self.stores.requests().so_far();
        let kinds = Operation::ALL.iter().zip(so_far.sent).filter(|(_, sent)| *sent > 0);
        let kinds: Vec<String> = kinds.map(|(operation, sent)| format!("{} {sent}", operation.word())).collect();
        let total: u64 = so_far.sent.iter().sum();
        let kinds = if kinds.is_empty() { String::new() } else { format!(" ({})", kinds.join(", ")) };
        let bytes = ByteSize(so_far.bytes_read);
        let seconds = self.started.elapsed().as_secs_f64();
        writeln!(out, "requests: {total}{kinds}, {} of them again; {bytes} read; {seconds:.2} s", so_far.retried)
    }
}
