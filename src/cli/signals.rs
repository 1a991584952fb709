//! Ending early: at the first signal after what is under way, at the second at once.

use std::future::Future;
use std::io::{self, Write};
use std::pin::pin;

use tokio::signal;

use super::exit_code::ExitCode;

/// How work came to its end.
#[derive(Debug, PartialEq, Eq)]
pub enum Ended<T> {
    /// By itself, or after one signal, for which the code stands.
    ByItself(T, Option<ExitCode>),
    /// By a second signal, in the middle.
    AtOnce(ExitCode),
}

/// Does work that is asked to end at the first signal and is abandoned at the second.
pub async fn until_signalled<T>(work: impl Future<Output = T>, ask_to_end: impl Fn()) -> io::Result<Ended<T>> {
    let mut signals = Signals::listen()?;
    let mut work = pin!(work);
    let mut first = None;
    loop {
        tokio::select! {
            outcome = &mut work => return Ok(Ended::ByItself(outcome, first)),
            code = signals.next() => {
                if first.is_some() {
                    return Ok(Ended::AtOnce(code));
                }
                first = Some(code);
                ask_to_end();
                // Nobody left to tell when this fails.
                let _ = writeln!(io::stderr(), "keepoint: ends when what is under way is done; a second signal ends it at once");
            }
        }
    }
}

#[cfg(unix)]
struct Signals {
    interrupt: signal::unix::Signal,
    terminate: signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn listen() -> io::Result<Self> {
        use signal::unix::{SignalKind, signal};
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    async fn next(&mut self) -> ExitCode {
        tokio::select! {
            _ = self.interrupt.recv() => ExitCode::Interrupted,
            _ = self.terminate.recv() => ExitCode::Terminated,
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn listen() -> io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) -> ExitCode {
        if signal::ctrl_c().await.is_err() {
            // Nobody can interrupt it then.
            std::future::pending::<()>().await;
        }
        ExitCode::Interrupted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn work_that_nobody_interrupts_ends_by_itself() {
        let ended = until_signalled(async { 7 }, || panic!("nobody asked")).await.expect("signals can be listened to");
        assert_eq!(ended, Ended::ByItself(7, None));
    }
}
