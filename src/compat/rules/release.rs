//! # Releases
//!
//! **What it finds.** A snapshot whose metadata is newer than the release of the job can read; a job on an older release; the step from 1.x
//! to 2.x; an unaligned checkpoint that is taken to another minor release.
//!
//! **Why.** Each release writes one version of the metadata and reads all versions from 2 on, and none that is newer. Flink promises state
//! compatibility upwards within a generation, and not from 1.x to 2.x. Several releases write the same version, and a snapshot does not say
//! which of them: whether it comes from a newer one is then listed as not checked.
//!
//! **What Flink does.** A newer version is refused by the job manager ("Unrecognized checkpoint version number"). From 1.x to 2.x unchanged
//! jobs were seen to restore; what Kryo wrote is another matter (see the rule `kryo`). Unaligned checkpoints across minor releases are not
//! supported, and nobody checks it.
//!
//! **Example.** A savepoint of 2.3 for a job on 1.20: `META_VERSION_TOO_NEW`.
//!
//! **Fix.** Upgrade the job's Flink first; for an upgrade take a savepoint.

use super::{Code, Context, Coverage, Details, FlinkReaction, Outcome, Rule};
use crate::compat::FlinkVersion;

const TOO_NEW: Code = Code::error("META_VERSION_TOO_NEW", FlinkReaction::Refused);
const MAJOR: Code = Code::warning("VERSION_MAJOR");
const IN_FLIGHT: Code = Code::warning("INFLIGHT_MINOR_UPGRADE");

pub(in crate::compat) const RULE: Rule = Rule { name: "release", codes: &[TOO_NEW, MAJOR, IN_FLIGHT], check };

fn check(context: &Context<'_>, outcome: &mut Outcome) {
    let version = context.source.metadata_version;
    let Some(to) = context.target.flink_version else {
        let needs = "the release of Flink that the job runs on (--flink-version)";
        outcome.not_checked("whether the job's release reads the snapshot", needs, Coverage::Types);
        return;
    };
    let (first, last) = FlinkVersion::writers_of(version);
    let writers = match last {
        Some(last) if last == first => first.to_string(),
        Some(last) => format!("{first} to {last}"),
        None => format!("{first} or later"),
    };
    let evidence = format!("metadata version {}, which Flink {writers} writes", version.number());
    if version > to.newest_metadata() {
        let message = format!("Flink {to} does not read metadata of version {}", version.number());
        outcome.found(TOO_NEW.found(message).evidence(evidence).action("run the job on the release that wrote it"));
        return;
    }
    let newest = last.unwrap_or(FlinkVersion::NEWEST_KNOWN);
    if !to.is_at_least(newest.major, newest.minor) {
        let needs =
            format!("the release that took it: one from {first} to {newest}, and Flink {to} is not the newest of them");
        outcome.not_checked("whether the snapshot was taken by a newer release", needs, Coverage::Types);
    }
    if to.is_of_a_later_generation(version) {
        let message = format!("Flink does not promise that state of {}.x is restored on {to}", first.major);
        let action = "try it with a copy of the job before the old one is stopped";
        outcome.found(MAJOR.found(message).evidence(evidence.clone()).action(action));
    }
    let is_other_minor = last.is_some_and(|last| last < FlinkVersion::new(to.major, to.minor));
    if is_other_minor && context.source.has_in_flight_data() {
        let message = "an unaligned checkpoint is not meant for an upgrade to another minor release";
        outcome.found(IN_FLIGHT.found(message).evidence(evidence).action("take a savepoint for the upgrade"));
    }
}
