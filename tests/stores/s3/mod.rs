//! S3 and its relatives: what is refused, what breaks off, what lies, and what is sent.

mod batches;
mod foreign_answers;
mod interruptions;
mod key_ranges;
mod listing_faults;
mod nobody_there;
mod operations;
mod real_server;
mod refusals;
mod requests;
mod restart;
mod vendors;
mod versions;
mod virtual_hosts;
