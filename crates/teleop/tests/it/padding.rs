//! A gamepad drives the simulated arm: speeds, dead zone, dead-man, disconnects, stops.

use std::sync::Arc;

use arms::{JOINTS, SafetyConfig};
use stdx::Clock;
use teleop::{
    CycleContext, GamePad, Goal, InputStatus, JogConfig, Mode, PadControl, PadMap, PadPressed,
    Teleoperator, gamepad, keyboard_ee,
};
use units::MonoTime;

use crate::bench::{Bench, ms};

fn driving(arms: usize, mode: Mode) -> (Bench, GamePad) {
    let mut pad = None;
    let bench = Bench::driving(120.0, arms, None, |clock| {
        let jog = (mode == Mode::Tip).then(|| JogConfig::new(arms::ArmModel::So101));
        let (end, teleoperator) = gamepad(
            &SafetyConfig::default(),
            clock.shared(),
            PadMap::of(mode),
            jog,
            arms,
        )
        .expect("a map of the mode");
        pad = Some(end);
        Box::new(teleoperator) as Box<dyn Teleoperator>
    });
    let mut pad = pad.expect("a pad");
    pad.connected();
    (bench, pad)
}

/// Turns for so long with a pad that is alive; returns how far each value's goal moved.
fn moved(bench: &mut Bench, pad: &mut GamePad, span: u64) -> Vec<f64> {
    let before = goals(bench);
    bench.turn_for_with(ms(span), |_| pad.heartbeat());
    let after = goals(bench);
    after.iter().zip(&before).map(|(a, b)| a - b).collect()
}

fn goals(bench: &mut Bench) -> Vec<f64> {
    bench.turn();
    let steps = bench.take_steps();
    steps.last().expect("a step").action.as_slice().to_vec()
}

#[test]
fn a_stick_moves_its_joint_in_proportion_beyond_the_dead_zone() {
    for (value, wanted) in [
        (1.0, 42.2),
        (0.55, 21.1),
        (-1.0, -42.2),
        (0.1, 0.0),
        (-0.09, 0.0),
        (f32::NAN, 0.0),
        (7.0, 42.2),
    ] {
        let (mut bench, mut pad) = driving(1, Mode::Joints);
        moved(&mut bench, &mut pad, 100);
        pad.moved(PadControl::LeftX, value);
        let by = moved(&mut bench, &mut pad, 1000);
        assert!((by[0] - wanted).abs() < 2.0, "{value}: {by:?}");
        assert!(by[1..].iter().all(|by| by.abs() < 1e-9), "{value}: {by:?}");
    }
}

#[test]
fn triggers_and_buttons_move_too_and_opposite_ones_cancel() {
    let (mut bench, mut pad) = driving(1, Mode::Joints);
    moved(&mut bench, &mut pad, 100);
    pad.moved(PadControl::LeftTrigger, 1.0);
    pad.moved(PadControl::DPadUp, 1.0);
    let by = moved(&mut bench, &mut pad, 500);
    assert!((by[5] - 30.0).abs() < 3.0, "{by:?}");
    assert!((by[3] + 21.0).abs() < 2.0, "{by:?}");
    pad.moved(PadControl::RightTrigger, 1.0);
    pad.moved(PadControl::DPadDown, 1.0);
    moved(&mut bench, &mut pad, 200);
    let by = moved(&mut bench, &mut pad, 500);
    assert!(by.iter().all(|by| by.abs() < 1e-9), "{by:?}");
}

