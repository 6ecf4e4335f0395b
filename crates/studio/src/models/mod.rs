//! Networks on disk: which there are, where they come from, and whether they may be used.

mod catalogue;
mod custom;
mod digest;
mod error;
mod fetch;
mod import;
mod part;
mod pins;
mod store;

pub use catalogue::{CATALOGUE, Checksum, Known, Licence, known};
pub use custom::Custom;
pub use error::ModelError;
pub use fetch::Progress;
pub use store::{ADDRESS, ADDRESS_VARIABLE, Agreed, Listed, Offer, State, Store};
