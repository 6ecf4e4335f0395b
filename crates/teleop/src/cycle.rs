//! One turn of the control loop: wait, observe, decide, act at the slot, look after one motor, tell.
//!
//! Invariants: a cycle waits for nobody but its motors and its clock; goals lie on an absolute grid; a slot that
//! was missed is counted and never caught up; torque is switched on only by `Arm::hold`, which presets the goal;
//! whatever ends the loop, arms that can be reached are let down gently.
//! Not here: the rules (`watch`, `health`, `grid`), state changes (`states`) and threads (`handle`).

use std::sync::Arc;
use std::time::Duration;

use arms::{JOINTS, Joint, Limits, SafetyConfig, Step, Values};
use protocol::Failure;
use stdx::{Clock, LatestWriter, QueueWriter};
use units::{Hz, MonoTime};

use crate::config::{LoopConfig, Outputs, StartError};
use crate::control::Controls;
use crate::grid::{Grid, Lead};
use crate::health::{JointMotion, MotorStatus, StopReason};
use crate::report::{MAX_MOTORS, Measures, MeasuresOut, MotorCounts};
use crate::rig::{Follower, Rig, Side, joined, lose, motor_failure};
use crate::status::{ArmPlace, State, Status, WarningKind, Warnings};
use crate::teleoperator::{CycleContext, Goal, Teleoperator};
use crate::watch::Freshness;

