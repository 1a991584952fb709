//! A directory of one job whose first checkpoint names many files and whose second names one of them.
//!
//! ```text
//! collect-tree DIRECTORY URI FILES
//! ```
//!
//! Everything below DIRECTORY is called by its place below URI, and was written three hours ago.

mod checkpoint;

use std::fs::{self, File};
use std::path::Path;
use std::time::{Duration, SystemTime};
use std::{env, io};

const FILE: [u8; 16] = [0; 16];
const JOB: &str = "6e1f8b1c0d2a4e53b7c96f8a1d0e2b34";

fn main() -> io::Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [directory, uri, files] = &arguments[..] else {
        return Err(io::Error::other("usage: collect-tree DIRECTORY URI FILES"));
    };
    let files: u64 = files.parse().map_err(io::Error::other)?;
    let job = Path::new(directory).join(JOB);
    for below in ["shared", "chk-1", "chk-2"] {
        fs::create_dir_all(job.join(below))?;
    }
    let names: Vec<String> = (0..files).map(|number| checkpoint::uuid(0, number)).collect();
    for name in &names {
        write(&job.join("shared").join(name), &FILE)?;
    }
    let handle = |name: &String| (format!("{name}.sst"), format!("{uri}/{JOB}/shared/{name}"));
    let handles: Vec<(String, String)> = names.iter().map(handle).collect();
    write(&job.join("chk-1/_metadata"), &checkpoint::bytes(1, &handles, FILE.len() as u64))?;
    write(&job.join("chk-2/_metadata"), &checkpoint::bytes(2, &handles[..1], FILE.len() as u64))
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    fs::write(path, bytes)?;
    File::options().write(true).open(path)?.set_modified(SystemTime::now() - Duration::from_hours(3))
}
