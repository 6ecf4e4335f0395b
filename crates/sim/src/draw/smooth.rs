//! Takes the stairs off the edges: a pixel that differs much from a neighbour is mixed with its neighbours.
//!
//! Cheaper than drawing more pixels than there are, and at the size of these pictures nearly as good.

use super::canvas::Canvas;

/// Pixels that are looked at together.
const RUN: usize = 32;
/// Least difference of green to a neighbour that is an edge.
const EDGE: i32 = 26;

/// Owns the rows that it works from.
#[derive(Debug, Default)]
pub struct Smooth {
    above: Vec<u32>,
    here: Vec<u32>,
    /// Which runs of a row something stands in: the row above, this one, the row below.
    covered: [Vec<bool>; 3],
}

impl Smooth {
    /// Smooths the edges of what stands before the table, whose depths are `table`.
    pub fn edges(&mut self, canvas: &mut Canvas, table: &[f32]) {
        let width = canvas.size().width() as usize;
        let height = canvas.size().height() as usize;
        if width < 3 || height < 3 {
            return;
        }
        let near = &canvas.near;
        let colours = &mut canvas.colours;
        self.above.clear();
        self.above.extend_from_slice(&colours[..width]);
        let cover = |row: usize, covered: &mut Vec<bool>| {
            let row = row * width..row * width + width;
            covered.clear();
            covered.extend(runs(width).map(|(from, to)| {
                let run = row.start + from - 1..=row.start + to;
                differ(&near[run.clone()], &table[run])
            }));
        };
        cover(0, &mut self.covered[1]);
        cover(1, &mut self.covered[2]);
        for row in 1..height - 1 {
            self.covered.rotate_left(1);
            cover(row + 1, &mut self.covered[2]);
            let at = row * width;
            let (upper, below) = colours.split_at_mut(at + width);
            let (out, below) = (&mut upper[at..], &below[..width]);
            self.here.clear();
            self.here.extend_from_slice(out);
            for (place, (from, to)) in runs(width).enumerate() {
                if !self.covered.iter().any(|covered| covered[place]) {
                    continue;
                }
                let around = Around {
                    above: &self.above[from - 1..=to],
                    here: &self.here[from - 1..=to],
                    below: &below[from - 1..=to],
                };
                if around.rough() {
                    around.mix(&mut out[from..to]);
                }
            }
            std::mem::swap(&mut self.above, &mut self.here);
        }
    }
}

/// The runs of a row, the pixels at its ends left out.
fn runs(width: usize) -> impl Iterator<Item = (usize, usize)> {
    (1..width - 1)
        .step_by(RUN)
        .map(move |from| (from, (from + RUN).min(width - 1)))
}

fn differ(near: &[f32], table: &[f32]) -> bool {
    let mut differ = false;
    for (near, table) in near.iter().zip(table) {
        differ |= near.to_bits() != table.to_bits();
    }
    differ
}

/// A run of pixels with one neighbour to the left and right, and the rows above and below.
struct Around<'a> {
    above: &'a [u32],
    here: &'a [u32],
    below: &'a [u32],
}

impl Around<'_> {
    fn rough(&self) -> bool {
        let mut most = 0;
        for (left, right) in self.here.iter().zip(&self.here[1..]) {
            most = most.max(apart(*left, *right));
        }
        for ((above, here), below) in self.above.iter().zip(self.here).zip(self.below) {
            most = most.max(apart(*above, *here)).max(apart(*here, *below));
        }
        most > EDGE
    }

    fn mix(&self, out: &mut [u32]) {
        let sides = self.here.iter().zip(&self.here[2..]);
        let rows = self.above[1..].iter().zip(&self.below[1..]);
        for ((out, (left, right)), (above, below)) in out.iter_mut().zip(sides).zip(rows) {
            let here = *out;
            let edge = apart(here, *left)
                .max(apart(here, *right))
                .max(apart(here, *above))
                .max(apart(here, *below));
            if edge > EDGE {
                // Half the pixel and an eighth of each neighbour, two colours in one word at a time.
                let mixed = |mask: u32| {
                    let sum = (here & mask) as u64 * 4
                        + (left & mask) as u64
                        + (right & mask) as u64
                        + (above & mask) as u64
                        + (below & mask) as u64;
                    (sum >> 3) as u32 & mask
                };
                *out = mixed(0x00ff_00ff) | mixed(0x0000_ff00);
            }
        }
    }
}

fn apart(one: u32, other: u32) -> i32 {
    let green = |colour: u32| (colour >> 8 & 255) as i32;
    (green(one) - green(other)).abs()
}

#[cfg(test)]
mod tests {
    use pixels::Size;

    use super::*;

    #[test]
    fn an_edge_becomes_a_slope_and_even_fields_stay_as_they_are() {
        let mut canvas = Canvas::new(Size::new(80, 5).unwrap());
        let table = canvas.near.clone();
        for (place, colour) in canvas.colours.iter_mut().enumerate() {
            let covered = place % 80 >= 40;
            *colour = if covered { 0x00f0_e0d0 } else { 0x0010_2030 };
            canvas.near[place] = f32::from(u8::from(covered));
        }
        Smooth::default().edges(&mut canvas, &table);
        let row = &canvas.colours[160..240];
        assert!(row[..39].iter().all(|colour| *colour == 0x0010_2030));
        assert!(row[41..].iter().all(|colour| *colour == 0x00f0_e0d0));
        assert_eq!((row[39], row[40]), (0x002c_3844, 0x00d4_c8bc));
    }

    #[test]
    fn the_bare_table_is_left_alone() {
        let mut canvas = Canvas::new(Size::new(80, 5).unwrap());
        canvas.colours[200] = 0x00ff_ffff;
        let table = canvas.near.clone();
        Smooth::default().edges(&mut canvas, &table);
        assert_eq!(canvas.colours[200], 0x00ff_ffff);
        canvas.near[201] = 3.0;
        Smooth::default().edges(&mut canvas, &table);
        assert_eq!(canvas.colours[200], 0x007f_7f7f);
    }
}
