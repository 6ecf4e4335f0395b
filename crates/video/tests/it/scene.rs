//! Pictures for films: a gradient, a block that moves by two pixels a picture, and the picture's number as eight squares.

use pixels::{CameraFrame, PixelFormat, Rotation, Size, Yuv420};
use units::MonoTime;
use video::Reader;

/// Side of a square of the number.
const SQUARE: usize = 8;

pub fn size(width: u32, height: u32) -> Size {
    Size::new(width, height).unwrap()
}

/// The picture number `number`, at least 64 x 32 pixels.
pub fn picture(size: Size, number: u32) -> Yuv420 {
    let (width, height) = (size.width() as usize, size.height() as usize);
    let mut picture = Yuv420::black(size);
    let left = (2 * number as usize) % (width - 16);
    for (at, y) in picture.y.iter_mut().enumerate() {
        let (column, row) = (at % width, at / width);
        let inside = (left..left + 16).contains(&column) && row >= height / 2;
        let plain = 40 + (column * 60 / width + row * 60 / height) as u8;
        *y = if row < SQUARE && column < 8 * SQUARE {
            if number >> (column / SQUARE) & 1 == 1 {
                235
            } else {
                16
            }
        } else if inside {
            200
        } else {
            plain
        };
    }
    picture.u.fill(110);
    picture.v.fill(140);
    picture
}

/// The number that is drawn in a picture.
pub fn number(picture: &Yuv420) -> u32 {
    let width = picture.size.width() as usize;
    (0..8)
        .map(|bit| {
            let middle = picture.y[SQUARE / 2 * width + bit * SQUARE + SQUARE / 2];
            u32::from(middle > 125) << bit
        })
        .sum()
}

/// The picture as a camera sends it.
pub fn frame(size: Size, number: u32) -> CameraFrame {
    let picture = picture(size, number);
    let mut bytes = picture.y;
    for (u, v) in picture.u.iter().zip(&picture.v) {
        bytes.extend_from_slice(&[*u, *v]);
    }
    CameraFrame {
        format: PixelFormat::Nv12,
        size,
        rotation: Rotation::None,
        sequence: number.into(),
        arrived_at: MonoTime(0),
        bytes: bytes.into(),
    }
}

/// The numbers in a film's pictures; 0 for a black one too.
pub fn numbers(path: &std::path::Path) -> Vec<u32> {
    let mut reader = Reader::open(path).unwrap();
    let mut picture = Yuv420::black(reader.film().size);
    let mut numbers = Vec::new();
    while reader.next_into(&mut picture).unwrap() {
        numbers.push(number(&picture));
    }
    numbers
}
