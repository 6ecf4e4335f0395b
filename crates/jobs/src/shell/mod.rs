//! The threads around the schedule: workers, the one that watches them, and the answers that go back.
//!
//! One lock, under which nothing runs but [`Schedule`](crate::schedule::Schedule) itself: functions of jobs, answers,
//! what is told and the starting of threads all come after it was released. Everything this module takes of threads it
//! takes from the `sync` beside it, so that the tests can compile it once more over a model checker (`tests/model.rs`).

use super::sync;

mod ctx;
mod hub;
mod life;
mod order;
mod pool;
mod slot;

pub use ctx::{Ctx, Token};
pub use order::Order;
pub use pool::{InUse, Pool, Setup};
pub use slot::{Handle, Ticket};
