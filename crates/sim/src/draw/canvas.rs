//! Pixels with a depth: filled convex faces, nearest wins.
//!
//! Depth is one over the distance along the camera's axis: it is linear on the screen for a flat face, and 0 is
//! infinitely far. Faces are convex polygons, filled row by row, which is quicker than triangles for a dozen boxes.
//! Not here: what is drawn (`parts`), where the camera is (`lens`).

use pixels::Size;

/// Colours of one material from dark to light: place 0 to 255, each 0x00RRGGBB.
pub type Ramp = [u32; 256];

/// A corner of a face on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Corner {
    /// Pixels from the left; pixel centres lie at .5.
    pub x: f32,
    /// Pixels from the top.
    pub y: f32,
    /// One over the distance, 1/m.
    pub near: f32,
    /// Place on the ramp, 0 to 255.
    pub light: f32,
}

/// A picture in the making.
#[derive(Debug, Clone)]
pub struct Canvas {
    size: Size,
    /// 0x00RRGGBB, row by row.
    pub colours: Vec<u32>,
    /// One over the distance of what is in each pixel.
    pub near: Vec<f32>,
    /// A bit for each light that does not reach the pixel.
    pub shadow: Vec<u8>,
    spans: Vec<[f32; 2]>,
}

impl Canvas {
    /// A black one.
    pub fn new(size: Size) -> Self {
        Self {
            size,
            colours: vec![0; size.pixels()],
            near: vec![0.0; size.pixels()],
            shadow: vec![0; size.pixels()],
            spans: vec![[0.0; 2]; size.height() as usize],
        }
    }

    /// Its size.
    pub fn size(&self) -> Size {
        self.size
    }

    /// Fills a convex face whose corners turn clockwise on the screen; one that turns the other way is seen from
    /// behind and left out.
    pub fn fill(&mut self, corners: &[Corner], ramp: &Ramp) {
        let Some(slope) = Slope::of(corners) else {
            return;
        };
        let Some(rows) = self.scan(corners) else {
            return;
        };
        let width = self.size.width() as usize;
        for row in rows {
            let Some((from, to)) = columns(self.spans[row], width) else {
                continue;
            };
            let (mut near, mut light) = slope.at(from as f32 + 0.5, row as f32 + 0.5);
            let range = row * width + from..row * width + to;
            let depths = &mut self.near[range.clone()];
            let colours = &mut self.colours[range];
            for (depth, colour) in depths.iter_mut().zip(colours) {
                if near > *depth {
                    *depth = near;
                    *colour = ramp[light.clamp(0.0, 255.0) as usize & 255];
                }
                near += slope.near[0];
                light += slope.light[0];
            }
        }
    }

    /// Marks what one light does not reach, on the ground, before anything stands on it.
    pub fn shade(&mut self, corners: &[Corner], light: u8) {
        let width = self.size.width() as usize;
        let Some(rows) = self.scan(corners) else {
            return;
        };
        for row in rows {
            if let Some((from, to)) = columns(self.spans[row], width) {
                for mark in &mut self.shadow[row * width + from..row * width + to] {
                    *mark |= light;
                }
            }
        }
    }

    /// Darkens what is marked, by how many lights do not reach it, and forgets the marks.
    pub fn darken(&mut self, shares: &[u32; 256]) {
        for (marks, colours) in self.shadow.chunks_mut(32).zip(self.colours.chunks_mut(32)) {
            if marks.iter().fold(0, |any, mark| any | mark) == 0 {
                continue;
            }
            for (mark, colour) in marks.iter_mut().zip(colours) {
                if *mark != 0 {
                    *colour = scaled(*colour, shares[usize::from(*mark)]);
                    *mark = 0;
                }
            }
        }
    }

    /// Left and right border of a convex face in each row of pixels that it covers.
    fn scan(&mut self, corners: &[Corner]) -> Option<std::ops::Range<usize>> {
        let height = self.size.height() as f32;
        let (mut top, mut bottom) = (height, 0.0_f32);
        for corner in corners {
            top = top.min(corner.y);
            bottom = bottom.max(corner.y);
        }
        let rows = ((top - 0.5).ceil().max(0.0) as usize)
            ..((bottom - 0.5).ceil().clamp(0.0, height) as usize);
        if rows.is_empty() {
            return None;
        }
        self.spans[rows.clone()].fill([f32::INFINITY, f32::NEG_INFINITY]);
        let mut before = corners[corners.len() - 1];
        for &corner in corners {
            let (high, low) = if before.y < corner.y {
                (before, corner)
            } else {
                (corner, before)
            };
            let from = (high.y - 0.5).ceil().max(0.0) as usize;
            let to = (low.y - 0.5).ceil().clamp(0.0, height) as usize;
            if from < to {
                let slope = (low.x - high.x) / (low.y - high.y);
                let mut x = high.x + (from as f32 + 0.5 - high.y) * slope;
                for span in &mut self.spans[from..to] {
                    span[0] = span[0].min(x);
                    span[1] = span[1].max(x);
                    x += slope;
                }
            }
            before = corner;
        }
        Some(rows)
    }
}

/// The pixels whose centres lie between two borders.
fn columns([left, right]: [f32; 2], width: usize) -> Option<(usize, usize)> {
    let from = (left - 0.5).ceil().max(0.0) as usize;
    let to = ((right - 0.5).ceil().max(0.0) as usize).min(width);
    (from < to).then_some((from, to))
}

