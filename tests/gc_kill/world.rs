//! A tree of real snapshots with a plan for it, and what is left of it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::Value;

use crate::flink_loader;
use crate::planted::Planted;
use crate::s3_double::{Bucket, Memory, Objects as _, Recorded, S3Double};

/// The scenario: incremental checkpoints that share files, and savepoints.
const SCENARIO: &str = "2.3.0/rocksdb-incremental";

const DAY: Duration = Duration::from_hours(24);

/// Longer than a lease lasts.
const AFTER_A_LEASE: Duration = Duration::from_mins(11);

/// Where the tree lies. The ledger is on the server in any case.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Tree {
    OnServer,
    OnDisk,
}

/// A file as it was before anything was deleted.
struct Original {
    bytes: Vec<u8>,
    modified: SystemTime,
}

/// A tree, a ledger and a plan of its own.
pub(crate) struct World {
    pub(crate) server: S3Double,
    tree: Tree,
    planted: Planted,
    objects: Arc<Memory>,
    ledger: Arc<Memory>,
    /// By URI.
    originals: BTreeMap<String, Original>,
    /// What each snapshot names, by its metadata, which is one of them; names below the root.
    named: BTreeMap<String, BTreeSet<String>>,
    root: String,
    plan: PathBuf,
}

impl World {
    pub(crate) fn new(tree: Tree) -> Self {
        let planted = Planted::of(SCENARIO);
        let orphan = planted.snapshot("chk-2").parent().expect("a job").child("shared").child(ORPHAN);
        fs::write(orphan.path(), "nothing refers to it").expect("room");
        date(planted.path());
        let (objects, ledger) = (Arc::new(Memory::default()), Arc::new(Memory::default()));
        let buckets = [("bucket", &objects), ("ledger", &ledger)];
        let server =
            S3Double::with(buckets.map(|(name, objects)| Bucket::shared(name, Arc::clone(objects) as _)).into());
        let on_disk = format!("file:{}", planted.path().display());
        let root = match tree {
            // As long as the other, so that one can stand for the other in metadata, where lengths are told.
            Tree::OnServer => format!("{:-<1$}", "s3://bucket/flink", on_disk.len()),
            Tree::OnDisk => on_disk.clone(),
        };
        let originals = files_below(planted.path()).into_iter().map(|file| {
            let uri = format!("file:{}", file.display()).replace(&on_disk, &root);
            let modified = fs::metadata(&file).and_then(|facts| facts.modified()).expect("a time");
            let bytes = replaced(&fs::read(&file).expect("a file"), on_disk.as_bytes(), root.as_bytes());
            (uri, Original { bytes, modified })
        });
        let mut world = Self {
            server,
            tree,
            objects,
            ledger,
            originals: originals.collect(),
            named: BTreeMap::new(),
            root,
            plan: planted.path().with_extension("plan"),
            planted,
        };
        world.reset();
        world.named = world.snapshots();
        world.make_plan();
        world
    }

    /// Everything is there again, and nothing is remembered.
    pub(crate) fn reset(&self) {
        for (uri, original) in &self.originals {
            match self.tree {
                Tree::OnServer => {
                    let modified = original.modified.duration_since(UNIX_EPOCH).expect("a time").as_millis();
                    let modified = i64::try_from(modified).expect("not so far away");
                    self.objects.put_at(key(uri), original.bytes.clone().into(), modified);
                }
                Tree::OnDisk => {
                    let file = Path::new(uri.trim_start_matches("file:"));
                    if !file.exists() {
                        fs::create_dir_all(file.parent().expect("a directory")).expect("room");
                        fs::write(file, &original.bytes).expect("room");
                        let written = File::options().write(true).open(file);
                        written.and_then(|file| file.set_modified(original.modified)).expect("a time");
                    }
                }
            }
        }
        for key in self.ledger.keys() {
            self.ledger.delete(&key, None);
        }
        self.server.mend();
        self.server.forget();
    }

    /// As Flink's own loader said it when the tree was written.
    fn snapshots(&self) -> BTreeMap<String, BTreeSet<String>> {
        let below = |file: &Path| {
            let below = file.strip_prefix(self.planted.path()).expect("it is below the root");
            format!("/{}", below.display())
        };
        let needed = flink_loader::needed(SCENARIO, self.planted.path());
        let named = needed.into_iter().map(|(metadata, needed)| {
            let mut files: BTreeSet<String> = needed.files.iter().map(|file| below(file)).collect();
            assert!(files.is_subset(&self.left()), "{} lacks files: {files:?}", metadata.display());
            files.insert(below(&metadata));
            (below(&metadata), files)
        });
        named.collect()
    }

    /// The newest checkpoint and the newest savepoint stay, and what nothing refers to goes.
    fn make_plan(&self) {
        let policy = ["--keep-last", "1", "--keep", "savepoint:last=1", "--orphans"];
        let plan = self.plan.display().to_string();
        let arguments = [&["gc", "plan", &self.root, "--out", &plan], policy.as_slice()].concat();
        let report = self.report(&arguments);
        let deleted = report["totals"]["snapshots_deleted"].as_u64();
        assert_eq!(deleted, Some(3), "two checkpoints and a savepoint: {report:#}");
    }

