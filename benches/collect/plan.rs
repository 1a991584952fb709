//! Plans over a store that does not exist: pages of a thousand objects, as S3 answers them, made up as they are asked for.
//!
//! ```text
//! collect-plan OBJECTS METADATA FILES
//! ```
//!
//! Each of METADATA checkpoints, ten to a job, names FILES shared files of its job; two neighbours share nine tenths of them. What is
//! missing to OBJECTS are shared files that nothing names. The plan keeps the last five of each job. Prints time, requests and peak
//! memory of this process.

#![allow(clippy::print_stdout, reason = "a benchmark prints its figures")]

mod checkpoint;

use std::io::{self, Write};
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use std::{env, fs};

use async_trait::async_trait;
use checkpoint::uuid;
use chrono::{DateTime, TimeDelta, Utc};
use keepoint::gc::retention::{Keep, Policy, PolicyParts, Rule};
use keepoint::gc::world::{Opened, World};
use keepoint::gc::{GcRequest, Limits, Planning, Purpose, make_plan};
use keepoint::progress::Silent;
use keepoint::storage::{
    DeletingStorage, Description, Doomed, Entry, EntryKind, Error, ErrorKind, FileFacts, ReadRange, Show, Storage,
    StorageSettings, Stores,
};
use keepoint::uri::StorageUri;

const CHECKPOINTS_OF_A_JOB: u64 = 10;
const PAGE: u64 = 1000;
const FILE_BYTES: u64 = 16 << 20;

fn main() {
    let numbers: Vec<u64> = env::args().skip(1).filter_map(|text| text.replace('_', "").parse().ok()).collect();
    let [objects, metadata, files] = numbers[..] else {
        println!("usage: collect-plan OBJECTS METADATA FILES");
        return;
    };
    let store = Arc::new(Made { objects, metadata, files, requests: AtomicU64::new(0), now: Utc::now() });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let started = Instant::now();
    let report = runtime.block_on(plan(&store));
    let took = started.elapsed();
    let totals = report.totals.clone().unwrap_or_default();
    println!("objects listed:      {}", totals.files);
    println!("snapshots:           {} ({} go)", totals.snapshots, totals.snapshots_deleted);
    println!("objects that go:     {} ({} bytes)", totals.files_deleted, totals.bytes_deleted);
    println!("blockers:            {}", report.blockers.len());
    println!("time:                {:.1} s", took.as_secs_f64());
    println!("requests:            {}", store.requests.load(Ordering::Relaxed));
    println!("peak memory:         {}", peak_memory());
}

async fn plan(store: &Arc<Made>) -> keepoint::report::GcPlanReport {
    let place = StorageUri::parse("s3://bucket/checkpoints").expect("a place");
    let settings = StorageSettings::default();
    let stores = Stores::new(settings).expect("no configuration").with(&place, Arc::clone(store) as _);
    let root = Opened { place: place.clone(), storage: stores.open(&place).expect("it is open") };
    let world = World::new(vec![root], Vec::new(), Arc::new(stores)).expect("one root");
    let rules = vec![Rule { keep: Keep::Last(5), of: None }];
    let policy = Policy::new(PolicyParts { rules, ..PolicyParts::default() }).expect("a policy");
    let limits = Limits { max_objects: u64::MAX, ..Limits::default() };
    let request = GcRequest { limits, ..GcRequest::new(Purpose::Retention(policy)) };
    let planning =
        Planning { world: &world, request: &request, sources: &[], waived: &[], ledger: None, as_of: store.now };
    let out = || Ok(Box::new(io::BufWriter::new(tempfile::tempfile()?)) as Box<dyn Write + Send>);
    make_plan(&planning, None, out, &Silent).await.expect("a plan")
}

fn peak_memory() -> String {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.map_or_else(|| "unknown".to_owned(), |text| text.trim().to_owned())
}

/// A bucket that is made up.
struct Made {
    objects: u64,
    metadata: u64,
    files: u64,
    requests: AtomicU64,
    now: DateTime<Utc>,
}

impl Made {
    fn jobs(&self) -> u64 {
        self.metadata.div_ceil(CHECKPOINTS_OF_A_JOB)
    }

    /// New files of each checkpoint but the first of its job.
    fn step(&self) -> u64 {
        (self.files / 10).max(1)
    }

    /// Shared files of a job that checkpoints name.
    fn named(&self) -> u64 {
        self.files + (CHECKPOINTS_OF_A_JOB - 1) * self.step()
    }

