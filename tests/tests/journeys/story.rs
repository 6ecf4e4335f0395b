//! A simulated arm that is driven and recorded, and a fault in the middle of it: what a person is told, what is saved,
//! and where the arm was sent. In memory and on a fake clock, so that each story is exact and takes no time; the
//! dataset is a real folder.

#![expect(
    clippy::unwrap_used,
    reason = "a story stops at what it did not expect"
)]

use std::sync::Arc;
use std::time::Duration;

use arms::{Arm, ArmConfig, ArmKind, Calibration, JointCalibration, SafetyConfig};
use dataset::progress::Progress;
use dataset::verify;
use dataset::{Dataset, DatasetSpec};
use motors::{AnyBus, Bus, Port};
use recorder::{DatasetStore, RecordConfig, Recorder};
use sim::{Chain, SimArm, memory_port, table};
use stdx::{Clock, FakeClock, Latest, QueueReader, latest, queue};
use teleop::{ControlLoop, Controls, KeyBoard, LoopConfig, Outputs, Rig, State, Status, keyboard};
use tempfile::TempDir;
use units::{Hz, MonoTime};

/// Cycles and rows a second.
const RATE: f64 = 120.0;
const FPS: u32 = 30;
/// Ticks a second at the greatest joint speed, 180 degrees a second, and a few for rounding.
const TICKS_PER_SECOND: f64 = 180.0 * 4096.0 / 360.0;

/// Ticks that a joint moves between a look at it and the goal that follows.
const NEAR: i32 = 30;

/// An arm as `tendon` connects to it.
pub fn connect(chain: &Chain, sim: &SimArm, clock: &FakeClock) -> Result<Arm, arms::ArmError> {
    let mut arm = shake_hands(chain, sim, clock)?;
    arm.require_calibrated()?;
    arm.configure()?;
    Ok(arm)
}

/// An arm that has answered, whatever calibration its motors hold.
pub fn unchecked(chain: &Chain, sim: &SimArm, clock: &FakeClock) -> Arm {
    shake_hands(chain, sim, clock).unwrap()
}

fn shake_hands(chain: &Chain, sim: &SimArm, clock: &FakeClock) -> Result<Arm, arms::ArmError> {
    let calibration = Calibration::new(sim.calibration.map(|joint| JointCalibration {
        id: joint.id,
        drive_mode: 0,
        homing_offset: joint.homing_offset,
        range_min: joint.range_min,
        range_max: joint.range_max,
    }))
    .unwrap();
    let bus: AnyBus = Bus::new(
        Box::new(memory_port(chain.clone())) as Box<dyn Port>,
        clock.shared(),
    );
    let mut config = ArmConfig::new(ArmKind::Follower, "sim");
    config.name = "follower".to_owned();
    Arm::connect(bus, config, calibration, clock.shared())
}

/// A driven and recorded arm.
pub struct Story {
    pub clock: FakeClock,
    pub chain: Chain,
    pub controls: Controls,
    sim: SimArm,
    keys: KeyBoard,
    control_loop: Option<ControlLoop>,
    status: Latest<Status>,
    recorder: Recorder<DatasetStore>,
    events: QueueReader<recorder::Event>,
    folder: TempDir,
    /// What the person was told, and the state of the loop, each with its time since the fault.
    told: Vec<String>,
    seen: Vec<String>,
    begun: MonoTime,
    /// Where the joints stood after each cycle, ticks.
    stood: Vec<(MonoTime, [i32; 6])>,
}

