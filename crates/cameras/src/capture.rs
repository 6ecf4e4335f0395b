//! What a camera's thread does: opens the device, takes its pictures, looks them over, hands them on; when the device
//! is gone, opens it again until it is back.
//!
//! Invariant: a picture that is not whole reaches nobody. Everything is done in turns that end within [`WAIT`], so
//! that a stop is soon heard and a sign of life is given; only opening a device may take longer.
//! Not here: what is wrong with a picture (`check`), when a camera is ready (`warmup`).

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use pixels::{CameraFrame, PictureError, PictureWriter, Pool};
use stdx::watchdog::Heart;
use stdx::{Clock, failpoint};
use units::MonoTime;

use crate::camera::Shared;
use crate::check::check;
use crate::config::{CameraConfig, ControlSetting};
use crate::device::{Device, OpenDevice, Opened};
use crate::error::CameraError;
use crate::pace::Arrivals;
use crate::status::{CameraEvent, CameraState, Trouble};
use crate::warmup::{Warming, Warmth};

/// Longest wait for a picture in one turn.
pub(crate) const WAIT: Duration = Duration::from_millis(100);
/// A device that sends nothing for so long after it was opened is opened anew. Webcams take up to three seconds.
pub(crate) const FIRST: Duration = Duration::from_secs(5);
/// A stream that stops for so long is opened anew.
pub(crate) const STALL: Duration = Duration::from_secs(2);
/// How long opening is tried at the start where trying again may help.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);
/// Time between two tries: it doubles from the first to the last.
const BACKOFF: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(2));

/// Where pictures go. Outlives a thread that hangs.
#[derive(Debug)]
pub(crate) struct Outlet {
    writer: Mutex<PictureWriter>,
    pool: Pool,
}

impl Outlet {
    pub(crate) fn new(writer: PictureWriter, ring: usize) -> Self {
        Self {
            writer: Mutex::new(writer),
            // The ring's, and those in the hands of the recorder, the encoder and a preview.
            pool: Pool::new(ring + 8),
        }
    }
}

/// What a camera's thread works on.
pub(crate) struct Capture {
    config: CameraConfig,
    open: Box<dyn OpenDevice>,
    clock: Arc<dyn Clock>,
    shared: Arc<Shared>,
    outlet: Arc<Outlet>,
    turn: u64,
    device: Option<Box<dyn Device>>,
    /// What it agreed to when it was opened first: another camera, or another picture, is not taken for it.
    first: Option<Opened>,
    began_at: MonoTime,
    /// When the last good picture came, or the device was opened.
    heard_at: MonoTime,
    any_since_open: bool,
    lost_at: Option<MonoTime>,
    again_at: MonoTime,
    backoff: Duration,
    arrivals: Arrivals,
    warming: Option<Warming>,
    slow: bool,
    missed_before: u64,
    next_told_bad: u64,
    /// Controls that were set while it was open: the way to the device does not know of them.
    set_since: Vec<ControlSetting>,
}

impl fmt::Debug for Capture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Capture")
            .field("config", &self.config)
            .field("open", &self.open.describe())
            .finish_non_exhaustive()
    }
}

/// Sets a control; what the camera says against it is told. Whether it is set.
fn set(device: &mut dyn Device, setting: &ControlSetting, shared: &Shared) -> bool {
    let done = device.set(setting);
    if let Err(error) = &done {
        shared.tell(CameraEvent::NotSet(Trouble::from(error)));
    }
    done.is_ok()
}

impl Capture {
    pub(crate) fn new(
        config: CameraConfig,
        open: Box<dyn OpenDevice>,
        clock: Arc<dyn Clock>,
        shared: Arc<Shared>,
        outlet: Arc<Outlet>,
    ) -> Self {
        let now = clock.now();
        Self {
            config,
            open,
            clock,
            shared,
            outlet,
            turn: 0,
            device: None,
            first: None,
            began_at: now,
            heard_at: now,
            any_since_open: false,
            lost_at: None,
            again_at: now,
            backoff: BACKOFF.0,
            arrivals: Arrivals::default(),
            warming: None,
            slow: false,
            missed_before: 0,
            next_told_bad: 1,
            set_since: Vec::new(),
        }
    }

