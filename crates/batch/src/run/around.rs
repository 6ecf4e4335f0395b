//! Folders that are watched: what came to rest in them becomes items of the queue.

use std::fs;
use std::path::{Path, PathBuf};

use imaging::Existing;

use super::Event;
use super::pump::Pump;
use crate::error::BatchError;
use crate::plan::{self, Passed, Planned, WhyPassed};
use crate::queue::{ItemState, Stamp};

impl Pump<'_> {
    /// Takes what came to rest in the folders that are watched.
    pub(super) fn look_around(&mut self) -> Result<(), BatchError> {
        let Some(watching) = &mut self.watching else {
            return Ok(());
        };
        let now = self.setup.clock.now();
        if !watching.due(now) {
            return Ok(());
        }
        let found = match plan::found_now(self.queue.task()) {
            Ok(found) => found,
            // A network drive that is away for a while ends nothing.
            Err(error) => {
                if let Some(message) = watching.blind(error.to_string()) {
                    self.teller.tell(Event::Blind { message });
                }
                return Ok(());
            }
        };
        let inputs: Vec<PathBuf> = found.iter().map(|found| found.canonical.clone()).collect();
        let rested = watching.rested(now, found);
        if rested.is_empty() {
            return Ok(());
        }
        let mut names = self.queue.names()?;
        let (mut items, mut passed) = (Vec::new(), Vec::new());
        let task = self.queue.task();
        let replace = task.existing == Existing::Replace;
        let mut files = 0;
        for found in rested {
            let stamp = Stamp::new(found.bytes, found.modified);
            match self.queue.known(&found.input)? {
                None => {}
                Some((ItemState::Done | ItemState::Failed, before))
                    if replace && before != stamp =>
                {
                    self.queue.changed(&found.input)?;
                    files += 1;
                    continue;
                }
                Some(_) => continue,
            }
            let output = names.output(&found.relative, plan::ending(task, &found));
            let place = task.into.join(&output);
            let there = fs::symlink_metadata(&place).is_ok();
            let real = fs::canonicalize(&place).unwrap_or_else(|_| place.clone());
            if inputs.iter().any(|input| same(input, &real)) {
                passed.push(Passed {
                    path: found.input,
                    why: WhyPassed::OverInput(place),
                });
            } else if there && !replace {
                passed.push(Passed {
                    path: found.input,
                    why: WhyPassed::Exists(place),
                });
            } else {
                files += 1;
                items.push(Planned {
                    input: found.input,
                    output,
                    format: found.format,
                    bytes: found.bytes,
                    modified: found.modified,
                });
            }
        }
        self.queue.add(&items, &passed)?;
        self.counts = self.queue.counts()?;
        if files > 0 {
            self.tell(Event::Found { files });
        }
        Ok(())
    }
}

fn same(one: &Path, other: &Path) -> bool {
    one.to_string_lossy().to_lowercase() == other.to_string_lossy().to_lowercase()
}
