//! The encoder's thread: takes orders, makes samples, writes them, and lets go of everything when it was disowned.
//!
//! Its state outlives a panic: the next thread closes the film as far as it goes, says so when the episode ends, and
//! goes on with the one after.

mod closing;

use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::SyncSender;
use std::time::Duration;

use pixels::CameraFrame;
use stdx::watchdog::Heart;
use stdx::{Clock, failpoint};

use super::episode::{Encoded, Episode};
use super::feed::{Feed, Next, Order};
use super::film::Parts;
use super::press::Press;
use super::status::{EncoderEvent, EncoderState};
use super::thrift::{Level, Thrift, ThriftChange};
use super::{EncoderConfig, FootageKind};
use crate::encode::Coded;
use crate::error::VideoError;

/// Longest that the thread waits for an order between two signs of life.
const WAIT: Duration = Duration::from_millis(100);
/// Time between two moments at which a film would survive a loss of power.
const SYNC_EVERY: Duration = Duration::from_secs(1);

pub(super) struct Work {
    config: EncoderConfig,
    parts: Arc<Parts>,
    feed: Arc<Feed>,
    clock: Arc<dyn Clock>,
    generation: u64,
    press: Press,
    thrift: Thrift,
    samples: Coded,
    episode: Option<Episode>,
    /// Whoever waits for the end of the open episode.
    ending: Option<SyncSender<Encoded>>,
}

/// The thread's body.
pub(super) fn run(work: &mut Work, heart: &Heart, restarts: u32) {
    if restarts > 0 {
        work.after_failure();
    }
    loop {
        heart.beat();
        if !work.step(WAIT) {
            return;
        }
    }
}

impl Work {
    pub fn new(
        config: &EncoderConfig,
        parts: &Arc<Parts>,
        feed: &Arc<Feed>,
        clock: &Arc<dyn Clock>,
    ) -> Result<Self, VideoError> {
        let level = Level {
            gop: config.gop.max(1),
            quantizer: config.quantizer,
        };
        let thrift = match config.footage {
            FootageKind::Film(_) => Thrift::new(level, config.fps, config.queue()),
            FootageKind::Pngs => Thrift::fixed(level, config.fps, config.queue()),
        };
        Ok(Self {
            press: press(config, level, parts)?,
            config: config.clone(),
            parts: Arc::clone(parts),
            generation: feed.generation(),
            feed: Arc::clone(feed),
            clock: Arc::clone(clock),
            thrift,
            samples: Coded::default(),
            episode: None,
            ending: None,
        })
    }

    /// Takes one order, or waits for it. Whether there may be more.
    pub fn step(&mut self, patience: Duration) -> bool {
        match self.feed.take(self.generation, patience) {
            Next::Order(order, behind) => self.take(order, behind),
            Next::Nothing => self.sync_when_due(),
            Next::Closed => {
                self.end();
                return false;
            }
            Next::Disowned => {
                self.let_go();
                return false;
            }
        }
        true
    }

    fn take(&mut self, order: Order, behind: usize) {
        match order {
            Order::Begin { path, episode } => {
                self.end();
                self.begin(Episode::new(episode, path, self.clock.now()));
            }
            Order::Picture(frame) => self.picture(Some(&frame), Some(behind)),
            Order::Repeat { want_of_time, .. } => {
                if want_of_time {
                    self.no_time();
                }
                // One that is repeated for want of time is cheap, and says nothing of what pictures cost.
                self.picture(None, (!want_of_time).then_some(behind));
            }
            Order::End { reply, .. } => {
                self.ending = Some(reply);
                self.end();
            }
            Order::Discard => self.discard(),
        }
    }

    fn begin(&mut self, episode: Episode) {
        let (level, (thrift, thriftiest)) = (self.thrift.level(), self.thrift.steps());
        self.feed.show(|status| {
            status.state = EncoderState::Encoding;
            (status.samples, status.undecodable) = (0, 0);
            status.repeated_for_want_of_time = 0;
            status.trouble = None;
            (status.level, status.thrift, status.thriftiest) = (level, thrift, thriftiest);
        });
        self.feed
            .works_on(Some((episode.number, episode.path.clone())));
        self.episode = Some(episode);
    }

    fn no_time(&mut self) {
        let Some(episode) = &mut self.episode else {
            return;
        };
        episode.repeated += 1;
        if episode.repeated == 1 {
            self.feed.tell(|camera| EncoderEvent::NoTime { camera });
        }
    }

