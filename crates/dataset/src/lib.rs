//! LeRobot v3.0 datasets on disk: written, read, checked, repaired, recovered and exported, without ever leaving a folder
//! that LeRobot cannot load. Knows no hardware.
//!
//! Facts: LeRobot 0.6.2 and its golden datasets. What LeRobot has no column for (true times, repeated rows, loop
//! reports, the journal of the episode in progress) lives in `meta/tendon/`, see [`sidecar`] and [`journal`].
//!
//! Not here: arms, devices, when an episode begins and ends (`recorder`), codecs and containers (`video`).

pub mod camera;
pub mod data;
pub mod episodes;
pub mod error;
pub mod export;
pub mod info;
pub mod journal;
pub mod left;
pub mod leftovers;
pub mod progress;
pub mod recovery;
pub mod reencode;
pub mod repair;
pub mod sidecar;
pub mod stats;
pub mod table;
pub mod tasks;
pub mod template;
pub mod verify;

mod attic;
mod dataset;
mod draft;
mod files;
mod footage;
mod lock;
mod picture;
mod python_json;
mod reel;
mod spec;
mod store;

pub use camera::{
    CameraKind, CameraSpec, Codec, FilmSpec, Footage, PictureFlags, PictureNote, Squeezed,
};
pub use data::{Block, Column, Rows, StoredRow, Values};
pub use dataset::Dataset;
pub use draft::{Aside, Draft, EpisodeSaved, Row, RowFlags};
pub use episodes::Episode;
pub use error::DatasetError;
#[doc(hidden)]
pub use files::{CommitStep, Part};
pub use info::{Feature, Info, Kind};
pub use picture::Picture;
pub use spec::DatasetSpec;
pub use stats::{FeatureStats, Stats};
pub use tasks::Tasks;
pub use template::Template;
