//! The fields of a policy file. What is not here is refused by its name, and so is a key without a value.

use serde::{Deserialize, Deserializer};
use serde_saphyr::Spanned;

use super::Acknowledged;
use super::values::{
    Duration, Expiry, GroupParts, IdleTime, JobId, List, MinAge, Place, Reason, Selected, Source, TimeZone, Version,
};
use crate::gc::retention::{KindSelector, Rule};

/// The whole file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct FileEntry {
    pub(super) version: Version,
    #[serde(default)]
    pub(super) defaults: Defaults,
    pub(super) roots: List<RootEntry>,
}

/// What holds for every root that does not say otherwise.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(super) struct Defaults {
    pub(super) also_read: List<Spanned<Place>>,
    #[serde(deserialize_with = "given")]
    pub(super) keep: Option<List<Rule>>,
    #[serde(deserialize_with = "given")]
    pub(super) group_by: Option<GroupParts>,
    #[serde(deserialize_with = "given")]
    pub(super) time_zone: Option<TimeZone>,
    #[serde(deserialize_with = "given")]
    pub(super) drop_damaged: Option<bool>,
    #[serde(deserialize_with = "given")]
    pub(super) orphans: Option<bool>,
    #[serde(deserialize_with = "given")]
    pub(super) min_age: Option<MinAge>,
    #[serde(deserialize_with = "given")]
    pub(super) ended_if_idle: Option<IdleTime>,
    pub(super) protect: List<Source>,
}

/// A root.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct RootEntry {
    pub(super) root: Spanned<Place>,
    #[serde(default)]
    pub(super) also_read: List<Spanned<Place>>,
    #[serde(default, deserialize_with = "given")]
    pub(super) keep: Option<List<Rule>>,
    #[serde(default, deserialize_with = "given")]
    pub(super) group_by: Option<GroupParts>,
    #[serde(default, deserialize_with = "given")]
    pub(super) time_zone: Option<TimeZone>,
    #[serde(default, deserialize_with = "given")]
    pub(super) drop_damaged: Option<bool>,
    #[serde(default, deserialize_with = "given", rename = "expire-ended-after")]
    pub(super) expire_ended: Option<Duration>,
    #[serde(default, deserialize_with = "given")]
    pub(super) select: Option<List<Selected>>,
    #[serde(default, deserialize_with = "given")]
    pub(super) allow_empty_group: Option<bool>,
    #[serde(default, deserialize_with = "given")]
    pub(super) orphans: Option<bool>,
    #[serde(default, deserialize_with = "given")]
    pub(super) min_age: Option<MinAge>,
    #[serde(default, deserialize_with = "given")]
    pub(super) ended_if_idle: Option<IdleTime>,
    #[serde(default)]
    pub(super) ended: List<JobId>,
    #[serde(default)]
    pub(super) acknowledge: List<AcknowledgeEntry>,
    #[serde(default)]
    pub(super) protect: List<Source>,
}

/// An acknowledged lineage.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct AcknowledgeEntry {
    pub(super) lineage: Spanned<Place>,
    reason: Reason,
    #[serde(default, deserialize_with = "given")]
    expires: Option<Expiry>,
}

impl From<AcknowledgeEntry> for Acknowledged {
    fn from(entry: AcknowledgeEntry) -> Self {
        let AcknowledgeEntry { lineage, reason, expires } = entry;
        Self { lineage: lineage.value.0, reason: reason.0, expires: expires.map(|expires| expires.0) }
    }
}

/// A rule: one of the names, and a kind where it is not about checkpoints. Values are text until the rule reads them.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
struct RuleEntry {
    #[serde(deserialize_with = "given")]
    keep_last: Option<String>,
    #[serde(deserialize_with = "given")]
    keep_within: Option<String>,
    #[serde(deserialize_with = "given")]
    keep_hourly: Option<String>,
    #[serde(deserialize_with = "given")]
    keep_daily: Option<String>,
    #[serde(deserialize_with = "given")]
    keep_weekly: Option<String>,
    #[serde(deserialize_with = "given")]
    keep_monthly: Option<String>,
    #[serde(deserialize_with = "given")]
    keep_yearly: Option<String>,
    #[serde(deserialize_with = "given")]
    keep_within_hourly: Option<String>,
    #[serde(deserialize_with = "given")]
    keep_within_daily: Option<String>,
    #[serde(deserialize_with = "given")]
    keep_within_weekly: Option<String>,
    #[serde(deserialize_with = "given")]
    keep_within_monthly: Option<String>,
    #[serde(deserialize_with = "given")]
    keep_within_yearly: Option<String>,
    #[serde(deserialize_with = "given")]
    keep_kind: Option<String>,
    #[serde(deserialize_with = "given")]
    keep_origin: Option<String>,
    #[serde(deserialize_with = "given")]
    kind: Option<String>,
}

impl RuleEntry {
    fn named(self) -> [(&'static str, Option<String>); 14] {
        [
            ("keep-last", self.keep_last),
            ("keep-within", self.keep_within),
            ("keep-hourly", self.keep_hourly),
            ("keep-daily", self.keep_daily),
            ("keep-weekly", self.keep_weekly),
            ("keep-monthly", self.keep_monthly),
            ("keep-yearly", self.keep_yearly),
            ("keep-within-hourly", self.keep_within_hourly),
            ("keep-within-daily", self.keep_within_daily),
            ("keep-within-weekly", self.keep_within_weekly),
            ("keep-within-monthly", self.keep_within_monthly),
            ("keep-within-yearly", self.keep_within_yearly),
            ("keep-kind", self.keep_kind),
            ("keep-origin", self.keep_origin),
        ]
    }
}

impl<'de> Deserialize<'de> for Rule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut entry = RuleEntry::deserialize(deserializer)?;
        let kind = entry.kind.take().map(|kind| kind.parse::<KindSelector>());
        let kind = kind.transpose().map_err(serde::de::Error::custom)?;
        let mut named = entry.named().into_iter().filter_map(|(name, value)| value.map(|value| (name, value)));
        match (named.next(), named.next()) {
            (Some((name, value)), None) => {
                let rule = Self::read(name, &value, kind).and_then(|rule| rule.check().map(|()| rule));
                rule.map_err(serde::de::Error::custom)
            }
            (Some((one, _)), Some((other, _))) => Err(serde::de::Error::custom(format!(
                "{one} and {other} are two rules; begin each with a dash of its own"
            ))),
            (None, _) => {
                Err(serde::de::Error::custom("a rule needs one of keep-last, keep-within, keep-daily and the like"))
            }
        }
    }
}

/// A key that is there has a value: `keep:` with nothing behind it is a slip and not the default.
fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}
