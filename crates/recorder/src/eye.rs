//! One camera of a session: which of its pictures a row has, and the film they go to.
//!
//! Not here: when episodes begin and end (`process`).

use std::collections::VecDeque;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use dataset::PictureNote;
use protocol::Failure;
use stdx::Clock;
use units::MonoTime;

use crate::event::CameraCounts;
use crate::film::{Film, FilmNews, Reel};
use crate::pictures::{self, Sight};

/// Time between two looks at whether a film is closed.
const LOOK: Duration = Duration::from_millis(1);

/// A camera and its film.
#[derive(Debug)]
pub struct Eye<T> {
    name: Arc<str>,
    sight: Sight,
    film: Box<dyn Film<Stats = T>>,
    /// A film is open.
    filming: bool,
    /// Films that were ended and not taken yet.
    owed: u32,
    /// News that were looked at and not told yet.
    untold: VecDeque<FilmNews>,
}

impl<T: Send + std::fmt::Debug> Eye<T> {
    /// A camera called `name`, whose films `film` makes.
    pub fn new(name: &str, sight: Sight, film: Box<dyn Film<Stats = T>>) -> Self {
        Self {
            name: name.into(),
            sight,
            film,
            filming: false,
            owed: 0,
            untold: VecDeque::new(),
        }
    }

    /// The camera's name.
    pub fn name(&self) -> &Arc<str> {
        &self.name
    }

    pub(crate) fn look(&mut self) {
        self.sight.look();
    }

    pub(crate) fn let_pass(&mut self, observed_at: MonoTime) {
        self.sight.let_pass(observed_at);
    }

    pub(crate) fn begin(&mut self, path: &Path) {
        self.sight.begin();
        self.film.begin(path);
        self.filming = true;
    }

    /// The picture of the row that was observed at `observed_at`. [`Eye::film`] puts it on film.
    pub(crate) fn pick(&mut self, observed_at: MonoTime) -> PictureNote {
        self.sight.pick(observed_at)
    }

    /// Puts the picture of the row that was picked last on film.
    pub(crate) fn film(&mut self, note: &PictureNote) {
        match self.sight.newest() {
            Some(picture) if pictures::is_new(note) => self.film.push(picture),
            _ => self.film.repeat(),
        }
    }

    pub(crate) fn end(&mut self) {
        if std::mem::take(&mut self.filming) {
            self.film.end();
            self.owed += 1;
        }
    }

    /// Waits for the film that was ended last; films before it are let go of. As long as its maker is alive: one that
    /// hangs is given up by its own watchdog, and answers then.
    pub(crate) fn reel(&mut self, clock: &dyn Clock) -> Result<Reel<T>, Failure> {
        loop {
            if let Some(reel) = self.film.take() {
                self.owed = self.owed.saturating_sub(1);
                if self.owed == 0 {
                    return reel;
                }
                continue;
            }
            stdx::watchdog::alive();
            clock.sleep(LOOK);
        }
    }

    /// Closes whatever is open and lets go of it.
    pub(crate) fn close(&mut self, clock: &dyn Clock) {
        self.end();
        if self.owed > 0
            && let Err(failure) = self.reel(clock)
        {
            tracing::warn!(camera = %self.name, "{}", failure.message);
        }
    }

    /// Lets go of failures that were dealt with already; whatever else is new stays to be told.
    pub(crate) fn forget_failures(&mut self) {
        while let Some(news) = self.film.news() {
            if !matches!(
                news,
                FilmNews::Failed {
                    for_good: false,
                    ..
                }
            ) {
                self.untold.push_back(news);
            }
        }
    }

    pub(crate) fn news(&mut self) -> Option<FilmNews> {
        self.untold.pop_front().or_else(|| self.film.news())
    }

    /// Whether no picture came for longer than `span` until `now`.
    pub(crate) fn blind(&self, now: MonoTime, span: Duration) -> bool {
        self.sight.blind_for(now).is_none_or(|blind| blind > span)
    }

    pub(crate) fn counts(&self) -> CameraCounts {
        CameraCounts {
            camera: Arc::clone(&self.name),
            counts: self.sight.counts(),
        }
    }
}
