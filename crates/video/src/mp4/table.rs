//! The samples of a film in the order in which they are decoded: where each is, when it is shown, whether it is a key.
//!
//! Made from the tables of a closed film (`stbl`) or from its fragments (`trun`).

use super::bytes::Bytes;
use crate::error::VideoError;

/// Nineteen hours of film at 30 pictures a second; a count beyond it is damage, and memory is not taken for it.
pub(super) const MOST_SAMPLES: u32 = 1 << 21;

/// One sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sample {
    /// First byte in the file.
    pub(crate) offset: u64,
    /// Bytes, at least one.
    pub(crate) size: u32,
    /// Needs no other sample.
    pub(crate) key: bool,
    /// When it is shown, in ticks of the media's clock, before the edit list.
    pub(crate) shown: i64,
    /// Ticks until the next one.
    pub(crate) lasts: u32,
}

/// Samples of a closed film, from the content of its `stbl`. `length` is that of the file.
pub(super) fn of_tables(stbl: Bytes<'_>, length: u64) -> Result<Vec<Sample>, VideoError> {
    let sizes = sizes(stbl, length)?;
    let mut samples: Vec<Sample> = sizes
        .into_iter()
        .map(|size| Sample {
            offset: 0,
            size,
            key: false,
            shown: 0,
            lasts: 0,
        })
        .collect();
    times(stbl, &mut samples)?;
    keys(stbl, &mut samples)?;
    places(stbl, &mut samples, length)?;
    Ok(samples)
}

fn sizes(stbl: Bytes<'_>, length: u64) -> Result<Vec<u32>, VideoError> {
    if let Some(mut stz2) = stbl.find(b"stz2")? {
        return Err(stz2_refused(&mut stz2));
    }
    let mut stsz = stbl.need(b"stsz")?;
    stsz.version("stsz")?;
    let same = stsz.u32("stsz")?;
    if same == 0 {
        let count = stsz.count(4, "the table of sizes")?;
        if count > MOST_SAMPLES as usize {
            return Err(stsz.wrong(format!("the table of sizes says {count} pictures")));
        }
        return (0..count).map(|_| stsz.u32("stsz")).collect();
    }
    let count = stsz.u32("stsz")?;
    // Every sample has its own bytes in the file, which bounds what may be taken for them here.
    if u64::from(count) * u64::from(same) > length || count > MOST_SAMPLES {
        return Err(stsz.wrong(format!(
            "the table of sizes says {count} pictures of {same} bytes, more than the file has"
        )));
    }
    Ok(vec![same; count as usize])
}

fn stz2_refused(stz2: &mut Bytes<'_>) -> VideoError {
    VideoError::Unsupported {
        what: "the film's index is of the compact kind (stz2)".into(),
        remedy: "Rewrite it without re-encoding: ffmpeg -i IN.mp4 -c copy OUT.mp4",
        path: stz2.path().to_owned(),
    }
}

fn times(stbl: Bytes<'_>, samples: &mut [Sample]) -> Result<(), VideoError> {
    let mut stts = stbl.need(b"stts")?;
    stts.version("stts")?;
    let runs = stts.count(8, "the table of durations")?;
    let mut at = 0_i64;
    let mut left = samples.iter_mut();
    for _ in 0..runs {
        let (count, lasts) = (stts.u32("stts")?, stts.u32("stts")?);
        // Entries beyond the last sample are walked in no time, however many they say.
        for sample in left.by_ref().take(count as usize) {
            sample.shown = at;
            sample.lasts = lasts;
            at = at.saturating_add(i64::from(lasts));
        }
    }
    if left.next().is_some() {
        return Err(stts.wrong("the table of durations ends before the last picture"));
    }
    let Some(mut ctts) = stbl.find(b"ctts")? else {
        return Ok(());
    };
    ctts.version("ctts")?;
    let runs = ctts.count(8, "the table of offsets between decoding and showing")?;
    let mut left = samples.iter_mut();
    for _ in 0..runs {
        let (count, offset) = (ctts.u32("ctts")?, ctts.u32("ctts")?);
        // Signed in version 1; writers of version 0 use the sign as well, and no true offset needs the last bit.
        let offset = i64::from(i32::from_be_bytes(offset.to_be_bytes()));
        for sample in left.by_ref().take(count as usize) {
            sample.shown = sample.shown.saturating_add(offset);
        }
    }
    Ok(())
}

