//! What a camera offers, asked of its driver, and making it agree to one of it.

use std::io;

use pixels::PixelFormat;
use v4l::Device as V4l;
use v4l::format::{Format, FourCC};
use v4l::fraction::Fraction;
use v4l::frameinterval::FrameIntervalEnum;
use v4l::framesize::FrameSizeEnum;
use v4l::video::Capture;
use v4l::video::capture::Parameters;

use crate::device::Mode;
use crate::usb::modes::{mode, same_rate};

/// Sizes that are listed of a camera that does any size.
const COMMON_SIZES: [(u32, u32); 15] = [
    (160, 120),
    (320, 240),
    (424, 240),
    (640, 360),
    (640, 480),
    (800, 600),
    (848, 480),
    (960, 540),
    (1024, 768),
    (1280, 720),
    (1280, 960),
    (1600, 1200),
    (1920, 1080),
    (2560, 1440),
    (3840, 2160),
];

/// Rates that are listed of a camera that does any rate.
const COMMON_RATES: [f64; 9] = [5.0, 10.0, 15.0, 20.0, 24.0, 25.0, 30.0, 50.0, 60.0];

/// A mode, and the time between two pictures as the driver writes it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Offer {
    pub(super) mode: Mode,
    pub(super) interval: Fraction,
}

fn format_from_fourcc(fourcc: FourCC) -> Option<PixelFormat> {
    match &fourcc.repr {
        b"MJPG" | b"JPEG" => Some(PixelFormat::Mjpg),
        b"YUYV" => Some(PixelFormat::Yuyv),
        b"NV12" => Some(PixelFormat::Nv12),
        b"RGB3" => Some(PixelFormat::Rgb),
        b"GREY" => Some(PixelFormat::Gray),
        _ => None,
    }
}

/// Everything that the camera offers and Tendon can read.
pub(super) fn offers(device: &V4l) -> io::Result<Vec<Offer>> {
    let mut offers: Vec<Offer> = Vec::new();
    for described in super::guarded(|| device.enum_formats())? {
        let Some(format) = format_from_fourcc(described.fourcc) else {
            continue;
        };
        for (width, height) in sizes(device, described.fourcc)? {
            for interval in intervals(device, described.fourcc, width, height) {
                let fps = f64::from(interval.denominator) / f64::from(interval.numerator);
                let Some(mode) = mode(format, width, height, fps) else {
                    continue;
                };
                if !offers.iter().any(|offer| offer.mode == mode) {
                    offers.push(Offer { mode, interval });
                }
            }
        }
    }
    Ok(offers)
}

fn sizes(device: &V4l, fourcc: FourCC) -> io::Result<Vec<(u32, u32)>> {
    let mut sizes = Vec::new();
    for offered in super::guarded(|| device.enum_framesizes(fourcc))? {
        match offered.size {
            FrameSizeEnum::Discrete(size) => sizes.push((size.width, size.height)),
            FrameSizeEnum::Stepwise(steps) => {
                sizes.extend(COMMON_SIZES.into_iter().filter(|(width, height)| {
                    on_step(*width, steps.min_width, steps.max_width, steps.step_width)
                        && on_step(
                            *height,
                            steps.min_height,
                            steps.max_height,
                            steps.step_height,
                        )
                }))
            }
        }
    }
    Ok(sizes)
}

fn on_step(value: u32, min: u32, max: u32, step: u32) -> bool {
    (min..=max).contains(&value) && (value - min).is_multiple_of(step.max(1))
}

fn intervals(device: &V4l, fourcc: FourCC, width: u32, height: u32) -> Vec<Fraction> {
    let offered =
        super::guarded(|| device.enum_frameintervals(fourcc, width, height)).unwrap_or_default();
    let mut intervals: Vec<Fraction> = Vec::new();
    for offered in offered {
        match offered.interval {
            FrameIntervalEnum::Discrete(interval) => intervals.push(interval),
            FrameIntervalEnum::Stepwise(steps) => {
                let seconds = |fraction: Fraction| {
                    f64::from(fraction.numerator) / f64::from(fraction.denominator)
                };
                let range = seconds(steps.min) * 0.999..=seconds(steps.max) * 1.001;
                intervals.extend(
                    COMMON_RATES
                        .into_iter()
                        .filter(|fps| range.contains(&(1.0 / fps)))
                        .map(|fps| Fraction::new(1, fps as u32)),
                );
            }
        }
    }
    if intervals.is_empty() {
        // A driver that lists no rates has one.
        intervals.extend(
            super::guarded(|| device.params())
                .ok()
                .map(|params| params.interval),
        );
    }
    intervals.retain(|interval| interval.numerator > 0 && interval.denominator > 0);
    intervals
}

/// Makes the camera agree to a mode; the inner error is what it gives instead.
pub(super) fn agree(
    device: &V4l,
    mode: Mode,
    interval: Fraction,
) -> io::Result<Result<(), String>> {
    let fourcc = device
        .enum_formats()?
        .into_iter()
        .map(|described| described.fourcc)
        .find(|fourcc| format_from_fourcc(*fourcc) == Some(mode.format))
        .unwrap_or(FourCC::new(b"MJPG"));
    let (width, height) = (mode.size.width(), mode.size.height());
    let given = device.set_format(&Format::new(width, height, fourcc))?;
    if (given.width, given.height, given.fourcc) != (width, height, fourcc) {
        return Ok(Err(format!(
            "{} {}x{}",
            given.fourcc, given.width, given.height
        )));
    }
    if let Some(bytes) = mode.format.bytes(mode.size)
        && given.size as usize != bytes
    {
        return Ok(Err(format!(
            "pictures of {} bytes instead of {bytes}",
            given.size
        )));
    }
    let params = device.set_params(&Parameters::new(interval))?;
    let fps = f64::from(params.interval.denominator) / f64::from(params.interval.numerator.max(1));
    if !same_rate(fps, mode.fps.get()) {
        return Ok(Err(format!("{fps:.2} fps")));
    }
    Ok(Ok(()))
}
