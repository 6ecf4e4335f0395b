//! Work that must not keep anybody waiting: a pool of threads that runs what is wanted most, drops what nobody wants any
//! more, survives what fails, and shows what it does.
//!
//! A [`Pool`] is made from a [`Config`] and the [`Kinds`] of jobs there are. [`Pool::submit`] takes an [`Order`] and a
//! function, and gives a [`Ticket`] for the answer; the function is handed a [`Ctx`], at whose checkpoints it yields to
//! more urgent work and hears that it should stop. Every accepted job is answered exactly once, also when it panics,
//! hangs, is replaced, or the pool ends.
//!
//! The decisions are [`schedule`]'s, which has no threads and no clock; the threads are `shell`'s, which decides nothing.
//! Not here: what a picture is (`imaging`), reading settings (`station`).

pub mod buffers;
mod config;
mod cores;
mod cpu;
mod error;
mod event;
mod histogram;
mod kind;
mod product;
pub mod schedule;
mod shell;
mod sync;
mod telemetry;

#[cfg(test)]
mod tests;

use serde::Serialize;

pub use buffers::{Buffer, BufferError, BufferReport, Buffers, Shared};
pub use config::{Config, ConfigError, MOST_WORKERS, ProductConfig, SaturationRule, usual_workers};
pub use cores::Cores;
pub use error::{JobError, Pressure, Refusal, Stop, StopReason, WhyInline};
pub use event::{About, Event};
pub use kind::{Kind, KindId, Kinds, Limit, Priority, UnknownKind};
pub use product::{PerProduct, Product, UnknownProduct};
pub use shell::{Ctx, Handle, InUse, Order, Pool, Setup, Ticket, Token};
pub use telemetry::{
    InlineFigures, KindFigures, OperationFigures, ProductFigures, RunningFigures, Telemetry,
    WorkerFigures,
};

/// Which order of a pool: a greater one was asked for later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Generation(pub u64);
