//! A film that grows: samples are kept for half a second and then written as one fragment.
//!
//! Nothing is synced unless it is asked for, because the thread that writes also encodes. Every write goes to the end
//! of the last whole fragment, so one that failed may be tried again, and what lies there until then is ignored by
//! whoever recovers the film.
//! Not here: closing a film that nobody finished (`mend`).

use std::fs::File;
use std::path::{Path, PathBuf};

use super::index::Index;
use super::movie;
use super::store::Store;
use crate::codec::Track;
use crate::durable;
use crate::error::VideoError;

/// Samples that wait for a disk that does not take them; more than a minute of a camera's.
const MOST_WAITING: usize = 64 << 20;

/// Largest rate, so that the clock of a film fits its header with room to spare.
const FASTEST: u32 = 1_000;

/// A finished film.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Finished {
    /// Pictures in it.
    pub samples: u64,
    /// Length of the file.
    pub bytes: u64,
}

/// Writes one film, sample by sample.
#[derive(Debug)]
pub struct Writer<S: Store = File> {
    store: S,
    path: PathBuf,
    track: Track,
    /// End of the last whole fragment.
    end: u64,
    index: Index,
    waiting: Vec<u8>,
    waiting_samples: Vec<(u32, bool)>,
    /// Its name in its folder is not durable yet.
    new: bool,
}

impl Writer<File> {
    /// Begins the film `path`, which must not exist.
    ///
    /// # Errors
    /// When the file cannot be made or written, and for a track that no film can have.
    pub fn create(path: &Path, track: Track) -> Result<Self, VideoError> {
        let file = File::options()
            .read(true)
            .write(true)
            .create_new(true)
            .open(path)
            .map_err(VideoError::io("creating the film", path))?;
        Ok(Self {
            new: true,
            ..Self::over(file, path, track)?
        })
    }
}

impl<S: Store> Writer<S> {
    /// Begins a film on something else than a new file; `path` is only its name in errors.
    ///
    /// # Errors
    /// As [`Writer::create`].
    pub fn over(mut store: S, path: &Path, track: Track) -> Result<Self, VideoError> {
        if track.fps == 0 || track.fps > FASTEST {
            let fps = track.fps;
            return Err(bad(format!(
                "a film of {fps} pictures a second: 1 to {FASTEST} are possible"
            )));
        }
        if track.parameters.is_empty() {
            return Err(bad("a film without the codec's parameters"));
        }
        let beginning = movie::beginning(&track);
        store
            .write_at(0, &beginning)
            .map_err(VideoError::io("beginning the film", path))?;
        Ok(Self {
            store,
            path: path.to_owned(),
            track,
            end: beginning.len() as u64,
            index: Index::default(),
            waiting: Vec::new(),
            waiting_samples: Vec::new(),
            new: false,
        })
    }

    /// What the film is made of.
    pub fn track(&self) -> &Track {
        &self.track
    }

    /// Samples handed over so far.
    pub fn samples(&self) -> u64 {
        self.written() + self.waiting_samples.len() as u64
    }

    /// Samples that are in whole fragments, which a kill of the program cannot take away any more.
    pub fn written(&self) -> u64 {
        u64::from(self.index.samples())
    }

    /// The next picture. Every half second this writes a fragment.
    ///
    /// # Errors
    /// When a fragment cannot be written: the sample is kept, and the next push, flush or finish tries again.
    /// A sample that is empty, a first one that is not a key, and more than 64 MiB of waiting ones are refused.
    pub fn push(&mut self, sample: &[u8], key: bool) -> Result<(), VideoError> {
        if sample.is_empty() {
            return Err(bad("a picture without bytes"));
        }
        if self.samples() == 0 && !key {
            return Err(bad("a film that does not begin with a key picture"));
        }
        if self.waiting.len() + sample.len() > MOST_WAITING {
            // Says why the disk takes nothing, or makes room.
            self.flush()?;
        }
        let size = u32::try_from(sample.len())
            .ok()
            .filter(|size| *size as usize <= MOST_WAITING)
            .ok_or_else(|| bad("a picture of more than 64 MiB"))?;
        self.waiting.extend_from_slice(sample);
        self.waiting_samples.push((size, key));
        // Half a second of samples, at least one.
        if self.waiting_samples.len() * 2 >= self.track.fps as usize {
            self.flush()?;
        }
        Ok(())
    }

    /// Writes what waits as a fragment; nothing when nothing waits.
    ///
    /// # Errors
    /// When it cannot be written; what waits goes on waiting.
    pub fn flush(&mut self) -> Result<(), VideoError> {
        if self.waiting_samples.is_empty() {
            return Ok(());
        }
        let sequence = u32::try_from(self.index.chunks.len() + 1).unwrap_or(u32::MAX);
        let bytes = movie::fragment(
            sequence,
            self.written(),
            &self.waiting_samples,
            &self.waiting,
        );
        self.store
            .write_at(self.end, &bytes)
            .map_err(VideoError::io("writing a fragment of the film", &self.path))?;
        let data_at = self.end + (bytes.len() - self.waiting.len()) as u64;
        self.index.chunk(data_at, &self.waiting_samples);
        self.end += bytes.len() as u64;
        self.waiting.clear();
        self.waiting_samples.clear();
        Ok(())
    }

    /// Writes what waits and makes it outlast a loss of power; the first time the name of the file, too.
    ///
    /// # Errors
    /// As [`Writer::flush`], and when the system cannot promise that.
    pub fn sync(&mut self) -> Result<(), VideoError> {
        self.flush()?;
        self.store
            .sync()
            .map_err(VideoError::io("making the film durable", &self.path))?;
        if self.new {
            durable::sync_folder_of(&self.path)
                .map_err(VideoError::io("making the film's name durable", &self.path))?;
            self.new = false;
        }
        Ok(())
    }

    /// Ends the film: writes what waits, then the index, then makes it a plain mp4. Not durable by itself.
    ///
    /// # Errors
    /// When something cannot be written; [`crate::mp4::recover`] then closes what is there.
    pub fn finish(mut self) -> Result<Finished, VideoError> {
        self.flush()?;
        let bytes = close(
            &mut self.store,
            &self.path,
            &self.track,
            &self.index,
            self.end,
        )?;
        Ok(Finished {
            samples: self.written(),
            bytes,
        })
    }
}

/// Adds the index at `end` and makes the film a plain mp4; gives the length of the file.
pub(super) fn close(
    store: &mut impl Store,
    path: &Path,
    track: &Track,
    index: &Index,
    end: u64,
) -> Result<u64, VideoError> {
    let closing = movie::closing(track, index);
    store
        .write_at(end, &closing)
        .map_err(VideoError::io("writing the film's index", path))?;
    store
        .write_at(movie::RESERVED_AT, &movie::cover(end))
        .map_err(VideoError::io("closing the film", path))?;
    Ok(end + closing.len() as u64)
}

fn bad(problem: impl Into<String>) -> VideoError {
    VideoError::BadInput {
        problem: problem.into(),
    }
}
