//! What a `moov` says about the one video track: its coding, its clock, what its edit list shifts.

use super::bytes::{Bytes, name};
use crate::codec::Codec;
use crate::error::VideoError;
use pixels::Size;

/// How the container says that colours are coded (`colr` of kind `nclx`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Colour {
    /// Matrix coefficients, numbered as in ISO/IEC 23091-2; 2 is "not said".
    pub(crate) matrix: u16,
    /// Luma uses 0 to 255 instead of 16 to 235.
    pub(crate) full_range: bool,
}

/// The video track of a film as its `moov` tells it.
#[derive(Debug, Clone)]
pub(super) struct TrackBox<'a> {
    pub(super) id: u32,
    pub(super) timescale: u32,
    /// Ticks of the media's clock by which the edit list shows everything later; negative for earlier.
    pub(super) shift: i64,
    /// Ticks of the media that the edit list shows; `None` for all.
    pub(super) shown: Option<u64>,
    pub(super) entry: Entry,
    pub(super) tables: Bytes<'a>,
}

/// What a fragment's samples are unless it says otherwise (`trex`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Defaults {
    pub(super) lasts: u32,
    pub(super) size: u32,
    pub(super) flags: u32,
}

/// The sample entry: how the samples are coded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) kind: [u8; 4],
    pub(super) size: Size,
    /// Content of `avcC` or `av1C`; empty for codecs this program does not know.
    pub(super) parameters: Vec<u8>,
    pub(super) colour: Option<Colour>,
}

impl Entry {
    pub(super) fn codec(&self) -> Option<Codec> {
        match &self.kind {
            b"avc1" | b"avc3" => Some(Codec::H264),
            b"av01" => Some(Codec::Av1),
            _ => None,
        }
    }

    /// LeRobot's name where it has one, else the four letters.
    pub(super) fn codec_name(&self) -> String {
        match &self.kind {
            b"avc1" | b"avc3" => "h264".into(),
            b"av01" => "av1".into(),
            b"hvc1" | b"hev1" => "hevc".into(),
            b"vp08" => "vp8".into(),
            b"vp09" => "vp9".into(),
            b"mp4v" => "mpeg4".into(),
            other => name(*other),
        }
    }
}

/// The first video track, and the defaults for its fragments when the film has some.
pub(super) fn video_track(moov: Bytes<'_>) -> Result<(TrackBox<'_>, Option<Defaults>), VideoError> {
    let mut mvhd = moov.need(b"mvhd")?;
    let (version, _) = mvhd.version("mvhd")?;
    mvhd.skip(if version == 1 { 16 } else { 8 }, "mvhd")?;
    let movie_clock = mvhd.u32("mvhd")?;
    let mut boxes = moov;
    while let Some((kind, trak)) = boxes.child()? {
        if &kind == b"trak"
            && let Some(track) = track_of(trak, movie_clock)?
        {
            let defaults = match moov.find(b"mvex")? {
                Some(mvex) => Some(defaults(mvex, track.id)?),
                None => None,
            };
            return Ok((track, defaults));
        }
    }
    Err(moov.wrong("the film has no video track"))
}

