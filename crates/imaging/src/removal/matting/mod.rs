//! Alpha and colours where a mask is not certain.

pub(crate) mod closed_form;
pub(crate) mod foreground;
mod tiles;
