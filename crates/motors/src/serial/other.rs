//! The line where there is no `poll`, that is on Windows: `serialport`'s own reading with a time limit.
//!
//! Windows opens a COM port for one program only, so exclusive use needs nothing more. Never run on Windows;
//! compiled on Linux instead of `unix` it passes the terminal's tests but for the words of open errors.

use std::io::{self, Read, Write};
use std::sync::Arc;
use std::time::Duration;

use serialport::ClearBuffer;
use stdx::Clock;
use units::MonoTime;

/// Longest wait for room in the output buffer.
const SEND_PATIENCE: Duration = Duration::from_millis(50);

pub(super) struct Line {
    port: Box<dyn serialport::SerialPort>,
    clock: Arc<dyn Clock>,
}

impl std::fmt::Debug for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Line").finish_non_exhaustive()
    }
}

impl Line {
    pub(super) fn open(path: &str, baud: u32, clock: Arc<dyn Clock>) -> io::Result<Self> {
        let port = serialport::new(path, baud).timeout(SEND_PATIENCE).open()?;
        Ok(Self { port, clock })
    }

    /// The same port once more.
    pub(super) fn try_clone(&self) -> io::Result<Self> {
        Ok(Self {
            port: self.port.try_clone()?,
            clock: Arc::clone(&self.clock),
        })
    }

    pub(super) fn discard_input(&mut self) -> io::Result<()> {
        self.port.clear(ClearBuffer::Input).map_err(gone)
    }

    pub(super) fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.port.set_timeout(SEND_PATIENCE).map_err(gone)?;
        self.port.write_all(bytes)
    }

    pub(super) fn receive(&mut self, buffer: &mut [u8], deadline: MonoTime) -> io::Result<usize> {
        let left = deadline.since(self.clock.now());
        if left.is_zero() && self.port.bytes_to_read().map_err(gone)? == 0 {
            return Ok(0);
        }
        // The system counts whole milliseconds and takes 0 for "for ever".
        self.port
            .set_timeout(left.max(Duration::from_millis(1)))
            .map_err(gone)?;
        match self.port.read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::TimedOut => Ok(0),
            result => result,
        }
    }

    pub(super) fn set_baud(&mut self, baud: u32) -> io::Result<()> {
        Ok(self.port.set_baud_rate(baud)?)
    }
}

/// A port that does not even say how many bytes it holds has been unplugged.
fn gone(error: serialport::Error) -> io::Error {
    io::Error::new(io::ErrorKind::NotConnected, io::Error::from(error))
}
