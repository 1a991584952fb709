//! What may be written on the command line: one file per command. Nothing is resolved here: see [`super::settings`].

mod check;
mod diff;
mod dispose;
mod doctor;
mod documents;
mod files;
mod gc;
mod gc_policy;
mod gc_world;
mod inspect;
mod inspect_states;
mod latest;
mod list;
mod manifest;
mod names;
mod restore_metadata;
mod sections;
mod state;
mod storage;
mod uid;
mod values;
mod verify;

use std::ffi::OsString;

use clap::builder::PossibleValue;
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};

use super::exit_code;

pub use check::{CheckArguments, CheckOutputName};
pub use diff::DiffArguments;
pub use dispose::DisposeArguments;
pub use doctor::DoctorArguments;
pub use documents::{CompletionsArguments, ManArguments};
pub use files::FilesArguments;
pub use gc::{GcApplyArguments, GcArguments, GcCommand, GcPlanArguments, GcRunArguments, GcShowArguments};
pub use gc_policy::PolicyArguments;
pub use gc_world::{
    LimitArguments, PaceArguments, ResidueArguments, ToldArguments, UnsafeArguments, UnsafeResidueArguments,
    WorldArguments,
};
pub use inspect::InspectArguments;
pub use inspect_states::InspectStatesArguments;
pub use latest::LatestArguments;
pub use list::ListArguments;
pub use manifest::{ManifestArguments, ManifestCommand, ManifestInitArguments};
pub use names::NameArguments;
pub use restore_metadata::RestoreMetadataArguments;
pub use state::StateArguments;
pub use storage::StorageArguments;
pub use uid::UidArguments;
pub use verify::VerifyArguments;

/// Inspects, judges and cleans the places where Apache Flink keeps checkpoints and savepoints.
#[derive(Debug, Parser)]
#[command(name = "keepoint", version, max_term_width = 100)]
#[command(subcommand_required = true, arg_required_else_help = true)]
#[command(disable_help_subcommand = true)]
pub struct Arguments {
    /// The question that is asked.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Show which snapshots there are: of which job, in which state, how old and how large.
    List(Box<ListArguments>),
    /// Show what is inside a snapshot: operators, states, sizes and files.
    Inspect(Box<InspectArguments>),
    /// Show what differs between two snapshots.
    Diff(DiffArguments),
    /// Say whether a job can be restored from a snapshot, and if not, why.
    Check(Box<CheckArguments>),
    /// Describe a job for `check`.
    Manifest(ManifestArguments),
    /// Show the values of a state.
    State(StateArguments),
    /// Show the operator id of a uid, or find the uid of an operator id.
    Uid(Box<UidArguments>),
    /// Show how a store is reached, and try whether it works.
    Doctor(DoctorArguments),
    /// Make sure that the files of snapshots are there.
    Verify(VerifyArguments),
    /// Show every file, what it is and which snapshots refer to it.
    Files(FilesArguments),
    /// Name the newest snapshot to start from.
    Latest(LatestArguments),
    /// Delete what nobody needs, and prove it: by policy, with a plan in between.
    Gc(GcArguments),
    /// Delete one snapshot, and no file that another one needs.
    Dispose(Box<DisposeArguments>),
    /// Put the metadata of a deleted snapshot back, while its data is still there.
    RestoreMetadata(RestoreMetadataArguments),
    /// Write a completion script for a shell.
    Completions(CompletionsArguments),
    /// Write the manual pages.
    Man(ManArguments),
}

/// Names of the outputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum OutputName {
    /// For people
    Table,
    /// For people, with all there is
    Wide,
    /// One JSON object
    Json,
    /// One JSON object per record and line
    Jsonl,
    /// One section, with a header row
    Csv,
    /// The report as a message of keepoint.v1
    Protobuf,
}

/// Names of the outputs of a report that is handed on as a document, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DocumentName {
    /// Those that every report has
    Output(OutputName),
    /// For a review, a ticket or a mail
    Markdown,
    /// One page for a browser
    Html,
}

impl ValueEnum for DocumentName {
    fn value_variants<'a>() -> &'a [Self] {
        &[
            Self::Output(OutputName::Table),
            Self::Output(OutputName::Wide),
            Self::Output(OutputName::Json),
            Self::Output(OutputName::Jsonl),
            Self::Output(OutputName::Csv),
            Self::Output(OutputName::Protobuf),
            Self::Markdown,
            Self::Html,
        ]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        match self {
            Self::Output(name) => name.to_possible_value(),
            Self::Markdown => Some(PossibleValue::new("markdown").help("For a review, a ticket or a mail")),
            Self::Html => Some(PossibleValue::new("html").help("One page for a browser, which needs nothing else")),
        }
    }
}

