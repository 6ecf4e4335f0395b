//! To sRGB, from whatever profile the file brings.

use moxcms::{ColorProfile, DataColorSpace, Layout as Channels, TransformOptions};
use pixels::Size;

use super::Note;
use super::depth::Plain;
use crate::error::ImagingError;
use crate::picture::{Layout, Picture};

/// Larger profiles are no ordinary ones.
const LARGEST: usize = 16 << 20;

/// The picture in sRGB and what is to be said about it; nothing where its colours are sRGB already.
///
/// # Errors
/// Why the profile cannot be used.
pub(super) fn converted(
    size: Size,
    plain: &Plain,
    profile: &[u8],
) -> Result<Option<(Picture, Note)>, String> {
    if profile.len() > LARGEST {
        return Err("it is too large".to_owned());
    }
    let said = |error: moxcms::CmsError| error.to_string();
    let profile = ColorProfile::new_from_slice(profile).map_err(said)?;
    let grey = plain.channels <= 2;
    let fits = match profile.color_space {
        DataColorSpace::Rgb => !grey,
        DataColorSpace::Gray => grey,
        _ => false,
    };
    if !fits {
        let kind = profile.color_space;
        return Err(format!("it is for {kind:?}, and the picture is not"));
    }
    let (from, to, layout) = match plain.channels {
        1 => (Channels::Gray, Channels::Rgb, Layout::Rgb),
        2 => (Channels::GrayAlpha, Channels::Rgba, Layout::Rgba),
        3 => (Channels::Rgb, Channels::Rgb, Layout::Rgb),
        _ => (Channels::Rgba, Channels::Rgba, Layout::Rgba),
    };
    let transform = profile
        .create_transform_8bit(
            from,
            &ColorProfile::new_srgb(),
            to,
            TransformOptions::default(),
        )
        .map_err(said)?;
    // A profile that changes no colour by more than a level is sRGB under some name: nothing is to be said.
    let probes = probes(plain.channels);
    let plainly = spread(&probes, plain.channels);
    let mut seen = vec![0; plainly.len()];
    transform.transform(&probes, &mut seen).map_err(said)?;
    if plainly.iter().zip(&seen).all(|(a, b)| a.abs_diff(*b) <= 1) {
        return Ok(None);
    }
    let mut bytes = vec![0; layout.bytes(size)];
    transform
        .transform(&plain.bytes, &mut bytes)
        .map_err(said)?;
    let note = Note::Converted {
        profile: named(&profile),
    };
    let picture = Picture::new(size, layout, bytes).map_err(|error| error.to_string())?;
    Ok(Some((picture, note)))
}

/// The picture with its colours taken as sRGB.
pub(super) fn as_is(size: Size, plain: Plain) -> Result<Picture, ImagingError> {
    let layout = match plain.channels {
        1 | 3 => Layout::Rgb,
        _ => Layout::Rgba,
    };
    let bytes = match plain.channels {
        1 | 2 => spread(&plain.bytes, plain.channels),
        _ => plain.bytes,
    };
    Picture::new(size, layout, bytes)
}

/// Greys as three equal colours; colours as they are.
fn spread(bytes: &[u8], channels: usize) -> Vec<u8> {
    match channels {
        1 => bytes.iter().flat_map(|&grey| [grey; 3]).collect(),
        2 => {
            let pixels = bytes.as_chunks::<2>().0.iter();
            pixels
                .flat_map(|&[grey, alpha]| [grey, grey, grey, alpha])
                .collect()
        }
        _ => bytes.to_vec(),
    }
}

/// Pixels all over the colours, opaque.
fn probes(channels: usize) -> Vec<u8> {
    let steps = || (0..=255u8).step_by(51);
    match channels {
        1 => steps().collect(),
        2 => steps().flat_map(|grey| [grey, 255]).collect(),
        _ => {
            let pairs = steps().flat_map(|red| steps().map(move |green| (red, green)));
            let all = pairs.flat_map(|(red, green)| steps().map(move |blue| [red, green, blue]));
            all.flat_map(|[red, green, blue]| [red, green, blue, 255].into_iter().take(channels))
                .collect()
        }
    }
}

/// What people call the profile.
fn named(profile: &ColorProfile) -> String {
    use moxcms::ProfileText;
    let text = match &profile.description {
        Some(ProfileText::PlainString(text)) => Some(text.clone()),
        Some(ProfileText::Localizable(all)) => all.first().map(|one| one.value.clone()),
        Some(ProfileText::Description(one)) => Some(one.ascii_string.clone()),
        None => None,
    };
    let letters = text.unwrap_or_default();
    let clean: String = letters
        .chars()
        .filter(|letter| !letter.is_control())
        .take(80)
        .collect();
    match clean.trim() {
        "" => format!("{:?} without a name", profile.color_space),
        name => name.to_owned(),
    }
}
