//! A loop on a thread of its own, and the handle of whoever owns it.
//!
//! Dropping the handle stops the loop and waits until the arms have been let down. A panic inside a cycle is caught there:
//! the arms hold, are let down gently, and the loop goes on without driving, [`RESTARTS`] times. A loop that hangs cannot
//! be helped from inside: [`LoopHandle::rescue`] takes its lines away and lets the arms down.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use arms::{Arm, ArmError, ArmLifeline, Joint, Torque};
use protocol::{ErrorCode, Failure, LoopReport, Spread};
use stdx::Clock;
use stdx::thread::{Intent, Joined, Panicked, spawn};
use units::Hz;

use crate::comeback::{Comeback, Doors, Outside, doors};
use crate::config::{LoopConfig, Outputs, StartError};
use crate::control::{Controls, EmergencyStop};
use crate::cycle::ControlLoop;
use crate::report::{About, Measures, MeasuresIn, MotorName, exchange};
use crate::rig::{Rig, Side, lose};
use crate::status::{ArmPlace, State};
use crate::teleoperator::Teleoperator;

/// Pause between the steps of a release that the loop itself can no longer carry.
const RELEASE_STEP: Duration = Duration::from_millis(20);

/// How many panics a loop survives in its life. The next one ends it.
pub const RESTARTS: u32 = 3;

/// What became of one arm when a loop that hung was given up.
#[derive(Debug)]
pub struct Rescued {
    /// The arm's name in the rig.
    pub arm: String,
    /// Whether it was let down and every motor confirmed it.
    pub released: Result<(), NotRescued>,
}

/// Why an arm was not let down in place of a loop that hung.
#[derive(Debug, thiserror::Error)]
pub enum NotRescued {
    /// Its line is gone, or the system gave no second way to it.
    #[error("{0}: there is no second way to its line")]
    NoSecondWay(String),
    /// A motor did not confirm, or the line went away meanwhile.
    #[error(transparent)]
    Arm(#[from] ArmError),
}

/// The loop's account of a short while.
#[derive(Debug, Clone, PartialEq)]
pub struct Glance {
    /// Its figures since the glance before.
    pub report: LoopReport,
    /// Distance of the time between two goal writes from the period, since the first cycle.
    pub period_error_us: Spread,
    /// Time an observation took, since the first cycle.
    pub bus_us: Spread,
    /// The period errors since the first cycle in bars of a log scale: upper end in microseconds (the last bar has none),
    /// and how many.
    pub bars: Vec<(f64, u64)>,
}

/// What is left when a loop has ended.
#[derive(Debug)]
pub struct Ended {
    /// The loop's account of itself, from its first cycle on.
    pub report: LoopReport,
    /// The arms, released as far as they could be reached.
    pub rig: Rig,
    /// What failed, if something did.
    pub fault: Option<Failure>,
    /// Lets down what came back too late for the loop.
    #[expect(
        dead_code,
        reason = "dropped after the thread was joined, which is its use"
    )]
    pub(crate) doors: Option<Doors>,
}

/// Runs a loop on the calling thread until it is told to stop. Begins idle: ask `controls` for what is to be done.
///
/// # Errors
/// When the configuration or the rig makes no sense; nothing was sent then.
pub fn run(
    rig: Rig,
    teleoperator: Box<dyn Teleoperator>,
    config: LoopConfig,
    clock: Arc<dyn Clock>,
    outputs: Outputs,
    controls: &Controls,
) -> Result<Ended, StartError> {
    let control_loop = ControlLoop::new(rig, teleoperator, config, clock, outputs, controls)?;
    let about = about(&control_loop);
    let (measures, mut ended) = control_loop.run_to_end();
    ended.report = measures.report(&About {
        priority: controls
            .priority()
            .unwrap_or("that of its caller")
            .to_owned(),
        ..about
    });
    Ok(ended)
}

