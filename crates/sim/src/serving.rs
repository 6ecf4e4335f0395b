//! Serves a chain to another process in real time: a thread that hands answers over when they are due and listens in
//! between.
//!
//! Not here: what is at the other end (`pty`, `socket`), what is answered and when (`line`).

use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use stdx::thread::{Intent, Joined, Panicked, spawn};
use units::MonoTime;

use crate::chain::Chain;

/// How long the server sleeps when nothing happens.
const IDLE: Duration = Duration::from_millis(100);
/// Idle sleeps after which an end is told that nobody talks.
const IDLE_SLEEPS: u32 = 5;

/// A kind of device that a client opens.
pub(crate) trait Outlet: Send + Sync + 'static {
    /// The device itself; a new one each time the adapter is plugged in.
    type End: End + Send;

    /// Makes the device and tells where it is.
    fn open(&self, chain: &Chain) -> io::Result<Self::End>;

    /// The device is gone or about to go.
    fn close(&self);
}

/// One device, from the simulator's side.
pub(crate) trait End {
    /// What becomes readable when a client says something.
    fn waits_on(&self) -> BorrowedFd<'_>;

    /// What the client sent; 0 when nothing is there.
    fn read(&mut self, buffer: &mut [u8]) -> usize;

    /// Hands bytes to the client; what it has no room for is lost, as in an adapter nobody reads.
    fn write(&mut self, bytes: &[u8]);

    /// The rate that the client set, if it can set one.
    fn baud(&self) -> Option<u32>;

    /// Nobody has said anything for a while.
    fn idle(&mut self);
}

/// How a chain is served.
#[derive(Debug, Clone)]
pub(crate) struct Manner {
    pub chain: Chain,
    pub spin: Duration,
    pub realtime: bool,
}

/// A chain that is being served. Dropping it stops the thread and takes the device away.
#[derive(Debug)]
pub(crate) struct Server<O> {
    shared: Arc<Shared<O>>,
    waker: UnixStream,
    thread: Option<Joined<()>>,
}

#[derive(Debug)]
struct Shared<O> {
    manner: Manner,
    outlet: O,
    stop: AtomicBool,
}

impl<O: Outlet> Server<O> {
    /// Serves `end`, which `outlet` opened, on a thread of its own.
    pub fn start(manner: Manner, outlet: O, end: O::End) -> io::Result<Self> {
        let shared = Arc::new(Shared {
            manner,
            outlet,
            stop: AtomicBool::new(false),
        });
        let (waker, wake) = UnixStream::pair()?;
        wake.set_nonblocking(true)?;
        let served = Arc::clone(&shared);
        let thread = spawn(
            format!("sim:{}", shared.manner.chain.name()),
            Intent::Control,
            move || served.serve(end, wake),
        )?;
        Ok(Self {
            shared,
            waker,
            thread: Some(thread),
        })
    }

    pub fn outlet(&self) -> &O {
        &self.shared.outlet
    }

    pub fn chain(&self) -> &Chain {
        &self.shared.manner.chain
    }

    /// Pulls the adapter out.
    pub fn unplug(&self) {
        self.chain().unplug();
        self.wake();
    }

    /// Plugs the adapter back in.
    pub fn replug(&self) {
        self.chain().replug();
        self.wake();
    }

    /// Makes the thread look at once.
    pub fn wake(&self) {
        // A full pipe means that the thread is being woken anyway.
        rustix::io::write(&self.waker, &[1]).ok();
    }

    pub fn stop(&mut self) -> Result<(), Panicked> {
        self.end();
        self.thread.take().map_or(Ok(()), Joined::join)
    }
}

impl<O> Server<O> {
    fn end(&self) {
        self.shared.stop.store(true, Ordering::Release);
        rustix::io::write(&self.waker, &[1]).ok();
    }
}

impl<O> Drop for Server<O> {
    fn drop(&mut self) {
        self.end();
    }
}

/// What came of looking for answers that are due.
struct Delivered {
    handed_over: bool,
    /// When the next answer is due, or something else happens.
    next: Option<MonoTime>,
    /// The plugging in of the adapter that holds now; `None` while it is unplugged.
    plugged: Option<u64>,
}

