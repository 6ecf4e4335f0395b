//! Simulated cameras as devices: the pictures of `sim` on the way that every camera's take.
//!
//! Not here: what they draw and how they misbehave (`sim`).

use std::io;
use std::sync::Arc;
use std::time::Duration;

use cameras::{CameraConfig, CameraError, Device, OpenDevice, Opened};
use pixels::PixelFormat;
use sim::{Scene, Sends, SimCamera, View, Webcam, WebcamConfig};
use stdx::Clock;

use crate::camera_settings::SimView;

/// Quality of the JPEG pictures: about the 50 kB of a usual USB camera.
const QUALITY: u8 = 85;

/// The way to a simulated camera.
#[derive(Debug, Clone)]
pub(crate) struct SimulatedCamera {
    webcam: Webcam,
    opened: Opened,
}

impl SimulatedCamera {
    /// A camera with this view of `scene`, number `number` of a session.
    ///
    /// # Errors
    /// When it cannot do the format that is asked for.
    pub(crate) fn new(
        scene: &Scene,
        view: SimView,
        number: usize,
        config: &CameraConfig,
        clock: &Arc<dyn Clock>,
    ) -> Result<Self, CameraError> {
        let name = format!("simulated {} camera", view.name());
        let sends = match config.format {
            None | Some(PixelFormat::Mjpg) => Sends::Mjpg(QUALITY),
            Some(PixelFormat::Yuyv) => Sends::Yuyv,
            Some(other) => {
                return Err(CameraError::NotOffered {
                    name,
                    wanted: other.to_string(),
                    offered: Vec::new(),
                });
            }
        };
        let webcam = WebcamConfig {
            name: config.key.clone(),
            number: (number % 16) as u8,
            size: config.size,
            rate: config.fps,
            sends,
            seed: 1 + number as u64,
            // As real ones: no two run at quite the same rate.
            drift_ppm: if number.is_multiple_of(2) {
                40.0
            } else {
                -60.0
            },
            ..WebcamConfig::new(match view {
                SimView::Front => View::Front,
                SimView::Wrist => View::Wrist,
            })
        };
        Ok(Self {
            webcam: Webcam::new(webcam, scene.clone(), Arc::clone(clock)),
            opened: Opened {
                format: sends.format(),
                size: config.size,
                fps: config.fps,
                identity: format!("sim:{}", view.name()),
                name,
            },
        })
    }
}

impl OpenDevice for SimulatedCamera {
    fn open(&mut self) -> Result<Box<dyn Device>, CameraError> {
        let camera = self.webcam.open().map_err(|gone| CameraError::NotFound {
            wanted: gone.to_string(),
            there: Vec::new(),
        })?;
        Ok(Box::new(Open {
            camera,
            opened: self.opened.clone(),
        }))
    }

    fn describe(&self) -> String {
        self.opened.name.clone()
    }

    fn another(&self) -> Option<Box<dyn OpenDevice>> {
        Some(Box::new(self.clone()))
    }
}

struct Open {
    camera: SimCamera,
    opened: Opened,
}

impl Device for Open {
    fn info(&self) -> &Opened {
        &self.opened
    }

    fn next(&mut self, wait: Duration, into: &mut Vec<u8>) -> Result<Option<()>, CameraError> {
        match self.camera.next(wait, into) {
            Ok(delivery) => Ok(delivery.map(|_| ())),
            Err(gone) => Err(CameraError::Lost {
                name: self.opened.name.clone(),
                source: io::Error::other(gone),
            }),
        }
    }
}
