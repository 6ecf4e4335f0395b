//! Puts right what can be put right without inventing data: first a plan that a person can read, then the same steps done.
//!
//! The rows are the truth. Counters, tables of contents and statistics are made again from them; unfinished and
//! unmentioned files are moved to `meta/tendon/attic`, never deleted. What nothing in the folder can restore stays as
//! it is and is named. Not here: finding the damage ([`crate::verify`]), interrupted episodes ([`crate::recovery`]).

mod apply;
mod films;
mod scan;

use std::path::{Path, PathBuf};

pub use apply::{Repaired, apply};

use crate::episodes;
use crate::error::DatasetError;
use crate::footage;
use crate::info::{Info, Kind};
use crate::journal;
use crate::leftovers::Leftover;
use crate::progress::{Progress, Stage};
use crate::tasks::Tasks;
use crate::verify::{self, Defect, Finding, Report, Severity};
use scan::Scan;

/// One thing a repair does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// An episode that was being recorded or saved is finished and kept.
    Finish {
        /// Its journal, relative to the dataset.
        journal: PathBuf,
        /// Its task.
        task: String,
        /// Its whole rows.
        rows: u64,
    },
    /// An interrupted episode of which nothing can be kept is moved to `meta/tendon/attic`.
    PutAway {
        /// What became of it and why, as [`crate::recovery::PutAway`] says it.
        what: String,
    },
    /// Something is moved to `meta/tendon/attic`.
    SetAside {
        /// What, relative to the dataset.
        path: PathBuf,
        /// Why, as half a sentence.
        why: String,
    },
    /// The task table is written again, in order and with its index named.
    Tasks {
        /// Its rows.
        tasks: u64,
    },
    /// The episode metadata and its statistics are made again from the rows; the old files are set aside.
    Episodes {
        /// Its rows.
        episodes: u64,
    },
    /// `meta/stats.json` is made again from the rows.
    Stats,
    /// The counters and splits in `meta/info.json` are set.
    Counters {
        /// `total_episodes`.
        episodes: u64,
        /// `total_frames`.
        frames: u64,
        /// `total_tasks`.
        tasks: u64,
    },
}

impl std::fmt::Display for Step {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Finish {
                journal,
                task,
                rows,
            } => write!(
                f,
                "keep the interrupted episode {task:?} with {rows} rows ({})",
                journal.display()
            ),
            Self::PutAway { what } => f.write_str(what),
            Self::SetAside { path, why } => {
                write!(f, "move {} to meta/tendon/attic: {why}", path.display())
            }
            Self::Tasks { tasks } => write!(
                f,
                "write meta/tasks.parquet again with its {tasks} tasks in order"
            ),
            Self::Episodes { episodes } => write!(
                f,
                "make the metadata of {episodes} episodes again from their rows"
            ),
            Self::Stats => f.write_str("make meta/stats.json again from the rows"),
            Self::Counters {
                episodes,
                frames,
                tasks,
            } => write!(
                f,
                "set the counters to {episodes} episodes, {frames} rows, {tasks} tasks"
            ),
        }
    }
}

/// What a repair would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The dataset's folder.
    pub root: PathBuf,
    /// In the order in which they are done. Empty when nothing needs or allows mending.
    pub steps: Vec<Step>,
    /// Errors and warnings for which there is no step: what restoring needs is not in the folder.
    pub beyond: Vec<Finding>,
}

/// Looks at the dataset and plans its repair; touches nothing. With an interrupted episode, finishing that comes
/// first and the rest is planned again afterwards.
///
/// # Errors
/// When `meta/info.json` cannot be used, or a folder cannot be listed.
pub fn plan(root: &Path, progress: &Progress) -> Result<Plan, DatasetError> {
    let info = Info::read(root)?;
    let report = verify::verify(root, progress);
    let journals = interrupted(root)?;
    if !journals.is_empty() {
        return Ok(Plan {
            root: root.to_owned(),
            steps: journals,
            beyond: Vec::new(),
        });
    }
    progress.begin(Stage::Looking, 0);
    mending(root, &info, &report, progress)
}

fn interrupted(root: &Path) -> Result<Vec<Step>, DatasetError> {
    let mut steps = Vec::new();
    for path in journal::files(root)? {
        let Some(found) = journal::read(&path)? else {
            continue;
        };
        let rows = match &found.seal {
            Some(seal) => seal.rows,
            None => footage::common(&path, &found)?,
        };
        if rows == 0 {
            continue;
        }
        steps.push(Step::Finish {
            journal: path.strip_prefix(root).unwrap_or(&path).to_owned(),
            rows,
            task: found.header.task,
        });
    }
    Ok(steps)
}

/// Defects of the table of contents, which the rows can replace.
const OF_CONTENTS: [Defect; 11] = [
    Defect::EpisodesMissing,
    Defect::EpisodesFile,
    Defect::EpisodesColumns,
    Defect::EpisodeOrder,
    Defect::EpisodeSpan,
    Defect::EpisodeTasks,
    Defect::EpisodePlace,
    Defect::Uncommitted,
    Defect::DataUnreferenced,
    Defect::Counters,
    Defect::VideoSpan,
];