/// Parses the arguments; the error is also the answer to `--help` and `--version`.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Arguments, clap::Error> {
    let matches = command().try_get_matches_from(arguments)?;
    Arguments::from_arg_matches(&matches)
}

/// The command line with examples and the table of exit codes at the end of every help text.
#[must_use]
pub fn command() -> clap::Command {
    let codes = exit_code::help();
    let with = |examples: &str| format!("{examples}\n{codes}");
    let (list, inspect) = (with(list::EXAMPLES), with(inspect::EXAMPLES));
    let (state, uid, doctor) = (with(state::EXAMPLES), with(uid::EXAMPLES), with(doctor::EXAMPLES));
    let diff = with(diff::EXAMPLES);
    let check = with(check::EXAMPLES);
    let (manifest, init) = (with(manifest::EXAMPLES), with(manifest::INIT_EXAMPLES));
    let (verify, files, latest) = (with(verify::EXAMPLES), with(files::EXAMPLES), with(latest::EXAMPLES));
    let (dispose, restore_metadata) = (with(dispose::EXAMPLES), with(restore_metadata::EXAMPLES));
    let gc = with(gc::EXAMPLES);
    let [plan, show, apply, run] =
        [gc::PLAN_EXAMPLES, gc::SHOW_EXAMPLES, gc::APPLY_EXAMPLES, gc::RUN_EXAMPLES].map(with);
    let (completions, man) = (with(documents::COMPLETIONS_EXAMPLES), with(documents::MAN_EXAMPLES));
    Arguments::command()
        .after_help(codes)
        .mut_subcommand("list", |command| command.after_help(list))
        .mut_subcommand("inspect", |command| command.after_help(inspect))
        .mut_subcommand("diff", |command| command.after_help(diff))
        .mut_subcommand("check", |command| command.after_help(check))
        .mut_subcommand("manifest", |command| {
            command.after_help(manifest).mut_subcommand("init", |command| command.after_help(init))
        })
        .mut_subcommand("state", |command| command.after_help(state))
        .mut_subcommand("uid", |command| command.after_help(uid))
        .mut_subcommand("doctor", |command| command.after_help(doctor))
        .mut_subcommand("verify", |command| command.after_help(verify))
        .mut_subcommand("files", |command| command.after_help(files))
        .mut_subcommand("latest", |command| command.after_help(latest))
        .mut_subcommand("gc", |command| {
            command
                .after_help(gc)
                .mut_subcommand("plan", |command| command.after_help(plan))
                .mut_subcommand("show", |command| command.after_help(show))
                .mut_subcommand("apply", |command| command.after_help(apply))
                .mut_subcommand("run", |command| command.after_help(run))
        })
        .mut_subcommand("dispose", |command| command.after_help(dispose))
        .mut_subcommand("restore-metadata", |command| command.after_help(restore_metadata))
        .mut_subcommand("completions", |command| command.after_help(completions))
        .mut_subcommand("man", |command| command.after_help(man))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        command().debug_assert();
    }

    #[test]
    fn every_help_ends_with_the_exit_codes() {
        let codes = exit_code::help();
        let ends_so = |command: &clap::Command| {
            let text = command.get_after_help().map(ToString::to_string);
            text.is_some_and(|text| text.ends_with(&codes))
        };
        assert!(ends_so(&command()));
        assert!(command().get_subcommands().all(ends_so));
        assert!(command().get_subcommands().flat_map(clap::Command::get_subcommands).all(ends_so));
    }

    #[test]
    fn every_output_is_also_that_of_a_document() {
        for output in OutputName::value_variants() {
            assert!(DocumentName::value_variants().contains(&DocumentName::Output(*output)), "{output:?}");
        }
    }

    #[test]
    fn what_weakens_a_rule_is_called_unsafe_and_cannot_come_from_the_environment() {
        let command = command();
        let below = command.get_subcommands().flat_map(clap::Command::get_subcommands);
        let mut seen = 0;
        for argument in command.get_subcommands().chain(below).flat_map(clap::Command::get_arguments) {
            let is_unsafe = argument.get_id().as_str().starts_with("unsafe");
            assert_eq!(is_unsafe, argument.get_help_heading() == Some("Unsafe"), "{argument}");
            assert!(!is_unsafe || !argument.get_action().takes_values(), "{argument}");
            seen += usize::from(is_unsafe);
        }
        assert!(seen >= 10, "{seen}");
    }
}
