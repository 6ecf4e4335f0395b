//! A record session while it runs: the arm and the recording side by side, each going on when the other fails.
//!
//! A fault that may pass (a line that was lost, a motor that does not answer) and an emergency stop do not end a
//! session: the running episode ends, kept and marked, and the next one begins after a reset once the arm follows again.
//! Not here: the recorder's thread (`recording`), the loop and its faults (`drive`, `teleop`).

use std::time::Duration;

use protocol::{ErrorCode, Failure, LoopReport};
use teleop::State;
use units::MonoTime;

use super::recording::{LentLaps, Recording, trouble};
use super::{Record, RecordCommand, RecordEvent, SessionCommand, Summary};
use crate::cameras::CameraSet;
use crate::drive::{self, DriveCommand, DriveEvent, Driving};
use crate::failure::failure;
use crate::process::Cx;

/// How long a session waits for an arm that faulted: time to look under the table and plug it in again.
pub(super) const FAULT_PATIENCE: Duration = Duration::from_secs(60);
/// How long an arm goes on after recording has stopped for good, when nobody ends the session.
const AFTER_RECORDING: Duration = Duration::from_secs(60);

pub(super) struct Session<'a> {
    cx: &'a Cx<Record>,
    // Before the loop: whoever lends reports has them back before anybody waits for the loop's end.
    laps: LentLaps,
    driving: Driving,
    cameras: CameraSet,
    recording: Recording,
    still: Option<Still>,
    /// A camera is gone, and the person was told what that means.
    blind: bool,
    /// When recording stopped for good.
    gone_at: Option<MonoTime>,
    /// A person ended the session by other means than the process's stop.
    over: bool,
}

/// The arm stands still for a reason that may pass.
#[derive(Debug, Clone, Copy)]
struct Still {
    /// A person stopped it.
    emergency: bool,
    /// It was let down by itself: sinking is no word of a person's then.
    let_down: bool,
    /// Since when it has been of no use.
    useless_since: Option<MonoTime>,
}

impl<'a> Session<'a> {
    pub(super) fn new(
        cx: &'a Cx<Record>,
        driving: Driving,
        cameras: CameraSet,
        recording: Recording,
    ) -> Self {
        Self {
            cx,
            laps: LentLaps::default(),
            driving,
            cameras,
            recording,
            blind: false,
            still: None,
            gone_at: None,
            over: false,
        }
    }

    /// Records until the session is over or the loop has ended.
    pub(super) fn run(&mut self) -> Result<(), Failure> {
        loop {
            let running = self.look();
            if self.driving.follows() {
                let laps = || self.driving.laps();
                self.recording.start(laps, &self.laps, self.cx)?;
            }
            self.note_arm();
            self.note_cameras();
            self.obey();
            self.recording.look(self.cx);
            let hangs = self.driving.hangs();
            self.over |= self.driving.over();
            let ending = self.over || self.cx.stopping() || !running || hangs;
            if ending {
                // Whatever rows there are become an episode; `end` tells of the loop.
                self.recording.stop();
            }
            let over = match &self.recording {
                Recording::Waiting(_) => ending,
                // A disk that takes its time must not keep the arms from being let down.
                Recording::On(_) => hangs || (ending && self.recording.slow()),
                Recording::Done(_) => true,
                Recording::Gone(_) => ending || self.alone_for() >= AFTER_RECORDING,
            };
            if over {
                return Ok(());
            }
            self.cx.clock.sleep(drive::LOOK);
        }
    }

    /// Lets the arms down, waits for the loop's end, then for the recorder's.
    pub(super) fn end(mut self) -> (Result<LoopReport, Failure>, Result<Summary, Failure>) {
        self.recording.stop();
        let report = self.let_down();
        let Self {
            cx,
            laps,
            driving,
            mut recording,
            // Kept until the recorder has paired the last row.
            cameras: _cameras,
            ..
        } = self;
        drop(laps);
        let report = match report {
            Ok(()) => driving.finish(),
            Err(Hangs) => Err(driving.abandon()),
        };
        loop {
            recording.look(cx);
            let summary = match recording {
                Recording::Waiting(_) => Ok(Summary::default()),
                Recording::Done(summary) => Ok(summary),
                Recording::Gone(failure) => Err(failure),
                Recording::On(_) => {
                    cx.clock.sleep(drive::LOOK);
                    continue;
                }
            };
            return (report, summary);
        }
    }

    fn let_down(&mut self) -> Result<(), Hangs> {
        while self.look() {
            while let Some(command) = self.cx.command() {
                match command {
                    RecordCommand::Drive(DriveCommand::Hold) => {
                        self.driving.command(DriveCommand::Hold);
                    }
                    _ => self.cx.emit(RecordEvent::Refused(
                        "The session is over. Release the arm, then record again.".into(),
                    )),
                }
            }
            self.recording.look(self.cx);
            // Arms that were stopped in an emergency hold until a person releases them.
            if !matches!(self.driving.state(), State::Stopped) || self.cx.stopping() {
                self.driving.want_end(self.cx.leaves());
            }
            if self.driving.hangs() {
                return Err(Hangs);
            }
            self.cx.clock.sleep(drive::LOOK);
        }
        Ok(())
    }

    fn look(&mut self) -> bool {
        stdx::failpoint::here("record.look");
        let cx = self.cx;
        self.driving
            .look(|event| cx.emit(RecordEvent::Drive(event)))
    }