fn keys(stbl: Bytes<'_>, samples: &mut [Sample]) -> Result<(), VideoError> {
    let Some(mut stss) = stbl.find(b"stss")? else {
        samples.iter_mut().for_each(|sample| sample.key = true);
        return Ok(());
    };
    stss.version("stss")?;
    for _ in 0..stss.count(4, "the table of key pictures")? {
        let number = stss.u32("stss")?;
        let sample = (number as usize)
            .checked_sub(1)
            .and_then(|index| samples.get_mut(index));
        let Some(sample) = sample else {
            return Err(stss.wrong(format!("there is no picture {number} to be a key")));
        };
        sample.key = true;
    }
    Ok(())
}

/// Walks chunks and samples side by side; every sample must lie inside the file.
fn places(stbl: Bytes<'_>, samples: &mut [Sample], length: u64) -> Result<(), VideoError> {
    let (mut offsets, wide) = match stbl.find(b"co64")? {
        Some(co64) => (co64, true),
        None => (stbl.need(b"stco")?, false),
    };
    offsets.version("the table of places")?;
    let chunks = offsets.count(if wide { 8 } else { 4 }, "the table of places")?;
    let mut stsc = stbl.need(b"stsc")?;
    stsc.version("stsc")?;
    let runs = stsc.count(12, "the table of chunks")?;
    let mut next_run = None;
    let mut runs_left = runs;
    let mut in_chunk = 0;
    let mut index = 0;
    for number in 1..=chunks {
        if next_run.is_none() && runs_left > 0 {
            runs_left -= 1;
            let (first, count) = (stsc.u32("stsc")?, stsc.u32("stsc")?);
            if stsc.u32("stsc")? != 1 {
                return Err(VideoError::Unsupported {
                    what: "the film changes its coding on the way".into(),
                    remedy: "Re-encode it as one: ffmpeg -i IN.mp4 -c:v libx264 -pix_fmt yuv420p OUT.mp4",
                    path: stbl.path().to_owned(),
                });
            }
            next_run = Some((first as usize, count));
        }
        if let Some((first, count)) = next_run
            && first <= number
        {
            in_chunk = count;
            next_run = None;
        }
        let mut offset = offsets.long(wide, "the table of places")?;
        for sample in samples.iter_mut().skip(index).take(in_chunk as usize) {
            put(sample, offset, length, &offsets)?;
            offset += u64::from(sample.size);
            index += 1;
        }
    }
    if index < samples.len() {
        return Err(stsc.wrong(format!(
            "the chunks hold {index} pictures of {}",
            samples.len()
        )));
    }
    Ok(())
}

/// Gives a sample its place, if the file has such bytes.
pub(super) fn put(
    sample: &mut Sample,
    offset: u64,
    length: u64,
    place: &Bytes<'_>,
) -> Result<(), VideoError> {
    let inside = sample.size > 0
        && offset
            .checked_add(u64::from(sample.size))
            .is_some_and(|end| end <= length);
    if !inside {
        return Err(place.wrong(format!(
            "a picture of {} bytes at byte {offset}, in a file of {length}",
            sample.size
        )));
    }
    sample.offset = offset;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn no_memory_is_taken_for_more_pictures_than_a_film_may_have() {
        let table = |same: u32, count: u32, entries: usize| {
            let mut content = 0_u32.to_be_bytes().to_vec();
            content.extend(same.to_be_bytes());
            content.extend(count.to_be_bytes());
            content.extend(1_u32.to_be_bytes().repeat(entries));
            let mut stbl = (8 + content.len() as u32).to_be_bytes().to_vec();
            stbl.extend(b"stsz");
            stbl.extend(content);
            sizes(Bytes::new(&stbl, 0, Path::new("film.mp4")), u64::MAX).map(|sizes| sizes.len())
        };
        let most = MOST_SAMPLES as usize;
        assert_eq!(table(1, MOST_SAMPLES, 0).unwrap(), most);
        assert!(table(1, MOST_SAMPLES + 1, 0).is_err());
        assert_eq!(table(0, MOST_SAMPLES, most).unwrap(), most);
        assert!(table(0, MOST_SAMPLES + 1, most + 1).is_err());
    }
}
