//! What is in a film: one pass over the outermost boxes, and the table of samples they give.
//!
//! A film of ours that nobody finished is read up to its last whole fragment. Not here: changing it (`mend`).

use std::fs::File;
use std::io::{Read, Seek};
use std::path::Path;

use pixels::Size;

use super::bytes::{Bytes, Source, Top};
use super::fragments::{Before, samples_of};
use super::movie::{RESERVED, RESERVED_AT, TICKS};
use super::table::{Sample, of_tables};
use super::track::{Colour, Defaults, Entry, TrackBox, video_track};
use crate::codec::{Codec, Track};
use crate::error::VideoError;

/// What a film is, without decoding anything.
#[derive(Debug, Clone, PartialEq)]
pub struct Film {
    /// How it is coded; `None` for a codec this program cannot decode.
    pub codec: Option<Codec>,
    /// LeRobot's name of the codec ("h264", "av1", "hevc"), else the four letters the file has.
    pub codec_name: String,
    /// Pixels of its pictures.
    pub size: Size,
    /// Pictures.
    pub samples: u64,
    /// Pictures that need no other to be decoded.
    pub keys: u64,
    /// Seconds from the first picture to the end of the last.
    pub duration: f64,
    /// When the first picture is shown, in seconds; 0 where LeRobot shall read it.
    pub start: f64,
    /// Pictures per second; the mean where they do not all last the same.
    pub fps: f64,
    /// Every picture lasts the same.
    pub steady: bool,
    /// Pictures are decoded in another order than they are shown in.
    pub reordered: bool,
    /// It was ended in good order; otherwise [`recover`](crate::mp4::recover) closes one of ours.
    pub finished: bool,
    /// Length of the file.
    pub bytes: u64,
}

/// What is in the film `path`.
///
/// # Errors
/// When it cannot be read or is no film; says where and what to do.
pub fn inspect(path: &Path) -> Result<Film, VideoError> {
    Ok(Opened::open(path)?.film())
}

/// A film's samples and what is needed to decode them.
#[derive(Debug, Clone)]
pub(crate) struct Opened {
    pub(super) entry: Entry,
    pub(super) timescale: u32,
    /// In the order of decoding; `shown` after the edit list.
    pub(crate) samples: Vec<Sample>,
    /// Samples in the order in which they are shown; `None` where that is the order of decoding.
    pub(crate) order: Option<Vec<u32>>,
    pub(super) length: u64,
    /// End of the last whole fragment of a film of ours that nobody finished.
    pub(super) unfinished: Option<u64>,
    /// Ended where a box was cut off.
    pub(super) cut: bool,
    /// The `moov`: its first byte and the one behind it.
    pub(super) index_at: (u64, u64),
}

impl Opened {
    pub(crate) fn open(path: &Path) -> Result<Self, VideoError> {
        let file = File::open(path).map_err(VideoError::io("opening the film", path))?;
        let length = file
            .metadata()
            .map_err(VideoError::io("looking at the film", path))?
            .len();
        Self::read(&file, length, path)
    }

    /// The same from anything that can be read; `path` is its name in errors.
    pub(crate) fn read(
        reader: impl Read + Seek,
        length: u64,
        path: &Path,
    ) -> Result<Self, VideoError> {
        let mut source = Source {
            reader,
            length,
            path,
        };
        let seen = Seen::of(&mut source)?;
        let Some(moov) = seen.moov else {
            return Err(VideoError::malformed(
                path,
                length,
                "the file ends before it says what film it is",
            ));
        };
        match Self::with_index(&mut source, &seen, moov) {
            // The header over all fragments outlived a loss of power, the index behind them did not.
            Err(error) if seen.ours => match seen.first_moov(&mut source)? {
                Some(first) if first != moov => Self::with_index(&mut source, &seen, first),
                _ => Err(error),
            },
            done => done,
        }
    }

    fn with_index<R: Read + Seek>(
        source: &mut Source<'_, R>,
        seen: &Seen,
        moov: Top,
    ) -> Result<Self, VideoError> {
        let content = source.inside(&moov)?;
        let (track, defaults) = video_track(Bytes::new(&content, moov.inside, source.path))?;
        let mut samples = of_tables(track.tables, source.length)?;
        let (mut end, mut cut) = (moov.end, seen.cut);
        if let Some(defaults) = defaults {
            (end, cut) = fragments(source, &track, defaults, seen, moov.end, &mut samples)?;
        }
        let taken: u64 = samples.iter().map(|sample| u64::from(sample.size)).sum();
        if taken > source.length {
            let problem = format!("its pictures have {taken} bytes, more than the file");
            return Err(VideoError::malformed(source.path, moov.at, problem));
        }
        let order = shown_in_order(&track, &mut samples, source.path)?;
        Ok(Self {
            timescale: track.timescale,
            entry: track.entry,
            samples,
            order,
            length: source.length,
            index_at: (moov.at, moov.end),
            unfinished: (seen.ours && defaults.is_some()).then_some(end),
            cut,
        })
    }

