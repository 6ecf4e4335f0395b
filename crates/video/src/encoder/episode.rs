//! One episode's film while it grows, and what is known of it when it ends.

use std::path::PathBuf;

use units::MonoTime;

use super::film::GrowingFilm;
use super::thrift::ThriftChange;
use crate::error::VideoError;
use crate::stats::PictureStats;

/// Samples named one by one in [`Encoded::undecodable_at`]; of more, only the number is kept.
const MOST_NAMED: usize = 10_000;

/// A film that was ended.
#[derive(Debug)]
pub struct Encoded {
    /// Where it is. There is no file when there is no sample.
    pub path: PathBuf,
    /// Pictures in it: pushes and repeats, unless it failed.
    pub samples: u64,
    /// Length of the file.
    pub bytes: u64,
    /// Statistics of its pictures before they were encoded. Of a film that failed they may count pictures that are
    /// not in it.
    pub stats: PictureStats,
    /// Samples that repeat the picture before because it had found no room.
    pub repeated_for_want_of_time: u64,
    /// Samples that repeat the picture before because their own could not be read.
    pub undecodable: u64,
    /// Which samples those are, the first ten thousand of them.
    pub undecodable_at: Vec<u64>,
    /// When and how the film became cheaper or dearer.
    pub thrift: Vec<ThriftChange>,
    /// Why the film ends early; the samples are then those that are certain to be in it.
    pub failure: Option<VideoError>,
}

/// What the thread knows of the film that is open.
pub(super) struct Episode {
    pub number: u64,
    pub path: PathBuf,
    pub film: Option<Box<dyn GrowingFilm>>,
    /// There is a file, and it is ours.
    pub begun: bool,
    /// Pictures and repeats that were asked for.
    pub asked: u64,
    /// Pictures since the last key picture, itself included.
    pub since_key: u32,
    /// There was a picture.
    pub shown: bool,
    pub stats: PictureStats,
    pub repeated: u64,
    pub undecodable: u64,
    pub undecodable_at: Vec<u64>,
    pub thrift: Vec<ThriftChange>,
    /// The disk refused when it was asked last.
    pub trouble: bool,
    pub synced_at: MonoTime,
    pub synced: u64,
    pub failure: Option<VideoError>,
    /// Samples of a film that failed and was closed.
    pub kept: u64,
    pub bytes: u64,
}

impl Episode {
    pub fn new(number: u64, path: PathBuf, now: MonoTime) -> Self {
        Self {
            number,
            path,
            film: None,
            begun: false,
            asked: 0,
            since_key: 0,
            shown: false,
            stats: PictureStats::default(),
            repeated: 0,
            undecodable: 0,
            undecodable_at: Vec::new(),
            thrift: Vec::new(),
            trouble: false,
            synced_at: now,
            synced: 0,
            failure: None,
            kept: 0,
            bytes: 0,
        }
    }

    pub fn unreadable(&mut self) {
        self.undecodable += 1;
        if self.undecodable_at.len() < MOST_NAMED {
            self.undecodable_at.push(self.asked);
        }
    }

    /// Samples the film has taken.
    pub fn samples(&self) -> u64 {
        self.film.as_ref().map_or(0, |film| film.samples())
    }

    pub fn ended(self, samples: u64, bytes: u64) -> Encoded {
        Encoded {
            path: self.path,
            samples,
            bytes,
            stats: self.stats,
            repeated_for_want_of_time: self.repeated,
            undecodable: self.undecodable,
            undecodable_at: self.undecodable_at,
            thrift: self.thrift,
            failure: self.failure,
        }
    }
}
