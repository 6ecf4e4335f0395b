//! Scripted hands calibrate a thousand arms that nobody has seen before. An arm that is healthy and was moved to every
//! stop ends with numbers that are right to a tick of what the simulator knows; every other is refused, and the refusal
//! names the joint and the reason. None is silently wrong.

use std::fmt::Debug;
use std::time::Duration;

use arms::calibrate::{CalibrateOptions, Command, Event, Unusable, WristRoll};
use arms::plausible::plausible_width;
use arms::{
    ArmConfig, ArmError, ArmKind, Calibrate, CalibrateError, CalibrateState, Calibration, Joint,
    calibration_file,
};
use motors::{Bus, Port};
use sim::{Chain, Hand, Misbehaviour, RandomArm, Whom, memory_port, table};
use stdx::{Clock, FakeClock};

/// What happens to one of the arms.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Fate {
    /// Nothing: it is calibrated.
    Healthy,
    /// A motor does not answer from this moment on.
    Dead(Moment, Death),
    /// A motor's memory loses what was written when its power goes, or takes nothing at all.
    Forgets,
    Deaf,
    /// The hand leaves a joint where it is.
    Skipped,
    /// The hand turns back before an end, each time somewhere else.
    InTheAir(bool),
    /// The hand turns back at the stops at once: seen there or not, it is never silently wrong.
    Brief,
    /// The hand does not go far enough for any such joint.
    TooLittle,
    /// The joint lost a stop.
    NoStop,
    /// Nobody looks while a joint is whipped round.
    TooFast,
    /// The motor says that its angle sensor is broken.
    BlindMotor,
    /// Most of the motor's answers are lost.
    Rarely,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Moment {
    BeforeConnect,
    BeforeHoming,
    WhileRecording,
    BeforeFinish,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Death {
    Mute,
    Unplugged,
    BrownOut,
}

/// Numbers that follow from the seed and nothing else (splitmix64).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, count: u64) -> u64 {
        self.next() % count
    }

    fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len() as u64) as usize]
    }
}

struct Arm {
    seed: u64,
    fate: Fate,
    /// The joint it happens to.
    joint: Joint,
    random: RandomArm,
    held: [f64; 6],
    options: CalibrateOptions,
    dice: Dice,
}

impl Arm {
    fn of(seed: u64) -> Self {
        let mut dice = Dice(seed);
        let fate = match seed % 10 {
            0..=4 => Fate::Healthy,
            5 => Fate::Dead(
                dice.one(&[
                    Moment::BeforeConnect,
                    Moment::BeforeHoming,
                    Moment::WhileRecording,
                    Moment::BeforeFinish,
                ]),
                dice.one(&[Death::Mute, Death::Unplugged, Death::BrownOut]),
            ),
            6 => dice.one(&[Fate::Forgets, Fate::Deaf]),
            7 => Fate::Skipped,
            8 => dice.one(&[Fate::InTheAir(false), Fate::InTheAir(true), Fate::TooLittle]),
            _ => dice.one(&[Fate::NoStop, Fate::TooFast, Fate::BlindMotor, Fate::Rarely]),
        };
        let mut random = RandomArm::of(seed);
        let options = CalibrateOptions {
            wrist_roll: dice.one(&[WristRoll::WholeTurn, WristRoll::Recorded]),
            verify_power: fate == Fate::Forgets || dice.below(8) == 0,
        };
        // Something that happens to a hand or a stop shows only where a range is recorded.
        let joint = loop {
            let joint = dice.one(&Joint::ALL);
            let recorded = joint != Joint::WristRoll || options.wrist_roll == WristRoll::Recorded;
            if recorded || matches!(fate, Fate::Dead(..) | Fate::Forgets | Fate::Deaf) {
                break joint;
            }
        };
        if fate == Fate::NoStop {
            let width = plausible_width(ArmKind::Follower, joint).most;
            let motor = &mut random.arm.config.motors[joint.index()];
            let low = random_stop(motor.stops);
            motor.stops = Some((low, low + dice.between(width + 2.0, 700.0)));
        }
        // Anywhere between the stops, as carefully as a person holds the middle, or carelessly.
        let held = std::array::from_fn(|place| {
            let (low, high) = random.stops(place);
            let middle = (low + high) / 2.0;
            let away = if dice.below(2) == 0 { 10.0 } else { 55.0 };
            dice.between(middle - away, middle + away).clamp(low, high)
        });
        // Every other arm has a joint whose encoder stands on its seam in the held pose.
        if dice.below(2) == 0 {
            let place = dice.below(6) as usize;
            let motor = &mut random.arm.config.motors[place];
            let raw = dice.one(&[0, 1, 4094, 4095]);
            motor.encoder_at_zero =
                (raw - (held[place] * 4096.0 / 360.0).round() as i32).rem_euclid(4096);
        }
        Self {
            seed,
            fate,
            joint,
            random,
            held,
            options,
            dice,
        }
    }