/// `None` for a track that is not video.
fn track_of(trak: Bytes<'_>, movie_clock: u32) -> Result<Option<TrackBox<'_>>, VideoError> {
    let mdia = trak.need(b"mdia")?;
    let mut hdlr = mdia.need(b"hdlr")?;
    hdlr.skip(8, "hdlr")?;
    if hdlr.take(4, "hdlr")? != b"vide" {
        return Ok(None);
    }
    let mut tkhd = trak.need(b"tkhd")?;
    let (version, _) = tkhd.version("tkhd")?;
    tkhd.skip(if version == 1 { 16 } else { 8 }, "tkhd")?;
    let id = tkhd.u32("tkhd")?;
    let mut mdhd = mdia.need(b"mdhd")?;
    let (version, _) = mdhd.version("mdhd")?;
    mdhd.skip(if version == 1 { 16 } else { 8 }, "mdhd")?;
    let timescale = mdhd.u32("mdhd")?;
    if timescale == 0 {
        return Err(mdhd.wrong("the film's clock stands still"));
    }
    let (shift, shown) = match trak.find(b"edts")? {
        Some(edts) => edits(edts, movie_clock, timescale)?,
        None => (0, None),
    };
    let tables = mdia.need(b"minf")?.need(b"stbl")?;
    let entry = entry(tables.need(b"stsd")?)?;
    Ok(Some(TrackBox {
        id,
        timescale,
        shift,
        shown,
        entry,
        tables,
    }))
}

/// Shift and length of an edit list that waits and then shows one stretch at normal speed.
fn edits(
    edts: Bytes<'_>,
    movie_clock: u32,
    timescale: u32,
) -> Result<(i64, Option<u64>), VideoError> {
    let Some(mut elst) = edts.find(b"elst")? else {
        return Ok((0, None));
    };
    let (version, _) = elst.version("elst")?;
    let wide = version == 1;
    let count = elst.count(if wide { 20 } else { 12 }, "the edit list")?;
    let mut waits = 0_u64;
    let mut stretch = None;
    for _ in 0..count {
        let lasts = elst.long(wide, "elst")?;
        let from = elst.long(wide, "elst")?;
        let from = if wide {
            i64::from_be_bytes(from.to_be_bytes())
        } else {
            // The upper half of what was read is zero; the lower one has a sign.
            let [.., a, b, c, d] = from.to_be_bytes();
            i64::from(i32::from_be_bytes([a, b, c, d]))
        };
        let speed = elst.u32("elst")?;
        match (from, stretch) {
            (-1, None) => waits = waits.saturating_add(lasts),
            (0.., None) if speed == 0x1_0000 => stretch = Some((from, lasts)),
            _ => {
                return Err(VideoError::Unsupported {
                    what: "the film is cut together by an edit list".into(),
                    remedy: "Re-encode it as one: ffmpeg -i IN.mp4 -c:v libx264 -pix_fmt yuv420p OUT.mp4",
                    path: elst.path().to_owned(),
                });
            }
        }
    }
    if (waits > 0 || stretch.is_some()) && movie_clock == 0 {
        return Err(elst.wrong("the film's clock stands still"));
    }
    let in_media = |ticks: u64| -> u64 {
        let ticks = u128::from(ticks) * u128::from(timescale) / u128::from(movie_clock.max(1));
        u64::try_from(ticks).unwrap_or(u64::MAX)
    };
    let later = i64::try_from(in_media(waits)).unwrap_or(i64::MAX);
    let (from, lasts) = stretch.unwrap_or((0, 0));
    let shift = later.saturating_sub(from);
    // A length of zero means all there is.
    Ok((shift, (lasts > 0).then(|| in_media(lasts))))
}

fn defaults(mut mvex: Bytes<'_>, track: u32) -> Result<Defaults, VideoError> {
    while let Some((kind, mut trex)) = mvex.child()? {
        if &kind != b"trex" {
            continue;
        }
        trex.version("trex")?;
        let id = trex.u32("trex")?;
        trex.skip(4, "trex")?;
        let defaults = Defaults {
            lasts: trex.u32("trex")?,
            size: trex.u32("trex")?,
            flags: trex.u32("trex")?,
        };
        if id == track {
            return Ok(defaults);
        }
    }
    Ok(Defaults::default())
}

fn entry(mut stsd: Bytes<'_>) -> Result<Entry, VideoError> {
    stsd.version("stsd")?;
    stsd.skip(4, "stsd")?;
    let before = stsd;
    let Some((kind, mut content)) = stsd.child()? else {
        return Err(before.wrong("the film does not say how it is coded"));
    };
    content.skip(24, "the sample entry")?;
    let width = content.u16("the sample entry")?;
    let height = content.u16("the sample entry")?;
    let size = Size::new(u32::from(width), u32::from(height))
        .ok_or_else(|| content.wrong(format!("pictures of {width}x{height}")))?;
    content.skip(50, "the sample entry")?;
    let mut entry = Entry {
        kind,
        size,
        parameters: Vec::new(),
        colour: None,
    };
    let parameters = match entry.codec() {
        Some(Codec::H264) => b"avcC",
        Some(Codec::Av1) => b"av1C",
        None => return Ok(entry),
    };
    entry.parameters = content.need(parameters)?.rest().to_vec();
    if let Some(mut colr) = content.find(b"colr")?
        && matches!(colr.take(4, "colr")?, b"nclx")
    {
        colr.skip(4, "colr")?;
        entry.colour = Some(Colour {
            matrix: colr.u16("colr")?,
            full_range: colr.u8("colr")? & 0x80 != 0,
        });
    }
    Ok(entry)
}
