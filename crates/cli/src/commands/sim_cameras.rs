//! The cameras of `tendon sim`: the simulated arm as a network camera sees it.
//!
//! Here are the flags; what a camera shows and how it is served is in `sim`.

use clap::Args;
use protocol::{ErrorCode, Failure};
use sim::{CameraPlan, Chain, MjpegServer, Scene, View, Webcam, WebcamConfig};
use stdx::{Clock as _, SystemClock};
use units::Hz;

use crate::setup::bad_request;

/// Flags for simulated network cameras.
#[derive(Debug, Args)]
pub struct SimCameraArgs {
    /// Serve these simulated cameras as MJPEG over HTTP: front, wrist, or both with a comma between.
    #[arg(long, value_delimiter = ',', value_name = "VIEWS")]
    pub cameras: Vec<String>,
    /// Port on which the cameras are served; 0 for any free one.
    #[arg(
        id = "camera-port",
        long = "camera-port",
        default_value_t = 0,
        value_name = "PORT"
    )]
    pub port: u16,
    /// Pixels of their pictures.
    #[arg(
        id = "camera.size",
        long = "camera.size",
        default_value = "640x480",
        value_name = "WIDTHxHEIGHT"
    )]
    pub size: String,
    /// Their pictures per second.
    #[arg(
        id = "camera.fps",
        long = "camera.fps",
        default_value_t = 30.0,
        value_name = "FPS"
    )]
    pub fps: f64,
    /// How a camera misbehaves, such as front:stall@5s+2s or wrist:truncated=2%; may be given several times.
    #[arg(id = "camera-fault", long = "camera-fault", value_name = "VIEW:FAULT")]
    pub faults: Vec<String>,
}

/// Serves the cameras that were asked for; `None` when there are none.
pub fn serve(args: &SimCameraArgs, chain: &Chain) -> Result<Option<MjpegServer>, Failure> {
    if args.cameras.is_empty() && args.faults.is_empty() {
        return Ok(None);
    }
    let webcams = webcams(args, chain)?;
    for fault in &args.faults {
        plan(fault, &webcams)?;
    }
    MjpegServer::start(webcams, args.port)
        .map(Some)
        .map_err(|error| Failure {
            code: ErrorCode::Port,
            message: error.to_string(),
            remedy: error.remedy().to_owned(),
        })
}

fn webcams(args: &SimCameraArgs, chain: &Chain) -> Result<Vec<Webcam>, Failure> {
    let size = sim::camera::size(&args.size).ok_or_else(|| {
        bad_request(
            format!("--camera.size={} is no size", args.size),
            "Write it like 640x480; 4K is the largest.",
        )
    })?;
    let rate = Hz::new(args.fps).ok_or_else(|| {
        bad_request(
            format!("--camera.fps={} is no rate of a camera", args.fps),
            "Use 1 to 1000 pictures per second; most cameras take 30.",
        )
    })?;
    let scene = Scene::new(Some(chain.eye()), SystemClock.now());
    let mut webcams: Vec<Webcam> = Vec::new();
    for name in &args.cameras {
        let view = View::from_name(name)
            .filter(|view| webcams.iter().all(|other| other.config().view != *view))
            .ok_or_else(|| {
                bad_request(
                    format!("--cameras has {name:?}, which is no view or stands there twice"),
                    "Use front, wrist or front,wrist.",
                )
            })?;
        let config = WebcamConfig {
            size,
            rate,
            ..WebcamConfig::new(view)
        };
        webcams.push(Webcam::new(config, scene.clone(), SystemClock::shared()));
    }
    Ok(webcams)
}

fn plan(text: &str, webcams: &[Webcam]) -> Result<(), Failure> {
    let (name, fault) = text.split_once(':').unwrap_or(("", text));
    let webcam = webcams
        .iter()
        .find(|webcam| webcam.config().name == name)
        .ok_or_else(|| {
            bad_request(
                format!("--camera-fault={text} names no camera of --cameras"),
                "Put the camera before the fault, such as front:stall@5s+2s.",
            )
        })?;
    let plan: CameraPlan = fault
        .parse()
        .map_err(|error: sim::camera::UnknownCameraFault| {
            bad_request(error.to_string(), error.remedy())
        })?;
    webcam.plan(plan);
    Ok(())
}
