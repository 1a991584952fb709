//! `keepoint check` against what real Flink did: thousands of starts of changed jobs from snapshots, replayed as data.

mod damage;
mod known;
mod manifest_init;
mod manifest_schema;
mod pairs;
mod restore_tests;
mod rule_pages;
mod rules;
