//! A film's samples as bytes, in the order of decoding: for decoders, and for copying into another film.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use super::film::{Film, Opened};
use super::table::Sample;
use crate::codec::{Codec, Track};
use crate::error::VideoError;

/// A film that is read sample by sample.
#[derive(Debug)]
pub struct Samples<R = File> {
    reader: R,
    path: PathBuf,
    opened: Opened,
    /// Where the reader stands, so that samples that lie together are read without a seek.
    at: u64,
}

impl Samples<File> {
    /// Opens the film `path`; one that is still growing gives the samples of its whole fragments.
    ///
    /// # Errors
    /// When it cannot be read or is no film.
    pub fn open(path: &Path) -> Result<Self, VideoError> {
        let file = File::open(path).map_err(VideoError::io("opening the film", path))?;
        let length = file
            .metadata()
            .map_err(VideoError::io("looking at the film", path))?
            .len();
        Self::over(file, length, path)
    }
}

impl<R: Read + Seek> Samples<R> {
    /// The same from anything that can be read, `length` bytes of it; `path` is its name in errors.
    ///
    /// # Errors
    /// As [`Samples::open`].
    pub fn over(mut reader: R, length: u64, path: &Path) -> Result<Self, VideoError> {
        let opened = Opened::read(&mut reader, length, path)?;
        Ok(Self {
            reader,
            path: path.to_owned(),
            opened,
            at: u64::MAX,
        })
    }

    /// What the film is.
    pub fn film(&self) -> Film {
        self.opened.film()
    }

    /// The track of a film into which these samples could be copied; `None` for what our films do not have: another
    /// codec, reordered or unsteady pictures, a rate that is no whole number, units with short lengths.
    pub fn track(&self) -> Option<Track> {
        let film = self.opened.film();
        if film.reordered || !film.steady || film.start != 0.0 || film.fps.fract() != 0.0 {
            return None;
        }
        // Four bytes are written as three here.
        let lengths = self.opened.parameters().get(4).map(|byte| byte & 3);
        if film.codec == Some(Codec::H264) && lengths != Some(3) {
            return None;
        }
        Some(Track {
            codec: film.codec?,
            size: film.size,
            // Whole and, by its clock of 32 bits, small enough.
            fps: film.fps as u32,
            parameters: self.opened.parameters().to_vec(),
        })
    }

    /// Samples in all.
    pub fn len(&self) -> usize {
        self.opened.samples.len()
    }

    /// A film without pictures.
    pub fn is_empty(&self) -> bool {
        self.opened.samples.is_empty()
    }

    /// Whether the sample needs no other to be decoded; no sample beyond the last does.
    pub fn is_key(&self, sample: usize) -> bool {
        self.sample(sample).is_some_and(|sample| sample.key)
    }

    /// Puts the bytes of a sample into `bytes`, instead of what was there.
    ///
    /// # Errors
    /// When there is no such sample, or the file cannot be read.
    pub fn read(&mut self, sample: usize, bytes: &mut Vec<u8>) -> Result<(), VideoError> {
        let found = self
            .sample(sample)
            .ok_or_else(|| VideoError::NoSuchPicture {
                asked: sample.to_string(),
                samples: self.len() as u64,
                path: self.path.clone(),
            })?;
        bytes.clear();
        // Lies inside the file, which was looked at when it was opened.
        bytes.resize(found.size as usize, 0);
        if self.at != found.offset {
            self.reader
                .seek(SeekFrom::Start(found.offset))
                .map_err(VideoError::io("reading a picture of the film", &self.path))?;
        }
        // Unknown while a read may end in the middle.
        self.at = u64::MAX;
        self.reader
            .read_exact(bytes)
            .map_err(VideoError::io("reading a picture of the film", &self.path))?;
        self.at = found.offset + u64::from(found.size);
        Ok(())
    }

    pub(crate) fn sample(&self, sample: usize) -> Option<Sample> {
        self.opened.samples.get(sample).copied()
    }

    pub(crate) fn opened(&self) -> &Opened {
        &self.opened
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}
