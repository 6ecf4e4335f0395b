//! Finding what a picture is about and removing the rest.
//!
//! [`lite`](Lite) needs no model: it is for things in front of something plain. A network finds people, animals and things
//! anywhere; it is read from an ONNX file ([`ModelSpec`], [`Session`]) and handed to a run by name ([`Networks`]). What is
//! done to pixels around it equals rembg's. [`remove_background`] does all of it and says where it is unsure; the
//! operation `remove_background` is the same inside a pipeline.
//!
//! Checkpoints are asked between strips, tiles, rounds and layers. What asks none, and so is the longest silence of a
//! removal: reading a network's file ([`Session::model`], some seconds for isnet) and a single layer of it (tenths of a
//! second at 320 pixels a side, a few seconds for isnet on a slow core). Whoever watches for hangs allows more than that.
//!
//! A picture of any size is worked on: networks see it at their own size, and what is done at full size goes by bands and
//! tiles. It takes about 20 bytes for each pixel, and 250 MB at most besides.
//!
//! Not here: fetching models, other machines that do the work, deciding which of them does it.

mod cut;
mod doubt;
mod lite;
mod mask;
mod matting;
mod network;
mod refine;
mod steps;

pub use cut::{Cut, remove_background};
pub use doubt::{Doubt, Doubts};
pub use lite::{Lite, LiteCut};
pub use mask::Mask;
pub use network::{
    IDLE, LARGEST_MODEL, MaskReport, Model, ModelSpec, Networks, Session, SessionReport,
    USUAL_MEMORY,
};
pub use steps::input::Normalisation;
pub use steps::output::Squash;
pub use steps::trimap::Matting;

/// Name of the removal that needs no model.
pub const LITE: &str = "lite";
