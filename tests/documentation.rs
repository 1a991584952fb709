//! What the documents show is what the program does.

use std::fs;
use std::path::Path;
use std::process::Command;

/// Stands in the README for the directory of the checkout.
const CHECKOUT: &str = "/home/you/keepoint";

#[test]
fn every_command_shown_in_the_readme_prints_what_the_readme_says() {
    let readme = fs::read_to_string(root().join("README.md")).expect("a README");
    let mut shown = 0;
    for block in readme.split("```console\n").skip(1) {
        let block = block.split("```").next().expect("a block ends");
        let (command, expected) = block.split_once('\n').expect("a command and its output");
        let Some(arguments) = command.strip_prefix("$ keepoint ") else {
            continue;
        };
        let output = Command::new(env!("CARGO_BIN_EXE_keepoint"))
            .args(arguments.split_whitespace())
            .env_clear()
            .current_dir(root())
            .output()
            .expect("the binary runs");
        let printed = String::from_utf8(output.stdout).expect("text");
        let printed = printed.replace(&root().display().to_string(), CHECKOUT);
        assert_eq!(without_times(&printed), without_times(expected), "{command}");
        shown += 1;
    }
    assert!(shown >= 2, "the README shows {shown} commands");
}

/// Leaves out the times, which are those of the checkout.
fn without_times(text: &str) -> String {
    let lines = text.lines().map(|line| if line.starts_with("Completed:") { "Completed:" } else { line });
    lines.map(|line| line.trim_end().to_owned() + "\n").collect()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
