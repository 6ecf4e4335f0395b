//! Finding what a picture is about and removing the rest.
//!
//! Not here: fetching networks, other machines that do it.

mod doubt;
mod lite;
mod mask;

pub use doubt::Doubt;
pub use lite::{Lite, LiteCut};
pub use mask::Mask;
