//! What earlier sessions left: interrupted episodes, which are kept, thrown away or told of, and datasets in which
//! nothing was recorded.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use dataset::recovery::{Interrupted, PutAway};
use dataset::{Dataset, journal, recovery};
use protocol::{ErrorCode, Failure};
use stdx::thread::Intent;

use super::{Record, RecordConfig, RecordEvent, Recovery, data_failure};
use crate::failure::failure;
use crate::paths;
use crate::process::Cx;
use crate::watched::watched;

/// Most folders that are looked into for interrupted episodes of other datasets; a look costs a few system calls.
const MOST_FOLDERS: usize = 2000;

/// Deals with episodes that an earlier session left unfinished.
pub(super) fn recover(config: &RecordConfig, cx: &Cx<Record>) -> Result<(), Failure> {
    if !config.resume {
        offer(&config.root, cx);
    }
    if !config.resume || !config.root.exists() {
        return Ok(());
    }
    let found = recovery::find(&config.root).map_err(data_failure)?;
    tell_put_away(found.put_away, cx);
    for interrupted in found.interrupted {
        let index = match config.recovery {
            Recovery::Keep => match keep(&config.root, &interrupted, cx)? {
                Some(index) => Some(index),
                None => continue,
            },
            Recovery::Discard => {
                recovery::discard(&config.root, &interrupted).map_err(data_failure)?;
                None
            }
            Recovery::Ask => {
                return Err(failure(
                    ErrorCode::NotWhile,
                    format!(
                        "an episode was saved from the last session: {:.1} s of “{}”",
                        interrupted.seconds(),
                        interrupted.task
                    ),
                    "Record again with --recover=keep or --recover=discard.",
                ));
            }
        };
        tracing::info!(
            rows = interrupted.rows,
            ?index,
            "an interrupted episode was dealt with"
        );
        cx.emit(RecordEvent::Recovered {
            task: interrupted.task.clone(),
            rows: interrupted.rows,
            index,
        });
    }
    Ok(())
}

/// Keeps an episode on a thread of its own, because every picture of it is decoded, and tells how far that is. The number
/// of the episode; `None` when nothing of it could be kept.
fn keep(root: &Path, interrupted: &Interrupted, cx: &Cx<Record>) -> Result<Option<u64>, Failure> {
    let (root, interrupted) = (root.to_owned(), interrupted.clone());
    let kept = watched(
        cx,
        ("recovery", Intent::Encode),
        "bring an episode back",
        RecordEvent::Recovering,
        move |progress| recovery::keep(&root, &interrupted, progress),
    )
    .map_err(|mut failure| {
        failure.remedy.push_str(" The episode is offered again.");
        failure
    })?;
    let kept = kept.map_err(data_failure)?;
    tell_put_away(kept.put_away, cx);
    Ok(kept.saved.map(|saved| saved.episode_index))
}

fn tell_put_away(put_away: Vec<PutAway>, cx: &Cx<Record>) {
    for put_away in put_away {
        cx.emit(RecordEvent::PutAway(put_away));
    }
}

/// Tells of unfinished episodes in other folders: of the same dataset, recorded under its name and a time stamp, and of
/// every dataset in LeRobot's own folder.
fn offer(root: &Path, cx: &Cx<Record>) {
    for folder in others(root, &paths::lerobot_home()) {
        // A folder that is being written to right now is somebody's session and not an interrupted one.
        let Ok(found) = recovery::find(&folder) else {
            continue;
        };
        tell_put_away(found.put_away, cx);
        for interrupted in found.interrupted {
            cx.emit(RecordEvent::Interrupted {
                root: folder.clone(),
                rows: interrupted.rows,
                seconds: interrupted.seconds(),
                task: interrupted.task,
            });
        }
    }
}

/// Folders with a journal: beside `root` those of the same name, below `home` all `user/name` and `name`.
fn others(root: &Path, home: &Path) -> BTreeSet<PathBuf> {
    let name = |folder: &Path| {
        let name = folder.file_name().and_then(|name| name.to_str());
        name.map(|name| without_stamp(name).to_owned())
    };
    let base = name(root);
    let beside = root.parent().map(folders).unwrap_or_default();
    let same = beside
        .into_iter()
        .filter(|folder| base.is_some() && name(folder) == base);
    let users = folders(home);
    let below = users.iter().flat_map(|user| folders(user));
    same.chain(users.clone())
        .chain(below)
        .take(MOST_FOLDERS)
        .filter(|folder| folder != root)
        .filter(|folder| journal::files(folder).is_ok_and(|journals| !journals.is_empty()))
        .collect()
}

