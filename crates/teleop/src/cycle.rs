//! One turn of the control loop: wait, observe, decide, act at the slot, look after one motor, tell.
//!
//! Invariants: a cycle waits for nobody but its motors and its clock; goals lie on an absolute grid; a slot that
//! was missed is counted and never caught up; torque is switched on only by `Arm::hold`, which presets the goal;
//! whatever ends the loop, arms that can be reached are let down gently.
//! Not here: the rules (`watch`, `health`, `grid`), state changes (`states`), status polls (`poll`), what is told
//! (`tell`) and threads (`handle`).

use std::sync::Arc;
use std::time::Duration;

use arms::{JOINTS, Joint, Limits, SafetyConfig, Step, Values};
use motors::Interrupt;
use protocol::Failure;
use stdx::{Clock, LatestWriter, QueueWriter, failpoint};
use units::{Hz, MonoTime};

use crate::comeback::Doors;
use crate::config::{LoopConfig, Outputs, StartError};
use crate::control::Controls;
use crate::grid::{Grid, Lead};
use crate::poll::POLL_PATIENCE;
use crate::report::{MAX_MOTORS, Measures, MeasuresOut, MotorCounts};
use crate::rig::{Follower, Rig, Side, joined, lose, motor_failure};
use crate::status::{ArmPlace, State, Status, WarningKind, Warnings};
use crate::teleoperator::{CycleContext, Goal, Teleoperator};
use crate::watch::Freshness;

/// While it waits for the next slot, the loop looks this often whether somebody pressed the emergency stop. With the few
/// milliseconds that a look at the arm takes, the stop is on the wire within 10 ms, however slow the loop.
const STOP_LOOK: Duration = Duration::from_millis(3);
/// Positions older than this are measured anew before they become the goals of a stop.
const FRESH: Duration = Duration::from_millis(12);
/// A wanted goal that leaves every joint to come to rest.
const REST: [f64; JOINTS] = [f64::NAN; JOINTS];
/// The control loop of one rig, turned by whoever calls [`ControlLoop::cycle`].
pub struct ControlLoop {
    pub(crate) followers: Vec<Follower>,
    pub(crate) leaders: Vec<Side>,
    pub(crate) limits: Vec<Limits>,
    pub(crate) teleoperator: Box<dyn Teleoperator>,
    pub(crate) config: LoopConfig,
    pub(crate) safety: SafetyConfig,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) controls: Controls,
    pub(crate) steps: Option<QueueWriter<Step>>,
    pub(crate) status: LatestWriter<Status>,
    pub(crate) exchange: Option<MeasuresOut>,
    pub(crate) doors: Option<Doors>,
    pub(crate) interrupt: Interrupt,

    pub(crate) state: State,
    pub(crate) fault: Option<Arc<Failure>>,
    pub(crate) ending: bool,
    pub(crate) ended: bool,
    /// The teleoperator is told that driving begins before it is asked for the next goal.
    pub(crate) engage: bool,
    pub(crate) finished: bool,
    pub(crate) pressed_at: Option<MonoTime>,
    /// The rig was driven when its line was lost, and nobody has said since that it should not be.
    pub(crate) drive_on: bool,
    /// A person had the arms released, and nobody has taken hold of them since: one that comes back is released too.
    pub(crate) let_go: bool,
    /// When the arms that were held or driven came to a fault.
    pub(crate) faulted_at: Option<MonoTime>,
    /// A cycle ended in a panic, and nobody has driven on since.
    pub(crate) panicked: bool,
    /// Since when everybody answers again after a lost line.
    pub(crate) back_since: Option<MonoTime>,

    pub(crate) period: Duration,
    pub(crate) grid: Option<Grid>,
    pub(crate) lead: Lead,
    pub(crate) from: u64,
    pub(crate) slot: u64,
    /// Slots that passed were given up on purpose (torque was switched on or off): they are not missed.
    pub(crate) pause: bool,
    pub(crate) last_goal: Option<(u64, MonoTime)>,
    pub(crate) action: Values,
    pub(crate) observation: Values,
    pub(crate) led: Option<Values>,
    pub(crate) observed_at: MonoTime,
    pub(crate) late: Duration,
    pub(crate) bus: Duration,
    pub(crate) poll_turn: usize,
    pub(crate) polled_at: MonoTime,
    pub(crate) poll_span: Duration,

    pub(crate) measures: Box<Measures>,
    pub(crate) counted: [MotorCounts; MAX_MOTORS],
    /// What was counted since the last hand-over on lines that were replaced.
    pub(crate) carried: [MotorCounts; MAX_MOTORS],
    /// Counted in sets that were handed over already.
    pub(crate) handed: (u64, u64),
    pub(crate) told_at: Option<(MonoTime, u64)>,
    pub(crate) told_state: &'static str,
    pub(crate) warnings: Warnings,
}