    /// Time since recording stopped for good.
    fn alone_for(&mut self) -> Duration {
        let now = self.cx.clock.now();
        now.since(*self.gone_at.get_or_insert(now))
    }

    /// Tells the recording when the arm stands still and when it follows again.
    fn note_arm(&mut self) {
        let now = self.cx.clock.now();
        let records = matches!(self.recording, Recording::On(_));
        match (&mut self.still, self.driving.state()) {
            (_, State::Faulted(fault)) if !may_pass(fault) => self.over = true,
            (None, State::Faulted(fault)) => {
                let fault = fault.clone();
                self.stand_still(false, false);
                trouble(self.cx, true, waits_for(&fault));
            }
            (None, State::Stopped) => self.stand_still(true, false),
            (None, State::Releasing | State::Idle) if records => self.stand_still(false, true),
            (None, _) => {}
            (Some(still), State::Stopped) if !still.emergency => self.stand_still(true, false),
            // A second press: the person lets the arm down, and that ends the session.
            (Some(still), State::Releasing) if !still.let_down => self.over = true,
            (Some(still), State::Idle) if still.emergency => self.over = true,
            (Some(still), State::Faulted(_) | State::Idle) => {
                let since = now.since(*still.useless_since.get_or_insert(now));
                self.over |= since >= FAULT_PATIENCE;
                // Let down first and told why afterwards: by a panic of the loop.
                if let State::Faulted(fault) = self.driving.state()
                    && std::mem::take(&mut still.let_down)
                {
                    trouble(self.cx, true, waits_for(fault));
                }
            }
            (Some(_), State::Driving) if self.driving.follows() => {
                self.still = None;
                self.recording.arm(SessionCommand::Follows);
            }
            (Some(still), _) => still.useless_since = None,
        }
    }

    /// Looks after the cameras: the recorder waits for one that is away, and the session ends when its patience does.
    fn note_cameras(&mut self) {
        let cx = self.cx;
        let tell = |news| cx.emit(RecordEvent::Drive(DriveEvent::Cameras(news)));
        let gone = self.cameras.look(&mut { tell }).err();
        let records = matches!(self.recording, Recording::On(_));
        let (since, failure) = match (gone, self.cameras.away()) {
            (Some(failure), _) => (FAULT_PATIENCE, failure),
            (None, Some((camera, since))) => (since, away(camera)),
            (None, None) => {
                self.blind = false;
                return;
            }
        };
        // A moment without pictures is bridged by the recorder.
        if since >= recorder::LONGEST_BLIND && !std::mem::replace(&mut self.blind, true) && records
        {
            trouble(cx, true, failure);
        }
        self.over |= since >= FAULT_PATIENCE;
    }

    fn stand_still(&mut self, emergency: bool, let_down: bool) {
        self.still = Some(Still {
            emergency,
            let_down,
            useless_since: None,
        });
        self.recording.arm(SessionCommand::StoodStill { emergency });
    }

    fn obey(&mut self) {
        while let Some(command) = self.cx.command() {
            match command {
                RecordCommand::Drive(command) => self.driving.command(command),
                RecordCommand::Session(command) => self.obey_session(command),
            }
        }
    }

    fn obey_session(&mut self, command: SessionCommand) {
        if matches!(
            command,
            SessionCommand::StoodStill { .. } | SessionCommand::Follows
        ) {
            let why = "What the arm does is the arm's to say.".to_owned();
            return self.cx.emit(RecordEvent::Refused(why));
        }
        let obeyed = match (&self.recording, command) {
            (Recording::Waiting(_) | Recording::Gone(_), SessionCommand::Stop) => {
                self.over = true;
                Ok(())
            }
            // Without a recorder these are about the arm alone.
            (Recording::Gone(_), SessionCommand::Pause | SessionCommand::Resume) => Ok(()),
            _ => self.recording.command(command),
        };
        match (obeyed, command) {
            (Ok(()), SessionCommand::Pause) => self.driving.command(DriveCommand::Hold),
            (Ok(()), SessionCommand::Resume) => self.driving.command(DriveCommand::Resume),
            (Ok(()), _) => {}
            (Err(why), _) => self.cx.emit(RecordEvent::Refused(why)),
        }
    }
}

fn away(camera: &str) -> Failure {
    failure(
        ErrorCode::Camera,
        format!("recording waits for camera {camera}"),
        format!(
            "Plug it in again, or bring it back to the network; the same camera goes on by itself.\nThe running episode is \
             kept and marked. Without it the session ends in {} s.",
            FAULT_PATIENCE.as_secs()
        ),
    )
}

/// The loop does not begin cycles any more.
struct Hangs;

/// Whether a person can mend it without ending the session.
fn may_pass(fault: &Failure) -> bool {
    // The loop goes on after a panic of its own, released, until a person drives on.
    matches!(
        fault.code,
        ErrorCode::LineLost | ErrorCode::Motor | ErrorCode::Internal
    )
}

fn waits_for(fault: &Failure) -> Failure {
    failure(
        fault.code,
        format!("recording waits for the arm: {}", fault.message),
        format!(
            "{}\nThe running episode is kept and marked. Without an arm the session ends in {} s.",
            fault.remedy,
            FAULT_PATIENCE.as_secs()
        ),
    )
}
