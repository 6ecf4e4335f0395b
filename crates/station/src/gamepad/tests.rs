//! A scripted pad at the boundary of the library, against a loop's end that is asked by hand.

use std::sync::mpsc;

use arms::{JOINTS, SafetyConfig, Values};
use stdx::{FakeClock, SystemClock};
use teleop::{
    Controls, CycleContext, GamepadTeleoperator, Goal, Mode, PadMap, Teleoperator, gamepad,
};

use super::*;

struct Bench {
    reading: Reading,
    teleoperator: GamepadTeleoperator,
    controls: Controls,
    clock: FakeClock,
    tell: SyncSender<PadNews>,
    news: Receiver<PadNews>,
    goals: Values,
}

const LIMITS: arms::Limits = [arms::JointLimits {
    least: -100.0,
    most: 100.0,
    speed: 180.0,
    acceleration: 1000.0,
    first_speed: 30.0,
    first_within: 2.0,
}; JOINTS];

impl Bench {
    fn new(wanted: Option<&str>) -> Self {
        let clock = FakeClock::default();
        let map = PadMap::of(Mode::Joints);
        let (pad, teleoperator) =
            gamepad(&SafetyConfig::default(), clock.shared(), map, None, 1).unwrap();
        let controls = Controls::new();
        let wanted = wanted.map(str::to_owned);
        let (tell, news) = sync_channel(NEWS);
        let mut bench = Self {
            reading: Reading::new(pad, wanted, controls.emergency_stop()),
            teleoperator,
            controls,
            clock,
            tell,
            news,
            goals: Values::from_arms(&[[0.0; JOINTS]]),
        };
        bench.turn();
        bench
    }

    fn take(&mut self, event: PadEvent) {
        self.reading.take(event, &self.tell);
    }

    fn plug(&mut self, id: usize, name: &str) {
        self.take(PadEvent::Connected {
            id,
            name: name.to_owned(),
        });
    }

    fn push(&mut self, id: usize, axis: Axis, value: f32) {
        self.take(PadEvent::Axis { id, axis, value });
    }

    fn press(&mut self, id: usize, button: Button, value: f32) {
        self.take(PadEvent::Button { id, button, value });
    }

    /// One cycle of 20 ms. Returns how far the six goals moved.
    fn turn(&mut self) -> [f64; JOINTS] {
        self.reading.alive();
        let safety = SafetyConfig::default();
        let cx = CycleContext {
            slot: 0,
            now: self.clock.now(),
            period: LOOK,
            observation: &self.goals,
            last_action: &self.goals,
            leaders: None,
            leaders_stale: 0,
            limits: &[LIMITS],
            first_move: false,
            safety: &safety,
        };
        let before = self.goals;
        if let Goal::To(goals) = self.teleoperator.goal(&cx) {
            self.goals = goals;
        }
        self.clock.advance(LOOK);
        let moved = |at: usize| self.goals.as_slice()[at] - before.as_slice()[at];
        std::array::from_fn(moved)
    }

    fn told(&self) -> Vec<String> {
        self.news.try_iter().map(|news| news.to_string()).collect()
    }
}