impl ControlLoop {
    /// A loop that is about to begin. Nothing is sent before the first cycle.
    ///
    /// # Errors
    /// A rate outside 1 to 250 Hz, or arms that do not go together.
    pub fn new(
        rig: Rig,
        teleoperator: Box<dyn Teleoperator>,
        config: LoopConfig,
        clock: Arc<dyn Clock>,
        outputs: Outputs,
        controls: &Controls,
    ) -> Result<Self, StartError> {
        config.check()?;
        rig.check()?;
        let now = clock.now();
        let mut followers: Vec<Follower> = rig
            .followers
            .into_iter()
            .map(|arm| Follower::new(arm, now))
            .collect();
        for follower in &mut followers {
            follower.side.arm.set_rate(config.rate);
        }
        let mut leaders: Vec<Side> = rig
            .leaders
            .into_iter()
            .map(|arm| Side::new(arm, now))
            .collect();
        let interrupt = interrupt(controls, &clock);
        let sides = followers.iter_mut().map(|follower| &mut follower.side);
        for side in sides.chain(&mut leaders) {
            side.arm.set_interrupt(Some(interrupt.clone()));
        }
        let observation = joined(followers.iter().map(|follower| &follower.side.present));
        let safety = followers[0].side.arm.config().safety;
        let mut this = Self {
            limits: followers.iter().map(|follower| follower.limits).collect(),
            followers,
            leaders,
            teleoperator,
            safety,
            clock,
            controls: controls.clone(),
            steps: outputs.steps,
            status: outputs.status,
            exchange: None,
            doors: None,
            interrupt,
            state: State::Idle,
            fault: None,
            ending: false,
            ended: false,
            engage: false,
            finished: false,
            pressed_at: None,
            drive_on: false,
            let_go: false,
            faulted_at: None,
            panicked: false,
            back_since: None,
            period: config.rate.period(),
            grid: None,
            lead: Lead::new(config.rate),
            from: 0,
            slot: 0,
            pause: false,
            last_goal: None,
            action: observation,
            observation,
            led: None,
            observed_at: now,
            late: Duration::ZERO,
            bus: Duration::ZERO,
            poll_turn: 0,
            polled_at: now,
            poll_span: POLL_PATIENCE / 2,
            measures: Box::default(),
            counted: [MotorCounts::default(); MAX_MOTORS],
            carried: [MotorCounts::default(); MAX_MOTORS],
            handed: (0, 0),
            told_at: None,
            told_state: "",
            warnings: Warnings::default(),
            config,
        };
        this.counted = this.bus_counts();
        Ok(this)
    }

    /// One cycle. Returns whether there is another one to come.
    pub fn cycle(&mut self) -> bool {
        if self.ended {
            return false;
        }
        let due = self.wait_for_slot();
        failpoint::here("teleop.cycle");
        self.exchange_arms();
        self.observe();
        let decide_from = self.clock.now();
        self.warnings = Warnings::default();
        self.obey();
        self.look_after_silence();
        self.emergencies();
        self.look_for_return();
        let decided = self.clock.now().since(decide_from);
        match self.state {
            State::Releasing => self.release_step(),
            State::Idle => {}
            _ if self.pause => {}
            _ => {
                if !self.config.uncapped {
                    self.nap(due);
                }
                self.act(due, decided);
                self.poll_one();
            }
        }
        self.tell();
        self.hand_over();
        if self.ended {
            self.controls.end();
        }
        !self.ended
    }

    fn wait_for_slot(&mut self) -> MonoTime {
        let now = self.clock.now();
        let grid = *self
            .grid
            .get_or_insert_with(|| Grid::new(now + self.period, self.config.rate));
        if self.config.uncapped {
            self.slot = self.from;
        } else {
            self.slot = grid.next(self.from, now, self.lead.expected());
            let skipped = self.slot - self.from;
            if skipped > 0 && !self.pause && self.takes_goals() {
                self.measures.missed(skipped);
            }
        }
        if self.pause {
            self.last_goal = None;
            self.pause = false;
        }
        self.from = self.slot + 1;
        let due = if self.config.uncapped {
            now
        } else {
            let due = grid.due(self.slot);
            self.nap(due - self.lead.get());
            due
        };
        self.controls.beat(self.clock.now());
        self.measures.cycle();
        due
    }

