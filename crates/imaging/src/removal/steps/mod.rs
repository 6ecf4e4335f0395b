//! What is done to pixels before and after a network, the same to the last digit as what rembg does, so that a model gives
//! here what it gives there. Facts: rembg 2.0.86.

pub(crate) mod clean;
pub(crate) mod input;
pub(crate) mod lanczos;
pub(crate) mod output;
pub(crate) mod trimap;

#[cfg(test)]
mod tests;