fn folders(folder: &Path) -> Vec<PathBuf> {
    let entries = folder.read_dir().into_iter().flatten().flatten();
    entries
        .map(|entry| entry.path())
        .filter(|path| path.is_dir())
        .collect()
}

/// `cups_20260131_081530` is a recording of `cups`.
fn without_stamp(name: &str) -> &str {
    let digits =
        |text: &str, count: usize| text.len() == count && text.bytes().all(|b| b.is_ascii_digit());
    name.rsplit_once('_')
        .filter(|(_, time)| digits(time, 6))
        .and_then(|(rest, _)| rest.rsplit_once('_'))
        .filter(|(_, date)| digits(date, 8))
        .map_or(name, |(base, _)| base)
}

/// Takes a dataset away that this session made and nothing was recorded into, so that its name is free for the next
/// try. A folder that holds anything but what a fresh dataset holds stays as it is.
pub(super) fn tidy(root: &Path) {
    let empty = Dataset::open(root).is_ok_and(|dataset| dataset.episodes().is_empty());
    if !empty || !holds_only(root, &["meta/info.json", "meta/tendon/lock"]) {
        return;
    }
    // Renamed first: from then on nobody can begin to record into it.
    let mut aside = root.as_os_str().to_owned();
    aside.push(".empty");
    let removed = std::fs::rename(root, &aside).and_then(|()| std::fs::remove_dir_all(&aside));
    if let Err(error) = removed {
        tracing::warn!(
            "a dataset without episodes could not be taken away: {error}\nFolder: {}",
            root.display()
        );
    }
}

/// Whether there is no file under `folder` but these.
fn holds_only(folder: &Path, known: &[&str]) -> bool {
    fn walk(folder: &Path, root: &Path, known: &[&str]) -> std::io::Result<bool> {
        for entry in folder.read_dir()? {
            let path = entry?.path();
            let fine = if path.is_dir() && !path.is_symlink() {
                walk(&path, root, known)?
            } else {
                path.strip_prefix(root)
                    .is_ok_and(|path| known.iter().any(|known| path == Path::new(known)))
            };
            if !fine {
                return Ok(false);
            }
        }
        Ok(true)
    }
    walk(folder, folder, known).unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use dataset::DatasetSpec;

    use super::*;

    #[test]
    fn interrupted_episodes_are_found_beside_the_dataset_and_in_lerobots_folder() {
        let folder = tempfile::tempdir().unwrap();
        let spec = DatasetSpec::so_follower(30, false);
        let interrupted = |name: &str| {
            let root = folder.path().join(name);
            let dataset = Dataset::create(&root, &spec).unwrap();
            drop(dataset.begin_episode("stack").unwrap());
            root
        };
        let same = interrupted("data/cups_20260131_081530");
        let other_name = interrupted("data/plates");
        let elsewhere = interrupted("home/ada/plates");
        let without_user = interrupted("home/forks");
        let own = interrupted("data/cups");
        drop(Dataset::create(folder.path().join("home/ada/whole"), &spec).unwrap());
        let found = others(&own, &folder.path().join("home"));
        assert_eq!(
            found.into_iter().collect::<Vec<_>>(),
            [same, elsewhere, without_user]
        );
        assert!(other_name.is_dir());
    }

    #[test]
    fn a_stamp_is_told_from_a_name() {
        assert_eq!(without_stamp("cups_20260131_081530"), "cups");
        assert_eq!(without_stamp("red_cups_20260131_081530"), "red_cups");
        for name in ["cups", "cups_2026", "cups_081530", "20260131_081530"] {
            assert_eq!(without_stamp(name), name);
        }
    }

    #[test]
    fn only_a_dataset_that_is_as_it_was_made_is_taken_away() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("cups");
        let make = || drop(Dataset::create(&root, DatasetSpec::so_follower(30, false)).unwrap());
        make();
        std::fs::write(root.join("notes.txt"), "mine").unwrap();
        tidy(&root);
        assert!(
            root.join("meta/info.json").is_file(),
            "something else lay there"
        );
        std::fs::remove_file(root.join("notes.txt")).unwrap();
        tidy(&root);
        assert!(!root.exists());
        make();
        assert!(root.exists());
    }
}
