//! Every fixture under several policies: the real binary plans and applies, and what Flink's own loader says of each snapshot decides
//! whether what went was dead, and whether all went that was.

#![allow(clippy::print_stdout, reason = "how much was judged is what a run is for")]

#[path = "../support/flink_loader.rs"]
mod flink_loader;
#[path = "../support/planted.rs"]
mod planted;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use flink_loader::Needed;
use planted::Planted;

/// A shared file of that name is one that a checkpoint which failed has left.
const ORPHAN: &str = "0f0f0f0f-0000-4000-8000-00000000dead";

/// What is asked for.
#[derive(Debug, Clone, Copy)]
struct Policy {
    keeps: &'static [&'static str],
    /// Whether what nothing names goes as well.
    orphans: bool,
    /// Whether every job is said to have ended.
    ended: bool,
}

const POLICIES: [Policy; 4] = [
    Policy { keeps: &["--keep-last", "1"], orphans: false, ended: false },
    Policy { keeps: &["--keep-last", "2", "--keep", "savepoint:last=1"], orphans: false, ended: false },
    Policy { keeps: &["--keep-last", "1"], orphans: true, ended: false },
    Policy { keeps: &["--keep-last", "1", "--keep", "savepoint:last=1"], orphans: true, ended: true },
];

/// A tree, and the opinion about it.
struct Judged {
    tree: Planted,
    needed: BTreeMap<PathBuf, Needed>,
    before: BTreeSet<PathBuf>,
}

/// What became of it.
#[derive(Debug, Default)]
struct Gone {
    snapshots: usize,
    files: usize,
    /// Files that no snapshot named.
    residue: usize,
}

impl Judged {
    /// A scenario in which checkpoints lie an hour apart, and all of them days back.
    fn of(scenario: &str) -> Self {
        let tree = Planted::of(scenario);
        let needed = flink_loader::needed(scenario, tree.path());
        for job in jobs(&needed) {
            fs::create_dir_all(job.join("shared")).expect("room");
            fs::write(job.join("shared").join(ORPHAN), "nothing refers to it").expect("room");
        }
        tree.age(Duration::from_hours(40 * 24));
        for (metadata, needed) in &needed {
            let hours = u64::try_from(needed.checkpoint_id).expect("a small number");
            tree.age_of(metadata, Duration::from_hours(20 * 24 - hours));
        }
        let before = files(&tree);
        let metadata: BTreeSet<&PathBuf> = before.iter().filter(|file| file.ends_with("_metadata")).collect();
        assert_eq!(metadata, needed.keys().collect(), "{scenario}: every snapshot was read by Flink's loader");
        Self { tree, needed, before }
    }

    fn collect(&self, policy: Policy) {
        let state = tempfile::tempdir().expect("a directory");
        let root = self.tree.path();
        let mut command = Command::new(env!("CARGO_BIN_EXE_keepoint"));
        command.args(["gc", "run"]).arg(root).arg("--yes").args(policy.keeps);
        command.env_clear().env("XDG_STATE_HOME", state.path()).stdin(Stdio::null());
        if policy.orphans {
            command.args(["--orphans", "--max-share", "100%"]);
        }
        if policy.ended {
            for job in jobs(&self.needed) {
                command.arg("--ended").arg(job);
            }
        }
        let output = command.output().expect("the binary runs");
        let told = || format!("{}{}", String::from_utf8_lossy(&output.stderr), String::from_utf8_lossy(&output.stdout));
        // 3: a job that claimed a snapshot has taken files of another one.
        assert!(matches!(output.status.code(), Some(0 | 3)), "{policy:?}: {}", told());
    }

