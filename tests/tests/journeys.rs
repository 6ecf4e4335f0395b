//! Whole user journeys against the built programs. One binary; each journey is a module.
//!
//! The programs are built by the journey itself (a moment's work when they are up to date), or named by
//! `TENDON_BIN`.

#[path = "journeys/bench.rs"]
mod bench;
#[path = "journeys/calibrations.rs"]
mod calibrations;
#[path = "journeys/camera_misbehaviours.rs"]
mod camera_misbehaviours;
#[path = "journeys/codecs.rs"]
mod codecs;
#[path = "journeys/driving.rs"]
mod driving;
#[path = "journeys/emergencies.rs"]
mod emergencies;
#[path = "journeys/filmed.rs"]
mod filmed;
#[path = "journeys/finding_cameras.rs"]
mod finding_cameras;
#[path = "journeys/images.rs"]
mod images;
#[path = "journeys/interrupted.rs"]
mod interrupted;
#[path = "journeys/killed_while_recording.rs"]
mod killed_while_recording;
#[path = "journeys/misbehaviours.rs"]
mod misbehaviours;
#[path = "journeys/network.rs"]
mod network;
#[path = "journeys/pictures.rs"]
mod pictures;
#[path = "journeys/program.rs"]
mod program;
#[path = "journeys/recovering.rs"]
mod recovering;
#[path = "journeys/replugging.rs"]
mod replugging;
#[path = "journeys/reports.rs"]
mod reports;
#[path = "journeys/sessions.rs"]
mod sessions;
#[path = "journeys/settings.rs"]
mod settings;
#[path = "journeys/setup.rs"]
mod setup;
#[path = "journeys/simulator.rs"]
mod simulator;
#[path = "journeys/story.rs"]
mod story;
#[path = "journeys/strips.rs"]
mod strips;
