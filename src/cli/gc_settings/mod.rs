//! What the collector is asked, resolved once from arguments and policy file. After this no code looks at a flag again.

mod ledger;
mod limits;
mod policy;
mod policy_file;

use std::time::Duration;

use super::args::{
    LimitArguments, PolicyArguments, ResidueArguments, UnsafeArguments, UnsafeResidueArguments, WorldArguments,
};
use super::failure::Failure;
use super::session::Session;
use super::settings;
use crate::discovery::layout;
use crate::gc::{Acknowledged, GcRequest, Limits, Purpose};
use crate::uri::StorageUri;

pub use ledger::LedgerPlace;
pub(super) use limits::plan_age;

/// Why a lineage is left alone, where only its place was given.
const ACKNOWLEDGED: &str = "--acknowledge was given for it";

/// The name of every metadata file that Flink writes into a directory of its own.
const METADATA: &str = "_metadata";

/// Groups of arguments as they were given.
#[derive(Debug, Clone, Copy)]
pub struct Given<'a> {
    /// What is taken besides what the policy retires.
    pub residue: &'a ResidueArguments,
    /// What else is read, and what the operator knows.
    pub world: &'a WorldArguments,
    /// Bounds.
    pub limits: &'a LimitArguments,
    /// What allows bounds below their floors.
    pub loosened: &'a UnsafeArguments,
    /// The same for residue.
    pub loosened_residue: &'a UnsafeResidueArguments,
}

/// One run: its world, what protects, and what is asked.
#[derive(Debug, Clone)]
pub struct GcQuestion {
    /// The places that are cleaned.
    pub roots: Vec<StorageUri>,
    /// The places that are read for references.
    pub also_read: Vec<StorageUri>,
    /// What else protects, as it was written.
    pub protect: Vec<String>,
    /// Those of them that need not be read.
    pub waived: Vec<String>,
    /// The ledger, where one was named.
    pub ledger: Option<LedgerPlace>,
    /// What is asked.
    pub request: GcRequest,
    /// Warnings count.
    pub strict: bool,
}

/// What `gc plan` and `gc run` are asked: one run, or with a policy file one for each of its roots.
pub fn retention(
    roots: &[String],
    policy: &PolicyArguments,
    given: &Given<'_>,
    session: &Session<'_>,
) -> Result<Vec<GcQuestion>, Failure> {
    let common = Common::of(given)?;
    let places = roots.iter().map(|root| settings::place(root)).collect::<Result<Vec<_>, _>>()?;
    if let Some(file) = &policy.policy {
        let file = session.block_on(policy_file::read(file))?;
        return policy_file::questions(&file, &places, &common);
    }
    if places.is_empty() {
        return Err(Failure::Usage {
            message: "there is no place to clean".to_owned(),
            hint: "name one, such as a checkpoint directory; with `--policy FILE` the file names them".to_owned(),
        });
    }
    Ok(vec![common.question(places, Purpose::Retention(policy::of_arguments(policy)?))])
}

/// What `dispose` is asked: the world is the directory that holds the job's directory or the savepoint, and what is also read.
pub fn dispose(snapshot: &str, given: &Given<'_>) -> Result<GcQuestion, Failure> {
    let common = Common::of(given)?;
    let place = settings::place(snapshot)?;
    let directory = if place.file_name() == Some(METADATA) { place.parent() } else { None }.unwrap_or(place);
    let root = root_of(&directory).ok_or_else(|| Failure::Usage {
        message: format!("{directory}: is no snapshot"),
        hint: "name the directory of a snapshot, such as …/chk-42 or …/savepoint-6e1f8b-0a1b2c3d4e5f".to_owned(),
    })?;
    Ok(common.question(vec![root], Purpose::Dispose(directory)))
}

/// The directory that holds a job's directory, or a savepoint.
fn root_of(snapshot: &StorageUri) -> Option<StorageUri> {
    match layout::job_directory(snapshot) {
        // Where the level of job ids is switched off, the root is the lineage.
        Some(job) if layout::job_id(snapshot).is_none() => Some(job),
        Some(job) => job.parent(),
        None => snapshot.parent(),
    }
}

/// What holds for every root.
struct Common {
    also_read: Vec<StorageUri>,
    protect: Vec<String>,
    waived: Vec<String>,
    ledger: Option<LedgerPlace>,
    orphans: bool,
    ended: Vec<StorageUri>,
    ended_if_idle: Option<Duration>,
    acknowledged: Vec<Acknowledged>,
    flink_retained: Option<u32>,
    limits: Limits,
    quarantine: Option<StorageUri>,
    unsafe_flags: Vec<String>,
    strict: bool,
    /// The operator has said how old residue must be.
    min_age_is_given: bool,
}

