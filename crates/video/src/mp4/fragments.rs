//! The samples of one fragment (`moof`), whose bytes stand in the `mdat` behind it.

use super::bytes::Bytes;
use super::table::{MOST_SAMPLES, Sample, put};
use super::track::Defaults;
use crate::error::VideoError;

/// What is known before a fragment.
#[derive(Debug, Clone, Copy)]
pub(super) struct Before {
    pub(super) track: u32,
    pub(super) defaults: Defaults,
    /// First byte of the `moof`.
    pub(super) at: u64,
    /// When the next sample is decoded if the fragment does not say.
    pub(super) time: i64,
    /// Length of the file.
    pub(super) length: u64,
}

/// Flags of a sample: bit 16 says that it needs others.
const NEEDS_OTHERS: u32 = 0x1_0000;

/// Samples of the track in a fragment, and when the one behind them is decoded.
pub(super) fn samples_of(
    mut moof: Bytes<'_>,
    before: Before,
    samples: &mut Vec<Sample>,
) -> Result<i64, VideoError> {
    let mut time = before.time;
    let mut behind = before.at;
    while let Some((kind, mut traf)) = moof.child()? {
        if &kind != b"traf" {
            continue;
        }
        let mut head = Head::read(traf, &before, behind)?;
        if let Some(mut tfdt) = traf.find(b"tfdt")? {
            let (version, _) = tfdt.version("tfdt")?;
            let said = tfdt.long(version == 1, "tfdt")?;
            if head.track == before.track {
                time = i64::try_from(said)
                    .map_err(|_beyond| tfdt.wrong(format!("a fragment at the time {said}")))?;
            }
        }
        while let Some((kind, trun)) = traf.child()? {
            if &kind == b"trun" {
                let ours = head.track == before.track;
                run(
                    trun,
                    &mut head,
                    before.length,
                    &mut time,
                    ours.then_some(&mut *samples),
                )?;
            }
        }
        behind = head.next;
    }
    Ok(time)
}

/// What a fragment says for all samples of a track (`tfhd`).
struct Head {
    track: u32,
    base: u64,
    /// Where the next run's bytes are unless it says otherwise.
    next: u64,
    defaults: Defaults,
}

impl Head {
    fn read(traf: Bytes<'_>, before: &Before, behind: u64) -> Result<Self, VideoError> {
        let mut tfhd = traf.need(b"tfhd")?;
        let (_, flags) = tfhd.version("tfhd")?;
        let track = tfhd.u32("tfhd")?;
        let base = if flags & 0x1 != 0 {
            tfhd.u64("tfhd")?
        } else if flags & 0x2_0000 != 0 {
            before.at
        } else {
            // Without either, the first track counts from the moof and others from the end of the one before.
            behind
        };
        if flags & 0x2 != 0 {
            tfhd.skip(4, "tfhd")?;
        }
        let mut defaults = before.defaults;
        for (flag, value) in [
            (0x8, &mut defaults.lasts),
            (0x10, &mut defaults.size),
            (0x20, &mut defaults.flags),
        ] {
            if flags & flag != 0 {
                *value = tfhd.u32("tfhd")?;
            }
        }
        Ok(Self {
            track,
            base,
            next: base,
            defaults,
        })
    }
}

/// Samples that lie one behind the other. `samples` is `None` for tracks that are only passed by.
fn run(
    mut trun: Bytes<'_>,
    head: &mut Head,
    length: u64,
    time: &mut i64,
    mut samples: Option<&mut Vec<Sample>>,
) -> Result<(), VideoError> {
    let (_, flags) = trun.version("trun")?;
    let count = trun.u32("trun")?;
    let mut offset = head.next;
    if flags & 0x1 != 0 {
        let relative = i32::from_be_bytes(trun.u32("trun")?.to_be_bytes());
        offset = head
            .base
            .checked_add_signed(i64::from(relative))
            .ok_or_else(|| trun.wrong("a fragment's bytes before the film"))?;
    }
    let first_flags = if flags & 0x4 != 0 {
        Some(trun.u32("trun")?)
    } else {
        None
    };
    if samples.is_none() && flags & 0xf00 == 0 {
        let all = u64::from(count) * u64::from(head.defaults.size);
        head.next = offset.saturating_add(all);
        return Ok(());
    }
    for number in 0..count {
        let mut say = |flag: u32, else_: u32| {
            if flags & flag != 0 {
                trun.u32("trun")
            } else {
                Ok(else_)
            }
        };
        let lasts = say(0x100, head.defaults.lasts)?;
        let size = say(0x200, head.defaults.size)?;
        let default_flags = match (number, first_flags) {
            (0, Some(first)) => first,
            _ => head.defaults.flags,
        };
        let sample_flags = say(0x400, default_flags)?;
        let later = i32::from_be_bytes(say(0x800, 0)?.to_be_bytes());
        if let Some(samples) = &mut samples {
            // Pictures have bytes of their own, which bounds how many a file can have.
            if samples.len() as u64 >= length.min(u64::from(MOST_SAMPLES)) {
                return Err(trun.wrong("more pictures than a film may have"));
            }
            let mut sample = Sample {
                offset,
                size,
                key: sample_flags & NEEDS_OTHERS == 0,
                shown: time.saturating_add(i64::from(later)),
                lasts,
            };
            put(&mut sample, offset, length, &trun)?;
            samples.push(sample);
            *time = time.saturating_add(i64::from(lasts));
        }
        offset = offset
            .checked_add(u64::from(size))
            .ok_or_else(|| trun.wrong("a fragment beyond every file"))?;
    }
    head.next = offset;
    Ok(())
}
