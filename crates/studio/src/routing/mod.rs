//! Who removes a background: this computer or a server.

mod decide;
mod doing;
mod elsewhere;
mod health;
mod latency;
mod remover;

pub use decide::{
    Decision, Purpose, Reason, Route, RouteRules, Situation, Standing, WhyHere, decide,
};
pub use health::PAUSE;
pub use latency::{KEPT, LASTS, Latencies};
pub use remover::{Decided, MemoryFigures, Removed, Remover, RemoverReport};
