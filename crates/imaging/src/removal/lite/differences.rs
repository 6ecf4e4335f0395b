//! Where the picture differs from its background by more than noise explains.
//!
//! Differences are averaged over three by three pixels with their signs, so that noise falls to a third and does not
//! add up to a difference.

use super::ground::Ground;
use crate::error::ImagingError;
use crate::picture::Picture;
use crate::run::Run;

/// Rows of a strip; three more are looked at for each, so fewer would cost.
const ROWS: usize = 64;

/// 1 where the picture differs by more than `limit` levels, 0 elsewhere.
pub(super) fn differences(
    picture: &Picture,
    ground: &Ground,
    limit: f32,
    run: &Run<'_>,
) -> Result<Vec<u8>, ImagingError> {
    let (width, height) = (
        picture.size().width() as usize,
        picture.size().height() as usize,
    );
    let mut map = vec![0; width * height];
    // Nine eighths of a level are a sum of nine differences, each in eighths.
    let limit = (limit * 72.0).powi(2);
    run.strips(&mut map, width, ROWS, |first, strip| {
        let mut rows = [(); 3].map(|()| Planes::new(width));
        let mut sums = Planes::new(width);
        let fill = |planes: &mut Planes, y: usize| planes.fill(picture, ground, y);
        // Beyond the edge the edge goes on.
        fill(&mut rows[0], first.saturating_sub(1));
        fill(&mut rows[1], first);
        for (index, out) in strip.chunks_exact_mut(width).enumerate() {
            let y = first + index;
            fill(&mut rows[(index + 2) % 3], (y + 1).min(height - 1));
            sums.add(&rows);
            decided(&sums, limit, out);
        }
        Ok(())
    })?;
    Ok(map)
}

/// Differences of a row in eighths of a level, a channel after the other, each with one more pixel at both ends.
struct Planes([Vec<i16>; 3]);

impl Planes {
    fn new(width: usize) -> Self {
        Self([(); 3].map(|()| vec![0; width + 2]))
    }

    fn fill(&mut self, picture: &Picture, ground: &Ground, y: usize) {
        let row_bytes = picture.row_bytes();
        let row = &picture.bytes()[y * row_bytes..][..row_bytes];
        let under = ground.row(y);
        let width = picture.size().width() as usize;
        for (channel, plane) in self.0.iter_mut().enumerate() {
            under.eighths(channel, &mut plane[1..=width]);
            let plane = &mut plane[1..=width];
            match picture.layout().channels() {
                3 => subtract::<3>(plane, row, channel),
                _ => subtract::<4>(plane, row, channel),
            }
        }
        for plane in &mut self.0 {
            plane[0] = plane[1];
            plane[width + 1] = plane[width];
        }
    }

    fn add(&mut self, [a, b, c]: &[Self; 3]) {
        let planes = self.0.iter_mut().zip(&a.0).zip(b.0.iter().zip(&c.0));
        for ((sum, a), (b, c)) in planes {
            for ((sum, a), (b, c)) in sum.iter_mut().zip(a).zip(b.iter().zip(c)) {
                *sum = a + b + c;
            }
        }
    }
}

/// `plane` becomes the picture's channel less what was in it.
fn subtract<const N: usize>(plane: &mut [i16], row: &[u8], channel: usize) {
    for (out, pixel) in plane.iter_mut().zip(row.as_chunks::<N>().0) {
        *out = i16::from(pixel[channel]) * 8 - *out;
    }
}

fn decided(sums: &Planes, limit: f32, out: &mut [u8]) {
    let [r, g, b] = &sums.0;
    let width = out.len();
    let near = |plane: &[i16], x: usize| {
        // Nine times 255 levels of eight eighths fit 16 bits.
        let sum = plane[x] + plane[x + 1] + plane[x + 2];
        let sum = f32::from(sum);
        sum * sum
    };
    let (r, g, b) = (&r[..width + 2], &g[..width + 2], &b[..width + 2]);
    for (x, out) in out.iter_mut().enumerate() {
        *out = u8::from(near(r, x) + near(g, x) + near(b, x) > limit);
    }
}
