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
pub mod pairing;
pub mod pictures;
pub mod preflight;
mod process;
mod session;
mod store;
mod worker;

pub use command::{Command, Refusal};
pub use config::{ConfigError, Grid, RecordConfig};
pub use dataset_store::DatasetStore;
pub use event::{Discarded, Ended, Event, Marks, Phase, Saved, Status, Summary};
pub use pairing::{Row, RowFlags};
pub use pictures::{PictureCounts, PictureFlags, PictureNote, Sight};
pub use process::{Outcome, Outputs, Recorder};
pub use session::{Effect, Session};
pub use store::{Durable, EpisodeStore, StoreError};
pub use worker::{RecorderHandle, start};
