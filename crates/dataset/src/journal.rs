//! `meta/tendon/journal/NNNN.journal`: the episode in progress, row by row, so that a crash costs at most its last second.
//!
//! The file begins with `TENDONJ1`. Then records follow, each with the length of its body (u32), the CRC-32 of its body
//! (u32) and the body; all numbers are little-endian. A body's first byte says what it is:
//!
//! | byte | rest of the body |
//! |---|---|
//! | 0 header, once, first | JSON, [`Header`] |
//! | 1 row | observed at (ns, u64), flags (u8), stale (u16), the state's values, the action's values (f32 each), and per camera: sequence (u64), arrived at (ns, u64), skipped (u32), flags (u8) |
//! | 2 seal | JSON, [`Seal`]: the commit that is about to be made; nothing follows it |
//!
//! Journals of datasets without cameras are of version 1, as they were before there were cameras; others are of version 2.
//! The films of the episode lie beside its journal, see [`crate::footage`].
//!
//! Reading stops at the first record that is cut off or damaged; everything before it is good.
//! Not here: what happens to a journal that is found ([`crate::recovery`]).

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use units::MonoTime;

use crate::camera::{CameraKind, CameraSpec, Codec, FilmSpec, PictureFlags, PictureNote};
use crate::draft::{Row, RowFlags};
use crate::episodes::FilePlace;
use crate::error::DatasetError;
use crate::stats::Stats;

mod writer;

pub(crate) use writer::Writer;

const MAGIC: &[u8; 8] = b"TENDONJ1";
/// Longer records do not exist; a length beyond this is damage.
const LONGEST: usize = 64 << 20;
const HEADER: u8 = 0;
const ROW: u8 = 1;
const SEAL: u8 = 2;
/// Bytes of a row before its values: kind, time, flags, stale.
const ROW_HEAD: usize = 12;
/// Bytes of a picture's note.
const NOTE: usize = 21;

/// What an episode in progress is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Header {
    /// Version of the journal: 1 without cameras, 2 with cameras.
    pub version: u32,
    /// The number the episode was going to have.
    pub episode_index: u64,
    /// Its task.
    pub task: String,
    /// Rows per second.
    pub fps: u32,
    /// LeRobot's class name of the robot.
    pub robot_type: String,
    /// Names of the state's values.
    pub state: Vec<String>,
    /// Names of the action's values.
    pub action: Vec<String>,
    /// The cameras, in the order of a row's pictures.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cameras: Vec<Camera>,
    /// When it began, in seconds since 1970.
    pub started_unix_s: u64,
}

/// A camera as a journal names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Camera {
    /// The feature.
    pub key: String,
    /// Pixels in a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// How its films are encoded; `None` for pictures inside the table.
    pub film: Option<Film>,
}

/// How a camera's films are encoded, as a journal names it; see [`FilmSpec`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Film {
    /// The codec's name.
    pub codec: String,
    /// Pictures from key to key.
    pub gop: u32,
    /// The quality asked for.
    pub quality: u32,
}

impl Camera {
    pub(crate) fn of(spec: &CameraSpec) -> Self {
        Self {
            key: spec.key.clone(),
            width: spec.size.width(),
            height: spec.size.height(),
            film: match spec.kind {
                CameraKind::Video(film) => Some(Film {
                    codec: film.codec.name().to_owned(),
                    gop: film.gop,
                    quality: film.quality,
                }),
                CameraKind::Image => None,
            },
        }
    }

    /// `None` when the size or the codec makes no sense.
    pub(crate) fn spec(&self) -> Option<CameraSpec> {
        let kind = match &self.film {
            None => CameraKind::Image,
            Some(film) => CameraKind::Video(FilmSpec {
                codec: Codec::from_name(&film.codec)?,
                gop: film.gop,
                quality: film.quality,
            }),
        };
        Some(CameraSpec {
            key: self.key.clone(),
            size: pixels::Size::new(self.width, self.height)?,
            kind,
        })
    }
}

/// A commit, written down before its first step so that it can be finished after a crash.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Seal {
    /// The number the episode gets.
    pub episode_index: u64,
    /// Global index of its first row.
    pub from_index: u64,
    /// How many rows it has.
    pub rows: u64,
    /// Chunk and file of its data.
    pub data: (u64, u64),
    /// CRC-32 of the data file, which tells it from a file that somebody else put there later. `None` where the table
    /// holds pictures: it is made again to be compared.
    pub data_crc: Option<u32>,
    /// The new `meta/stats.json`. Merging is not repeatable, so the result is kept.
    pub stats: String,
    /// Whether this was kept after an earlier crash.
    pub recovered: bool,
    /// The recorder's account of the episode.
    pub report: Value,
    /// The cameras, in the header's order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cameras: Vec<SealedCamera>,
    /// The cameras' statistics of this episode, as in a `stats.json`.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub camera_stats: Value,
}

