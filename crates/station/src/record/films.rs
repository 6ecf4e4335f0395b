//! The eyes of a recording: for every camera of a session, its pictures and the encoder that makes its films.

use std::sync::Arc;

use dataset::{CameraKind, CameraSpec, Codec, DatasetSpec, FeatureStats};
use protocol::{ErrorCode, Failure};
use recorder::{Eye, Sight, VideoFilm};
use stdx::Clock;
use video::encode::Quantizer;
use video::encoder::{self, EncoderConfig, FootageKind};

use crate::cameras::CameraSet;
use crate::failure::failure;
use crate::threads;

/// The eyes of the cameras, in the order of `spec`.
///
/// # Errors
/// When there can be no such film, or no thread to make it.
pub(super) fn eyes(
    cameras: &mut CameraSet,
    spec: &DatasetSpec,
    clock: &Arc<dyn Clock>,
) -> Result<Vec<Eye<FeatureStats>>, Failure> {
    let mut eyes = Vec::new();
    let mut pictures = cameras.pictures();
    for camera in &spec.cameras {
        let found = pictures.iter().position(|(name, ..)| name == camera.name());
        let (name, pictures, frame_time) = match found {
            Some(at) => pictures.swap_remove(at),
            None => {
                return Err(failure(
                    ErrorCode::Internal,
                    format!(
                        "the pictures of camera {} are taken by somebody else",
                        camera.name()
                    ),
                    "Please report this with the log.",
                ));
            }
        };
        let config = encoder_config(&name, camera, spec.fps);
        let encoder = encoder::start(config, threads::ENCODER, Arc::clone(clock))
            .map_err(|error| failure(ErrorCode::Camera, &error, error.remedy()))?;
        let film = Box::new(VideoFilm::new(&name, encoder));
        eyes.push(Eye::new(&name, Sight::new(pictures, frame_time), film));
    }
    Ok(eyes)
}

fn encoder_config(name: &str, camera: &CameraSpec, fps: u32) -> EncoderConfig {
    let config = EncoderConfig::new(name, camera.size, fps);
    match camera.kind {
        CameraKind::Image => EncoderConfig {
            footage: FootageKind::Pngs,
            ..config
        },
        CameraKind::Video(film) => EncoderConfig {
            footage: FootageKind::Film(match film.codec {
                Codec::H264 => video::Codec::H264,
                Codec::Av1 => video::Codec::Av1,
            }),
            gop: film.gop,
            quantizer: u8::try_from(film.quality)
                .ok()
                .and_then(Quantizer::new)
                .unwrap_or(Quantizer::DEFAULT),
            ..config
        },
    }
}
