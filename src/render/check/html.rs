//! The answer as one page for a browser: nothing is loaded and nothing runs. The template is `templates/check.html`, in which every value
//! is escaped.

use std::io::{self, Write};

use askama::Template;

use super::view::{answer, label, place, reach, reaction, says_something, target, words};
use crate::render::text::{escaped, size_or};
use crate::report::{CheckFinding, CheckReport, OperatorVerdict, StateVerdict, Verdict};

#[derive(Template)]
#[template(path = "check.html")]
struct Page<'r> {
    tool_version: String,
    verdict: String,
    class: &'static str,
    answer: String,
    location: String,
    job: String,
    reach: String,
    parts: [Part; 2],
    not_checked: Vec<(String, String)>,
    operators: Vec<OperatorRow<'r>>,
}

struct Part {
    id: &'static str,
    name: &'static str,
    none: &'static str,
    rows: Vec<Row>,
}

struct Row {
    severity: String,
    code: String,
    place: String,
    message: String,
    facts: Vec<String>,
}

struct OperatorRow<'r>(&'r OperatorVerdict);

pub(super) fn report(report: &CheckReport, out: &mut dyn Write) -> io::Result<()> {
    let rows = |stands: bool| {
        let wanted = report.findings.iter().filter(move |finding| (finding.verdict() != Verdict::Compatible) == stands);
        wanted.map(row).collect()
    };
    let page = Page {
        tool_version: escaped(&report.tool_version),
        verdict: words(report.verdict()),
        class: class_of(report.verdict(), report.accepted),
        answer: answer(report),
        location: report.snapshot.as_ref().map_or_else(String::new, |snapshot| escaped(&snapshot.location)),
        job: escaped(&target(report.target.as_ref())),
        reach: reach(report),
        parts: [
            Part { id: "standing", name: "What stands in the way", none: "Nothing.", rows: rows(true) },
            Part { id: "known", name: "Good to know", none: "Nothing.", rows: rows(false) },
        ],
        not_checked: report.not_checked.iter().map(|gap| (escaped(&gap.what), escaped(&gap.needs))).collect(),
        operators: report.operators.iter().map(OperatorRow).collect(),
    };
    let mut out = out;
    page.write_into(&mut out)
}

/// The colours say nothing that the words do not.
fn class_of(verdict: Verdict, accepted: bool) -> &'static str {
    match verdict {
        Verdict::Compatible => "keep",
        _ if accepted => "keep",
        Verdict::Unknown | Verdict::Unspecified => "blocked",
        Verdict::Partial | Verdict::NeedsFlag | Verdict::Incompatible => "delete",
    }
}

fn row(finding: &CheckFinding) -> Row {
    let mut facts: Vec<String> = finding.evidence.iter().map(|evidence| format!("Seen: {evidence}")).collect();
    if says_something(finding) {
        facts.push(format!("What Flink does: {}", reaction(finding)));
    }
    facts.extend(finding.action.iter().map(|action| format!("To do: {action}")));
    facts.extend(finding.accepted_by.iter().map(|by| format!("Accepted: {by}")));
    Row {
        severity: words(finding.severity()),
        code: escaped(&finding.code),
        place: escaped(&place(finding)),
        message: escaped(&finding.message),
        facts: facts.iter().map(|fact| escaped(fact)).collect(),
    }
}

impl OperatorRow<'_> {
    fn label(&self) -> String {
        escaped(&label(self.0))
    }

    fn id(&self) -> String {
        escaped(&self.0.operator_id)
    }

    fn mapping(&self) -> String {
        words(self.0.mapping())
    }

    fn size(&self) -> String {
        size_or(self.0.state_bytes, "-")
    }

    fn verdict(&self) -> String {
        words(self.0.verdict())
    }

    fn class(&self) -> &'static str {
        class_of(self.0.verdict(), false)
    }

    /// "sum: Long → Integer (incompatible)".
    fn states(&self) -> Vec<String> {
        self.0.states.iter().map(state).collect()
    }
}

fn state(state: &StateVerdict) -> String {
    let types = match (&state.before, &state.after) {
        (Some(before), Some(after)) if before == after => before.clone(),
        (before, after) => {
            let text = |side: &Option<String>| side.clone().unwrap_or_else(|| "-".to_owned());
            format!("{} → {}", text(before), text(after))
        }
    };
    let compared =
        if state.compatibility.is_some() { format!(" ({})", words(state.compatibility())) } else { String::new() };
    escaped(&format!("{}: {types}{compared}", state.name))
}
