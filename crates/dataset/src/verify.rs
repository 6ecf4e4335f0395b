//! Looks at every part of a dataset and says what is wrong, where, what it does to training, and what helps.
//!
//! Each line of LeRobot's failure table and of the format's rules is looked for. Damage of any kind is a finding,
//! never a panic. Every picture is decoded. Not here: mending ([`crate::repair`]).

mod defect;
mod description;
mod files;
mod numbers;
mod pictures;
mod rows;
mod videos;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

pub use defect::{Defect, Severity};
pub(crate) use files::find_leftovers;

use crate::error::DatasetError;
use crate::progress::{Progress, Stage};

/// Findings of one kind that are listed; the rest are counted.
const LISTED: usize = 20;

/// One thing that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Which defect, for programs.
    pub defect: Defect,
    /// How bad it is.
    pub severity: Severity,
    /// The file, relative to the dataset, and where in it.
    pub place: String,
    /// What is wrong there.
    pub what: String,
    /// What it does to loading, training or continuing.
    pub effect: &'static str,
    /// What the person can do.
    pub remedy: &'static str,
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{}: {}: {}\n  {}\n  {}",
            self.severity, self.place, self.what, self.effect, self.remedy
        )
    }
}

/// The outcome of a verification.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// The dataset's folder.
    pub root: PathBuf,
    /// In the order in which they were found; at most 20 of each kind.
    pub findings: Vec<Finding>,
    /// How many more there were of the kinds that were cut off.
    pub unlisted: BTreeMap<Defect, u64>,
    /// Episodes looked at.
    pub episodes: u64,
    /// Rows looked at.
    pub rows: u64,
    /// Data and video files looked at.
    pub files: u64,
    /// What was not looked at, so that silence is not taken for soundness.
    pub not_checked: Vec<String>,
    /// Whether it was stopped before the end.
    pub cancelled: bool,
}

impl Report {
    /// Whether nothing at all was found, notes aside, and everything was looked at.
    pub fn clean(&self) -> bool {
        !self.cancelled && self.worst() <= Some(Severity::Note)
    }

    /// Whether LeRobot loads the dataset with the right content, as far as was looked.
    pub fn sound(&self) -> bool {
        !self.cancelled && self.worst() < Some(Severity::Error)
    }

    /// The severity of the worst finding.
    pub fn worst(&self) -> Option<Severity> {
        self.findings.iter().map(|finding| finding.severity).max()
    }

    /// Whether there is such a finding.
    pub fn has(&self, defect: Defect) -> bool {
        self.findings.iter().any(|finding| finding.defect == defect)
    }

    fn add(&mut self, defect: Defect, place: impl Into<String>, what: impl Into<String>) {
        let listed = self
            .findings
            .iter()
            .filter(|finding| finding.defect == defect)
            .count();
        if listed >= LISTED {
            *self.unlisted.entry(defect).or_default() += 1;
            return;
        }
        self.findings.push(Finding {
            defect,
            severity: defect.severity(),
            place: place.into(),
            what: what.into(),
            effect: defect.effect(),
            remedy: defect.remedy(),
        });
    }

    /// A failed read as a finding: its first line without the path, which is the place.
    fn add_error(&mut self, defect: Defect, place: impl Into<String>, error: &DatasetError) {
        let text = error.to_string();
        let line = text.lines().next().unwrap_or_default().to_owned();
        self.add(defect, place, line);
    }

    fn place(&self, path: &Path) -> String {
        path.strip_prefix(&self.root)
            .unwrap_or(path)
            .display()
            .to_string()
    }
}

/// Looks at the dataset in `root`. `progress` counts pictures while films are decoded, then rows while the data is read.
///
/// Films of a kind that this program does not decode are named in the report.
pub fn verify(root: &Path, progress: &Progress) -> Report {
    progress.begin(Stage::Looking, 0);
    let mut report = Report {
        root: root.to_owned(),
        ..Report::default()
    };
    files::leftovers(&mut report);
    let Some(known) = description::check(&mut report) else {
        report.cancelled = progress.cancelled();
        return report;
    };
    videos::check(&mut report, &known, progress);
    rows::check(&mut report, &known, progress);
    pictures::check(&mut report, &known, progress);
    report.cancelled = progress.cancelled();
    if !report.cancelled {
        progress.begin(Stage::Done, 0);
    }
    report
}
