//! Which module may know which. `docs/architecture.md` has the same table; this test keeps both true.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// A module and the modules of this crate that it may import. What is not here may import nothing.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("uri", &[]),
    ("codec", &[]),
    // Strings and offset arrays stay in the bytes they were read from; their types are the codec's.
    ("model", &["codec"]),
    ("format", &["codec", "model"]),
    ("storage", &["uri"]),
    ("references", &["model", "uri"]),
    ("discovery", &["storage", "format", "model", "uri"]),
    ("doctor", &["report", "storage", "uri"]),
    ("diff", &["report", "uri"]),
    ("report", &[]),
    ("flink_conf", &["report", "uri"]),
    ("flink_rest", &["storage"]),
    ("list", &["discovery", "inspect", "progress", "report", "storage", "uri"]),
    (
        "verify",
        &["codec", "discovery", "inspect", "list", "model", "progress", "references", "report", "storage", "uri"],
    ),
    (
        "files",
        &["discovery", "format", "inspect", "list", "model", "progress", "references", "report", "storage", "uri"],
    ),
    ("latest", &["discovery", "report", "uri"]),
    ("identify", &["codec", "model", "report"]),
    ("compat", &["codec", "identify", "model", "report"]),
    (
        "sizes",
        &[
            "discovery",
            "format",
            "inspect",
            "list",
            "model",
            "progress",
            "references",
            "report",
            "states",
            "storage",
            "uri",
        ],
    ),
    ("states", &["codec", "discovery", "format", "inspect", "model", "references", "report", "storage", "uri"]),
    (
        "gc",
        &[
            "codec",
            "discovery",
            "flink_rest",
            "format",
            "inspect",
            "list",
            "model",
            "progress",
            "references",
            "report",
            "storage",
            "uri",
            "verify",
        ],
    ),
    ("progress", &[]),
    ("state_data", &["discovery", "format", "inspect", "model", "references", "report", "states", "storage", "uri"]),
    ("inspect", &["codec", "discovery", "format", "model", "references", "report", "uri"]),
    ("render", &["report"]),
    (
        "cli",
        &[
            "compat",
            "diff",
            "discovery",
            "doctor",
            "files",
            "flink_conf",
            "flink_rest",
            "gc",
            "identify",
            "inspect",
            "latest",
            "list",
            "progress",
            "references",
            "render",
            "report",
            "sizes",
            "state_data",
            "states",
            "storage",
            "uri",
            "verify",
        ],
    ),
];

#[test]
fn every_module_imports_only_what_the_table_allows() {
    let table: BTreeMap<_, _> = MAY_IMPORT.iter().copied().collect();
    let mut violations = Vec::new();
    for (module, file) in sources() {
        let allowed = table.get(module.as_str()).unwrap_or_else(|| panic!("{module} is not in the table"));
        for imported in imports(&fs::read_to_string(&file).expect("readable source")) {
            if imported != module && !allowed.contains(&imported.as_str()) {
                violations.push(format!("{}: {module} must not know {imported}", file.display()));
            }
        }
    }
    assert!(violations.is_empty(), "{}", violations.join("\n"));
}

#[test]
fn inspect_takes_from_discovery_only_what_was_loaded_and_what_names_tell() {
    for (_, file) in sources().into_iter().filter(|(module, _)| module == "inspect") {
        let text = fs::read_to_string(&file).expect("readable source");
        assert!(!text.contains("load("), "{} loads", file.display());
        assert!(!text.contains("crate::storage"), "{} knows storage", file.display());
    }
}

#[test]
fn the_formats_do_no_input_or_output_and_no_module_but_storage_opens_files() {
    for (module, file) in sources() {
        let text = fs::read_to_string(&file).expect("readable source");
        let code = text.split("#[cfg(test)]").next().expect("there is always a first part");
        for forbidden in ["std::fs", "File::open", "tokio::fs"] {
            // Temporary files hold what does not fit into memory.
            let opens_files = module == "storage" || file.to_string_lossy().contains("gc/disk/");
            assert!(opens_files || !code.contains(forbidden), "{}: {forbidden}", file.display());
        }
        for forbidden in ["async fn", "tokio", "clap", "SystemTime::now", "Utc::now"] {
            // The search of `list` waits for storage and cores; what it does with the finds is pure.
            let searches = file.ends_with("list/collect.rs");
            let pure = !searches
                && matches!(
                    module.as_str(),
                    "uri"
                        | "codec"
                        | "model"
                        | "format"
                        | "references"
                        | "inspect"
                        | "identify"
                        | "diff"
                        | "list"
                        | "latest"
                        | "flink_conf"
                        | "render"
                );
            let pure = pure || file.to_string_lossy().contains("gc/retention/");
            assert!(!pure || !code.contains(forbidden), "{}: {forbidden}", file.display());
        }
    }
}

