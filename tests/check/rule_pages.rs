//! The pages of the rules (`docs/rules/`) are the comments at the head of their files, and the table of codes is the registry.
//! `KEEPOINT_BLESS=1` writes them anew.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use keepoint::compat::registry::RULES;
use keepoint::report::ValueName as _;

/// What each page answers, in this order.
const PARTS: [&str; 5] = ["**What it finds.**", "**Why.**", "**What Flink does.**", "**Example.**", "**Fix.**"];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn page(rule: &str) -> String {
    let file = root().join("src/compat/rules").join(format!("{rule}.rs"));
    let source = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let comment = source.lines().map_while(|line| line.strip_prefix("//!"));
    comment.map(|line| line.strip_prefix(' ').unwrap_or(line).to_owned() + "\n").collect()
}

fn table() -> String {
    let mut text = "# Rules of `keepoint check`\n\nThese pages are made from the comments in `src/compat/rules`.\n\n\
                    | Code | Severity | Verdict | Flink | Rule |\n| --- | --- | --- | --- | --- |\n"
        .to_owned();
    for rule in RULES {
        for code in rule.codes {
            let words = |name: &str| name.replace('_', " ");
            let _ = writeln!(
                text,
                "| `{}` | {} | {} | {} | [{}]({}.md) |",
                code.name,
                words(code.severity.value_name()),
                words(code.verdict.value_name()),
                words(code.flink.value_name()),
                rule.name,
                rule.name
            );
        }
    }
    text.push_str("\nA rule may give a finding another severity and verdict than its code has in this table, and says so on its page.\n");
    text
}

fn is_written(file: &Path, expected: &str) {
    if std::env::var_os("KEEPOINT_BLESS").is_some() {
        fs::create_dir_all(file.parent().expect("a directory")).expect("a directory");
        fs::write(file, expected).expect("a page");
    }
    let found = fs::read_to_string(file).unwrap_or_default();
    assert_eq!(found, expected, "{}: run with KEEPOINT_BLESS=1", file.display());
}

#[test]
fn every_rule_has_a_page_that_says_what_why_and_what_to_do() {
    let mut pages = BTreeSet::from(["README.md".to_owned()]);
    for rule in RULES {
        let page = page(rule.name);
        assert!(page.starts_with("# "), "{}: has no title", rule.name);
        let positions: Vec<_> = PARTS.iter().map(|part| page.find(part)).collect();
        assert!(positions.iter().all(Option::is_some) && positions.is_sorted(), "{}: needs {PARTS:?}", rule.name);
        is_written(&root().join("docs/rules").join(format!("{}.md", rule.name)), &page);
        pages.insert(format!("{}.md", rule.name));
    }
    is_written(&root().join("docs/rules/README.md"), &table());
    let there = fs::read_dir(root().join("docs/rules")).expect("docs/rules");
    let there: BTreeSet<_> =
        there.map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8")).collect();
    assert_eq!(there, pages);
}

#[test]
fn a_code_belongs_to_one_rule() {
    let mut seen = BTreeSet::new();
    for code in RULES.iter().flat_map(|rule| rule.codes) {
        assert!(seen.insert(code.name), "{} is in two rules", code.name);
        assert!(code.name.chars().all(|c| c.is_ascii_uppercase() || c == '_'), "{}", code.name);
    }
}
