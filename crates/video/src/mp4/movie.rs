//! The boxes of a film of one track: its beginning, its fragments, and the `moov` that closes it.
//!
//! Shapes are those of ISO/IEC 14496-12 (boxes), 14496-15 (`avc1`) and the AV1 binding to it (`av01`).

use super::boxes::Boxes;
use super::index::Index;
use crate::codec::{Codec, Track};

/// Ticks of the clock for every sample, as FFmpeg takes for whole rates: the time of every sample is then exact.
pub(super) const TICKS: u32 = 512;

/// Where the reserved box is: behind an `ftyp` of 32 bytes.
pub(super) const RESERVED_AT: u64 = 32;

/// Bytes that are kept free at the beginning for the header of one large `mdat`.
pub(super) const RESERVED: usize = 16;

/// A sample that others are needed for: depends on others, not a key.
const DEPENDENT: u32 = 0x0101_0000;
/// A sample that needs no other.
const KEY: u32 = 0x0200_0000;

/// Identity of the transformation that every header repeats.
const MATRIX: [u32; 9] = [0x1_0000, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x4000_0000];

/// The clock of a film of that many pictures a second.
pub(super) fn timescale(fps: u32) -> u32 {
    fps.saturating_mul(TICKS)
}

/// All that stands before the first fragment: `ftyp`, the reserved `free` and a `moov` without samples.
pub(super) fn beginning(track: &Track) -> Vec<u8> {
    let mut boxes = Boxes::default();
    boxes.boxed(b"ftyp", |b| {
        b.raw(b"isom");
        b.u32(0x200);
        b.raw(b"isomiso6");
        b.raw(entry_kind(track.codec));
        b.raw(b"mp41");
    });
    boxes.boxed(b"free", |b| b.zeros(RESERVED - 8));
    boxes.boxed(b"moov", |b| {
        movie_header(b, track, 0);
        track_box(b, track, &Index::default());
        b.boxed(b"mvex", |b| {
            b.full(b"trex", 0, 0, |b| {
                b.u32(1); // track
                b.u32(1); // sample description
                b.u32(TICKS);
                b.u32(0); // size: said by every fragment
                b.u32(DEPENDENT);
            });
        });
    });
    boxes.into_bytes()
}

/// One fragment: samples `(size, key)` whose bytes are `data`, the first of them the film's `first`.
pub(super) fn fragment(sequence: u32, first: u64, samples: &[(u32, bool)], data: &[u8]) -> Vec<u8> {
    let mut boxes = Boxes::default();
    let mut data_offset_at = 0;
    boxes.boxed(b"moof", |b| {
        b.full(b"mfhd", 0, 0, |b| b.u32(sequence));
        b.boxed(b"traf", |b| {
            // Offsets count from this moof; the rest is as the track says.
            b.full(b"tfhd", 0, 0x02_0000, |b| b.u32(1));
            b.full(b"tfdt", 1, 0, |b| b.u64(first * u64::from(TICKS)));
            // With an offset of the data, and size and flags of every sample.
            b.full(b"trun", 0, 0x1 | 0x200 | 0x400, |b| {
                b.u32(u32::try_from(samples.len()).unwrap_or(u32::MAX));
                data_offset_at = b.len();
                b.u32(0);
                for (size, key) in samples {
                    b.u32(*size);
                    b.u32(if *key { KEY } else { DEPENDENT });
                }
            });
        });
    });
    let data_offset = u32::try_from(boxes.len() + 8).unwrap_or(u32::MAX);
    boxes.boxed(b"mdat", |b| b.raw(data));
    let mut bytes = boxes.into_bytes();
    bytes[data_offset_at..data_offset_at + 4].copy_from_slice(&data_offset.to_be_bytes());
    bytes
}

/// The header of the `mdat` that takes the place of the reserved box and reaches to `end`.
pub(super) fn cover(end: u64) -> [u8; RESERVED] {
    let mut bytes = [0; RESERVED];
    bytes[3] = 1; // the length follows in 64 bits
    bytes[4..8].copy_from_slice(b"mdat");
    bytes[8..].copy_from_slice(&(end - RESERVED_AT).to_be_bytes());
    bytes
}

