//! The line of a real adapter (or of a pseudo terminal): 8 data bits, no parity, one stop bit, no flow control.
//!
//! What differs between systems sits in the modules below: `unix` waits with `poll` (run on Linux; macOS uses
//! the same code and has not been run), `other` is the portable way for Windows (not run at all), and
//! `latency` knows Linux's adapters. Not here: finding a port ([`crate::ports`]).

mod error;
mod latency;
#[cfg(not(unix))]
mod other;
#[cfg(unix)]
mod unix;

use std::io;
use std::sync::Arc;

use stdx::Clock;
use units::MonoTime;

use crate::port::Port;

pub use error::PortError;
pub use latency::Latency;

#[cfg(not(unix))]
use other::Line;
#[cfg(unix)]
use unix::Line;

/// The rate that SO arms run at after motor set-up.
pub const BAUD: u32 = 1_000_000;

/// An open serial port that nobody else can open meanwhile.
#[derive(Debug)]
pub struct SerialPort {
    line: Line,
    path: String,
    baud: u32,
    latency: Latency,
}

/// Opens a serial port, takes it for this program alone, sets its rate, throws away what it had received
/// and asks for low latency where the system has such a thing.
///
/// # Errors
/// [`PortError`], which says what to do.
pub fn open(path: &str, baud: u32, clock: Arc<dyn Clock>) -> Result<SerialPort, PortError> {
    let line =
        Line::open(path, baud, clock).map_err(|source| PortError::classify(path, baud, source))?;
    let mut port = SerialPort {
        line,
        path: path.to_owned(),
        baud,
        latency: latency::lower(path),
    };
    port.discard_input()
        .map_err(|source| PortError::classify(path, baud, source))?;
    Ok(port)
}

impl SerialPort {
    /// What is known about the adapter's own delay.
    pub fn latency(&self) -> &Latency {
        &self.latency
    }
}

impl Port for SerialPort {
    fn name(&self) -> &str {
        &self.path
    }

    fn discard_input(&mut self) -> io::Result<()> {
        self.line.discard_input()
    }

    fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.line.send(bytes)
    }

    fn receive(&mut self, buffer: &mut [u8], deadline: MonoTime) -> io::Result<usize> {
        self.line.receive(buffer, deadline)
    }

    fn set_baud(&mut self, baud: u32) -> io::Result<()> {
        self.line.set_baud(baud)?;
        self.baud = baud;
        Ok(())
    }

    fn baud(&self) -> u32 {
        self.baud
    }

    fn try_clone(&self) -> io::Result<Box<dyn Port>> {
        Ok(Box::new(SerialPort {
            line: self.line.try_clone()?,
            path: self.path.clone(),
            baud: self.baud,
            latency: self.latency.clone(),
        }))
    }
}