    fn report(&self, arguments: &[&str]) -> Value {
        let output = self.binary().args(arguments).args(["--output", "json"]).output().expect("the binary runs");
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {told}{}", String::from_utf8_lossy(&output.stdout));
        serde_json::from_slice(&output.stdout).expect("JSON")
    }

    /// The binary with the server as S3, and nothing else in its environment.
    fn binary(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_keepoint"));
        command.env_clear().env("AWS_ENDPOINT_URL", self.server.endpoint()).stdin(Stdio::null());
        command.envs([
            ("AWS_ACCESS_KEY_ID", "AKIDtest"),
            ("AWS_SECRET_ACCESS_KEY", "hush"),
            ("AWS_REGION", "us-east-1"),
        ]);
        command
    }

    /// The command that is killed, and that is given again.
    pub(crate) fn apply(&self) -> Command {
        let mut command = self.binary();
        command.args(["gc", "apply"]).arg(&self.plan);
        command.args(["--yes", "--ledger", "s3://ledger/keepoint", "--concurrency", "1", "--output", "json"]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// A lease that its holder did not give back runs out.
    pub(crate) fn let_leases_run_out(&self) {
        let before = SystemTime::now() - AFTER_A_LEASE;
        let before = before.duration_since(UNIX_EPOCH).expect("a time").as_millis();
        for key in self.ledger.keys().into_iter().filter(|key| key.contains("/leases/")) {
            let found = self.ledger.get(&key, None).and_then(|found| found.content).expect("it is there");
            let bytes = found.slice(0, found.size());
            self.ledger.put_at(&key, bytes, i64::try_from(before).expect("not so far away"));
        }
    }

    /// The names of what is there below the root, on a disk with directories.
    pub(crate) fn left(&self) -> BTreeSet<String> {
        let below = |uri: &str| uri.strip_prefix(&self.root).expect("it is below the root").to_owned();
        match self.tree {
            Tree::OnServer => self.objects.keys().iter().map(|key| below(&format!("s3://bucket/{key}"))).collect(),
            Tree::OnDisk => everything_below(self.planted.path())
                .iter()
                .map(|path| below(&format!("file:{}{}", path.display(), if path.is_dir() { "/" } else { "" })))
                .collect(),
        }
    }

    /// I5: whatever has its metadata has everything that it names. I8: of all other metadata there is a copy.
    pub(crate) fn look(&self) -> Result<(), String> {
        let left = self.left();
        let mut gone = 0;
        for (metadata, files) in &self.named {
            if !left.contains(metadata) {
                gone += 1;
            } else if let Some(missing) = files.iter().find(|file| !left.contains(*file)) {
                return Err(format!("{metadata} is there without {missing}"));
            }
        }
        let copies = self.ledger.keys().iter().filter(|key| key.ends_with(".metadata")).count();
        if copies < gone { Err(format!("{gone} metadata files are gone, and {copies} were copied")) } else { Ok(()) }
    }

    /// Snapshots that have their metadata.
    pub(crate) fn snapshots_left(&self) -> usize {
        let left = self.left();
        self.named.keys().filter(|metadata| left.contains(*metadata)).count()
    }

    /// The last step of the journal of the plan.
    pub(crate) fn last_step(&self) -> String {
        let segments = self.ledger.keys().into_iter().rfind(|key| key.contains("/journals/"));
        let found = segments.and_then(|key| self.ledger.get(&key, None)).and_then(|found| found.content);
        let bytes = found.map(|content| content.slice(0, content.size())).unwrap_or_default();
        String::from_utf8_lossy(&bytes).lines().last().unwrap_or_default().to_owned()
    }

    /// What was asked of the server since it forgot.
    pub(crate) fn requests(&self) -> Vec<Recorded> {
        self.server.requests()
    }
}

impl Drop for World {
    fn drop(&mut self) {
        // It lies beside the planted tree, outside of what is cleaned.
        let _ = fs::remove_file(&self.plan);
    }
}

/// A shared file of that name is one that a checkpoint which failed has left.
const ORPHAN: &str = "0f0f0f0f-0000-4000-8000-00000000dead";

/// Everything was written long ago; the metadata of a snapshot a minute after that of the one before it in the order of names.
fn date(directory: &Path) {
    let long_ago = SystemTime::now() - 40 * DAY;
    for (minutes, file) in (0..).zip(files_below(directory)) {
        let is_metadata = file.ends_with("_metadata");
        let time = if is_metadata { long_ago + 10 * DAY + Duration::from_mins(minutes) } else { long_ago };
        File::options().write(true).open(&file).and_then(|file| file.set_modified(time)).expect("a time");
    }
}

/// In the order of their names.
fn files_below(directory: &Path) -> Vec<PathBuf> {
    everything_below(directory).into_iter().filter(|path| !path.is_dir()).collect()
}

fn everything_below(directory: &Path) -> BTreeSet<PathBuf> {
    let mut all = BTreeSet::new();
    for entry in fs::read_dir(directory).expect("a directory") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            all.extend(everything_below(&path));
        }
        all.insert(path);
    }
    all
}

fn key(uri: &str) -> &str {
    uri.strip_prefix("s3://bucket/").expect("it is in the bucket")
}

/// Bytes with every `from` replaced by `to`, which is as long.
fn replaced(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let mut replaced = bytes.to_vec();
    for at in (0..bytes.len()).filter(|at| bytes[*at..].starts_with(from)) {
        replaced[at..at + to.len()].copy_from_slice(to);
    }
    replaced
}