/// Starts a loop on a thread of its own, with the best priority the system allows. It begins to drive at once, or to hold
/// where [`LoopConfig::start_holding`] says so.
/// `controls` may be pressed before it runs: a stop that comes first is obeyed in the first cycle.
///
/// # Errors
/// When the configuration or the rig makes no sense, or there is no room for a thread.
pub fn start(
    rig: Rig,
    teleoperator: Box<dyn Teleoperator>,
    config: LoopConfig,
    clock: Arc<dyn Clock>,
    outputs: Outputs,
    controls: &Controls,
) -> Result<LoopHandle, StartError> {
    let controls = controls.clone();
    let (loop_end, reports) = exchange();
    let mut control_loop = ControlLoop::new(
        rig,
        teleoperator,
        config,
        Arc::clone(&clock),
        outputs,
        &controls,
    )?;
    control_loop.exchange = Some(loop_end);
    let (inside, outside) = doors();
    control_loop.doors = Some(inside);
    let (followers, lifelines) = control_loop
        .followers
        .iter()
        .map(|follower| &follower.side.arm)
        .map(|arm| (arm.name().to_owned(), arm.lifeline()))
        .unzip();
    let about = about(&control_loop);
    if config.start_holding {
        controls.hold();
    } else {
        controls.resume();
    }
    let inside = controls.clone();
    let thread = spawn("teleop", Intent::Control, move || {
        inside.set_priority(if config.raise_priority {
            stdx::elevate(Intent::Control).words
        } else {
            "ordinary (not asked for)".to_owned()
        });
        control_loop.run_to_end()
    })
    .map_err(StartError::Thread)?;
    Ok(LoopHandle {
        controls,
        thread: Some(thread),
        outside,
        lifelines,
        followers,
        reports,
        glanced: Measures::default(),
        total: Measures::default(),
        about,
        clock,
        rate: config.rate,
    })
}

/// A running loop. Dropping it stops the loop and waits for the release to end, about 1.5 seconds.
pub struct LoopHandle {
    controls: Controls,
    thread: Option<Joined<(Box<Measures>, Ended)>>,
    outside: Outside,
    /// A second way to each follower, for when the loop hangs.
    lifelines: Vec<Option<ArmLifeline>>,
    /// The followers' names.
    followers: Vec<String>,
    reports: MeasuresIn,
    /// What glances have taken since the last lap.
    glanced: Measures,
    /// What laps have taken.
    total: Measures,
    about: About,
    clock: Arc<dyn Clock>,
    rate: Hz,
}

impl std::fmt::Debug for LoopHandle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LoopHandle")
            .field("rate", &self.rate)
            .field("finished", &self.finished())
            .finish_non_exhaustive()
    }
}

impl LoopHandle {
    /// What tells the loop what to do; may be cloned to other threads.
    pub fn controls(&self) -> &Controls {
        &self.controls
    }

    /// Holds the arms: see [`Controls::hold`].
    pub fn hold(&self) {
        self.controls.hold();
    }

    /// Drives again: see [`Controls::resume`].
    pub fn resume(&self) {
        self.controls.resume();
    }

    /// Stops at once: see [`EmergencyStop`].
    pub fn emergency_stop(&self) {
        self.controls.emergency_stop().press();
    }

    /// A handle that can only stop, for signal handlers.
    pub fn emergency_stop_handle(&self) -> EmergencyStop {
        self.controls.emergency_stop()
    }

    /// Releases gently, and the loop goes on: see [`Controls::release`].
    pub fn release(&self) {
        self.controls.release();
    }

    /// Releases gently and ends the loop: see [`Controls::stop`].
    pub fn stop(&self) {
        self.controls.stop();
    }

    /// Whether the loop's thread has ended, well or not.
    pub fn finished(&self) -> bool {
        self.thread.as_ref().is_none_or(Joined::finished)
    }

    /// How long ago the loop began its last cycle; much more than a period means that it hangs.
    pub fn silent_for(&self) -> Duration {
        self.clock.now().since(self.controls.heartbeat())
    }

    /// Lets go of everything that still holds the line of a lost arm open, so that the system can give its name to the
    /// adapter that comes back. Call it when a status names lost arms, from time to time also otherwise.
    pub fn let_go_of_lost(&mut self, lost: impl Iterator<Item = ArmPlace>) {
        for place in lost {
            if let ArmPlace::Follower(index) = place
                && let Some(lifeline) = self.lifelines.get_mut(usize::from(index))
            {
                *lifeline = None;
            }
        }
        while self.outside.departures.pop().is_some() {}
    }

