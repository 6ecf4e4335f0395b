//! Pushes what was written to the disk while the rest is still being written, so that the sync at the end is short.
//!
//! One thread that owns a handle of the file and nothing else. Where it cannot be started, everything is
//! synced at the end instead.

use std::fs::File;
use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::time::Duration;

use stdx::thread::{Intent, Joined, spawn};

/// Bytes between two pushes: large enough for the disk to write in one go.
const PUSH_EVERY: u64 = 32 << 20;
/// Time between two signs of life of who waits for a disk.
const BEAT: Duration = Duration::from_millis(200);

/// The pushing thread, or the promise to sync at the end.
pub(super) struct EarlySync {
    tell: Option<SyncSender<()>>,
    thread: Option<Joined<io::Result<()>>>,
    /// Hangs up when the thread is done.
    done: Receiver<()>,
    spare: File,
    unpushed: u64,
}

impl EarlySync {
    /// Starts pushing `file`; `spare` is a second handle of it for when there is no thread to be had.
    pub fn start(file: File, spare: File) -> Self {
        // Room for one wish: while a push runs, the next one is already covered by a single further push.
        let (tell, told) = sync_channel(1);
        let (hold, done) = sync_channel(1);
        let thread = spawn("zip-sync", Intent::Encode, move || {
            let _hold: SyncSender<()> = hold;
            while told.recv().is_ok() {
                file.sync_data()?;
            }
            file.sync_all()
        })
        .inspect_err(|error| tracing::warn!(%error, "no thread for early syncing"))
        .ok();
        Self {
            tell: Some(tell),
            thread,
            done,
            spare,
            unpushed: 0,
        }
    }

    /// Counts written bytes and asks for a push when enough have come together. Never waits.
    pub fn wrote(&mut self, bytes: u64) {
        self.unpushed += bytes;
        if self.unpushed < PUSH_EVERY {
            return;
        }
        self.unpushed = 0;
        if let Some(tell) = &self.tell {
            match tell.try_send(()) {
                // Full: a push is due anyway. Disconnected: the thread failed, and `wait` says how.
                Ok(()) | Err(TrySendError::Full(()) | TrySendError::Disconnected(())) => {}
            }
        }
    }

    /// Nothing more will be written: begins the final sync in the background.
    pub fn finish(&mut self) {
        self.tell = None;
    }

    /// Returns once everything is on the disk, which may take minutes; `beat` is called five times a second meanwhile.
    pub fn wait(mut self, beat: impl Fn()) -> io::Result<()> {
        self.tell = None;
        while let Err(RecvTimeoutError::Timeout) = self.done.recv_timeout(BEAT) {
            beat();
        }
        match self.thread.take() {
            Some(thread) => thread.join().map_err(io::Error::other)?,
            None => self.spare.sync_all(),
        }
    }
}

impl Drop for EarlySync {
    fn drop(&mut self) {
        // The thread is joined when its handle drops, and ends only when nobody can tell it anything.
        self.tell = None;
    }
}
