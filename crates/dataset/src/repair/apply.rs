//! Does what a plan says, step by step, each file whole or not at all, and verifies the outcome.

use std::fs;
use std::path::{Path, PathBuf};

use super::films;
use super::scan::Scan;
use super::{Plan, Step, interrupted, plan};
use crate::attic;
use crate::episodes::{self, FilePlace};
use crate::error::DatasetError;
use crate::files::{self, Part};
use crate::info::Info;
use crate::lock::Lock;
use crate::progress::Progress;
use crate::recovery::{self, PutAway};
use crate::stats::{self, Stats};
use crate::tasks::Tasks;
use crate::verify::{self, Report};

/// What a repair did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repaired {
    /// The steps that were done, in order.
    pub done: Vec<Step>,
    /// The folder that holds what was set aside, relative to the dataset; `None` when nothing was.
    pub attic: Option<PathBuf>,
    /// The dataset as it is now.
    pub report: Report,
}

/// Repairs the dataset in `root`: plans and does, until there is nothing left to do.
///
/// # Errors
/// [`DatasetError::InUse`] while somebody records into it, or what reading and writing can meet. Steps done before
/// stay done; each leaves the dataset no worse than it was.
pub fn apply(root: &Path, progress: &Progress) -> Result<Repaired, DatasetError> {
    let attic = attic::folder(root);
    let mut done = Vec::new();
    // The first look may find the table of contents in a state that keeps recovery from working.
    let first = finish(root, progress, &mut done);
    if let Err(error @ (DatasetError::InUse { .. } | DatasetError::Cancelled(_))) = first {
        return Err(error);
    }
    mend(root, &attic, progress, &mut done)?;
    if first.is_err() {
        finish(root, progress, &mut done)?;
        mend(root, &attic, progress, &mut done)?;
    }
    Ok(Repaired {
        done,
        attic: attic
            .is_dir()
            .then(|| attic.strip_prefix(root).unwrap_or(&attic).to_owned()),
        report: verify::verify(root, progress),
    })
}

/// Finishes interrupted commits and keeps interrupted episodes.
fn finish(root: &Path, progress: &Progress, done: &mut Vec<Step>) -> Result<(), DatasetError> {
    let mut steps = interrupted(root)?;
    let mut tell = |put_away: Vec<PutAway>| {
        done.extend(put_away.into_iter().map(|it| Step::PutAway {
            what: it.to_string(),
        }));
    };
    let found = recovery::find(root)?;
    tell(found.put_away);
    for waiting in found.interrupted {
        let kept = recovery::keep(root, &waiting, progress)?;
        tell(kept.put_away);
        if kept.saved.is_none() {
            let given_up = waiting.journal.strip_prefix(root).ok();
            steps.retain(|step| {
                !matches!(step, Step::Finish { journal, .. } if Some(journal.as_path()) == given_up)
            });
        }
    }
    done.extend(steps);
    Ok(())
}

fn mend(
    root: &Path,
    attic: &Path,
    progress: &Progress,
    done: &mut Vec<Step>,
) -> Result<(), DatasetError> {
    let Plan { steps, .. } = plan(root, progress)?;
    let steps: Vec<Step> = steps
        .into_iter()
        .filter(|step| !matches!(step, Step::Finish { .. }))
        .collect();
    if steps.is_empty() {
        return Ok(());
    }
    let _lock = Lock::take(root)?;
    for step in steps {
        match &step {
            Step::Finish { .. } | Step::PutAway { .. } => {}
            Step::SetAside { path, .. } => attic::set_aside(root, attic, path)?,
            Step::Tasks { .. } => {
                let path = Tasks::path(root);
                let bytes = Tasks::read(root)?.to_bytes(&path)?;
                attic::keep_copy(root, attic, &path)?;
                files::replace(&path, &bytes, Part::Tasks, None)?;
            }
            Step::Episodes { .. } => rebuild_episodes(root, attic, progress)?,
            Step::Stats => {
                let path = Stats::path(root);
                let text = dataset_stats(root, progress)?.to_text();
                attic::keep_copy(root, attic, &path)?;
                files::replace(&path, text.as_bytes(), Part::Stats, None)?;
            }
            Step::Counters {
                episodes,
                frames,
                tasks,
            } => {
                let path = Info::path(root);
                let mut info = Info::read(root)?;
                (info.total_episodes, info.total_frames, info.total_tasks) =
                    (*episodes, *frames, *tasks);
                attic::keep_copy(root, attic, &path)?;
                files::replace(&path, info.to_text().as_bytes(), Part::Info, None)?;
            }
        }
        done.push(step);
    }
    Ok(())
}

