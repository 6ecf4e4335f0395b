//! Tests of what several modules do together.

mod histories;
mod model;
mod pool;
mod rules;
mod trouble;
mod watching;
mod world;
