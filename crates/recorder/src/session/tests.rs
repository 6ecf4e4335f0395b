use arms::Values;
use proptest::prelude::*;

use super::*;

/// 60 Hz control, 30 rows a second, episodes of 30 rows, two seconds of reset.
fn grid() -> Grid {
    Grid {
        fps: 30,
        stride: 2,
        rows: 30,
    }
}

struct Bench {
    session: Session,
    slot: u64,
    out: Vec<Effect>,
}

impl Bench {
    fn new(wanted: u32) -> Self {
        Self {
            session: Session::new(grid(), Duration::from_secs(2), wanted, true),
            slot: 0,
            out: Vec::new(),
        }
    }

    fn at(slot: u64) -> MonoTime {
        MonoTime(1_000_000_000 + slot * 1_000_000_000 / 60)
    }

    fn run(&mut self, cycles: u64) -> &mut Self {
        for _ in 0..cycles {
            let at = Self::at(self.slot);
            let step = Step {
                slot: self.slot,
                observed_at: at,
                sent_at: at,
                observation: Values::from_arms(&[[0.0; 6]]),
                action: Values::from_arms(&[[0.0; 6]]),
                stale: 0,
            };
            self.session.step(&step, &mut self.out);
            self.slot += 1;
        }
        self
    }

    fn ask(&mut self, command: Command) -> Result<(), Refusal> {
        self.session.command(command, &mut self.out)
    }

    /// What was done since the last look, rows counted: `begin 30rows end(time) save finish`.
    fn done(&mut self) -> String {
        let mut words: Vec<String> = Vec::new();
        let mut rows = 0;
        for effect in std::mem::take(&mut self.out) {
            if !matches!(effect, Effect::Row(_)) && rows > 0 {
                words.push(format!("{}rows", std::mem::take(&mut rows)));
            }
            words.push(match effect {
                Effect::Begin => "begin".into(),
                Effect::Row(_) => {
                    rows += 1;
                    continue;
                }
                Effect::End { ended, .. } => format!("end({})", ended.name()),
                Effect::Save => "save".into(),
                Effect::Discard => "discard".into(),
                Effect::Restore { newer } => format!("restore({newer})"),
                Effect::Finish => "finish".into(),
            });
        }
        if rows > 0 {
            words.push(format!("{rows}rows"));
        }
        words.join(" ")
    }
}

#[test]
fn a_session_left_alone_records_resets_and_ends_by_itself() {
    let mut bench = Bench::new(2);
    bench.run(59);
    assert_eq!(bench.done(), "begin 30rows end(time)");
    assert_eq!(bench.session.phase(), Phase::Resetting);
    bench.run(59);
    assert_eq!(bench.done(), "");
    bench.run(60);
    assert_eq!(bench.done(), "save", "a second before the reset is over");
    bench.run(1);
    assert_eq!(bench.done(), "begin 1rows", "the reset lasts two seconds");
    bench.run(58);
    assert_eq!(bench.done(), "29rows end(time) save finish");
    assert_eq!(bench.session.phase(), Phase::Done);
    bench.run(100);
    assert_eq!(bench.done(), "", "nothing is recorded after the end");
}

#[test]
fn next_ends_the_episode_and_then_the_reset() {
    let mut bench = Bench::new(3);
    bench.run(20).ask(Command::Next).unwrap();
    assert_eq!(bench.done(), "begin 10rows end(asked)");
    bench.run(10).ask(Command::Next).unwrap();
    assert_eq!(bench.done(), "save");
    bench.run(3);
    assert_eq!(bench.done(), "begin 2rows");
}

#[test]
fn record_again_discards_the_running_episode_and_resets_first() {
    let mut bench = Bench::new(1);
    bench.run(20).ask(Command::ReRecord).unwrap();
    assert_eq!(bench.done(), "begin 10rows end(asked) discard");
    assert_eq!(bench.session.phase(), Phase::Resetting);
    bench.run(1 + 120 + 58);
    assert_eq!(bench.done(), "begin 30rows end(time) save finish");
}