/// One metadata file per episode, as recording writes them. The old ones go to the attic as they are.
fn rebuild_episodes(root: &Path, attic: &Path, progress: &Progress) -> Result<(), DatasetError> {
    let info = Info::read(root)?;
    let mut scan = Scan::of(root, &info, &Tasks::read(root)?, progress)?;
    let spans = films::spans(root, &info, &scan.episodes)?;
    if let (true, Some(spans)) = (scan.usable, spans) {
        for (episode, videos) in scan.episodes.iter_mut().zip(spans) {
            episode.videos = videos;
        }
        films::add_stats(root, &info, &scan.episodes, &mut scan.stats, progress)?;
    } else {
        return Err(DatasetError::malformed(
            &root.join("data"),
            "the rows are no longer as they were when the repair was planned",
        ));
    }
    // Written beside first: between setting the old table of contents aside and putting the new one in place there
    // is only a rename.
    let mut place = FilePlace::default();
    let beside = root.join("meta/episodes.tmp");
    if beside.exists() {
        fs::remove_dir_all(&beside).map_err(DatasetError::io("removing a folder", &beside))?;
    }
    for (episode, stats) in scan.episodes.iter().zip(&scan.stats) {
        let path = episodes::path_of(root, place);
        let within = path
            .strip_prefix(root.join("meta/episodes"))
            .unwrap_or(&path);
        let mut episode = episode.clone();
        episode.meta = Some(place);
        let bytes = episodes::to_bytes(&path, &episode, stats, &|_| true)?;
        files::replace(&beside.join(within), &bytes, Part::Episode, None)?;
        place = place.next(info.chunks_size);
    }
    let folder = Path::new("meta/episodes");
    if root.join(folder).exists() {
        attic::set_aside(root, attic, folder)?;
    }
    if beside.exists() {
        let to = root.join(folder);
        fs::rename(&beside, &to).map_err(DatasetError::io("putting metadata in place", &to))?;
        files::sync_folder_of(&to)?;
    }
    Ok(())
}

/// Statistics over all episodes: numbers from the rows, cameras from what the episode metadata says.
fn dataset_stats(root: &Path, progress: &Progress) -> Result<Stats, DatasetError> {
    let info = Info::read(root)?;
    let scan = Scan::of(root, &info, &Tasks::read(root)?, progress)?;
    let mut all = Stats::default();
    for of_episode in &scan.stats {
        all = stats::merge(&all, of_episode);
    }
    let cameras: Vec<&str> = info
        .cameras()
        .map(|feature| feature.name.as_str())
        .collect();
    if cameras.is_empty() {
        return Ok(all);
    }
    let mut of_cameras = Stats::default();
    for path in episodes::files(root)? {
        for of_episode in episodes::read_stats(&path)? {
            let mut only = Stats::default();
            for name in &cameras {
                if let Some(found) = of_episode.get(name) {
                    *only.entry(name) = found.clone();
                }
            }
            of_cameras = stats::merge(&of_cameras, &only);
        }
    }
    // In the order of `info.json`.
    let mut ordered = Stats::default();
    for feature in &info.features {
        if let Some(found) = all.get(&feature.name).or(of_cameras.get(&feature.name)) {
            *ordered.entry(&feature.name) = found.clone();
        }
    }
    Ok(ordered)
}
