//! What a simulated picture says of itself comes through a film, however coarse: other tests build on that.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use pixels::{CameraFrame, Converter, Rotation, Size, Yuv420};
use sim::{Hand, Scene, Sends, SimArm, View, Webcam, WebcamConfig, read_strip};
use stdx::{Clock as _, FakeClock};
use tempfile::TempDir;
use units::MonoTime;
use video::encode::{Coded, Quantizer, Settings, encoder};
use video::mp4::Writer;
use video::{Codec, Reader, Track};

const PICTURES: usize = 40;

/// Pictures of a moving arm as a recording has them, and the positions that were drawn in each.
fn taken(view: View, size: Size) -> Result<Vec<(Yuv420, [u16; 6])>> {
    let clock = FakeClock::default();
    let chain = SimArm::follower().chain(clock.shared());
    for id in 1..=6 {
        chain.hand(id, Some(Hand::parse("0s:-40 0.7s:30 1.4s:-40 repeat")?))?;
    }
    let config = WebcamConfig {
        size,
        sends: Sends::Yuyv,
        ..WebcamConfig::new(view)
    };
    let scene = Scene::new(Some(chain.eye()), clock.now());
    let mut camera = Webcam::new(config, scene, clock.shared()).open()?;
    let mut converter = Converter::new();
    let mut bytes = Vec::new();
    (0..PICTURES)
        .map(|sequence| {
            let delivery = camera
                .next(Duration::from_millis(100), &mut bytes)?
                .context("no picture")?;
            let frame = CameraFrame {
                format: Sends::Yuyv.format(),
                size,
                rotation: Rotation::None,
                sequence: sequence as u64,
                arrived_at: MonoTime(0),
                bytes: bytes.clone().into(),
            };
            let mut picture = Yuv420::black(size);
            converter.to_yuv420(&frame, &mut picture)?;
            Ok((picture, delivery.ticks))
        })
        .collect()
}

#[test]
fn every_strip_is_read_back_from_a_film_of_any_coarseness_that_recordings_have() -> Result<()> {
    let folder = TempDir::new()?;
    for (view, width, height, coarseness) in [
        (View::Front, 320, 240, 26),
        (View::Wrist, 320, 240, 40),
        (View::Front, 640, 480, 40),
        (View::Wrist, 640, 480, 33),
    ] {
        let size = Size::new(width, height).context("a size")?;
        let pictures = taken(view, size)?;
        let settings = Settings {
            size,
            fps: 30,
            quantizer: Quantizer::new(coarseness).context("a quantizer")?,
        };
        let mut encoder = encoder(Codec::H264, settings)?;
        let mut samples = Coded::default();
        for (picture, _) in &pictures {
            encoder.encode(picture, false, &mut samples)?;
        }
        encoder.drain(&mut samples)?;
        let path = folder
            .path()
            .join(format!("{}-{coarseness}.mp4", view.name()));
        let parameters = encoder.parameters().context("no parameters")?.to_vec();
        let track = Track {
            codec: Codec::H264,
            size,
            fps: 30,
            parameters,
        };
        let mut writer = Writer::create(&path, track)?;
        for (sample, key) in samples.iter() {
            writer.push(sample, key)?;
        }
        writer.finish()?;
        let mut read = 0;
        for (picture, (_, ticks)) in Reader::open(&path)?.zip(&pictures) {
            let picture = picture?;
            let strip = read_strip(&picture.y, picture.size).with_context(|| {
                format!("{} {size} at {coarseness}: picture {read}", view.name())
            })?;
            ensure!(
                strip.counter as usize == read && strip.ticks == *ticks,
                "{strip:?}"
            );
            read += 1;
        }
        ensure!(read == PICTURES, "{read} pictures");
    }
    Ok(())
}