#[test]
fn record_again_discards_the_last_episode_while_it_waits_in_the_reset() {
    let mut bench = Bench::new(2);
    bench.run(80).ask(Command::ReRecord).unwrap();
    assert_eq!(bench.done(), "begin 30rows end(time) discard");
    assert_eq!(
        bench.ask(Command::ReRecord),
        Err(Refusal::NotWhile {
            command: Command::ReRecord,
            phase: Phase::Resetting
        })
    );
    assert_eq!(bench.session.saved(), 0);
}

#[test]
fn an_episode_that_is_saved_already_cannot_be_recorded_again() {
    let mut bench = Bench::new(2);
    bench.run(130);
    assert!(matches!(
        bench.ask(Command::ReRecord),
        Err(Refusal::NotWhile { .. })
    ));
    assert_eq!(bench.session.saved(), 1);
}

#[test]
fn stopping_saves_what_has_rows_and_nothing_else() {
    let mut fresh = Bench::new(2);
    fresh.ask(Command::Stop).unwrap();
    assert_eq!(fresh.done(), "finish");

    let mut running = Bench::new(2);
    running.run(20).ask(Command::Stop).unwrap();
    assert_eq!(running.done(), "begin 10rows end(stop) save finish");
    assert_eq!(running.ask(Command::Stop), Err(Refusal::Ended));

    let mut resetting = Bench::new(2);
    resetting.run(80).ask(Command::Stop).unwrap();
    assert_eq!(resetting.done(), "begin 30rows end(time) save finish");

    let mut again = Bench::new(2);
    again.run(20).ask(Command::ReRecord).unwrap();
    again.ask(Command::Stop).unwrap();
    assert_eq!(again.done(), "begin 10rows end(asked) discard finish");
}

#[test]
fn next_and_record_again_are_refused_before_the_first_row() {
    let mut bench = Bench::new(1);
    assert_eq!(bench.ask(Command::Next), Err(Refusal::NothingRecorded));
    assert_eq!(bench.ask(Command::ReRecord), Err(Refusal::NothingRecorded));
    assert_eq!(bench.done(), "");
}

#[test]
fn a_session_that_does_not_start_at_once_waits_for_next() {
    let mut bench = Bench::new(1);
    bench.session = Session::new(grid(), Duration::ZERO, 1, false);
    bench.run(100);
    assert_eq!(bench.session.phase(), Phase::Ready);
    bench.ask(Command::Next).unwrap();
    bench.run(2);
    assert_eq!(bench.done(), "begin 1rows");
}

#[test]
fn without_reset_time_the_next_episode_begins_with_the_next_step() {
    let mut bench = Bench::new(2);
    bench.session = Session::new(grid(), Duration::ZERO, 2, true);
    bench.run(60);
    assert_eq!(bench.done(), "begin 30rows end(time) save begin 1rows");
}

#[test]
fn a_gap_ends_the_episode_which_is_saved_at_once() {
    let mut bench = Bench::new(2);
    bench.run(20);
    bench.slot += 31;
    bench.run(1);
    assert_eq!(bench.done(), "begin 10rows end(gap) save");
    assert_eq!(bench.session.phase(), Phase::Resetting);
    assert!(bench.ask(Command::ReRecord).is_err(), "it is saved already");
}

#[test]
fn a_loop_that_falls_silent_ends_the_episode_by_the_clock() {
    let mut bench = Bench::new(2);
    bench.run(20);
    let last = Bench::at(19);
    let mut out = Vec::new();
    bench
        .session
        .silent_at(last + Duration::from_millis(540), &mut out);
    assert_eq!(out, [], "jitter is not a gap");
    bench
        .session
        .silent_at(last + Duration::from_millis(560), &mut out);
    assert!(matches!(
        out[..],
        [
            Effect::End {
                ended: Ended::Gap { .. },
                rows: 10,
                ..
            },
            Effect::Save
        ]
    ));
    out.clear();
    bench
        .session
        .silent_at(last + Duration::from_secs(5), &mut out);
    assert_eq!(out, [], "once");
}

#[test]
fn a_loop_that_ends_leaves_a_saved_episode() {
    let mut bench = Bench::new(2);
    bench.run(20);
    bench.session.loop_ended(&mut bench.out);
    assert_eq!(bench.done(), "begin 10rows end(loop_ended) save finish");
}

