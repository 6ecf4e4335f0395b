//! The chain as a port without a device: the reader sleeps on the chain's clock, so a test with a fake clock is exact
//! and takes no time.

use std::io;

use motors::Port;
use units::MonoTime;

use crate::chain::Chain;

/// A port whose other end is a chain in this process.
#[derive(Debug)]
pub struct MemoryPort {
    chain: Chain,
    name: String,
}

/// Plugs a port into the chain. Like a real line it is meant for one host at a time.
pub fn memory_port(chain: Chain) -> MemoryPort {
    let name = format!("sim:{}", chain.name());
    MemoryPort { chain, name }
}

impl MemoryPort {
    /// The chain at the other end.
    pub fn chain(&self) -> &Chain {
        &self.chain
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
        line.host_discards(now);
        if line.connected { Ok(()) } else { Err(gone()) }
    }

    fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        let now = self.chain.clock().now();
        let mut line = self.chain.line_as_it_is();
        if !line.connected {
            return Err(gone());
        }
        line.host_sends(now, bytes);
        Ok(())
    }

    fn receive(&mut self, buffer: &mut [u8], deadline: MonoTime) -> io::Result<usize> {
        loop {
            let now = self.chain.clock().now();
            let until = {
                let mut line = self.chain.line_as_it_is();
                let count = line.host_reads(now, buffer);
                if count > 0 {
                    return Ok(count);
                }
                if !line.connected {
                    return Err(gone());
                }
                line.next_readable()
                    .map_or(deadline, |readable| readable.min(deadline))
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
        }))
    }
}
