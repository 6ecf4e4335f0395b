//! A result as a view can show it: at its size, with its transparency or on a ground, as the bytes of a file.

use imaging::effects::{BackgroundColour, BackgroundPicture, Colour, Filter, Fit, Resize};
use imaging::removal::Doubt;
use imaging::{
    Backdrops, Format, ImagingError, Layout, Operation, Picture, Quality, Run, Saving, encode,
};
use pixels::Size;

/// Pixels of a side of the checkerboard's squares.
const SQUARE: usize = 8;
/// Its two levels of grey.
const LIGHT: u8 = 255;
const DARK: u8 = 204;

/// What lies under a result with transparency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Ground {
    /// Nothing: it is delivered with its transparency, and whoever draws it lays something under it.
    #[default]
    Nothing,
    /// Squares of 8 pixels, white and light grey, as picture editors show transparency.
    Checkerboard,
    /// One colour.
    Colour(Colour),
}

/// Format of a result with transparency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Clear {
    /// Without loss, pressed lightly.
    #[default]
    Png,
    /// With loss in colours, as small as JPEG.
    WebP,
}

/// Format of a result without transparency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Opaque {
    /// Soon made.
    #[default]
    Jpeg,
    /// Smaller, and several times the work.
    WebP,
}

/// How results are delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// What lies under transparency.
    pub ground: Ground,
    /// Format with transparency.
    pub clear: Clear,
    /// Format without.
    pub opaque: Opaque,
    /// Quality of JPEG and WebP, 1 to 100.
    pub quality: u8,
}

impl Default for Style {
    /// Transparency kept in a PNG, everything else a JPEG at 85, whose losses cannot be seen on a screen.
    fn default() -> Self {
        Self {
            ground: Ground::default(),
            clear: Clear::default(),
            opaque: Opaque::default(),
            quality: 85,
        }
    }
}

/// A result.
#[derive(Debug, Clone)]
pub struct Shown {
    /// The picture itself, at the size of its stage, with the transparency that it has. Shared, not copied.
    pub picture: Picture,
    /// What the view draws.
    pub visible: Visible,
    /// What removals of backgrounds were unsure of.
    pub doubts: Vec<Doubt>,
}

/// A picture at the size of a view, as the bytes of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visible {
    /// Format of the bytes.
    pub format: Format,
    /// Size of the picture in them.
    pub size: Size,
    /// Whether something shines through.
    pub transparent: bool,
    /// The file.
    pub bytes: Vec<u8>,
}

impl Visible {
    /// `picture` for a view whose longer side has `longest` pixels; never enlarged.
    ///
    /// # Errors
    /// When the style's quality is not allowed, or the run's checkpoint wants the work to end.
    pub fn of(
        picture: &Picture,
        longest: u32,
        style: Style,
        run: &Run<'_>,
    ) -> Result<Self, ImagingError> {
        let size = picture.size();
        let mut seen = picture.clone();
        if size.width().max(size.height()) > longest {
            let shrink = Resize {
                width: longest,
                height: longest,
                fit: Fit::Inside,
                // As the proxy is shrunk, so that nothing jumps when the full result takes its place.
                filter: Filter::Box,
            };
            seen = Operation::from(shrink).apply(&seen, &run.part(0, 3))?;
        }
        let mut transparent = seen.transparent();
        if transparent && style.ground != Ground::Nothing {
            seen = on_ground(&seen, style.ground, &run.part(1, 3))?;
            transparent = false;
        }
        let level = Quality::Level(style.quality);
        let (format, quality) = match (transparent, style.clear, style.opaque) {
            (true, Clear::Png, _) => (Format::Png, Quality::Level(1)),
            (true, Clear::WebP, _) | (false, _, Opaque::WebP) => (Format::WebP, level),
            (false, _, Opaque::Jpeg) => (Format::Jpeg, level),
        };
        let saving = Saving {
            quality,
            ..Saving::usual(format)
        };
        Ok(Self {
            format,
            size: seen.size(),
            transparent,
            bytes: encode(&seen, &saving, &run.part(2, 3))?,
        })
    }
}

fn on_ground(picture: &Picture, ground: Ground, run: &Run<'_>) -> Result<Picture, ImagingError> {
    match ground {
        Ground::Nothing => Ok(picture.clone()),
        Ground::Colour(colour) => Operation::from(BackgroundColour { colour }).apply(picture, run),
        Ground::Checkerboard => {
            let name = "checkerboard";
            let run = Run {
                backdrops: Backdrops::default().with(name, checkerboard(picture.size())?),
                ..run.clone()
            };
            let under = BackgroundPicture {
                picture: name.to_owned(),
                fit: Fit::Stretch,
            };
            Operation::from(under).apply(picture, &run)
        }
    }
}