/// A wanted goal that leaves every joint to come to rest.
const REST: [f64; JOINTS] = [f64::NAN; JOINTS];
/// Shortest time between two statuses: 20 a second.
const STATUS_EVERY: Duration = Duration::from_millis(50);
/// A status poll is forced, whatever it costs, when none fitted into a cycle for this long.
const POLL_AT_LEAST_EVERY: Duration = Duration::from_millis(500);
/// A status poll is waited for no longer than this.
const POLL_PATIENCE: Duration = Duration::from_millis(4);

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
    steps: Option<QueueWriter<Step>>,
    status: LatestWriter<Status>,
    pub(crate) exchange: Option<MeasuresOut>,

    pub(crate) state: State,
    pub(crate) fault: Option<Arc<Failure>>,
    pub(crate) ending: bool,
    pub(crate) ended: bool,
    /// The teleoperator is told that driving begins before it is asked for the next goal.
    pub(crate) engage: bool,
    pub(crate) finished: bool,
    pub(crate) pressed_at: Option<MonoTime>,

    pub(crate) period: Duration,
    grid: Option<Grid>,
    lead: Lead,
    from: u64,
    slot: u64,
    /// Slots that passed were given up on purpose (torque was switched on or off): they are not missed.
    pub(crate) pause: bool,
    last_goal: Option<(u64, MonoTime)>,
    pub(crate) action: Values,
    pub(crate) observation: Values,
    led: Option<Values>,
    observed_at: MonoTime,
    late: Duration,
    bus: Duration,
    poll_turn: usize,
    polled_at: MonoTime,
    poll_span: Duration,

    pub(crate) measures: Box<Measures>,
    counted: [MotorCounts; MAX_MOTORS],
    /// Counted in sets that were handed over already.
    handed: (u64, u64),
    told_at: Option<(MonoTime, u64)>,
    told_state: &'static str,
    warnings: Warnings,
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
        let leaders: Vec<Side> = rig
            .leaders
            .into_iter()
            .map(|arm| Side::new(arm, now))
            .collect();
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
            state: State::Idle,
            fault: None,
            ending: false,
            ended: false,
            engage: false,
            finished: false,
            pressed_at: None,
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
        self.observe();
        let decide_from = self.clock.now();
        self.warnings = Warnings::default();
        self.obey();
        self.look_after_silence();
        self.emergencies();
        let decided = self.clock.now().since(decide_from);
        match self.state {
            State::Releasing => self.release_step(),
            State::Idle => {}
            _ if self.pause => {}
            _ => {
                if !self.config.uncapped {
                    self.clock.sleep_until(due);
                }
                self.act(due, decided);
                self.poll();
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
            self.clock.sleep_until(due - self.lead.get());
            due
        };
        self.controls.beat(self.clock.now());
        self.measures.cycle();
        due
    }

    /// Whether a goal is due in every slot.
    fn takes_goals(&self) -> bool {
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
                if side.watch.line_lost(now, &self.safety) {
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
            follower.give_way(&mut goal, self.safety.first_within);
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

    fn stale(&self) -> u16 {
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

    /// Asks one motor of one follower how it is, when there is time for it before the next observation.
    fn poll(&mut self) {
        if self.config.uncapped {
            return;
        }
        let Some(grid) = self.grid else { return };
        let now = self.clock.now();
        let free_until = grid.due(self.from) - self.lead.get();
        let overdue = now.since(self.polled_at) >= POLL_AT_LEAST_EVERY;
        if now + self.poll_span > free_until && !overdue {
            return;
        }
        self.poll_turn = (self.poll_turn + 1) % self.followers.len();
        let follower = &mut self.followers[self.poll_turn];
        if follower.side.lost {
            return;
        }
        let patience = if overdue {
            POLL_PATIENCE
        } else {
            free_until.since(now).min(POLL_PATIENCE)
        };
        self.polled_at = now;
        let asked = follower.side.arm.poll_health(now + patience);
        let done = self.clock.now();
        self.poll_span = done.since(now).max(self.poll_span * 15 / 16);
        match asked {
            Ok(Some((joint, health))) => {
                let status = MotorStatus {
                    voltage: health.voltage,
                    temperature: health.temperature,
                    current: health.current.abs(),
                    load: health.load.abs(),
                };
                self.judge(self.poll_turn, joint, status, done);
            }
            Ok(None) => {}
            Err(error) => {
                let failure = lose(&mut follower.side, &error);
                self.fault(failure);
            }
        }
    }

    fn judge(&mut self, arm: usize, joint: Joint, status: MotorStatus, now: MonoTime) {
        let follower = &mut self.followers[arm];
        let index = joint.index();
        let present = follower.side.present[index];
        let speed = match follower.polled[index] {
            Some((at, was)) if now > at => {
                (present - was).abs() / now.since(at).as_secs_f64().max(1e-6)
            }
            // Not known yet: taken as moving, which is never a stall.
            _ => f64::INFINITY,
        };
        follower.polled[index] = Some((now, present));
        follower.motors[index] = Some(status);
        let motion = JointMotion {
            error: (follower.side.arm.goals()[index] - present).abs(),
            speed,
        };
        let gripper = joint == Joint::Gripper;
        let verdict = follower.health[index].judge(now, &status, &motion, gripper, &self.safety);
        follower.verdicts[index] = verdict;
        if verdict.give_way && self.state == State::Driving && follower.gave_way[index].is_none() {
            follower.gave_way[index] = Some(present);
        }
        if let Some(reason) = verdict.stop {
            let (what, remedy) = match reason {
                StopReason::Hot(degrees) => (
                    format!("is at {degrees:.0} °C"),
                    "Let the arm rest until the motor has cooled down, then resume.",
                ),
                StopReason::LowVoltage(volts) => (
                    format!("gets only {volts:.1} V"),
                    "Check plug and power supply, then resume.",
                ),
                StopReason::HighCurrent(ampere) => (
                    format!("draws {ampere:.1} A"),
                    "Take the load off the joint, then resume.",
                ),
            };
            let failure = motor_failure(follower.side.arm.name(), joint, &what, remedy);
            if matches!(self.state, State::Driving | State::Holding) {
                // A motor that suffers is not left pushing towards its goal.
                self.stop_here();
            }
            self.fault(failure);
        }
    }

    /// A status, when it is time for one or the state has changed.
    fn tell(&mut self) {
        let now = self.clock.now();
        let word = self.state.word();
        let (at, cycles) = match self.told_at {
            Some((at, _)) if word == self.told_state && now.since(at) < STATUS_EVERY => return,
            Some(told) => told,
            None => (now, 0),
        };
        let cycles_now = self.handed.0 + self.measures.cycles();
        let span = now.since(at).as_secs_f64();
        self.told_at = Some((now, cycles_now));
        self.told_state = word;
        let mut torque = [None; 2];
        let mut motors = [[None; JOINTS]; 2];
        for (arm, follower) in self.followers.iter().enumerate() {
            torque[arm] = Some(follower.side.arm.torque());
            motors[arm] = follower.motors;
            add_health(&mut self.warnings, arm as u8, follower);
        }
        self.status.put(Status {
            at: now,
            slot: self.slot,
            state: self.state.clone(),
            torque,
            observation: self.observation,
            goals: self.action,
            stale: self.stale(),
            leaders: self.led,
            first_move: self
                .followers
                .iter()
                .any(|follower| follower.side.arm.limiter().first_move()),
            finished: self.finished,
            rate_hz: if span > 0.0 {
                (cycles_now - cycles) as f64 / span
            } else {
                0.0
            },
            late_us: self.late.as_secs_f64() * 1e6,
            bus_us: self.bus.as_secs_f64() * 1e6,
            cycles: cycles_now,
            missed: self.handed.1 + self.measures.missed_so_far(),
            steps_refused: self.steps.as_ref().map_or(0, QueueWriter::refused),
            motors,
            warnings: self.warnings,
        });
    }

    /// Gives the measures to whoever asked for them.
    fn hand_over(&mut self) {
        let Some(exchange) = &self.exchange else {
            return;
        };
        if !exchange.asked() {
            return;
        }
        self.count_motors();
        self.handed.0 += self.measures.cycles();
        self.handed.1 += self.measures.missed_so_far();
        if let Some(exchange) = &self.exchange {
            exchange.serve(&mut self.measures);
        }
        self.counted = self.bus_counts();
    }

    /// Writes what the lines counted since the last hand-over into the measures.
    pub(crate) fn count_motors(&mut self) {
        let now = self.bus_counts();
        for ((place, now), before) in self.measures.motors.iter_mut().zip(now).zip(self.counted) {
            *place = MotorCounts {
                answered: now.answered.saturating_sub(before.answered),
                silent: now.silent.saturating_sub(before.silent),
                corrupt: now.corrupt.saturating_sub(before.corrupt),
                error_bits: now.error_bits,
            };
        }
    }

    fn bus_counts(&self) -> [MotorCounts; MAX_MOTORS] {
        let mut counts = [MotorCounts::default(); MAX_MOTORS];
        let sides = self.followers.iter().map(|follower| &follower.side);
        for (arm, side) in sides.chain(&self.leaders).enumerate() {
            for joint in Joint::ALL {
                let found = side.arm.bus().counters().iter();
                let motor = found
                    .into_iter()
                    .find(|motor| motor.id.0 == joint.motor_id());
                if let (Some(motor), Some(place)) =
                    (motor, counts.get_mut(arm * JOINTS + joint.index()))
                {
                    *place = MotorCounts {
                        answered: motor.counts.answered,
                        silent: motor.counts.silent,
                        corrupt: motor.counts.corrupt,
                        error_bits: side.error_bits[joint.index()],
                    };
                }
            }
        }
        counts
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

fn add_health(warnings: &mut Warnings, arm: u8, follower: &Follower) {
    let place = ArmPlace::Follower(arm);
    for (joint, verdict) in Joint::ALL.into_iter().zip(&follower.verdicts) {
        let mut add = |kind| warnings.add(place, Some(joint), kind);
        if let Some(degrees) = verdict.warm {
            add(WarningKind::Warm(degrees));
        }
        if let Some(volts) = verdict.sagging {
            add(WarningKind::Sagging(volts));
        }
        if let Some(ampere) = verdict.straining {
            add(WarningKind::Straining(ampere));
        }
        if follower.gave_way[joint.index()].is_some() {
            add(WarningKind::GaveWay);
        } else if verdict.stalled {
            add(WarningKind::Stalled);
        }
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

fn line_silent(arm: &str) -> Failure {
    Failure {
        code: protocol::ErrorCode::LineLost,
        message: format!("{arm}: no motor answers any more"),
        remedy: "Check the arm's power supply and the cable to its first motor, then resume."
            .to_owned(),
    }
}
