//! Tests of what several modules do together.

mod histories;
mod pool;
mod rules;
mod world;
