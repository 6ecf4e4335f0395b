//! Numbers in blocks of 16 channels, in maps with a border of zeros.

/// Channels of one pixel that lie side by side: two registers of AVX2, one of AVX-512, four of NEON.
pub const LANES: usize = 16;

/// Sixteen channels of one pixel.
#[derive(Debug, Clone, Copy, PartialEq)]
#[repr(C, align(64))]
pub struct Block(pub [f32; LANES]);

impl Block {
    pub const ZERO: Self = Self([0.0; LANES]);
}

/// How a map lies in memory: planes of blocks, each with a border on all sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Shape {
    pub channels: usize,
    pub height: usize,
    pub width: usize,
    /// Zeros around it, in pixels: as far as any convolution that reads it reaches out.
    pub border: usize,
}

impl Shape {
    /// Blocks that hold all channels; what is left over in the last one is zero.
    pub fn blocks(&self) -> usize {
        self.channels.div_ceil(LANES)
    }

    /// Blocks from one row to the next.
    pub fn row(&self) -> usize {
        self.width + 2 * self.border
    }

    /// Blocks from one plane to the next.
    pub fn plane(&self) -> usize {
        (self.height + 2 * self.border) * self.row()
    }

    /// All blocks.
    pub fn len(&self) -> usize {
        self.blocks() * self.plane()
    }

    /// Where the pixel at `x`, `y` of a plane lies.
    pub fn at(&self, plane: usize, y: usize, x: usize) -> usize {
        plane * self.plane() + (y + self.border) * self.row() + self.border + x
    }

    /// Channels in a block: 16 but for the last.
    pub fn filled(&self, block: usize) -> usize {
        (self.channels - block * LANES).min(LANES)
    }
}

/// Splits rows `0..height` of every plane into pieces that threads fill on their own: plane, first row, the rows with
/// their borders.
pub fn pieces<'a>(
    map: &'a mut [Block],
    shape: &Shape,
    rows: usize,
) -> Vec<(usize, usize, &'a mut [Block])> {
    let rows = rows.clamp(1, shape.height);
    let inner = shape.border * shape.row();
    let mut pieces = Vec::with_capacity(shape.blocks() * shape.height.div_ceil(rows));
    for (plane, whole) in map.chunks_exact_mut(shape.plane()).enumerate() {
        let end = inner + shape.height * shape.row();
        for (piece, part) in whole[inner..end].chunks_mut(rows * shape.row()).enumerate() {
            pieces.push((plane, piece * rows, part));
        }
    }
    pieces
}
