//! `keepoint check` against what real Flink did: thousands of starts of changed jobs from snapshots, replayed as data.

#[path = "../support/fixtures.rs"]
mod fixtures;
#[path = "../support/golden.rs"]
#[allow(dead_code, reason = "other tests use the rest")]
mod golden;
#[path = "../support/job_manager.rs"]
#[allow(dead_code, reason = "other tests use the rest")]
mod job_manager;

mod archives;
mod damage;
mod execution_plans;
mod known;
mod live;
mod manifest_init;
mod manifest_schema;
mod pairs;
mod rest;
mod restore_tests;
mod rule_pages;
mod rules;
mod stream_graphs;
