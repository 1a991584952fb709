//! Which test shows of which rule that it is needed: the table in `docs/gc-safety.md` is made from this.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use keepoint::gc::rules::Rule;

/// How a rule is shown to be needed.
enum Shown {
    /// With the rule left out, and only then, these tests see something needed go. They are functions in these files.
    LeftOut(&'static [(&'static str, &'static str)]),
    /// It has no switch: these tests hold what it says.
    Held(&'static [(&'static str, &'static str)]),
    /// Nothing in keepoint could break it.
    Impossible(&'static str),
}

use Shown::{Held, Impossible, LeftOut};

const METADATA: &str = "tests/gc_model/rules/metadata.rs";
const AGES: &str = "tests/gc_model/rules/ages.rs";
const RUNNING: &str = "tests/gc_model/rules/running_jobs.rs";
const REGISTRIES: &str = "tests/gc_model/rules/registries.rs";
const APPLY: &str = "tests/gc_apply/rules.rs";
const RETENTION: &str = "tests/gc_retention/rules.rs";

fn shown(rule: Rule) -> Shown {
    match rule {
        Rule::S01 => Held(&[(
            "tests/gc_plan/chains.rs",
            "what_a_job_claimed_in_the_directory_of_another_stays_as_long_as_its_checkpoints_name_it",
        )]),
        Rule::S02 => Held(&[("tests/gc_model/laws.rs", "what_a_plan_takes_is_named_by_nothing_that_stays")]),
        Rule::S03 => LeftOut(&[
            (METADATA, "s03_metadata_of_a_newer_version_keeps_what_it_could_name"),
            (METADATA, "s03_metadata_that_does_not_parse_keeps_its_lineage"),
        ]),
        Rule::S04 => {
            LeftOut(&[(METADATA, "s04_metadata_that_was_known_and_is_missing_keeps_what_it_named_for_a_while")])
        }
        Rule::S05 => LeftOut(&[(METADATA, "s05_a_directory_that_is_named_keeps_what_is_in_it")]),
        Rule::S06 => LeftOut(&[(METADATA, "s06_another_name_of_the_bucket_keeps_the_file")]),
        Rule::S07 => Held(&[("src/uri.rs", "containment_goes_by_whole_segments")]),
        Rule::S08 => LeftOut(&[(METADATA, "s08_a_link_keeps_its_lineage")]),
        Rule::S09 => LeftOut(&[(METADATA, "s09_a_damaged_snapshot_keeps_what_its_metadata_may_have_named_before")]),
        Rule::S10 => LeftOut(&[
            (AGES, "s10_what_is_younger_than_the_newest_checkpoint_could_be_stays_however_old_it_is"),
            (AGES, "s10_the_checkpoint_before_one_that_is_minutes_old_stays"),
        ]),
        Rule::S11 => LeftOut(&[(AGES, "s11_residue_stays_until_it_is_old")]),
        Rule::S12 => LeftOut(&[(AGES, "s12_where_there_is_something_from_the_future_no_residue_is_taken")]),
        Rule::S13 => LeftOut(&[(
            METADATA,
            "s13_a_merged_file_of_a_job_that_may_run_stays_though_only_retired_checkpoints_name_it",
        )]),
        Rule::S14 => LeftOut(&[(RUNNING, "s14_the_working_files_of_a_job_that_may_run_stay")]),
        Rule::S15 => LeftOut(&[(RUNNING, "s15_two_jobs_that_write_into_one_lineage_keep_everything")]),
        Rule::S16 => LeftOut(&[
            (REGISTRIES, "s16_what_a_registry_names_stays"),
            (REGISTRIES, "s16_a_file_that_a_registry_names_stays_without_any_metadata"),
        ]),
        Rule::S17 => Held(&[(
            "tests/gc_protect/recovery.rs",
            "a_place_that_two_objects_name_is_needed_as_long_as_one_of_them_is_there",
        )]),
        Rule::S18 => LeftOut(&[(REGISTRIES, "s18_a_registry_that_does_not_answer_keeps_everything")]),
        Rule::S19 => LeftOut(&[(REGISTRIES, "s19_what_could_not_be_decoded_keeps_the_lineages_that_it_mentions")]),
        Rule::S20 => LeftOut(&[(APPLY, "s20_a_plan_that_is_old_foreign_or_of_another_configuration_is_refused")]),
        Rule::S21 => LeftOut(&[(APPLY, "s21_what_has_become_live_since_the_plan_stays")]),
        Rule::S22 => LeftOut(&[(APPLY, "s22_a_file_that_was_changed_since_the_plan_stays")]),
        Rule::S23 => Held(&[
            (APPLY, "s23_every_answer_of_a_batch_is_read_and_what_failed_is_told_and_done_later"),
            (APPLY, "s23_what_appears_beside_planned_files_stays"),
        ]),
        Rule::S24 => LeftOut(&[(
            "tests/gc_apply/on_disk.rs",
            "s24_directories_of_snapshots_go_when_they_are_empty_and_others_stay",
        )]),
        Rule::S25 => LeftOut(&[(RUNNING, "s25_a_job_that_has_just_ended_may_still_write")]),
        Rule::S26 => LeftOut(&[
            (AGES, "s26_an_unlikely_share_of_residue_is_not_believed"),
            (APPLY, "s26_too_large_a_share_of_residue_is_refused"),
        ]),
        Rule::S27 => LeftOut(&[(APPLY, "s27_a_lease_that_is_lost_stops_the_run_before_the_next_batch")]),
        Rule::S28 => Impossible("no store can be asked to abort an upload, and no plan has one"),
        Rule::S29 => Held(&[(APPLY, "s29_what_stays_in_a_store_with_versions_is_said")]),
        Rule::S30 => LeftOut(&[(APPLY, "s30_a_file_that_is_held_is_skipped")]),
        Rule::S31 => LeftOut(&[(METADATA, "s31_a_file_with_a_name_that_flink_does_not_give_stays")]),
        Rule::S32 => Held(&[("tests/gc_plan/main.rs", "planning_changes_nothing_below_the_root")]),
        Rule::S33 => LeftOut(&[(METADATA, "s33_a_listing_that_contradicts_itself_keeps_everything")]),
        Rule::S34 => Held(&[(METADATA, "s34_what_is_named_outside_of_the_world_is_told")]),
        Rule::S35 => LeftOut(&[(RUNNING, "s35_the_newest_checkpoint_by_number_stays_when_the_counter_was_set_back")]),
        Rule::R01 => {
            Held(&[(RETENTION, "r_01_checkpoints_and_savepoints_in_one_lineage_do_not_compete_however_it_is_grouped")])
        }
        Rule::R02 => Held(&[(RETENTION, "r_02_a_damaged_one_fills_no_place_of_a_quota")]),
        Rule::R03 => Held(&[(RETENTION, "r_03_a_job_that_may_run_keeps_its_newest_whatever_the_policy")]),
        Rule::R04 => Held(&[(RETENTION, "r_04_a_job_that_stopped_long_ago_does_not_age_out")]),
        Rule::R05 => Held(&[(RETENTION, "r_05_a_policy_that_keeps_nothing_of_a_group_is_refused")]),
        Rule::R06 => Held(&[(RETENTION, "r_06_what_lies_in_the_future_stays_and_is_not_what_others_are_measured_by")]),
        Rule::R07 => Held(&[(RETENTION, "r_07_a_time_rule_keeps_the_newest_before_its_limit_where_nothing_is_within")]),
    }
}

#[test]
fn every_test_of_the_table_is_there_and_leaves_out_what_it_is_said_to() {
    for rule in Rule::ALL {
        let (tests, is_left_out) = match shown(*rule) {
            LeftOut(tests) => (tests, true),
            Held(tests) => (tests, false),
            Impossible(_) => continue,
        };
        for (file, test) in tests {
            let text = read(file);
            let start = text.find(&format!("fn {test}(")).unwrap_or_else(|| panic!("{file} has no {test}"));
            let body = &text[start..];
            let body = body.find("\n}\n").map_or(body, |end| &body[..end]);
            let names_it = body.contains(&format!("Rule::{rule:?}"));
            assert!(!is_left_out || names_it, "{test} does not leave out {rule}");
        }
    }
}

/// A rule that can be left out must be left out by some test, or nobody knows what it is good for.
#[test]
fn every_rule_that_has_a_switch_is_left_out_by_a_test() {
    let mut sources = String::new();
    collect(&root().join("src/gc"), &mut sources);
    for rule in Rule::ALL {
        let has_switch = sources.contains(&format!("Rule::{rule:?}"));
        let is_left_out = matches!(shown(*rule), LeftOut(_));
        assert_eq!(has_switch, is_left_out, "{rule}: has a switch / is left out by a test");
    }
}

#[test]
fn the_table_in_the_documents_is_this_one() {
    const MARK: &str = "<!-- rules and tests -->\n";
    let document = read("docs/gc-safety.md");
    let start = document.find(MARK).expect("the mark of the table") + MARK.len();
    let end = start + document[start..].find("\n## ").expect("a section behind it");
    let expected = format!("\n{}", table());
    if std::env::var_os("KEEPOINT_BLESS").is_some() {
        let blessed = format!("{}{expected}{}", &document[..start], &document[end..]);
        fs::write(root().join("docs/gc-safety.md"), blessed).expect("a writable document");
    } else {
        assert!(document[start..end] == expected, "the table is another one: run again with KEEPOINT_BLESS=1");
    }
}

fn table() -> String {
    let mut table =
        "| Rule | With the rule left out, something needed goes | Otherwise held by |\n|---|---|---|\n".to_owned();
    for rule in Rule::ALL {
        let names = |tests: &[(&str, &str)]| {
            let names: Vec<_> = tests.iter().map(|(file, test)| format!("`{}::{test}`", short(file))).collect();
            names.join(", ")
        };
        let (left_out, held) = match shown(*rule) {
            LeftOut(tests) => (names(tests), String::new()),
            Held(tests) => (String::new(), names(tests)),
            Impossible(why) => (String::new(), why.to_owned()),
        };
        let _ = writeln!(table, "| {rule} | {left_out} | {held} |");
    }
    table
}

/// The test binary, or the module of the sources.
fn short(file: &str) -> &str {
    let rest = file.strip_prefix("tests/").or_else(|| file.strip_prefix("src/")).unwrap_or(file);
    rest.split(['/', '.']).next().unwrap_or(rest)
}

fn collect(directory: &Path, text: &mut String) {
    for entry in fs::read_dir(directory).expect("a directory") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(&path, text);
        } else if !path.ends_with("gc/rules.rs") && path.file_name().is_some_and(|name| name != "tests.rs") {
            let source = fs::read_to_string(&path).expect("a source");
            let code = source.split("#[cfg(test)]").next().expect("there is always a first part");
            text.extend(code.lines().filter(|line| !line.trim_start().starts_with("//")));
        }
    }
}

fn read(file: &str) -> String {
    fs::read_to_string(root().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