impl<O: Outlet> Shared<O> {
    fn serve(&self, end: O::End, wake: UnixStream) {
        self.sharpen();
        let Manner { chain, spin, .. } = &self.manner;
        let clock = chain.clock();
        let mut plugged = chain.line_as_it_is().plugged;
        let mut end = Some(end);
        let mut idle = 0;
        let mut alert_until = clock.now();
        while !self.stop.load(Ordering::Acquire) {
            let delivered = self.deliver(end.as_mut());
            if delivered.plugged != Some(plugged) && end.take().is_some() {
                self.outlet.close();
            }
            if let Some(now) = delivered.plugged
                && end.is_none()
            {
                plugged = now;
                end = self.outlet.open(chain).ok();
            }
            let now = clock.now();
            if delivered.handed_over {
                alert_until = now + *spin;
            }
            let wait = match delivered.next {
                _ if now < alert_until => Duration::ZERO,
                Some(due) => due.since(now).saturating_sub(*spin).min(IDLE),
                None => IDLE,
            };
            let happened = wait_for(end.as_ref(), &wake, wait);
            let Some(end) = &mut end else { continue };
            if happened {
                idle = 0;
                self.listen(end);
            } else if wait == IDLE {
                idle += 1;
                if idle % IDLE_SLEEPS == 0 {
                    end.idle();
                }
            }
        }
        self.outlet.close();
    }

    /// Hands over what is due.
    fn deliver(&self, mut end: Option<&mut O::End>) -> Delivered {
        let mut buffer = [0; 512];
        let mut handed_over = false;
        loop {
            let now = self.manner.chain.clock().now();
            let mut line = self.manner.chain.line_as_it_is();
            let count = line.host_reads(now, &mut buffer);
            let next = line.next_event();
            let plugged = line.connected.then_some(line.plugged);
            drop(line);
            if let Some(end) = &mut end
                && count > 0
            {
                end.write(&buffer[..count]);
            }
            handed_over |= count > 0;
            if count < buffer.len() {
                return Delivered {
                    handed_over,
                    next,
                    plugged,
                };
            }
        }
    }

    fn listen(&self, end: &mut O::End) {
        let mut buffer = [0; 1024];
        loop {
            let count = end.read(&mut buffer);
            if count == 0 {
                return;
            }
            let at = self.manner.chain.clock().now();
            let baud = end.baud();
            let mut line = self.manner.chain.line_as_it_is();
            if let Some(baud) = baud {
                line.host_baud = baud;
            }
            line.host_sends(at, &buffer[..count]);
            if count < buffer.len() {
                return;
            }
        }
    }

    /// Makes the thread wake when it asked to.
    fn sharpen(&self) {
        if self.manner.realtime {
            stdx::priority::elevate(Intent::Control);
        }
        #[cfg(target_os = "linux")]
        rustix::thread::set_current_timer_slack(std::num::NonZeroU64::new(1)).ok();
    }
}

/// Sleeps until the client sends, somebody wakes the server, or `most` passes. Whether the client sent.
fn wait_for(end: Option<&impl End>, wake: &UnixStream, most: Duration) -> bool {
    let timeout = Timespec {
        tv_sec: most.as_secs() as _,
        tv_nsec: most.subsec_nanos() as _,
    };
    let called = PollFd::from_borrowed_fd(wake.as_fd(), PollFlags::IN);
    let mut both = match end {
        Some(end) => [
            called,
            PollFd::from_borrowed_fd(end.waits_on(), PollFlags::IN),
        ],
        None => [called.clone(), called],
    };
    let fds = &mut both[..1 + usize::from(end.is_some())];
    if poll(fds, Some(&timeout)).is_err() {
        return false;
    }
    if !fds[0].revents().is_empty() {
        let mut calls = [0; 16];
        rustix::io::read(wake, &mut calls).ok();
    }
    fds.get(1)
        .is_some_and(|fd| fd.revents().contains(PollFlags::IN))
}
