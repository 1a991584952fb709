//! Tests that depend on the environment of their process, such as the keys of AWS, run in one of their own: a process cannot
//! change its environment safely once it has threads.

use std::env;
use std::process::Command;

/// Set in such a process.
const MARK: &str = "KEEPOINT_TEST_OWN_PROCESS";

/// Variables that would change how stores are reached.
const FOREIGN: &[&str] =
    &["AWS_", "COS", "OSS_", "TENCENTCLOUD_", "ALIBABA_CLOUD_", "HADOOP_", "HTTP_PROXY", "http_proxy"];

/// Whether this is the process of the test; if not, runs it there and passes on how it ended.
///
/// `test` is its full name, with `module_path!()`.
pub(crate) fn is_this(test: &str, variables: &[(&str, String)]) -> bool {
    if env::var_os(MARK).is_some_and(|name| name == test) {
        return true;
    }
    let (_, name) = test.split_once("::").expect("a path that begins with the crate");
    let mut command = Command::new(env::current_exe().expect("this binary"));
    for (variable, _) in env::vars_os() {
        if variable.to_str().is_some_and(|variable| FOREIGN.iter().any(|start| variable.starts_with(start))) {
            command.env_remove(variable);
        }
    }
    command.args(["--exact", name, "--include-ignored", "--nocapture"]).env(MARK, test);
    // No files of the user, and nobody to ask for keys on the network.
    command.envs([("AWS_CONFIG_FILE", "/dev/null"), ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")]);
    command.env("AWS_EC2_METADATA_DISABLED", "true");
    command.envs(variables.iter().map(|(name, value)| (*name, value.as_str())));
    let output = command.output().expect("this binary runs");
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && told.contains("1 passed"),
        "{test}, in its own process:\n{told}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    false
}