impl Common {
    fn of(given: &Given<'_>) -> Result<Self, Failure> {
        let Given { residue, world, limits, .. } = given;
        let unsafe_flags = limits::check(given)?;
        let places = |texts: &[String]| texts.iter().map(|text| settings::place(text)).collect::<Result<Vec<_>, _>>();
        let ledger = world.ledger.as_deref().map(LedgerPlace::given).transpose()?;
        if limits.retire_grace.is_some_and(|grace| !grace.is_zero()) && ledger.is_none() {
            return Err(Failure::Usage {
                message: "--retire-grace: without a ledger nobody remembers since when".to_owned(),
                hint: "add `--ledger DIR-or-URI`, the same in every run".to_owned(),
            });
        }
        if let Some(stranger) = world.waive.iter().find(|source| !world.protect.contains(source)) {
            return Err(Failure::Usage {
                message: format!("--waive {stranger:?}: no `--protect` names it"),
                hint: "write it as it stands behind `--protect`".to_owned(),
            });
        }
        let acknowledged = places(&world.acknowledge)?.into_iter();
        let acknowledged =
            acknowledged.map(|lineage| Acknowledged { lineage, reason: ACKNOWLEDGED.to_owned(), expires_at: None });
        Ok(Self {
            also_read: places(&world.also_read)?,
            protect: world.protect.clone(),
            waived: world.waive.clone(),
            ledger,
            orphans: residue.orphans,
            ended: places(&world.ended)?,
            ended_if_idle: world.ended_if_idle,
            acknowledged: acknowledged.collect(),
            flink_retained: world.flink_retained,
            limits: limits::of_arguments(residue, limits),
            quarantine: limits.quarantine.as_deref().map(settings::place).transpose()?,
            unsafe_flags,
            strict: limits.strict,
            min_age_is_given: residue.min_age.is_some(),
        })
    }

    fn question(&self, roots: Vec<StorageUri>, purpose: Purpose) -> GcQuestion {
        GcQuestion {
            roots,
            also_read: self.also_read.clone(),
            protect: self.protect.clone(),
            waived: self.waived.clone(),
            ledger: self.ledger.clone(),
            request: GcRequest {
                orphans: self.orphans,
                ended: self.ended.clone(),
                ended_if_idle: self.ended_if_idle,
                acknowledged: self.acknowledged.clone(),
                flink_retained: self.flink_retained,
                limits: self.limits.clone(),
                quarantine: self.quarantine.clone(),
                unsafe_flags: self.unsafe_flags.clone(),
                ..GcRequest::new(purpose)
            },
            strict: self.strict,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(snapshot: &str, world: &WorldArguments, limits: &LimitArguments) -> Result<GcQuestion, Failure> {
        dispose(
            snapshot,
            &Given {
                residue: &ResidueArguments::default(),
                world,
                limits,
                loosened: &UnsafeArguments::default(),
                loosened_residue: &UnsafeResidueArguments::default(),
            },
        )
    }

    fn root(snapshot: &str) -> Result<String, Failure> {
        let question = asked(snapshot, &WorldArguments::default(), &LimitArguments::default())?;
        Ok(question.roots.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn the_world_of_a_snapshot_is_what_holds_its_job_or_itself() {
        let job = "0123456789abcdef0123456789abcdef";
        assert_eq!(root(&format!("s3://b/c/{job}/chk-7")).expect("a place"), "s3://b/c");
        assert_eq!(root(&format!("s3://b/c/{job}/chk-7/_metadata")).expect("a place"), "s3://b/c");
        assert_eq!(root("s3://b/c/chk-7").expect("a place"), "s3://b/c");
        assert_eq!(root("s3://b/s/savepoint-012345-0123456789ab").expect("a place"), "s3://b/s");
        assert!(matches!(root("s3://b"), Err(Failure::Usage { .. })));
    }

    #[test]
    fn what_is_waived_must_be_named_and_a_grace_needs_a_memory() {
        let world = WorldArguments { waive: vec!["pin:/etc/pins".to_owned()], ..WorldArguments::default() };
        assert!(matches!(asked("/s/one", &world, &LimitArguments::default()), Err(Failure::Usage { .. })));
        let limits = LimitArguments { retire_grace: Some(Duration::from_secs(1)), ..LimitArguments::default() };
        assert!(matches!(asked("/s/one", &WorldArguments::default(), &limits), Err(Failure::Usage { .. })));
    }
}
