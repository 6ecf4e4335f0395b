//! What others may do with a line that has an owner: break off its waits, and take the line over when the owner no
//! longer can.
//!
//! Both are atomic numbers, so that neither ever keeps the owner waiting.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use stdx::Clock;

use super::{Bus, Patience};
use crate::AnyBus;
use crate::error::BusError;
use crate::port::Port;

/// Says whether waits should be broken off. Asked every 2 ms while an answer is awaited; must not wait itself.
#[derive(Clone)]
pub struct Interrupt(Arc<dyn Fn() -> bool + Send + Sync>);

impl Interrupt {
    /// An interrupt that is pulled while `pulled` returns true.
    pub fn new(pulled: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        Self(Arc::new(pulled))
    }

    pub(super) fn pulled(&self) -> bool {
        (self.0)()
    }
}

impl fmt::Debug for Interrupt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Interrupt")
    }
}

/// Whether a bus still owns its line.
#[derive(Debug, Clone, Default)]
pub(super) struct Ownership(Arc<AtomicBool>);

impl Ownership {
    fn lost(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

/// A second way to a line, kept by whoever watches over its owner. Unused until it takes over.
pub struct Lifeline {
    port: Box<dyn Port>,
    clock: Arc<dyn Clock>,
    patience: Patience,
    ownership: Ownership,
}

impl Lifeline {
    /// Takes the line from an owner that hangs: whatever the owner tries to send from now on is refused as on a lost
    /// line, and the new bus is the only one who talks. A packet that the owner was handing over at this very moment
    /// may still go out.
    pub fn take_over(self) -> AnyBus {
        self.ownership.0.store(true, Ordering::Release);
        let mut bus = Bus::new(self.port, self.clock);
        bus.set_patience(self.patience);
        bus
    }
}

impl fmt::Debug for Lifeline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lifeline")
            .field("port", &self.port.name())
            .finish_non_exhaustive()
    }
}

impl<P: Port> Bus<P> {
    /// A second way to this line; `None` where the system gives none.
    pub fn lifeline(&self) -> Option<Lifeline> {
        Some(Lifeline {
            port: self.port.try_clone().ok()?,
            clock: Arc::clone(&self.clock),
            patience: self.patience,
            ownership: self.ownership.clone(),
        })
    }

    /// Refuses to talk on a line that somebody took over.
    pub(super) fn owned(&self) -> Result<(), BusError> {
        if self.ownership.lost() {
            return Err(BusError::LineLost {
                port: self.port.name().to_owned(),
                source: std::io::Error::new(
                    std::io::ErrorKind::NotConnected,
                    "the line was taken over, because its owner did not answer",
                ),
            });
        }
        Ok(())
    }
}

impl AnyBus {
    /// Gives the port back and leaves a bus behind that is lost for good. The port may be slow to close, so whoever
    /// must not wait hands it to somebody else.
    pub fn take_port(&mut self) -> Box<dyn Port> {
        let gone = Gone {
            name: self.port.name().to_owned(),
            baud: self.port.baud(),
        };
        std::mem::replace(&mut self.port, Box::new(gone))
    }
}

/// A line that is no more.
struct Gone {
    name: String,
    baud: u32,
}

impl Gone {
    fn error() -> std::io::Error {
        std::io::ErrorKind::NotConnected.into()
    }
}

impl Port for Gone {
    fn name(&self) -> &str {
        &self.name
    }

    fn discard_input(&mut self) -> std::io::Result<()> {
        Err(Self::error())
    }

    fn send(&mut self, _bytes: &[u8]) -> std::io::Result<()> {
        Err(Self::error())
    }

    fn receive(
        &mut self,
        _buffer: &mut [u8],
        _deadline: units::MonoTime,
    ) -> std::io::Result<usize> {
        Err(Self::error())
    }

    fn set_baud(&mut self, _baud: u32) -> std::io::Result<()> {
        Err(Self::error())
    }

    fn baud(&self) -> u32 {
        self.baud
    }
}
