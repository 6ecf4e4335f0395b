//! Strips of a picture with the rows above and below that an operation looks at.

use crate::error::ImagingError;
use crate::picture::{Canvas, Layout, Picture};
use crate::run::Run;

use super::alpha::{divide, multiplied};

/// Fewest rows of a strip: so many that the halo of a usual blur is little beside them.
const ROWS: usize = 256;

/// A piece of a picture: all columns, some rows.
pub(super) struct Tile<'a> {
    /// Its rows without gaps, at least those that are asked for.
    pub bytes: &'a [u8],
    /// Pixels in a row.
    pub width: usize,
    /// Rows in `bytes`.
    pub height: usize,
    /// Bytes of a pixel.
    pub channels: usize,
    /// The row in `bytes` that is the first of those to be made.
    pub skip: usize,
}

/// Makes a picture of the same size. `work` is given each strip with `halo` rows around it (fewer at the edges of the
/// picture, where the last row stands for those beyond) and fills the strip. Colours are multiplied by alpha.
pub(super) fn neighbours(
    picture: &Picture,
    halo: usize,
    run: &Run<'_>,
    work: impl Fn(&Tile<'_>, &mut [u8]) -> Result<(), ImagingError> + Sync,
) -> Result<Picture, ImagingError> {
    let (from, run) = multiplied(picture, run)?;
    let mut canvas = Canvas::new(picture.size(), picture.layout(), &run.buffers);
    let row = canvas.row_bytes();
    let height = picture.size().height() as usize;
    // With twice as many rows as the halo has, at most as much again is read.
    run.strips(
        &mut canvas.bytes,
        row,
        ROWS.max(2 * halo),
        |first, strip| {
            let rows = strip.len() / row;
            let above = first.saturating_sub(halo);
            let below = (first + rows + halo).min(height);
            let tile = Tile {
                bytes: &from.bytes()[above * row..below * row],
                width: picture.size().width() as usize,
                height: below - above,
                channels: picture.layout().channels(),
                skip: first - above,
            };
            work(&tile, strip)?;
            if picture.layout() == Layout::Rgba {
                divide(strip);
            }
            Ok(())
        },
    )?;
    Ok(canvas.finish())
}
