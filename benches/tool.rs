//! What `benches/run` starts, one process per measurement.
//!
//! ```text
//! generate FILE               writes the synthetic file
//! small                       prints where a small savepoint of a real Flink is
//! decode FILE WARM-UP ROUNDS  decodes from memory; prints nanoseconds of each round: wall clock, processor
//! peak FILE                   reads and decodes once; prints peak memory in KiB as the kernel counts it
//! ```

mod support;

use std::error::Error;
use std::hint::black_box;
use std::io::{self, Write};
use std::time::Instant;
use std::{env, fs, thread};

use keepoint::format::metadata::decode;
use keepoint::references::visit_streams;
use support::synthetic;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["generate", file] => generate(file),
        ["small"] => print(support::small_savepoint().display()),
        ["decode", file, warm_up, rounds] => decode_in_rounds(file, warm_up.parse()?, rounds.parse()?),
        ["peak", file] => peak(file),
        _ => Err("usage: generate FILE | small | decode FILE WARM-UP ROUNDS | peak FILE".into()),
    }
}

fn generate(file: &str) -> Result<(), Box<dyn Error>> {
    fs::write(file, support::synthetic_file())?;
    Ok(())
}

/// The result of a round is dropped after its time was taken.
fn decode_in_rounds(file: &str, warm_up: usize, rounds: usize) -> Result<(), Box<dyn Error>> {
    let bytes = fs::read(file)?;
    for round in 0..warm_up + rounds {
        let processor = processor_nanoseconds()?;
        let start = Instant::now();
        let decoded = decode(black_box(&bytes))?;
        let wall = start.elapsed().as_nanos();
        let processor = processor_nanoseconds()? - processor;
        black_box(decoded);
        if round >= warm_up {
            print(format_args!("{wall} {processor}"))?;
        }
    }
    Ok(())
}

/// Time that this thread, the only one, has been running (the first field of `schedstat`). The kernel writes it down when it
/// looks for another thread to run, and else only every few milliseconds.
fn processor_nanoseconds() -> Result<u64, Box<dyn Error>> {
    thread::yield_now();
    let text = fs::read_to_string("/proc/thread-self/schedstat")?;
    Ok(text.split(' ').next().unwrap_or_default().parse()?)
}

fn peak(file: &str) -> Result<(), Box<dyn Error>> {
    let bytes = fs::read(file)?;
    let decoded = decode(&bytes)?;
    let mut files = 0_usize;
    visit_streams(&decoded.metadata, |_| files += 1);
    if files != synthetic::FILES {
        return Err(format!("{files} files, not {}", synthetic::FILES).into());
    }
    let status = fs::read_to_string("/proc/self/status")?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no peak in /proc/self/status")?;
    print(peak.trim().trim_end_matches(" kB"))
}

fn print(line: impl std::fmt::Display) -> Result<(), Box<dyn Error>> {
    Ok(writeln!(io::stdout(), "{line}")?)
}
