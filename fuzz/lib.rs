//! What reads bytes, and nothing of what fetches them: the clients of the stores take most of the time of a build.

#[path = "../src/codec/mod.rs"]
pub mod codec;
#[path = "../src/format/mod.rs"]
pub mod format;
#[path = "../src/identify/jar/mod.rs"]
pub mod jar;
#[path = "../src/model/mod.rs"]
pub mod model;

pub mod identify {
    pub use crate::jar;
}
