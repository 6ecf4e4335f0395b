//! How the bytes of a picture are laid out, how large it is, and which way is up.

use std::fmt;

/// Layout of a camera's bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PixelFormat {
    /// One JPEG per picture, as UVC cameras send it: full range BT.601, mostly 4:2:2, tables may be missing.
    Mjpg,
    /// Packed 4:2:2, two bytes a pixel: Y0 U Y1 V. Limited range BT.601.
    Yuyv,
    /// Planar 4:2:0: Y, then U and V alternating. Limited range BT.601.
    Nv12,
    /// Three bytes a pixel: red, green, blue, full range.
    Rgb,
    /// One byte a pixel, full range.
    Gray,
}

impl PixelFormat {
    /// The name that people and LeRobot's `fourcc` use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Mjpg => "MJPG",
            Self::Yuyv => "YUYV",
            Self::Nv12 => "NV12",
            Self::Rgb => "RGB3",
            Self::Gray => "GREY",
        }
    }

    /// The format of a name, in any case.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Mjpg, Self::Yuyv, Self::Nv12, Self::Rgb, Self::Gray]
            .into_iter()
            .find(|format| format.name().eq_ignore_ascii_case(name))
    }

    /// Bytes of a whole picture; `None` where they depend on what is seen.
    pub fn bytes(self, size: Size) -> Option<usize> {
        let pixels = size.pixels();
        match self {
            Self::Mjpg => None,
            // An odd width ends with half a pair, which takes the room of a whole one.
            Self::Yuyv => Some(4 * size.chroma().width as usize * size.height as usize),
            Self::Nv12 => Some(pixels + 2 * size.chroma().pixels()),
            Self::Rgb => Some(pixels * 3),
            Self::Gray => Some(pixels),
        }
    }
}

impl fmt::Display for PixelFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Width and height in pixels. Every `Size` that exists has pixels and is small enough to be multiplied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Size {
    width: u32,
    height: u32,
}

impl Size {
    /// Largest width and height; far beyond any camera, so that a hostile header cannot ask for all memory.
    pub const LARGEST: u32 = 16_384;

    /// A single pixel.
    pub const ONE: Self = Self {
        width: 1,
        height: 1,
    };

    /// The size, or `None` without pixels or beyond [`Size::LARGEST`].
    pub const fn new(width: u32, height: u32) -> Option<Self> {
        if width == 0 || height == 0 || width > Self::LARGEST || height > Self::LARGEST {
            return None;
        }
        Some(Self { width, height })
    }

    /// Pixels in a row.
    pub const fn width(self) -> u32 {
        self.width
    }

    /// Rows.
    pub const fn height(self) -> u32 {
        self.height
    }

    /// Pixels in all.
    pub const fn pixels(self) -> usize {
        self.width as usize * self.height as usize
    }

    /// Size of a 4:2:0 picture's colour planes: half in both axes, rounded up.
    pub const fn chroma(self) -> Self {
        Self {
            width: self.width.div_ceil(2),
            height: self.height.div_ceil(2),
        }
    }

    /// Width and height exchanged.
    pub const fn turned(self) -> Self {
        Self {
            width: self.height,
            height: self.width,
        }
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}x{}", self.width, self.height)
    }
}

/// How far a picture is turned clockwise before anybody sees or records it, for a camera that is mounted so.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Rotation {
    /// As the camera sees it.
    #[default]
    None,
    /// A quarter to the right.
    Quarter,
    /// Upside down.
    Half,
    /// A quarter to the left.
    ThreeQuarters,
}

impl Rotation {
    /// The rotation of LeRobot's spelling: 0, 90, 180, 270 or -90 degrees.
    pub fn from_degrees(degrees: i64) -> Option<Self> {
        match degrees {
            0 => Some(Self::None),
            90 => Some(Self::Quarter),
            180 | -180 => Some(Self::Half),
            270 | -90 => Some(Self::ThreeQuarters),
            _ => None,
        }
    }

    /// Size of a picture of `size` once it is turned.
    pub fn applied_to(self, size: Size) -> Size {
        match self {
            Self::None | Self::Half => size,
            Self::Quarter | Self::ThreeQuarters => size.turned(),
        }
    }
}
