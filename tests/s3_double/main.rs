//! The S3 server that other tests trust: it must answer as S3's API reference says, and misbehave only when told to.

#[path = "../support/s3_double/mod.rs"]
mod s3_double;

mod addressing;
mod client;
mod deletes;
mod faults;
mod objects;
mod paging;
mod paging_laws;
mod rules;
mod versions;