/// The `moov` that knows every sample.
pub(super) fn closing(track: &Track, index: &Index) -> Vec<u8> {
    let mut boxes = Boxes::default();
    boxes.boxed(b"moov", |b| {
        movie_header(b, track, duration(index));
        track_box(b, track, index);
    });
    boxes.into_bytes()
}

fn duration(index: &Index) -> u64 {
    u64::from(index.samples()) * u64::from(TICKS)
}

fn entry_kind(codec: Codec) -> &'static [u8; 4] {
    match codec {
        Codec::H264 => b"avc1",
        Codec::Av1 => b"av01",
    }
}

/// A header with times of creation and change, and a duration that may need 64 bits. `between` stands before the
/// duration.
fn timed(
    boxes: &mut Boxes,
    kind: &[u8; 4],
    flags: u32,
    duration: u64,
    between: impl FnOnce(&mut Boxes),
    after: impl FnOnce(&mut Boxes),
) {
    // Times of creation stay zero, so that the same pictures give the same bytes.
    if let Ok(short) = u32::try_from(duration) {
        boxes.full(kind, 0, flags, |b| {
            b.zeros(8);
            between(b);
            b.u32(short);
            after(b);
        });
    } else {
        boxes.full(kind, 1, flags, |b| {
            b.zeros(16);
            between(b);
            b.u64(duration);
            after(b);
        });
    }
}

fn movie_header(boxes: &mut Boxes, track: &Track, duration: u64) {
    let clock = timescale(track.fps);
    timed(
        boxes,
        b"mvhd",
        0,
        duration,
        |b| b.u32(clock),
        |b| {
            b.u32(0x1_0000); // speed 1
            b.u16(0x100); // volume 1
            b.zeros(10);
            MATRIX.iter().for_each(|value| b.u32(*value));
            b.zeros(24);
            b.u32(2); // the next track's number
        },
    );
}

fn track_box(boxes: &mut Boxes, track: &Track, index: &Index) {
    let (width, height) = (track.size.width(), track.size.height());
    boxes.boxed(b"trak", |b| {
        // Enabled and part of the film.
        timed(
            b,
            b"tkhd",
            3,
            duration(index),
            |b| {
                b.u32(1);
                b.u32(0);
            },
            |b| {
                b.zeros(16); // layer, group, volume of something silent
                MATRIX.iter().for_each(|value| b.u32(*value));
                b.u32(width << 16);
                b.u32(height << 16);
            },
        );
        b.boxed(b"mdia", |b| {
            timed(
                b,
                b"mdhd",
                0,
                duration(index),
                |b| b.u32(timescale(track.fps)),
                |b| {
                    b.u16(0x55c4); // no language
                    b.u16(0);
                },
            );
            b.full(b"hdlr", 0, 0, |b| {
                b.u32(0);
                b.raw(b"vide");
                b.zeros(12);
                b.raw(b"VideoHandler\0");
            });
            b.boxed(b"minf", |b| {
                b.full(b"vmhd", 0, 1, |b| b.zeros(8));
                b.boxed(b"dinf", |b| {
                    b.full(b"dref", 0, 0, |b| {
                        b.u32(1);
                        b.full(b"url ", 0, 1, |_| ()); // in this file
                    });
                });
                b.boxed(b"stbl", |b| sample_table(b, track, index));
            });
        });
    });
}

