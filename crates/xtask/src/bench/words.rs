//! The benches on the command line.

use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, Subcommand, ValueEnum};

use super::figures::say;
use super::{BENCHES, Effort, baseline, load, machine};

/// What can be measured.
#[derive(Debug, Subcommand)]
pub enum Word {
    /// Measures; everything, or one bench by name.
    Bench(Measure),
    /// Measures and says which ratios are worse than the committed ones.
    BenchCheck(Measure),
    /// Drives a simulated arm for a long time, on a clean line and on a faulty one, then records two cameras as long, and
    /// counts what went wrong.
    Soak {
        /// How long each of the three.
        #[arg(long, default_value_t = 600.0)]
        seconds: f64,
        /// One of the runs alone.
        #[arg(long)]
        only: Option<Soak>,
    },
    /// A bare loop with deadlines, for the machine's own noise.
    #[command(hide = true)]
    BareLoop {
        /// Where to write.
        line: PathBuf,
        /// Cycles per second.
        #[arg(long)]
        rate: f64,
        /// How long.
        #[arg(long)]
        seconds: f64,
    },
    /// Computes until standard input ends, to load a core.
    #[command(hide = true)]
    Busy,
}

/// What the long runs do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Soak {
    /// The arm alone, on a clean line and on a faulty one.
    Drive,
    /// The arm and two cameras.
    Cameras,
}

/// Which bench, and how long.
#[derive(Debug, Args)]
#[command(after_help = names())]
pub struct Measure {
    /// One bench; all when there is no name.
    name: Option<String>,
    /// Seconds per measured session.
    #[arg(long, default_value_t = 20.0)]
    seconds: f64,
}

impl Measure {
    fn effort(&self) -> Effort {
        Effort {
            seconds: self.seconds,
        }
    }
}

fn names() -> String {
    BENCHES
        .iter()
        .map(|bench| format!("{:<9} {}\n", bench.name, bench.about))
        .collect()
}

/// Does what was asked; whether all is well.
///
/// # Errors
/// When something could not be measured.
pub fn run(word: &Word) -> Result<bool> {
    match word {
        Word::Bench(measure) => {
            super::run(measure.name.as_deref(), measure.effort())?;
            Ok(true)
        }
        Word::BenchCheck(measure) => {
            let before = baseline::committed()?;
            let name = measure.name.as_deref();
            let now = super::run(name, measure.effort())?;
            say(&format!(
                "\ncompared with the committed ratios, measured on {}",
                before.machine
            ));
            let worse = baseline::worse(&before, &now, name);
            for finding in &worse {
                say(&format!("WORSE  {finding}"));
            }
            if worse.is_empty() {
                say("nothing got worse by more than its tolerance");
            }
            Ok(worse.is_empty())
        }
        Word::Soak { seconds, only } => super::soak(*seconds, *only),
        Word::BareLoop {
            line,
            rate,
            seconds,
        } => machine::bare_loop(line, *rate, *seconds).map(|_| true),
        Word::Busy => {
            load::compute();
            Ok(true)
        }
    }
}
