//! `keepoint gc plan`: what can go.

use std::path::Path;

use super::{making, plan_file, verdict};
use crate::cli::args::GcPlanArguments;
use crate::cli::exit_code::ExitCode;
use crate::cli::failure::Failure;
use crate::cli::gc_settings::{self, GcQuestion, Given};
use crate::cli::session::Session;
use crate::cli::settings;
use crate::cli::write_result;
use crate::render;
use crate::storage;

/// Runs the command.
pub fn run(arguments: &GcPlanArguments, session: &Session<'_>) -> Result<ExitCode, Failure> {
    let format = settings::document(arguments.output, arguments.section, session.environment)?;
    let GcPlanArguments { roots, policy, residue, world, limits, loosened, loosened_residue, out, .. } = arguments;
    let given = Given { residue, world, limits, loosened, loosened_residue };
    let questions = gc_settings::retention(roots, policy, &given, session)?;
    if let Some(out) = out {
        check_place(out, &questions)?;
    }
    let mut codes = Vec::new();
    for question in &questions {
        let made = making::make(question, out.as_deref(), session)?;
        let report = match out {
            Some(out) => making::keep(made, out)?,
            None => made.report,
        };
        write_result(|out| render::gc_plan(&report, None, format, out))?;
        let code = verdict::of_plan(&report, question.strict);
        codes.push(if arguments.detailed_exitcode { verdict::in_detail(&report, code) } else { code });
    }
    Ok(verdict::worst(codes))
}

/// A plan is for one run, lies outside of what it cleans (I9), and takes the place of nothing but an older plan.
fn check_place(out: &Path, questions: &[GcQuestion]) -> Result<(), Failure> {
    let place = settings::place(&out.to_string_lossy())?;
    let usage = |message: String, hint: &str| Err(Failure::Usage { message, hint: hint.to_owned() });
    if questions.len() > 1 {
        let message = format!("--out {place}: the policy file has {} roots, and a plan is for one", questions.len());
        return usage(message, "name one of its roots");
    }
    if let Some(root) = questions.iter().flat_map(|question| &question.roots).find(|root| place.is_within(root)) {
        return usage(
            format!("--out {place}: lies in {root}, where nothing is written"),
            "choose a place outside of it",
        );
    }
    match storage::is_there(out) {
        Ok(true) if !plan_file::is_plan(out) => {
            usage(format!("--out {place}: something else than a plan is there"), "choose another name, or move it away")
        }
        _ => Ok(()),
    }
}