    /// Shared files of a job that nothing names.
    fn unnamed(&self) -> u64 {
        let named = self.metadata + self.jobs() * self.named();
        self.objects.saturating_sub(named).div_ceil(self.jobs())
    }

    fn count(&self) {
        self.requests.fetch_add(1, Ordering::Relaxed);
    }

    /// Ten minutes lie between checkpoints; the newest is two hours old.
    fn time(&self, checkpoint: u64) -> DateTime<Utc> {
        let minutes = 120 + 10 * (CHECKPOINTS_OF_A_JOB - checkpoint);
        self.now - TimeDelta::from_std(Duration::from_secs(minutes * 60)).expect("a short time")
    }

    fn bytes(&self, job: u64, checkpoint: u64) -> Vec<u8> {
        let first = checkpoint.saturating_sub(1) * self.step();
        let files =
            (first..first + self.files).map(|number| (number, format!("{}/shared/{}", place(job), uuid(job, number))));
        let files: Vec<(String, String)> = files.map(|(number, path)| (format!("{number:06}.sst"), path)).collect();
        checkpoint::bytes(checkpoint, &files, FILE_BYTES)
    }
}

fn place(job: u64) -> String {
    format!("s3://bucket/checkpoints/{:032x}", u128::from(job) + 1)
}

#[async_trait]
impl Storage for Made {
    async fn read_range(&self, file: &StorageUri, range: Range<u64>) -> Result<ReadRange, Error> {
        self.count();
        let mut names = file.segments().rev();
        let parsed = (|| {
            let ("_metadata", checkpoint, job) = (names.next()?, names.next()?, names.next()?) else { return None };
            let checkpoint: u64 = checkpoint.strip_prefix("chk-")?.parse().ok()?;
            Some((u64::try_from(u128::from_str_radix(job, 16).ok()? - 1).ok()?, checkpoint))
        })();
        let Some((job, checkpoint)) = parsed else { return Err(Error::new("read", file, ErrorKind::NotFound)) };
        let bytes = self.bytes(job, checkpoint);
        let file_length = bytes.len() as u64;
        let part = |position: u64| usize::try_from(position.min(file_length)).expect("it fits");
        let bytes = bytes[part(range.start)..part(range.end)].to_vec();
        Ok(ReadRange { bytes, file_length, modified_at: Some(self.time(checkpoint)), tag: None })
    }

    async fn list(&self, directory: &StorageUri, _: Show<'_, Entry>) -> Result<(), Error> {
        Err(Error::new("list", directory, ErrorKind::NotSupported))
    }

    async fn list_below(&self, _: &StorageUri, show: Show<'_, Entry>) -> Vec<Error> {
        let mut page = Vec::new();
        let mut push = |name: String, length: u64, modified_at: DateTime<Utc>| {
            page.push(Entry { name, kind: EntryKind::File(FileFacts { length, modified_at: Some(modified_at) }) });
            if page.len() as u64 == PAGE {
                self.count();
                show(std::mem::take(&mut page));
            }
        };
        let length = self.bytes(0, 1).len() as u64;
        let unnamed = self.unnamed();
        for job in 0..self.jobs() {
            let id = format!("{:032x}", u128::from(job) + 1);
            for checkpoint in 1..=CHECKPOINTS_OF_A_JOB {
                push(format!("{id}/chk-{checkpoint}/_metadata"), length, self.time(checkpoint));
            }
            for number in 0..self.named() + unnamed {
                push(format!("{id}/shared/{}", uuid(job, number)), FILE_BYTES, self.time(1));
            }
        }
        self.count();
        show(page);
        Vec::new()
    }

    async fn stat(&self, file: &StorageUri) -> Result<FileFacts, Error> {
        Err(Error::new("look at", file, ErrorKind::NotFound))
    }

    fn has_directories(&self) -> bool {
        false
    }

    fn requests_at_a_time(&self) -> usize {
        16
    }

    async fn describe(&self) -> Description {
        Description::default()
    }
}

#[async_trait]
impl DeletingStorage for Made {
    async fn delete(&self, files: &[Doomed]) -> Vec<Result<(), Error>> {
        files.iter().map(|file| Err(Error::new("delete", &file.place, ErrorKind::NotSupported))).collect()
    }

    async fn remove_empty_directory(&self, directory: &StorageUri) -> Result<(), Error> {
        Err(Error::new("remove", directory, ErrorKind::NotSupported))
    }

    async fn create(&self, file: &StorageUri, _: Vec<u8>) -> Result<(), Error> {
        Err(Error::new("create", file, ErrorKind::NotSupported))
    }

    fn deletes_at_a_time(&self) -> usize {
        1000
    }
}
