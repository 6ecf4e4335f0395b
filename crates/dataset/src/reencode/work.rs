//! The work itself: films are taken from one list by several threads, made again, and put in place.

use std::collections::VecDeque;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use stdx::thread::{Intent, spawn};
use video::encode::Quantizer;
use video::reencode::{Progress as Step, Reencode as How, Reencoded as Checked};
use video::{VideoError, reencode};

use super::survey::Found;
use super::{Left, Made};
use crate::camera::FilmSpec;
use crate::error::DatasetError;
use crate::files::{self, CommitStep, Part, StopAt};
use crate::progress::Progress;

/// Most films that are made side by side: each encoder holds some ten megabytes of pictures.
const MOST_THREADS: usize = 8;
/// A film that came out too coarse is tried again so much finer: half of the error, twice.
const FINER: u8 = 6;
const TRIES: usize = 3;

/// Films that are made side by side on this computer.
pub(super) fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, |count| count.get().min(MOST_THREADS))
}

/// What became of the films.
#[derive(Default)]
pub(super) struct Done {
    pub(super) made: Vec<Made>,
    pub(super) left: Vec<Left>,
    pub(super) waiting: u64,
    failed: Option<DatasetError>,
}

/// What the threads share.
struct Shared {
    films: Mutex<VecDeque<Found>>,
    done: Mutex<Done>,
    /// One of them failed: nobody begins another film.
    over: AtomicBool,
    film: FilmSpec,
    quantizer: Quantizer,
    progress: Progress,
    stop: Option<(usize, CommitStep)>,
}

/// Makes all films again and puts them in place.
///
/// # Errors
/// The first failure of the disk; films that were made before stay made.
pub(super) fn all(
    films: Vec<Found>,
    film: FilmSpec,
    quantizer: Quantizer,
    progress: &Progress,
    stop: Option<(usize, CommitStep)>,
) -> Result<Done, DatasetError> {
    // A crash is at one place, so whoever wants one has one thread.
    let threads = if stop.is_some() { 1 } else { threads() };
    let threads = threads.min(films.len());
    let shared = Arc::new(Shared {
        films: Mutex::new(films.into()),
        done: Mutex::default(),
        over: AtomicBool::new(false),
        film,
        quantizer,
        progress: progress.clone(),
        stop,
    });
    let mut workers = Vec::new();
    for number in 0..threads {
        let shared = Arc::clone(&shared);
        let worker = spawn(
            format!("reencode-{number}"),
            Intent::Background,
            move || shared.work(),
        );
        match worker {
            Ok(worker) => workers.push(worker),
            // Fewer take longer.
            Err(_) if !workers.is_empty() => break,
            Err(error) => {
                return Err(lost(format!("no thread for it: {error}")));
            }
        }
    }
    let mut panicked = None;
    for worker in workers {
        if let Err(panic) = worker.join() {
            panicked = Some(panic.to_string());
        }
    }
    let mut done = std::mem::take(&mut *locked(&shared.done));
    done.waiting += locked(&shared.films).len() as u64;
    match (done.failed.take(), panicked) {
        (Some(error), _) => Err(error),
        (None, Some(panic)) => Err(lost(panic)),
        (None, None) => Ok(done),
    }
}

fn lost(problem: String) -> DatasetError {
    DatasetError::Video(VideoError::Encoder { problem })
}