    /// Hands the loop an arm whose line was opened again. It must be the same arm in the same calibration; one whose motors
    /// push must hold ([`Arm::hold`]), so that it never pushes without an owner.
    ///
    /// # Errors
    /// Hands the arm back when the loop has ended or has not yet taken the ones before.
    pub fn bring_back(&mut self, place: ArmPlace, arm: Box<Arm>) -> Result<(), Box<Arm>> {
        if self.finished() || self.controls.ended() {
            return Err(arm);
        }
        let lifeline = arm.lifeline();
        self.outside
            .arrivals
            .push(Comeback { place, arm })
            .map_err(|comeback| comeback.arm)?;
        if let ArmPlace::Follower(index) = place
            && let Some(slot) = self.lifelines.get_mut(usize::from(index))
        {
            *slot = lifeline;
        }
        Ok(())
    }

    /// Gives up a loop that hangs: takes its followers' lines away, lets the arms down gently one after the other on the
    /// caller's time, and leaves the thread behind. Until then the motors hold their last goals by themselves.
    pub fn rescue(&mut self) -> Vec<Rescued> {
        // Should it ever wake up, it finds no line and ends.
        self.controls.stop();
        self.controls.end();
        if let Some(thread) = self.thread.take() {
            thread.detach();
        }
        let lifelines = std::mem::take(&mut self.lifelines);
        let followers = self.followers.clone().into_iter();
        followers
            .zip(lifelines)
            .map(|(arm, lifeline)| Rescued {
                released: match lifeline {
                    Some(lifeline) => lifeline.release_gently(&*self.clock).map_err(Into::into),
                    None => Err(NotRescued::NoSecondWay(arm.clone())),
                },
                arm,
            })
            .collect()
    }

    /// The loop's account of the time since the glance before, for a person who watches, without waiting for it: asks at one
    /// call and has the answer at a later one. Laps and the final report lose nothing by it.
    pub fn glance(&mut self) -> Option<Glance> {
        let measures = self.reports.take();
        self.reports.ask();
        let measures = measures?;
        self.glanced.absorb(&measures);
        let mut whole = self.total.clone();
        whole.absorb(&self.glanced);
        let (period_error_us, bus_us) = whole.spreads();
        Some(Glance {
            report: measures.report(&self.about()),
            period_error_us,
            bus_us,
            bars: whole.bars(),
        })
    }

    /// The loop's account of itself since the last lap, or since its start: for one episode. Waits for the end of
    /// the present cycle. `None` when the loop has ended or does not answer within ten cycles.
    pub fn lap(&mut self) -> Option<LoopReport> {
        let patience = self.rate.period() * 10 + Duration::from_millis(100);
        let until = self.clock.now() + patience;
        // An answer that a glance had asked for is of an earlier moment.
        if let Some(measures) = self.reports.take() {
            self.glanced.absorb(&measures);
        }
        self.reports.ask();
        loop {
            if let Some(measures) = self.reports.take() {
                let mut lap = std::mem::take(&mut self.glanced);
                lap.absorb(&measures);
                self.total.absorb(&lap);
                return Some(lap.report(&self.about()));
            }
            if self.finished() || self.clock.now() >= until {
                return None;
            }
            self.clock.sleep(Duration::from_millis(1));
        }
    }

    /// Waits for the loop's end; ask it to stop first.
    ///
    /// # Errors
    /// A panic outside the part of the loop that catches them.
    pub fn join(mut self) -> Result<Ended, Panicked> {
        let Some(thread) = self.thread.take() else {
            return Err(Panicked {
                thread: "teleop".to_owned(),
                message: "already joined".to_owned(),
            });
        };
        let (measures, mut ended) = thread.join()?;
        self.total.absorb(&self.glanced);
        if let Some(lap) = self.reports.take() {
            self.total.absorb(&lap);
        }
        self.total.absorb(&measures);
        ended.report = self.total.report(&self.about());
        Ok(ended)
    }

    fn about(&self) -> About {
        About {
            priority: self.controls.priority().unwrap_or("unknown").to_owned(),
            ..self.about.clone()
        }
    }
}

impl Drop for LoopHandle {
    fn drop(&mut self) {
        // The thread's own handle joins when it is dropped, after this.
        self.controls.stop();
    }
}

