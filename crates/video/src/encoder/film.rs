//! What samples are written to, and what an encoder's thread is made of.

use std::fmt;
use std::path::Path;

use crate::codec::{Codec, Track};
use crate::encode::{self, Encode, Settings};
use crate::error::VideoError;
use crate::mp4::{Finished, Writer};
use crate::pngs::PngWriter;

/// A file that grows sample by sample.
pub trait GrowingFilm: Send {
    /// The next sample.
    ///
    /// # Errors
    /// When it cannot be written. [`GrowingFilm::samples`] says whether it was kept to be tried again.
    fn push(&mut self, sample: &[u8], key: bool) -> Result<(), VideoError>;

    /// Samples taken, written or not.
    fn samples(&self) -> u64;

    /// Makes what was taken outlast a loss of power.
    ///
    /// # Errors
    /// When the system cannot promise that; what was taken is tried again.
    fn sync(&mut self) -> Result<(), VideoError>;

    /// Ends the film.
    ///
    /// # Errors
    /// When something cannot be written; the file is then as a kill would leave it.
    fn finish(self: Box<Self>) -> Result<Finished, VideoError>;
}

impl GrowingFilm for Writer {
    fn push(&mut self, sample: &[u8], key: bool) -> Result<(), VideoError> {
        Self::push(self, sample, key)
    }

    fn samples(&self) -> u64 {
        Self::samples(self)
    }

    fn sync(&mut self) -> Result<(), VideoError> {
        Self::sync(self)
    }

    fn finish(self: Box<Self>) -> Result<Finished, VideoError> {
        Self::finish(*self)
    }
}

impl GrowingFilm for PngWriter {
    fn push(&mut self, sample: &[u8], _key: bool) -> Result<(), VideoError> {
        Self::push(self, sample)
    }

    fn samples(&self) -> u64 {
        Self::samples(self)
    }

    fn sync(&mut self) -> Result<(), VideoError> {
        Self::sync(self)
    }

    fn finish(self: Box<Self>) -> Result<Finished, VideoError> {
        Self::finish(*self)
    }
}

type MakeEncoder = dyn Fn(Codec, Settings) -> Result<Box<dyn Encode>, VideoError> + Send + Sync;
type MakeFilm =
    dyn Fn(&Path, Option<Track>) -> Result<Box<dyn GrowingFilm>, VideoError> + Send + Sync;

/// What an encoder's thread is made of. A packager may put in an encoder of the system's, a test a disk that fails.
pub struct Parts {
    /// Makes the encoder, at the start and after a failure.
    pub encoder: Box<MakeEncoder>,
    /// Begins a film, or a file of PNGs where there is no track.
    pub film: Box<MakeFilm>,
}

impl Default for Parts {
    fn default() -> Self {
        Self {
            encoder: Box::new(encode::encoder),
            film: Box::new(|path, track| {
                Ok(match track {
                    Some(track) => Box::new(Writer::create(path, track)?),
                    None => Box::new(PngWriter::create(path)?),
                })
            }),
        }
    }
}

impl fmt::Debug for Parts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Parts").finish_non_exhaustive()
    }
}