impl Story {
    /// An arm in the middle of its ranges that has been driven and recorded for a second.
    pub fn driving() -> Self {
        let clock = FakeClock::default();
        let mut sim = SimArm::follower().posed([0.0, 0.0, 0.0, 0.0, 0.0, 50.0]);
        sim.config.goal_log = 100_000;
        let chain = sim.chain(clock.shared());
        let rig = Rig {
            followers: vec![connect(&chain, &sim, &clock).unwrap()],
            leaders: Vec::new(),
        };
        let (keys, teleoperator) = keyboard(&SafetyConfig::default(), clock.shared());
        let (put, status) = latest();
        let (steps, taken) = queue(4096);
        let controls = Controls::new();
        let outputs = Outputs {
            steps: Some(steps),
            status: put,
        };
        let control_loop = ControlLoop::new(
            rig,
            Box::new(teleoperator),
            LoopConfig {
                raise_priority: false,
                ..LoopConfig::new(Hz::new(RATE).unwrap())
            },
            clock.shared(),
            outputs,
            &controls,
        )
        .unwrap();
        let folder = TempDir::new().unwrap();
        let dataset = Dataset::create(
            folder.path().join("dataset"),
            DatasetSpec::so_follower(FPS, false),
        )
        .unwrap();
        let (told, events) = queue(256);
        let (put, _) = latest();
        let recorder = Recorder::new(
            taken,
            DatasetStore::new(dataset),
            &RecordConfig {
                task: "wave".into(),
                fps: FPS,
                control_rate: Hz::new(RATE).unwrap(),
                episode_time: Duration::from_secs(600),
                reset_time: Duration::ZERO,
                num_episodes: 9,
                start_at_once: true,
            },
            clock.shared() as Arc<dyn Clock>,
            recorder::Outputs {
                events: told,
                status: put,
                loop_report: Box::new(|| None),
            },
        )
        .unwrap();
        controls.resume();
        let mut story = Self {
            begun: clock.now(),
            clock,
            chain,
            controls,
            sim,
            keys,
            control_loop: Some(control_loop),
            status: status.remembering(),
            recorder,
            events,
            folder,
            told: Vec::new(),
            seen: Vec::new(),
            stood: Vec::new(),
        };
        story.drive(1.0);
        assert_eq!(story.word(), "driving");
        story.told.clear();
        story.begun = story.clock.now();
        story
    }

    /// Switches a fault on, written as for `tendon sim --fault`.
    pub fn fault(&mut self, text: &str) {
        self.chain.plan(text.parse().unwrap()).unwrap();
        self.begun = self.clock.now();
    }

    /// Drives for so many seconds: the elbow to and fro, half a second each way, with a person at the keys.
    pub fn drive(&mut self, seconds: f64) {
        self.turn(seconds, |since| since % 1.0 < 0.5);
    }

    /// Drives the elbow one way for so many seconds, as far as it may go.
    pub fn drive_on(&mut self, seconds: f64) {
        self.turn(seconds, |_| true);
    }

    fn turn(&mut self, seconds: f64, forth: impl Fn(f64) -> bool) {
        let begun = self.clock.now();
        loop {
            let since = self.clock.now().since(begun).as_secs_f64();
            if since >= seconds {
                return;
            }
            let (press, release) = if forth(since) { ("w", "s") } else { ("s", "w") };
            self.keys.release(release);
            self.keys.press(press);
            self.keys.heartbeat();
            if !self.cycle() {
                return;
            }
        }
    }

    fn cycle(&mut self) -> bool {
        let goes_on = self.control_loop.as_mut().is_some_and(ControlLoop::cycle);
        let place = |place| {
            let id = place as u8 + 1;
            self.chain.truth(id).map_or(0, |truth| truth.position)
        };
        self.stood
            .push((self.clock.now(), std::array::from_fn(place)));
        self.recorder.poll();
        self.listen();
        goes_on
    }

    /// Writes down what is new.
    fn listen(&mut self) {
        let status = self.status.get().unwrap().clone();
        let mut lines = vec![(
            status.state.word().to_owned(),
            match &status.state {
                State::Faulted(failure) => {
                    format!("faulted: {}\n    {}", failure.message, failure.remedy)
                }
                state => state.word().to_owned(),
            },
        )];
        for warning in status.warnings.iter() {
            let kind = format!("{:?}", warning.kind);
            let kind = kind.split('(').next().unwrap_or_default().to_owned();
            lines.push((
                format!("{:?} {kind}", warning.joint),
                format!("warning: {warning}"),
            ));
        }
        while let Some(event) = self.events.pop() {
            let text = match event {
                recorder::Event::EpisodeSaved(saved) => {
                    format!("episode saved, ended by {}", saved.ended.name())
                }
                recorder::Event::EpisodeEnded { .. } | recorder::Event::EpisodeStarted { .. } => {
                    continue;
                }
                other => format!("{other:?}"),
            };
            lines.push((text.clone(), text));
        }
        // A state may come again; a warning of one kind is told once.
        let at = self.clock.now().since(self.begun).as_secs_f64();
        for (place, (key, text)) in lines.into_iter().enumerate() {
            if place == 0 {
                if self.seen.first() != Some(&key) {
                    self.seen.splice(..self.seen.len().min(1), [key]);
                    self.told.push(format!("{at:.2} s  {text}"));
                }
            } else if !self.seen.contains(&key) {
                self.seen.push(key);
                self.told.push(format!("{at:.2} s  {text}"));
            }
        }
    }