#[test]
fn the_first_pad_drives_and_is_named_gone_and_back() {
    let mut bench = Bench::new(None);
    bench.reading.say(&bench.tell, PadNews::None(Vec::new()));
    bench.plug(3, "Sim Gamepad");
    bench.turn();
    bench.push(3, Axis::LeftStickX, 1.0);
    assert!(bench.turn()[0] > 0.5);
    bench.take(PadEvent::Disconnected { id: 3 });
    assert_eq!(bench.turn(), [0.0; JOINTS]);
    // Its number may be another one when it is back.
    bench.plug(4, "Sim Gamepad");
    assert_eq!(bench.turn(), [0.0; JOINTS]);
    bench.push(4, Axis::LeftStickX, -1.0);
    assert!(bench.turn()[0] < -0.5);
    insta::assert_snapshot!(bench.told().join("\n"), @r"
    No gamepad yet: plug one in, or switch it on. If it is there, your user must be allowed to read /dev/input (on most systems by logging in at the machine itself).
    Gamepad: Sim Gamepad drives. East (B) or Select stops.
    Gamepad: Sim Gamepad is gone, so everything counts as let go. It drives again when it is back.
    Gamepad: Sim Gamepad drives. East (B) or Select stops.
    ");
}

#[test]
fn only_the_wanted_pad_drives_and_every_pad_stops() {
    let mut bench = Bench::new(Some("xbox"));
    bench.plug(0, "Toy Pad");
    bench.turn();
    bench.push(0, Axis::LeftStickX, 1.0);
    assert_eq!(bench.turn(), [0.0; JOINTS]);
    bench.plug(1, "Microsoft Xbox 360 pad");
    bench.turn();
    bench.push(0, Axis::LeftStickX, 1.0);
    assert_eq!(bench.turn(), [0.0; JOINTS]);
    bench.push(1, Axis::LeftStickX, 1.0);
    assert!(bench.turn()[0] > 0.5);
    bench.press(0, Button::East, 1.0);
    assert!(bench.controls.emergency_pending(), "pressed directly");
    assert!(
        bench.teleoperator.stop_asked(),
        "and through the teleoperator"
    );
    insta::assert_snapshot!(bench.told().join("\n"), @r"
    No gamepad of the wanted name yet. There is: Toy Pad.
    Gamepad: Microsoft Xbox 360 pad drives. East (B) or Select stops.
    ");
}

#[test]
fn a_held_stop_button_is_one_press_and_the_next_press_is_another() {
    let mut bench = Bench::new(None);
    bench.plug(0, "Sim Gamepad");
    for value in [1.0, 1.0, 0.9] {
        bench.press(0, Button::East, value);
    }
    assert_eq!(bench.controls.take_emergencies(), 1);
    bench.press(0, Button::East, 0.0);
    assert_eq!(bench.controls.take_emergencies(), 0);
    bench.press(0, Button::East, 1.0);
    assert_eq!(bench.controls.take_emergencies(), 1);
}

#[test]
fn crosses_and_triggers_count_whether_they_are_buttons_or_axes() {
    for (event, joint, sign) in [
        (
            PadEvent::Axis {
                id: 0,
                axis: Axis::DPadY,
                value: 1.0,
            },
            3,
            -1.0,
        ),
        (
            PadEvent::Axis {
                id: 0,
                axis: Axis::DPadY,
                value: -1.0,
            },
            3,
            1.0,
        ),
        (
            PadEvent::Button {
                id: 0,
                button: Button::DPadUp,
                value: 1.0,
            },
            3,
            -1.0,
        ),
        (
            PadEvent::Axis {
                id: 0,
                axis: Axis::LeftZ,
                value: 1.0,
            },
            5,
            1.0,
        ),
        (
            PadEvent::Button {
                id: 0,
                button: Button::RightTrigger2,
                value: 1.0,
            },
            5,
            -1.0,
        ),
    ] {
        let mut bench = Bench::new(None);
        bench.goals = Values::from_arms(&[[0.0, 0.0, 0.0, 0.0, 0.0, 50.0]]);
        bench.plug(0, "Sim Gamepad");
        bench.turn();
        bench.take(event.clone());
        let moved = bench.turn();
        assert!(moved[joint] * sign > 0.5, "{event:?}: {moved:?}");
    }
}

/// Events that arrive one by one, as a device's do.
#[derive(Clone)]
struct Scripted(Arc<std::sync::Mutex<mpsc::Receiver<PadEvent>>>);

impl PadSource for Scripted {
    fn next(&mut self, wait: Duration) -> Option<PadEvent> {
        self.0.lock().unwrap().recv_timeout(wait).ok()
    }
}

struct Threaded {
    script: mpsc::SyncSender<PadEvent>,
    reader: PadReader,
    teleoperator: GamepadTeleoperator,
    controls: Controls,
    told: Vec<PadNews>,
}

impl Threaded {
    fn new() -> Self {
        let clock = SystemClock::shared();
        let map = PadMap::of(Mode::Joints);
        let (pad, teleoperator) = gamepad(
            &SafetyConfig::default(),
            Arc::clone(&clock) as Arc<dyn Clock>,
            map,
            None,
            1,
        )
        .unwrap();
        let controls = Controls::new();
        let (script, events) = mpsc::sync_channel(4);
        let source = Scripted(Arc::new(std::sync::Mutex::new(events)));
        let open = move || Ok(source.clone());
        let stop = controls.emergency_stop();
        let reader = PadReader::start_with(open, pad, None, stop, clock).unwrap();
        Self {
            script,
            reader,
            teleoperator,
            controls,
            told: Vec::new(),
        }
    }

    /// Plugs a pad in and stops with it: the reader works.
    fn stops(&mut self) {
        let id = 0;
        let name = "Sim Gamepad".to_owned();
        self.script.send(PadEvent::Connected { id, name }).unwrap();
        for value in [0.0, 1.0] {
            let button = Button::Select;
            self.script
                .send(PadEvent::Button { id, button, value })
                .unwrap();
        }
        wait_for(|| self.controls.take_emergencies() == 1);
        wait_for(|| self.teleoperator.stop_asked());
    }

    fn wait_for(&mut self, found: impl Fn(&PadNews) -> bool) {
        wait_for(|| {
            self.told.extend(self.reader.news());
            self.told.iter().any(&found)
        });
    }
}

#[test]
fn the_reader_works_on_its_own_thread() {
    let mut pads = Threaded::new();
    pads.stops();
    pads.wait_for(|news| matches!(news, PadNews::Drives(name) if name == "Sim Gamepad"));
}

#[test]
fn a_reader_that_fails_is_started_again_a_few_times_and_then_told_of() {
    let armed = failpoint::arm([failpoint::Fault::panic("gamepad.read").when_triggered()]);
    let mut pads = Threaded::new();
    pads.stops();
    armed.trigger("gamepad.read");
    pads.wait_for(|news| matches!(news, PadNews::Again(_)));
    pads.stops();
    drop(armed);

    let _armed = failpoint::arm([failpoint::Fault::panic("gamepad.read").times(100)]);
    let mut pads = Threaded::new();
    pads.wait_for(|news| matches!(news, PadNews::Ended(_)));
    let again = pads
        .told
        .iter()
        .filter(|news| matches!(news, PadNews::Again(_)));
    assert_eq!(again.count(), RESTARTS as usize);
    assert_eq!(pads.reader.news(), None, "told once");
    let last = pads.told[pads.told.len() - 1].to_string();
    assert!(last.contains("Start again to drive on"), "{last}");
}

#[test]
fn a_reader_that_is_stuck_is_told_of_and_not_waited_for() {
    let armed = failpoint::arm([failpoint::Fault::hang("gamepad.read").when_triggered()]);
    let mut pads = Threaded::new();
    pads.stops();
    armed.trigger("gamepad.read");
    pads.wait_for(|news| *news == PadNews::Hangs);
    let before = SystemClock.now();
    drop(pads);
    assert!(SystemClock.now().since(before) < Duration::from_secs(1));
    armed.release("gamepad.read");
}

#[test]
fn a_reader_that_got_stuck_after_the_last_news_is_not_waited_for_either() {
    let armed = failpoint::arm([failpoint::Fault::hang("gamepad.read").when_triggered()]);
    let mut pads = Threaded::new();
    pads.stops();
    armed.trigger("gamepad.read");
    wait_for(|| armed.hits("gamepad.read") > 0);
    let before = SystemClock.now();
    drop(pads);
    let waited = SystemClock.now().since(before);
    assert!(waited < crate::threads::GAMEPAD_ENDS * 3, "{waited:?}");
    armed.release("gamepad.read");
}

#[test]
fn a_system_without_gamepads_is_a_failure_with_a_remedy() {
    let map = PadMap::of(Mode::Joints);
    let (pad, _teleoperator) = gamepad(
        &SafetyConfig::default(),
        SystemClock::shared(),
        map,
        None,
        1,
    )
    .unwrap();
    let open = || Err::<Scripted, _>(failure(ErrorCode::Internal, "none here", "Use keys."));
    let refused = PadReader::start_with(
        open,
        pad,
        None,
        Controls::new().emergency_stop(),
        SystemClock::shared(),
    );
    assert_eq!(refused.unwrap_err().message, "none here");
}

fn wait_for(mut done: impl FnMut() -> bool) {
    let until = SystemClock.now() + Duration::from_secs(5);
    while !done() {
        assert!(SystemClock.now() < until, "nothing came");
        SystemClock.sleep(Duration::from_millis(1));
    }
}
