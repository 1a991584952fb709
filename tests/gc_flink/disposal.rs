//! One snapshot deleted by name: by keepoint, and by Flink itself.

use std::collections::BTreeMap;

use tempfile::tempdir;

use super::collected::{AT_REST, Written};
use super::flink::OnStore;
use super::store::Store;
use super::stored::{Needs, Tree, spelled};

/// Also the proof that these tests see a missing file: Flink must fail to restore what its own disposal has broken.
#[test]
#[ignore = "runs Flink: see main.rs"]
fn flinks_disposal_of_a_checkpoint_breaks_its_siblings_and_keepoints_does_not() {
    let directory = tempdir().expect("a temporary directory");
    let place = Store::Local.place("disposal", directory.path());
    let mut flink = OnStore::new(Store::Local);
    let cluster = "disposal";
    assert!(flink.open(cluster, "rocksdb-incremental", &place.root, &["execution.checkpointing.num-retained=1000"]));
    flink.ask(&format!("submit {cluster} disposed"));
    let mut written = Written { flink: &mut flink, cluster: cluster.to_owned(), place, positions: BTreeMap::new() };
    let checkpoints: Vec<String> = (0..5).map(|_| written.checkpoint("disposed", 300)).collect();
    written.flink.ask("cancel disposed");
    let [first, second, siblings @ ..] = checkpoints.as_slice() else { panic!("five of them") };
    let needs: Vec<Needs> = siblings.iter().map(|sibling| Needs::of(written.flink, sibling)).collect();

    let ledger = format!("{}-ledger", written.place.root);
    let arguments =
        [&["dispose", first, "--yes", "--ledger", &ledger, "--output", "json"], AT_REST.as_slice()].concat();
    let answer = written.place.ask(&arguments);
    assert_eq!(answer.code, Some(0), "{answer:?}");
    let after = Tree::read(written.flink, &written.place.root);
    assert!(!after.snapshots().contains(&spelled(first)), "{first} is gone");
    written.restores(second);
    for sibling in siblings {
        written.restores(sibling);
    }

    written.flink.ask(&format!("dispose {cluster} {second}"));
    let after = Tree::read(written.flink, &written.place.root);
    let broken: Vec<&String> = siblings
        .iter()
        .zip(&needs)
        .filter(|(_, needs)| needs.files.iter().any(|file| after.length(file).is_none()))
        .map(|(sibling, _)| sibling)
        .collect();
    println!("after Flink's disposal of {second}, {} of {} siblings lack files", broken.len(), siblings.len());
    assert!(!broken.is_empty(), "Flink deletes what others need");
    for sibling in broken {
        let error = written.flink.try_to(&format!("restore {cluster} {sibling}")).expect_err("files are missing");
        println!("{sibling}: {error}");
    }
    flink.ask(&format!("close {cluster}"));
}