fn checkerboard(size: Size) -> Result<Picture, ImagingError> {
    let (width, height) = (size.width() as usize, size.height() as usize);
    let row = |first: usize| -> Vec<u8> {
        (0..width)
            .flat_map(|x| match (x / SQUARE + first) % 2 {
                0 => [LIGHT; 3],
                _ => [DARK; 3],
            })
            .collect()
    };
    let rows = [row(0), row(1)];
    let mut bytes = Vec::with_capacity(3 * width * height);
    for y in 0..height {
        bytes.extend_from_slice(&rows[y / SQUARE % 2]);
    }
    Picture::new(size, Layout::Rgb, bytes)
}

#[cfg(test)]
mod tests {
    use imaging::open_bytes;

    use super::*;

    /// Red on the left half, nothing on the right.
    fn half(width: u32, height: u32) -> Picture {
        let size = Size::new(width, height).unwrap();
        let pixels = (0..size.pixels() as u32).flat_map(|at| match at % width < width / 2 {
            true => [200, 10, 20, 255],
            false => [0, 0, 0, 0],
        });
        Picture::new(size, Layout::Rgba, pixels.collect()).unwrap()
    }

    fn visible(picture: &Picture, longest: u32, style: Style) -> (Visible, Picture) {
        let visible = Visible::of(picture, longest, style, &Run::default()).unwrap();
        let opened = open_bytes(&visible.bytes, &Run::default()).unwrap();
        assert_eq!(opened.format, visible.format);
        assert_eq!(opened.picture.size(), visible.size);
        (visible, opened.picture)
    }

    fn pixel(picture: &Picture, x: usize, y: usize) -> &[u8] {
        let channels = picture.layout().channels();
        &picture.bytes()[y * picture.row_bytes() + x * channels..][..channels]
    }

    #[test]
    fn transparency_is_delivered_where_nothing_is_to_lie_under_it() {
        for clear in [Clear::Png, Clear::WebP] {
            let style = Style {
                clear,
                ..Style::default()
            };
            let (visible, seen) = visible(&half(64, 32), 64, style);
            assert!(visible.transparent);
            assert_eq!(pixel(&seen, 50, 5)[3], 0);
            assert_eq!(pixel(&seen, 5, 5)[3], 255);
        }
        let (visible, seen) = visible(&half(64, 32), 64, Style::default());
        assert_eq!(visible.format, Format::Png);
        assert_eq!(pixel(&seen, 5, 5), [200, 10, 20, 255]);
    }

    #[test]
    fn a_ground_lies_under_what_shines_through_and_nowhere_else() {
        let style = |ground| Style {
            ground,
            opaque: Opaque::WebP,
            quality: 100,
            ..Style::default()
        };
        let near = |seen: &[u8], expected: [u8; 3]| {
            let off = seen.iter().zip(expected).map(|(a, b)| a.abs_diff(b));
            assert!(off.max() < Some(8), "{seen:?} for {expected:?}");
        };
        let blue = Colour {
            red: 0,
            green: 0,
            blue: 255,
        };
        let (on_blue, seen) = visible(&half(64, 32), 64, style(Ground::Colour(blue)));
        assert!(!on_blue.transparent);
        near(pixel(&seen, 60, 5), [0, 0, 255]);
        near(pixel(&seen, 5, 5), [200, 10, 20]);
        let (_, seen) = visible(&half(64, 32), 64, style(Ground::Checkerboard));
        near(pixel(&seen, 60, 4), [DARK; 3]);
        near(pixel(&seen, 60, 12), [LIGHT; 3]);
        near(pixel(&seen, 52, 4), [LIGHT; 3]);
        near(pixel(&seen, 5, 5), [200, 10, 20]);
    }

    #[test]
    fn what_does_not_shine_through_is_a_jpeg_and_never_enlarged() {
        let size = Size::new(60, 30).unwrap();
        let opaque = Picture::new(size, Layout::Rgba, [9, 99, 199, 255].repeat(1800)).unwrap();
        let (visible, _) = visible(&opaque, 20, Style::default());
        assert_eq!(visible.format, Format::Jpeg);
        assert_eq!(visible.size, Size::new(20, 10).unwrap());
        let large = Visible::of(&opaque, 500, Style::default(), &Run::default()).unwrap();
        assert_eq!(large.size, size);
    }

    #[test]
    fn a_quality_that_cannot_be_is_said() {
        let style = Style {
            quality: 0,
            ..Style::default()
        };
        let size = Size::new(4, 4).unwrap();
        let picture = Picture::new(size, Layout::Rgb, vec![0; 48]).unwrap();
        let error = Visible::of(&picture, 4, style, &Run::default()).unwrap_err();
        assert!(error.to_string().contains("1 to 100"), "{error}");
    }
}
