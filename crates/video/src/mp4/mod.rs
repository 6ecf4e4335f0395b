//! The container: a film grows as fragments that survive a kill, and ends as a plain mp4 without copying a sample.
//!
//! While it grows: `ftyp`, a reserved `free` of sixteen bytes, a `moov` without samples, then one `moof` and `mdat` for
//! every half second. When it ends, a `moov` that knows every sample is added, and then the reserved box becomes the
//! header of one `mdat` over all that lies between: sixteen bytes in one write, so a crash at any moment leaves either
//! the one form or the other.
//! Not here: what is inside a sample (`h264`, `av1`, `decode`).

mod boxes;
mod bytes;
mod film;
mod fragments;
mod index;
mod mend;
mod movie;
mod samples;
mod store;
mod table;
mod track;
mod writer;

pub use film::{Film, inspect};
pub use mend::{recover, truncate};
pub use samples::Samples;
pub use store::Store;
pub use writer::{Finished, Writer};

pub(crate) use film::Opened;
pub(crate) use track::Colour;