/// What a commit knows about a camera of its episode.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SealedCamera {
    /// The feature.
    pub key: String,
    /// See [`crate::camera::Squeezed::rows`]; null when they are not known.
    pub squeezed: Option<Vec<u64>>,
    /// See [`crate::camera::Squeezed::bad`]; null when it is not known.
    pub bad: Option<u64>,
    /// Where its film goes; `None` for pictures inside the table.
    pub film: Option<SealedFilm>,
}

/// A film that is about to get its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealedFilm {
    /// Chunk and file.
    pub place: (u64, u64),
    /// Bytes of the file.
    pub bytes: u64,
    /// CRC-32 of its end, where the sizes of all its pictures stand: tells it from any other film.
    pub tail_crc: u32,
}

impl SealedFilm {
    pub(crate) fn place(&self) -> FilePlace {
        FilePlace {
            chunk: self.place.0,
            file: self.place.1,
        }
    }
}

impl Header {
    /// Whether this program can read the journal.
    fn is_known(&self) -> bool {
        match self.version {
            1 => self.cameras.is_empty(),
            2 => self.cameras.iter().all(|camera| camera.spec().is_some()),
            _ => false,
        }
    }
}

impl Seal {
    /// The cameras' statistics of the episode.
    pub(crate) fn camera_stats(&self) -> Result<Stats, DatasetError> {
        if self.camera_stats.is_null() {
            return Ok(Stats::default());
        }
        Stats::from_value(&self.camera_stats).map_err(|problem| DatasetError::BadInput { problem })
    }

    pub(crate) fn data_place(&self) -> FilePlace {
        FilePlace {
            chunk: self.data.0,
            file: self.data.1,
        }
    }
}

/// The rows of an episode, as columns.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct JournalRows {
    /// Nanoseconds on the machine's monotonic clock, per row.
    pub observed_at_ns: Vec<u64>,
    /// Flag bits, per row.
    pub flags: Vec<u8>,
    /// Stale values, per row.
    pub stale: Vec<u16>,
    /// The states, row after row.
    pub state: Vec<f32>,
    /// The actions, row after row.
    pub action: Vec<f32>,
    /// One note per camera, row after row.
    pub pictures: Vec<PictureNote>,
}

impl JournalRows {
    /// How many rows.
    pub fn len(&self) -> usize {
        self.observed_at_ns.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.observed_at_ns.is_empty()
    }

    /// Only the first `rows` of them, of so many cameras.
    pub(crate) fn truncate(&mut self, rows: u64, cameras: usize) {
        let all = self.len();
        let rows = usize::try_from(rows).unwrap_or(all).min(all);
        let values = |values: usize| values.checked_div(all).unwrap_or(0) * rows;
        self.state.truncate(values(self.state.len()));
        self.action.truncate(values(self.action.len()));
        self.pictures.truncate(cameras * rows);
        self.observed_at_ns.truncate(rows);
        self.flags.truncate(rows);
        self.stale.truncate(rows);
    }

    pub(crate) fn push(&mut self, row: &Row<'_>) {
        self.observed_at_ns.push(row.observed_at.as_nanos());
        self.flags.push(row.flags.bits);
        self.stale.push(row.flags.stale);
        self.state.extend_from_slice(row.state);
        self.action.extend_from_slice(row.action);
        self.pictures.extend_from_slice(row.pictures);
    }
}

/// A journal that was read back.
#[derive(Debug, Clone, PartialEq)]
pub struct Journal {
    /// What the episode is.
    pub header: Header,
    /// Its rows.
    pub rows: JournalRows,
    /// The commit that had begun, if one had.
    pub seal: Option<Seal>,
    /// Bytes at the end that are cut off or damaged.
    pub torn_bytes: u64,
    /// Bytes up to the end of the last row.
    pub(crate) rows_end: u64,
}

/// Where the journals of a dataset are.
pub fn folder(root: &Path) -> PathBuf {
    root.join("meta/tendon/journal")
}

/// All journals of a dataset, oldest first.
///
/// # Errors
/// When the folder cannot be listed.
pub fn files(root: &Path) -> Result<Vec<PathBuf>, DatasetError> {
    let mut found = crate::episodes::list(&folder(root))?;
    found.retain(|path| {
        path.extension()
            .is_some_and(|extension| extension == "journal")
    });
    found.sort();
    Ok(found)
}