    /// Sleeps until `until`, but not through an emergency stop.
    fn nap(&mut self, until: MonoTime) {
        loop {
            let now = self.clock.now();
            self.controls.beat(now);
            if self.teleoperator.stop_asked() {
                self.controls.emergency_stop().press();
            }
            // While nothing is held a stop has nothing to do but to win over a wish to drive, which `obey` sees to.
            if self.state != State::Idle && self.controls.emergency_pending() {
                if self.takes_goals() && now.since(self.observed_at) > FRESH {
                    self.observe();
                }
                self.emergencies();
            }
            if now >= until {
                return;
            }
            self.clock.sleep_until(until.min(now + STOP_LOOK));
        }
    }

    /// Whether a goal is due in every slot.
    pub(crate) fn takes_goals(&self) -> bool {
        !matches!(self.state, State::Idle | State::Releasing)
    }

    /// Asks every line before the first answer is awaited.
    fn observe(&mut self) {
        let begun = self.clock.now();
        let mut lost: Option<Failure> = None;
        let followers = self.followers.iter_mut().map(|follower| &mut follower.side);
        for side in followers.chain(&mut self.leaders) {
            if !side.lost
                && let Err(error) = side.arm.begin_observe()
            {
                lost = Some(lose(side, &error));
            }
        }
        let followers = self.followers.iter_mut().map(|follower| &mut follower.side);
        for side in followers.chain(&mut self.leaders) {
            if side.lost {
                side.stale = (1 << JOINTS) - 1;
                continue;
            }
            let deadline = side.arm.observe_deadline(self.period);
            match side.arm.finish_observe(deadline) {
                Ok(seen) => {
                    side.present = seen.values;
                    side.stale = seen.stale;
                    side.error_bits = seen.error_bits.map(|bits| bits.0);
                    for (ever, now) in side.bits_seen.iter_mut().zip(side.error_bits) {
                        *ever |= now;
                    }
                }
                Err(error) => lost = Some(lose(side, &error)),
            }
        }
        self.observed_at = self.clock.now();
        self.bus = self.observed_at.since(begun);
        self.lead.note(self.bus);
        self.measures.bus(self.bus);
        self.observation = joined(self.followers.iter().map(|follower| &follower.side.present));
        self.led = (!self.leaders.is_empty())
            .then(|| joined(self.leaders.iter().map(|leader| &leader.present)));
        if let Some(failure) = lost {
            self.fault(failure);
        }
    }

    /// Warnings, and faults where a motor or a line has been silent for too long.
    fn look_after_silence(&mut self) {
        let now = self.observed_at;
        let faulted = matches!(self.state, State::Faulted(_));
        let mut fault: Option<Failure> = None;
        let followers = self.followers.iter_mut().map(|follower| &mut follower.side);
        let places = (0..)
            .map(ArmPlace::Follower)
            .zip(followers)
            .chain((0..).map(ArmPlace::Leader).zip(&mut self.leaders));
        for (place, side) in places {
            if side.lost {
                continue;
            }
            side.watch.note(now, side.stale);
            for (joint, bits) in Joint::ALL.into_iter().zip(side.error_bits) {
                if bits != 0 {
                    let kind = WarningKind::Complains(bits);
                    self.warnings.add(place, Some(joint), kind);
                }
            }
            if side.watch.line_silent() {
                let silent = side.watch.silent_for(0, now);
                self.warnings
                    .add(place, None, WarningKind::LineSilent(silent));
                if side.watch.line_lost(now, &self.safety) && !faulted {
                    fault = Some(line_silent(side.arm.name()));
                }
                continue;
            }
            for joint in Joint::ALL {
                let index = joint.index();
                let silent = side.watch.silent_for(index, now);
                match side.watch.freshness(index, now, &self.safety) {
                    Freshness::Fresh | Freshness::Stale => {}
                    Freshness::Warned | Freshness::Held => {
                        self.warnings
                            .add(place, Some(joint), WarningKind::Silent(silent));
                    }
                    Freshness::Lost if faulted => {}
                    Freshness::Lost => {
                        let what = format!("has not answered for {} ms", silent.as_millis());
                        let remedy = "Check the motor's power and its bus cable, then resume.";
                        fault = Some(motor_failure(side.arm.name(), joint, &what, remedy));
                    }
                }
            }
        }
        if let Some(failure) = fault {
            self.fault(failure);
        }
    }

