//! The chain as a port without a device: the reader sleeps on the chain's clock, so a test with a fake clock is exact
//! and takes no time.

use std::io;

use motors::Port;
use units::MonoTime;

use crate::chain::Chain;
use crate::line::Line;

/// A port whose other end is a chain in this process.
#[derive(Debug)]
pub struct MemoryPort {
    chain: Chain,
    name: String,
    /// The plugging in at which it was opened.
    plugged: u64,
}

/// Plugs a port into the chain. Like a real line it is meant for one host at a time; once the adapter was pulled out
/// it is dead, and only a new port reaches the chain after it was plugged in again.
pub fn memory_port(chain: Chain) -> MemoryPort {
    let name = format!("sim:{}", chain.name());
    let plugged = chain.line().plugged;
    MemoryPort {
        chain,
        name,
        plugged,
    }
}

impl MemoryPort {
    /// The chain at the other end.
    pub fn chain(&self) -> &Chain {
        &self.chain
    }

    fn alive(&self, line: &Line) -> io::Result<()> {
        if line.connected && line.plugged == self.plugged {
            Ok(())
        } else {
            Err(gone())
        }
    }
}

fn gone() -> io::Error {
    io::Error::new(
        io::ErrorKind::NotConnected,
        "the simulated adapter was unplugged",
    )
}

impl Port for MemoryPort {
    fn name(&self) -> &str {
        &self.name
    }

    fn discard_input(&mut self) -> io::Result<()> {
        let now = self.chain.clock().now();
        let mut line = self.chain.line_as_it_is();
        if line.plugged == self.plugged {
            line.host_discards(now);
        }
        self.alive(&line)
    }

    fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        let now = self.chain.clock().now();
        let mut line = self.chain.line_as_it_is();
        self.alive(&line)?;
        line.host_sends(now, bytes);
        self.alive(&line)
    }

    fn receive(&mut self, buffer: &mut [u8], deadline: MonoTime) -> io::Result<usize> {
        loop {
            let now = self.chain.clock().now();
            let until = {
                let mut line = self.chain.line_as_it_is();
                if line.plugged != self.plugged {
                    return Err(gone());
                }
                let count = line.host_reads(now, buffer);
                if count > 0 && line.plugged == self.plugged {
                    return Ok(count);
                }
                self.alive(&line)?;
                line.next_event()
                    .map_or(deadline, |event| event.min(deadline))
            };
            if now >= deadline {
                return Ok(0);
            }
            self.chain.clock().sleep_until(until);
        }
    }

    fn set_baud(&mut self, baud: u32) -> io::Result<()> {
        if baud == 0 {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        self.chain.line_as_it_is().host_baud = baud;
        Ok(())
    }

    fn baud(&self) -> u32 {
        self.chain.line_as_it_is().host_baud
    }

    fn try_clone(&self) -> io::Result<Box<dyn Port>> {
        Ok(Box::new(MemoryPort {
            chain: self.chain.clone(),
            name: self.name.clone(),
            plugged: self.plugged,
        }))
    }
}
