//! The `euthymia` command: arguments, progress and exit codes, nothing else.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command talks to its terminal"
)]

// First: its `println!` takes the place of the standard library's in all others.
#[macro_use]
mod output;

mod arguments;
mod calibrate;
mod check;
mod compare;
mod conformance;
mod courses;
mod ensemble;
mod evidence;
mod exit;
mod explain;
mod forecast;
mod interrupt;
mod library;
mod meta;
mod models;
mod optimise;
mod posterior;
mod predict_study;
mod progress;
mod rows;
mod run;
mod simulate;
mod trial;
mod validate;
mod watch;

use clap::Parser;

use arguments::{Arguments, Command};

fn main() -> std::process::ExitCode {
    let arguments = Arguments::parse();
    let outcome = match &arguments.command {
        Command::Simulate(options) => simulate::run(options, &arguments.shared),
        Command::Explain(options) => explain::run(options, &arguments.shared),
        Command::Run(options) => run::run(options, &arguments.shared),
        Command::Courses => courses::run(&arguments.shared),
        Command::Conformance(options) => conformance::run(options, &arguments.shared),
        Command::Compare(options) => compare::run(options, &arguments.shared),
        Command::Forecast(options) => forecast::run(options, &arguments.shared),
        Command::Check(options) => check::run(options, &arguments.shared),
        Command::Models(options) => models::run(options, &arguments.shared),
        Command::Meta(options) => meta::run(options, &arguments.shared),
        Command::Validate(options) => validate::run(options, &arguments.shared),
        Command::Evidence(options) => evidence::run(options, &arguments.shared),
        Command::Calibrate(options) => calibrate::run(options, &arguments.shared),
        Command::Trial(options) => trial::run(options, &arguments.shared),
        Command::PredictStudy(options) => predict_study::run(options, &arguments.shared),
        Command::Optimise(options) => optimise::run(options, &arguments.shared),
    };
    match outcome {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(failure) => failure.report(&arguments.shared),
    }
}