    /// The goal of this slot, unless the slot has passed.
    fn act(&mut self, due: MonoTime, decided: Duration) {
        failpoint::here("teleop.act");
        let woke = self.clock.now();
        self.late = woke.since(due);
        if !self.config.uncapped && self.late > self.period / 2 {
            self.measures.missed(1);
            return;
        }
        let wanted = match self.state {
            State::Driving => self.ask_teleoperator(woke),
            _ => None,
        };
        // A stop pressed while the loop slept, or by the teleoperator itself, still counts for this slot.
        self.emergencies();
        if !self.takes_goals() {
            return;
        }
        let driving = self.state == State::Driving;
        let sent_at = self.clock.now();
        self.measures.compute(sent_at.since(woke) + decided);
        let mut sent = [[0.0; JOINTS]; 2];
        let mut lost = None;
        for (arm, follower) in self.followers.iter_mut().enumerate() {
            let mut goal = match &wanted {
                Some(values) if driving => arm_values(values, arm),
                _ => REST,
            };
            let line_silent = follower.side.watch.line_silent();
            for (joint, goal) in goal.iter_mut().enumerate() {
                let freshness =
                    follower
                        .side
                        .watch
                        .freshness(joint, self.observed_at, &self.safety);
                if line_silent || freshness >= Freshness::Held {
                    *goal = f64::NAN;
                }
            }
            if driving {
                follower.give_way(&mut goal, self.safety.first_within);
            }
            sent[arm] = follower.side.arm.goals();
            if follower.side.lost || !follower.side.arm.holding() {
                continue;
            }
            match follower.side.arm.send_goal(&goal) {
                Ok(goals) => sent[arm] = goals,
                Err(error) => lost = Some(lose(&mut follower.side, &error)),
            }
        }
        self.action = Values::from_arms(&sent[..self.followers.len()]);
        self.note_goal(sent_at);
        if let Some(failure) = lost {
            self.fault(failure);
        }
        if !matches!(self.state, State::Faulted(_)) {
            self.hand_on(sent_at);
        }
    }

    fn note_goal(&mut self, sent_at: MonoTime) {
        let grid = self.grid;
        let off = match (self.last_goal, grid) {
            (Some((slot, at)), Some(grid)) if !self.config.uncapped => {
                let wanted = grid.due(self.slot).since(grid.due(slot));
                Some(sent_at.since(at).abs_diff(wanted))
            }
            _ => None,
        };
        self.measures.goal(sent_at, off);
        self.last_goal = Some((self.slot, sent_at));
    }

    fn hand_on(&mut self, sent_at: MonoTime) {
        let step = Step {
            slot: self.slot,
            observed_at: self.observed_at,
            sent_at,
            observation: self.observation,
            action: self.action,
            stale: self.stale(),
        };
        if let Some(steps) = &self.steps {
            // A full queue counts its refusals; the reader sees the gap in the slots.
            steps.push(step).ok();
        }
    }

    pub(crate) fn stale(&self) -> u16 {
        mask(self.followers.iter().map(|follower| &follower.side))
    }

    fn ask_teleoperator(&mut self, now: MonoTime) -> Option<Values> {
        let context = CycleContext {
            slot: self.slot,
            now,
            period: self.period,
            observation: &self.observation,
            last_action: &self.action,
            leaders: self.led.as_ref(),
            leaders_stale: mask(self.leaders.iter()),
            limits: &self.limits,
            first_move: self
                .followers
                .iter()
                .any(|follower| follower.side.arm.limiter().first_move()),
            safety: &self.safety,
        };
        if std::mem::take(&mut self.engage) {
            self.teleoperator.engage(&context);
        }
        match self.teleoperator.goal(&context) {
            Goal::To(values) => Some(values),
            Goal::Stay => None,
            Goal::Finished => {
                if !self.finished && self.config.end_when_finished {
                    self.controls.stop();
                }
                self.finished = true;
                None
            }
        }
    }

    /// The rate asked for.
    pub fn rate(&self) -> Hz {
        self.config.rate
    }

    /// What the loop does now.
    pub fn state(&self) -> &State {
        &self.state
    }
}

fn arm_values(values: &Values, arm: usize) -> [f64; JOINTS] {
    let mut six = REST;
    if let Some(found) = values.as_slice().chunks_exact(JOINTS).nth(arm) {
        six.copy_from_slice(found);
    }
    six
}

/// Bit i set: value i in dataset order is stale.
fn mask<'a>(sides: impl Iterator<Item = &'a Side>) -> u16 {
    sides.enumerate().fold(0, |mask, (arm, side)| {
        mask | (u16::from(side.stale) << (arm * JOINTS))
    })
}

/// Breaks off waits outside the cycle's own reads while the emergency stop is pressed. Asked while an answer is awaited, it
/// is also a sign of life.
fn interrupt(controls: &Controls, clock: &Arc<dyn Clock>) -> Interrupt {
    let (controls, clock) = (controls.clone(), Arc::clone(clock));
    Interrupt::new(move || {
        controls.beat(clock.now());
        controls.emergency_pending()
    })
}

fn line_silent(arm: &str) -> Failure {
    Failure {
        code: protocol::ErrorCode::LineLost,
        message: format!("{arm}: no motor answers any more"),
        remedy: "Check the arm's power supply and the cable to its first motor, then resume."
            .to_owned(),
    }
}
