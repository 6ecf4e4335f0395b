//! Pictures of a film by number or by time, each exactly the one that was asked for.
//!
//! A picture that does not follow the last one costs decoding from the key before it; reading on costs one sample each.
//! Works on films of ours, finished or still growing, and on LeRobot's.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Seek};
use std::path::Path;

use pixels::Yuv420;

use crate::decode::{Decode, decoder_for};
use crate::error::VideoError;
use crate::mp4::{Film, Samples};

/// How far from a picture's time a question may be, in seconds: LeRobot's own tolerance.
pub const TOLERANCE: f64 = 1e-4;

/// Pictures kept that were decoded before their turn; the standard's limit of what a decoder must hold.
const MOST_AHEAD: usize = 16;

/// Reads one film.
pub struct Reader<R = File> {
    samples: Samples<R>,
    film: Film,
    decoder: Box<dyn Decode>,
    /// The sample that the decoder expects; `None` when only a key may come.
    expected: Option<usize>,
    /// The picture that [`Iterator::next`] gives.
    next: u64,
    /// The last sample that did not decode and why: nothing that needs it has to be tried again.
    broken: Option<(usize, String)>,
    /// Decoded, to be shown later than what was asked for.
    ahead: BTreeMap<usize, Yuv420>,
    bytes: Vec<u8>,
}

impl<R> std::fmt::Debug for Reader<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reader")
            .field("film", &self.film)
            .field("expected", &self.expected)
            .finish_non_exhaustive()
    }
}

impl Reader<File> {
    /// Opens the film `path`.
    ///
    /// # Errors
    /// When it cannot be read, is damaged, or is of a kind that this program does not decode.
    pub fn open(path: &Path) -> Result<Self, VideoError> {
        Self::of(Samples::open(path)?)
    }
}

impl<R: Read + Seek> Reader<R> {
    /// Reads the pictures of these samples.
    ///
    /// # Errors
    /// When the film is of a kind that this program does not decode.
    pub fn of(samples: Samples<R>) -> Result<Self, VideoError> {
        let decoder = decoder_for(samples.opened(), samples.path())?;
        Ok(Self {
            film: samples.film(),
            decoder,
            expected: None,
            next: 0,
            broken: None,
            ahead: BTreeMap::new(),
            bytes: Vec::new(),
            samples,
        })
    }

    /// What the film is.
    pub fn film(&self) -> &Film {
        &self.film
    }

