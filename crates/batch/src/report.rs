//! What became of a batch's files, for people and for programs.

use std::fmt;

use serde::Serialize;

use crate::error::BatchError;
use crate::queue::{Counts, Item, ItemState, Queue};

/// What became of a batch's files so far. As JSON it is what it says here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// How many stand where.
    pub counts: Counts,
    /// Every file that was not made, with its error.
    pub failed: Vec<Item>,
    /// Every file that is not worked on, with the reason.
    pub passed: Vec<Item>,
    /// Every output of which there is something to be known.
    pub noted: Vec<Item>,
}

impl Report {
    /// The report of a batch as it stands.
    ///
    /// # Errors
    /// When the queue cannot be read.
    pub fn of(queue: &Queue) -> Result<Self, BatchError> {
        let mut noted = queue.items(Some(ItemState::Done))?;
        noted.retain(|item| !item.notes.is_empty());
        Ok(Self {
            counts: queue.counts()?,
            failed: queue.items(Some(ItemState::Failed))?,
            passed: queue.items(Some(ItemState::Passed))?,
            noted,
        })
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Counts {
            waiting,
            running,
            done,
            failed,
            passed,
        } = self.counts;
        write!(f, "{done} done, {failed} failed, {passed} passed over")?;
        if waiting + running > 0 {
            write!(f, ", {} waiting", waiting + running)?;
        }
        writeln!(f)?;
        for (title, items) in [
            ("Failed:", &self.failed),
            ("Passed over:", &self.passed),
            ("To be looked at:", &self.noted),
        ] {
            if !items.is_empty() {
                writeln!(f, "{title}")?;
            }
            for item in items {
                writeln!(f, "  {}", item.input.display())?;
                let error = item.error.iter().flat_map(|error| error.lines());
                let remedy = item.remedy.iter().map(String::as_str);
                let notes = item.notes.iter().map(String::as_str);
                for line in error.chain(remedy).chain(notes) {
                    writeln!(f, "    {line}")?;
                }
            }
        }
        Ok(())
    }
}
