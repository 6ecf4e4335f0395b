//! Runs the convolutional networks that remove backgrounds, several times faster than a general engine does.
//!
//! tract reads the file, finds every shape and folds what is constant; [`Net::new`] takes its graph and either turns all of
//! it into steps of its own or says what it does not know ([`Unsupported`]), and then tract runs the network itself. Known
//! are the operators of U²-Net and IS-Net: convolutions of 1 by 1 and 3 by 3 with dilation and stride, batch normalisation
//! and addition behind them, cutting off below zero, pooling of 2 by 2, linear resizing, concatenation, sigmoid.
//!
//! What makes it fast: numbers lie in blocks of 16 channels, so that one instruction works on channels of one pixel; maps
//! have a border of zeros, so that no step asks whether it is at an edge; concatenating is a list of maps, not a copy; a
//! few pixels by 16 channels are summed in registers; memory is used again as soon as nobody reads it any more.
//!
//! Invariant: what a `Net` gives equals what tract gives for the same graph, but for the order in which numbers are summed.
//! Not here: pictures, files, what the numbers mean.

mod blocks;
mod conv;
mod few;
mod graph;
mod isa;
mod maps;
mod memory;
mod net;
mod planes;

pub use graph::Unsupported;
pub use isa::Isa;
pub use net::{Net, Stopped};
