//! The film of one camera as the recorder needs it: one picture per row, one film per episode.
//!
//! Whoever makes films does so on threads of its own and is never waited for while an episode goes on.
//! Not here: which picture a row has (`pictures`), codecs and containers (`video`).

use std::path::Path;

use pixels::CameraFrame;
use protocol::Failure;

/// What became of one film.
#[derive(Debug, Clone)]
pub struct Reel<T> {
    /// Pictures in it: as many as were pushed and repeated.
    pub samples: u64,
    /// Places, from 0, at which it repeats the picture before although the row has one of its own: there was no time
    /// for that, or its bytes could not be read.
    pub squeezed: Vec<u64>,
    /// How many of those had bytes that could not be read.
    pub bad: u64,
    /// What the dataset wants to know about the pictures.
    pub stats: T,
}

/// Something a person should know about the making of a film.
#[derive(Debug, Clone, PartialEq)]
pub enum FilmNews {
    /// It is made in another way, because there is too little time, or enough again; in words.
    Pace(String),
    /// It cannot go on; the open film is as it was closed or recovered.
    Failed {
        /// What and why.
        failure: Failure,
        /// Whether the next film can still be made.
        for_good: bool,
    },
}

/// Makes the films of one camera.
pub trait Film: Send + std::fmt::Debug {
    /// What it finds out about the pictures of a film.
    type Stats: Send + std::fmt::Debug;

    /// Opens the film of the next episode at `path`. The one before may still be being finished.
    fn begin(&mut self, path: &Path);

    /// The picture of the next row.
    fn push(&mut self, picture: &CameraFrame);

    /// The next row has the picture of the row before.
    fn repeat(&mut self);

    /// The open film has all its pictures.
    fn end(&mut self);

    /// The oldest film that was ended and not taken yet, if it is closed and on disk by now.
    fn take(&mut self) -> Option<Result<Reel<Self::Stats>, Failure>>;

    /// What is new since the last look.
    fn news(&mut self) -> Option<FilmNews>;
}