/// Reads a journal back; `None` when it holds nothing that could be kept.
///
/// # Errors
/// Only when the system cannot read the file; damage is not an error but the end.
pub fn read(path: &Path) -> Result<Option<Journal>, DatasetError> {
    let bytes = std::fs::read(path).map_err(DatasetError::io("reading a journal", path))?;
    Ok(parse(&bytes))
}

/// As [`read`], from bytes.
pub fn parse(bytes: &[u8]) -> Option<Journal> {
    let mut rest = bytes.strip_prefix(MAGIC)?;
    let mut journal: Option<Journal> = None;
    while let Some((body, after)) = record(rest) {
        match (body.split_first(), &mut journal) {
            (Some((&HEADER, json)), None) => {
                let header = serde_json::from_slice::<Header>(json)
                    .ok()
                    .filter(Header::is_known)?;
                journal = Some(Journal {
                    header,
                    rows: JournalRows::default(),
                    seal: None,
                    torn_bytes: 0,
                    rows_end: 0,
                });
            }
            (Some((&ROW, _)), Some(journal)) if journal.seal.is_none() => {
                if parse_row(body, &journal.header, &mut journal.rows).is_none() {
                    break;
                }
            }
            (Some((&SEAL, json)), Some(journal)) if journal.seal.is_none() => {
                match serde_json::from_slice(json) {
                    Ok(seal) => journal.seal = Some(seal),
                    Err(_) => break,
                }
            }
            _ => break,
        }
        rest = after;
        if let Some(journal) = journal.as_mut().filter(|journal| journal.seal.is_none()) {
            journal.rows_end = (bytes.len() - rest.len()) as u64;
        }
    }
    let journal = journal?;
    Some(Journal {
        torn_bytes: rest.len() as u64,
        ..journal
    })
}

/// Whether this is a journal of a version that this program does not know: a newer one's, to be left alone.
pub(crate) fn is_newer(path: &Path) -> Result<bool, DatasetError> {
    let bytes = std::fs::read(path).map_err(DatasetError::io("reading a journal", path))?;
    let header = bytes
        .strip_prefix(MAGIC)
        .and_then(record)
        .and_then(|(body, _)| body.strip_prefix(&[HEADER]))
        .and_then(|json| serde_json::from_slice::<Value>(json).ok());
    Ok(header.is_some() && parse(&bytes).is_none())
}

/// The next record's body and what follows it, if it is whole.
fn record(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    let (crc, rest) = rest.split_first_chunk::<4>()?;
    let length = u32::from_le_bytes(*length) as usize;
    if length > LONGEST || length > rest.len() {
        return None;
    }
    let (body, after) = rest.split_at(length);
    (crc32fast::hash(body) == u32::from_le_bytes(*crc)).then_some((body, after))
}

fn parse_row(body: &[u8], header: &Header, rows: &mut JournalRows) -> Option<()> {
    let (head, values) = body.split_first_chunk::<ROW_HEAD>()?;
    let notes = header.cameras.len() * NOTE;
    let (values, notes) = values.split_at_checked(values.len().checked_sub(notes)?)?;
    let (values, incomplete) = values.as_chunks::<4>();
    if !incomplete.is_empty() || values.len() != header.state.len() + header.action.len() {
        return None;
    }
    let pictures: Vec<PictureNote> = notes.as_chunks::<NOTE>().0.iter().map(parse_note).collect();
    let values: Vec<f32> = values
        .iter()
        .map(|value| f32::from_le_bytes(*value))
        .collect();
    let (state, action) = values.split_at(header.state.len());
    let [_, time @ .., flags, stale_low, stale_high] = *head;
    rows.push(&Row {
        state,
        action,
        observed_at: MonoTime(u64::from_le_bytes(time)),
        flags: RowFlags {
            bits: flags,
            stale: u16::from_le_bytes([stale_low, stale_high]),
        },
        pictures: &pictures,
    });
    Some(())
}

fn parse_note(bytes: &[u8; NOTE]) -> PictureNote {
    let [a, b, c, d, e, f, g, h, rest @ ..] = *bytes;
    let [i, j, k, l, m, n, o, p, skipped @ .., flags] = rest;
    PictureNote {
        sequence: u64::from_le_bytes([a, b, c, d, e, f, g, h]),
        arrived_at: MonoTime(u64::from_le_bytes([i, j, k, l, m, n, o, p])),
        skipped: u32::from_le_bytes(skipped),
        flags: PictureFlags(flags),
    }
}
