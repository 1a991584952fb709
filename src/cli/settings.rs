//! Settings, resolved once from arguments and environment. After this no code looks at a flag again.

use std::collections::HashMap;
use std::ffi::OsString;
use std::io::{self, IsTerminal};
use std::{env, fmt, path};

use clap::ValueEnum;

use super::args::{CheckOutputName, DocumentName, OutputName};
use super::failure::Failure;
use crate::references::Relocations;
use crate::render::{CheckFormat, CheckSection, DocumentFormat, OutputFormat, TableStyle};
use crate::uri::StorageUri;

/// Names the default output.
pub const OUTPUT_VARIABLE: &str = "KEEPOINT_OUTPUT";

/// What the process was given besides its arguments.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Environment {
    /// `KEEPOINT_OUTPUT`, unless unset or empty.
    pub output: Option<String>,
    /// Columns of the terminal that standard output is; `None` when it is none.
    pub terminal_width: Option<u16>,
    /// `NO_COLOR` is set and not empty.
    pub no_colour: bool,
    /// Standard error is a terminal, where progress can be shown.
    pub shows_progress: bool,
    /// Standard input is one too, so that somebody can be asked.
    pub can_ask: bool,
    /// All variables that are set and not empty.
    variables: HashMap<String, String>,
}

/// Variables may be secrets.
impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Environment").field("output", &self.output).finish_non_exhaustive()
    }
}

impl Environment {
    /// The environment of this process.
    #[must_use]
    pub fn of_process() -> Self {
        let lossy = |text: OsString| text.to_string_lossy().into_owned();
        let variables = env::vars_os().map(|(name, value)| (lossy(name), lossy(value)));
        let with_variables = Self::with_variables(variables);
        let stdout = io::stdout();
        let terminal_width = stdout.is_terminal().then(|| {
            // A terminal that does not tell its size gets the width that most have.
            terminal_size::terminal_size_of(&stdout).map_or(80, |(width, _)| width.0)
        });
        let shows_progress = io::stderr().is_terminal();
        let can_ask = shows_progress && io::stdin().is_terminal();
        Self { terminal_width, shows_progress, can_ask, ..with_variables }
    }

    /// An environment of variables, without a terminal.
    #[must_use]
    pub fn with_variables(variables: impl IntoIterator<Item = (String, String)>) -> Self {
        let variables: HashMap<_, _> = variables.into_iter().filter(|(_, value)| !value.is_empty()).collect();
        Self {
            output: variables.get(OUTPUT_VARIABLE).cloned(),
            no_colour: variables.contains_key("NO_COLOR"),
            variables,
            ..Self::default()
        }
    }

    /// A variable, unless unset or empty.
    #[must_use]
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str)
    }
}

/// The place that an argument names. A path of the local file system may be relative, and a Flink URI is taken as it is.
pub fn place(argument: &str) -> Result<StorageUri, Failure> {
    let usage = |message: String| Failure::Usage {
        message,
        hint: "give a path, or a URI such as file:/dir or s3://bucket/dir".to_owned(),
    };
    match StorageUri::parse(argument) {
        Ok(place) => return Ok(place),
        // A URI with a mistake in it is not the name of a local file.
        Err(error) if argument.contains("://") => return Err(usage(error.to_string())),
        Err(_) => {}
    }
    let absolute = path::absolute(argument).map_err(|error| usage(format!("{argument:?}: {error}")))?;
    let absolute = absolute.to_str().ok_or_else(|| usage(format!("{}: not UTF-8", absolute.display())))?;
    StorageUri::parse(absolute).map_err(|error| usage(error.to_string()))
}

/// The pairs of places that arguments of the form `FROM=TO` name.
pub fn relocations(arguments: &[String]) -> Result<Relocations, Failure> {
    let pairs = arguments.iter().map(|argument| {
        let (from, to) = argument.split_once('=').ok_or_else(|| Failure::Usage {
            message: format!("--relocate {argument:?}: there is no `=`"),
            hint: "write FROM=TO, as in `--relocate hdfs://old/flink=s3://bucket/flink`".to_owned(),
        })?;
        Ok((place(from)?, place(to)?))
    });
    pairs.collect::<Result<Vec<_>, _>>().map(Relocations::new)
}

/// The output to write: the argument, else the environment, else a table.
pub fn output<S: Default>(
    name: Option<OutputName>,
    section: Option<S>,
    environment: &Environment,
) -> Result<OutputFormat<S>, Failure> {
    let name = chosen(name, OutputName::Table, environment)?;
    section_fits(section.is_some(), name == OutputName::Csv)?;
    Ok(format(name, section, environment))
}

/// The same of a report that is handed on as a document, too.
pub fn document<S: Default>(
    name: Option<DocumentName>,
    section: Option<S>,
    environment: &Environment,
) -> Result<DocumentFormat<S>, Failure> {
    let name = chosen(name, DocumentName::Output(OutputName::Table), environment)?;
    section_fits(section.is_some(), name == DocumentName::Output(OutputName::Csv))?;
    Ok(match name {
        DocumentName::Output(name) => DocumentFormat::Output(format(name, section, environment)),
        DocumentName::Markdown => DocumentFormat::Markdown,
        DocumentName::Html => DocumentFormat::Html,
    })
}

