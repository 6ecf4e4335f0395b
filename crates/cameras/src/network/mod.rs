//! Cameras on the network: phones with a webcam app, ESP32 boards, mjpg-streamer and all else that sends MJPEG over HTTP.
//!
//! A stream of pictures is read as it comes; an address that gives one picture at a time is asked at the wanted rate, and
//! a picture that is the same as the one before is not taken for a new one. Opening waits for a first picture, because
//! only it tells the size. The HTTP is our own: an endless body, read with another time-out for each wait, is what the
//! client libraries do not offer, and one GET is all of it that a camera needs. There is no encryption: the cameras
//! this is for have none.
//! Not here: opening a camera again after it was lost, measuring its rate, counting bad pictures (`capture`).

mod address;
mod dial;
mod error;
mod jpeg_end;
mod pictures;
mod request;
mod response;
#[cfg(test)]
mod samples;
mod session;

use std::sync::Arc;
use std::time::Duration;

use pixels::{PixelFormat, Size};
use stdx::Clock;
use units::{Hz, MonoTime};

use self::address::Address;
use self::dial::Lookup;
use self::session::{Came, Session};
use crate::device::{Device, OpenDevice, Opened};
use crate::error::CameraError;

pub use self::error::NetworkError;
pub use self::session::Patience;

/// An address as it may be shown: without user and password.
pub fn shown(url: &str) -> String {
    Address::parse(url).map_or_else(
        |_| address::without_login(url),
        |address| address.to_string(),
    )
}

/// Redirects that are followed, as browsers of old did.
const REDIRECTS: usize = 5;

/// The way to a camera on the network.
#[derive(Debug)]
pub struct NetworkCamera {
    address: Address,
    size: Size,
    fps: Hz,
    patience: Patience,
    clock: Arc<dyn Clock>,
    lookup: Lookup,
}

impl NetworkCamera {
    /// The camera at `url` (`http://[user:password@]host[:port]/path`), which must send JPEGs of this size. It cannot be
    /// told a rate: the rate is measured, and the rate at which single pictures are asked for.
    ///
    /// # Errors
    /// When `url` is no address that Tendon can speak to.
    pub fn new(
        url: &str,
        size: Size,
        fps: Hz,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, NetworkError> {
        Ok(Self {
            address: Address::parse(url)?,
            size,
            fps,
            patience: Patience::default(),
            clock,
            lookup: Lookup::default(),
        })
    }

    /// With other time-outs than the usual ones.
    #[must_use]
    pub fn with_patience(mut self, patience: Patience) -> Self {
        self.patience = patience;
        self
    }

    fn start(&mut self) -> Result<NetworkDevice, NetworkError> {
        let began = self.clock.now();
        let mut until = began + self.patience.connect;
        let mut answer_by = None;
        let mut address = self.address.clone();
        for _ in 0..=REDIRECTS {
            let numbers = self.lookup.find(&address, &*self.clock, until)?;
            let mut session = Session::start(
                address,
                numbers,
                self.size,
                self.fps.period(),
                Arc::clone(&self.clock),
                until,
            )?;
            // Redirects share what is left: opening must not take longer with them than without.
            until = *answer_by.get_or_insert(self.clock.now() + self.patience.answer);
            let mut size = None;
            while size.is_none() {
                match session.wait(until)? {
                    Came::Picture(None) if self.clock.now() >= until => {
                        return Err(session.why_none(self.clock.now().since(began)));
                    }
                    Came::Picture(told) => size = told,
                    Came::Redirect => break,
                    Came::Nothing if self.clock.now() < until => {}
                    Came::Nothing => return Err(session.why_none(self.clock.now().since(began))),
                }
            }
            let Some(sends) = size else {
                address = session.redirected()?;
                continue;
            };
            return self.opened(session, sends);
        }
        Err(NetworkError::Redirects {
            last: address.to_string(),
        })
    }

    fn opened(&self, mut session: Session, sends: Size) -> Result<NetworkDevice, NetworkError> {
        if sends != self.size {
            return Err(NetworkError::OtherSize {
                asked: self.size,
                sends,
            });
        }
        let mut first = Vec::new();
        session.swap(&mut first);
        let name = self.address.to_string();
        Ok(NetworkDevice {
            info: Opened {
                format: PixelFormat::Mjpg,
                size: sends,
                fps: self.fps,
                identity: name.clone(),
                name,
            },
            session,
            first: Some(first),
            heard_at: self.clock.now(),
            silence: self.patience.silence,
            clock: Arc::clone(&self.clock),
        })
    }
}

impl OpenDevice for NetworkCamera {
    fn open(&mut self) -> Result<Box<dyn Device>, CameraError> {
        match self.start() {
            Ok(device) => Ok(Box::new(device)),
            Err(error) => Err(error.of(&self.address.to_string())),
        }
    }

    fn describe(&self) -> String {
        self.address.to_string()
    }

    fn another(&self) -> Option<Box<dyn OpenDevice>> {
        Some(Box::new(Self {
            address: self.address.clone(),
            clock: Arc::clone(&self.clock),
            lookup: Lookup::default(),
            ..*self
        }))
    }
}

/// An open camera on the network.
struct NetworkDevice {
    info: Opened,
    session: Session,
    /// The picture that told the size.
    first: Option<Vec<u8>>,
    heard_at: MonoTime,
    silence: Duration,
    clock: Arc<dyn Clock>,
}

impl NetworkDevice {
    fn wait(&mut self, wait: Duration, into: &mut Vec<u8>) -> Result<Option<()>, NetworkError> {
        if let Some(first) = self.first.take() {
            *into = first;
            return Ok(Some(()));
        }
        match self.session.wait(self.clock.now() + wait)? {
            Came::Picture(told) => {
                self.heard_at = self.clock.now();
                self.session.swap(into);
                match told {
                    Some(sends) if sends != self.info.size => Err(NetworkError::OtherSize {
                        asked: self.info.size,
                        sends,
                    }),
                    _ => Ok(Some(())),
                }
            }
            Came::Redirect => Err(NetworkError::Closed { in_picture: false }),
            Came::Nothing => {
                let waited = self.clock.now().since(self.heard_at);
                if waited >= self.silence {
                    return Err(NetworkError::Stalled { waited });
                }
                Ok(None)
            }
        }
    }
}

impl Device for NetworkDevice {
    fn info(&self) -> &Opened {
        &self.info
    }

    fn next(&mut self, wait: Duration, into: &mut Vec<u8>) -> Result<Option<()>, CameraError> {
        self.wait(wait, into).map_err(|error| {
            into.clear();
            error.of(&self.info.name)
        })
    }
}
