//! One module per verb; each turns flags into a config, follows the process and returns an exit code.

pub mod bundle;
pub mod calibrate;
pub mod dataset;
pub mod demo;
pub mod doctor;
pub mod export;
pub mod find_cameras;
pub mod find_port;
pub mod frame;
pub mod identify;
pub mod image;
pub mod jog;
pub mod log;
pub mod pose;
pub mod record;
pub mod recover;
pub mod reencode;
pub mod release;
pub mod scan;
pub mod settings;
pub mod setup_motors;
pub mod sim;
pub mod sim_cameras;
pub mod teleoperate;
