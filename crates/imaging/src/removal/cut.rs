//! Mask, cleaning, outline, matting, colours: what removal does one after the other.

use super::LITE;
use super::doubt::Doubt;
use super::lite::Lite;
use super::mask::Mask;
use super::matting::{closed_form, foreground::foreground};
use super::network::{MaskKey, Session};
use super::refine::refined;
use super::steps::clean::cleaned;
use super::steps::input::{input, opaque};
use super::steps::output::{resized, stretched};
use super::steps::trimap::trimap;
use crate::effects::{Colours, Effect, RemoveBackground, times};
use crate::error::ImagingError;
use crate::picture::{Canvas, Layout, Picture};
use crate::run::Run;

/// A picture without its background.
#[derive(Debug, Clone)]
pub struct Cut {
    /// With alpha, at the same size.
    pub picture: Picture,
    /// What was kept. The picture's own alpha is not in it.
    pub mask: Mask,
    /// Why it may be wrong; empty where nothing speaks against it.
    pub doubts: Vec<Doubt>,
}

/// A mask enlarged more than so many times has an outline that shows it: a soft one, wider than ten pixels.
const COARSE: f32 = 8.0;

/// Less than this part of the picture kept is nothing.
const NOTHING: f64 = 5e-4;

/// Removes the background of `picture`.
///
/// # Errors
/// When parameters are not allowed, the network is not among [`Run::networks`], cannot be read or gives nonsense, or the
/// run's checkpoint wants the work to end.
pub fn remove_background(
    picture: &Picture,
    how: &RemoveBackground,
    run: &Run<'_>,
) -> Result<Cut, ImagingError> {
    Effect::check(how)?;
    let mut doubts = Vec::new();
    let (found, mut colours) = match how.model.as_str() {
        LITE => {
            let lite = Lite { holes: how.holes };
            let cut = lite.cut(picture, &run.part(0, 2))?;
            doubts = cut.doubts;
            (cut.mask, Some(cut.colours))
        }
        name => {
            let session = run
                .networks
                .get(name)
                .ok_or_else(|| no_network(name, run))?;
            doubts.extend(coarse(session, picture, how));
            (asked(session, picture, &run.part(0, 2))?, None)
        }
    };
    let rest = run.part(1, 2);
    let (mask, alone) = settled(picture, &found, how, &rest.part(0, 2))?;
    if mask != found {
        // Colours belong to the mask that they were found with.
        colours = None;
    }
    if how.model != LITE && mask.share() < NOTHING {
        doubts.push(Doubt::NothingFound);
    }
    let rest = rest.part(1, 2);
    let colours = match (how.colours, alone, colours) {
        (Colours::Unmixed, Some(alone), _) => Some(alone),
        (Colours::Unmixed, None, Some(found)) => Some(found.bytes().to_vec()),
        (Colours::Unmixed, None, None) => {
            let alpha: Vec<f32> = mask.bytes().iter().map(|m| f32::from(*m) / 255.0).collect();
            Some(foreground(
                &opaque(picture),
                &alpha,
                picture.size(),
                &rest.part(0, 2),
            )?)
        }
        _ => None,
    };
    Ok(Cut {
        picture: assembled(
            picture,
            &mask,
            colours.as_deref(),
            how.colours,
            &rest.part(1, 2),
        )?,
        mask,
        doubts,
    })
}

fn coarse(session: &Session, picture: &Picture, how: &RemoveBackground) -> Option<Doubt> {
    let longer = picture.size().width().max(picture.size().height());
    let times = longer as f32 / session.spec().side as f32;
    (times > COARSE && how.refine == 0 && how.matting.is_none()).then_some(Doubt::Coarse { times })
}

/// The network's mask at the picture's size. What it gave at its own size is kept.
fn asked(session: &Session, picture: &Picture, run: &Run<'_>) -> Result<Mask, ImagingError> {
    let spec = session.spec();
    let key = MaskKey::new(picture, format!("{} {spec:?}", session.revision()));
    let small = run.networks.mask(key, || {
        let model = session.model()?;
        let side = run
            .limits
            .size(spec.side, spec.side, "the input of the model")?;
        let numbers = input(picture, side, &spec.normalisation, &run.part(0, 8))?;
        let numbers = model.run(numbers, &run.part(1, 2))?;
        // Where all is the same nothing stands out.
        let bytes = stretched(&numbers, spec.squash).unwrap_or_else(|| vec![0; numbers.len()]);
        Mask::new(model.mask(), bytes)
    })?;
    let bytes = resized(small.bytes(), small.size(), picture.size(), &run.part(7, 8))?;
    Mask::new(picture.size(), bytes)
}