#[test]
fn a_pause_takes_no_rows_and_no_time() {
    let mut bench = Bench::new(2);
    bench.run(20).ask(Command::Pause).unwrap();
    bench.run(600);
    let mut out = Vec::new();
    bench.session.silent_at(Bench::at(100_000), &mut out);
    assert_eq!(out, [], "a pause is not a gap");
    assert_eq!(bench.session.phase(), Phase::Paused);
    bench.ask(Command::Resume).unwrap();
    bench.run(39);
    assert_eq!(bench.done(), "begin 30rows end(time)");
    bench.run(60).ask(Command::Pause).unwrap();
    bench.run(600).ask(Command::Resume).unwrap();
    let left = bench.session.left();
    bench.run(2);
    assert!(left > Duration::from_millis(950), "{left:?}");
    assert_eq!(bench.session.phase(), Phase::Resetting);
    assert!(matches!(
        bench.ask(Command::Resume),
        Err(Refusal::NotWhile { .. })
    ));
}

#[test]
fn undo_saves_the_discarded_episode_as_soon_as_none_is_open() {
    let mut bench = Bench::new(3);
    assert_eq!(bench.ask(Command::Undo), Err(Refusal::NothingDiscarded));
    bench.run(20).ask(Command::ReRecord).unwrap();
    bench.done();
    bench.ask(Command::Undo).unwrap();
    assert_eq!(bench.done(), "restore(0)");
    assert_eq!(bench.session.saved(), 1);

    bench.run(121).run(20).ask(Command::ReRecord).unwrap();
    bench.run(121).run(20);
    bench.done();
    bench.ask(Command::Undo).unwrap();
    assert_eq!(bench.done(), "", "an episode is open");
    assert_eq!(bench.ask(Command::Undo), Err(Refusal::NothingDiscarded));
    bench.ask(Command::ReRecord).unwrap();
    assert_eq!(bench.done(), "end(asked) discard restore(1)");
}

#[test]
fn undo_of_the_last_wanted_episode_ends_the_session() {
    let mut bench = Bench::new(1);
    bench.run(20).ask(Command::ReRecord).unwrap();
    bench.ask(Command::Undo).unwrap();
    assert_eq!(
        bench.done(),
        "begin 10rows end(asked) discard restore(0) finish"
    );
}

fn any_command() -> impl Strategy<Value = Command> {
    prop::sample::select(vec![
        Command::Next,
        Command::ReRecord,
        Command::Pause,
        Command::Resume,
        Command::Undo,
    ])
}

proptest! {
    /// Whatever is asked and whenever: the owner of the disk is never asked for nonsense, and every row of
    /// a session is in a saved or in a discarded episode at its end.
    #[test]
    fn effects_are_always_in_an_order_that_a_disk_can_follow(
        acts in prop::collection::vec((any_command(), 0u64..90, 0u64..3), 1..60),
        wanted in 1u32..5,
    ) {
        let mut bench = Bench::new(wanted);
        for (command, cycles, hole) in acts {
            bench.run(cycles);
            bench.slot += hole * 20;
            let _done: bool = bench.ask(command).is_ok();
        }
        let _stopped: bool = bench.ask(Command::Stop).is_ok();
        let (mut open, mut ended, mut rows, mut saved, mut kept, mut finished) = (false, false, 0, 0, 0u32, false);
        let mut discarded = 0;
        for effect in &bench.out {
            prop_assert!(!finished, "nothing after the end");
            match effect {
                Effect::Begin => { prop_assert!(!open); open = true; ended = false; rows = 0; }
                Effect::Row(row) => { prop_assert!(open && !ended); prop_assert_eq!(row.index, rows); rows += 1; }
                Effect::End { rows: told, .. } => {
                    prop_assert!(open && !ended && rows > 0);
                    prop_assert_eq!(*told, rows);
                    prop_assert!(rows <= 30);
                    ended = true;
                }
                Effect::Save => { prop_assert!(open && ended); open = false; saved += 1; kept += 1; }
                Effect::Discard => { prop_assert!(open && ended); open = false; discarded += 1; }
                Effect::Restore { newer } => { prop_assert!(!open && *newer < discarded); discarded -= 1; kept += 1; }
                Effect::Finish => { prop_assert!(!open); finished = true; }
            }
        }
        prop_assert!(finished && !open);
        prop_assert!(saved <= kept);
        prop_assert_eq!(kept, bench.session.saved());
    }
}
