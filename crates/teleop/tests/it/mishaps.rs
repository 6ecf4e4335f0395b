//! Rare coincidences: a fault, a press, a plug or a defect of ours in the worst moment of another.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use arms::{Arm, ArmKind};
use sim::{Misbehaviour, SimArm};
use stdx::failpoint::{self, Fault};
use stdx::{Clock, FakeClock, latest, queue};
use teleop::{
    ArmPlace, ControlLoop, Controls, CycleContext, Goal, LoopConfig, Outputs, Teleoperator,
    WarningKind,
};
use units::MonoTime;

use crate::bench::{self, Bench, hz, ms, reopened, rig, started, wait_for};
use crate::timing::Still;

#[test]
fn a_release_that_panics_every_time_still_ends_with_torque_off() {
    let _armed = failpoint::arm([Fault::panic("teleop.release").times(u64::MAX)]);
    let (_clock, chains, _, handle, reader) = started(1, None, Box::new(Still));
    wait_for(&reader, |s| s.state.word() == "driving");
    handle.stop();
    let ended = handle.join().expect("joined");
    let fault = ended.fault.expect("a fault");
    assert!(fault.remedy.contains("released gently"), "{fault}");
    assert_eq!(chains[0].truth(2).unwrap().torque, sim::Torque::Off);
}

/// Wants the elbow somewhere from 2.5 seconds on, and nothing of the other joints.
#[derive(Debug)]
struct Elbow(f64);
impl Teleoperator for Elbow {
    fn name(&self) -> &'static str {
        "elbow"
    }
    fn engage(&mut self, _: &CycleContext<'_>) {}
    fn goal(&mut self, cx: &CycleContext<'_>) -> Goal {
        let mut v = *cx.observation;
        for x in v.as_mut_slice() {
            *x = f64::NAN;
        }
        // The bench begins at one second.
        let late = cx.now.as_nanos() > 3_500_000_000;
        v.as_mut_slice()[2] = if late { self.0 } else { 0.0 };
        Goal::To(v)
    }
}

#[test]
fn a_joint_that_gave_way_stays_where_it_is_caught() {
    let mut bench = Bench::driving(120.0, 1, None, |_| Box::new(Elbow(12.0)));
    bench.turn_for(ms(2_000));
    bench.followers[0]
        .misbehave(Misbehaviour::StuckJoint { id: 3 })
        .unwrap();
    bench.turn_for(ms(4_700));
    let status = bench.status();
    assert!(
        status
            .warnings
            .iter()
            .any(|warning| warning.kind == WarningKind::GaveWay),
        "{:?}",
        status.warnings
    );
    bench.followers[0].behave();
    // Stop, release, let it sink; a hand lays the elbow 25 degrees away; then it is caught / held.
    bench.controls.emergency_stop().press();
    bench.turn_for(ms(400));
    assert_eq!(bench.word(), "stopped");
    bench.controls.emergency_stop().press();
    bench.turn_for(ms(700));
    assert_eq!(bench.word(), "releasing");
    let sim = SimArm::follower();
    bench.followers[0]
        .hand(3, Some(sim::Hand::HoldsAt(sim.angle_at(2, -25.0))))
        .unwrap();
    bench.turn_for(ms(300));
    bench.controls.emergency_stop().press();
    bench.turn();
    bench.turn();
    assert_eq!(bench.word(), "stopped");
    let caught = bench.followers[0].truth(3).unwrap();
    bench.followers[0].hand(3, None).unwrap();
    bench.turn_for(ms(1_500));
    let after = bench.followers[0].truth(3).unwrap();
    bench.turn_for(ms(1));
    assert!((after.goal - caught.goal).abs() < 20);
}

#[test]
fn a_release_asked_for_while_the_line_is_lost_is_done_when_it_is_back() {
    for told in ["release", "two presses"] {
        let (clock, chains, _, mut handle, reader) = started(1, None, Box::new(Still));
        wait_for(&reader, |s| s.state.word() == "driving");
        chains[0].unplug();
        let s = wait_for(&reader, |s| s.state.word() == "faulted");
        handle.let_go_of_lost(s.lost.places());
        match told {
            "release" => handle.release(),
            _ => {
                handle.emergency_stop();
                let at = clock.now();
                wait_for(&reader, |s| s.at.since(at) > ms(400));
                handle.emergency_stop();
            }
        }
        let at = clock.now();
        wait_for(&reader, |s| s.at.since(at) > ms(100));
        chains[0].replug();
        let arm = reopened(&chains[0], ArmKind::Follower, "left_follower", &clock);
        handle.bring_back(ArmPlace::Follower(0), arm).unwrap();
        let at = clock.now();
        wait_for(&reader, |s| s.at.since(at) > ms(5_000));
        let off = chains[0].truth(2).unwrap().torque;
        handle.stop();
        handle.join().unwrap();
        assert_eq!(off, sim::Torque::Off, "{told}");
    }
}