    /// The way of the hand on a joint: from the held pose to both stops, twice, with a moment at each.
    fn way(&mut self, joint: Joint) -> Hand {
        let place = joint.index();
        let (low, high) = self.random.stops(place);
        let mine = joint == self.joint;
        let mut at = self.held[place];
        let mut time = self.dice.between(0.02, 0.1);
        let mut points = vec![(Duration::ZERO, at), (Duration::from_secs_f64(time), at)];
        if mine && self.fate == Fate::Skipped {
            return Hand::script(points);
        }
        let speed = self.dice.between(400.0, 600.0);
        let width = plausible_width(ArmKind::Follower, joint);
        let turns = self.dice.below(2);
        for visit in 0..4 {
            let upwards = visit % 2 == turns % 2;
            // A hand presses against a stop; where there is none it ends wherever it does.
            let stop = if upwards { high + 8.0 } else { low - 8.0 };
            let to = match self.fate {
                Fate::InTheAir(above) if mine && above == upwards => {
                    // Each time at least four degrees from any other, and never at the stop.
                    let back = 5.0 + 7.0 * (visit / 2) as f64 + self.dice.between(0.0, 2.5);
                    if upwards { high - back } else { low + back }
                }
                Fate::TooLittle if mine => {
                    let far = self.dice.between(0.3, 0.48) * width.least;
                    (low + high) / 2.0 + if upwards { far } else { -far }
                }
                Fate::NoStop if mine && upwards => {
                    low + width.most + 1.0 + self.dice.between(0.0, 5.0)
                }
                Fate::Brief if mine => {
                    if upwards {
                        high
                    } else {
                        low
                    }
                }
                _ => stop,
            };
            time += (to - at).abs() / speed;
            points.push((Duration::from_secs_f64(time), to));
            if mine && self.fate == Fate::Brief && visit < 3 {
                at = to;
                continue;
            }
            time += self.dice.between(0.12, 0.2);
            points.push((Duration::from_secs_f64(time), to));
            at = to;
        }
        Hand::script(points)
    }

    fn dies(&self, moment: Moment, chain: &Chain) {
        let id = self.joint.motor_id();
        if let Fate::Dead(when, death) = self.fate
            && when == moment
        {
            match death {
                Death::Mute => chain.misbehave(Misbehaviour::MuteMotor { id }),
                Death::Unplugged => chain.misbehave(Misbehaviour::UnpluggedMotor { id }),
                Death::BrownOut => chain.brown_out(id),
            }
            .expect("a motor");
        }
    }
}

fn random_stop(stops: Option<(f64, f64)>) -> f64 {
    stops.expect("all joints of a simulated arm have stops").0
}

/// How it ended.
#[derive(Debug)]
enum End {
    NotConnected(ArmError),
    Saved(Calibration),
    Refused(Vec<(Joint, Unusable)>),
    Failed(CalibrateError),
}

struct Run {
    clock: FakeClock,
    chain: Chain,
    calibrate: Calibrate,
    too_fast: Vec<Joint>,
    not_restored: Vec<Joint>,
}

