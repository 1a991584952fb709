//! The data of states against Flink: what Flink's classes and the connectors' own serializers read from it is what keepoint must say.

#[path = "../support/fixtures.rs"]
mod fixtures;

mod connector_damage;
mod connectors;
mod value_damage;
mod values;