struct PressingClock {
    inner: Arc<dyn Clock>,
    left: AtomicI64,
    controls: Controls,
}
impl std::fmt::Debug for PressingClock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PressingClock")
    }
}
impl Clock for PressingClock {
    fn now(&self) -> MonoTime {
        if self.left.load(Ordering::Relaxed) > 0 && self.left.fetch_sub(1, Ordering::Relaxed) == 1 {
            self.controls.emergency_stop().press();
        }
        self.inner.now()
    }
    fn sleep_until(&self, until: MonoTime) {
        self.inner.sleep_until(until)
    }
}

#[test]
fn a_press_while_an_arm_is_being_caught_does_not_leave_it_weak() {
    let (clock, rig, chains, _) = rig(1, None);
    let (writer, _reader) = latest();
    let (steps_in, _steps) = queue(4096);
    let controls = Controls::new();
    let pressing = Arc::new(PressingClock {
        inner: clock.shared(),
        left: AtomicI64::new(0),
        controls: controls.clone(),
    });
    let mut lp = ControlLoop::new(
        rig,
        Box::new(Still),
        LoopConfig::new(hz(120.0)),
        Arc::clone(&pressing) as Arc<dyn Clock>,
        Outputs {
            steps: Some(steps_in),
            status: writer,
        },
        &controls,
    )
    .unwrap();
    let turn = |lp: &mut ControlLoop, span: Duration| {
        let until = clock.now() + span;
        while clock.now() < until {
            lp.cycle();
        }
    };
    controls.resume();
    turn(&mut lp, ms(500));
    assert_eq!(lp.state().word(), "driving");
    controls.release();
    turn(&mut lp, ms(1_300));
    assert_eq!(lp.state().word(), "releasing");
    controls.emergency_stop().press();
    pressing.left.store(40, Ordering::Relaxed);
    turn(&mut lp, ms(2_000));
    let limits: Vec<_> = (1..=6)
        .map(|id| chains[0].register(id, sim::table::TORQUE_LIMIT))
        .collect();
    assert!(limits.iter().all(|l| *l.as_ref().unwrap() >= 500));
}

#[test]
fn a_rescue_names_an_arm_it_has_no_way_to() {
    let armed = failpoint::arm([Fault::hang("teleop.cycle").when_triggered()]);
    let (clock, chains, _, mut handle, reader) = started(1, None, Box::new(Still));
    wait_for(&reader, |s| s.state.word() == "driving");
    chains[0].unplug();
    let lost = wait_for(&reader, |s| s.state.word() == "faulted");
    handle.let_go_of_lost(lost.lost.places());
    chains[0].replug();
    let arm = reopened(&chains[0], ArmKind::Follower, "left_follower", &clock);
    handle.bring_back(ArmPlace::Follower(0), arm).unwrap();
    // A status of the cycle that was under way when the arm was handed over, as Driving::look_for_lost treats it.
    handle.let_go_of_lost(lost.lost.places());
    wait_for(&reader, |s| s.state.word() == "driving");
    armed.trigger("teleop.cycle");
    while armed.hanging("teleop.cycle") == 0 {
        std::thread::yield_now();
    }
    let rescued = handle.rescue();
    assert_eq!(rescued.len(), 1);
    let error = rescued[0].released.as_ref().expect_err("nothing was done");
    assert!(error.to_string().contains("left_follower"), "{error}");
}

