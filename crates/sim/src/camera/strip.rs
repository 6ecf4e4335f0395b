//! What a machine reads out of a simulated picture: which camera, which picture, and where the joints were drawn.
//!
//! Three rows of forty cells along the lower border, black or white, at least eight pixels wide and high from a picture
//! of 320x240 on, so that they come through 4:2:0, JPEG and H.264 as it is recorded. The first two and the last two cells
//! say what black and white are; a checksum says whether the rest was read well.
//! Not here: the digits for people (`draw::text`).

use pixels::Size;

use crate::arm::MOTORS;
use crate::draw::canvas::Canvas;

const COLUMNS: usize = 40;
const ROWS: usize = 3;
/// Least pixels of a cell's width for any strip at all; below eight, a film may spoil it.
const LEAST: usize = 4;
/// Least difference between white and black.
const CONTRAST: u32 = 50;
/// Bits of each part, in their order.
const CAMERA: u32 = 4;
const COUNTER: u32 = 24;
const TICKS: u32 = 12;
const CHECK: u32 = 16;
const PAYLOAD: u32 = CAMERA + COUNTER + TICKS * MOTORS as u32;

/// What stands in a strip.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Strip {
    /// The camera's number, 0 to 15.
    pub camera: u8,
    /// Counts the camera's exposures from 0; after 16,777,215 comes 0.
    pub counter: u32,
    /// Present_Position of each joint as drawn, 0 to 4095.
    pub ticks: [u16; MOTORS],
}

/// Where the cells of a picture lie.
struct Layout {
    width: usize,
    cell: [usize; 2],
    top: usize,
}

impl Layout {
    /// `None` for a picture that is too small for a strip.
    fn of(size: Size) -> Option<Self> {
        let (width, height) = (size.width() as usize, size.height() as usize);
        let cell = [(width / COLUMNS), (height / 60).max(8)];
        (cell[0] >= LEAST && cell[1] * ROWS * 4 <= height).then(|| Self {
            width,
            cell,
            top: height - cell[1] * ROWS,
        })
    }

    /// Upper left pixel of a cell.
    fn corner(&self, cell: usize) -> [usize; 2] {
        [
            cell % COLUMNS * self.cell[0],
            self.top + cell / COLUMNS * self.cell[1],
        ]
    }
}

/// Draws a strip over the lower border of a picture, if that is large enough.
pub fn write(canvas: &mut Canvas, strip: &Strip) {
    let Some(layout) = Layout::of(canvas.size()) else {
        return;
    };
    let border = layout.top * layout.width;
    canvas.colours[border..].fill(0);
    for (cell, white) in cells(strip).into_iter().enumerate() {
        if !white {
            continue;
        }
        let [x, y] = layout.corner(cell);
        for row in y..y + layout.cell[1] {
            let start = row * layout.width + x;
            canvas.colours[start..start + layout.cell[0]].fill(0x00ff_ffff);
        }
    }
}

/// Reads the strip of a picture from its luma, row by row without padding, in any range. `None` when there is none, or
/// not all of it came through.
pub fn read_strip(luma: &[u8], size: Size) -> Option<Strip> {
    let layout = Layout::of(size)?;
    if luma.len() < size.pixels() {
        return None;
    }
    let levels: Vec<u32> = (0..COLUMNS * ROWS)
        .map(|cell| mean(luma, &layout, cell))
        .collect();
    let last = levels.len() - 1;
    let white = levels[0].min(levels[last]);
    let black = levels[1].max(levels[last - 1]);
    if white < black + CONTRAST {
        return None;
    }
    let middle = u32::midpoint(white, black);
    let bits = levels[2..last - 1].iter().fold(0_u128, |bits, level| {
        bits << 1 | u128::from(*level > middle)
    });
    let payload = bits >> CHECK;
    if (bits & 0xffff) as u16 != check(payload) {
        return None;
    }
    Some(unpacked(payload))
}

/// Mean of the inner part of a cell: its border takes what a codec smears over from its neighbours.
fn mean(luma: &[u8], layout: &Layout, cell: usize) -> u32 {
    let [x, y] = layout.corner(cell);
    let [wide, high] = layout.cell;
    let (left, right) = (x + wide / 4, x + wide - wide / 4);
    let (top, bottom) = (y + high / 4, y + high - high / 4);
    let sum: u32 = (top..bottom)
        .flat_map(|row| &luma[row * layout.width + left..row * layout.width + right])
        .map(|level| u32::from(*level))
        .sum();
    sum / ((right - left) * (bottom - top)) as u32
}

