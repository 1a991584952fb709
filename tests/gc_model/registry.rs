//! What clusters and high availability tell a collector, as it is at the moment when they are asked.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use keepoint::gc::protect::{JobState, KnownJob, ProtectError, Protected, Protection, ProtectionSource};
use keepoint::uri::StorageUri;

use crate::flink::Flink;
use crate::flink::job::Life;
use crate::memory_store::{Actor, Call, Clock, Fault, Gate, Operation};

/// What a call that asks it is about.
pub(crate) const REGISTRY: &str = "registry";

/// What all job managers know, told by one source.
#[derive(Default)]
pub(crate) struct Registry {
    entries: Mutex<Entries>,
}

#[derive(Default, Clone)]
struct Entries {
    snapshots: Vec<Protected>,
    jobs: Vec<KnownJob>,
}

impl Registry {
    /// Says nothing but this.
    pub(crate) fn say(&self, snapshots: Vec<Protected>) {
        *self.entries.lock().expect("nobody panics with it") = Entries { snapshots, jobs: Vec::new() };
    }

    /// Takes over what is so now.
    pub(crate) fn update(&self, flink: &Flink) {
        let mut entries = Entries::default();
        for job in &flink.jobs {
            let state = match job.life {
                Life::Running | Life::Down => JobState::Running,
                Life::Ended => JobState::Terminal { ended_at: None },
                // Nobody knows of it.
                Life::Lost => continue,
            };
            entries.jobs.push(KnownJob { job_id: job.id.clone(), name: None, state, num_retained: None });
            if state != JobState::Running {
                continue;
            }
            for completed in &job.completed {
                let texts = completed.handles.files().map(|file| &file.place.text);
                let texts = texts.chain(completed.handles.segments.iter().map(|segment| &segment.file.text));
                for text in texts.chain([&completed.metadata.text]) {
                    entries.snapshots.push(Protected {
                        place: StorageUri::parse(text).expect("a place"),
                        reason: format!("job {} has checkpoint {}", job.id, completed.id),
                        whole_lineage: false,
                        everything_below: false,
                        tag: None,
                        expires_at: None,
                    });
                }
            }
        }
        *self.entries.lock().expect("nobody panics with it") = entries;
    }
}

/// The registry, as one collector asks it.
pub(crate) struct Source {
    pub(crate) registry: Arc<Registry>,
    pub(crate) gate: Arc<dyn Gate>,
    pub(crate) actor: Actor,
    pub(crate) clock: Clock,
}

#[async_trait]
impl ProtectionSource for Source {
    fn name(&self) -> String {
        "model".to_owned()
    }

    async fn read(&self) -> Result<Protection, ProtectError> {
        let read_at = self.clock.now();
        let call = Call { actor: self.actor, operation: Operation::Ask, key: REGISTRY.to_owned() };
        if self.gate.pass(call).await != Fault::None {
            return Err(ProtectError::new("model", "nobody answers", "ask again"));
        }
        let Entries { snapshots, jobs } = self.registry.entries.lock().expect("nobody panics with it").clone();
        Ok(Protection { snapshots, jobs, pointers_read: true, ..Protection::new(self.name(), read_at) })
    }
}