#[test]
fn a_replug_keeps_what_was_counted() {
    let (clock, chains, _, mut handle, reader) = started(2, None, Box::new(Still));
    wait_for(&reader, |s| s.state.word() == "driving");
    let at = clock.now();
    wait_for(&reader, |s| s.at.since(at) > ms(10_000));
    chains[0].unplug();
    let lost = wait_for(&reader, |s| s.state.word() == "faulted");
    handle.let_go_of_lost(lost.lost.places());
    chains[0].replug();
    let arm = reopened(&chains[0], ArmKind::Follower, "left_follower", &clock);
    handle.bring_back(ArmPlace::Follower(0), arm).unwrap();
    wait_for(&reader, |s| s.state.word() == "driving");
    handle.stop();
    let ended = handle.join().unwrap();
    let r = &ended.report;
    assert!(r.motors[6].answered >= 1_000, "{}", r.motors[6].answered);
}

struct Watched(Box<dyn motors::Port>, Arc<std::sync::atomic::AtomicBool>);
impl Drop for Watched {
    fn drop(&mut self) {
        self.1.store(true, Ordering::Relaxed);
    }
}
impl motors::Port for Watched {
    fn name(&self) -> &str {
        self.0.name()
    }
    fn discard_input(&mut self) -> std::io::Result<()> {
        self.0.discard_input()
    }
    fn send(&mut self, b: &[u8]) -> std::io::Result<()> {
        self.0.send(b)
    }
    fn receive(&mut self, b: &mut [u8], d: MonoTime) -> std::io::Result<usize> {
        self.0.receive(b, d)
    }
    fn set_baud(&mut self, b: u32) -> std::io::Result<()> {
        self.0.set_baud(b)
    }
    fn baud(&self) -> u32 {
        self.0.baud()
    }
}

#[test]
fn a_port_that_is_lost_while_releasing_is_not_closed_by_the_loop() {
    let clock = FakeClock::default();
    let sim = SimArm::follower().posed(bench::MIDDLE);
    let chain = sim.chain(clock.shared());
    let dropped = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let calibration = arms::Calibration::new(sim.calibration.map(|j| arms::JointCalibration {
        id: j.id,
        drive_mode: 0,
        homing_offset: j.homing_offset,
        range_min: j.range_min,
        range_max: j.range_max,
    }))
    .unwrap();
    let port: Box<dyn motors::Port> = Box::new(Watched(
        Box::new(sim::memory_port(chain.clone())),
        Arc::clone(&dropped),
    ));
    let mut arm = Arm::connect(
        motors::Bus::new(port, clock.shared()),
        arms::ArmConfig::new(ArmKind::Follower, "sim"),
        calibration,
        clock.shared(),
    )
    .unwrap();
    arm.configure().unwrap();
    let rig = teleop::Rig {
        followers: vec![arm],
        leaders: vec![],
    };
    let mut bench = Bench::of(120.0, clock, rig, vec![chain], vec![], Box::new(Still));
    bench.controls.resume();
    bench.turn_for(ms(300));
    bench.controls.release();
    bench.turn_for(ms(300));
    assert_eq!(bench.word(), "releasing");
    bench.followers[0].unplug();
    bench.turn();
    bench.turn();
    assert!(!dropped.load(Ordering::Relaxed), "closed inside a cycle");
}

#[test]
fn a_press_beside_a_fault_holds() {
    let mut bench = Bench::driving(120.0, 1, None, |_| Box::new(Still));
    bench.turn_for(ms(300));
    bench.followers[0].heat_to(2, 66.0).unwrap();
    let mut before = "";
    for _ in 0..60 {
        before = bench.word();
        bench.turn();
        if bench.word() == "faulted" {
            break;
        }
    }
    assert_eq!((before, bench.word()), ("driving", "faulted"));
    bench.controls.emergency_stop().press();
    bench.turn();
    assert_ne!(bench.word(), "releasing");
}

#[test]
fn an_arm_outside_its_limits_stays_where_it_was_stopped() {
    let (clock, rig, chains, _) = bench::rig_with(1, None, |config| {
        config.safety.joints[0] = arms::JointSafety {
            least: Some(30.0),
            most: None,
            speed: None,
            acceleration: None,
        };
    });
    let mut bench = Bench::of(120.0, clock, rig, chains, Vec::new(), Box::new(Still));
    bench.controls.resume();
    bench.turn();
    bench.turn();
    bench.turn();
    assert_eq!(bench.word(), "driving");
    bench.controls.emergency_stop().press();
    bench.turn();
    bench.turn();
    assert_eq!(bench.word(), "stopped");
    let then = bench.followers[0].truth(1).unwrap();
    bench.turn_for(ms(2_000));
    let after = bench.followers[0].truth(1).unwrap();
    assert!((after.goal - then.goal).abs() < 20);
}
