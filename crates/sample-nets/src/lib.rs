//! Networks for tests and benches: ONNX files of the architectures that remove backgrounds, with seeded random weights.
//!
//! The real weights are other people's and large. Shapes, speed, memory and agreement of two engines need none of them;
//! what a network sees in a picture does, so nothing here says anything about quality.
//! Not here: running a network.

mod onnx;
mod random;
mod u2net;

pub use onnx::{Attribute, Onnx};
pub use random::Random;
pub use u2net::{Widths, isnet, u2net, u2net_like, u2netp};
