//! What the documents show is what the program does.

#[path = "support/planted.rs"]
mod planted;

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use planted::Planted;

/// Stands in the README for the directory of the checkout.
const CHECKOUT: &str = "/home/you/keepoint";

/// Stands in the README for a directory that is cleaned: this fixture, with checkpoints that were taken one after the other.
const CLEANED: &str = "/data/flink";
const CLEANED_IS: &str = "2.3.0/rocksdb-incremental";

/// The last line of a block that shows the beginning of an output.
const AND_SO_ON: &str = "…\n";

/// Begins a block that shows a command and its output.
const OPENING: &str = "```console\n";

#[test]
fn every_command_shown_in_the_readme_prints_what_the_readme_says() {
    let path = root().join("README.md");
    let readme = fs::read_to_string(&path).expect("a README");
    let mut rewritten = String::new();
    let mut shown = 0;
    for (position, part) in readme.split(OPENING).enumerate() {
        let Some((block, prose)) = part.split_once("```").filter(|_| position > 0) else {
            rewritten.push_str(part);
            continue;
        };
        let (command, expected) = block.split_once('\n').expect("a command and its output");
        let arguments = command.strip_prefix("$ keepoint ").expect("a console block shows keepoint");
        let mut printed = output_of(arguments);
        if let Some(beginning) = expected.strip_suffix(AND_SO_ON) {
            let shown = beginning.lines().count();
            assert!(printed.lines().count() > shown, "{command}: all of it is shown");
            printed = printed.split_inclusive('\n').take(shown).chain([AND_SO_ON]).collect();
        }
        if std::env::var_os("KEEPOINT_BLESS").is_none() {
            assert_eq!(without_times(&printed), without_times(expected), "{command}");
        }
        rewritten.extend([OPENING, command, "\n", &printed, "```", prose]);
        shown += 1;
    }
    assert!(shown >= 2, "the README shows {shown} commands");
    if std::env::var_os("KEEPOINT_BLESS").is_some() {
        fs::write(path, rewritten).expect("a writable README");
    }
}

fn output_of(arguments: &str) -> String {
    let cleaned = arguments.contains(CLEANED).then(cleaned);
    let cleaned = cleaned.as_ref().map(|tree| tree.path().join(CLEANED_IS).display().to_string());
    let cleaned = cleaned.as_deref().unwrap_or(CLEANED);
    let output = Command::new(env!("CARGO_BIN_EXE_keepoint"))
        .args(arguments.replace(CLEANED, cleaned).split_whitespace())
        .env_clear()
        .current_dir(root())
        .output()
        .expect("the binary runs");
    let printed = String::from_utf8(output.stdout).expect("text");
    printed.replace(cleaned, CLEANED).replace(&root().display().to_string(), CHECKOUT)
}

/// The newest checkpoint is three hours old, and each of the others an hour older than the next.
fn cleaned() -> Planted {
    let tree = Planted::of(CLEANED_IS);
    let hours = |hours| Duration::from_hours(hours);
    tree.age(hours(6));
    for (name, age) in [("chk-2", 5), ("chk-3", 4), ("chk-4", 3)] {
        tree.age_of(&tree.file_of(name, "rocksdb-incremental"), hours(age));
    }
    tree
}

/// Leaves out the times, which are those of the checkout.
fn without_times(text: &str) -> String {
    let is_time = |word: &str| {
        let word = word.trim_start_matches('~').trim_end_matches(')');
        let begins_so = word.as_bytes().get(..11).is_some_and(|start| start[4] == b'-' && start[10] == b'T');
        begins_so && word.ends_with('Z')
    };
    let without = |line: &str| -> String {
        let words = line.split(' ').map(|word| if is_time(word) { "{time}" } else { word });
        words.collect::<Vec<_>>().join(" ").trim_end().to_owned() + "\n"
    };
    text.lines().map(without).collect()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
