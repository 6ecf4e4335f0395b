//! A line that damages and loses answers at a rate is ridden out, on time, and every answer is counted for what it was.

use arms::Values;
use sim::{Chain, Injected};
use stdx::latest;
use teleop::{Controls, CycleContext, Goal, LoopConfig, Outputs, Teleoperator};

use crate::bench::{MIDDLE, hz, rig};

/// Cycles at 120 Hz: half a minute. The ten minutes of real time are `make soak`.
const CYCLES: u32 = 3_600;

/// Moves every joint slowly to and fro, then ends the loop.
struct Swaying {
    controls: Controls,
    chain: Chain,
    faults: &'static [&'static str],
    cycles: u32,
}

impl Teleoperator for Swaying {
    fn name(&self) -> &'static str {
        "swaying"
    }

    fn engage(&mut self, _cx: &CycleContext<'_>) {}

    fn goal(&mut self, _cx: &CycleContext<'_>) -> Goal {
        self.cycles += 1;
        if self.cycles == 10 {
            for fault in self.faults {
                let plan = fault.parse().expect("a fault");
                self.chain.plan(plan).expect("a line");
            }
        }
        if self.cycles == CYCLES {
            self.chain.behave();
            self.controls.stop();
        }
        let sway = 8.0 * (f64::from(self.cycles) / 120.0).sin();
        Goal::To(Values::from_arms(&[MIDDLE.map(|middle| middle + sway)]))
    }
}

/// What the loop counted over all motors, answered, corrupt and silent; what the simulator did; and the loop's account
/// of its time.
fn ridden(faults: &'static [&'static str]) -> ([u64; 3], Injected, protocol::LoopReport) {
    let (clock, rig, chains, _) = rig(1, None);
    let (status, _reader) = latest();
    let controls = Controls::new();
    controls.resume();
    let teleoperator = Swaying {
        controls: controls.clone(),
        chain: chains[0].clone(),
        faults,
        cycles: 0,
    };
    let ended = teleop::run(
        rig,
        Box::new(teleoperator),
        LoopConfig {
            raise_priority: false,
            ..LoopConfig::new(hz(120.0))
        },
        clock.shared(),
        Outputs {
            steps: None,
            status,
        },
        &controls,
    )
    .expect("ran");
    assert!(ended.fault.is_none(), "{faults:?}: {:?}", ended.fault);
    let sum = |of: fn(&protocol::MotorReport) -> u64| ended.report.motors.iter().map(of).sum();
    let counts = [
        sum(|motor| motor.answered),
        sum(|motor| motor.corrupt),
        sum(|motor| motor.silent),
    ];
    (counts, chains[0].injected(), ended.report)
}

#[test]
fn loss_is_ridden_out_on_time_and_counted_to_the_last_answer() {
    let (counts, spoiled, clean) = ridden(&[]);
    assert_eq!(
        ([counts[1], counts[2]], spoiled),
        ([0, 0], Injected::default())
    );
    assert_eq!(clean.missed, 0);
    for faults in [
        &["corrupt=*:2%", "lost-replies=*:1%"][..],
        &["corrupt=3:10%"],
        &["lost-replies=*:3%"],
        &["noise=*:9:5%"],
        &["split=5:100us"],
        &["corrupt=*:2%", "noise=*:30:2%", "split=9:100us"],
    ] {
        let (counts, spoiled, report) = ridden(faults);
        // Noise may look like the beginning of an answer and take the true one with it.
        let unclear = spoiled.noisy / 100;
        assert!(
            (spoiled.corrupt..=spoiled.corrupt + unclear).contains(&counts[1])
                && counts[2] == spoiled.lost,
            "{faults:?}: counted {counts:?}, spoiled {spoiled:?}"
        );
        assert_eq!(report.missed, 0, "{faults:?}");
        assert!(
            report.period_error_us.p99 <= clean.period_error_us.p99 + 200.0,
            "{faults:?}: {:?}",
            report.period_error_us
        );
        let whole: u64 = counts.iter().sum();
        assert!(whole > u64::from(CYCLES) * 6, "{faults:?}: {counts:?}");
        assert!(report.seconds > f64::from(CYCLES) / 121.0);
    }
}
