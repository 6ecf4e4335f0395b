//! A folder that is watched: files are taken when they have come to rest, so that no half-written one is read.
//!
//! By looking again and again, which works on every file system, also where changes come from another computer.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use units::MonoTime;

use crate::plan::Found;
use crate::queue::Stamp;

/// How a folder is watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Watch {
    /// Time between two looks.
    pub every: Duration,
    /// For so long a file's size and time of change must stay the same before it is taken.
    pub quiet: Duration,
}

impl Default for Watch {
    /// Every second; after two seconds without a change, the coarsest time that a file system in use has (FAT).
    fn default() -> Self {
        Self {
            every: Duration::from_secs(1),
            quiet: Duration::from_secs(2),
        }
    }
}

/// What was seen so far.
#[derive(Debug)]
pub(crate) struct Watching {
    how: Watch,
    next: Option<MonoTime>,
    seen: BTreeMap<PathBuf, Seen>,
    blind: Option<String>,
}

#[derive(Debug, Clone, Copy)]
struct Seen {
    stamp: Stamp,
    since: MonoTime,
    taken: bool,
}

impl Watching {
    pub(crate) fn new(how: Watch) -> Self {
        Self {
            how,
            next: None,
            seen: BTreeMap::new(),
            blind: None,
        }
    }

    /// Whether it is time to look, and if so, from when on it is again.
    pub(crate) fn due(&mut self, now: MonoTime) -> bool {
        let due = self.next.is_none_or(|next| now >= next);
        if due {
            self.next = Some(now + self.how.every);
        }
        due
    }

    /// Nothing can be seen, for a reason that is new or not.
    pub(crate) fn blind(&mut self, why: String) -> Option<String> {
        (self.blind.as_ref() != Some(&why)).then(|| {
            self.blind = Some(why.clone());
            why
        })
    }

    /// Of everything that is there now, what has come to rest since it was last taken.
    pub(crate) fn rested(&mut self, now: MonoTime, found: Vec<Found>) -> Vec<Found> {
        self.blind = None;
        let before = std::mem::take(&mut self.seen);
        let mut rested = Vec::new();
        for found in found {
            let stamp = Stamp::new(found.bytes, found.modified);
            let mut seen = match before.get(&found.input) {
                Some(seen) if seen.stamp == stamp => *seen,
                _ => Seen {
                    stamp,
                    since: now,
                    taken: false,
                },
            };
            let path = found.input.clone();
            // An empty one was only just made.
            let quiet = now.since(seen.since) >= self.how.quiet && stamp.bytes > 0;
            if quiet && !seen.taken {
                seen.taken = true;
                rested.push(found);
            }
            self.seen.insert(path, seen);
        }
        rested
    }

    /// Takes a file for one that was never seen.
    pub(crate) fn forget(&mut self, path: &Path) {
        self.seen.remove(path);
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use imaging::Format;

    use super::*;

    fn file(name: &str, bytes: u64, changed: u64) -> Found {
        Found {
            input: name.into(),
            canonical: name.into(),
            relative: name.into(),
            format: Format::Png,
            bytes,
            modified: Some(SystemTime::UNIX_EPOCH + Duration::from_secs(changed)),
        }
    }

    fn names(found: &[Found]) -> Vec<&str> {
        found
            .iter()
            .filter_map(|found| found.input.to_str())
            .collect()
    }

    #[test]
    fn a_file_is_taken_once_when_neither_size_nor_time_changed_for_long_enough() {
        let mut watching = Watching::new(Watch {
            every: Duration::from_secs(1),
            quiet: Duration::from_secs(3),
        });
        let at = |seconds: u64| MonoTime(seconds * 1_000_000_000);
        let mut look = |second, files| names(&watching.rested(at(second), files)).join(" ");
        assert_eq!(look(10, vec![file("a", 5, 1), file("b", 0, 1)]), "");
        assert_eq!(
            look(12, vec![file("a", 9, 1), file("b", 0, 1)]),
            "",
            "it grew"
        );
        assert_eq!(
            look(14, vec![file("a", 9, 2), file("b", 0, 1)]),
            "",
            "it was written to"
        );
        assert_eq!(look(16, vec![file("a", 9, 2), file("b", 0, 1)]), "");
        assert_eq!(
            look(17, vec![file("a", 9, 2), file("b", 0, 1)]),
            "a",
            "b is empty"
        );
        assert_eq!(look(30, vec![file("a", 9, 2)]), "", "once");
        assert_eq!(look(31, vec![]), "");
        assert_eq!(
            look(32, vec![file("a", 9, 2)]),
            "",
            "it came back and must rest again"
        );
        assert_eq!(look(35, vec![file("a", 9, 2)]), "a");
    }

    #[test]
    fn looks_are_as_far_apart_as_was_asked() {
        let mut watching = Watching::new(Watch {
            every: Duration::from_secs(2),
            quiet: Duration::ZERO,
        });
        let at = |seconds: u64| MonoTime(seconds * 1_000_000_000);
        let looks: Vec<bool> = [10, 11, 12, 13, 20]
            .map(|second| watching.due(at(second)))
            .into();
        assert_eq!(looks, [true, false, true, false, true]);
    }

    #[test]
    fn a_reason_not_to_see_is_told_once() {
        let mut watching = Watching::new(Watch::default());
        assert!(watching.blind("away".into()).is_some());
        assert!(watching.blind("away".into()).is_none());
        watching.rested(MonoTime(1), Vec::new());
        assert!(watching.blind("away".into()).is_some());
    }
}
