//! How a film ends: in good order, early because something failed, or in the hands of the next thread.

use std::path::Path;

use stdx::failpoint;

use super::super::FootageKind;
use super::super::episode::Episode;
use super::super::status::{EncoderEvent, EncoderState};
use super::{Work, press, told};
use crate::encode::refused;
use crate::error::VideoError;

impl Work {
    /// The episode takes no more pictures, and its film is closed as far as it goes.
    pub(super) fn fail(&mut self, error: VideoError) {
        if !self.feed.owned_by(self.generation) {
            return;
        }
        let Some(episode) = &mut self.episode else {
            return;
        };
        let finished = episode.film.take().map(|film| film.finish());
        (episode.kept, episode.bytes) = match finished {
            Some(Ok(finished)) => (finished.samples, finished.bytes),
            Some(Err(_)) => closed(self.config.footage, &episode.path),
            None => (0, 0),
        };
        self.feed.failed(episode.number, told(&error));
        episode.failure = Some(error);
    }

    /// Ends what is open, and answers whoever waits for it.
    pub(super) fn end(&mut self) {
        if self.episode.is_some() {
            if let Err(error) = self.finish() {
                self.fail(error);
            }
            if !self.feed.owned_by(self.generation) {
                self.let_go();
                return;
            }
        }
        self.answer();
    }

    fn finish(&mut self) -> Result<(), VideoError> {
        let Some(episode) = &self.episode else {
            return Ok(());
        };
        if episode.failure.is_some() {
            return Ok(());
        }
        failpoint::error("encoder.finish")
            .map_err(VideoError::io("closing the film", &episode.path))?;
        self.samples.clear();
        self.press.drain(&mut self.samples)?;
        self.write()?;
        let Some(episode) = &mut self.episode else {
            return Ok(());
        };
        if episode.samples() != episode.asked {
            return Err(refused(format!(
                "{} pictures went in and {} samples came out",
                episode.asked,
                episode.samples()
            )));
        }
        if let Some(film) = episode.film.take() {
            match film.finish() {
                Ok(finished) => (episode.kept, episode.bytes) = (finished.samples, finished.bytes),
                Err(error) => {
                    (episode.kept, episode.bytes) = closed(self.config.footage, &episode.path);
                    self.feed.failed(episode.number, told(&error));
                    episode.failure = Some(error);
                }
            }
        }
        Ok(())
    }

    fn answer(&mut self) {
        let episode = self.episode.take();
        self.feed.works_on(None);
        self.feed.show(|status| status.state = EncoderState::Idle);
        let Some(reply) = self.ending.take() else {
            return;
        };
        if let Some(episode) = episode {
            let (samples, bytes) = (episode.kept, episode.bytes);
            // Whoever asked may have stopped waiting.
            reply.try_send(episode.ended(samples, bytes)).ok();
        }
    }

    pub(super) fn discard(&mut self) {
        if let Some(episode) = self.episode.take() {
            drop(episode.film);
            // The encoder may still hold pictures of it.
            self.samples.clear();
            if self.press.drain(&mut self.samples).is_err() {
                self.renew();
            }
            // What nothing was written to is not ours.
            if episode.begun
                && let Err(error) = std::fs::remove_file(&episode.path)
            {
                let why = error.to_string();
                self.feed
                    .tell(|camera| EncoderEvent::DiskTrouble { camera, why });
            }
        }
        self.answer();
    }

    /// After a panic the film that was open is closed as far as it goes; after a hang it is left to whoever recovers it,
    /// in a file of its own ([`super::super::forsaken`]), because the thread that hangs may still be writing.
    pub(super) fn after_failure(&mut self) {
        self.renew();
        match self.episode.take() {
            Some(mut episode) => {
                drop(episode.film.take());
                if episode.failure.is_none() {
                    if episode.begun {
                        (episode.kept, episode.bytes) = closed(self.config.footage, &episode.path);
                    }
                    let error = self.lost("it ended in a panic");
                    self.feed.failed(episode.number, told(&error));
                    episode.failure = Some(error);
                }
                self.episode = Some(episode);
            }
            None => {
                if let Some((number, path)) = self.feed.worked_on() {
                    let error = self.lost("it gave no sign of life and was left alone");
                    let mut episode = Episode::new(number, path, self.clock.now());
                    self.feed.failed(number, told(&error));
                    episode.failure = Some(error);
                    self.episode = Some(episode);
                }
            }
        }
        if self.ending.is_some() {
            self.answer();
        }
    }

    /// An encoder that failed may be in any state.
    fn renew(&mut self) {
        match press(&self.config, self.thrift.level(), &self.parts) {
            Ok(press) => self.press = press,
            Err(error) => {
                let why = told(&error);
                self.feed
                    .tell(|camera| EncoderEvent::Failed { camera, why });
            }
        }
    }

    fn lost(&self, problem: &str) -> VideoError {
        VideoError::EncoderLost {
            camera: self.config.key.clone(),
            problem: problem.to_owned(),
        }
    }

    pub(super) fn disowned(&self) -> VideoError {
        self.lost("another thread took its place")
    }

    /// Another thread has this one's work: the film stays as it is.
    pub(super) fn let_go(&mut self) {
        self.episode = None;
        self.ending = None;
    }
}

/// Closes a film that nobody finished: its samples and its length; none when it cannot be read.
fn closed(footage: FootageKind, path: &Path) -> (u64, u64) {
    let samples = match footage {
        FootageKind::Film(_) => crate::mp4::recover(path),
        FootageKind::Pngs => crate::pngs::recover(path),
    };
    let bytes = || std::fs::metadata(path).map_or(0, |file| file.len());
    samples.map_or((0, 0), |samples| (samples, bytes()))
}
