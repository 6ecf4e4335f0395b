//! What somebody asks for, with all that the pool must know about it.

use std::sync::Arc;

use crate::kind::{KindId, Priority};
use crate::schedule::Wanted;

/// An order for one job. Its kind says the rest; see [`Pool::order`](super::Pool::order).
#[derive(Debug, Clone)]
pub struct Order(pub(crate) Wanted);

impl Order {
    pub(crate) fn new(kind: KindId, name: &'static str) -> Self {
        Self(Wanted {
            kind,
            priority: None,
            operation: name,
            control: None,
            key: None,
            request: stdx::request::current(),
            bytes: None,
            within: false,
        })
    }

    /// Asked for by this control: an older order of the same control gives way.
    #[must_use]
    pub fn control(mut self, control: impl Into<Arc<str>>) -> Self {
        self.0.control = Some(control.into());
        self
    }

    /// What is asked for, as a number made of the effect, its settings and the revision of what it works on: an older
    /// order of the same key gives way.
    #[must_use]
    pub fn key(mut self, key: u64) -> Self {
        self.0.key = Some(key);
        self
    }

    /// More or less urgent than its kind usually is.
    #[must_use]
    pub fn priority(mut self, priority: Priority) -> Self {
        self.0.priority = Some(priority);
        self
    }

    /// What it does, for the figures; its kind's name unless it is said.
    #[must_use]
    pub fn operation(mut self, operation: &'static str) -> Self {
        self.0.operation = operation;
        self
    }

    /// Belongs to this request; to the asking thread's own unless it is said.
    #[must_use]
    pub fn request(mut self, request: impl Into<Arc<str>>) -> Self {
        self.0.request = Some(request.into());
        self
    }

    /// Works on so many bytes. Below the set-up's `offload_bytes` it runs where it is asked for.
    #[must_use]
    pub fn bytes(mut self, bytes: u64) -> Self {
        self.0.bytes = Some(bytes);
        self
    }
}