#[test]
fn sticks_count_as_let_go_250_ms_after_the_pads_last_sign_of_life() {
    let (mut bench, mut pad) = driving(1, Mode::Joints);
    moved(&mut bench, &mut pad, 100);
    pad.moved(PadControl::LeftX, 1.0);
    moved(&mut bench, &mut pad, 300);
    // The reader is silent from here on.
    let silent_from = bench.clock.now();
    let before = goals(&mut bench)[0];
    bench.turn_for(ms(600));
    let run_on = goals(&mut bench)[0] - before;
    // A quarter of a second at 42.2 degrees per second, and the braking.
    assert!((9.0..13.0).contains(&run_on), "{run_on}");
    assert!(bench.clock.now().since(silent_from) > ms(500));
    // It comes back with the stick still held: nothing moves until it has been let go once.
    let by = moved(&mut bench, &mut pad, 500);
    assert_eq!(by[0], 0.0);
    pad.moved(PadControl::LeftX, 0.0);
    moved(&mut bench, &mut pad, 50);
    pad.moved(PadControl::LeftX, -1.0);
    let by = moved(&mut bench, &mut pad, 500);
    assert!(by[0] < -15.0, "{by:?}");
}

#[test]
fn a_pad_that_is_pulled_lets_everything_go_at_once_and_may_come_back() {
    for mode in [Mode::Joints, Mode::Tip] {
        let (mut bench, mut pad) = driving(1, mode);
        moved(&mut bench, &mut pad, 100);
        pad.moved(PadControl::RightY, -1.0);
        moved(&mut bench, &mut pad, 300);
        pad.disconnected();
        moved(&mut bench, &mut pad, 200);
        let by = moved(&mut bench, &mut pad, 300);
        assert!(by.iter().all(|by| *by == 0.0), "{mode:?}: {by:?}");
        pad.connected();
        let by = moved(&mut bench, &mut pad, 300);
        assert!(by.iter().all(|by| *by == 0.0), "{mode:?}: {by:?}");
        pad.moved(PadControl::RightY, -1.0);
        let by = moved(&mut bench, &mut pad, 300);
        assert!(by.iter().any(|by| by.abs() > 2.0), "{mode:?}: {by:?}");
    }
}

#[test]
fn the_stop_button_stops_within_the_cycle_and_a_held_stick_does_not_start_again() {
    let (mut bench, mut pad) = driving(1, Mode::Joints);
    moved(&mut bench, &mut pad, 100);
    pad.moved(PadControl::LeftX, 1.0);
    moved(&mut bench, &mut pad, 300);
    assert_eq!(pad.moved(PadControl::East, 1.0), PadPressed::Stops);
    bench.turn();
    assert_eq!(bench.word(), "stopped");
    // Held, the button is one press.
    assert_eq!(pad.moved(PadControl::East, 1.0), PadPressed::Drives);
    pad.moved(PadControl::LeftX, 0.9);
    bench.turn_for_with(ms(500), |_| pad.heartbeat());
    assert_eq!(bench.word(), "stopped");
    bench.controls.resume();
    bench.turn();
    let by = moved(&mut bench, &mut pad, 500);
    assert_eq!(bench.word(), "driving");
    assert_eq!(by[0], 0.0, "the stick was never let go");
    pad.moved(PadControl::East, 0.0);
    assert_eq!(pad.moved(PadControl::East, 1.0), PadPressed::Stops);
}

#[test]
fn buttons_choose_the_arm_of_a_pair_and_the_speed() {
    let (mut bench, mut pad) = driving(2, Mode::Joints);
    moved(&mut bench, &mut pad, 100);
    pad.moved(PadControl::North, 1.0);
    pad.moved(PadControl::North, 0.0);
    moved(&mut bench, &mut pad, 50);
    pad.moved(PadControl::LeftX, 1.0);
    let by = moved(&mut bench, &mut pad, 500);
    assert!(by[..JOINTS].iter().all(|by| *by == 0.0), "{by:?}");
    assert!(by[JOINTS] > 15.0, "{by:?}");
    for (control, speed) in [
        (PadControl::RightBumper, 1.25),
        (PadControl::LeftBumper, 1.0),
        (PadControl::LeftBumper, 0.8),
    ] {
        pad.moved(control, 1.0);
        pad.moved(control, 0.0);
        assert!((pad.speed() - speed).abs() < 1e-6, "{}", pad.speed());
    }
}

