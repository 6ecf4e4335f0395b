//! What becomes of an item, step by step; each is durable before the next one begins. And what a crash in between left.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::OptionalExtension;

use super::items::{
    ItemId, ItemState, Ready, Recovered, Stamp, add, count, path, state, text, whole,
};
use super::{Queue, now_unix_ms};
use crate::aside::Print;
use crate::error::{BatchError, ItemError};
use crate::plan::{Names, Passed, Planned};

/// After so many attempts during which the whole program ended, an item is not tried again.
const MOST_ATTEMPTS: i64 = 3;

impl Queue {
    /// Adds files that were found since. One that is there already stays as it is.
    pub(crate) fn add(&self, items: &[Planned], passed: &[Passed]) -> Result<(), BatchError> {
        let failed = self.told("adding to the queue");
        let begun = self.db.unchecked_transaction().map_err(&failed)?;
        add(&begun, items, passed).map_err(&failed)?;
        begun.commit().map_err(&failed)
    }

    /// What is known of a file: where it stands, and as what it was taken.
    pub(crate) fn known(&self, input: &Path) -> Result<Option<(ItemState, Stamp)>, BatchError> {
        self.db
            .query_row(
                "SELECT state, bytes, modified_ns FROM item WHERE input = ?1",
                [text(input)],
                |row| {
                    let stamp = Stamp {
                        bytes: count(row, 1)?,
                        modified: row.get(2)?,
                    };
                    Ok((state(row, 0)?, stamp))
                },
            )
            .optional()
            .map_err(self.told("reading the queue"))
    }

    /// Names of outputs that are taken.
    pub(crate) fn names(&self) -> Result<Names, BatchError> {
        let mut names = Names::default();
        for item in self.items(None)? {
            if !item.output.as_os_str().is_empty() {
                names.take(&item.output);
            }
        }
        Ok(names)
    }

    /// The first item that waits behind `after`.
    pub(crate) fn next(&self, after: Option<ItemId>) -> Result<Option<Ready>, BatchError> {
        self.db
            .query_row(
                "SELECT id, input, output FROM item
                 WHERE state = 'waiting' AND id > ?1 ORDER BY id LIMIT 1",
                [after.map_or(i64::MIN, |id| id.0)],
                |row| {
                    Ok(Ready {
                        id: ItemId(row.get(0)?),
                        input: path(row, 1)?,
                        output: path(row, 2)?,
                    })
                },
            )
            .optional()
            .map_err(self.told("reading the queue"))
    }

    /// Work on it begins, as the file is now.
    pub(crate) fn begin(&self, id: ItemId, stamp: Stamp) -> Result<(), BatchError> {
        self.db
            .execute(
                "UPDATE item SET state = 'running', attempts = attempts + 1, error = NULL, remedy = NULL,
                 made_bytes = NULL, made_hash = NULL, bytes = ?2, modified_ns = ?3 WHERE id = ?1",
                (id.0, whole(stamp.bytes), stamp.modified),
            )
            .map(drop)
            .map_err(self.told("beginning an item"))
    }

    /// Its output is about to get its name, and looks like this.
    pub(crate) fn placing(&self, id: ItemId, print: Print) -> Result<(), BatchError> {
        self.db
            .execute(
                "UPDATE item SET made_bytes = ?2, made_hash = ?3 WHERE id = ?1",
                (id.0, whole(print.bytes), print.hash.cast_signed()),
            )
            .map(drop)
            .map_err(self.told("writing down an output"))
    }

    /// Its output is there.
    pub(crate) fn done(
        &self,
        id: ItemId,
        notes: &[String],
        took: Duration,
    ) -> Result<(), BatchError> {
        let notes = (!notes.is_empty()).then(|| notes.join("\n"));
        self.ended(id, ItemState::Done, None, notes, took)
    }

    /// It has no output.
    pub(crate) fn failed(
        &self,
        id: ItemId,
        error: &ItemError,
        took: Duration,
    ) -> Result<(), BatchError> {
        self.ended(id, ItemState::Failed, Some(error), None, took)
    }

    /// It is not worked on after all.
    pub(crate) fn passed(&self, id: ItemId, why: &str) -> Result<(), BatchError> {
        let error = ItemError::new(why, "");
        self.ended(id, ItemState::Passed, Some(&error), None, Duration::ZERO)
    }

