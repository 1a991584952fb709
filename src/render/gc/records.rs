//! A plan for programs: the report as it is, and what goes one by one behind it, so that a million objects need no memory here.

use std::cell::RefCell;
use std::io::{self, Write};

use prost::Message;
use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};
use serde_json::json;

use super::{EachItem, GcPlanSection};
use crate::render::csv::{self, Table};
use crate::render::jsonl::{record, records};
use crate::render::{json, protobuf};
use crate::report::{GcItem, GcPlanReport, GcShare};

pub(super) fn json(report: &GcPlanReport, each: Option<EachItem<'_>>, out: &mut dyn Write) -> io::Result<()> {
    json::report(&Streamed { report, each }, out)
}

/// The report, as it would be with all objects in it.
struct Streamed<'a> {
    report: &'a GcPlanReport,
    each: Option<EachItem<'a>>,
}

impl Serialize for Streamed<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let report = self.report;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("schema", &report.schema)?;
        map.serialize_entry("tool_version", &report.tool_version)?;
        if let Some(plan) = &report.plan {
            map.serialize_entry("plan", plan)?;
        }
        map.serialize_entry("snapshots", &report.snapshots)?;
        map.serialize_entry("not_taken", &report.not_taken)?;
        map.serialize_entry("blockers", &report.blockers)?;
        map.serialize_entry("findings", &report.findings)?;
        if let Some(totals) = &report.totals {
            map.serialize_entry("totals", totals)?;
        }
        if let Some(file) = &report.plan_file {
            map.serialize_entry("plan_file", file)?;
        }
        if let Some(digest) = &report.digest {
            map.serialize_entry("digest", digest)?;
        }
        map.serialize_entry("items", &Items(self.each))?;
        map.end()
    }
}

struct Items<'a>(Option<EachItem<'a>>);

impl Serialize for Items<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut sequence = serializer.serialize_seq(None)?;
        let Some(each) = self.0 else { return sequence.end() };
        // The error is kept as it is: a pipe that was closed must not become another one.
        let failed = RefCell::new(None);
        let shown = each(&mut |item| {
            sequence.serialize_element(item).map_err(|error| {
                failed.replace(Some(error));
                io::Error::other("the output ends")
            })
        });
        match (failed.into_inner(), shown) {
            (Some(error), _) => Err(error),
            (None, Err(error)) => Err(serde::ser::Error::custom(error)),
            (None, Ok(())) => sequence.end(),
        }
    }
}

/// The totals come last: who waits for the end of the list learns whether it is whole.
pub(super) fn jsonl(report: &GcPlanReport, each: Option<EachItem<'_>>, out: &mut dyn Write) -> io::Result<()> {
    let mut stamp = json!({"schema": report.schema, "tool_version": report.tool_version});
    let texts = [("plan_file", &report.plan_file), ("digest", &report.digest)];
    if let Some(stamp) = stamp.as_object_mut() {
        let known = texts.into_iter().filter_map(|(name, text)| Some((name.to_owned(), text.clone()?.into())));
        stamp.extend(known);
    }
    record("report", &stamp, out)?;
    records("plan", &report.plan, out)?;
    records("snapshot", &report.snapshots, out)?;
    if let Some(each) = each {
        each(&mut |item| record("item", item, out))?;
    }
    records("not_taken", &report.not_taken, out)?;
    records("blocker", &report.blockers, out)?;
    records("finding", &report.findings, out)?;
    records("totals", &report.totals, out)
}

pub(super) fn csv(
    report: &GcPlanReport,
    each: Option<EachItem<'_>>,
    section: GcPlanSection,
    out: &mut dyn Write,
) -> io::Result<()> {
    let plan = report.plan.as_ref();
    match section {
        GcPlanSection::Snapshots => csv::rows(&report.snapshots, out),
        GcPlanSection::Items => {
            let mut table = Table::<GcItem>::begin(out)?;
            if let Some(each) = each {
                each(&mut |item| table.row(item))?;
            }
            table.end()
        }
        GcPlanSection::Shares => {
            let shares: &[GcShare] = report.totals.as_ref().map_or(&[], |totals| &totals.shares);
            csv::rows(shares, out)
        }
        GcPlanSection::NotTaken => csv::rows(&report.not_taken, out),
        GcPlanSection::Roots => csv::rows(plan.map_or(&[][..], |plan| &plan.roots), out),
        GcPlanSection::Protections => csv::rows(plan.map_or(&[][..], |plan| &plan.protections), out),
        GcPlanSection::Blockers => csv::rows(&report.blockers, out),
        GcPlanSection::Findings => csv::rows(&report.findings, out),
    }
}

/// Messages of one type that follow each other are read as one: repeated fields are put together.
pub(super) fn protobuf(report: &GcPlanReport, each: Option<EachItem<'_>>, out: &mut dyn Write) -> io::Result<()> {
    let without_items = GcPlanReport { items: Vec::new(), ..report.clone() };
    protobuf::report(&without_items, out)?;
    let Some(each) = each else { return Ok(()) };
    let mut buffer = Vec::new();
    let mut one = GcPlanReport::default();
    each(&mut |item| {
        one.items.clear();
        one.items.push(item.clone());
        buffer.clear();
        one.encode(&mut buffer).map_err(io::Error::other)?;
        out.write_all(&buffer)
    })
}