/// A colour times a share of 256.
pub fn scaled(colour: u32, share: u32) -> u32 {
    let outer = (((colour & 0x00ff_00ff) * share) >> 8) & 0x00ff_00ff;
    let inner = (((colour & 0x0000_ff00) * share) >> 8) & 0x0000_ff00;
    outer | inner
}

/// How depth and light change from pixel to pixel over a flat face.
struct Slope {
    origin: Corner,
    near: [f32; 2],
    light: [f32; 2],
}

impl Slope {
    /// `None` for a face without area or one seen from behind.
    fn of(corners: &[Corner]) -> Option<Self> {
        let origin = *corners.first()?;
        // The two corners that span the largest triangle with the first: slivers would blur the slope.
        let mut best = (0.0, origin, origin);
        let mut area = 0.0;
        for pair in corners.windows(2).skip(1) {
            let (one, other) = (pair[0], pair[1]);
            let twice = (one.x - origin.x) * (other.y - origin.y)
                - (other.x - origin.x) * (one.y - origin.y);
            area += twice;
            if twice > best.0 {
                best = (twice, one, other);
            }
        }
        let (twice, one, other) = best;
        if area <= 0.0 || twice < 1e-3 {
            return None;
        }
        let (ax, ay) = (one.x - origin.x, one.y - origin.y);
        let (bx, by) = (other.x - origin.x, other.y - origin.y);
        let slope = |a: f32, b: f32| [(a * by - b * ay) / twice, (b * ax - a * bx) / twice];
        Some(Self {
            origin,
            near: slope(one.near - origin.near, other.near - origin.near),
            light: slope(one.light - origin.light, other.light - origin.light),
        })
    }

    fn at(&self, x: f32, y: f32) -> (f32, f32) {
        let (dx, dy) = (x - self.origin.x, y - self.origin.y);
        (
            self.origin.near + self.near[0] * dx + self.near[1] * dy,
            self.origin.light + self.light[0] * dx + self.light[1] * dy,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn corner(x: f32, y: f32, near: f32) -> Corner {
        Corner {
            x,
            y,
            near,
            light: near * 10.0,
        }
    }

    fn ramp() -> Ramp {
        std::array::from_fn(|place| place as u32)
    }

    #[test]
    fn faces_fill_the_pixels_whose_centres_they_cover_and_the_nearest_wins() {
        let mut canvas = Canvas::new(Size::new(8, 4).unwrap());
        let far = [(1.0, 1.0), (7.0, 1.0), (7.0, 3.0), (1.0, 3.0)].map(|(x, y)| corner(x, y, 1.0));
        let close =
            [(3.0, 0.0), (5.4, 0.0), (5.4, 4.0), (3.0, 4.0)].map(|(x, y)| corner(x, y, 2.0));
        canvas.fill(&close, &ramp());
        canvas.fill(&far, &ramp());
        let rows: Vec<Vec<u32>> = canvas.colours.chunks(8).map(<[u32]>::to_vec).collect();
        assert_eq!(rows[0], [0, 0, 0, 20, 20, 0, 0, 0]);
        assert_eq!(rows[1], [0, 10, 10, 20, 20, 10, 10, 0]);
        assert_eq!(rows[2], rows[1]);
        assert_eq!(rows[3], rows[0]);
    }

    #[test]
    fn a_face_seen_from_behind_or_far_outside_changes_nothing() {
        let mut canvas = Canvas::new(Size::new(8, 4).unwrap());
        let behind =
            [(1.0, 3.0), (7.0, 3.0), (7.0, 1.0), (1.0, 1.0)].map(|(x, y)| corner(x, y, 1.0));
        let outside =
            [(-1e9, -5.0), (-3.0, -5.0), (-3.0, 1e9), (-1e9, 1e9)].map(|(x, y)| corner(x, y, 1.0));
        canvas.fill(&behind, &ramp());
        canvas.fill(&outside, &ramp());
        canvas.fill(&[], &ramp());
        assert!(canvas.colours.iter().all(|colour| *colour == 0));
    }

    #[test]
    fn depth_runs_evenly_over_a_slanting_face() {
        let mut canvas = Canvas::new(Size::new(8, 8).unwrap());
        let face = [
            (0.0, 0.0, 1.0),
            (8.0, 0.0, 9.0),
            (8.0, 8.0, 17.0),
            (0.0, 8.0, 9.0),
        ]
        .map(|(x, y, near)| corner(x, y, near));
        canvas.fill(&face, &ramp());
        for (place, near) in canvas.near.iter().enumerate() {
            let expected = 2.0 + (place % 8 + place / 8) as f32;
            assert!((near - expected).abs() < 1e-3, "{place}: {near}");
        }
    }

    #[test]
    fn shadow_darkens_each_pixel_once_however_many_parts_throw_it() {
        let mut canvas = Canvas::new(Size::new(4, 1).unwrap());
        canvas.colours.fill(0x0080_80ff);
        let part = [(1.0, 0.0), (3.0, 0.0), (3.0, 1.0), (1.0, 1.0)].map(|(x, y)| corner(x, y, 1.0));
        canvas.shade(&part, 1);
        canvas.shade(&part, 1);
        let mut shares = [256; 256];
        shares[1] = 128;
        canvas.darken(&shares);
        assert_eq!(
            canvas.colours,
            [0x0080_80ff, 0x0040_407f, 0x0040_407f, 0x0080_80ff]
        );
        canvas.darken(&shares);
        assert_eq!(canvas.colours[1], 0x0040_407f);
    }
}
