//! Where journal, audit log and copies of metadata go.

use std::path::{Path, PathBuf};

use crate::cli::failure::Failure;
use crate::cli::settings::{self, Environment};
use crate::uri::StorageUri;

/// A place for what outlasts a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerPlace {
    /// The directory.
    pub place: StorageUri,
    /// Whether the operator named it: only then others look there, and a lease in it means something (S-27).
    pub is_given: bool,
}

impl LedgerPlace {
    /// The place that an argument or a plan names.
    pub fn given(argument: &str) -> Result<Self, Failure> {
        Ok(Self { place: settings::place(argument)?, is_given: true })
    }

    /// Beside a plan: a directory named after it.
    pub fn beside(plan: &Path) -> Result<Self, Failure> {
        let mut name = plan.as_os_str().to_owned();
        name.push(".ledger");
        Self::local(&PathBuf::from(name))
    }

    /// In the directory that the user keeps the state of programs in.
    pub fn of_user(environment: &Environment) -> Result<Self, Failure> {
        let state = environment.variable("XDG_STATE_HOME").map(PathBuf::from);
        let state = state.or_else(|| Some(Path::new(environment.variable("HOME")?).join(".local/state")));
        match state.filter(|directory| directory.is_absolute()) {
            Some(directory) => Self::local(&directory.join("keepoint")),
            None => Err(Failure::Usage {
                message: "there is no place for the audit log: neither XDG_STATE_HOME nor HOME is set".to_owned(),
                hint: "name one by `--ledger DIR-or-URI`".to_owned(),
            }),
        }
    }

    fn local(path: &Path) -> Result<Self, Failure> {
        Ok(Self { place: settings::place(&path.to_string_lossy())?, is_given: false })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_user(variables: &[(&str, &str)]) -> Result<String, Failure> {
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        LedgerPlace::of_user(&Environment::with_variables(variables)).map(|ledger| ledger.place.to_string())
    }

    #[test]
    fn a_run_without_a_ledger_writes_into_the_state_directory_of_the_user() {
        assert_eq!(of_user(&[("HOME", "/home/you")]).expect("a home"), "file:/home/you/.local/state/keepoint");
        let both = of_user(&[("HOME", "/home/you"), ("XDG_STATE_HOME", "/state")]);
        assert_eq!(both.expect("a state directory"), "file:/state/keepoint");
        assert!(matches!(of_user(&[]), Err(Failure::Usage { .. })));
    }

    #[test]
    fn a_plan_has_its_ledger_beside_it() {
        let ledger = LedgerPlace::beside(Path::new("/var/plans/nightly")).expect("a path");
        assert_eq!(ledger.place.to_string(), "file:/var/plans/nightly.ledger");
        assert!(!ledger.is_given);
    }
}
