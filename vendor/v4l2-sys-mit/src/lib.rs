//! Layouts and numbers of the Linux kernel's video interface (`linux/videodev2.h`), as far as `v4l` and `nokhwa` use
//! them. Generated; README.md says how, and why they are here. Not for 32-bit machines: there it does not compile.
#![no_std]
#![cfg(target_pointer_width = "64")]
#![allow(clippy::all, clippy::pedantic, missing_docs)]
#![allow(non_camel_case_types, non_snake_case, non_upper_case_globals, dead_code)]
#![allow(unsafe_code)]

mod bindings;

pub use bindings::*;
