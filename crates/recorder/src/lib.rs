//! Turns what a control loop did into episodes: chooses dataset rows, keeps the states of a record session,
//! and writes through a store on a thread of its own.
//!
//! Invariants: nothing here is waited on by the loop; time does not slip (row k of an episode is the cycle
//! k periods of the dataset after its first, or a flagged repetition); an episode is saved or discarded whole.
//! Not here: moving motors (`teleop`), the files of a dataset (`dataset`), keys and buttons (`station`, `cli`).

mod account;
mod command;
mod config;
mod dataset_store;
mod event;
mod eye;
mod film;
pub mod pairing;
pub mod pictures;
pub mod preflight;
mod process;
mod session;
mod store;
mod video_film;
mod worker;

pub use command::{Command, Refusal};
pub use config::{ConfigError, Grid, RecordConfig};
pub use dataset::{PictureFlags, PictureNote};
pub use dataset_store::DatasetStore;
pub use event::{CameraCounts, Discarded, Ended, Event, Marks, Phase, Saved, Status, Summary};
pub use eye::Eye;
pub use film::{Film, FilmNews, Reel};
pub use pairing::{Row, RowFlags};
pub use pictures::{PictureCounts, Sight};
pub use process::{LONGEST_BLIND, Outcome, Outputs, Recorder};
pub use session::{Effect, Session};
pub use store::{Again, Durable, EpisodeStore, StoreError};
pub use video_film::VideoFilm;
pub use worker::{RecorderHandle, start};
