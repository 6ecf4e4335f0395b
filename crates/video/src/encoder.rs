//! The thread `enc:<key>` that makes one camera's film while it is recorded, and the handle of whoever records.
//!
//! The thread lives for the session; episodes come one after the other, and the next may begin while the one before is
//! still being closed. Every push and every repeat becomes exactly one sample: a picture that finds the queue full beyond
//! the stall budget, or whose bytes are none, repeats the one before and is counted. Before that happens the film becomes
//! cheaper ([`Level`]), and the person is told. A thread that panics loses its episode's rest, not the session; one that
//! hangs is never waited for.
//! Not here: which picture belongs to which row (`recorder`), who looks after the thread (its owner, by [`EncoderHandle::look`]).

mod episode;
mod feed;
mod film;
mod forsaken;
mod press;
mod status;
#[cfg(test)]
mod tests;
mod thrift;
mod work;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError, sync_channel};
use std::time::Duration;

use pixels::{CameraFrame, Size};
use stdx::Clock;
use stdx::watchdog::{Policy, RESTARTS_COUNT_FOR, Seen, Watchdog};

use crate::codec::Codec;
use crate::encode::Quantizer;
use crate::error::VideoError;

pub use episode::Encoded;
pub use film::{GrowingFilm, Parts};
pub use status::{EncoderEvent, EncoderState, EncoderStatus};
pub use thrift::{Level, ThriftChange};

use feed::Feed;
use work::Work;

/// Pictures from one key picture to the next, as LeRobot has it: what random access in training wants.
pub const DEFAULT_GOP: u32 = 2;
/// Longest that one who records waits for room in the queue; it comes back at a twentieth of the time that passes, so
/// that an encoder that is too slow for good costs the recording no more than that share.
pub const STALL_BUDGET: Duration = Duration::from_millis(50);
/// Most pictures that wait: two seconds of them, and no more than this. That much is for a disk that does not answer for
/// a moment, and costs no picture.
const MOST_WAITING: usize = 64;
/// As long as pictures may wait once the encoder is too slow for good, although nothing cheaper is left. They would wait
/// for ever then; and with the half second that a film's last fragment may be behind, a kill costs no more than a second.
const SPENT_WAIT: Duration = Duration::from_millis(400);
/// Memory that waiting pictures may take, judged by uncompressed ones.
const MOST_BYTES: usize = 96 << 20;
/// Longest that the end of a thread is waited for that gives no sign of life: whoever ends it may be wanted elsewhere, and a
/// film that is still open then can be recovered.
const ENDS_WITHIN: Duration = Duration::from_millis(500);
/// Time between two looks at the thread while its end is waited for.
const LOOK: Duration = Duration::from_millis(5);

/// What an episode's pictures become.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FootageKind {
    /// An mp4.
    Film(Codec),
    /// A file of PNGs ([`crate::pngs`]), for `image` datasets.
    Pngs,
}

/// What one camera's encoder is to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EncoderConfig {
    /// Name of the camera; the thread is called after it.
    pub key: String,
    /// Film or PNGs.
    pub footage: FootageKind,
    /// Size of every picture, upright.
    pub size: Size,
    /// Pictures a second.
    pub fps: u32,
    /// Pictures from one key picture to the next while there is time enough.
    pub gop: u32,
    /// How coarse the film is while there is time enough.
    pub quantizer: Quantizer,
}

impl EncoderConfig {
    /// H.264 as a recording has it unless it asks for something else.
    pub fn new(key: impl Into<String>, size: Size, fps: u32) -> Self {
        Self {
            key: key.into(),
            footage: FootageKind::Film(Codec::H264),
            size,
            fps,
            gop: DEFAULT_GOP,
            quantizer: Quantizer::DEFAULT,
        }
    }

    /// Pictures that may wait for the encoder: two seconds of them, 64 at most, fewer of very large ones.
    pub fn queue(&self) -> usize {
        let by_memory = MOST_BYTES / (self.size.pixels() * 2);
        (2 * self.fps as usize)
            .min(MOST_WAITING)
            .min(by_memory)
            .max(4)
    }

    /// The same for an encoder that is too slow for good: [`SPENT_WAIT`] of them.
    fn spent_queue(&self) -> usize {
        let pictures = SPENT_WAIT.as_millis() * u128::from(self.fps) / 1000;
        usize::try_from(pictures)
            .unwrap_or(usize::MAX)
            .max(4)
            .min(self.queue())
    }
}

/// What became of a picture that was handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "a row whose picture was repeated or lost has to say so"]
pub enum Pushed {
    /// It will be in the film.
    Taken,
    /// There was no room for it within the stall budget: the film repeats the picture before.
    Repeated,
    /// No film takes it: none is open, or it failed and the episode's samples end here.
    Lost,
}

/// The recording end. Dropping it lets the thread close what is open and waits for it, but not for one that hangs.
#[derive(Debug)]
pub struct EncoderHandle {
    feed: Arc<Feed>,
    watchdog: Watchdog<Work, ()>,
}

/// Starts the encoder of one camera. Its thread is named after the camera, whatever the policy says.
///
/// # Errors
/// When there can be no such film, or the system has no room for another thread.
pub fn start(
    config: EncoderConfig,
    policy: Policy,
    clock: Arc<dyn Clock>,
) -> Result<EncoderHandle, VideoError> {
    start_with(config, Parts::default(), policy, clock)
}