    /// What went was needed by nothing that stays; and what only snapshots needed that went, went.
    fn judge(&self, policy: Policy) -> Result<Gone, String> {
        let after = files(&self.tree);
        let deleted: BTreeSet<&PathBuf> = self.before.difference(&after).collect();
        let (kept, retired): (Vec<_>, Vec<_>) = self.needed.iter().partition(|(metadata, _)| after.contains(*metadata));
        for (metadata, needed) in &kept {
            if let Some(file) = deleted.iter().find(|file| needed.covers(file)) {
                return Err(format!("{} went, and {} needs it", file.display(), metadata.display()));
            }
        }
        let is_of_retired =
            |file: &Path| retired.iter().any(|(metadata, needed)| *metadata == file || needed.covers(file));
        let residue = deleted.iter().filter(|file| !is_of_retired(file)).count();
        if residue > 0 && !policy.orphans {
            return Err(format!("{residue} files went that nothing named"));
        }
        // A job that may run may write on merged files. Up to 1.15 changelog lies in no directory of a job: nobody knows whose it is (S-31).
        let is_of_no_job = |file: &Path| file.parent().is_some_and(|place| place.ends_with("changelog"));
        let may_stay = |file: &Path| {
            is_of_no_job(file) || !policy.ended && self.needed.values().any(|needed| needed.is_managed(file))
        };
        let is_of_kept = |file: &Path| kept.iter().any(|(_, needed)| needed.covers(file));
        let left = after.iter().find(|file| is_of_retired(file) && !is_of_kept(file) && !may_stay(file));
        if let Some(file) = left {
            return Err(format!("{} stays, and only snapshots needed it that went", file.display()));
        }
        Ok(Gone { snapshots: retired.len(), files: deleted.len(), residue })
    }
}

/// The directories of jobs.
fn jobs(needed: &BTreeMap<PathBuf, Needed>) -> BTreeSet<PathBuf> {
    let directories = needed.keys().filter_map(|metadata| metadata.parent());
    let is_checkpoint =
        |place: &&Path| place.file_name().is_some_and(|name| name.to_string_lossy().starts_with("chk-"));
    directories.filter(is_checkpoint).filter_map(|place| Some(place.parent()?.to_path_buf())).collect()
}

fn files(tree: &Planted) -> BTreeSet<PathBuf> {
    tree.listing().into_iter().map(|(file, _, _)| file).collect()
}

#[test]
fn what_a_run_deletes_of_any_fixture_is_what_flinks_own_loader_needs_for_nothing_that_stays() {
    let (mut sum, mut failures) = (Gone::default(), Vec::new());
    for scenario in flink_loader::scenarios() {
        for policy in POLICIES {
            let judged = Judged::of(&scenario);
            judged.collect(policy);
            match judged.judge(policy) {
                Ok(gone) => {
                    sum.snapshots += gone.snapshots;
                    sum.files += gone.files;
                    sum.residue += gone.residue;
                }
                Err(failure) => failures.push(format!("{scenario}, {policy:?}: {failure}")),
            }
        }
    }
    assert!(failures.is_empty(), "{} failures: {}", failures.len(), failures.join("\n"));
    println!("{sum:?}");
    assert!(sum.snapshots > 100 && sum.files > 1000 && sum.residue > 0, "nothing to judge: {sum:?}");
}

#[test]
fn the_judge_sees_a_needed_file_that_went_and_a_dead_one_that_stayed() {
    let policy = POLICIES[0];
    let judged = Judged::of("2.3.0/rocksdb-incremental");
    let [(oldest, old), .., (newest, new)] =
        &judged.needed.iter().filter(|(metadata, _)| metadata.to_string_lossy().contains("/chk-")).collect::<Vec<_>>()
            [..]
    else {
        panic!("several checkpoints")
    };
    fs::remove_file(oldest).expect("deletable");
    let stayed = judged.judge(policy).expect_err("its files are left");
    assert!(stayed.contains("only snapshots needed it that went"), "{stayed}");
    let of_both = old.files.intersection(&new.files).next().expect("they share files");
    fs::remove_file(of_both).expect("deletable");
    let went = judged.judge(policy).expect_err("the newest needs it");
    assert!(went.contains("needs it") && newest.exists(), "{went}");
}