impl Run {
    fn step(&mut self) -> Option<End> {
        self.clock.advance(Duration::from_millis(20));
        for event in self.calibrate.step(self.clock.now()) {
            match event {
                Event::Saved { calibration, .. } => return Some(End::Saved(calibration)),
                Event::Refused(joints) => return Some(End::Refused(joints)),
                Event::Failed {
                    error,
                    not_restored,
                } => {
                    self.not_restored = not_restored;
                    return Some(End::Failed(error));
                }
                Event::TooFast { joint } => self.too_fast.push(joint),
                _ => {}
            }
        }
        None
    }

    fn steps(&mut self, count: u32) -> Option<End> {
        (0..count).find_map(|_| self.step())
    }

    fn go(&mut self, arm: &mut Arm) -> End {
        let chain = self.chain.clone();
        while self.calibrate.state() == CalibrateState::Preparing {
            if let Some(end) = self.step() {
                return end;
            }
        }
        for joint in Joint::ALL {
            let (id, angle) = (joint.motor_id(), arm.held[joint.index()]);
            chain.place(id, angle).expect("a motor");
            chain.hand(id, Some(Hand::HoldsAt(angle))).expect("a motor");
        }
        arm.dies(Moment::BeforeHoming, &chain);
        if let Some(end) = self.steps(2) {
            return end;
        }
        self.calibrate.command(Command::HomeHere);
        if let Some(end) = self.step() {
            return end;
        }
        for joint in Joint::ALL {
            let way = arm.way(joint);
            chain.hand(joint.motor_id(), Some(way)).expect("a motor");
        }
        let dies_at = arm.dice.below(100) as u32;
        if let Some(end) = self.steps(dies_at) {
            return end;
        }
        arm.dies(Moment::WhileRecording, &chain);
        let id = arm.joint.motor_id();
        match arm.fate {
            Fate::BlindMotor => chain.misbehave(Misbehaviour::Fault { id, bits: 0x02 }),
            Fate::Rarely => chain.misbehave(Misbehaviour::LostReplies {
                whom: Whom::Motor(id),
                share: 0.6,
            }),
            _ => Ok(()),
        }
        .expect("a motor");
        // Four ways of at most 370 degrees, and the moments at their ends.
        if let Some(end) = self.steps(230_u32.saturating_sub(dies_at)) {
            return end;
        }
        if arm.fate == Fate::TooFast {
            let (low, high) = arm.random.stops(arm.joint.index());
            let at = chain.truth(id).expect("a motor").angle;
            let far = if at - low > high - at { low } else { high };
            chain.hand(id, Some(Hand::HoldsAt(far))).expect("a motor");
            self.clock.advance(Duration::from_millis(420));
            if let Some(end) = self.steps(2) {
                return end;
            }
        }
        arm.dies(Moment::BeforeFinish, &chain);
        self.calibrate.command(Command::Finish);
        if let Some(end) = self.step() {
            return end;
        }
        assert_eq!(self.calibrate.state(), CalibrateState::WaitingForPower);
        for on in [false, true] {
            chain.set_power(on);
            if let Some(end) = self.steps(8) {
                return end;
            }
        }
        panic!("arm {}: the power came back and nothing happened", arm.seed);
    }
}

fn registers(chain: &Chain) -> Vec<(&'static str, [i32; 6])> {
    let rows = table::TABLE.iter().filter(|row| {
        row.writable && **row != table::GOAL_POSITION && **row != table::TORQUE_ENABLE
    });
    rows.map(|row| {
        let values = [1, 2, 3, 4, 5, 6].map(|id| chain.register(id, *row).expect("a motor"));
        (row.name, values)
    })
    .collect()
}

