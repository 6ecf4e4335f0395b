//! The window's program.

#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod closing;
#[expect(
    clippy::let_underscore_must_use,
    reason = "Tauri's macro for commands drops a value so"
)]
mod commands;
mod graphics;
mod page;
mod single;
mod telling;

use std::process::ExitCode;

#[expect(
    clippy::print_stderr,
    reason = "who starts a window from a terminal and gets none must be told there"
)]
fn main() -> ExitCode {
    match page::run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            tracing::error!(code = ?failure.code, "{}", failure.message);
            eprintln!("{failure}");
            ExitCode::FAILURE
        }
    }
}
