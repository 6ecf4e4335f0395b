//! The desk from outside, as a window uses it: texts in, texts out, on simulated arms behind real serial lines.
//!
//! Every test that opens something runs in a process of its own, with folders of its own.

#[path = "bench.rs"]
mod workbench;

mod cameras;
mod driving;
mod protocol;
mod recording;
mod wizards;