/// Calibrates the arm of this seed and judges what came of it.
fn judge(seed: u64) {
    let mut arm = Arm::of(seed);
    let clock = FakeClock::default();
    let chain = arm.random.chain(clock.shared()).expect("a chain");
    let id = arm.joint.motor_id();
    match arm.fate {
        Fate::Forgets => chain.misbehave(Misbehaviour::ForgetfulEeprom {
            whom: Whom::Motor(id),
        }),
        Fate::Deaf => chain.misbehave(Misbehaviour::DeafEeprom {
            whom: Whom::Motor(id),
        }),
        _ => Ok(()),
    }
    .expect("a motor");
    arm.dies(Moment::BeforeConnect, &chain);
    let before = registers(&chain);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("arm.json");
    let port = Box::new(memory_port(chain.clone())) as Box<dyn Port>;
    let connected = Calibrate::connect(
        Bus::new(port, clock.shared()),
        ArmConfig::new(ArmKind::Follower, "sim"),
        clock.shared(),
        path.clone(),
        Some(folder.path().join("kept")),
        arm.options,
    );
    let (end, too_fast, run) = match connected {
        Err(error) => (End::NotConnected(error), Vec::new(), None),
        Ok(calibrate) => {
            let mut run = Run {
                clock,
                chain: chain.clone(),
                calibrate,
                too_fast: Vec::new(),
                not_restored: Vec::new(),
            };
            let end = run.go(&mut arm);
            (end, std::mem::take(&mut run.too_fast), Some(run))
        }
    };
    let what = format!("arm {seed}, {:?} of {:?}: {end:?}", arm.fate, arm.joint);
    let short = matches!(
        arm.fate,
        Fate::Dead(
            Moment::BeforeConnect | Moment::BeforeHoming,
            Death::BrownOut
        )
    );
    if let End::Saved(calibration) = &end {
        // A motor that had power again before anything was written to it lost nothing.
        assert!(arm.fate == Fate::Healthy || short, "silently wrong: {what}");
        assert!(too_fast.is_empty(), "{what}");
        right_to_a_tick(&arm, &chain, calibration, &what);
        assert_eq!(
            calibration_file::load(&path).expect("loaded"),
            *calibration,
            "{what}"
        );
        return;
    }
    assert_ne!(arm.fate, Fate::Healthy, "{what}");
    says_why(&arm, &end, &too_fast, &what);
    assert!(!path.exists(), "a file was saved: {what}");
    // A refusal goes on recording until the person gives up; then, as after a failure, the motors are as before.
    chain.behave();
    if let Some(mut run) = run {
        if run.calibrate.state() == CalibrateState::Recording {
            run.calibrate.command(Command::Cancel);
            run.step();
            assert_eq!(run.calibrate.state(), CalibrateState::Cancelled, "{what}");
        }
        let lost = &run.not_restored;
        assert!(
            lost.is_empty()
                || *lost == [arm.joint] && matches!(arm.fate, Fate::Dead(..) | Fate::Rarely),
            "not restored: {lost:?} of {what}"
        );
        for ((name, before), (_, after)) in before.iter().zip(registers(&chain)) {
            for joint in Joint::ALL.into_iter().filter(|joint| !lost.contains(joint)) {
                let at = joint.index();
                assert_eq!(before[at], after[at], "{name} of {joint:?} after {what}");
            }
        }
    }
}

/// The motors hold these numbers, and the ends of the range are the stops, to a tick of the bare encoder.
fn right_to_a_tick(arm: &Arm, chain: &Chain, calibration: &Calibration, what: &str) {
    chain.power_cycle();
    for joint in Joint::ALL {
        let (place, id) = (joint.index(), joint.motor_id());
        let at = calibration.joint(joint);
        let holds = |row| chain.register(id, row).expect("a motor");
        assert_eq!(
            holds(table::HOMING_OFFSET),
            at.homing_offset,
            "{joint:?} of {what}"
        );
        assert_eq!(
            holds(table::MIN_POSITION_LIMIT),
            at.range_min,
            "{joint:?} of {what}"
        );
        assert_eq!(
            holds(table::MAX_POSITION_LIMIT),
            at.range_max,
            "{joint:?} of {what}"
        );
        assert_eq!(holds(table::PHASE) & 0x10, 0, "{joint:?} of {what}");
        assert_eq!(at.drive_mode, 0);
        let near = |ticks: i32, degrees: f64| {
            let off = f64::from(at.homing_offset + ticks) - arm.random.encoder(place, degrees);
            let off = (off + 2048.0).rem_euclid(4096.0) - 2048.0;
            assert!(off.abs() <= 1.0, "{joint:?} is {off} ticks off: {what}");
        };
        if joint == Joint::WristRoll && arm.options.wrist_roll == WristRoll::WholeTurn {
            assert_eq!((at.range_min, at.range_max), (0, 4095));
            // Homed where it was held; an encoder on its last tick is a tick off in every program.
            let reads = arm.random.encoder(place, arm.held[place]).round() as i32;
            let off = (at.homing_offset + 2047 - reads + 2048).rem_euclid(4096) - 2048;
            assert!(off.abs() <= 1, "{joint:?} is {off} ticks off: {what}");
            continue;
        }
        let (low, high) = arm.random.stops(place);
        near(at.range_min, low);
        near(at.range_max, high);
        let width = f64::from(at.range_max - at.range_min) * 360.0 / 4096.0;
        assert!((width - (high - low)).abs() < 0.2, "{joint:?} of {what}");
    }
}