    /// The number of the picture at `seconds`, within [`TOLERANCE`].
    ///
    /// # Errors
    /// When no picture is shown at that time.
    pub fn index_at(&self, seconds: f64) -> Result<u64, VideoError> {
        let opened = self.samples.opened();
        let count = opened.samples.len();
        // The first picture that is shown at that time or later, and the one before it.
        let (mut low, mut high) = (0, count);
        while low < high {
            let middle = low.midpoint(high);
            if opened.seconds_of(middle) < seconds {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        let away = |index: &usize| (opened.seconds_of(*index) - seconds).abs();
        [low.checked_sub(1), Some(low)]
            .into_iter()
            .flatten()
            .filter(|index| *index < count)
            .min_by(|a, b| away(a).total_cmp(&away(b)))
            .filter(|index| away(index) <= TOLERANCE)
            .map(|index| index as u64)
            .ok_or_else(|| self.no_such(format!("at {seconds} s")))
    }

    /// The picture number `index`, from 0 in the order in which they are shown.
    ///
    /// # Errors
    /// When there is none, it cannot be read, or does not decode.
    pub fn frame(&mut self, index: u64) -> Result<Yuv420, VideoError> {
        let mut picture = Yuv420::black(self.film.size);
        self.frame_into(index, &mut picture)?;
        Ok(picture)
    }

    /// The same into a picture that is used again.
    ///
    /// # Errors
    /// As [`Reader::frame`].
    pub fn frame_into(&mut self, index: u64, picture: &mut Yuv420) -> Result<(), VideoError> {
        let wanted = usize::try_from(index)
            .ok()
            .filter(|wanted| *wanted < self.samples.len())
            .ok_or_else(|| self.no_such(index.to_string()))?;
        self.next = index + 1;
        if let Some(ready) = self.ahead.remove(&wanted) {
            *picture = ready;
            return Ok(());
        }
        let target = self.samples.opened().sample_of(wanted);
        let from = self.start_for(target)?;
        if let Some((sample, problem)) = &self.broken
            && (from..=target).contains(sample)
        {
            return Err(self.undecodable(*sample, problem.clone()));
        }
        if self.expected != Some(from) {
            self.expected = None;
            self.ahead.clear();
            self.decoder
                .begin_again()
                .map_err(|problem| self.undecodable(from, problem))?;
        }
        let result = self.decode_up_to(from, target, wanted, picture);
        if let Err(error) = &result {
            // Of no use before the next key.
            self.expected = None;
            self.ahead.clear();
            if let VideoError::Undecodable { index, problem, .. } = error {
                let sample = usize::try_from(*index).unwrap_or(usize::MAX);
                self.broken = Some((sample, problem.clone()));
            }
        }
        result
    }

    /// The picture shown at `seconds`, within [`TOLERANCE`].
    ///
    /// # Errors
    /// As [`Reader::index_at`] and [`Reader::frame`].
    pub fn frame_at(&mut self, seconds: f64) -> Result<Yuv420, VideoError> {
        self.frame(self.index_at(seconds)?)
    }

    /// The next picture into one that is used again; false behind the last.
    ///
    /// # Errors
    /// As [`Reader::frame`].
    pub fn next_into(&mut self, picture: &mut Yuv420) -> Result<bool, VideoError> {
        if self.next >= self.film.samples {
            return Ok(false);
        }
        self.frame_into(self.next, picture)?;
        Ok(true)
    }

    /// Decodes the samples `from` to `target`, whose picture is number `wanted`.
    fn decode_up_to(
        &mut self,
        from: usize,
        target: usize,
        wanted: usize,
        picture: &mut Yuv420,
    ) -> Result<(), VideoError> {
        let reordered = self.film.reordered;
        for sample in from..=target {
            self.samples.read(sample, &mut self.bytes)?;
            let failed = |problem| (sample, problem);
            let result = if sample == target {
                self.decoder
                    .decode(&self.bytes, Some(picture))
                    .map_err(failed)
            } else if let Some(shown) = reordered.then(|| self.shown_as(sample)).flatten()
                && shown > wanted
                && self.ahead.len() < MOST_AHEAD
            {
                let mut early = Yuv420::black(self.film.size);
                let result = self.decoder.decode(&self.bytes, Some(&mut early));
                self.ahead.insert(shown, early);
                result.map_err(failed)
            } else {
                self.decoder.decode(&self.bytes, None).map_err(failed)
            };
            result.map_err(|(sample, problem)| self.undecodable(sample, problem))?;
        }
        self.expected = Some(target + 1);
        // What should have been shown before this one will not be asked for again soon.
        self.ahead = self.ahead.split_off(&wanted);
        Ok(())
    }

    /// The sample to go on with so that `target` is decoded: the one that the decoder expects, or the last before
    /// `target` with which decoding can begin, whichever is nearer. A key that is shown after `target` is passed by,
    /// because pictures shown before a key may need what came before that.
    fn start_for(&mut self, target: usize) -> Result<usize, VideoError> {
        let going_on = self.expected.filter(|expected| *expected <= target);
        let shown = self.samples.sample(target).map_or(0, |sample| sample.shown);
        for index in (going_on.map_or(0, |expected| expected + 1)..=target).rev() {
            let key = self
                .samples
                .sample(index)
                .is_some_and(|sample| sample.key && sample.shown <= shown);
            if key {
                self.samples.read(index, &mut self.bytes)?;
                if self.decoder.can_begin_with(&self.bytes) {
                    return Ok(index);
                }
            }
        }
        Ok(going_on.unwrap_or(0))
    }

    /// As which number a sample is shown.
    fn shown_as(&self, sample: usize) -> Option<usize> {
        let opened = self.samples.opened();
        let shown = opened.samples.get(sample)?.shown;
        let order = opened.order.as_ref()?;
        order
            .binary_search_by_key(&shown, |other| {
                opened
                    .samples
                    .get(*other as usize)
                    .map_or(i64::MAX, |other| other.shown)
            })
            .ok()
    }

    fn undecodable(&self, sample: usize, problem: String) -> VideoError {
        VideoError::Undecodable {
            index: sample as u64,
            problem,
            path: self.samples.path().to_owned(),
        }
    }

    fn no_such(&self, asked: String) -> VideoError {
        VideoError::NoSuchPicture {
            asked,
            samples: self.film.samples,
            path: self.samples.path().to_owned(),
        }
    }
}

impl<R: Read + Seek> Iterator for Reader<R> {
    type Item = Result<Yuv420, VideoError>;

    /// The picture behind the one that was read last; the first one to begin with.
    fn next(&mut self) -> Option<Self::Item> {
        (self.next < self.film.samples).then(|| self.frame(self.next))
    }
}
