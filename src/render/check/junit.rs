//! The answer as the test report of a build: each operator is a test; findings that stand against "compatible" are failures, unless they
//! were accepted; what is not about an operator belongs to a test of its own.

use std::collections::BTreeMap;
use std::io::{self, Write};

use quick_xml::Writer;
use quick_xml::events::BytesText;

use super::view::{answer, label, reaction, words};
use crate::render::text::escaped;
use crate::report::{CheckFinding, CheckReport, Verdict};

/// What is not about an operator.
const WHOLE: &str = "snapshot";

pub(super) fn report(report: &CheckReport, out: &mut dyn Write) -> io::Result<()> {
    let mut by_operator: BTreeMap<&str, Vec<&CheckFinding>> = BTreeMap::new();
    for finding in report.findings.iter().filter(|finding| finding.verdict() != Verdict::Compatible) {
        by_operator.entry(finding.operator_id.as_deref().unwrap_or("")).or_default().push(finding);
    }
    let mut cases: Vec<(String, Vec<&CheckFinding>)> =
        vec![(WHOLE.to_owned(), by_operator.remove("").unwrap_or_default())];
    for operator in &report.operators {
        cases.push((label(operator), by_operator.remove(operator.operator_id.as_str()).unwrap_or_default()));
    }
    let stands = |findings: &[&CheckFinding]| findings.iter().any(|finding| finding.accepted_by.is_none());
    // A check that falls short of what was required fails even without a finding.
    let unexplained = !report.accepted
        && report.verdict() != Verdict::Compatible
        && !cases.iter().any(|(_, findings)| stands(findings));
    let failures = cases.iter().filter(|(_, findings)| stands(findings)).count() + usize::from(unexplained);
    let tests = cases.len().to_string();
    let location = report.snapshot.as_ref().map_or("", |snapshot| snapshot.location.as_str());
    let location = escaped(location);
    out.write_all(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")?;
    let mut xml = Writer::new_with_indent(&mut *out, b' ', 2);
    let failures = failures.to_string();
    let suite = [("name", "keepoint check"), ("tests", &*tests), ("failures", &*failures)];
    xml.create_element("testsuites").with_attributes(suite).write_inner_content(|xml| {
        let suite = [("name", &*location), ("tests", &*tests), ("failures", &*failures)];
        xml.create_element("testsuite").with_attributes(suite).write_inner_content(|xml| {
            for (name, findings) in &cases {
                let name = escaped(name);
                let case =
                    xml.create_element("testcase").with_attributes([("classname", &*location), ("name", &*name)]);
                let is_whole = name == WHOLE;
                if findings.is_empty() && !(is_whole && unexplained) {
                    case.write_empty()?;
                    continue;
                }
                case.write_inner_content(|xml| {
                    for finding in findings {
                        self::finding(finding, xml)?;
                    }
                    if is_whole && unexplained {
                        let message = escaped(&answer(report));
                        xml.create_element("failure").with_attribute(("message", &*message)).write_empty()?;
                    }
                    Ok(())
                })?;
            }
            Ok(())
        })?;
        Ok(())
    })?;
    out.write_all(b"\n")
}

fn finding<W: Write>(finding: &CheckFinding, xml: &mut Writer<W>) -> io::Result<()> {
    let state = finding.state.iter().map(|state| format!("state {state}")).chain(finding.path.clone());
    let mut lines: Vec<String> = state.collect();
    lines.extend(finding.evidence.clone());
    lines.push(reaction(finding).to_owned());
    lines.extend(finding.action.clone());
    let text = escaped(&lines.join("; "));
    let message = escaped(&format!("{}: {}", finding.code, finding.message));
    if let Some(by) = &finding.accepted_by {
        let text = escaped(&format!("accepted ({by}): {message}"));
        xml.create_element("system-out").write_text_content(BytesText::new(&text))?;
    } else {
        let kind = words(finding.verdict());
        let attributes = [("type", &*kind), ("message", &*message)];
        xml.create_element("failure").with_attributes(attributes).write_text_content(BytesText::new(&text))?;
    }
    Ok(())
}
