//! Asking before something is deleted.

use std::io::{self, BufRead, Write};

use super::failure::Failure;
use super::settings::Environment;
use crate::render::escaped;

/// Refuses to begin where nobody can be asked and nobody has said yes. Before any work: a scheduler shall learn it at once.
pub fn can_be_confirmed(yes: bool, environment: &Environment) -> Result<(), Failure> {
    if yes || environment.can_ask {
        return Ok(());
    }
    Err(Failure::Usage {
        message: "there is no terminal to ask on before something is deleted".to_owned(),
        hint: "add `--yes` to delete without being asked".to_owned(),
    })
}

/// Asks on the terminal, unless somebody has said yes; an error if the answer is another one.
pub fn confirm(question: &str, yes: bool) -> Result<(), Failure> {
    if yes {
        return Ok(());
    }
    let answered = ask(question, &mut io::stdin().lock(), &mut io::stderr().lock());
    match answered {
        Ok(true) => Ok(()),
        Ok(false) => {
            Err(Failure::NoResult { error: "nothing was deleted: the answer was not \"yes\"".into(), hint: None })
        }
        Err(error) => Err(Failure::NoResult { error: Box::new(error), hint: Some("add `--yes`".to_owned()) }),
    }
}

/// Only the whole word is a yes.
fn ask(question: &str, answers: &mut dyn BufRead, out: &mut dyn Write) -> io::Result<bool> {
    write!(out, "{} Type \"yes\" to go on: ", escaped(question))?;
    out.flush()?;
    let mut answer = String::new();
    answers.read_line(&mut answer)?;
    Ok(answer.trim() == "yes")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(answer: &str) -> bool {
        ask("Delete it?", &mut answer.as_bytes(), &mut Vec::new()).expect("a vector takes everything")
    }

    #[test]
    fn only_the_whole_word_is_a_yes() {
        assert!(answered("yes\n") && answered("  yes \r\n"));
        for other in ["", "\n", "y\n", "YES\n", "no\n", "yes please\n"] {
            assert!(!answered(other), "{other:?}");
        }
    }

    #[test]
    fn without_a_terminal_somebody_must_have_said_yes() {
        let nobody = Environment::default();
        assert!(matches!(can_be_confirmed(false, &nobody), Err(Failure::Usage { .. })));
        assert!(can_be_confirmed(true, &nobody).is_ok());
        let mut somebody = Environment::default();
        somebody.can_ask = true;
        assert!(can_be_confirmed(false, &somebody).is_ok());
    }
}