    /// One more sample: of this picture, or of the one before. `behind` wait, where its cost is to be judged by.
    fn picture(&mut self, frame: Option<&CameraFrame>, behind: Option<usize>) {
        let Some(episode) = &mut self.episode else {
            return;
        };
        if episode.failure.is_some() {
            return;
        }
        let begun = self.clock.now();
        if let Some(frame) = frame {
            match self.press.show(frame) {
                Ok(()) => episode.shown = true,
                Err(error) => {
                    episode.unreadable();
                    if episode.undecodable == 1 {
                        let sample = episode.asked;
                        let why = format!("{error}. {}", error.remedy());
                        self.feed.tell(|camera| EncoderEvent::Undecodable {
                            camera,
                            sample,
                            why,
                        });
                    }
                }
            }
        }
        if !episode.shown {
            self.press.show_black();
            episode.shown = true;
        }
        if let Err(error) = self.press_and_write() {
            self.fail(error);
            return;
        }
        let cost = self.clock.now().since(begun);
        if let Some(behind) = behind
            && let Err(error) = self.be_thrifty(behind, cost)
        {
            self.fail(error);
            return;
        }
        self.publish();
        self.sync_when_due();
    }

    fn press_and_write(&mut self) -> Result<(), VideoError> {
        failpoint::error("encoder.picture").map_err(VideoError::io(
            "encoding a picture",
            Path::new(&self.config.key),
        ))?;
        let Some(episode) = &mut self.episode else {
            return Ok(());
        };
        let key = episode.since_key == 0 || episode.since_key >= self.thrift.level().gop;
        self.samples.clear();
        self.press
            .press(key, &mut self.samples, &mut episode.stats)?;
        episode.since_key = if key { 1 } else { episode.since_key + 1 };
        episode.asked += 1;
        self.write()
    }

    /// Hands the samples to the film, which begins with the first.
    fn write(&mut self) -> Result<(), VideoError> {
        // Between a thread that hung here and the one in its place, only one may write.
        if !self.feed.owned_by(self.generation) {
            return Err(self.disowned());
        }
        let Some(episode) = &mut self.episode else {
            return Ok(());
        };
        for (sample, key) in self.samples.iter() {
            let film = match &mut episode.film {
                Some(film) => film,
                none => none.insert((self.parts.film)(&episode.path, self.press.track()?)?),
            };
            episode.begun = true;
            let before = film.samples();
            match film.push(sample, key) {
                Ok(()) => well(&self.feed, &mut episode.trouble),
                // Kept, and tried again with the next.
                Err(error) if film.samples() > before => {
                    ill(&self.feed, &mut episode.trouble, &error);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn be_thrifty(&mut self, behind: usize, cost: Duration) -> Result<(), VideoError> {
        let Some(from) = self.thrift.after(behind, cost) else {
            return Ok(());
        };
        let to = self.thrift.level();
        let Some(episode) = &mut self.episode else {
            return Ok(());
        };
        let change = ThriftChange {
            sample: episode.asked,
            from,
            to,
            waiting: behind,
        };
        episode.thrift.push(change);
        if from.quantizer != to.quantizer {
            episode.since_key = 0;
            self.samples.clear();
            self.press.set_quantizer(to.quantizer, &mut self.samples)?;
            self.write()?;
        }
        self.feed
            .tell(|camera| EncoderEvent::Thrift { camera, change });
        Ok(())
    }

    fn publish(&self) {
        let Some(episode) = &self.episode else {
            return;
        };
        let (level, (thrift, thriftiest)) = (self.thrift.level(), self.thrift.steps());
        let cost = self.thrift.cost();
        self.feed.spent(self.thrift.spent());
        self.feed.show(|status| {
            status.samples = episode.asked;
            status.repeated_for_want_of_time = episode.repeated;
            status.undecodable = episode.undecodable;
            status.cost = cost;
            (status.level, status.thrift, status.thriftiest) = (level, thrift, thriftiest);
        });
    }

    fn sync_when_due(&mut self) {
        let now = self.clock.now();
        let Some(episode) = &mut self.episode else {
            return;
        };
        let due = now.since(episode.synced_at) >= SYNC_EVERY;
        let samples = episode.samples();
        if let Some(film) = &mut episode.film
            && due
            && samples > episode.synced
            && self.feed.owned_by(self.generation)
        {
            match film.sync() {
                Ok(()) => {
                    episode.synced = samples;
                    well(&self.feed, &mut episode.trouble);
                }
                Err(error) => ill(&self.feed, &mut episode.trouble, &error),
            }
            episode.synced_at = self.clock.now();
        }
    }
}

fn press(config: &EncoderConfig, level: Level, parts: &Parts) -> Result<Press, VideoError> {
    Press::new(config.footage, config.size, config.fps, level, parts)
}

/// With what can be done, on a line of its own because paths come last.
pub(super) fn told(error: &VideoError) -> String {
    format!("{error}\n{}", error.remedy())
}

fn well(feed: &Feed, trouble: &mut bool) {
    if std::mem::take(trouble) {
        feed.show(|status| status.trouble = None);
        feed.tell(|camera| EncoderEvent::DiskAgain { camera });
    }
}

fn ill(feed: &Feed, trouble: &mut bool, error: &VideoError) {
    let why = told(error);
    feed.show(|status| status.trouble = Some(why.clone()));
    if !std::mem::replace(trouble, true) {
        feed.tell(|camera| EncoderEvent::DiskTrouble { camera, why });
    }
}
