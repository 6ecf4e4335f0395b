//! Whole ways of pictures: operations against their formulas in floating point, chains against single operations, proxies
//! against full results, files there and back, and bytes that nobody should send.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on says so by panicking"
)]

mod backgrounds;
mod drawn;
mod files;
mod formulas;
mod geometry;
mod hostile;
mod lite;
mod neighbourhoods;
mod networks;
mod onnx;
mod pipelines;
mod presets;
mod previews;
mod profiles;
