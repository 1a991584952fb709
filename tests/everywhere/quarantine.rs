//! A savepoint that is moved into the trash of HDFS instead of being deleted: it is whole there, and back as soon as somebody moves it.

use serde_json::Value;

use super::place::{Place, project, variable};

#[test]
#[ignore = "needs a name node"]
fn a_savepoint_that_is_disposed_of_into_the_trash_of_hdfs_is_whole_there_and_its_neighbour_stays() {
    let place = Place::hdfs(&format!("quarantine-{}", std::process::id()));
    let savepoints = project().join("fixtures/flink/2.3.0/changelog-filesystem/storage/savepoints");
    place.fill(&savepoints);
    let (goes, stays) = ("savepoint-83c0d3-e478bd068122", "savepoint-83c0d3-a04b9fa60512");
    // Where Hadoop's own shell moves what its user deletes.
    let user = variable("KEEPOINT_TEST_HDFS_USER");
    let trash = format!("{}/user/{user}/.Trash/Current", variable("KEEPOINT_TEST_HDFS"));
    let ledger = format!("{}-ledger", place.root);
    let dispose = ["dispose", &format!("{{root}}/{goes}"), "--yes", "--quarantine", &trash, "--ledger", &ledger];
    let answer = place.ask(&[&dispose[..], &["--output", "json"]].concat());
    assert_eq!(answer.code, Some(0), "{answer:?}");
    let report: Value = serde_json::from_str(&answer.stdout).expect("JSON");
    let files = std::fs::read_dir(savepoints.join(goes)).expect("a fixture").count() as u64;
    assert_eq!(report["files_deleted"].as_u64(), Some(files), "{report}");

    let (_, path) = place.root.split_once("/flink/").expect("below the directory of the tests");
    let plan = report["plan_id"].as_str().expect("a plan");
    let moved = format!("{trash}/{plan}/flink/{path}/{goes}");
    let verified = place.ask(&["verify", &moved]);
    assert_eq!(verified.code, Some(0), "it is whole in the trash: {verified:?}");
    let gone = place.ask(&["inspect", &format!("{{root}}/{goes}")]);
    assert_ne!(gone.code, Some(0), "{gone:?}");
    assert_eq!(place.ask(&["verify", &format!("{{root}}/{stays}")]).code, Some(0));
}
