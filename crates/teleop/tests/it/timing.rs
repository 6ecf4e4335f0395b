//! When goals are written, and what the loop says about it.

use std::time::Duration;

use stdx::{Clock, latest, queue};
use teleop::{ControlLoop, Controls, Goal, LeaderTeleoperator, LoopConfig, Outputs, Teleoperator};

use crate::bench::{Bench, MIDDLE, hz, ms, rig, unhurried};

/// Holds, and never stops doing so.
pub struct Still;

impl Teleoperator for Still {
    fn name(&self) -> &'static str {
        "still"
    }

    fn engage(&mut self, _cx: &teleop::CycleContext<'_>) {}

    fn goal(&mut self, _cx: &teleop::CycleContext<'_>) -> Goal {
        Goal::Stay
    }
}

#[test]
fn goals_arrive_on_an_absolute_grid() {
    for rate in [30.0, 60.0, 120.0, 250.0] {
        let mut bench = Bench::driving(rate, 1, None, |_| Box::new(Still));
        bench.turn_for(ms(200));
        bench.followers[0].take_goal_log(2_000);
        bench.turn_for(ms(2_000));
        let log = bench.followers[0].take_goal_log(0);
        let at: Vec<_> = log.arrivals().map(|arrival| arrival.at).collect();
        assert!(
            at.len() as f64 >= 2.0 * rate - 2.0,
            "{rate} Hz: {}",
            at.len()
        );
        let period = hz(rate).period();
        let zero = at[0];
        for (index, at) in at.iter().enumerate() {
            let wanted = zero + period * index as u32;
            let off = at.since(wanted).max(wanted.since(*at));
            assert!(
                off < Duration::from_micros(2),
                "{rate} Hz, goal {index}: {off:?}"
            );
        }
        assert_eq!(bench.status().missed, 0, "{rate} Hz");
    }
}

#[test]
fn a_stalled_cycle_is_skipped_and_counted_and_never_caught_up() {
    let mut bench = Bench::driving(100.0, 1, None, |_| Box::new(Still));
    bench.turn_for(ms(500));
    bench.take_steps();
    bench.followers[0].take_goal_log(100);
    bench.turn();
    let before = bench.status().missed;
    bench.clock.advance(ms(47));
    bench.turn_for(ms(100));
    let steps = bench.take_steps();
    let jump = steps[1].slot - steps[0].slot;
    assert!((4..=6).contains(&jump), "{jump}");
    bench.turn_for(ms(60));
    assert_eq!(bench.status().missed - before, jump - 1);
    let log = bench.followers[0].take_goal_log(0);
    let at: Vec<_> = log.arrivals().map(|arrival| arrival.at).collect();
    for pair in at.windows(2) {
        assert!(pair[1].since(pair[0]) >= ms(5), "two goals in a burst");
    }
}

#[test]
fn two_pairs_are_asked_in_the_time_of_one() {
    let mut bus = [0.0; 2];
    for (place, pairs) in [(0, 1), (1, 2)] {
        let mut bench = Bench::driving(120.0, pairs, Some(MIDDLE), |_| {
            Box::new(LeaderTeleoperator::default())
        });
        bench.turn_for(ms(500));
        bus[place] = bench.status().bus_us;
    }
    let [one, two] = bus;
    assert!(one > 1_000.0, "{one} us");
    assert!(two < 1.25 * one, "one pair {one} us, two pairs {two} us");
}

#[test]
fn the_observation_is_as_fresh_as_the_line_allows() {
    let mut bench = Bench::driving(60.0, 1, None, |_| Box::new(Still));
    bench.turn_for(ms(4_000));
    bench.take_steps();
    bench.turn_for(ms(200));
    for step in bench.take_steps() {
        let age = step.sent_at.since(step.observed_at);
        assert!(age <= ms(1), "{age:?}");
    }
}

#[test]
fn the_loop_runs_uncapped_for_measuring() {
    let (clock, rig, chains, _) = rig(1, None);
    let (status, _reader) = latest();
    let controls = Controls::new();
    let config = LoopConfig {
        uncapped: true,
        ..LoopConfig::new(hz(120.0))
    };
    let outputs = Outputs {
        steps: None,
        status,
    };
    let mut control_loop = ControlLoop::new(
        rig,
        Box::new(Still),
        config,
        clock.shared(),
        outputs,
        &controls,
    )
    .expect("a loop");
    controls.resume();
    control_loop.cycle();
    chains[0].take_goal_log(0);
    let start = clock.now();
    for _ in 0..1_000 {
        control_loop.cycle();
    }
    let rate = 1_000.0 / clock.now().since(start).as_secs_f64();
    assert!(rate > 300.0, "{rate} cycles a second");
    assert_eq!(chains[0].take_goal_log(0).overwritten(), 1_000);
}

#[test]
fn a_recorder_that_does_not_read_costs_steps_and_nothing_else() {
    let (clock, rig, chains, leaders) = rig(1, None);
    let mut bench = Bench::of(120.0, clock, rig, chains, leaders, Box::new(Still));
    bench.controls.resume();
    for _ in 0..4_200 {
        bench.turn();
    }
    bench.turn_for(ms(60));
    let status = bench.status();
    assert!(status.steps_refused > 50, "{}", status.steps_refused);
    assert_eq!(status.missed, 0);
    assert!((status.rate_hz - 120.0).abs() < 12.0, "{}", status.rate_hz);
}

