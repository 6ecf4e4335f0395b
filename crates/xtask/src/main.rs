//! `cargo run -p xtask -- WORD`: the checks of the house and the benches, for the Makefile and for people.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "this program talks to a terminal"
)]

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};
use xtask::house::{self, arrows, bindings, forbidden, graph::Graph, sentences, signatures};

/// Automation of the workspace.
#[derive(Debug, Parser)]
struct Arguments {
    #[command(subcommand)]
    word: Word,
}

#[derive(Debug, Subcommand)]
enum Word {
    /// Says which arrows between crates point up.
    Arrows,
    /// Says what is linked or called where motors are moved and should not be.
    Forbidden,
    /// Compares the public verbs with the committed ones.
    Signatures {
        /// Take the present ones as the ones to hold.
        #[arg(long)]
        update: bool,
    },
    /// Compares the committed TypeScript of the protocol with what the crate says.
    Bindings {
        /// Write what the crate says.
        #[arg(long)]
        update: bool,
    },
    /// Says which sentences of the window have no translation, and which translations no sentence.
    Sentences {
        /// Take in what is new, without a translation, and drop what is gone.
        #[arg(long)]
        update: bool,
    },
    /// Packages, and what is generated for them.
    #[command(flatten)]
    Package(xtask::package::words::Word),
    /// Tries the packages as a person meets them, as root: install, start, upgrade, remove.
    #[cfg(target_os = "linux")]
    PackageTest {
        /// Already where mounts are nobody else's.
        #[arg(long, hide = true)]
        inside: bool,
    },
    /// Benches: Linux only, because they read what Linux counts.
    #[cfg(target_os = "linux")]
    #[command(flatten)]
    Measure(xtask::bench::words::Word),
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::from(2)
        }
    }
}

/// Whether all is well.
fn run(arguments: &Arguments) -> Result<bool> {
    match &arguments.word {
        Word::Arrows => Ok(report(&arrows::check(&Graph::of_workspace()?))),
        Word::Forbidden => {
            let crates = house::root().join("crates");
            let mut findings = forbidden::heavy_libraries(&Graph::of_workspace()?);
            findings.extend(forbidden::blocking_calls(&crates)?);
            findings.extend(forbidden::borrowed_by_the_simulator(&crates)?);
            Ok(report(&findings))
        }
        Word::Signatures { update: true } => signatures::update().map(|()| true),
        Word::Signatures { update: false } => Ok(report(&signatures::changes()?)),
        Word::Bindings { update: true } => bindings::update().map(|()| true),
        Word::Bindings { update: false } => Ok(report(&bindings::changes()?)),
        Word::Sentences { update: true } => sentences::update().map(|()| true),
        Word::Sentences { update: false } => Ok(report(&sentences::changes()?)),
        Word::Package(word) => {
            Ok(xtask::package::words::run(word)?.is_none_or(|findings| report(&findings)))
        }
        #[cfg(target_os = "linux")]
        Word::PackageTest { inside } => xtask::package_test::run(*inside).map(|()| true),
        #[cfg(target_os = "linux")]
        Word::Measure(word) => xtask::bench::words::run(word),
    }
}

fn report(findings: &[String]) -> bool {
    for finding in findings {
        println!("{finding}");
    }
    println!(
        "{}",
        match findings.len() {
            0 => "nothing found".to_owned(),
            count => format!("{count} found"),
        }
    );
    findings.is_empty()
}