fn cells(strip: &Strip) -> [bool; COLUMNS * ROWS] {
    let payload = packed(strip);
    let bits = payload << CHECK | u128::from(check(payload));
    let count = PAYLOAD + CHECK;
    std::array::from_fn(|cell| match cell as u32 {
        0 => true,
        1 => false,
        cell if cell == count + 2 => false,
        cell if cell == count + 3 => true,
        cell => bits >> (count + 1 - cell) & 1 == 1,
    })
}

fn packed(strip: &Strip) -> u128 {
    let mut payload = u128::from(strip.camera & 15);
    payload = payload << COUNTER | u128::from(strip.counter & 0xff_ffff);
    for ticks in strip.ticks {
        payload = payload << TICKS | u128::from(ticks & 0xfff);
    }
    payload
}

fn unpacked(payload: u128) -> Strip {
    let joints = TICKS * MOTORS as u32;
    Strip {
        camera: (payload >> (COUNTER + joints)) as u8 & 15,
        counter: (payload >> joints) as u32 & 0xff_ffff,
        ticks: std::array::from_fn(|place| {
            (payload >> (joints - TICKS * (place as u32 + 1))) as u16 & 0xfff
        }),
    }
}

/// CRC-16 with the polynomial 0x1021 from 0xffff, so that neither an all-black nor an all-white strip is a good one.
fn check(payload: u128) -> u16 {
    payload.to_be_bytes().iter().fold(0xffff, |crc, byte| {
        (0..8).fold(crc ^ u16::from(*byte) << 8, |crc: u16, _| {
            crc << 1 ^ if crc & 0x8000 == 0 { 0 } else { 0x1021 }
        })
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_strip() -> impl Strategy<Value = Strip> {
        (
            0..16_u8,
            0..0x100_0000_u32,
            prop::array::uniform6(0..4096_u16),
        )
            .prop_map(|(camera, counter, ticks)| Strip {
                camera,
                counter,
                ticks,
            })
    }

    fn luma(canvas: &Canvas, low: u8, high: u8) -> Vec<u8> {
        canvas
            .colours
            .iter()
            .map(|colour| low + ((colour >> 8 & 255) * u32::from(high - low) / 255) as u8)
            .collect()
    }

    proptest! {
        #[test]
        fn a_strip_is_read_back_from_a_picture_of_any_size_and_range(
            strip in any_strip(),
            width in 160..1300_u32,
            height in 120..1000_u32,
            limited: bool,
            grey in 0..255_u32,
        ) {
            let size = Size::new(width, height).unwrap();
            let mut canvas = Canvas::new(size);
            canvas.colours.fill(grey * 0x01_0101);
            write(&mut canvas, &strip);
            let (low, high) = if limited { (16, 235) } else { (0, 255) };
            prop_assert_eq!(read_strip(&luma(&canvas, low, high), size), Some(strip));
        }

        #[test]
        fn no_luma_makes_the_reader_panic(
            luma in prop::collection::vec(any::<u8>(), 0..40_000),
            width in 1..400_u32,
            height in 1..300_u32,
        ) {
            let size = Size::new(width, height).unwrap();
            prop_assert_eq!(read_strip(&luma, size), None);
        }

        #[test]
        fn a_strip_with_one_cell_turned_over_is_refused(strip in any_strip(), cell in 2..118_usize) {
            let size = Size::new(320, 240).unwrap();
            let mut canvas = Canvas::new(size);
            write(&mut canvas, &strip);
            let mut luma = luma(&canvas, 0, 255);
            let layout = Layout::of(size).unwrap();
            let [x, y] = layout.corner(cell);
            for row in y..y + 8 {
                for level in &mut luma[row * 320 + x..row * 320 + x + 8] {
                    *level = 255 - *level;
                }
            }
            prop_assert_eq!(read_strip(&luma, size), None);
        }
    }

    #[test]
    fn a_picture_too_small_for_a_strip_stays_as_it_is() {
        let mut canvas = Canvas::new(Size::new(64, 48).unwrap());
        let strip = Strip {
            camera: 1,
            counter: 2,
            ticks: [4095; 6],
        };
        write(&mut canvas, &strip);
        assert!(canvas.colours.iter().all(|colour| *colour == 0));
    }
}