#[test]
fn rates_outside_one_to_two_hundred_and_fifty_are_refused() {
    for rate in [250.1, 1000.0] {
        let (clock, rig, _chains, _) = rig(1, None);
        let (status, _reader) = latest();
        let (steps, _steps) = queue(4);
        let outputs = Outputs {
            steps: Some(steps),
            status,
        };
        let refused = ControlLoop::new(
            rig,
            Box::new(Still),
            LoopConfig::new(hz(rate)),
            clock.shared(),
            outputs,
            &Controls::new(),
        );
        assert!(refused.is_err(), "{rate}");
    }
}

#[test]
fn a_loop_on_its_own_thread_reports_laps_and_the_whole() {
    let (clock, rig, chains, _) = rig(1, None);
    let (status, mut reader) = {
        let (writer, reader) = latest();
        (writer, reader.remembering())
    };
    let outputs = Outputs {
        steps: None,
        status,
    };
    let mut handle = teleop::start(
        rig,
        Box::new(Still),
        unhurried(),
        clock.shared(),
        outputs,
        &Controls::new(),
    )
    .expect("started");
    // The loop's own waiting moves the fake clock; this thread only yields to it.
    let mut lap = None;
    while lap.is_none() {
        lap = handle.lap();
    }
    let lap = lap.expect("a lap");
    assert_eq!(lap.rate_hz, 120.0);
    assert!(!lap.priority.is_empty());
    assert_eq!(lap.motors.len(), 6);
    handle.stop();
    let ended = handle.join().expect("joined");
    assert!(ended.fault.is_none(), "{:?}", ended.fault);
    assert!(ended.report.cycles > lap.cycles);
    assert!(ended.report.motors.iter().all(|motor| motor.answered > 0));
    assert_eq!(ended.rig.followers[0].torque(), arms::Torque::Off);
    assert_eq!(chains[0].truth(2).expect("lift").torque, sim::Torque::Off);
    assert_eq!(reader.get().expect("a status").state.word(), "idle");
}

#[test]
fn who_glances_takes_nothing_from_laps_and_the_whole() {
    let (clock, rig, _chains, _) = rig(1, None);
    let (status, _reader) = latest();
    let outputs = Outputs {
        steps: None,
        status,
    };
    let mut handle = teleop::start(
        rig,
        Box::new(Still),
        unhurried(),
        clock.shared(),
        outputs,
        &Controls::new(),
    )
    .expect("started");
    let (mut glanced, mut glances, mut errors) = (0, 0, 0);
    while glances < 3 {
        if let Some(glance) = handle.glance() {
            glances += 1;
            glanced += glance.report.cycles;
            let in_bars: u64 = glance.bars.iter().map(|(_, count)| count).sum();
            // Bars and spread go back to the first cycle, the report to the glance before.
            errors += glance.report.period_error_us.count;
            assert_eq!((in_bars, glance.period_error_us.count), (errors, errors));
        }
    }
    let mut lap = None;
    while lap.is_none() {
        lap = handle.lap();
    }
    let lap = lap.expect("a lap");
    assert!(lap.cycles >= glanced, "{} of {glanced}", lap.cycles);
    while handle.glance().is_none() {}
    handle.stop();
    let ended = handle.join().expect("joined");
    assert!(ended.report.cycles > lap.cycles);
}

#[test]
fn a_report_keeps_every_error_bit_and_counts_what_was_lost() {
    let (clock, rig, chains, _) = rig(1, None);
    let (status, _reader) = latest();
    let outputs = Outputs {
        steps: None,
        status,
    };
    let controls = Controls::new();
    controls.resume();
    let teleoperator = Troubled {
        chain: chains[0].clone(),
        controls: controls.clone(),
        cycles: 0,
    };
    let ended = teleop::run(
        rig,
        Box::new(teleoperator),
        LoopConfig::new(hz(120.0)),
        clock.shared(),
        outputs,
        &controls,
    )
    .expect("ran");
    assert!(ended.fault.is_none(), "{:?}", ended.fault);
    let motors = &ended.report.motors;
    assert_eq!(motors[1].error_bits, 0x20);
    assert!((4..=9).contains(&motors[3].silent), "{:?}", motors[3]);
    assert!((4..=9).contains(&motors[4].corrupt), "{:?}", motors[4]);
    assert_eq!(
        (motors[0].silent, motors[0].corrupt, motors[0].error_bits),
        (0, 0, 0)
    );
    assert_eq!(ended.report.period_error_us.count, 99);
    assert!(ended.report.bus_us.p50 > 1_000.0);
}

/// Has motors fail for a few cycles, then ends the loop.
struct Troubled {
    chain: sim::Chain,
    controls: Controls,
    cycles: u32,
}

impl Teleoperator for Troubled {
    fn name(&self) -> &'static str {
        "troubled"
    }

    fn engage(&mut self, _cx: &teleop::CycleContext<'_>) {}

    fn goal(&mut self, _cx: &teleop::CycleContext<'_>) -> Goal {
        use sim::Misbehaviour::{CorruptReply, Fault, MuteMotor};
        self.cycles += 1;
        match self.cycles {
            20 => {
                for trouble in [
                    Fault { id: 2, bits: 0x20 },
                    MuteMotor { id: 4 },
                    CorruptReply { id: 5, every: 1 },
                ] {
                    self.chain.misbehave(trouble).expect("a motor");
                }
            }
            25 => self.chain.behave(),
            100 => self.controls.stop(),
            _ => {}
        }
        Goal::Stay
    }
}