fn locked<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    fn work(&self) {
        while !self.over.load(Ordering::Relaxed) && !self.progress.cancelled() {
            let Some(film) = locked(&self.films).pop_front() else {
                return;
            };
            let placed = locked(&self.done).made.len();
            let stop = self.stop.filter(|(films, _)| *films == placed);
            let ended = self.one(&film, stop.map(|(_, step)| step));
            let mut done = locked(&self.done);
            match ended {
                Ok(Ended::Made(made)) => done.made.push(made),
                Ok(Ended::Left(why)) => done.left.push(Left {
                    path: film.relative,
                    why,
                }),
                Ok(Ended::Stopped) => done.waiting += 1,
                Err(error) => {
                    self.over.store(true, Ordering::Relaxed);
                    done.failed.get_or_insert(error);
                }
            }
        }
    }

    fn one(&self, film: &Found, stop: StopAt) -> Result<Ended, DatasetError> {
        let path = &film.path;
        let new = files::unfinished(path);
        let before = stamp(path)?;
        let checked = match self.encode(film, &new) {
            Ok(checked) => checked,
            Err(VideoError::Cancelled) => return Ok(Ended::Stopped),
            Err(error @ VideoError::Io { .. }) => return Err(error.into()),
            Err(error) => return Ok(Ended::Left(first_line(&error))),
        };
        if stop == Some(CommitStep::Torn(Part::Film)) {
            let half = File::options().write(true).open(&new);
            half.and_then(|file| file.set_len(checked.bytes / 2))
                .map_err(DatasetError::io("cutting a film for a test", &new))?;
        }
        files::pass(CommitStep::Torn(Part::Film), stop)?;
        if stamp(path)? != before {
            files::remove(&new)?;
            return Err(DatasetError::FilmChanged {
                path: path.to_owned(),
            });
        }
        // The film itself was made durable by whoever checked it.
        files::pass(CommitStep::Staged(Part::Film), stop)?;
        fs::rename(&new, path).map_err(DatasetError::io("putting a film in place", path))?;
        files::sync_folder_of(path)?;
        files::pass(CommitStep::Placed(Part::Film), stop)?;
        tracing::info!(
            film = %film.relative.display(),
            pictures = checked.samples,
            worst_db = checked.worst_db,
            "a film was made again"
        );
        Ok(Ended::Made(Made {
            path: film.relative.clone(),
            pictures: checked.samples,
            bytes_before: film.bytes,
            bytes: checked.bytes,
            worst_db: checked.worst_db,
        }))
    }

    /// Makes the new film, finer where it comes out too coarse.
    fn encode(&self, film: &Found, new: &Path) -> Result<Checked, VideoError> {
        let mut quantizer = self.quantizer;
        let mut tries = 1;
        loop {
            match self.encode_with(film, new, quantizer, tries == 1) {
                Err(VideoError::Unlike { problem, .. }) if tries < TRIES => {
                    let finer = quantizer.get().saturating_sub(FINER);
                    quantizer = Quantizer::new(finer.max(Quantizer::FINEST)).unwrap_or(quantizer);
                    tries += 1;
                    tracing::info!(%problem, quantizer = quantizer.get(), "a film is tried finer");
                }
                ended => return ended,
            }
        }
    }

    fn encode_with(
        &self,
        film: &Found,
        new: &Path,
        quantizer: Quantizer,
        counts: bool,
    ) -> Result<Checked, VideoError> {
        let cancel = AtomicBool::new(self.progress.cancelled());
        let how = How {
            codec: self.film.codec,
            gop: self.film.gop,
            quantizer,
            ..How::default()
        };
        let step = |_: Step| {
            if counts {
                self.progress.advance(1);
            }
            if self.progress.cancelled() || self.over.load(Ordering::Relaxed) {
                cancel.store(true, Ordering::Relaxed);
            }
        };
        reencode(&film.path, new, how, step, &cancel)
    }
}

enum Ended {
    Made(Made),
    Left(String),
    Stopped,
}

/// What tells that nobody wrote to a film meanwhile.
fn stamp(path: &PathBuf) -> Result<(u64, Option<SystemTime>), DatasetError> {
    let found = fs::metadata(path).map_err(DatasetError::io("looking at a film", path))?;
    Ok((found.len(), found.modified().ok()))
}

/// The first line of an error: without the path, which stands beside it.
pub(super) fn first_line(error: &VideoError) -> String {
    let text = error.to_string();
    text.lines().next().unwrap_or_default().to_owned()
}
