//! Plans of stream graphs, as real Flink made them (`fixtures/uids`), alone and as `flink info` prints them.

use std::fs;
use std::path::{Path, PathBuf};

use keepoint::compat::target::execution_plan;

fn plans() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/uids");
    let releases = fs::read_dir(root).expect("fixtures/uids").map(|entry| entry.expect("an entry").path());
    let files = releases.filter(|path| path.is_dir()).flat_map(|release| {
        fs::read_dir(release).expect("a directory").map(|entry| entry.expect("an entry").path()).collect::<Vec<_>>()
    });
    let mut plans: Vec<_> = files.filter(|file| file.to_string_lossy().ends_with(".stream-plan.json")).collect();
    plans.sort();
    plans
}

#[test]
fn every_plan_is_read_with_all_operators_and_edges_and_without_any_id() {
    let plans = plans();
    assert!(plans.len() > 5, "{plans:?}");
    for file in plans {
        let name = file.display();
        let plan = fs::read_to_string(&file).expect("a plan");
        let json: serde_json::Value = serde_json::from_str(&plan).expect("JSON");
        let nodes = json["nodes"].as_array().expect("a list");
        let printed = format!(
            "WARN something of a logger\n----------------------- Execution Plan -----------------------\n{plan}\n\
             --------------------------------------------------------------\n\nA job {{of shops}}.\n"
        );
        for text in [&plan, &printed] {
            let target = execution_plan(text, "plan").unwrap_or_else(|error| panic!("{name}: {error}"));
            let target = target.unwrap_or_else(|| panic!("{name}: not read"));
            assert_eq!(target.vertices.len(), nodes.len(), "{name}");
            assert!(target.is_complete && target.operators().all(|(_, operator)| operator.id.is_none()), "{name}");
            let edges = nodes.iter().filter_map(|node| node["predecessors"].as_array()).map(Vec::len).sum::<usize>();
            let read: usize = target.vertices.iter().flat_map(|vertex| &vertex.inputs).map(Vec::len).sum();
            assert_eq!(read, edges, "{name}");
            let names: Vec<_> = target.operators().filter_map(|(_, operator)| operator.name.as_deref()).collect();
            let expected: Vec<_> = nodes.iter().filter_map(|node| node["type"].as_str()).collect();
            assert_eq!(names, expected, "{name}");
        }
    }
}

#[test]
fn a_plan_that_was_cut_off_is_refused_in_one_line() {
    let plan = fs::read_to_string(&plans()[0]).expect("a plan");
    let title = "----------------------- Execution Plan -----------------------\n";
    for end in (0..plan.trim_end().len()).step_by(7) {
        let error = execution_plan(&format!("{title}{}", &plan[..end]), "plan").expect_err("a plan that was cut off");
        assert!(!error.to_string().contains('\n') && !error.hint.is_empty(), "{error}");
    }
}