fn about(control_loop: &ControlLoop) -> About {
    let sides = control_loop.followers.iter().map(|follower| &follower.side);
    let motors = sides
        .chain(&control_loop.leaders)
        .flat_map(|side| {
            Joint::ALL.map(|joint| MotorName {
                arm: side.arm.name().to_owned(),
                joint: joint.name(),
                id: joint.motor_id(),
            })
        })
        .collect();
    About {
        rate_hz: control_loop.rate().get(),
        priority: String::new(),
        motors,
    }
}

impl ControlLoop {
    /// Turns until the end, and lets the arms down if a cycle panics.
    pub(crate) fn run_to_end(mut self) -> (Box<Measures>, Ended) {
        let mut panics = 0;
        while let Err(panic) = catch_unwind(AssertUnwindSafe(|| while self.cycle() {})) {
            panics += 1;
            let last = panics > RESTARTS || self.ending;
            let failure = Failure {
                code: ErrorCode::Internal,
                message: format!("the control loop failed: {}", words(&*panic)),
                remedy: if last {
                    "The arm was released gently. Report this, with the log.".to_owned()
                } else {
                    "The arm is released gently; drive on when it should. Report this, with the log."
                        .to_owned()
                },
            };
            tracing::error!(panics, last, "{}", failure.message);
            let let_down = || {
                if last {
                    self.let_down(failure);
                } else {
                    self.begin_again(failure);
                }
            };
            if catch_unwind(AssertUnwindSafe(let_down)).is_err() {
                tracing::error!("the release after a panic ended in a panic");
                self.release_without_us();
                break;
            }
            if last {
                break;
            }
        }
        self.controls.end();
        self.count_motors();
        let fault = self.fault.as_deref().cloned();
        let followers = self.followers.into_iter().map(|follower| follower.side);
        let ended = Ended {
            report: LoopReport::default(),
            rig: Rig {
                followers: followers.map(without_loop).collect(),
                leaders: self.leaders.into_iter().map(without_loop).collect(),
            },
            fault,
            doors: self.doors,
        };
        (self.measures, ended)
    }

    /// The last resort: the loop's own way of letting go is broken, so every arm is let down by itself.
    fn release_without_us(&mut self) {
        let mut released = true;
        for follower in &mut self.followers {
            let side = &mut follower.side;
            side.arm.set_interrupt(None);
            if side.arm.torque() == Torque::Off {
                continue;
            }
            let done = catch_unwind(AssertUnwindSafe(|| side.arm.release_gently()));
            released &= matches!(done, Ok(Ok(())));
        }
        let before = self.fault.as_ref().map(|fault| fault.message.clone());
        self.fault = Some(Arc::new(Failure {
            code: ErrorCode::Internal,
            message: before.unwrap_or_else(|| "the control loop failed".to_owned()),
            remedy: if released {
                "The arm was released gently. Report this, with the log."
            } else {
                "Hold the arm and pull its power plug: torque may still be on. Report this, with the log."
            }
            .to_owned(),
        }));
    }

    /// After a panic: every arm holds and begins to sink, which the next cycles carry on. Nothing is driven until a person
    /// says so.
    fn begin_again(&mut self, failure: Failure) {
        self.panicked = true;
        self.finished = false;
        self.warnings = Default::default();
        self.hold_still(failure);
        self.drive_on = false;
        self.begin_release();
    }

    /// Holds, then releases, without a loop.
    fn let_down(&mut self, failure: Failure) {
        self.ending = true;
        let followers = self.followers.iter_mut().map(|follower| &mut follower.side);
        for side in followers.chain(&mut self.leaders) {
            side.arm.set_interrupt(None);
        }
        self.hold_still(failure);
        self.begin_release();
        while self.state == State::Releasing {
            self.controls.beat(self.clock.now());
            self.release_step();
            self.clock.sleep(RELEASE_STEP);
        }
    }

    fn hold_still(&mut self, failure: Failure) {
        self.fault = None;
        self.fault(failure);
        for follower in &mut self.followers {
            if follower.side.lost {
                continue;
            }
            if let Err(error) = follower.side.arm.stop_here() {
                tracing::error!("{}", lose(&mut follower.side, &error).message);
            }
        }
    }
}

/// An arm as its next owner takes it.
fn without_loop(mut side: Side) -> Arm {
    side.arm.set_interrupt(None);
    side.arm
}

fn words(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message")
}
