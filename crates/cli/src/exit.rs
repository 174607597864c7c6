//! Why a command did not succeed, how it says so and with which exit code.

use std::io::IsTerminal;
use std::process::ExitCode;

use euthymia_diagnostics::{Diagnostic, render};
use euthymia_io::IoError;
use euthymia_therapy::simulate::SimulateError;

use crate::arguments::Shared;

/// Columns that messages are laid out for.
const WIDTH: usize = 110;

/// What stopped a command.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Something on the command line is wrong.
    Usage(String),
    /// Something in a file is wrong.
    Input(Vec<Diagnostic>),
    /// The simulation failed.
    Simulation(SimulateError),
    /// A run could not be carried out.
    Run(String),
    /// Subjects of a run failed; what is known is written. Who they are, in words.
    Subjects(String),
    /// So many cases do not agree with the answers of others.
    Conformance(usize),
    /// So many analyses of several have no values; which and why is printed.
    Analyses(usize),
    /// The target of the validation is missed, and that was asked about.
    Validation,
    /// A file could not be read or written.
    Io(IoError),
    /// The page could not be made.
    Report(euthymia_report::error::ReportError),
    /// The user asked to stop.
    Interrupted,
}

impl From<IoError> for Failure {
    fn from(error: IoError) -> Self {
        Self::Io(error)
    }
}

impl Failure {
    /// Says what happened and gives the exit code.
    pub(crate) fn report(self, shared: &Shared) -> ExitCode {
        match self {
            Self::Usage(message) => fail("usage", &message, shared, 2),
            Self::Input(diagnostics) => {
                show(&diagnostics, shared);
                ExitCode::from(1)
            }
            // What differs has been shown.
            Self::Conformance(_) if shared.json => ExitCode::from(1),
            Self::Conformance(count) => {
                eprintln!("error: {count} cases do not agree");
                ExitCode::from(1)
            }
            Self::Analyses(count) => {
                eprintln!("error: {count} of the analyses have no values; `error` says why");
                ExitCode::from(1)
            }
            // How far it is missed has been shown.
            Self::Validation if shared.json => ExitCode::from(1),
            Self::Validation => {
                eprintln!("error: the target for parent drug in plasma is not met");
                ExitCode::from(1)
            }
            Self::Run(message) => fail("simulation", &message, shared, 3),
            // They are in the description of the run.
            Self::Subjects(_) if shared.json => ExitCode::from(5),
            Self::Subjects(told) => {
                eprint!("error: {told}");
                ExitCode::from(5)
            }
            Self::Simulation(error) => fail("simulation", &error.to_string(), shared, 3),
            Self::Report(error) => fail("report", &error.to_string(), shared, 3),
            Self::Io(error) => {
                show(&[error.diagnostic()], shared);
                ExitCode::from(4)
            }
            Self::Interrupted => fail("interrupted", "interrupted; nothing was written", shared, 130),
        }
    }
}

/// Shows diagnostics: as text on standard error, or as JSON on standard output.
pub(crate) fn show(diagnostics: &[Diagnostic], shared: &Shared) {
    if shared.json {
        println!("{}", render::json(diagnostics));
    } else {
        let style = render::Style {
            colour: coloured(),
            width: WIDTH,
        };
        eprint!("{}", render::text(diagnostics, style));
    }
}

/// Whether standard error is a terminal that wants colour.
fn coloured() -> bool {
    std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none()
}

fn fail(kind: &str, message: &str, shared: &Shared, code: u8) -> ExitCode {
    if shared.json {
        println!("{}", serde_json::json!({ "error": kind, "message": message }));
    } else {
        eprintln!("error: {message}");
    }
    ExitCode::from(code)
}