    /// The thread's body: until somebody stops it, it is refused, or another thread has taken over.
    pub(crate) fn run(&mut self, heart: &Heart, restarts: u32) {
        self.turn = self.shared.take_turn();
        if restarts > 0 {
            // Whoever had the device before cannot say how it left it.
            self.device = None;
            let now = self.clock.now();
            let died = Trouble {
                code: "camera_thread",
                why: format!("the thread of camera {} failed", self.config.key),
                remedy: "It was started again; nothing needs to be done.".to_owned(),
            };
            if self.first.is_some() || self.shared.status().opened.is_some() {
                self.first = self.first.take().or(self.shared.status().opened.clone());
                self.lose(died, now);
            } else {
                self.began_at = now;
                self.again_at = now;
            }
        }
        while self.goes_on() {
            heart.beat();
            failpoint::here("camera.turn");
            if !self.turn() {
                break;
            }
        }
        // Here, so that closing it is this thread's work and its failure this thread's panic.
        self.device = None;
        if self.shared.has_turn(self.turn) && self.shared.stopped() {
            self.shared.status().state = CameraState::Stopped;
        }
    }

    fn goes_on(&self) -> bool {
        !self.shared.stopped() && self.shared.has_turn(self.turn)
    }

    /// One wait for a picture, or one try to open the device. False when there is nothing left to do.
    fn turn(&mut self) -> bool {
        let now = self.clock.now();
        let Some(device) = &mut self.device else {
            if now < self.again_at {
                self.clock.sleep_until(self.again_at.min(now + WAIT));
                return true;
            }
            return self.try_open(now);
        };
        let wishes = self.shared.wishes();
        if !wishes.is_empty() {
            for wish in wishes {
                if set(&mut **device, &wish, &self.shared) {
                    self.set_since.retain(|known| known.name != wish.name);
                    self.set_since.push(wish);
                }
            }
            self.shared.put_controls(device.controls());
        }
        let mut buffer = self.outlet.pool.take();
        let came = device.next(WAIT, &mut buffer);
        let missed = device.missed();
        let now = self.clock.now();
        match came {
            Ok(Some(())) => {
                self.shared.status().missed = self.missed_before + missed;
                self.picture(buffer, now);
            }
            Ok(None) => self.nothing(now),
            Err(error) => self.lose(Trouble::from(&error), now),
        }
        true
    }

    fn try_open(&mut self, now: MonoTime) -> bool {
        let opened = self.open.open().and_then(|device| {
            self.same(device.info())?;
            Ok(device)
        });
        let after = self.clock.now();
        match opened {
            Ok(device) => {
                let info = device.info().clone();
                let mut status = self.shared.status();
                status.opened = Some(info.clone());
                if self.first.is_none() {
                    status.state = CameraState::Warming;
                }
                drop(status);
                self.first.get_or_insert(info);
                let mut device = device;
                for setting in &self.set_since {
                    set(&mut *device, setting, &self.shared);
                }
                self.shared.put_controls(device.controls());
                self.device = Some(device);
                self.missed_before = self.shared.status().missed;
                self.heard_at = after;
                self.any_since_open = false;
                self.slow = false;
                if self.shared.status().warmed_in.is_none() {
                    self.warming = Some(Warming::new(self.config.warmup));
                }
                true
            }
            Err(error) if self.first.is_none() => {
                if error.may_pass() && now.since(self.began_at) < PATIENCE {
                    self.later(after);
                    return true;
                }
                let trouble = Trouble::from(&error);
                self.shared.status().state = CameraState::Refused(trouble.clone());
                self.shared.tell(CameraEvent::Refused(trouble));
                false
            }
            Err(error) => {
                self.still_lost(&error);
                self.later(after);
                true
            }
        }
    }

    /// Whether this is the camera that was opened first, with the pictures that it gave.
    fn same(&self, now: &Opened) -> Result<(), CameraError> {
        if let Some(first) = &self.first
            && first.identity != now.identity
        {
            return Err(CameraError::Another {
                wanted: format!("{} ({})", first.name, first.identity),
                found: format!("{} ({})", now.name, now.identity),
            });
        }
        if now.size != self.config.size {
            return Err(CameraError::Disobeys {
                name: now.name.clone(),
                wanted: self.config.size.to_string(),
                given: now.size.to_string(),
            });
        }
        Ok(())
    }

