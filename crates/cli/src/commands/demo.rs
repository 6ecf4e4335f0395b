//! `tendon demo`: the whole job on the simulated arm, from torque on to a verified ZIP.

use std::time::Duration;

use arms::{ArmConfig, ArmKind};
use cameras::CameraConfig;
use pixels::Size;
use protocol::Failure;
use station::camera_settings::{CameraSetting, CameraSource, SimView};
use station::hardware::SIM;
use station::record::{Av1, FilmSettings, Recovery, SessionConfig};
use units::Hz;

use crate::args;
use crate::chosen;
use crate::commands::teleoperate::rate;
use crate::commands::{dataset, export, record};
use crate::output::Out;
use crate::setup::{self, bad_request};
use crate::watch::Watch;

/// Poses one after the other: take the block, carry it into the ring, and back; again and again.
const SCRIPT: &str = include_str!("../../demo.script");
/// What the dataset says the arm does.
const TASK: &str = "Put the block into the ring and take it back";

/// The two cameras of the simulated bench.
fn cameras() -> Result<Vec<CameraSetting>, Failure> {
    let usual = Size::new(640, 480).zip(Hz::new(30.0));
    let (size, fps) = usual.ok_or_else(|| bad_request("no usual size", ""))?;
    let one = |view: SimView| CameraSetting {
        config: CameraConfig::new(view.name(), size, fps),
        source: CameraSource::Sim(view),
    };
    Ok(vec![one(SimView::Front), one(SimView::Wrist)])
}

/// Records, packs and checks.
pub fn run(args: &args::Demo, out: &mut Out, watch: &Watch) -> Result<u8, Failure> {
    let root = args
        .root
        .clone()
        .unwrap_or_else(|| record::stamped(chosen::settings().datasets().join("tendon/demo")));
    let config = record::Session {
        followers: vec![ArmConfig {
            safety: setup::safety(),
            ..ArmConfig::new(ArmKind::Follower, SIM)
        }],
        input: setup::scripted(SCRIPT)?,
        cameras: match args.cameras {
            _ if args.others.any() => args.others.settings(false)?,
            true => cameras()?,
            false => Vec::new(),
        },
        film: FilmSettings::default(),
        av1: Av1::default(),
        root,
        resume: false,
        recovery: Recovery::Ask,
        session: SessionConfig {
            task: TASK.to_owned(),
            fps: 30,
            control_rate: rate(120.0)?,
            episode_time: Duration::from_secs_f64(args.episode_time_s.clamp(0.1, 3600.0)),
            reset_time: Duration::from_secs(1),
            num_episodes: args.num_episodes,
            start_at_once: true,
        },
    };
    let outcome = record::session(config, out, watch)?;
    if outcome.summary.episodes.is_empty() {
        // Ended by a signal before anything was recorded.
        return Ok(crate::exit::DONE);
    }
    let target = export::beside(&outcome.root);
    let zip = export::pack(outcome.root.clone(), target, true, out, watch)?;
    if !dataset::verify(&outcome.root, out, watch)? {
        return Ok(crate::exit::DATA);
    }
    out.say(format!("dataset: {}", outcome.root.display()));
    out.say(format!("zip: {}", zip.display()));
    Ok(crate::exit::DONE)
}