/// The mask after cleaning, drawing to edges and matting, and the colours that matting found.
fn settled(
    picture: &Picture,
    found: &Mask,
    how: &RemoveBackground,
    run: &Run<'_>,
) -> Result<(Mask, Option<Vec<u8>>), ImagingError> {
    let size = picture.size();
    let rgb = opaque(picture);
    let mut mask = found.clone();
    if how.clean {
        mask = Mask::new(size, cleaned(mask.bytes(), size, &run.part(0, 3))?)?;
    }
    if how.refine > 0 {
        let made = refined(&rgb, mask.bytes(), size, how.refine, &run.part(1, 3))?;
        mask = Mask::new(size, made)?;
    }
    let Some(matting) = &how.matting else {
        return Ok((mask, None));
    };
    let run = run.part(2, 3);
    let certain = trimap(mask.bytes(), size, matting);
    let found = closed_form::alpha(&rgb, &certain, mask.bytes(), size, &run.part(0, 2))?;
    // Without anything certain the mask stays, as it is.
    let Some(alpha) = found else {
        return Ok((mask, None));
    };
    let colours = match how.colours {
        Colours::Unmixed => Some(foreground(&rgb, &alpha, size, &run.part(1, 2))?),
        Colours::Kept | Colours::Multiplied => None,
    };
    // Cut, not rounded, as rembg does.
    let bytes = alpha.iter().map(|alpha| (alpha * 255.0) as u8).collect();
    Ok((Mask::new(size, bytes)?, colours))
}

fn assembled(
    picture: &Picture,
    mask: &Mask,
    colours: Option<&[u8]>,
    kind: Colours,
    run: &Run<'_>,
) -> Result<Picture, ImagingError> {
    let mut canvas = Canvas::new(picture.size(), Layout::Rgba, &run.buffers);
    let row = canvas.row_bytes();
    let channels = picture.layout().channels();
    run.strips(&mut canvas.bytes, row, 64, |first, strip| {
        let start = first * row / 4;
        let from = picture.bytes()[start * channels..].chunks_exact(channels);
        let masks = &mask.bytes()[start..];
        let pixels = strip.as_chunks_mut::<4>().0.iter_mut();
        for (index, ((to, from), mask)) in pixels.zip(from).zip(masks).enumerate() {
            let own = from.get(3).copied().unwrap_or(255);
            let mut colour = [from[0], from[1], from[2]];
            // Where nothing shines through, the colour is the picture's own to the last bit.
            if let (Some(alone), 0..=254) = (colours, *mask) {
                let at = 3 * (start + index);
                colour = [alone[at], alone[at + 1], alone[at + 2]];
            }
            let [r, g, b] = match (kind, *mask) {
                // Nobody sees it, and one colour needs less room in a file.
                (Colours::Unmixed, 0) => [0; 3],
                (Colours::Multiplied, mask) => colour.map(|level| times(level, mask)),
                _ => colour,
            };
            *to = [r, g, b, times(own, *mask)];
        }
        Ok(())
    })?;
    Ok(canvas.finish())
}

/// What rembg's plain cut-out gives: colours multiplied by the mask, which is the alpha.
#[cfg(test)]
pub(crate) fn multiplied(rgb: &[u8], mask: &[u8]) -> Vec<u8> {
    let size = pixels::Size::new(mask.len() as u32, 1).unwrap();
    let picture = Picture::new(size, Layout::Rgb, rgb.to_vec()).unwrap();
    let mask = Mask::new(size, mask.to_vec()).unwrap();
    let made = assembled(&picture, &mask, None, Colours::Multiplied, &Run::default());
    made.unwrap().bytes().to_vec()
}

fn no_network(name: &str, run: &Run<'_>) -> ImagingError {
    let mut known = vec![LITE];
    known.extend(
        run.networks
            .sessions()
            .map(|session| session.spec().name.as_str()),
    );
    ImagingError::NoNetwork {
        name: name.to_owned(),
        known: known.join(", "),
    }
}
