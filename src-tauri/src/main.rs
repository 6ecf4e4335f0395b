//! The window's program.

#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod closing;
mod commands;
mod graphics;
mod page;
mod single;
mod telling;

use std::process::ExitCode;

fn main() -> ExitCode {
    match page::run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            station::log::say_failure(&failure);
            ExitCode::FAILURE
        }
    }
}
