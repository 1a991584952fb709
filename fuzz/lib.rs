//! What reads bytes, and nothing of what fetches them: the clients of the stores take most of the time of a build.

#[path = "../src/codec/mod.rs"]
pub mod codec;
#[path = "../src/compat/mod.rs"]
pub mod compat;
#[path = "../src/format/mod.rs"]
pub mod format;
#[path = "../src/identify/mod.rs"]
pub mod identify;
#[path = "../src/model/mod.rs"]
pub mod model;
#[path = "../src/report/mod.rs"]
pub mod report;
