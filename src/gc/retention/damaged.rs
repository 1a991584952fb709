//! What cannot be restored, or of which that is not known: it counts for nothing and goes only for a reason of its own (S-09).

use chrono::{DateTime, Utc};

use super::competitors::Competitors;
use super::judged::unnamed;
use super::{Member, PolicyParts, Rule};
use crate::gc::lineage::Condition;

/// What becomes of a member.
pub(super) enum Fate {
    /// It stays, and why.
    Stays(String),
    /// It goes, and why.
    Goes(String),
}

/// Among whom a member is.
pub(super) struct Surroundings<'a, 'm, 'p> {
    pub(super) parts: &'a PolicyParts,
    /// Those that it would compete with.
    pub(super) group: &'a Competitors<'m, 'p>,
    /// Those of its lineage and kind, however the policy groups.
    pub(super) unit: &'a Competitors<'m, 'p>,
    /// Whether its lineage goes altogether.
    pub(super) expires: bool,
}

/// Judges a member that is damaged or could not be checked.
pub(super) fn judge(member: &Member, time: DateTime<Utc>, around: &Surroundings<'_, '_, '_>) -> Fate {
    let Surroundings { parts, group, unit, expires } = *around;
    // R-01 holds for damaged ones too: who names no savepoints wants them left alone.
    let is_named = parts.rules.iter().filter_map(Rule::names).any(|kind| kind.covers(member));
    if !expires && !is_named {
        return Fate::Stays(unnamed(member).to_owned());
    }
    let damaged = matches!(member.condition, Condition::Damaged { .. });
    if damaged && parts.drop_damaged {
        // where nothing could be restored anyway, the damaged ones are all that is left of a job.
        let may_empty = parts.allow_empty_group && !unit.may_run && !unit.is_protected;
        return if !unit.counted.is_empty() || may_empty {
            Fate::Goes("drop-damaged: files that it needs are missing".to_owned())
        } else {
            Fate::Stays(
                "it is damaged, and drop-damaged leaves it: nothing else of its lineage could be restored".to_owned(),
            )
        };
    }
    let older_than_all = unit.all_newer_than(time) && group.all_newer_than(time);
    if older_than_all && !group.would_keep(member, time, expires) {
        return Fate::Goes(
            "no rule would keep it, and everything of its group that could be restored is newer".to_owned(),
        );
    }
    Fate::Stays(if damaged {
        "it is damaged: it counts for no rule, and goes with drop-damaged or when all that could be restored is newer (S-09)".to_owned()
    } else {
        "not all of its files could be asked for: it counts for no rule (S-09)".to_owned()
    })
}