/// The output of a check.
pub fn check_output(
    name: Option<CheckOutputName>,
    section: Option<CheckSection>,
    environment: &Environment,
) -> Result<CheckFormat, Failure> {
    let table = CheckOutputName::Document(DocumentName::Output(OutputName::Table));
    match chosen(name, table, environment)? {
        CheckOutputName::Document(name) => document(Some(name), section, environment).map(CheckFormat::Document),
        CheckOutputName::Junit => section_fits(section.is_some(), false).map(|()| CheckFormat::Junit),
    }
}

/// How tables look on the terminal that standard output is, or elsewhere.
#[must_use]
pub fn table_style(environment: &Environment) -> TableStyle {
    TableStyle {
        width: environment.terminal_width,
        colour: environment.terminal_width.is_some() && !environment.no_colour,
    }
}

fn section_fits(is_given: bool, is_csv: bool) -> Result<(), Failure> {
    if is_given && !is_csv {
        return Err(Failure::Usage {
            message: "--section chooses a part of CSV, and the output is another one".to_owned(),
            hint: "add `--output csv`, or leave out `--section`".to_owned(),
        });
    }
    Ok(())
}

fn format<S: Default>(name: OutputName, section: Option<S>, environment: &Environment) -> OutputFormat<S> {
    let style = table_style(environment);
    match name {
        OutputName::Table => OutputFormat::Table(style),
        OutputName::Wide => OutputFormat::Wide(style),
        OutputName::Json => OutputFormat::Json,
        OutputName::Jsonl => OutputFormat::Jsonl,
        OutputName::Csv => OutputFormat::Csv(section.unwrap_or_default()),
        OutputName::Protobuf => OutputFormat::Protobuf,
    }
}

/// The argument, else what the environment names, else the default.
fn chosen<N: ValueEnum>(name: Option<N>, default: N, environment: &Environment) -> Result<N, Failure> {
    match (name, &environment.output) {
        (Some(name), _) => Ok(name),
        (None, Some(text)) => named_by_environment(text),
        (None, None) => Ok(default),
    }
}

fn named_by_environment<N: ValueEnum>(text: &str) -> Result<N, Failure> {
    N::from_str(text, false).map_err(|_| {
        let names = N::value_variants().iter();
        let names = names.filter_map(ValueEnum::to_possible_value);
        let names: Vec<String> = names.map(|value| value.get_name().to_owned()).collect();
        Failure::Usage {
            message: format!("{OUTPUT_VARIABLE}: there is no output \"{text}\""),
            hint: format!("set it to one of {}", names.join(", ")),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::InspectSection as Section;

    fn environment(output: &str) -> Environment {
        Environment { output: Some(output.to_owned()), ..Environment::default() }
    }

    #[test]
    fn without_a_word_the_output_is_a_table_that_is_not_wrapped() {
        let plain = TableStyle { width: None, colour: false };
        let format = output::<Section>(None, None, &Environment::default()).expect("nothing contradicts");
        assert_eq!(format, OutputFormat::Table(plain));
    }

    #[test]
    fn the_argument_wins_over_the_environment() {
        let json = output::<Section>(None, None, &environment("json")).expect("json is an output");
        assert_eq!(json, OutputFormat::Json);
        let jsonl = output::<Section>(Some(OutputName::Jsonl), None, &environment("json"));
        assert_eq!(jsonl.expect("jsonl is an output"), OutputFormat::Jsonl);
    }

    #[test]
    fn documents_are_outputs_only_where_there_are_any() {
        let markdown = document::<Section>(None, None, &environment("markdown")).expect("markdown is an output");
        assert_eq!(markdown, DocumentFormat::Markdown);
        assert!(matches!(output::<Section>(None, None, &environment("markdown")), Err(Failure::Usage { .. })));
    }

    #[test]
    fn csv_is_about_operators_unless_a_section_is_named() {
        let csv = |section| output(Some(OutputName::Csv), section, &Environment::default());
        let default = csv(None).expect("csv is an output");
        assert_eq!(default, OutputFormat::Csv(Section::Operators));
        let files = csv(Some(Section::Files)).expect("csv has sections");
        assert_eq!(files, OutputFormat::Csv(Section::Files));
    }

    #[test]
    fn a_section_of_anything_but_csv_is_a_usage_error() {
        let failure = output(None, Some(Section::Files), &Environment::default());
        assert!(matches!(failure, Err(Failure::Usage { .. })));
    }

    #[test]
    fn colour_needs_a_terminal_and_permission() {
        let terminal = Environment { terminal_width: Some(120), ..Environment::default() };
        let coloured = TableStyle { width: Some(120), colour: true };
        let format = output::<Section>(None, None, &terminal).expect("nothing contradicts");
        assert_eq!(format, OutputFormat::Table(coloured));

        let without = Environment { no_colour: true, ..terminal };
        let plain = TableStyle { width: Some(120), colour: false };
        let format = output::<Section>(None, None, &without).expect("nothing contradicts");
        assert_eq!(format, OutputFormat::Table(plain));
    }
}
