//! Cameras of this test's own, on the network as far as the program knows: what they see, send and do wrong is in the
//! journey's hands.

use anyhow::Result;
use sim::{MjpegServer, Webcam};

/// Simulated cameras behind HTTP.
pub struct Cameras {
    server: MjpegServer,
    names: Vec<(String, String)>,
}

impl Cameras {
    /// Serves these.
    pub fn serve(webcams: &[Webcam]) -> Result<Self> {
        let names = webcams
            .iter()
            .map(|webcam| {
                let config = webcam.config();
                let about = format!(
                    "width: {}, height: {}, fps: {}",
                    config.size.width(),
                    config.size.height(),
                    config.rate.get().round()
                );
                (config.name.clone(), about)
            })
            .collect();
        Ok(Self {
            server: MjpegServer::start(webcams.to_vec(), 0)?,
            names,
        })
    }

    /// The flag that names them all.
    pub fn flag(&self) -> String {
        let cameras: Vec<String> = self
            .names
            .iter()
            .map(|(name, about)| {
                let url = self.server.url(name);
                format!("{name}: {{type: mjpeg, url: \"{url}\", {about}}}")
            })
            .collect();
        format!("--robot.cameras={{ {} }}", cameras.join(", "))
    }
}
