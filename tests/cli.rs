//! The real binary against golden files.
//!
//! Each directory below `tests/cli/cases/` is a case. `cmd` is one line of arguments, separated by blanks, with settings
//! of environment variables in front as in a shell (`KEEPOINT_OUTPUT=json inspect …`); `{fixtures}` stands for the
//! fixtures directory. `stdout`, `stderr` and `exit_code` say what must come out. The environment is otherwise empty, and
//! in the output the fixtures directory, the checkout, the version and modification times are replaced by placeholders.
//! A new case is a directory with a `cmd`; `KEEPOINT_BLESS=1 cargo test` writes the rest.

#[path = "support/golden.rs"]
mod golden;

use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};
use std::{fs, io, thread};

#[test]
fn golden_cases() {
    let cases = fs::read_dir(root().join("tests/cli/cases")).expect("there are cases");
    let mut cases: Vec<PathBuf> = cases.map(|entry| entry.expect("cases can be listed").path()).collect();
    cases.sort();
    let failures = cases.iter().filter_map(|case| run_case(case).err());
    golden::report(&failures.collect::<Vec<_>>());
}

#[test]
fn a_reader_that_goes_away_is_a_normal_end() {
    let (reader, writer) = io::pipe().expect("the system has pipes");
    drop(reader);
    let output =
        keepoint(&["inspect", "LICENSE"]).stdout(writer).stderr(Stdio::piped()).output().expect("the binary runs");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert_eq!(output.status.code(), Some(3), "the code is that of the report");
}

#[cfg(target_os = "linux")]
#[test]
fn a_result_that_cannot_be_written_is_no_result() {
    let full = fs::File::options().write(true).open("/dev/full");
    let output = keepoint(&["inspect", "LICENSE"])
        .stdout(full.expect("Linux has the device"))
        .output()
        .expect("the binary runs");
    assert_eq!(output.status.code(), Some(1));
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(stderr.starts_with("keepoint: standard output: "), "{stderr}");
}

/// What only reads has nothing to put in order: the system ends it, whatever it waits for, and a shell sees why.
#[cfg(unix)]
#[test]
fn whoever_interrupts_it_while_it_waits_for_a_store_does_not_wait() {
    use std::os::unix::process::ExitStatusExt as _;

    let server = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let address = server.local_addr().expect("a port");
    let mut keepoint =
        keepoint(&["list", "s3://bucket/flink", "--endpoint", &format!("http://{address}"), "--anonymous"])
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary runs");
    let connection = server.accept().expect("it asks the server");
    let began = Instant::now();
    // Who starts the tests in the background of a shell makes them, and what they start, deaf to the first.
    let (name, number) = if is_deaf_to_interrupts() { ("-TERM", 15) } else { ("-INT", 2) };
    let status = Command::new("kill").args([name, &keepoint.id().to_string()]).status().expect("kill runs");
    assert!(status.success(), "it has not ended by itself");
    assert_eq!(keepoint.wait().expect("it ends").signal(), Some(number));
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    drop(connection);
}

/// Whether this process, and with it each that it starts, ignores SIGINT.
#[cfg(unix)]
fn is_deaf_to_interrupts() -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_some_and(|mask| mask & 2 != 0)
}

fn run_case(case: &Path) -> Result<(), String> {
    let line = fs::read_to_string(case.join("cmd")).map_err(|error| format!("{}: cmd: {error}", case.display()))?;
    let line = line.replace("{fixtures}", &fixtures());
    let words: Vec<&str> = line.split_whitespace().collect();
    let is_setting = |word: &&&str| {
        let name = word.split_once('=').map_or("", |(name, _)| name);
        !name.is_empty() && name.chars().all(|c| c.is_ascii_uppercase() || c == '_')
    };
    let settings = words.iter().take_while(is_setting).count();
    let (settings, arguments) = words.split_at(settings);
    let mut command = keepoint(arguments);
    command.envs(settings.iter().filter_map(|word| word.split_once('=')));
    let output = within_a_minute(command).map_err(|error| format!("{}: {error}", case.display()))?;
    let code = output.status.code();
    let code = code.map_or("signal".to_owned(), |code| code.to_string());
    let comparisons = [
        golden::compare(&case.join("exit_code"), format!("{code}\n").as_bytes()),
        golden::compare(&case.join("stdout"), &without_padding(arguments, with_placeholders(output.stdout))),
        golden::compare(&case.join("stderr"), &with_placeholders(output.stderr)),
    ];
    let failures: Vec<String> = comparisons.into_iter().filter_map(Result::err).collect();
    if failures.is_empty() { Ok(()) } else { Err(failures.join("\n")) }
}

/// A case that does not end is a failure of its own, and must not hold up the others.
fn within_a_minute(mut command: Command) -> Result<Output, String> {
    let (send, receive) = mpsc::channel();
    thread::spawn(move || send.send(command.output()));
    match receive.recv_timeout(Duration::from_mins(1)) {
        Ok(output) => output.map_err(|error| error.to_string()),
        Err(_) => Err("it does not end".to_owned()),
    }
}

fn keepoint(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_keepoint"));
    command.args(arguments).env_clear().current_dir(root()).stdin(Stdio::null());
    command
}

/// A wide table pads its columns to the length of paths, and that of the checkout is another on every machine. How tables are
/// laid out is for the tests of the renderers.
fn without_padding(arguments: &[&str], output: Vec<u8>) -> Vec<u8> {
    if !arguments.contains(&"wide") {
        return output;
    }
    let text = String::from_utf8(output).expect("a table is text");
    let lines = text.lines().map(|line| line.split("  ").filter(|cell| !cell.is_empty()).map(str::trim).collect());
    lines.map(|cells: Vec<_>| cells.join("  ") + "\n").collect::<String>().into_bytes()
}

/// Replaces what differs between machines; output that is not text stays as it is.
fn with_placeholders(output: Vec<u8>) -> Vec<u8> {
    match String::from_utf8(output) {
        Ok(text) => {
            let text = text.replace(&fixtures(), "{fixtures}");
            let text = text.replace(&root().display().to_string(), "{root}");
            let text = text.replace(env!("CARGO_PKG_VERSION"), "{version}");
            with_time_placeholders(&text).into_bytes()
        }
        Err(binary) => binary.into_bytes(),
    }
}

/// Replaces times as the reports write them: in these cases they come from the modification times of checked-out files.
fn with_time_placeholders(text: &str) -> String {
    const SHAPES: [&str; 2] = ["0000-00-00T00:00:00.000Z", "0000-00-00T00:00:00Z"];
    let has_shape = |candidate: &str, shape: &str| {
        candidate.chars().zip(shape.chars()).all(
            |(found, shape)| {
                if shape == '0' { found.is_ascii_digit() } else { found == shape }
            },
        )
    };
    let mut replaced = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        let starts_with = |shape: &&str| rest.get(..shape.len()).is_some_and(|start| has_shape(start, shape));
        if let Some(shape) = SHAPES.iter().find(|shape| starts_with(shape)) {
            replaced.push_str("{time}");
            rest = &rest[shape.len()..];
        } else {
            replaced.push(character);
            rest = &rest[character.len_utf8()..];
        }
    }
    replaced
}

fn fixtures() -> String {
    root().join("fixtures").display().to_string()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
