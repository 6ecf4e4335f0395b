//! A journal that grows: one write per record, the operating system's at once, on the disk within a second.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use stdx::Clock;
use units::MonoTime;

use super::{HEADER, Header, Journal, MAGIC, NOTE, ROW, ROW_HEAD, SEAL, Seal, folder};
use crate::draft::Row;
use crate::error::DatasetError;
use crate::files;

/// Rows reach the disk this often; they reach the operating system at once.
const SYNC_EVERY: Duration = Duration::from_secs(1);

/// A journal that is being written.
#[derive(Debug)]
pub(crate) struct Writer {
    path: PathBuf,
    file: File,
    clock: Arc<dyn Clock>,
    synced_at: MonoTime,
    length: u64,
    buffer: Vec<u8>,
}

impl Writer {
    /// Begins a journal under the first free number, durably.
    pub(crate) fn create(
        root: &Path,
        header: &Header,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, DatasetError> {
        let folder = folder(root);
        files::create_folder(&folder)?;
        // Numbers of episodes that were set aside, or whose films nobody has cleared away yet.
        let taken: BTreeSet<u64> = crate::episodes::list(&folder)?
            .iter()
            .filter_map(|path| crate::footage::number(path))
            .collect();
        let mut number = 0;
        let (path, file) = loop {
            let path = folder.join(format!("{number:04}.journal"));
            if taken.contains(&number) {
                number += 1;
                continue;
            }
            match File::options().append(true).create_new(true).open(&path) {
                Ok(file) => break (path, file),
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => number += 1,
                Err(error) => return Err(DatasetError::io("beginning a journal", &path)(error)),
            }
        };
        let synced_at = clock.now();
        let mut writer = Self {
            path,
            file,
            clock,
            synced_at,
            length: 0,
            buffer: Vec::new(),
        };
        writer.put(MAGIC)?;
        writer.json(HEADER, header)?;
        files::sync_folder_of(&writer.path)?;
        Ok(writer)
    }

    /// Goes on with a journal after its last row; what follows the row is cut off.
    pub(crate) fn reopen(
        path: &Path,
        journal: &Journal,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, DatasetError> {
        let length = journal.rows_end;
        let open = || {
            let file = File::options().append(true).open(path)?;
            file.set_len(length)?;
            Ok(file)
        };
        let file = open().map_err(DatasetError::io("opening a journal", path))?;
        Ok(Self {
            path: path.to_owned(),
            file,
            synced_at: clock.now(),
            clock,
            length,
            buffer: Vec::new(),
        })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Gives the file another name, so that it counts as a journal or does not.
    pub(crate) fn rename(&mut self, extension: &str) -> Result<(), DatasetError> {
        let to = self.path.with_extension(extension);
        std::fs::rename(&self.path, &to)
            .map_err(DatasetError::io("renaming a journal", &self.path))?;
        self.path = to;
        files::sync_folder_of(&self.path)
    }

    /// Appends a row. It is the operating system's at once, so that `kill -9` cannot take it, and on the disk within a second.
    pub(crate) fn row(&mut self, row: &Row<'_>) -> Result<(), DatasetError> {
        let values = 4 * (row.state.len() + row.action.len());
        let mut body = Vec::with_capacity(ROW_HEAD + values + NOTE * row.pictures.len());
        body.push(ROW);
        body.extend(row.observed_at.as_nanos().to_le_bytes());
        body.push(row.flags.bits);
        body.extend(row.flags.stale.to_le_bytes());
        for value in row.state.iter().chain(row.action) {
            body.extend(value.to_le_bytes());
        }
        for note in row.pictures {
            body.extend(note.sequence.to_le_bytes());
            body.extend(note.arrived_at.as_nanos().to_le_bytes());
            body.extend(note.skipped.to_le_bytes());
            body.push(note.flags.0);
        }
        self.record(&body)?;
        let now = self.clock.now();
        if now.since(self.synced_at) >= SYNC_EVERY {
            self.sync()?;
            self.synced_at = now;
        }
        Ok(())
    }

    /// Writes the coming commit down, durably.
    pub(crate) fn seal(&mut self, seal: &Seal) -> Result<(), DatasetError> {
        self.json(SEAL, seal)
    }

    fn json<T: Serialize>(&mut self, kind: u8, value: &T) -> Result<(), DatasetError> {
        let mut body = vec![kind];
        serde_json::to_writer(&mut body, value)
            .map_err(|error| DatasetError::malformed(&self.path, error.to_string()))?;
        self.record(&body)?;
        self.sync()
    }

    /// One write per record, so that a crash of this program tears none.
    fn record(&mut self, body: &[u8]) -> Result<(), DatasetError> {
        let mut buffer = std::mem::take(&mut self.buffer);
        buffer.clear();
        buffer.extend((body.len() as u32).to_le_bytes());
        buffer.extend(crc32fast::hash(body).to_le_bytes());
        buffer.extend_from_slice(body);
        let put = self.put(&buffer);
        self.buffer = buffer;
        put
    }

    fn put(&mut self, bytes: &[u8]) -> Result<(), DatasetError> {
        let written =
            stdx::failpoint::error("dataset.journal").and_then(|()| self.file.write_all(bytes));
        if let Err(error) = written {
            // Half a record would hide all that follow it, so it is taken back; if even that fails, reading stops there.
            if let Err(error) = self.file.set_len(self.length) {
                tracing::warn!(%error, "half a journal record could not be taken back");
            }
            return Err(DatasetError::io("writing the journal", &self.path)(error));
        }
        self.length += bytes.len() as u64;
        Ok(())
    }

    fn sync(&self) -> Result<(), DatasetError> {
        self.file
            .sync_data()
            .map_err(DatasetError::io("making the journal durable", &self.path))
    }
}