/// The refusal names the joint and the reason that it really has.
fn says_why(arm: &Arm, end: &End, too_fast: &[Joint], what: &str) {
    let joint = arm.joint;
    let named = |error: &dyn ToString| error.to_string().contains(joint.name());
    let only = |fits: &dyn Fn(&Unusable) -> bool| {
        matches!(end, End::Refused(joints)
            if joints.len() == 1 && joints[0].0 == joint && fits(&joints[0].1))
    };
    let right = match arm.fate {
        Fate::Healthy => false,
        Fate::Dead(moment, death) => match end {
            End::NotConnected(error) => moment == Moment::BeforeConnect && named(error),
            End::Failed(CalibrateError::LostPower { joint: it }) => {
                death != Death::Mute && *it == joint
            }
            End::Failed(error) => moment != Moment::BeforeConnect && named(error),
            _ => false,
        },
        Fate::Forgets => {
            matches!(end, End::Failed(CalibrateError::Forgot { joint: it, .. }) if *it == joint)
        }
        Fate::Deaf => match end {
            End::Failed(CalibrateError::Arm(error @ ArmError::NotKept { .. })) => named(error),
            _ => false,
        },
        Fate::Skipped => only(&|why| *why == Unusable::NoTravel),
        Fate::InTheAir(_) => {
            only(&|why| matches!(why, Unusable::SeenOnce(_) | Unusable::TooSmall { .. }))
        }
        Fate::Brief => only(&|why| matches!(why, Unusable::Brief(_) | Unusable::SeenOnce(_))),
        Fate::TooLittle => {
            only(&|why| matches!(why, Unusable::SeenOnce(_) | Unusable::TooSmall { .. }))
        }
        Fate::NoStop => only(&|why| matches!(why, Unusable::TooLarge { .. })),
        Fate::TooFast => too_fast == [joint] && only(&|why| *why == Unusable::TooFast),
        Fate::BlindMotor => only(&|why| *why == Unusable::SensorFault),
        Fate::Rarely => match end {
            End::Refused(_) => only(&|why| matches!(why, Unusable::TooRarely { .. })),
            // So rarely that it counts as silent, or that a question outside the sweep found no answer.
            End::Failed(error) => named(error),
            _ => false,
        },
    };
    assert!(right, "{what}");
}

macro_rules! hundreds {
    ($($name:ident: $first:literal),*) => {$(
        #[test]
        fn $name() {
            for seed in $first..$first + 100 {
                judge(seed);
            }
        }
    )*};
}

hundreds! {
    no_arm_of_the_first_hundred_is_silently_wrong: 0,
    no_arm_of_the_second_hundred_is_silently_wrong: 100,
    no_arm_of_the_third_hundred_is_silently_wrong: 200,
    no_arm_of_the_fourth_hundred_is_silently_wrong: 300,
    no_arm_of_the_fifth_hundred_is_silently_wrong: 400,
    no_arm_of_the_sixth_hundred_is_silently_wrong: 500,
    no_arm_of_the_seventh_hundred_is_silently_wrong: 600,
    no_arm_of_the_eighth_hundred_is_silently_wrong: 700,
    no_arm_of_the_ninth_hundred_is_silently_wrong: 800,
    no_arm_of_the_last_hundred_is_silently_wrong: 900
}
