//! `tendon`: the whole workbench without a window.
//!
//! Reads flags, follows one process of `station` from start to end, and shows what it tells. Owns no arm and no
//! file; what a signal or a key means is decided here, what it does is not.

mod args;
mod arm_flags;
mod camera_flags;
mod cameras;
mod chosen;
mod commands;
mod exit;
mod film_flags;
mod hands;
mod input_flags;
mod keys;
mod live;
mod output;
mod safety;
mod setup;
mod signals;
mod view;
mod watch;

use std::process::ExitCode;

use args::{Cli, Command, Dataset};
use clap::{CommandFactory as _, Parser as _};
use protocol::{ErrorCode, Failure};
use station::log::Log;
use station::settings::Settings;

use crate::output::Out;
use crate::watch::Watch;

/// The whole command line, for whoever writes completions and manual pages of it.
pub fn command() -> clap::Command {
    Cli::command()
}

/// Reads the flags, does what they ask, and says how it ended: the exit codes stand at the end of `tendon --help`.
pub fn program() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are answers, not errors; clap knows where each of them goes.
            let code = if error.use_stderr() {
                exit::USAGE
            } else {
                exit::DONE
            };
            drop(error.print());
            return ExitCode::from(code);
        }
    };
    let mut out = Out::new(cli.json);
    let code = match run(&cli, &mut out) {
        Ok(code) => code,
        Err(failure) => {
            // Signals that cannot be listened to.
            out.fail(&failure, None);
            exit::from_code(failure.code)
        }
    };
    ExitCode::from(code)
}

fn run(cli: &Cli, out: &mut Out) -> Result<u8, Failure> {
    let settings = Settings::load();
    // What is wrong with them is one of the things the doctor tells of, and a matter of its own for whoever changes them.
    if !matches!(cli.command, Command::Doctor(_) | Command::Settings(_)) {
        commands::settings::tell_problems(&settings);
    }
    // A log that cannot be written is no reason not to work; the person is told once.
    let log = match Log::start(&settings.log) {
        Ok(log) => Some(log),
        Err(error) => {
            output::hint(&format!(
                "no log is written: {error}\nFolder: {}",
                settings.log.folder.display()
            ));
            None
        }
    };
    chosen::keep(settings);
    let watch = Watch::start().map_err(|error| Failure {
        code: ErrorCode::Internal,
        message: format!("signals cannot be listened to: {error}"),
        remedy: "Close other programs and try again.".into(),
    })?;
    let code = dispatch(cli, out, &watch).unwrap_or_else(|failure| {
        // What a process failed with is in the log already, under its request.
        if !out.has_request() {
            tracing::error!(code = ?failure.code, "{}", failure.message);
        }
        out.fail(&failure, log.as_ref().map(Log::file));
        exit::from_code(failure.code)
    });
    drop(log);
    // What ended in good order because of a signal says so, as shells expect.
    Ok(match watch.asked().signal() {
        Some(signal) if code == exit::DONE => exit::SIGNAL + signal as u8,
        _ => code,
    })
}

fn dispatch(cli: &Cli, out: &mut Out, watch: &Watch) -> Result<u8, Failure> {
    match &cli.command {
        Command::FindPort(args) => commands::find_port::run(args, out, watch),
        Command::FindCameras(args) => commands::find_cameras::run(args, out, watch),
        Command::Scan(args) => commands::scan::run(args, out, watch),
        Command::Doctor(args) => commands::doctor::run(args, out, watch),
        Command::Log(args) => commands::log::run(args, out, watch),
        Command::Bundle(args) => commands::bundle::run(args, out),
        Command::Identify(args) => commands::identify::run(args, out, watch),
        Command::SetupMotors(args) => commands::setup_motors::run(args, out, watch),
        Command::Calibrate(args) => commands::calibrate::run(args, out, watch),
        Command::Teleoperate(args) => commands::teleoperate::run(args, out, watch),
        Command::Record(args) => commands::record::run(args, out, watch),
        Command::Pose(args) => commands::pose::run(args, out, watch),
        Command::Replay(args) => commands::teleoperate::run_replay(args, out, watch),
        Command::Jog(args) => commands::jog::run(args, out, watch),
        Command::Export(args) => commands::export::run(args, out, watch),
        Command::Recover(args) => commands::recover::run(args, out, watch),
        Command::Dataset(Dataset::Info(place)) => commands::dataset::info(place, out),
        Command::Dataset(Dataset::Verify(place)) => {
            commands::dataset::run_verify(place, out, watch)
        }
        Command::Dataset(Dataset::Repair(args)) => commands::dataset::repair(args, out, watch),
        Command::Dataset(Dataset::Reencode(args)) => commands::reencode::run(args, out, watch),
        Command::Dataset(Dataset::Frame(args)) => commands::frame::run(args, out),
        Command::Image(args) => commands::image::run(args, out, watch),
        Command::Release(args) => commands::release::run(args, out, watch),
        Command::Settings(args) => commands::settings::run(args, out),
        Command::Sim(args) => commands::sim::run(args, out, watch),
        Command::Demo(args) => commands::demo::run(args, out, watch),
    }
}
