//! Finding what a picture is about and removing the rest.
//!
//! [`lite`](Lite) needs no model: it is for things in front of something plain. A network finds people, animals and things
//! anywhere; it is read from an ONNX file ([`ModelSpec`], [`Session`]) and handed to a run by name ([`Networks`]). What is
//! done to pixels around it equals rembg's. [`remove_background`] does all of it and says where it is unsure; the
//! operation `remove_background` is the same inside a pipeline.
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
};
pub use steps::input::Normalisation;
pub use steps::output::Squash;
pub use steps::trimap::Matting;

/// Name of the removal that needs no model.
pub const LITE: &str = "lite";
