//! The S3 server of the tests as a process of its own, for `benches/listing/run`.
//!
//! ```text
//! s3-pages flat OBJECTS LATENCY      s3://bucket/flink/6e1f8b1c0d2a4e53b7c96f8a1d0e2b34/shared/<uuid>, so many
//! s3-pages jobs JOBS LATENCY         s3://bucket/flink/<job>: five checkpoints and ten shared files each
//! s3-pages states OPERATORS LATENCY  s3://bucket/flink/chk-1: so many operators with a keyed handle in each of 20 subtasks
//! ```
//!
//! Prints its endpoint, then answers a line for each line that it reads; it ends with its standard input. Latencies are
//! milliseconds, added to every answer.
//!
//! ```text
//! latency 30     changes the latency; answers "latency 30"
//! forget         forgets the requests so far; answers "forgotten"
//! counts         answers with the number of requests and, of each kind, its name and number
//! ```

#[path = "../../tests/support/fixtures.rs"]
mod fixtures;
#[path = "../../tests/support/s3_double/mod.rs"]
mod s3_double;
#[path = "../states/bucket.rs"]
mod states;

use std::error::Error;
use std::fmt::Write as _;
use std::io::{self, BufRead, Write};
use std::time::Duration;
use std::{env, fs};

use s3_double::{Jobs, S3Double, Uuids};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (double, latency) = match arguments[..] {
        ["flat", objects, latency] => {
            (S3Double::start(Uuids::new("flink/6e1f8b1c0d2a4e53b7c96f8a1d0e2b34/shared/", objects.parse()?)), latency)
        }
        ["jobs", jobs, latency] => (S3Double::start(tree(jobs.parse()?)?.build()), latency),
        ["states", operators, latency] => (S3Double::start(states::bucket(operators.parse()?)?), latency),
        _ => {
            return Err("usage: s3-pages flat OBJECTS LATENCY | jobs JOBS LATENCY | states OPERATORS LATENCY".into());
        }
    };
    set_latency(&double, latency)?;
    let mut output = io::stdout().lock();
    writeln!(output, "{}", double.endpoint())?;
    output.flush()?;
    for line in io::stdin().lock().lines() {
        let answer = obey(&double, &line?)?;
        writeln!(output, "{answer}")?;
        output.flush()?;
    }
    Ok(())
}

/// Jobs of which every checkpoint has the metadata of one that a real Flink 2.3.0 wrote.
fn tree(count: u64) -> Result<Jobs, Box<dyn Error>> {
    const REAL: &str = "flink/2.3.0/rocksdb-incremental/checkpoints/";
    let real = fixtures::snapshots().into_iter().rfind(|snapshot| snapshot.name.starts_with(REAL));
    let metadata = fs::read(real.ok_or("a fixture is missing")?.metadata)?.into();
    Ok(Jobs { prefix: "flink/".to_owned(), count, checkpoints: 5, shared: 10, metadata })
}

fn obey(double: &S3Double, command: &str) -> Result<String, Box<dyn Error>> {
    match command.split_once(' ').unwrap_or((command, "")) {
        ("latency", millis) => {
            set_latency(double, millis)?;
            Ok(command.to_owned())
        }
        ("forget", "") => {
            double.forget();
            Ok("forgotten".to_owned())
        }
        ("counts", "") => {
            let counts = double.counts();
            let mut line = counts.values().sum::<usize>().to_string();
            for (operation, count) in counts {
                write!(line, " {operation:?} {count}")?;
            }
            Ok(line)
        }
        _ => Err(format!("unknown command: {command}").into()),
    }
}

fn set_latency(double: &S3Double, millis: &str) -> Result<(), Box<dyn Error>> {
    let latency = Duration::from_millis(millis.parse()?);
    double.change(|rules| rules.latency = latency);
    Ok(())
}