    pub(crate) fn film(&self) -> Film {
        let seconds = |ticks: f64| ticks / f64::from(self.timescale);
        let lasts: u64 = self.samples.iter().map(|s| u64::from(s.lasts)).sum();
        let steady = self
            .samples
            .windows(2)
            .all(|two| two[0].lasts == two[1].lasts);
        let count = self.samples.len();
        let duration = seconds(ticks_f64(lasts));
        Film {
            codec: self.entry.codec(),
            codec_name: self.entry.codec_name(),
            size: self.entry.size,
            samples: count as u64,
            keys: self.samples.iter().filter(|sample| sample.key).count() as u64,
            duration,
            start: if count == 0 { 0.0 } else { self.seconds_of(0) },
            fps: match self.samples.first() {
                Some(first) if steady && first.lasts > 0 => {
                    f64::from(self.timescale) / f64::from(first.lasts)
                }
                Some(_) if duration > 0.0 => ticks_f64(count as u64) / duration,
                Some(_) => 0.0,
                None => f64::from(self.timescale) / f64::from(TICKS),
            },
            steady,
            reordered: self.order.is_some(),
            finished: self.unfinished.is_none() && !self.cut,
            bytes: self.length,
        }
    }

    /// The sample of the picture that is shown as number `index`.
    pub(crate) fn sample_of(&self, index: usize) -> usize {
        match &self.order {
            Some(order) => order.get(index).map_or(index, |sample| *sample as usize),
            None => index,
        }
    }

    /// When the picture number `index` is shown, in seconds.
    pub(crate) fn seconds_of(&self, index: usize) -> f64 {
        self.samples
            .get(self.sample_of(index))
            .map_or(0.0, |sample| {
                // Exact up to 2^53 ticks, which is thousands of years.
                sample.shown as f64 / f64::from(self.timescale)
            })
    }

    pub(crate) fn codec(&self) -> Option<Codec> {
        self.entry.codec()
    }

    pub(crate) fn codec_name(&self) -> String {
        self.entry.codec_name()
    }

    pub(crate) fn size(&self) -> Size {
        self.entry.size
    }

    pub(crate) fn parameters(&self) -> &[u8] {
        &self.entry.parameters
    }

    pub(crate) fn colour(&self) -> Option<Colour> {
        self.entry.colour
    }

    /// As what it could be written again: `None` for a codec or a rate that our films do not have.
    pub(super) fn track(&self) -> Option<Track> {
        Some(Track {
            codec: self.entry.codec()?,
            size: self.entry.size,
            fps: self
                .timescale
                .is_multiple_of(TICKS)
                .then_some(self.timescale / TICKS)?,
            parameters: self.entry.parameters.clone(),
        })
    }
}

fn ticks_f64(ticks: u64) -> f64 {
    ticks as f64
}

/// What the outermost boxes are.
struct Seen {
    /// The first `moov` that lies whole in the file.
    moov: Option<Top>,
    /// The last box reaches beyond the file, or is no box.
    cut: bool,
    /// It begins as our films do.
    ours: bool,
}

impl Seen {
    fn of<R: Read + Seek>(source: &mut Source<'_, R>) -> Result<Self, VideoError> {
        let ours = begins_as_ours(source)?;
        let mut seen = Self {
            moov: None,
            cut: false,
            ours,
        };
        let mut at = 0;
        while let Some(top) = top_or_cut(source, at, ours, &mut seen.cut)? {
            if at == 0 && !known(top.kind) {
                return Err(VideoError::malformed(source.path, 0, "this is no mp4 film"));
            }
            if top.end > source.length {
                seen.cut = true;
                break;
            }
            if &top.kind == b"moov" {
                seen.moov = Some(top);
                break;
            }
            at = top.end;
        }
        if seen.moov.is_none() && ours {
            seen.moov = seen.first_moov(source)?;
        }
        Ok(seen)
    }

    /// The `moov` with which a film of ours began, which a finished one covers.
    fn first_moov<R: Read + Seek>(
        &self,
        source: &mut Source<'_, R>,
    ) -> Result<Option<Top>, VideoError> {
        Ok(source
            .top(RESERVED_AT + RESERVED as u64)?
            .filter(|top| &top.kind == b"moov" && top.end <= source.length))
    }
}

/// Boxes a film may begin with.
fn known(kind: [u8; 4]) -> bool {
    matches!(
        &kind,
        b"ftyp"
            | b"styp"
            | b"moov"
            | b"moof"
            | b"mdat"
            | b"free"
            | b"skip"
            | b"wide"
            | b"sidx"
            | b"pdin"
            | b"uuid"
    )
}

