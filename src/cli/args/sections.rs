//! Names of the parts of reports; they are given here, because renderers do not know the command line.

use clap::ValueEnum;
use clap::builder::PossibleValue;

use crate::render::{
    CheckSection, DiffSection, DoctorSection, FilesSection, GcOutcomeSection, GcPlanSection, GcRestoredSection,
    InspectSection, ListSection, UidSection, VerifySection,
};

impl ValueEnum for InspectSection {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Snapshot, Self::Operators, Self::States, Self::Files, Self::Offsets, Self::Sizes, Self::Findings]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self {
            Self::Snapshot => PossibleValue::new("snapshot").help("The snapshot as a whole"),
            Self::Operators => PossibleValue::new("operators").help("One row per operator"),
            Self::States => PossibleValue::new("states").help("One row per state; types with --states"),
            Self::Files => PossibleValue::new("files").help("One row per file"),
            Self::Offsets => PossibleValue::new("offsets").help("With --offsets: one row per split of a source"),
            Self::Sizes => {
                PossibleValue::new("sizes").help("With --sizes: one row per state in tables, subtask and key group")
            }
            Self::Findings => PossibleValue::new("findings").help("One row per finding"),
        })
    }
}

impl ValueEnum for DiffSection {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Snapshots, Self::Operators, Self::States, Self::Sizes, Self::Offsets, Self::Files, Self::Findings]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self {
            Self::Snapshots => PossibleValue::new("snapshots").help("The snapshots as a whole: the first, the second"),
            Self::Operators => PossibleValue::new("operators").help("One row per operator that differs"),
            Self::States => PossibleValue::new("states").help("One row per part of a state that differs"),
            Self::Sizes => PossibleValue::new("sizes").help("One row per number of bytes"),
            Self::Offsets => PossibleValue::new("offsets").help("One row per split that stands elsewhere"),
            Self::Files => PossibleValue::new("files").help("One row per file that only one of them needs"),
            Self::Findings => PossibleValue::new("findings").help("One row per finding"),
        })
    }
}

impl ValueEnum for CheckSection {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Findings, Self::Operators, Self::NotChecked]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self {
            Self::Findings => PossibleValue::new("findings").help("One row per finding"),
            Self::Operators => PossibleValue::new("operators").help("One row per operator, with its verdict"),
            Self::NotChecked => PossibleValue::new("not_checked").help("One row per thing that could not be checked"),
        })
    }
}

impl ValueEnum for UidSection {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Answers, Self::Findings]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self {
            Self::Answers => PossibleValue::new("answers").help("One row per uid or operator id that was asked for"),
            Self::Findings => PossibleValue::new("findings").help("One row per finding"),
        })
    }
}

impl ValueEnum for DoctorSection {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Settings, Self::Checks]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self {
            Self::Settings => PossibleValue::new("settings").help("One row per setting that is in use"),
            Self::Checks => PossibleValue::new("checks").help("One row per thing that was tried"),
        })
    }
}

impl ValueEnum for ListSection {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Snapshots, Self::Jobs, Self::Findings]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self {
            Self::Snapshots => PossibleValue::new("snapshots").help("One row per snapshot"),
            Self::Jobs => PossibleValue::new("jobs").help("One row per job"),
            Self::Findings => PossibleValue::new("findings").help("One row per finding"),
        })
    }
}

impl ValueEnum for VerifySection {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Snapshots, Self::Problems, Self::Findings]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self {
            Self::Snapshots => PossibleValue::new("snapshots").help("One row per snapshot"),
            Self::Problems => PossibleValue::new("problems").help("One row per file that something is wrong with"),
            Self::Findings => PossibleValue::new("findings").help("One row per finding"),
        })
    }
}

impl ValueEnum for FilesSection {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Files, Self::Uses, Self::Versions, Self::Uploads, Self::Classes, Self::Findings]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self {
            Self::Files => PossibleValue::new("files").help("One row per file"),
            Self::Uses => PossibleValue::new("uses").help("With --who: one row per snapshot that refers to the file"),
            Self::Versions => PossibleValue::new("versions").help("One row per version that is not the current one"),
            Self::Uploads => PossibleValue::new("uploads").help("One row per unfinished upload"),
            Self::Classes => PossibleValue::new("classes").help("One row per class, with what its files add up to"),
            Self::Findings => PossibleValue::new("findings").help("One row per finding"),
        })
    }
}

impl ValueEnum for GcPlanSection {
    fn value_variants<'a>() -> &'a [Self] {
        &[
            Self::Snapshots,
            Self::Items,
            Self::Shares,
            Self::NotTaken,
            Self::Roots,
            Self::Protections,
            Self::Blockers,
            Self::Findings,
        ]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self {
            Self::Snapshots => PossibleValue::new("snapshots").help("One row per snapshot"),
            Self::Items => PossibleValue::new("items").help("With `gc show`: one row per object that goes"),
            Self::Shares => PossibleValue::new("shares").help("One row per job and class of what goes"),
            Self::NotTaken => PossibleValue::new("not-taken").help("One row per cause for which something stays"),
            Self::Roots => PossibleValue::new("roots").help("One row per root"),
            Self::Protections => PossibleValue::new("protections").help("One row per source that protects"),
            Self::Blockers => PossibleValue::new("blockers").help("One row per thing that forbids deletion"),
            Self::Findings => PossibleValue::new("findings").help("One row per finding"),
        })
    }
}

impl ValueEnum for GcOutcomeSection {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Run, Self::Skipped, Self::Failed, Self::Blockers, Self::Findings]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self {
            Self::Run => PossibleValue::new("run").help("The run as a whole"),
            Self::Skipped => PossibleValue::new("skipped").help("One row per cause for which something was left alone"),
            Self::Failed => PossibleValue::new("failed").help("One row per object that could not be deleted"),
            Self::Blockers => PossibleValue::new("blockers").help("One row per thing that forbade deletion"),
            Self::Findings => PossibleValue::new("findings").help("One row per finding"),
        })
    }
}

impl ValueEnum for GcRestoredSection {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Snapshot, Self::Findings]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self {
            Self::Snapshot => PossibleValue::new("snapshot").help("The snapshot"),
            Self::Findings => PossibleValue::new("findings").help("One row per finding"),
        })
    }
}
