//! What the house says in English, said in the person's language: a finished sentence is known again by its template, its
//! holes are carried over, and what is not known stays as it is.
//!
//! The rooms below and beside know nothing of this: they write English, which is also what logs, files and `--json` hold.
//! Whoever talks to a person translates at the edge. `cargo run -p xtask -- sentences` finds templates without a
//! translation. Not here: the page's own words, which have catalogues of their own.

mod cache;
mod language;
mod lines;
mod numbers;
mod shelf;
mod template;
pub mod words;

pub use language::Language;
pub use lines::Phrases;
pub use template::{Malformed, holes_of};
