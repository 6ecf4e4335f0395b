//! Whole user journeys against the built programs live in `tests/journeys.rs`; there is nothing here.
