//! Completion scripts and manual pages.

use std::fs;
use std::process::{Command, Output};

const SHELLS: [&str; 5] = ["bash", "zsh", "fish", "powershell", "elvish"];

fn keepoint(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_keepoint")).args(arguments).env_clear().output().expect("the binary runs")
}

fn stdout(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).expect("text")
}

#[test]
fn every_shell_gets_a_script_that_knows_the_commands() {
    for shell in SHELLS {
        let script = stdout(&keepoint(&["completions", shell]));
        for word in ["keepoint", "inspect", "list", "flink-conf", "in_progress"] {
            // Elvish and PowerShell complete options and not their values.
            let is_value = word == "in_progress" && matches!(shell, "elvish" | "powershell");
            assert!(is_value || script.contains(word), "{shell}: {word}");
        }
    }
}

#[test]
fn the_page_of_the_program_names_the_commands() {
    let page = stdout(&keepoint(&["man"]));
    assert!(page.starts_with(".ie"), "{page}");
    for word in ["keepoint", "inspect", "list", "Exit codes"] {
        assert!(page.contains(word), "{word}");
    }
}

#[test]
fn every_command_gets_a_page_of_its_own() {
    let directory = tempfile::tempdir().expect("a directory");
    let out = directory.path().to_str().expect("UTF-8");
    assert_eq!(stdout(&keepoint(&["man", "--out", out])), "");
    let page = |name: &str| fs::read_to_string(directory.path().join(name)).expect(name);
    assert!(page("keepoint.1").contains("inspect"));
    assert!(page("keepoint-inspect.1").contains("section"));
    assert!(page("keepoint-list.1").contains("newer"));
    assert!(page("keepoint-completions.1").contains("zsh"));
    assert!(page("keepoint-man.1").contains("DIR"));
}
