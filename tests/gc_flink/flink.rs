//! A real Flink in a process of its own, steered by lines (`GcProof.java`).

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use serde_json::Value;

use super::place::project;
use super::store::Store;

/// The longest that Flink takes for anything, on a machine that has much to do: the first line waits for Maven.
const PATIENCE: Duration = Duration::from_mins(5);

/// One for each store, because its start takes seconds. They end with this process: then their input ends.
static RUNNING: [Mutex<Option<Flink>>; 3] = [const { Mutex::new(None) }; 3];

/// A Flink that runs.
#[derive(Debug)]
pub(crate) struct Flink {
    commands: ChildStdin,
    answers: Receiver<String>,
    process: Child,
}

/// A Flink on a store, for one test at a time.
pub(crate) struct OnStore(MutexGuard<'static, Option<Flink>>);

impl OnStore {
    pub(crate) fn new(store: Store) -> Self {
        let [local, s3, hdfs] = &RUNNING;
        let of_store = match store {
            Store::Local => local,
            Store::S3 => s3,
            Store::Hdfs => hdfs,
        };
        let mut running = of_store.lock().unwrap_or_else(PoisonError::into_inner);
        running.get_or_insert_with(|| Flink::start(store));
        Self(running)
    }

    /// What Flink answers to a command, or what it has against it.
    pub(crate) fn try_to(&mut self, command: &str) -> Result<String, String> {
        self.0.as_mut().expect("it was started").ask(command)
    }

    /// The same, where nothing may go wrong.
    pub(crate) fn ask(&mut self, command: &str) -> String {
        self.try_to(command).unwrap_or_else(|error| panic!("{command}: {error}"))
    }

    pub(crate) fn json(&mut self, command: &str) -> Value {
        serde_json::from_str(&self.ask(command)).expect("JSON")
    }

    /// Opens a cluster; `false` when this release has no such kind of state.
    pub(crate) fn open(&mut self, cluster: &str, kind: &str, directory: &str, options: &[&str]) -> bool {
        let mut command = format!("open {cluster} {kind} {directory}");
        for option in options {
            write!(command, " {option}").expect("memory");
        }
        match self.try_to(&command) {
            Ok(_) => true,
            Err(error) if error.contains("is not in") => {
                eprintln!("SKIPPED: {kind}: {error}");
                false
            }
            Err(error) => panic!("{command}: {error}"),
        }
    }
}

impl Drop for OnStore {
    /// The jobs of a test that failed would run on beside the tests after it: their Flink ends with its input.
    fn drop(&mut self) {
        if thread::panicking() {
            *self.0 = None;
        }
    }
}

impl Flink {
    fn start(store: Store) -> Self {
        let mut process = Command::new(project().join("tests/servers/flink"))
            .args([store.name(), "proof"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the script starts");
        let commands = process.stdin.take().expect("it is piped");
        let output = BufReader::new(process.stdout.take().expect("it is piped"));
        let (sender, answers) = channel();
        thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                let Some(answer) = line.strip_prefix("answer: ") else { continue };
                if sender.send(answer.to_owned()).is_err() {
                    break;
                }
            }
        });
        Self { commands, answers, process }
    }

    fn ask(&mut self, command: &str) -> Result<String, String> {
        writeln!(self.commands, "{command}").and_then(|()| self.commands.flush()).expect("Flink listens");
        let answer = self.answers.recv_timeout(PATIENCE).unwrap_or_else(|error| {
            panic!("{command}: no answer ({error}); the process: {:?}", self.process.try_wait())
        });
        match answer.split_once(' ').unwrap_or((&answer, "")) {
            ("ok", answer) => Ok(answer.to_owned()),
            (_, error) => Err(error.to_owned()),
        }
    }
}
