//! From findings to an exit code.

use crate::cli::exit_code::ExitCode;
use crate::report::{Finding, Severity};

/// The code of the worst finding: an error means "no", anything unknown "not known".
pub(super) fn of_findings(findings: &[Finding]) -> ExitCode {
    let mut code = ExitCode::Fine;
    for finding in findings {
        match finding.severity() {
            Severity::Error => return ExitCode::No,
            // A severity that this version has no name for is not known to be harmless.
            Severity::Unknown | Severity::Unspecified => code = ExitCode::NotKnown,
            Severity::Warning | Severity::Info => {}
        }
    }
    code
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code_of(severities: &[Severity]) -> ExitCode {
        let findings: Vec<Finding> =
            severities.iter().map(|severity| Finding { severity: *severity as i32, ..Finding::default() }).collect();
        of_findings(&findings)
    }

    #[test]
    fn the_worst_finding_decides() {
        assert_eq!(code_of(&[]), ExitCode::Fine);
        assert_eq!(code_of(&[Severity::Info, Severity::Warning]), ExitCode::Fine);
        assert_eq!(code_of(&[Severity::Unknown, Severity::Info]), ExitCode::NotKnown);
        assert_eq!(code_of(&[Severity::Unknown, Severity::Error]), ExitCode::No);
    }
}