    fn picture(&mut self, buffer: pixels::PoolBuffer, now: MonoTime) {
        let Some(device) = &self.device else { return };
        let info = device.info();
        if let Err(why) = check(info.format, self.config.size, &buffer) {
            self.bad(&why, now);
            return;
        }
        let format = info.format;
        let sequence = {
            let status = self.shared.status();
            status.pictures + status.bad + status.missed
        };
        let mut frame = CameraFrame {
            format,
            size: self.config.size,
            rotation: self.config.rotation,
            sequence,
            arrived_at: now,
            bytes: buffer.share(),
        };
        let (arrived_at, overwritten) = {
            let writer = self
                .outlet
                .writer
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            if !self.shared.has_turn(self.turn) {
                return;
            }
            (writer.push(frame.clone()), writer.overwritten())
        };
        frame.arrived_at = arrived_at;
        self.shared.show(&frame);
        self.heard_at = arrived_at;
        self.any_since_open = true;
        self.backoff = BACKOFF.0;
        self.arrivals.push(arrived_at);
        let mut status = self.shared.status();
        status.pictures += 1;
        status.overwritten = overwritten;
        status.last_arrival = Some(arrived_at);
        status.pace = self.arrivals.pace();
        drop(status);
        self.back(arrived_at);
        self.warm(&frame, arrived_at);
        self.watch_rate();
    }

    fn bad(&mut self, error: &PictureError, now: MonoTime) {
        let why = error.to_string();
        let mut status = self.shared.status();
        status.bad += 1;
        status.last_bad = Some(why.clone());
        let bad = status.bad;
        drop(status);
        if bad >= self.next_told_bad {
            self.next_told_bad = bad * 10;
            self.shared.tell(CameraEvent::Bad {
                bad,
                why,
                remedy: error.remedy().to_owned(),
            });
        }
        // Nothing but bad ones is as good as none.
        self.nothing(now);
    }

    fn nothing(&mut self, now: MonoTime) {
        let waited = now.since(self.heard_at);
        let patience = if self.any_since_open { STALL } else { FIRST };
        if waited < patience {
            return;
        }
        let name = self
            .device
            .as_ref()
            .map_or_else(|| self.open.describe(), |device| device.info().name.clone());
        self.lose(Trouble::from(&CameraError::Silent { name, waited }), now);
    }

    fn lose(&mut self, trouble: Trouble, now: MonoTime) {
        self.device = None;
        self.warming = None;
        self.lost_at.get_or_insert(now);
        self.arrivals.clear();
        let mut status = self.shared.status();
        let told =
            matches!(&status.state, CameraState::Lost(before) if before.code == trouble.code);
        status.state = CameraState::Lost(trouble.clone());
        status.pace = None;
        drop(status);
        if !told {
            self.shared.tell(CameraEvent::Lost(trouble));
        }
        self.later(now);
    }

    /// A try to have it back failed. That it is not there yet is no news; everything else is.
    fn still_lost(&mut self, error: &CameraError) {
        if matches!(
            error,
            CameraError::NotFound { .. } | CameraError::Lost { .. }
        ) {
            return;
        }
        let trouble = Trouble::from(error);
        let mut status = self.shared.status();
        let told =
            matches!(&status.state, CameraState::Lost(before) if before.code == trouble.code);
        status.state = CameraState::Lost(trouble.clone());
        drop(status);
        if !told {
            self.shared.tell(CameraEvent::Lost(trouble));
        }
    }

    fn later(&mut self, now: MonoTime) {
        self.again_at = now + self.backoff;
        self.backoff = (self.backoff * 2).min(BACKOFF.1);
    }

    /// The first picture after a loss.
    fn back(&mut self, now: MonoTime) {
        let Some(lost_at) = self.lost_at.take() else {
            return;
        };
        let mut status = self.shared.status();
        status.reconnects += 1;
        status.state = match self.warming {
            Some(_) => CameraState::Warming,
            None => CameraState::Streaming,
        };
        drop(status);
        self.shared.tell(CameraEvent::Back {
            after: now.since(lost_at),
        });
    }

    fn warm(&mut self, frame: &CameraFrame, now: MonoTime) {
        let Some(warming) = &mut self.warming else {
            return;
        };
        let Warmth::Ready { after, settled } = warming.picture(frame, now, &self.arrivals) else {
            return;
        };
        self.warming = None;
        let mut status = self.shared.status();
        status.state = CameraState::Streaming;
        status.warmed_in = Some(after);
        drop(status);
        self.shared.tell(CameraEvent::Ready { after, settled });
    }

    /// Tells once when it gives fewer pictures than it agreed to, as webcams do in the dark.
    fn watch_rate(&mut self) {
        let (Some(device), Some(pace)) = (&self.device, self.arrivals.pace()) else {
            return;
        };
        if !self.arrivals.full() {
            return;
        }
        let asked = device.info().fps.get();
        if pace.fps > asked * 0.95 {
            self.slow = false;
        } else if pace.fps < asked * 0.9 && !self.slow {
            self.slow = true;
            self.shared.tell(CameraEvent::Slow {
                asked,
                gives: pace.fps,
            });
        }
    }
}

#[cfg(test)]
mod tests;
