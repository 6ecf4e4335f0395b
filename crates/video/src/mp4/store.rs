//! Where a film is written: a file; in tests also a disk that fills, or one that is cut.

use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};

/// Something that keeps bytes at offsets. A write may fail and leave any part of it behind.
pub trait Store {
    /// Puts `bytes` at `offset`, beyond the present end if need be.
    ///
    /// # Errors
    /// When they do not all fit; some may have been written.
    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()>;

    /// Makes everything written so far outlast a loss of power.
    ///
    /// # Errors
    /// When the system cannot promise that.
    fn sync(&mut self) -> io::Result<()>;
}

impl Store for File {
    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        stdx::failpoint::error("video.write")?;
        self.seek(SeekFrom::Start(offset))?;
        self.write_all(bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        stdx::failpoint::error("video.sync")?;
        self.sync_data()
    }
}
