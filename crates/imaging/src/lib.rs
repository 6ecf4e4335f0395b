//! Pictures that a person works on: opened, changed by operations one after the other, shown on the way, saved.
//!
//! [`Picture`] is what everything works on: 8 bits a channel, sRGB, straight alpha. [`open`] makes one from a file and
//! says what it had to change; [`Operation`] is one change, [`Pipeline`] several, [`Preset`] a pipeline in JSON;
//! [`Preview`] shows a pipeline's result while it is being chosen; [`save`] writes one. Every piece of work is given a
//! [`Run`], which says who may stop it, whether it may use all cores, and where memory comes from.
//!
//! Invariants: a picture never changes once it is made. Bytes from outside give an error with what, where and what to do.
//! Operations read no files and know no clock.
//! Not here: which worker does it and when, queues of files, robots.

mod backdrops;
mod buffers;
mod cache;
pub mod effects;
mod error;
mod fields;
mod format;
mod fused;
mod limits;
mod open;
mod operation;
mod picture;
mod pipeline;
mod plan;
mod preset;
mod preview;
pub mod removal;
mod run;
mod save;

pub use backdrops::Backdrops;
pub use buffers::{Buffers, Fresh, Memory, Recycler};
pub use cache::{CacheReport, StageCache};
pub use effects::Shape;
pub use error::ImagingError;
pub use format::Format;
pub use limits::Limits;
pub use open::{Header, Note, Opened, header, open, open_bytes};
pub use operation::Operation;
pub use picture::{Layout, Picture};
pub use pipeline::{Pipeline, Stage};
pub use preset::{LARGEST as LARGEST_PRESET, Preset, VERSION as PRESET_VERSION};
pub use preview::Preview;
pub use run::{Checkpoint, Part, Run, Spread, Stop, Unwatched, WORTH_SPREADING};
pub use save::{Existing, Quality, Saving, encode, save};
