//! What the tests share.
#![allow(
    dead_code,
    unreachable_pub,
    missing_docs,
    reason = "each test uses what it needs"
)]

use std::process::{Command, Output, Stdio};

pub fn euthymia(arguments: &[&str]) -> Output {
    command(arguments).output().expect("the command starts")
}

/// The command, run in the repository's root as the README does.
pub fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_euthymia"));
    command
        .args(arguments)
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
        .env_remove("EUTHYMIA_LIBRARY")
        .stdin(Stdio::null());
    command
}

pub fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("UTF-8")
}
