//! The page of a plan in a real browser. `tests/gc_page/run` installs one where it can and starts this.

#[path = "reports/gc.rs"]
#[allow(dead_code, reason = "other tests use the rest")]
mod reports;

use std::fs;
use std::process::Command;

use keepoint::render::{self, DocumentFormat};
use keepoint::report::GcPlanReport;

/// The page as the browser has understood it. `KEEPOINT_BROWSER` names the browser; it has a profile of its own.
fn in_browser(report: &GcPlanReport) -> String {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("plan.html");
    let mut page = Vec::new();
    render::gc_plan(report, None, DocumentFormat::Html, &mut page).expect("a vector takes everything");
    fs::write(&file, page).expect("a writable directory");
    let browser = std::env::var("KEEPOINT_BROWSER").unwrap_or_else(|_| "chromium".to_owned());
    let output = Command::new(&browser)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--dump-dom"])
        .arg(format!("--user-data-dir={}", directory.path().join("profile").display()))
        .arg(format!("file://{}", file.display()))
        .output()
        .unwrap_or_else(|error| panic!("{browser}: {error}"));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

/// What stands between two tags of the page, without tags.
fn between<'p>(page: &'p str, start: &str, end: &str) -> &'p str {
    let (_, rest) = page.split_once(start).unwrap_or_else(|| panic!("no {start}: {page}"));
    rest.split_once(end).unwrap_or_else(|| panic!("no {end}: {rest}")).0
}

#[test]
#[ignore = "needs a browser"]
fn a_browser_shows_the_totals() {
    let page = in_browser(&reports::plan());
    let headline = between(&page, "id=\"headline\">", "</p>");
    assert_eq!(headline, "3 of 7 snapshots go, 3 stay, 1 blocked; 40 files, 2.0 GiB freed");
    let totals = between(&page, "id=\"totals\">", "</dl>");
    assert_eq!(totals.matches("<dt>").count(), 5, "{totals}");
    for text in ["Snapshots that go", ">3<", "Space freed", "2.0 GiB", "of 10.0 GiB (20 %)"] {
        assert!(totals.contains(text), "{text}: {totals}");
    }
}

#[test]
#[ignore = "needs a browser"]
fn a_browser_finds_no_markup_in_names() {
    let (harmless, hostile) = (in_browser(&reports::plan()), in_browser(&reports::hostile_plan()));
    for tag in ["<script", "<img", "<iframe", "<a "] {
        assert!(!hostile.contains(tag), "{tag}");
    }
    // Whatever the names are, the page has the parts that it has.
    let sections = |page: &str| page.matches("<section").count();
    assert_eq!(sections(&hostile), sections(&harmless));
    let inside = between(&hostile, "<main>", "</main>");
    assert_eq!(inside.matches("<details>").count(), inside.matches("</details>").count());
}

#[test]
#[ignore = "needs a browser"]
fn a_browser_takes_a_page_with_ten_thousand_snapshots() {
    let page = in_browser(&reports::many_snapshots());
    assert_eq!(page.matches("<td class=\"decision").count(), 10_000);
    assert!(page.trim_end().ends_with("</html>"));
}
