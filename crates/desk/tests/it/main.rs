//! The desk from outside, as a window uses it: texts in, texts out, on simulated arms behind real serial lines.
//!
//! Every test that opens something runs in a process of its own, with folders of its own.
//! The modules say `cfg(test)`, which is true anyway, so that their helpers may unwrap as tests may.

#![allow(clippy::expect_used, reason = "a test says what it expected")]

#[cfg(test)]
mod cameras;
#[cfg(test)]
mod diagnose;
#[cfg(test)]
mod driving;
#[cfg(test)]
mod languages;
#[cfg(test)]
mod left;
#[cfg(test)]
mod protocol;
#[cfg(test)]
mod recording;
#[cfg(test)]
mod settings;
#[cfg(test)]
mod wizards;
#[cfg(test)]
#[path = "bench.rs"]
mod workbench;
