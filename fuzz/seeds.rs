//! Writes what real Flink wrote as seeds for the fuzzers: `cargo run --example fuzz-seeds`, from the top of the repository.

#[path = "../tests/support/fixtures.rs"]
mod fixtures;
#[path = "../tests/state_meta/headers.rs"]
mod headers;

use std::collections::HashMap;
use std::error::Error;
use std::fs;
use std::io::{Cursor, Read as _};
use std::path::Path;

use keepoint::format::metadata::decode;
use keepoint::model::SubtaskState;
use keepoint::model::state_handle::{KeyedStateHandle, StreamStateHandle};

/// How a table of RocksDB ends.
const TABLE_END: [u8; 8] = [0xf7, 0xcf, 0xf4, 0x85, 0xb7, 0x41, 0xe2, 0x88];

/// A fuzzer grows no larger inputs than these usefully.
const LARGEST: usize = 64 << 10;

/// Numbers the seeds of each target.
#[derive(Default)]
struct Seeds(HashMap<&'static str, usize>);

impl Seeds {
    fn add(&mut self, target: &'static str, bytes: &[u8]) -> Result<(), Box<dyn Error>> {
        if bytes.len() > LARGEST {
            return Ok(());
        }
        let directory = Path::new("fuzz/corpus").join(target);
        fs::create_dir_all(&directory)?;
        let number = self.0.entry(target).or_default();
        *number += 1;
        Ok(fs::write(directory.join(format!("seed-{number}")), bytes)?)
    }
}

#[expect(clippy::print_stdout, reason = "it says what it did")]
fn main() -> Result<(), Box<dyn Error>> {
    let mut seeds = Seeds::default();
    for file in fixtures::files(&fixtures::fixtures()) {
        let bytes = fs::read(&file)?;
        if bytes.ends_with(&TABLE_END) {
            let tail = bytes.len().saturating_sub(4096);
            seeds.add("sorted_table", bytes.get(tail..).unwrap_or_default())?;
        }
        if file.extension().is_some_and(|extension| extension == "jar") {
            seeds.add("jar", &bytes)?;
            let mut archive = zip::ZipArchive::new(Cursor::new(bytes))?;
            for index in 0..archive.len() {
                let mut bytes = Vec::new();
                archive.by_index(index)?.read_to_end(&mut bytes)?;
                seeds.add("jar", &bytes)?;
            }
        }
    }
    for snapshot in fixtures::snapshots() {
        // Flink itself has lost files of these.
        if snapshot.name.contains("/restore-claim-native/") {
            continue;
        }
        let metadata = fs::read(&snapshot.metadata)?;
        seeds.add("metadata", &metadata)?;
        of_states(&snapshot, &metadata, &mut seeds)?;
    }
    of_descriptions(&mut seeds)?;
    println!("{:?}", seeds.0);
    Ok(())
}

/// Descriptions of jobs: what is beside the recorded pairs, and plans of stream graphs.
fn of_descriptions(seeds: &mut Seeds) -> Result<(), Box<dyn Error>> {
    for directory in ["fixtures/pairs", "fixtures/targets", "fixtures/uids"] {
        for file in fixtures::files(Path::new(directory)) {
            let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            if file.extension().is_some_and(|extension| extension == "yaml") {
                let bytes = fs::read(&file)?;
                seeds.add("manifest", &bytes)?;
                if name != "manifest.yaml" {
                    seeds.add("deployment", &bytes)?;
                }
            } else if name == "rest-job.json" || name.ends_with("plan.json") || name.starts_with("flink-info") {
                seeds.add("job_plan", &fs::read(&file)?)?;
            } else if name.ends_with("-graph.bin.gz") {
                let mut bytes = Vec::new();
                flate2::read::GzDecoder::new(fs::File::open(&file)?).read_to_end(&mut bytes)?;
                seeds.add("job_graph", &bytes)?;
            }
        }
    }
    Ok(())
}

fn of_states(snapshot: &fixtures::Snapshot, metadata: &[u8], seeds: &mut Seeds) -> Result<(), Box<dyn Error>> {
    for header in headers::headers(snapshot) {
        seeds.add("state_header", &header.bytes)?;
    }
    let decoded = decode(metadata)?;
    for operator in &decoded.metadata.operator_states {
        if let Some(coordinator) = &operator.coordinator_state {
            seeds.add("connector", coordinator.data)?;
        }
        for entry in operator.entries() {
            let SubtaskState::Running(state) = &entry.state else { continue };
            if let Some(handle) = &state.managed_operator_state
                && let StreamStateHandle::ByteStream(stream) = &handle.delegate
            {
                let offsets = handle.states.iter().flat_map(|state| state.offsets.iter());
                of_data(stream.data, offsets, seeds)?;
                for offset in handle.states.iter().flat_map(|state| state.offsets.iter()) {
                    // The element of a list of byte arrays has its length in front.
                    let element = usize::try_from(offset).ok().and_then(|offset| stream.data.get(offset + 4..));
                    seeds.add("connector", element.unwrap_or_default())?;
                }
            }
            if let Some(KeyedStateHandle::KeyGroups(handle)) = &state.managed_keyed_state
                && let StreamStateHandle::ByteStream(stream) = &handle.delegate
            {
                of_data(stream.data, handle.offsets.iter(), seeds)?;
            }
        }
    }
    Ok(())
}

/// The length of the header in two bytes, the header, and what stands at each of the first offsets.
fn of_data(stream: &[u8], offsets: impl Iterator<Item = i64>, seeds: &mut Seeds) -> Result<(), Box<dyn Error>> {
    let mut borders: Vec<usize> = offsets.filter_map(|offset| usize::try_from(offset).ok()).collect();
    borders.retain(|border| *border > 0);
    borders.push(stream.len());
    borders.sort_unstable();
    let Some((header, length)) = borders
        .first()
        .and_then(|end| stream.get(..*end))
        .and_then(|header| Some((header, u16::try_from(header.len()).ok()?)))
    else {
        return Ok(());
    };
    for pair in borders.windows(2).take(2) {
        let [from, until] = *pair else { continue };
        // In front of a key group of the heap stands its number.
        for from in [from, from + 4] {
            let data = stream.get(from..until).unwrap_or_default();
            seeds.add("value", &[&length.to_be_bytes()[..], header, data].concat())?;
        }
    }
    Ok(())
}