fn mending(
    root: &Path,
    info: &Info,
    report: &Report,
    progress: &Progress,
) -> Result<Plan, DatasetError> {
    let mut steps: Vec<Step> = verify::find_leftovers(root)
        .into_iter()
        .filter(|(_, kind)| {
            matches!(
                kind,
                Leftover::Unfinished | Leftover::Staging | Leftover::EncoderFolder
            )
        })
        .map(|(path, kind)| Step::SetAside {
            path,
            why: kind.to_string(),
        })
        .collect();
    let mut tasks = Tasks::read(root).unwrap_or_default();
    let mut mended: Vec<Defect> = vec![Defect::Leftover];
    if (report.has(Defect::TaskOrder) || report.has(Defect::TaskIndexName)) && orderly(&tasks) {
        tasks.rows.sort_by_key(|(_, index)| *index);
        steps.push(Step::Tasks {
            tasks: tasks.len() as u64,
        });
        mended.extend([Defect::TaskOrder, Defect::TaskIndexName]);
    }

    let scan = Scan::of(root, info, &tasks, progress)?;
    let cameras = info.cameras().next().is_some();
    let contents = OF_CONTENTS.into_iter().any(|defect| report.has(defect))
        || in_episodes(report, Defect::StatsIncomplete)
        || in_episodes(report, Defect::StatsShape)
        || in_episodes(report, Defect::StatsValues);
    let broken_tail = report.has(Defect::DataFile) && !scan.tail.is_empty();
    let agreed = counted(root, info) == Some(scan.episodes.len());
    // Pictures that may be another episode's are not made its own by writing down what they are.
    let doubtful = [
        Defect::VideoColours,
        Defect::VideoFile,
        Defect::VideoMissing,
        Defect::VideoPicture,
        Defect::Picture,
    ];
    let rebuild = (contents || broken_tail)
        && scan.usable
        && !doubtful.into_iter().any(|defect| report.has(defect))
        && films::spans(root, info, &scan.episodes)?.is_some();
    if rebuild {
        for (path, why) in &scan.tail {
            steps.push(Step::SetAside {
                path: path.clone(),
                why: (*why).to_owned(),
            });
        }
        let only_counters = OF_CONTENTS
            .into_iter()
            .filter(|defect| report.has(*defect))
            .all(|defect| defect == Defect::Counters)
            && !in_episodes(report, Defect::StatsIncomplete)
            && !in_episodes(report, Defect::StatsShape)
            && !in_episodes(report, Defect::StatsValues)
            && agreed;
        if !only_counters {
            steps.push(Step::Episodes {
                episodes: scan.episodes.len() as u64,
            });
        }
        mended.extend(OF_CONTENTS);
        mended.push(Defect::DataFile);
    } else if report.has(Defect::Counters) && !contents_but_counters(report) && scan.usable {
        // Pictures or not: counting rows and episodes invents nothing.
        mended.push(Defect::Counters);
    }
    let counted_wrongly = report.has(Defect::Counters) || report.has(Defect::Splits);
    if rebuild || (counted_wrongly && scan.usable && agreed) {
        steps.push(Step::Counters {
            episodes: scan.episodes.len() as u64,
            frames: scan.rows(),
            tasks: tasks.len() as u64,
        });
        mended.push(Defect::Splits);
    }
    let stats = [
        Defect::StatsMissing,
        Defect::StatsFile,
        Defect::StatsIncomplete,
        Defect::StatsShape,
        Defect::StatsValues,
        Defect::StatsQuantiles,
    ];
    let wrong = stats.into_iter().any(|defect| report.has(defect));
    if scan.usable
        && (wrong || rebuild)
        && (rebuild || !(cameras && in_episodes(report, Defect::StatsIncomplete)))
    {
        steps.push(Step::Stats);
        mended.extend(stats);
    }
    let beyond = report
        .findings
        .iter()
        .filter(|finding| finding.severity > Severity::Note && !mended.contains(&finding.defect))
        .cloned()
        .collect();
    Ok(Plan {
        root: root.to_owned(),
        steps,
        beyond,
    })
}

/// Whether every index from 0 on is there once, so that putting rows in order is all that is needed.
fn orderly(tasks: &Tasks) -> bool {
    let mut indices: Vec<i64> = tasks.rows.iter().map(|(_, index)| *index).collect();
    indices.sort_unstable();
    indices.into_iter().eq(0..tasks.len() as i64)
}

fn in_episodes(report: &Report, defect: Defect) -> bool {
    report
        .findings
        .iter()
        .any(|finding| finding.defect == defect && finding.place.starts_with("meta/episodes"))
}

fn contents_but_counters(report: &Report) -> bool {
    OF_CONTENTS
        .into_iter()
        .any(|defect| defect != Defect::Counters && report.has(defect))
}

/// How many episodes the metadata has, if it can be read.
fn counted(root: &Path, info: &Info) -> Option<usize> {
    let videos: Vec<&str> = info
        .features
        .iter()
        .filter(|feature| feature.kind == Kind::Video)
        .map(|feature| feature.name.as_str())
        .collect();
    episodes::read(root, &videos).ok().map(|rows| rows.len())
}