    pub fn word(&self) -> &'static str {
        self.control_loop
            .as_ref()
            .map_or("ended", |control_loop| control_loop.state().word())
    }

    /// Rows recorded so far, saved or not.
    pub fn rows(&self) -> u64 {
        self.recorder.status().rows
    }

    /// Ends the session as a person does, checks what must hold in every story, and tells it.
    pub fn end(mut self) -> String {
        // The end is no part of what the fault told.
        let mut told = std::mem::take(&mut self.told);
        let rows_before = self.rows();
        // Refused when a fault has ended the session already.
        self.recorder.command(recorder::Command::Stop).ok();
        self.controls.stop();
        let patience = self.clock.now() + Duration::from_secs(20);
        while self.cycle() {
            assert!(self.clock.now() < patience, "the loop does not end");
        }
        drop(self.control_loop.take());
        while self.recorder.poll() {
            self.clock.advance(Duration::from_millis(5));
        }
        let summary = self.recorder.into_outcome().summary;

        // Nothing that was recorded is lost, and what is saved is sound.
        assert!(summary.failure.is_none(), "{summary:?}");
        let saved = summary.rows();
        assert!(
            saved >= rows_before.max(29),
            "{saved} rows of {rows_before}"
        );
        let report = verify::verify(&self.folder.path().join("dataset"), &Progress::new());
        assert!(report.clean(), "{:?}", report.findings);

        // No goal left the limits, in place or in speed.
        let log = self.chain.take_goal_log(0);
        let mut last: Option<(MonoTime, [Option<i32>; 6])> = None;
        for arrival in log.arrivals() {
            let mut goals = [None; 6];
            for joint in &self.sim.calibration {
                let Some(goal) = arrival.goal(joint.id) else {
                    continue;
                };
                assert!(
                    (joint.range_min..=joint.range_max).contains(&goal),
                    "{} was sent to {goal}: {joint:?}",
                    joint.name
                );
                let place = usize::from(joint.id) - 1;
                goals[place] = Some(goal);
                if let Some((at, before)) = &last
                    && let Some(before) = before[place]
                    && place != 5
                {
                    let span = arrival.at.since(*at).as_secs_f64();
                    let most = TICKS_PER_SECOND * span + 3.0;
                    let moved = f64::from((goal - before).abs());
                    // A stop puts the goal where the joint is; nowhere else may it jump.
                    let after = self.stood.partition_point(|(at, _)| *at < arrival.at);
                    let stood = self.stood[after.min(self.stood.len() - 1)].1[place];
                    assert!(
                        moved <= most || (goal - stood).abs() <= NEAR,
                        "{} jumped by {moved} ticks in {span} s to {goal}, away from {stood}",
                        joint.name
                    );
                }
            }
            last = Some((arrival.at, goals));
        }
        for joint in &self.sim.calibration {
            // A motor may have been given another id; its register is then asked for under that.
            if let Ok(goal) = self.chain.register(joint.id, table::GOAL_POSITION) {
                assert!(
                    (joint.range_min..=joint.range_max).contains(&goal),
                    "{joint:?}: {goal}"
                );
            }
        }
        let marks = summary.episodes.iter().map(|episode| {
            format!(
                "saved: {} rows, {} stale, {} repeated, ended by {}",
                episode.rows,
                episode.marks.stale,
                episode.marks.repeated,
                episode.ended.name()
            )
        });
        told.extend(marks);
        told.join("\n")
    }
}

/// What a person is told who connects to an arm that misbehaves, and finds it driven into no corner.
pub fn connecting(fault: &str) -> String {
    let clock = FakeClock::default();
    let sim = SimArm::follower();
    let chain = sim.chain(clock.shared());
    chain.plan(fault.parse().unwrap()).unwrap();
    let told = match connect(&chain, &sim, &clock) {
        Ok(arm) => arm
            .handshake()
            .findings
            .iter()
            .map(|finding| format!("connected; {finding}\n    {}", finding.remedy()))
            .collect::<Vec<_>>()
            .join("\n"),
        Err(error) => format!("{error}\n    {}", error.remedy()),
    };
    for place in 0..6 {
        // A refused arm was never moved, and nothing was switched on.
        let joint = sim.calibration[place];
        let Ok(truth) = chain.truth(joint.id) else {
            continue;
        };
        assert_eq!(truth.torque, sim::Torque::Off, "{joint:?}");
    }
    told
}

/// The whole of a plain story: a second of driving, the fault, so many seconds with it.
pub fn told(fault: &str, seconds: f64) -> String {
    let mut story = Story::driving();
    story.fault(fault);
    story.drive(seconds);
    story.end()
}