#[test]
fn only_storage_the_doctor_and_what_applies_a_plan_know_how_to_delete() {
    for (module, file) in sources() {
        let text = fs::read_to_string(&file).expect("readable source");
        let knows = ["DeletingStorage", "open_for_deletion", "Doomed"].iter().any(|word| text.contains(word));
        let applies = ["gc/apply/", "gc/ledger/", "gc/restore_metadata.rs"];
        let may = matches!(module.as_str(), "storage" | "doctor")
            || applies.iter().any(|part| file.to_string_lossy().contains(part));
        assert!(!knows || may, "{} can delete", file.display());
    }
}

#[test]
fn nothing_but_tests_leaves_out_a_rule_of_the_collector() {
    for (_, file) in sources().into_iter().filter(|(_, file)| !file.ends_with("gc/rules.rs")) {
        let text = fs::read_to_string(&file).expect("readable source");
        let code = text.split("#[cfg(test)]").next().expect("there is always a first part");
        assert!(!code.contains("all_but"), "{} leaves out a rule", file.display());
    }
}

#[test]
fn decoders_ask_the_layout_and_never_compare_version_numbers() {
    let has_layout =
        |file: &Path| ["format/metadata", "format/state_meta"].iter().any(|part| file.to_string_lossy().contains(part));
    for (_, file) in sources().into_iter().filter(|(_, file)| has_layout(file)) {
        let text = fs::read_to_string(&file).expect("readable source");
        for smell in ["version >=", "version <", "version >", "version ==", "number() >", "number() <"] {
            assert!(!text.contains(smell), "{}: {smell}", file.display());
        }
    }
}

#[test]
fn the_table_in_the_documents_is_the_one_that_is_tested() {
    let document = fs::read_to_string(root().join("docs/architecture.md")).expect("docs/architecture.md");
    for (module, allowed) in MAY_IMPORT {
        let allowed = if allowed.is_empty() {
            "–".to_owned()
        } else {
            allowed.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
        };
        let row = format!("| `{module}` | {allowed} |");
        assert!(document.contains(&row), "docs/architecture.md has no row {row}");
    }
}

/// Every source file with the top-level module it belongs to.
fn sources() -> Vec<(String, PathBuf)> {
    let src = root().join("src");
    let mut sources = Vec::new();
    walk(&src, &mut |file| {
        let relative = file.strip_prefix(&src).expect("it is below");
        let first = relative.components().next().expect("it has a name").as_os_str().to_string_lossy().into_owned();
        let module = first.trim_end_matches(".rs").to_owned();
        if !matches!(module.as_str(), "lib" | "main") {
            sources.push((module, file.to_owned()));
        }
    });
    assert!(sources.len() > 20, "only {} sources found", sources.len());
    sources
}

fn walk(directory: &Path, show: &mut dyn FnMut(&Path)) {
    for entry in fs::read_dir(directory).expect("a readable directory") {
        let path = entry.expect("a readable directory").path();
        if path.is_dir() {
            walk(&path, show);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            show(&path);
        }
    }
}

/// The top-level modules that a source names behind `crate::`, outside of comments.
fn imports(source: &str) -> BTreeSet<String> {
    let mut modules = BTreeSet::new();
    for line in source.lines().filter(|line| !line.trim_start().starts_with("//")) {
        for (position, _) in line.match_indices("crate::") {
            let rest = &line[position + "crate::".len()..];
            if let Some(group) = rest.strip_prefix('{') {
                let names = group.split(['}', ',']).map(|name| name.trim().split("::").next().unwrap_or(""));
                modules.extend(names.filter(|name| !name.is_empty()).map(ToOwned::to_owned));
            } else {
                modules.extend(rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().map(ToOwned::to_owned));
            }
        }
    }
    modules
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
