//! A directory on some store, and keepoint asked about it.
#![allow(dead_code, reason = "each test binary uses its own part")]

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Where a tree lies, and what keepoint has to know to reach it.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    pub(crate) root: String,
    variables: Vec<(&'static str, String)>,
}

/// What keepoint answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

pub(crate) fn project() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// A variable that the scripts of the servers set.
pub(crate) fn variable(name: &str) -> String {
    env::var(name).unwrap_or_else(|_| panic!("{name} is not set: source the env of the servers, or use tests/run"))
}

impl Place {
    pub(crate) fn local(directory: &Path) -> Self {
        Self { root: format!("file:{}", directory.display()), variables: Vec::new() }
    }

    pub(crate) fn s3(path: &str) -> Self {
        let variables = vec![
            ("AWS_ENDPOINT_URL", variable("KEEPOINT_TEST_S3_ENDPOINT")),
            ("AWS_REGION", variable("KEEPOINT_TEST_S3_REGION")),
            ("AWS_ACCESS_KEY_ID", variable("KEEPOINT_TEST_S3_ACCESS_KEY")),
            ("AWS_SECRET_ACCESS_KEY", variable("KEEPOINT_TEST_S3_SECRET_KEY")),
        ];
        Self { root: format!("s3://{}/{path}", variable("KEEPOINT_TEST_S3_BUCKET")), variables }
    }

    pub(crate) fn hdfs(path: &str) -> Self {
        let variables = vec![
            ("HADOOP_CONF_DIR", variable("KEEPOINT_TEST_HDFS_CONF")),
            ("HADOOP_USER_NAME", variable("KEEPOINT_TEST_HDFS_USER")),
        ];
        Self { root: format!("{}/flink/{path}", variable("KEEPOINT_TEST_HDFS")), variables }
    }

    /// The same place for somebody who may read everything there and change nothing; on a local disk there is no such user.
    pub(crate) fn read_only(&self) -> Self {
        let mut place = self.clone();
        for (name, value) in &mut place.variables {
            match *name {
                "AWS_ACCESS_KEY_ID" => *value = variable("KEEPOINT_TEST_S3_READER_ACCESS_KEY"),
                "AWS_SECRET_ACCESS_KEY" => *value = variable("KEEPOINT_TEST_S3_READER_SECRET_KEY"),
                "HADOOP_USER_NAME" => "somebody-else".clone_into(value),
                _ => {}
            }
        }
        place
    }

    /// The same place with one more variable of the environment.
    pub(crate) fn knowing(&self, name: &'static str, value: &str) -> Self {
        let mut place = self.clone();
        place.variables.push((name, value.to_owned()));
        place
    }

    /// A directory below it.
    pub(crate) fn below(&self, path: &str) -> Self {
        Self { root: format!("{}/{path}", self.root), ..self.clone() }
    }

    /// Copies a tree to it, in the order of the names.
    pub(crate) fn fill(&self, from: &Path) {
        match self.root.split_once(':') {
            Some(("file", directory)) => copy(from, Path::new(directory)),
            Some(("s3", _)) => put("s3", from, &self.root),
            Some(("hdfs", _)) => put("hdfs", from, &self.root),
            other => panic!("no way to fill {other:?}"),
        }
    }

    /// Runs keepoint; `{root}` in an argument is this place.
    pub(crate) fn ask(&self, arguments: &[&str]) -> Answer {
        let Output { status, stdout, stderr } = Command::new(env!("CARGO_BIN_EXE_keepoint"))
            .args(arguments.iter().map(|argument| argument.replace("{root}", &self.root)))
            .envs(self.variables.iter().cloned())
            .output()
            .expect("keepoint starts");
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        Answer { code: status.code(), stdout: text(stdout), stderr: text(stderr) }
    }
}

fn put(store: &str, from: &Path, root: &str) {
    let script = project().join("tests/servers/put");
    let status = Command::new(script).arg(store).arg(from).arg(root).status().expect("the script starts");
    assert!(status.success(), "put {store} {} {root}", from.display());
}

pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a new directory");
    let mut entries: Vec<_> = fs::read_dir(from).expect("a directory").map(|entry| entry.expect("an entry")).collect();
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let target = to.join(entry.file_name());
        if entry.file_type().expect("a type").is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("a copy");
        }
    }
}
