//! The workbench without a window: builds the processes from what is plugged in or simulated, and offers the
//! product's verbs. Each takes a config and returns a [`process::Process`] with `start`, `stop`, `state`, an event
//! stream and a `result`; window, command line and tests use the same ones.
//!
//! Not here: keys, screens and words on a terminal (`cli`, the window), anything that happens inside a cycle
//! (`teleop`), files of a dataset (`dataset`).

pub mod access;
pub mod adapters;
pub mod bundle;
pub mod calibrate;
pub mod calibrations;
pub mod camera_settings;
pub mod cameras;
pub mod check_pair;
pub mod cost;
pub mod dataset_frame;
pub mod doctor;
pub mod drive;
pub mod episode;
pub mod export;
mod failure;
pub mod find_cameras;
pub mod find_port;
pub mod folders;
pub mod gamepad;
pub mod hardware;
pub mod identify;
mod kept;
pub mod known_arms;
pub mod known_cameras;
pub mod left;
pub mod log;
mod news;
pub mod paths;
pub mod pictures;
pub mod pose;
pub mod pose_book;
pub mod process;
pub mod record;
pub mod reencode;
pub mod release_motors;
pub mod reopen;
pub mod replay;
mod rest;
pub mod scan;
pub mod settings;
pub mod setup_motors;
mod sign_of_life;
mod silence;
mod sim_camera;
pub mod teleoperate;
pub mod threads;
pub mod verify;
mod watched;
pub mod wiggle;
pub mod workers;

pub use calibrate::calibrate;
pub use calibrations::{calibration_history, compare_calibration, transfer_calibration};
pub use check_pair::check_pair;
pub use dataset_frame::dataset_frame;
pub use doctor::doctor;
pub use export::export;
pub use find_cameras::find_cameras;
pub use find_port::find_port;
pub use identify::identify;
pub use pose::pose;
pub use process::{Process, ProcessState};
pub use record::record;
pub use reencode::reencode;
pub use release_motors::release_motors;
pub use replay::replay;
pub use scan::scan;
pub use setup_motors::setup_motors;
pub use teleoperate::teleoperate;
pub use verify::verify;
pub use wiggle::wiggle;
