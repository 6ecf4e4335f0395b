//! Background removal without a network: for things in front of something plain.
//!
//! The picture's border tells what the background looks like everywhere ([`ground`]); what differs from it by more than
//! noise ([`differences`]) and is not cut off from nothing ([`regions`]) is kept; along its outline each pixel is taken
//! for a mixture of the background and of the object's colour nearby, which gives alpha and the object's own colour
//! ([`edge`]). It says where it may be wrong ([`Doubt`]).
//!
//! Budget: 30 ms for one megapixel on one core.

mod differences;
mod edge;
mod ground;
mod outline;
mod regions;

use pixels::Size;

use super::doubt::Doubt;
use super::mask::Mask;
use crate::error::ImagingError;
use crate::picture::{Layout, Picture};
use crate::run::Run;
use differences::differences;
use edge::Edge;
use ground::Ground;
use outline::distances;
use regions::areas;

/// Averages of background lie within so many of their deviations, in practice without exception.
const CERTAIN: f32 = 5.0;

/// Differences below this many levels are not told from what JPEG and uneven light leave.
const LEAST: f32 = 5.0;

/// Smaller areas are noise: in pixels, and as part of the picture.
const SPECK: (usize, f32) = (12, 2e-5);

/// More than this part of the picture in specks is more than noise.
const MANY_SPECKS: f32 = 5e-4;

/// An enclosed area of the background's colour is worth a word from this part of the picture on.
const WORTH_TELLING: f32 = 5e-4;

/// Less than this part of the border that fits one surface is no plain background.
const PLAIN: f32 = 0.6;

/// More than this part of the border taken by the object leaves little to judge by.
const MUCH_BORDER: f32 = 0.25;

/// More than this part of the outline without contrast makes it a guess.
const MUCH_FAINT: f32 = 0.2;

/// Less than this part of the picture kept is nothing, less than this part removed is no background.
const NOTHING: f32 = 5e-4;

/// What `lite` is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Lite {
    /// Whether areas of the background's colour that the object encloses are removed too, such as the inside of a handle.
    /// Otherwise they stay, because they may as well be white print on a box; either way a [`Doubt`] names them.
    pub holes: bool,
}

/// What `lite` found.
#[derive(Debug, Clone)]
pub struct LiteCut {
    /// What is kept.
    pub mask: Mask,
    /// Why it may be wrong; empty where nothing speaks against it.
    pub doubts: Vec<Doubt>,
    /// The picture, opaque, with the background's colour taken out of pixels that are a mixture.
    pub colours: Picture,
}

impl Lite {
    /// Finds what stands in front of the background. Alpha of the picture is not looked at.
    ///
    /// # Errors
    /// When the run's checkpoint wants the work to end.
    pub fn cut(&self, picture: &Picture, run: &Run<'_>) -> Result<LiteCut, ImagingError> {
        let size = picture.size();
        let width = size.width() as usize;
        let channels = picture.layout().channels();
        let pixel = |x: usize, y: usize| {
            let at = (y * width + x) * channels;
            let bytes = picture.bytes();
            [bytes[at], bytes[at + 1], bytes[at + 2]]
        };
        let ground = Ground::fit(size, pixel);
        let limit = (CERTAIN * ground.noise / 3.0).max(LEAST) + ground.misfit;
        let mut map = differences(picture, &ground, limit, &run.part(0, 2))?;
        let mut doubts = self.settled(&mut map, size);
        let rest = run.part(1, 2);
        rest.pass(0, 2)?;
        let distances = distances(&map, width);
        rest.pass(1, 2)?;
        let edge = Edge::of(picture, &ground, &map, &distances);
        let (mask, colours, faint) = edge.solved(&rest)?;
        let mask = Mask::new(size, mask)?;

        let kept = mask.share() as f32;
        if ground.fits < PLAIN {
            doubts.push(Doubt::UnevenBackground { share: ground.fits });
        }
        if kept < NOTHING {
            doubts.push(Doubt::NothingFound);
        } else if kept > 1.0 - 20.0 * NOTHING {
            doubts.push(Doubt::NoBackground);
        } else if faint > MUCH_FAINT {
            doubts.push(Doubt::Faint { share: faint });
        }
        let taken = border_share(&map, size);
        if taken > MUCH_BORDER {
            doubts.push(Doubt::AtBorder { share: taken });
        }
        rest.pass(2, 2)?;
        Ok(LiteCut {
            mask,
            doubts,
            colours: Picture::new(size, Layout::Rgb, colours)?,
        })
    }

    /// Makes the map whole: background is what hangs together with the border, and specks of either kind are gone.
    fn settled(&self, map: &mut [u8], size: Size) -> Vec<Doubt> {
        let width = size.width() as usize;
        let all = size.pixels() as f32;
        let speck = SPECK.0.max((SPECK.1 * all) as usize);
        let mut doubts = Vec::new();

        let objects = areas(map, width, 1, true);
        objects.fill(map, width, 0, |area| area.pixels < speck);
        let lost = objects.areas.iter().map(|area| area.pixels);
        let lost: usize = lost.filter(|pixels| *pixels < speck).sum();
        let share = lost as f32 / all;
        if share > MANY_SPECKS {
            doubts.push(Doubt::Speckled { share });
        }

        let ground = areas(map, width, 0, false);
        let holes = self.holes;
        ground.fill(map, width, 1, |area| {
            !area.at_border && (!holes || area.pixels < speck)
        });
        let enclosed = ground.areas.iter().filter(|area| !area.at_border);
        let share = enclosed.map(|area| area.pixels).sum::<usize>() as f32 / all;
        if share > WORTH_TELLING {
            doubts.push(Doubt::Enclosed { share });
        }
        doubts
    }
}

/// Part of the border that is kept.
fn border_share(map: &[u8], size: Size) -> f32 {
    let (width, height) = (size.width() as usize, size.height() as usize);
    let sides = (0..width)
        .flat_map(|x| [x, (height - 1) * width + x])
        .chain((0..height).flat_map(|y| [y * width, y * width + width - 1]));
    let (kept, all) = sides.fold((0usize, 0usize), |(kept, all), at| {
        (kept + usize::from(map[at]), all + 1)
    });
    kept as f32 / all.max(1) as f32
}
