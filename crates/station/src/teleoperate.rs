//! `teleoperate()`: drives a rig until somebody or something ends it.

use std::time::Duration;

use protocol::Failure;
use teleop::{LoopConfig, State};
use units::Hz;

use crate::camera_settings::CameraSetting;
use crate::cameras::{CameraSet, Previews, room_on_buses};
use crate::drive::{
    self, ConnectedRig, DriveCommand, DriveEvent, DriveOutcome, Driving, RigConfig,
};
use crate::process::{Cx, Process, Verb};

/// What to drive, and how.
pub struct TeleoperateConfig {
    /// The arms and what they follow.
    pub rig: RigConfig,
    /// Cameras to be looked through meanwhile.
    pub cameras: Vec<CameraSetting>,
    /// Cycles a second, 1 to 250.
    pub rate: Hz,
    /// Ends by itself after this time.
    pub duration: Option<Duration>,
    /// As fast as the line allows; only for measuring a simulated arm.
    pub uncapped: bool,
    /// Begins by holding, with torque on, and drives once it is told to resume.
    pub start_holding: bool,
    /// Where its cameras can be looked through meanwhile.
    pub previews: Previews,
}

/// The verb behind [`teleoperate`].
#[derive(Debug)]
pub struct Teleoperate;

/// Drives a rig. Ends when told to, after its time, or when its script is over; the arms are released gently.
pub fn teleoperate(config: TeleoperateConfig) -> Process<Teleoperate> {
    Process::new(config)
}

impl Verb for Teleoperate {
    const NAME: &'static str = "teleoperate";
    const DRIVES: bool = true;
    type Config = TeleoperateConfig;
    type Command = DriveCommand;
    type Event = DriveEvent;
    type Outcome = DriveOutcome;

    fn run(config: TeleoperateConfig, cx: &Cx<Self>) -> Result<DriveOutcome, Failure> {
        let loop_config = LoopConfig {
            uncapped: config.uncapped,
            end_when_finished: true,
            start_holding: config.start_holding,
            ..LoopConfig::new(config.rate)
        };
        supervise(
            config.rig,
            (&config.cameras, &config.previews),
            loop_config,
            config.duration,
            cx,
        )
    }
}

/// Drives until the end, for verbs that only drive.
pub(crate) fn supervise<V>(
    rig: RigConfig,
    (cameras, previews): (&[CameraSetting], &Previews),
    config: LoopConfig,
    duration: Option<Duration>,
    cx: &Cx<V>,
) -> Result<DriveOutcome, Failure>
where
    V: Verb<Command = DriveCommand, Event = DriveEvent>,
{
    // Before there is an arm to look after.
    let room = room_on_buses(cameras);
    let connected = ConnectedRig::connect(rig, &cx.clock, |note| cx.emit(DriveEvent::Note(note)))?;
    // Nobody records them, so one that is not there is told of and keeps nobody from driving.
    let mut cameras = CameraSet::welcome(cameras, room, connected.scene(), &cx.clock)?;
    cameras.show_in(previews);
    let mut driving = Driving::start(connected, config, None, &cx.controls(), &cx.clock)?;
    let mut until = None;
    while driving.look(|event| cx.emit(event)) {
        cameras.show(|news| cx.emit(DriveEvent::Cameras(news)));
        while let Some(command) = cx.command() {
            driving.command(command);
        }
        // Time counts from when the arm first moves, not from when its port was opened.
        if until.is_none() && matches!(driving.state(), State::Driving) {
            until = duration.map(|duration| cx.clock.now() + duration);
        }
        let late = until.is_some_and(|until| cx.clock.now() >= until);
        if cx.stopping() || late || driving.over() {
            driving.want_end(cx.leaves());
        }
        if driving.hangs() {
            return Err(driving.abandon());
        }
        cx.clock.sleep(drive::LOOK);
    }
    driving.look(|event| cx.emit(event));
    let stuck = driving.stuck();
    let report = driving.finish()?;
    match stuck {
        None => Ok(DriveOutcome { report }),
        Some(failure) => Err(failure),
    }
}

#[cfg(test)]
mod tests {
    use arms::{ArmConfig, ArmKind};
    use protocol::ErrorCode;
    use stdx::{Clock as _, SystemClock};
    use teleop::{CycleContext, Goal, Teleoperator};

    use super::*;

    /// Keeps the loop in its first decision.
    struct Hangs;

    impl Teleoperator for Hangs {
        fn name(&self) -> &'static str {
            "hangs"
        }

        fn engage(&mut self, _: &CycleContext<'_>) {}

        fn goal(&mut self, _: &CycleContext<'_>) -> Goal {
            SystemClock.sleep(Duration::from_secs(600));
            Goal::Stay
        }
    }

    #[test]
    fn a_loop_that_hangs_is_told_of_without_waiting_for_it() {
        let mut process = teleoperate(TeleoperateConfig {
            rig: RigConfig {
                followers: vec![ArmConfig::new(ArmKind::Follower, "sim")],
                leaders: Vec::new(),
                teleoperator: Box::new(Hangs),
            },
            cameras: Vec::new(),
            rate: Hz::new(120.0).unwrap(),
            duration: None,
            uncapped: false,
            start_holding: false,
            previews: Previews::default(),
        });
        process.start().unwrap();
        let failure = process.result().unwrap_err();
        assert_eq!(failure.code, ErrorCode::Loop, "{failure}");
        assert!(
            failure
                .message
                .contains("let down gently, and torque is off"),
            "{failure}"
        );
    }
}