#[test]
fn a_stick_drives_the_tip_and_a_map_of_the_other_mode_is_refused() {
    let (mut bench, mut pad) = driving(1, Mode::Tip);
    moved(&mut bench, &mut pad, 100);
    let before = bench.status().input.jog.expect("told").commanded;
    pad.moved(PadControl::RightY, -1.0);
    moved(&mut bench, &mut pad, 1000);
    let after = bench.status().input.jog.expect("told").commanded;
    let fell = before.position[2] - after.position[2];
    assert!((fell - 0.05).abs() < 0.005, "{fell}");
    for place in [0, 1] {
        assert!((before.position[place] - after.position[place]).abs() < 1e-9);
    }
    let clock = stdx::FakeClock::default();
    let refused = gamepad(
        &SafetyConfig::default(),
        clock.shared(),
        PadMap::of(Mode::Joints),
        Some(JogConfig::new(arms::ArmModel::So101)),
        1,
    );
    assert!(refused.is_none());
}

/// Presses a stop while the loop waits, at an instant of its own choosing.
struct Presses<F> {
    inner: Box<dyn Teleoperator>,
    clock: Arc<dyn Clock>,
    at: MonoTime,
    press: Option<F>,
}

impl<F: FnOnce() + Send> Teleoperator for Presses<F> {
    fn name(&self) -> &'static str {
        self.inner.name()
    }

    fn engage(&mut self, cx: &CycleContext<'_>) {
        self.inner.engage(cx);
    }

    fn goal(&mut self, cx: &CycleContext<'_>) -> Goal {
        self.inner.goal(cx)
    }

    fn stop_asked(&mut self) -> bool {
        if self.clock.now() >= self.at
            && let Some(press) = self.press.take()
        {
            press();
        }
        self.inner.stop_asked()
    }

    fn input(&self) -> InputStatus {
        self.inner.input()
    }
}

#[test]
fn the_stop_of_a_pad_and_of_keys_is_on_the_wire_within_10_ms_at_any_rate() {
    let config = || JogConfig::new(arms::ArmModel::So101);
    for rate in [1.0, 7.0, 30.0, 120.0, 250.0] {
        // Soon after a goal, half way to the next one, and just before it.
        for share in [0.1, 0.5, 0.9] {
            for with_pad in [true, false] {
                let at = MonoTime(0) + ms(4000) + ms((1000.0 / rate * share) as u64);
                let bench = Bench::driving(rate, 1, None, |clock| {
                    let safety = SafetyConfig::default();
                    let shared: Arc<dyn Clock> = clock.shared();
                    let (inner, press): (Box<dyn Teleoperator>, Box<dyn FnOnce() + Send>) =
                        if with_pad {
                            let map = PadMap::of(Mode::Tip);
                            let (mut pad, inner) =
                                gamepad(&safety, clock.shared(), map, Some(config()), 1)
                                    .expect("a map of the mode");
                            let press = move || {
                                pad.connected();
                                pad.moved(PadControl::Select, 1.0);
                            };
                            (Box::new(inner), Box::new(press))
                        } else {
                            let (mut board, inner) = keyboard_ee(&safety, clock.shared(), config());
                            (
                                Box::new(inner),
                                Box::new(move || {
                                    board.press("Escape");
                                }),
                            )
                        };
                    Box::new(Presses {
                        inner,
                        clock: shared,
                        at,
                        press: Some(press),
                    })
                });
                stopped_in_time(bench, at, &format!("{rate} Hz, {share}, pad: {with_pad}"));
            }
        }
    }
}

/// The simulator's own log says when the goal of the stop arrived.
fn stopped_in_time(mut bench: Bench, at: MonoTime, name: &str) {
    bench.followers[0].take_goal_log(4096);
    while bench.word() == "driving" {
        bench.turn();
    }
    assert_eq!(bench.word(), "stopped", "{name}");
    let log = bench.followers[0].take_goal_log(0);
    let first = log
        .arrivals()
        .map(|arrival| arrival.at)
        .find(|arrived| *arrived >= at)
        .expect("the goal of the stop");
    let late = first.since(at);
    assert!(late <= ms(10), "{name}: {late:?}");
}
