//! Whether the server is well, by what it did last.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use units::MonoTime;

use super::decide::Standing;
use crate::server::{Contract, Server};

/// A server that failed is left alone for so long before it is asked again whether it is there: long enough for a
/// restart, short enough that nobody forgets it.
pub const PAUSE: Duration = Duration::from_secs(30);

#[derive(Debug, Clone)]
enum State {
    Untried,
    /// Somebody asks it.
    Asked,
    Well(Arc<Contract>),
    Resting {
        until: MonoTime,
        why: String,
    },
}

/// A server and how it is.
#[derive(Debug)]
pub(super) struct Health {
    pub(super) server: Server,
    state: Mutex<State>,
}

impl Health {
    pub(super) fn new(server: Server) -> Self {
        Self {
            server,
            state: Mutex::new(State::Untried),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn standing(&self, model: &str, now: MonoTime) -> Standing {
        match &*self.state() {
            State::Untried | State::Asked => Standing::Untried,
            State::Well(contract) => match contract.has(self.server.name_of(model)) {
                true => Standing::Well,
                false => Standing::LacksModel,
            },
            State::Resting { until, .. } => match until.since(now) {
                Duration::ZERO => Standing::Untried,
                left => Standing::Resting(left),
            },
        }
    }

    pub(super) fn contract(&self) -> Option<Arc<Contract>> {
        match &*self.state() {
            State::Well(contract) => Some(Arc::clone(contract)),
            _ => None,
        }
    }

    /// Why it rests, if it does.
    pub(super) fn complaint(&self) -> Option<String> {
        match &*self.state() {
            State::Resting { why, .. } => Some(why.clone()),
            _ => None,
        }
    }

    /// Whether it should be asked now whether it is there. Whoever hears yes asks it: nobody else does at the same time.
    pub(super) fn due(&self, now: MonoTime) -> bool {
        let mut state = self.state();
        let due = match &*state {
            State::Untried => true,
            State::Resting { until, .. } => *until <= now,
            State::Asked | State::Well(_) => false,
        };
        if due {
            *state = State::Asked;
        }
        due
    }

    /// It answered.
    pub(super) fn well(&self, contract: Contract) {
        *self.state() = State::Well(Arc::new(contract));
    }

    /// It failed.
    pub(super) fn failed(&self, now: MonoTime, why: String) {
        *self.state() = State::Resting {
            until: now + PAUSE,
            why,
        };
    }

    /// The question was called off before it was answered.
    pub(super) fn not_asked(&self) {
        let mut state = self.state();
        if matches!(*state, State::Asked) {
            *state = State::Untried;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_failed_rests_and_is_asked_again_once() {
        let health = Health::new(Server::new("http://127.0.0.1:1").unwrap());
        let start = MonoTime(5_000_000_000);
        assert_eq!(health.standing("u2netp", start), Standing::Untried);
        assert!(health.due(start) && !health.due(start), "one asks");
        health.well(Contract::default());
        assert_eq!(health.standing("u2netp", start), Standing::Well);
        assert!(!health.due(start + PAUSE));
        health.failed(start, "it hangs".to_owned());
        assert_eq!(health.complaint().as_deref(), Some("it hangs"));
        let later = start + PAUSE / 3;
        assert_eq!(
            health.standing("u2netp", later),
            Standing::Resting(PAUSE * 2 / 3)
        );
        assert!(!health.due(later));
        assert!(health.contract().is_none());
        assert_eq!(health.standing("u2netp", start + PAUSE), Standing::Untried);
        assert!(health.due(start + PAUSE));
        health.not_asked();
        assert!(health.due(start + PAUSE));
    }
}