/// As [`start`], made of other parts: an encoder of the system's, or a disk that fails.
///
/// # Errors
/// As [`start`].
pub fn start_with(
    config: EncoderConfig,
    parts: Parts,
    policy: Policy,
    clock: Arc<dyn Clock>,
) -> Result<EncoderHandle, VideoError> {
    let policy = Policy {
        thread: stdx::thread::name(&format!("enc:{}", config.key)),
        ..policy
    };
    let feed = Arc::new(Feed::new(&config, Arc::clone(&clock)));
    let parts = Arc::new(parts);
    let work = Work::new(&config, &parts, &feed, &clock)?;
    let anew = {
        let (feed, clock) = (Arc::clone(&feed), Arc::clone(&clock));
        move || {
            feed.disown();
            Work::new(&config, &parts, &feed, &clock).ok()
        }
    };
    let watchdog = Watchdog::start(policy, clock, work, work::run)
        .map_err(|error| VideoError::Encoder {
            problem: format!("the system has no room for an encoder's thread: {error}"),
        })?
        .or_anew(anew)
        .forgiving(RESTARTS_COUNT_FOR);
    Ok(EncoderHandle { feed, watchdog })
}

impl EncoderHandle {
    /// Begins an episode's film; nothing may be at `path` yet. What is still open is closed first.
    pub fn begin(&mut self, path: PathBuf) {
        self.feed.begin(path);
    }

    /// Hands over the next picture. Waits for room within the stall budget, and never for the disk.
    pub fn push(&mut self, picture: CameraFrame) -> Pushed {
        self.feed.push(picture)
    }

    /// The next sample shows the same picture as the one before; black when there is none.
    pub fn repeat(&mut self) -> Pushed {
        self.feed.repeat()
    }

    /// Ends the episode. Everything that was handed over before is still encoded; the next may begin at once.
    pub fn end(&mut self) -> Ending {
        let (reply, answer) = sync_channel(1);
        let ticket = self.feed.end(reply);
        Ending {
            feed: Arc::clone(&self.feed),
            ticket,
            answer,
        }
    }

    /// Drops the episode and removes its file.
    pub fn discard(&mut self) {
        self.feed.discard();
    }

    /// Looks at the thread once, which is started again where it may be: to be called often.
    pub fn look(&mut self) -> Seen {
        let seen = self.watchdog.look();
        if let Some(path) = self.feed.take_forsaken()
            && let Err(error) = forsaken::part(&path)
        {
            let why = work::told(&error);
            self.feed
                .tell(|camera| EncoderEvent::DiskTrouble { camera, why });
        }
        match &seen {
            Seen::Failed(failed) if failed.for_good() => self.feed.give_up(&failed.to_string()),
            Seen::Ended => self.feed.give_up("the encoder's thread has ended"),
            _ => {}
        }
        seen
    }

    /// Waits for the end of an episode, looking at the thread meanwhile; what was seen goes to `seen`. `None` when
    /// it takes longer than `patience`; the ending may be asked again.
    pub fn wait(
        &mut self,
        ending: &Ending,
        patience: Duration,
        mut seen: impl FnMut(Seen),
    ) -> Option<Result<Encoded, VideoError>> {
        let mut waited = Duration::ZERO;
        loop {
            if let Some(answer) = ending.wait(LOOK.min(patience)) {
                return Some(answer);
            }
            match self.look() {
                Seen::Well => {}
                news => seen(news),
            }
            waited += LOOK;
            if waited >= patience {
                return ending.answer();
            }
        }
    }

    /// What the encoder is doing.
    pub fn status(&self) -> EncoderStatus {
        self.feed.status()
    }

    /// What the person should be told since this was asked last.
    pub fn take_events(&self) -> Vec<EncoderEvent> {
        self.feed.take_events()
    }
}

impl Drop for EncoderHandle {
    fn drop(&mut self) {
        self.feed.close();
        self.watchdog.hurry(ENDS_WITHIN);
    }
}

/// The end of an episode, which takes as long as what still waits for the encoder.
#[derive(Debug)]
pub struct Ending {
    feed: Arc<Feed>,
    ticket: u64,
    answer: Receiver<Encoded>,
}

impl Ending {
    /// The answer, if there is one already.
    pub fn answer(&self) -> Option<Result<Encoded, VideoError>> {
        match self.answer.try_recv() {
            Ok(encoded) => Some(Ok(encoded)),
            Err(TryRecvError::Disconnected) => Some(Err(self.feed.lost())),
            Err(TryRecvError::Empty) => self.gone(),
        }
    }

    /// Waits for it, but not for a thread that was given up.
    pub fn wait(&self, patience: Duration) -> Option<Result<Encoded, VideoError>> {
        match self.answer.recv_timeout(patience) {
            Ok(encoded) => Some(Ok(encoded)),
            Err(RecvTimeoutError::Disconnected) => Some(Err(self.feed.lost())),
            Err(RecvTimeoutError::Timeout) => self.gone(),
        }
    }

    fn gone(&self) -> Option<Result<Encoded, VideoError>> {
        if !self.feed.orphaned(self.ticket) {
            return None;
        }
        // It may have answered just before it was given up.
        Some(match self.answer.try_recv() {
            Ok(encoded) => Ok(encoded),
            Err(_) => Err(self.feed.lost()),
        })
    }
}
