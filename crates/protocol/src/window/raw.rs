//! Layout of the raw answers: pictures for a canvas and curves for a plot. Little-endian throughout.
//!
//! A picture: [`PICTURE_HEAD`] bytes, then the JPEG. A curve: [`CURVE_HEAD`] bytes, then rows of 32-bit floats.
//! Not here: who makes them (`desk`).

/// `u64` sequence, `f64` milliseconds from 1970 to its arrival at this computer, `u16` width, `u16` height, `u32` bytes of the
/// JPEG that follows.
pub const PICTURE_HEAD: usize = 24;

/// `u64` number of the first row, `u32` rows, `u32` values a row, `f64` rows a second.
///
/// Each row is its values: the observation in dataset order, then the action. A value that is not known is NaN.
pub const CURVE_HEAD: usize = 24;

/// The head of a picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PictureHead {
    /// Number of the picture at its camera.
    pub sequence: u64,
    /// Milliseconds from 1970 to its arrival at this computer, by the clock that the page's own time goes by: the page
    /// tells from it how old the picture is when it is drawn.
    pub arrived_ms: f64,
    /// Pixels across.
    pub width: u16,
    /// Pixels down.
    pub height: u16,
    /// Bytes of the JPEG.
    pub bytes: u32,
}

impl PictureHead {
    /// As it stands before the JPEG.
    pub fn bytes(&self) -> [u8; PICTURE_HEAD] {
        let mut head = [0; PICTURE_HEAD];
        head[0..8].copy_from_slice(&self.sequence.to_le_bytes());
        head[8..16].copy_from_slice(&self.arrived_ms.to_le_bytes());
        head[16..18].copy_from_slice(&self.width.to_le_bytes());
        head[18..20].copy_from_slice(&self.height.to_le_bytes());
        head[20..24].copy_from_slice(&self.bytes.to_le_bytes());
        head
    }
}

/// The head of a piece of curve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CurveHead {
    /// Number of the first row, from the beginning of the drive or the episode.
    pub first: u64,
    /// Rows that follow.
    pub rows: u32,
    /// Values of a row.
    pub values: u32,
    /// Rows a second.
    pub rate_hz: f64,
}

impl CurveHead {
    /// As it stands before the rows.
    pub fn bytes(&self) -> [u8; CURVE_HEAD] {
        let mut head = [0; CURVE_HEAD];
        head[0..8].copy_from_slice(&self.first.to_le_bytes());
        head[8..12].copy_from_slice(&self.rows.to_le_bytes());
        head[12..16].copy_from_slice(&self.values.to_le_bytes());
        head[16..24].copy_from_slice(&self.rate_hz.to_le_bytes());
        head
    }
}
