//! The rules of `docs/gc-safety.md`, by their ids, and which of them hold.
//!
//! All hold, always. That each is needed is shown by tests that leave out one and see a needed file go (`tests/gc_rules`); nothing outside
//! of tests can do so (`architecture`).

use std::fmt;

/// Defines the rules in one table: id in the document and one sentence.
macro_rules! rules {
    ($($variant:ident = $id:literal: $sentence:literal,)+) => {
        /// A rule that every collection obeys.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Rule {
            $(#[doc = $sentence] $variant,)+
        }

        impl Rule {
            /// All of them, in the order of the document.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The id in the document.
            #[must_use]
            pub fn id(self) -> &'static str {
                match self { $(Self::$variant => $id,)+ }
            }

            /// What it says, in one sentence.
            #[must_use]
            pub fn sentence(self) -> &'static str {
                match self { $(Self::$variant => $sentence,)+ }
            }
        }
    };
}

rules! {
    S01 = "S-01": "What is live is named by any snapshot below any root that is read, or by anything else that protects; retirement is subtracted last.",
    S02 = "S-02": "Every kind of handle of every version counts; a tag that is not known makes the metadata one that is not understood.",
    S03 = "S-03": "Metadata that is not understood forbids deletion, with a scope that follows from why.",
    S04 = "S-04": "Metadata is also asked for where only data files show that there could be some, and where it was before.",
    S05 = "S-05": "A reference to a directory covers everything below it.",
    S06 = "S-06": "Names of one object under several schemes, authorities and encodings are one.",
    S07 = "S-07": "One place contains another by whole segments, never by the start of its name.",
    S08 = "S-08": "Links are not followed, and nothing is deleted below one.",
    S09 = "S-09": "A snapshot that misses files counts for no quota, and nothing is swept in its lineage.",
    S10 = "S-10": "In a lineage that may run, what is younger than the newest checkpoint was when it could have begun stays.",
    S11 = "S-11": "Residue goes only when it has been dead for long enough.",
    S12 = "S-12": "Ages are told by the clock of the store, and a clock that disagrees stops the run.",
    S13 = "S-13": "Working files, changelog and merged files go only by the stricter conditions for them.",
    S14 = "S-14": "A lineage counts as ended only by proof or by the operator's word.",
    S15 = "S-15": "Two jobs that write into one lineage block it.",
    S16 = "S-16": "What pins, clusters and high availability name is live.",
    S17 = "S-17": "A snapshot that several entries name is needed while one of them is there.",
    S18 = "S-18": "What else protects is read completely, or the run stops.",
    S19 = "S-19": "What high availability holds and cannot be decoded keeps every lineage it mentions.",
    S20 = "S-20": "Only a whole, unchanged, recent plan of this version and of these roots is applied.",
    S21 = "S-21": "What is live is computed again before metadata goes and again before data goes.",
    S22 = "S-22": "Nothing is deleted that has changed since it was planned.",
    S23 = "S-23": "Deletion is by exact name, and every answer is read.",
    S24 = "S-24": "Directories are removed only when they are empty, and only those of snapshots while the job may run.",
    S25 = "S-25": "A job that has just been cancelled may still write.",
    S26 = "S-26": "A plan that takes an unlikely share is refused.",
    S27 = "S-27": "One collector at a time works in a root, where there is a ledger.",
    S28 = "S-28": "Unfinished uploads are not touched.",
    S29 = "S-29": "Versions are never removed, unless that was asked for by name.",
    S30 = "S-30": "A snapshot of which the store holds back an object stays whole.",
    S31 = "S-31": "Only what has a known name in a known place is ever swept.",
    S32 = "S-32": "Planning reads and lists, and nothing else.",
    S33 = "S-33": "A listing that contradicts itself stops the run.",
    S34 = "S-34": "What was read for references is said, and so is what lies outside.",
    S35 = "S-35": "The newest checkpoints of a lineage that may run stay, whatever the policy says.",
    R01 = "R-01": "Checkpoints and savepoints, roots and lineages never compete for one quota.",
    R02 = "R-02": "Only snapshots that could be restored count toward a quota.",
    R03 = "R-03": "A lineage that may run keeps one restorable snapshot of each kind that it has.",
    R04 = "R-04": "Durations count from the newest snapshot of the group.",
    R05 = "R-05": "A policy that keeps nothing is refused.",
    R06 = "R-06": "Snapshots from the future stay.",
    R07 = "R-07": "A rule about time keeps the newest snapshot before its limit where nothing newer could be restored.",
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

/// Which rules hold. The default is all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rules {
    off: u64,
}

impl Rules {
    /// Whether a rule holds.
    #[must_use]
    pub fn on(self, rule: Rule) -> bool {
        self.off & bit(rule) == 0
    }

    /// Leaves out one rule, to show that it is needed. For tests alone.
    #[doc(hidden)]
    #[must_use]
    pub fn all_but(rule: Rule) -> Self {
        Self { off: bit(rule) }
    }
}

fn bit(rule: Rule) -> u64 {
    1 << (rule as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_rules_hold_but_the_one_that_is_left_out() {
        for left_out in Rule::ALL {
            assert!(Rules::default().on(*left_out));
            for rule in Rule::ALL {
                assert_eq!(Rules::all_but(*left_out).on(*rule), rule != left_out, "{rule} without {left_out}");
            }
        }
    }

    #[test]
    fn ids_are_those_of_the_document_in_its_order() {
        let ids: Vec<_> = Rule::ALL.iter().map(|rule| rule.id()).collect();
        let safety = (1..=35).map(|number| format!("S-{number:02}"));
        let retention = (1..=7).map(|number| format!("R-{number:02}"));
        assert_eq!(ids, safety.chain(retention).collect::<Vec<_>>());
    }
}
