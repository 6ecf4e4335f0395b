//! What the pool tells as it happens: for the log, and for a person who should know.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::error::{Pressure, WhyInline};
use crate::{Generation, Product};

/// Whose job something happened to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// Its kind.
    pub kind: &'static str,
    /// Whom it works for.
    pub product: Product,
    /// The control that asked for it, if one did.
    pub control: Option<Arc<str>>,
    /// The request it belongs to, if any.
    pub request: Option<Arc<str>>,
    /// Which order it is: a greater one is newer.
    pub generation: Generation,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A job failed by an error of its own.
    Failed {
        /// The job.
        about: About,
        /// What it said.
        message: String,
    },
    /// A job panicked; its worker goes on.
    Panicked {
        /// The job.
        about: About,
        /// What the panic said.
        message: String,
    },
    /// A job ran for too long, or came no further, and was stopped.
    TimedOut {
        /// The job.
        about: About,
        /// How long it ran.
        ran: Duration,
    },
    /// A job gives no sign of life; its thread is left alone and another takes its place.
    Hung {
        /// The job.
        about: About,
        /// For how long.
        silent: Duration,
        /// Threads of its product that hang, with this one.
        leaked: usize,
    },
    /// A job that runs where it was asked for gives no sign of life; nobody can take its place.
    HangsInline {
        /// The job.
        about: About,
        /// For how long.
        silent: Duration,
    },
    /// A thread that was left alone has come back.
    CameBack {
        /// Whose thread it was.
        product: Product,
        /// Threads of that product that still hang.
        leaked: usize,
    },
    /// From now on a product's work runs where it is asked for.
    RunsInline {
        /// The product.
        product: Product,
        /// Why.
        why: WhyInline,
    },
    /// The system gave no thread for a worker.
    NoThread {
        /// What it said.
        message: String,
    },
    /// Kinds that may be suspended are held back from now on.
    Suspended {
        /// Why.
        why: Pressure,
    },
    /// They are held back no more.
    Resumed,
    /// The pool is saturated, or no more.
    Saturated(bool),
}

impl Event {
    /// The job it happened to, if it happened to one.
    pub fn about(&self) -> Option<&About> {
        match self {
            Event::Failed { about, .. }
            | Event::Panicked { about, .. }
            | Event::TimedOut { about, .. }
            | Event::Hung { about, .. }
            | Event::HangsInline { about, .. } => Some(about),
            Event::CameBack { .. }
            | Event::RunsInline { .. }
            | Event::NoThread { .. }
            | Event::Suspended { .. }
            | Event::Resumed
            | Event::Saturated(_) => None,
        }
    }

    /// Whether a person should hear of it without looking for it.
    pub fn is_trouble(&self) -> bool {
        !matches!(
            self,
            Event::CameBack { .. } | Event::Resumed | Event::Saturated(_)
        )
    }
}

impl fmt::Display for About {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind)?;
        match &self.control {
            Some(control) => write!(f, " for `{control}`"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Event::Failed { about, message } => write!(f, "{about} failed: {message}"),
            Event::Panicked { about, message } => {
                write!(f, "{about} ended in a panic: {message}")
            }
            Event::TimedOut { about, ran } => {
                write!(
                    f,
                    "{about} was stopped after {ran:?}: it may not take so long"
                )
            }
            Event::Hung {
                about,
                silent,
                leaked,
            } => write!(
                f,
                "{about} has given no sign of life for {silent:?}: its thread was left alone, another takes its place; {leaked} of {} hang",
                about.product
            ),
            Event::HangsInline { about, silent } => write!(
                f,
                "{about} has given no sign of life for {silent:?}, and nothing can take its place where it runs"
            ),
            Event::CameBack { product, leaked } => write!(
                f,
                "a thread of {product} that hung has come back; {leaked} still hang"
            ),
            Event::RunsInline { product, why } => {
                write!(f, "{product} runs where it is asked for from now on: {why}")
            }
            Event::NoThread { message } => {
                write!(f, "the system gave no thread for a worker: {message}")
            }
            Event::Suspended { why } => write!(f, "work that needs much memory waits: {why}"),
            Event::Resumed => f.write_str("memory is there again: what waited for it goes on"),
            Event::Saturated(true) => f.write_str("more work comes in than the workers can do"),
            Event::Saturated(false) => f.write_str("the workers keep up again"),
        }
    }
}
