//! Whole ways of pictures: from a camera's bytes to planes and back, checked against arithmetic in floating point, and
//! bytes that no camera should send.

mod hostile;
mod passing;
mod ranges;
mod reference;
mod scenes;
