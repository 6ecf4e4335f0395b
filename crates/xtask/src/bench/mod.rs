//! The benches of "what must show": the release program, the simulator in a process of its own, and the
//! machine's own noise measured in the same run, so that figures from different machines can be compared.
//!
//! What a run measured goes to `target/bench/results.json`; `bench-check` compares the ratios in it with
//! `benches/baseline.json`. Not here: benches of one function (criterion, beside the code).

pub mod arrivals;
pub mod baseline;
pub mod control;
pub mod disk;
pub mod encoding;
pub mod figures;
/// The journeys' own look at films.
#[path = "../../../../tests/tests/journeys/filmed.rs"]
pub mod filmed;
pub mod filming;
pub mod installed;
pub mod keys;
pub mod kinematics;
pub mod load;
pub mod machine;
pub mod pair;
pub mod pictures;
pub mod pool;
pub mod pty;
pub mod reading;
pub mod saving;
pub mod tendon;
pub mod window;
pub mod words;

use anyhow::{Result, bail};
use stdx::Clock;

pub use figures::{Better, Figure, Results};
pub use tendon::{Tendon, User};
use words::Soak;

/// How a bench may be asked for and how long it measures.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Effort {
    /// Seconds per measured session of a control loop.
    pub seconds: f64,
}

/// A bench by name and what it measures.
pub struct Bench {
    /// As in `make bench NAME=…`.
    pub name: &'static str,
    /// In words, for the help.
    pub about: &'static str,
    run: fn(&Tendon, Effort, &mut Results) -> Result<()>,
}

/// All benches, in the order in which they run.
pub const BENCHES: &[Bench] = &[
    Bench {
        name: "machine",
        about: "the machine's own noise: a bare loop with deadlines, alone",
        run: machine::noise,
    },
    Bench {
        name: "loop",
        about: "period error, missed cycles and CPU per cycle at 60, 120 and 250 Hz, alone and loaded, as root and as an ordinary user",
        run: control::periods,
    },
    Bench {
        name: "bimanual",
        about: "two pairs on four lines at 120 Hz: period error, missed cycles, bus time over that of one pair",
        run: pair::bimanual,
    },
    Bench {
        name: "uncapped",
        about: "cycles per second without a rate, against what the wire allows",
        run: control::uncapped,
    },
    Bench {
        name: "key",
        about: "from a key press to the first goal on the wire that shows it",
        run: keys::latency,
    },
    Bench {
        name: "kinematics",
        about: "time per forward and per inverse solution of the kinematics",
        run: kinematics::solves,
    },
    Bench {
        name: "pictures",
        about: "time per camera picture of every step outside the encoder of films",
        run: pictures::steps,
    },
    Bench {
        name: "pool",
        about: "what a job of the worker pool costs beside its work, through a worker and inline; a storm on one control",
        run: pool::overhead,
    },
    Bench {
        name: "encoding",
        about: "CPU per picture from a camera's bytes to a film, H.264 and AV1",
        run: encoding::films,
    },
    Bench {
        name: "memory",
        about: "the most memory that recording takes",
        run: control::memory,
    },
    Bench {
        name: "reading",
        about: "time to open a film, to read on and to jump in it, for H.264 and AV1, keys near and far",
        run: reading::films,
    },
    Bench {
        name: "rows",
        about: "dataset rows written per second, journal and commit included",
        run: disk::rows,
    },
    Bench {
        name: "cameras",
        about: "a minute of recording with two cameras: CPU, memory, rows, repeated pictures, and what the loop feels of it",
        run: filming::filming,
    },
    Bench {
        name: "saving",
        about: "from stop to ready after a minute with two cameras, beside staged PNG files that are encoded afterwards",
        run: saving::saving,
    },
    Bench {
        name: "window",
        about: "the window: start, cost at rest, evenness of page and loop while two cameras are shown and keys drive an arm",
        run: window::window,
    },
    Bench {
        name: PACKAGE,
        about: "the installed package: its size, and its start from the menu to a usable window",
        run: installed::package,
    },
    Bench {
        name: "zip",
        about: "speed and memory of the ZIP export, against cp -r and sync",
        run: disk::zip,
    },
];

/// The one bench that needs more than a build: a package, and root.
const PACKAGE: &str = "package";

/// Runs one bench, or all, and leaves the figures in `target/bench/results.json`.
///
/// # Errors
/// When there is no such bench, when the program is not built, or when a bench could not measure.
pub fn run(name: Option<&str>, effort: Effort) -> Result<Results> {
    let chosen: Vec<&Bench> = BENCHES
        .iter()
        .filter(|bench| name.is_none_or(|name| name == bench.name))
        .collect();
    if chosen.is_empty() {
        let names: Vec<&str> = BENCHES.iter().map(|bench| bench.name).collect();
        bail!(
            "there is no bench of that name; there are {}",
            names.join(", ")
        );
    }
    let tendon = Tendon::built();
    let mut results = Results::new();
    let mut failures = Vec::new();
    for bench in chosen {
        figures::say(&format!("{}: {}", bench.name, bench.about));
        // Who measures everything need not have made a package.
        if let (None, PACKAGE, Err(error)) = (
            name,
            bench.name,
            crate::package_test::Measured::of_the_present(),
        ) {
            figures::say(&format!("  left out: {error:#}"));
            continue;
        }
        if let Err(error) = (bench.run)(&tendon, effort, &mut results) {
            figures::say(&format!("  FAILED: {error:#}"));
            failures.push(format!("{}: {error:#}", bench.name));
        }
    }
    results.write()?;
    results.print();
    if !failures.is_empty() {
        bail!("not measured: {}", failures.join("; "));
    }
    Ok(results)
}

/// The long runs: ten minutes at 120 Hz on a clean line and on a faulty one, and ten minutes of two cameras. Whether all
/// of them went as promised.
///
/// # Errors
/// When the program is not built or a session failed.
pub fn soak(seconds: f64, only: Option<Soak>) -> Result<bool> {
    let tendon = Tendon::built();
    let driven = only == Some(Soak::Cameras) || control::soak(&tendon, seconds)?;
    let filmed = only == Some(Soak::Drive) || filming::soak(&tendon, seconds)?;
    Ok(driven & filmed)
}

/// The clock all benches go by; the machine's own, shared by all its processes.
pub fn clock() -> impl Clock {
    stdx::SystemClock
}
