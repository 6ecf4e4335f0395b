//! The crate as others use it: a pool with threads, pictures that are drawn here, servers on the loopback.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod drawn;
mod models;
#[path = "../../../imaging/tests/it/onnx.rs"]
#[allow(dead_code, reason = "networks of other tests are not needed here")]
mod onnx;
mod rembg;
mod routes;
mod servers;
mod views;
mod web;
mod work;
