//! What a bus needs of the line under it. A serial port is one; the simulator is another.

use std::io;

use units::MonoTime;

/// A half-duplex byte line with one owner.
///
/// Errors of kind `NotConnected`, `BrokenPipe` or `UnexpectedEof` mean that the line is gone for good
/// (the adapter was unplugged); anything else may pass.
pub trait Port: Send {
    /// The name a person knows the line by, such as `/dev/ttyACM0`.
    fn name(&self) -> &str;

    /// Throws away every byte that has arrived and was not read.
    ///
    /// # Errors
    /// When the line is gone.
    fn discard_input(&mut self) -> io::Result<()>;

    /// Hands all bytes to the line. Does not wait until they are on the wire.
    ///
    /// # Errors
    /// When the line is gone or takes nothing within 50 ms.
    fn send(&mut self, bytes: &[u8]) -> io::Result<()>;

    /// Waits until at least one byte is there or `deadline` passes, without spinning, and moves what is
    /// there into `buffer`. Returns the number of bytes; 0 means that the deadline passed. Called after the
    /// deadline it still moves what is already there, without waiting.
    ///
    /// # Errors
    /// When the line is gone.
    fn receive(&mut self, buffer: &mut [u8], deadline: MonoTime) -> io::Result<usize>;

    /// Changes the line's rate; bytes in flight may be lost.
    ///
    /// # Errors
    /// When the line cannot run at `baud`.
    fn set_baud(&mut self, baud: u32) -> io::Result<()>;

    /// The line's present rate in bits per second.
    fn baud(&self) -> u32;

    /// A second handle on the same line, for whoever must act when the first one's owner no longer can. The two must
    /// never be used at the same time; [`crate::Lifeline`] sees to that.
    ///
    /// # Errors
    /// When the line cannot be had twice.
    fn try_clone(&self) -> io::Result<Box<dyn Port>> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

impl<P: Port + ?Sized> Port for Box<P> {
    fn name(&self) -> &str {
        (**self).name()
    }

    fn discard_input(&mut self) -> io::Result<()> {
        (**self).discard_input()
    }

    fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        (**self).send(bytes)
    }

    fn receive(&mut self, buffer: &mut [u8], deadline: MonoTime) -> io::Result<usize> {
        (**self).receive(buffer, deadline)
    }

    fn set_baud(&mut self, baud: u32) -> io::Result<()> {
        (**self).set_baud(baud)
    }

    fn baud(&self) -> u32 {
        (**self).baud()
    }

    fn try_clone(&self) -> io::Result<Box<dyn Port>> {
        (**self).try_clone()
    }
}