fn sample_table(boxes: &mut Boxes, track: &Track, index: &Index) {
    boxes.full(b"stsd", 0, 0, |b| {
        b.u32(1);
        sample_entry(b, track);
    });
    boxes.full(b"stts", 0, 0, |b| {
        if index.samples() == 0 {
            b.u32(0);
        } else {
            b.u32(1);
            b.u32(index.samples());
            b.u32(TICKS);
        }
    });
    if index.keys.len() < index.sizes.len() {
        boxes.full(b"stss", 0, 0, |b| {
            b.u32(u32::try_from(index.keys.len()).unwrap_or(u32::MAX));
            index.keys.iter().for_each(|key| b.u32(key + 1));
        });
    }
    boxes.full(b"stsc", 0, 0, |b| chunk_runs(b, index));
    boxes.full(b"stsz", 0, 0, |b| {
        b.u32(0); // sizes differ
        b.u32(index.samples());
        index.sizes.iter().for_each(|size| b.u32(*size));
    });
    let chunks = u32::try_from(index.chunks.len()).unwrap_or(u32::MAX);
    // Offsets rise, so the last one says whether 32 bits are enough.
    let far = index
        .chunks
        .last()
        .is_some_and(|chunk| u32::try_from(chunk.offset).is_err());
    if far {
        boxes.full(b"co64", 0, 0, |b| {
            b.u32(chunks);
            index.chunks.iter().for_each(|chunk| b.u64(chunk.offset));
        });
    } else {
        boxes.full(b"stco", 0, 0, |b| {
            b.u32(chunks);
            for chunk in &index.chunks {
                b.u32(u32::try_from(chunk.offset).unwrap_or(u32::MAX));
            }
        });
    }
}

/// How many samples a chunk has, said again only where it changes.
fn chunk_runs(boxes: &mut Boxes, index: &Index) {
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for (number, chunk) in (1_u32..).zip(&index.chunks) {
        if runs
            .last()
            .is_none_or(|(_, samples)| *samples != chunk.samples)
        {
            runs.push((number, chunk.samples));
        }
    }
    boxes.u32(u32::try_from(runs.len()).unwrap_or(u32::MAX));
    for (first, samples) in runs {
        boxes.u32(first);
        boxes.u32(samples);
        boxes.u32(1); // sample description
    }
}

fn sample_entry(boxes: &mut Boxes, track: &Track) {
    boxes.boxed(entry_kind(track.codec), |b| {
        b.zeros(6);
        b.u16(1); // data reference
        b.zeros(16);
        // Sizes have 16 bits here and Size ends below that.
        b.u16(u16::try_from(track.size.width()).unwrap_or(u16::MAX));
        b.u16(u16::try_from(track.size.height()).unwrap_or(u16::MAX));
        b.u32(0x48_0000); // 72 dots an inch
        b.u32(0x48_0000);
        b.u32(0);
        b.u16(1); // pictures in a sample
        b.zeros(32); // name of the encoder
        b.u16(24); // depth
        b.u16(u16::MAX); // no colour table
        let parameters = match track.codec {
            Codec::H264 => b"avcC",
            Codec::Av1 => b"av1C",
        };
        b.boxed(parameters, |b| b.raw(&track.parameters));
        b.boxed(b"colr", |b| {
            b.raw(b"nclx");
            b.u16(6); // primaries, transfer and matrix of BT.601 (SMPTE 170M)
            b.u16(6);
            b.u16(6);
            b.u8(0); // limited range
        });
        b.boxed(b"pasp", |b| {
            b.u32(1);
            b.u32(1);
        });
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use pixels::Size;

    fn track() -> Track {
        Track {
            codec: Codec::H264,
            size: Size::new(640, 480).unwrap(),
            fps: 30,
            parameters: vec![1, 2, 3],
        }
    }

    #[test]
    fn the_reserved_box_is_where_it_is_said_to_be() {
        let bytes = beginning(&track());
        let at = usize::try_from(RESERVED_AT).unwrap();
        assert_eq!(&bytes[at..at + 8], b"\0\0\0\x10free");
        assert_eq!(&bytes[at + 20..at + 24], b"moov");
    }

    #[test]
    fn offsets_take_64_bits_only_where_they_must() {
        for (offset, letters) in [(4_294_967_295, b"stco"), (4_294_967_296, b"co64")] {
            let mut index = Index::default();
            index.chunk(offset, &[(1, true)]);
            let bytes = closing(&track(), &index);
            assert!(bytes.windows(4).any(|four| four == letters), "{offset}");
        }
    }
}
