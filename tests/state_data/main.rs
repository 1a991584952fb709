//! The data of states against Flink: what Flink's classes and the connectors' own serializers read from it is what keepoint must say.

#[path = "../state_meta/bytes.rs"]
#[allow(dead_code, reason = "each test binary uses its own part")]
mod bytes;
#[path = "../support/fixtures.rs"]
mod fixtures;

mod connector_damage;
mod connectors;
mod serialized;
mod value_damage;
mod values;