/// An `ftyp` of 32 bytes, then sixteen that are free or cover the rest, then a `moov`.
fn begins_as_ours<R: Read + Seek>(source: &mut Source<'_, R>) -> Result<bool, VideoError> {
    let is = |top: Option<Top>, kinds: [&[u8; 4]; 2], inside: u64| {
        top.is_some_and(|top| kinds.contains(&&top.kind) && top.inside - top.at == inside)
    };
    let first = source.top(0)?;
    if !first.is_some_and(|top| &top.kind == b"ftyp" && top.end == RESERVED_AT) {
        return Ok(false);
    }
    let second = source.top(RESERVED_AT)?;
    let behind = RESERVED_AT + RESERVED as u64;
    let free = is(second, [b"free", b"free"], 8) && second.is_some_and(|top| top.end == behind);
    let covered = is(second, [b"mdat", b"mdat"], RESERVED as u64);
    Ok((free || covered) && is(source.top(behind)?, [b"moov", b"moov"], 8))
}

/// Samples of all whole fragments from `at` on, the end of the last of them, and whether one was cut off behind it.
fn fragments<R: Read + Seek>(
    source: &mut Source<'_, R>,
    track: &TrackBox<'_>,
    defaults: Defaults,
    seen: &Seen,
    at: u64,
    samples: &mut Vec<Sample>,
) -> Result<(u64, bool), VideoError> {
    let mut time = 0_i64;
    let mut at = at;
    let mut end = at;
    // Samples whose bytes were not passed yet.
    let mut whole = samples.len();
    let mut cut = false;
    while let Some(top) = top_or_cut(source, at, seen.ours, &mut cut)? {
        if top.end > source.length {
            samples.truncate(whole);
            return Ok((end, true));
        }
        match &top.kind {
            b"moof" => {
                let content = source.inside(&top)?;
                let before = Before {
                    track: track.id,
                    defaults,
                    at: top.at,
                    time,
                    length: source.length,
                };
                let count = samples.len();
                match samples_of(
                    Bytes::new(&content, top.inside, source.path),
                    before,
                    samples,
                ) {
                    Ok(next) => time = next,
                    // Its bytes lie beyond a file that was cut, or were never written before the power was lost.
                    Err(error) => {
                        samples.truncate(count);
                        if seen.ours || data_is_cut(source, &top)? {
                            samples.truncate(whole);
                            return Ok((end, true));
                        }
                        return Err(error);
                    }
                }
            }
            b"mdat" => {
                whole = samples.len();
                end = top.end;
            }
            // The index of a film that was about to be closed.
            b"moov" => return Ok((end, false)),
            _ => {}
        }
        at = top.end;
    }
    // What is left is too short for a box.
    let cut = cut || at < source.length || whole < samples.len();
    samples.truncate(whole);
    Ok((end, cut))
}

/// The header of the box at `at`. In a film of ours one that makes no sense is where it was cut: a loss of power leaves
/// whatever the disk held before in blocks that were never written.
fn top_or_cut<R: Read + Seek>(
    source: &mut Source<'_, R>,
    at: u64,
    ours: bool,
    cut: &mut bool,
) -> Result<Option<Top>, VideoError> {
    match source.top(at) {
        Err(VideoError::Malformed { .. }) if ours => {
            *cut = true;
            Ok(None)
        }
        top => top,
    }
}

/// Whether the box behind a fragment's header reaches beyond the file.
fn data_is_cut<R: Read + Seek>(source: &mut Source<'_, R>, moof: &Top) -> Result<bool, VideoError> {
    Ok(source
        .top(moof.end)?
        .is_none_or(|top| top.end > source.length))
}

/// Applies the edit list, and finds the order of showing where it is not that of decoding.
fn shown_in_order(
    track: &TrackBox<'_>,
    samples: &mut [Sample],
    path: &Path,
) -> Result<Option<Vec<u32>>, VideoError> {
    // Half a picture less or more comes from rounding to another clock and hides nothing.
    let half = samples.first().map_or(0, |s| i64::from(s.lasts / 2));
    for sample in samples.iter_mut() {
        sample.shown = sample.shown.saturating_add(track.shift);
    }
    let last = samples.iter().map(|s| s.shown).max().unwrap_or(0);
    let hidden_after = track
        .shown
        .and_then(|shown| i64::try_from(shown).ok())
        .and_then(|shown| shown.checked_add(track.shift.max(0)))
        .is_some_and(|until| last > until.saturating_add(half));
    if hidden_after || samples.iter().any(|s| s.shown < -half) {
        return Err(VideoError::Unsupported {
            what: "the film has pictures that its edit list hides".into(),
            remedy: "Re-encode what it shows: ffmpeg -i IN.mp4 -c:v libx264 -pix_fmt yuv420p OUT.mp4",
            path: path.to_owned(),
        });
    }
    if samples.windows(2).all(|two| two[0].shown < two[1].shown) {
        return Ok(None);
    }
    let mut order: Vec<u32> = (0..u32::try_from(samples.len()).unwrap_or(u32::MAX)).collect();
    let shown = |index: u32| samples[index as usize].shown;
    order.sort_by_key(|index| shown(*index));
    if let Some(two) = order.windows(2).find(|two| shown(two[0]) == shown(two[1])) {
        let at = samples[two[1] as usize].offset;
        return Err(VideoError::malformed(
            path,
            at,
            format!(
                "the pictures {} and {} are shown at the same time",
                two[0], two[1]
            ),
        ));
    }
    Ok(Some(order))
}
