//! Which of a camera's modes is taken: exactly the size and rate that were asked for, or a refusal that lists the rest.

use pixels::{PixelFormat, Size};
use units::Hz;

use crate::config::CameraConfig;
use crate::device::Mode;
use crate::error::CameraError;

/// Which layout is taken when none is asked for: MJPG takes the least of a USB bus, grey loses the colours.
pub(crate) const PREFERENCE: [PixelFormat; 5] = [
    PixelFormat::Mjpg,
    PixelFormat::Nv12,
    PixelFormat::Yuyv,
    PixelFormat::Rgb,
    PixelFormat::Gray,
];

/// Whether two rates are the same: 29.97 and 30 are not, what rounding makes of 30 is.
pub(crate) fn same_rate(a: f64, b: f64) -> bool {
    (a / b - 1.0).abs() < 0.000_5
}

/// The mode that does what is asked for.
///
/// # Errors
/// [`CameraError::NotOffered`] with everything that is offered.
pub(crate) fn choose(
    name: &str,
    config: &CameraConfig,
    offered: &[Mode],
) -> Result<Mode, CameraError> {
    PREFERENCE
        .iter()
        .filter(|format| config.format.is_none_or(|wanted| wanted == **format))
        .find_map(|format| {
            offered.iter().find(|mode| {
                mode.format == *format
                    && mode.size == config.size
                    && same_rate(mode.fps.get(), config.fps.get())
            })
        })
        .copied()
        .ok_or_else(|| CameraError::NotOffered {
            name: name.to_owned(),
            wanted: wanted(config),
            offered: offered.to_vec(),
        })
}

fn wanted(config: &CameraConfig) -> String {
    let fps = config.fps.get();
    match config.format {
        Some(format) => format!("{format} {} at {fps} fps", config.size),
        None => format!("{} at {fps} fps", config.size),
    }
}

/// What a camera offers, a line for each layout and size: `MJPG  640x480  15, 30 fps`.
pub(crate) fn table(offered: &[Mode]) -> Vec<String> {
    let mut rows: Vec<(PixelFormat, Size, Vec<f64>)> = Vec::new();
    for mode in offered {
        let fps = mode.fps.get();
        match rows
            .iter_mut()
            .find(|(format, size, _)| (*format, *size) == (mode.format, mode.size))
        {
            Some((_, _, rates)) => rates.push(fps),
            None => rows.push((mode.format, mode.size, vec![fps])),
        }
    }
    rows.sort_by_key(|(format, size, _)| {
        (PREFERENCE.iter().position(|known| known == format), *size)
    });
    rows.into_iter()
        .map(|(format, size, mut rates)| {
            rates.sort_by(f64::total_cmp);
            rates.dedup();
            let rates: Vec<String> = rates.iter().map(|fps| rounded(*fps)).collect();
            format!(
                "{format}  {:<9}  {} fps",
                size.to_string(),
                rates.join(", ")
            )
        })
        .collect()
}

/// A rate with two digits, and none that say nothing.
pub(crate) fn rounded(fps: f64) -> String {
    let text = format!("{fps:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A mode from plain numbers, if they make one.
pub(crate) fn mode(format: PixelFormat, width: u32, height: u32, fps: f64) -> Option<Mode> {
    Some(Mode {
        format,
        size: Size::new(width, height)?,
        fps: Hz::new(fps)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn webcam() -> Vec<Mode> {
        use PixelFormat::{Mjpg, Yuyv};
        [
            (Yuyv, 640, 480, 30.0),
            (Yuyv, 640, 480, 15.0),
            (Yuyv, 1280, 720, 10.0),
            (Mjpg, 640, 480, 30.000_03),
            (Mjpg, 1280, 720, 30.0),
            (Mjpg, 1920, 1080, 30_000.0 / 1001.0),
        ]
        .into_iter()
        .filter_map(|(format, width, height, fps)| mode(format, width, height, fps))
        .collect()
    }

    fn asked(
        format: Option<PixelFormat>,
        width: u32,
        height: u32,
        fps: f64,
    ) -> Result<Mode, CameraError> {
        let mut config = CameraConfig::new(
            "front",
            Size::new(width, height).unwrap(),
            Hz::new(fps).unwrap(),
        );
        config.format = format;
        choose("C270", &config, &webcam())
    }

    #[test]
    fn mjpg_is_preferred_and_what_is_asked_for_is_exact() {
        use PixelFormat::{Mjpg, Nv12, Yuyv};
        for (format, width, height, fps, taken) in [
            (None, 640, 480, 30.0, Some(Mjpg)),
            (None, 640, 480, 15.0, Some(Yuyv)),
            (Some(Yuyv), 640, 480, 30.0, Some(Yuyv)),
            (Some(Nv12), 640, 480, 30.0, None),
            (None, 640, 480, 20.0, None),
            (None, 641, 480, 30.0, None),
            (None, 1920, 1080, 30.0, None),
            (None, 1920, 1080, 29.97, Some(Mjpg)),
        ] {
            let got = asked(format, width, height, fps)
                .ok()
                .map(|mode| mode.format);
            assert_eq!(got, taken, "{format:?} {width}x{height} at {fps}");
        }
    }

    #[test]
    fn a_refusal_lists_what_the_camera_offers() {
        let refused = asked(None, 1920, 1080, 30.0).unwrap_err();
        insta::assert_snapshot!(format!("{refused}\n{}", refused.remedy()), @r"
        camera C270 does not offer 1920x1080 at 30 fps
        Choose one of these:
          MJPG  640x480    30 fps
          MJPG  1280x720   30 fps
          MJPG  1920x1080  29.97 fps
          YUYV  640x480    15, 30 fps
          YUYV  1280x720   10 fps
        ");
    }
}
