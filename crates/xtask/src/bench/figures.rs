//! A measured figure, its target and the ratio that makes it comparable; the table and the file of a run.

use std::path::PathBuf;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use crate::house::root;

/// Which way is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Better {
    /// A smaller value.
    Lower,
    /// A larger value.
    Higher,
}

/// One measured number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    /// Bench, circumstances and quantity: `loop 120 Hz alone root: period error p99`.
    pub name: String,
    /// As measured.
    pub value: f64,
    /// Its unit.
    pub unit: String,
    /// Which way is good.
    pub better: Better,
    /// What the product promises on a quiet machine, if it promises something.
    pub target: Option<f64>,
    /// The value over the same quantity of the machine itself, measured in the same run; what
    /// `bench-check` compares. None: the value is only shown.
    pub ratio: Option<f64>,
    /// How much worse the ratio may be before it counts, as a share of the committed one: the spread of
    /// repeated runs on one machine.
    pub tolerance: f64,
}

impl Figure {
    /// A figure where less is better, only shown.
    pub fn new(name: impl Into<String>, value: f64, unit: &str) -> Self {
        Self {
            name: name.into(),
            value,
            unit: unit.to_owned(),
            better: Better::Lower,
            target: None,
            ratio: None,
            tolerance: 0.0,
        }
    }

    /// More is better.
    #[must_use]
    pub fn higher_is_better(mut self) -> Self {
        self.better = Better::Higher;
        self
    }

    /// Promised on a quiet machine.
    #[must_use]
    pub fn target(mut self, target: f64) -> Self {
        self.target = Some(target);
        self
    }

    /// Compared by `bench-check`: `ratio` may get worse by the share `tolerance`.
    #[must_use]
    pub fn ratio(mut self, ratio: f64, tolerance: f64) -> Self {
        self.ratio = Some(ratio);
        self.tolerance = tolerance;
        self
    }

    /// Whether the promise was kept; `None` when there is none.
    pub fn met(&self) -> Option<bool> {
        self.target.map(|target| match self.better {
            Better::Lower => self.value <= target,
            Better::Higher => self.value >= target,
        })
    }
}

/// All figures of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Results {
    /// What they were measured on.
    pub machine: String,
    /// In the order in which they were measured.
    pub figures: Vec<Figure>,
}

impl Results {
    /// None yet.
    pub fn new() -> Self {
        let cores = std::thread::available_parallelism().map_or(0, usize::from);
        let kernel = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
        let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
        Self {
            machine: format!(
                "{} {}, {} {}, {cores} cores, load before the run {}",
                std::env::consts::OS,
                kernel.trim(),
                std::env::consts::ARCH,
                processor(),
                load.split_whitespace().next().unwrap_or("unknown"),
            ),
            figures: Vec::new(),
        }
    }

    /// Adds a figure.
    pub fn add(&mut self, figure: Figure) {
        self.figures.push(figure);
    }

    /// Where the figures of the last run are.
    pub fn path() -> PathBuf {
        root().join("target/bench/results.json")
    }

    /// Leaves the figures for others to read.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(&self) -> Result<()> {
        let path = Self::path();
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::write(&path, serde_json::to_string_pretty(self)? + "\n")
            .with_context(|| format!("cannot write {}", path.display()))
    }

    /// The table a person reads.
    pub fn print(&self) {
        let width = self.figures.iter().map(|f| f.name.len()).max().unwrap_or(0);
        say(&format!("\nmeasured on {}", self.machine));
        for figure in &self.figures {
            let target = match (figure.target, figure.met()) {
                (Some(target), Some(true)) => format!("target {} met", number(target)),
                (Some(target), Some(false)) => format!("target {} MISSED", number(target)),
                _ => String::new(),
            };
            let ratio = figure
                .ratio
                .map_or_else(String::new, |ratio| format!("ratio {}", number(ratio)));
            let line = format!(
                "{:width$}  {:>10} {:<9} {ratio:<14} {target}",
                figure.name,
                number(figure.value),
                figure.unit,
            );
            say(line.trim_end());
        }
        say(&format!("written to {}", Self::path().display()));
    }
}

impl Default for Results {
    fn default() -> Self {
        Self::new()
    }
}

/// Three figures that count, for a person.
pub fn number(value: f64) -> String {
    let digits = match value.abs() {
        size if size >= 100.0 || value == 0.0 => 0,
        size if size >= 10.0 => 1,
        size if size >= 1.0 => 2,
        _ => 3,
    };
    format!("{value:.digits$}")
}

/// A line to the terminal.
#[expect(clippy::print_stdout, reason = "benches talk to a terminal")]
pub fn say(line: &str) {
    println!("{line}");
}

fn processor() -> String {
    std::fs::read_to_string("/proc/cpuinfo")
        .unwrap_or_default()
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(": "))
        .map_or_else(String::new, |(_, name)| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_met_on_its_good_side() {
        let lower = Figure::new("a", 2.0, "ms").target(3.0);
        assert_eq!(lower.met(), Some(true));
        assert_eq!(lower.clone().higher_is_better().met(), Some(false));
        assert_eq!(Figure::new("a", 2.0, "ms").met(), None);
    }

    #[test]
    fn numbers_show_what_counts() {
        for (value, shown) in [
            (0.0, "0"),
            (0.1234, "0.123"),
            (1.234, "1.23"),
            (12.34, "12.3"),
            (1234.5, "1234"),
        ] {
            assert_eq!(number(value), shown);
        }
    }
}