    fn ended(
        &self,
        id: ItemId,
        state: ItemState,
        error: Option<&ItemError>,
        notes: Option<String>,
        took: Duration,
    ) -> Result<(), BatchError> {
        let remedy = error.map(|error| error.remedy.as_str());
        self.db
            .execute(
                "UPDATE item SET state = ?2, error = ?3, remedy = ?4, notes = ?5, took_ms = ?6,
                 ended_unix_ms = ?7 WHERE id = ?1",
                (
                    id.0,
                    state.name(),
                    error.map(|error| error.message.as_str()),
                    remedy.filter(|remedy| !remedy.is_empty()),
                    notes,
                    whole(took.as_millis().try_into().unwrap_or(u64::MAX)),
                    now_unix_ms(),
                ),
            )
            .map(drop)
            .map_err(self.told("writing down what became of an item"))
    }

    /// It waits again, and the attempt counts or does not.
    pub(crate) fn wait_again(&self, id: ItemId, counts: bool) -> Result<(), BatchError> {
        self.db
            .execute(
                "UPDATE item SET state = 'waiting', made_bytes = NULL, made_hash = NULL,
                 attempts = max(0, attempts - ?2) WHERE id = ?1",
                (id.0, i64::from(!counts)),
            )
            .map(drop)
            .map_err(self.told("putting an item back"))
    }

    /// How often work on it began.
    pub(crate) fn attempts(&self, id: ItemId) -> Result<u64, BatchError> {
        self.db
            .query_row("SELECT attempts FROM item WHERE id = ?1", [id.0], |row| {
                count(row, 0)
            })
            .map_err(self.told("reading the queue"))
    }

    /// Folders of outputs that are not there yet, relative to the folder for outputs.
    pub(super) fn folders(&self) -> Result<BTreeSet<PathBuf>, BatchError> {
        let items = self.items(None)?.into_iter();
        Ok(items
            .filter(|item| item.state != ItemState::Done)
            .filter_map(|item| item.output.parent().map(Path::to_owned))
            .collect())
    }

    /// Forgets an item, as if it had never been found.
    pub(crate) fn drop_item(&self, id: ItemId) -> Result<(), BatchError> {
        self.db
            .execute("DELETE FROM item WHERE id = ?1", [id.0])
            .map(drop)
            .map_err(self.told("taking an item out"))
    }

    /// Has a file that was done before worked on again, because it was changed since.
    pub(crate) fn changed(&self, input: &Path) -> Result<(), BatchError> {
        self.db
            .execute(
                "UPDATE item SET state = 'waiting', attempts = 0, error = NULL, remedy = NULL
                 WHERE input = ?1 AND state IN ('done', 'failed')",
                [text(input)],
            )
            .map(drop)
            .map_err(self.told("putting an item back"))
    }

    /// Puts in order what a crash left.
    pub(super) fn recover(&self) -> Result<Recovered, BatchError> {
        let failed = self.told("putting the queue in order");
        let mut recovered = Recovered::default();
        let begun = self.db.unchecked_transaction().map_err(&failed)?;
        for item in self.items(Some(ItemState::Running))? {
            let made: Option<(i64, i64)> = begun
                .query_row(
                    "SELECT made_bytes, made_hash FROM item WHERE id = ?1 AND made_hash IS NOT NULL",
                    [item.id.0],
                    |row| Ok((row.get(0)?, row.get(1)?)),
                )
                .optional()
                .map_err(&failed)?;
            let output = self.task.into.join(&item.output);
            let there = made.is_some_and(|(bytes, hash)| {
                Print::of_file(&output).is_ok_and(|print| {
                    (whole(print.bytes), print.hash.cast_signed()) == (bytes, hash)
                })
            });
            if there {
                self.done(item.id, &[], Duration::ZERO)?;
                recovered.finished += 1;
            } else if item.attempts >= MOST_ATTEMPTS.cast_unsigned() {
                let error = ItemError::new(
                    format!(
                        "the program ended {} times while it was at work on this file",
                        item.attempts
                    ),
                    "Leave the file out, or make it smaller; then try what failed again.",
                );
                self.failed(item.id, &error, Duration::ZERO)?;
                recovered.given_up += 1;
            } else {
                self.wait_again(item.id, true)?;
                recovered.again += 1;
            }
        }
        begun.commit().map_err(&failed)?;
        Ok(recovered)
    }
}
