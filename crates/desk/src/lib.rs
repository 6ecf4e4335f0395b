//! The window's counterpart without a window: it owns what is running, answers requests, and tells what changes, so that a
//! page that was reloaded finds the session again and a page that hangs costs the arm nothing.
//!
//! One thread pumps the running process and computes every topic; one tells; one looks what is plugged in. Long work is done
//! on the time of whoever asks. Not here: what an arm or a camera is (`station` and below), messages' shapes (`protocol`),
//! webviews.

mod acting;
mod arms_known;
mod asking;
mod board;
mod curves;
mod desk;
mod diagnose;
mod eyes;
mod hands;
mod health;
mod inputs;
mod left;
mod look;
mod notices;
mod pictures;
mod settings;
mod shared;
mod speaking;
mod start;
mod tasks;
mod topics;
mod words;
mod workers;

pub use board::Told;
pub use desk::{Desk, DeskConfig};
