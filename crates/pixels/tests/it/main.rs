//! Whole ways of pictures: from a camera's bytes to planes and back, checked against arithmetic in floating point, and
//! bytes that no camera should send.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on says so by panicking"
)]

mod hostile;
mod passing;
mod pngs;
mod preview;
mod ranges;
mod reference;
mod scenes;
