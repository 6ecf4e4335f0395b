//! The bus against a line that plays a script on a fake clock. Whole motors stand in `tests/it.rs`.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex};

use stdx::FakeClock;

use super::*;
use crate::packet::Status;
use crate::registers::{
    GOAL_POSITION, ID, PRESENT_LOAD, PRESENT_POSITION, PRESENT_VOLTAGE, STATUS, TORQUE_ENABLE,
};

/// What a script lets happen some microseconds after a request: bytes, or (`None`) the adapter is unplugged.
type Happening = (u64, Option<Vec<u8>>);

/// A line on which every request is followed by the next entry of a script.
struct ScriptedLine {
    name: &'static str,
    clock: FakeClock,
    script: VecDeque<Vec<Happening>>,
    coming: VecDeque<(MonoTime, Option<Vec<u8>>)>,
    sent: Vec<Vec<u8>>,
    log: Arc<Mutex<Vec<String>>>,
}

impl ScriptedLine {
    fn unplugged(&self) -> bool {
        self.coming
            .front()
            .is_some_and(|(at, bytes)| bytes.is_none() && *at <= self.clock.now())
    }

    fn note(&self, what: &str) {
        self.log
            .lock()
            .unwrap()
            .push(format!("{} {what}", self.name));
    }
}

impl Port for ScriptedLine {
    fn name(&self) -> &str {
        self.name
    }

    fn discard_input(&mut self) -> io::Result<()> {
        let now = self.clock.now();
        self.coming
            .retain(|(at, bytes)| *at > now || bytes.is_none());
        if self.unplugged() {
            Err(io::ErrorKind::NotConnected.into())
        } else {
            Ok(())
        }
    }

    fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.unplugged() {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        self.note("sends");
        self.sent.push(bytes.to_vec());
        let now = self.clock.now();
        for (after, what) in self.script.pop_front().unwrap_or_default() {
            self.coming
                .push_back((now + Duration::from_micros(after), what));
        }
        self.coming.make_contiguous().sort_by_key(|(at, _)| *at);
        Ok(())
    }

    fn receive(&mut self, buffer: &mut [u8], deadline: MonoTime) -> io::Result<usize> {
        self.note("listens");
        match self.coming.front() {
            Some((at, _)) if *at <= deadline.max(self.clock.now()) => self.clock.sleep_until(*at),
            _ => {
                self.clock.sleep_until(deadline);
                return Ok(0);
            }
        }
        match self.coming.pop_front() {
            Some((_, Some(bytes))) => {
                buffer[..bytes.len()].copy_from_slice(&bytes);
                Ok(bytes.len())
            }
            gone => {
                self.coming.extend(gone);
                Err(io::ErrorKind::NotConnected.into())
            }
        }
    }

    fn set_baud(&mut self, _baud: u32) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    fn baud(&self) -> u32 {
        1_000_000
    }
}

fn bus_on(clock: &FakeClock, script: Vec<Vec<Happening>>) -> Bus<ScriptedLine> {
    let line = ScriptedLine {
        name: "line",
        clock: clock.clone(),
        script: script.into(),
        coming: VecDeque::new(),
        sent: Vec::new(),
        log: Arc::default(),
    };
    Bus::new(line, clock.shared())
}

fn bus(script: Vec<Vec<Happening>>) -> Bus<ScriptedLine> {
    bus_on(&FakeClock::default(), script)
}

fn status(id: u8, error: u8, params: &[u8]) -> Vec<u8> {
    let mut packet = Vec::new();
    Status {
        id: MotorId(id),
        error: ErrorBits(error),
        params,
    }
    .encode(&mut packet)
    .unwrap();
    packet
}

/// An answer after the time that motors usually take.
fn soon(id: u8, error: u8, params: &[u8]) -> Happening {
    (1200, Some(status(id, error, params)))
}

fn value(value: i32) -> Outcome {
    Outcome::Value {
        value,
        error: ErrorBits(0),
    }
}

const ONE: MotorId = MotorId(1);

#[test]
fn a_read_decodes_the_sign_and_is_counted() {
    let mut bus = bus(vec![vec![soon(1, 0, &[0x05, 0x04])]]);
    assert_eq!(bus.read(ONE, PRESENT_LOAD).unwrap(), -5);
    assert_eq!(bus.port().sent, [[0xFF, 0xFF, 1, 4, 2, 60, 2, 0xBA]]);
    let motor = &bus.counters()[0];
    assert_eq!(
        motor.counts,
        Counts {
            asked: 1,
            answered: 1,
            ..Counts::default()
        }
    );
    assert_eq!((motor.latency.len(), motor.latency.max()), (1, 1207));
}

#[test]
fn a_lost_request_is_repeated_twice_outside_the_loop_and_no_more() {
    let mut bus = bus(vec![
        vec![],
        vec![],
        vec![soon(1, 0, &[])],
        vec![],
        vec![],
        vec![],
    ]);
    bus.write(ONE, TORQUE_ENABLE, 1).unwrap();
    assert_eq!(bus.port().sent.len(), 3);
    let error = bus.write(ONE, TORQUE_ENABLE, 1).unwrap_err();
    assert!(
        matches!(error, BusError::NoReply { motor: ONE, waited } if waited.as_millis() == 50),
        "{error}"
    );
    assert_eq!(bus.port().sent.len(), 6);
    let counts = bus.counters()[0].counts;
    assert_eq!(
        counts,
        Counts {
            asked: 6,
            answered: 1,
            silent: 5,
            retries: 4,
            ..Counts::default()
        }
    );
}

#[test]
fn what_cannot_be_right_is_refused_before_anything_is_sent() {
    let mut bus = bus(vec![]);
    for (what, result) in [
        ("too large", bus.write(ONE, TORQUE_ENABLE, 256)),
        ("read only", bus.write(ONE, PRESENT_POSITION, 1)),
        (
            "all motors",
            bus.write(MotorId::BROADCAST, TORQUE_ENABLE, 1),
        ),
        (
            "too large in a group",
            bus.group_write(GOAL_POSITION, &[(ONE, 2048), (MotorId(2), 40_000)]),
        ),
        (
            "all motors in a group",
            bus.begin_group_read(PRESENT_POSITION, &[MotorId::BROADCAST]),
        ),
        ("all motors to reboot", bus.reboot(MotorId::BROADCAST)),
        ("nothing asked", bus.finish_group_read(MonoTime(0), &mut [])),
    ] {
        assert!(result.is_err(), "{what}");
    }
    assert_eq!(bus.port().sent, Vec::<Vec<u8>>::new());
}

#[test]
fn error_bits_are_told_and_never_hide_the_answer() {
    let mut bus = bus(vec![
        vec![soon(1, 0x20, &[])],
        vec![soon(1, 0x21, &[74])],
        vec![soon(1, 0x20, &[])],
        vec![soon(1, 0x24, &[0, 8])],
        vec![soon(1, 0, &[])],
    ]);
    assert_eq!(bus.ping(ONE).unwrap(), ErrorBits::OVERLOAD);
    assert_eq!(bus.read(ONE, PRESENT_VOLTAGE).unwrap(), 74);
    bus.write(ONE, TORQUE_ENABLE, 0).unwrap();
    let mut outcomes = [Outcome::Silent];
    bus.group_read(PRESENT_POSITION, &[ONE], &mut outcomes)
        .unwrap();
    assert_eq!(
        outcomes[0],
        Outcome::Value {
            value: 2048,
            error: ErrorBits(0x24)
        }
    );
    assert_eq!(
        bus.check(ONE).unwrap_err().to_string(),
        "motor 1 reports: too hot, overload"
    );
    assert_eq!(bus.counters()[0].counts.faults, 4);
    bus.ping(ONE).unwrap();
    bus.check(ONE).unwrap();
}

#[test]
fn answers_of_others_and_of_another_length_are_not_the_answer() {
    let mut bus = bus(vec![vec![
        (100, Some(status(2, 0, &[1, 1]))),
        (200, Some(status(1, 0, &[1]))),
        (300, Some(status(1, 0, &[]))),
        (400, Some(status(1, 0, &[0x10, 0x00]))),
    ]]);
    assert_eq!(bus.read(ONE, PRESENT_POSITION).unwrap(), 16);
    assert_eq!(bus.counters()[0].counts.late, 2);
    assert_eq!(bus.line_counts().foreign, 1);
}

#[test]
fn input_from_before_the_request_is_thrown_away() {
    let clock = FakeClock::default();
    let mut bus = bus_on(
        &clock,
        vec![
            vec![(9_000, Some(status(1, 0, &[1, 0])))],
            vec![soon(1, 0, &[2, 0, 0])],
        ],
    );
    bus.begin_group_read(PRESENT_POSITION, &[ONE]).unwrap();
    let mut outcomes = [value(7)];
    bus.finish_group_read(clock.now() + Duration::from_millis(4), &mut outcomes)
        .unwrap();
    assert_eq!(outcomes, [Outcome::Silent]);
    clock.advance(Duration::from_millis(20));
    assert_eq!(bus.read(ONE, PRESENT_POSITION).unwrap(), 2);
}

#[test]
fn an_answer_that_comes_a_cycle_late_is_never_taken_for_the_new_one() {
    // An adapter that keeps bytes for 16 ms: each answer arrives one or two cycles after its request.
    let clock = FakeClock::default();
    let mut bus = bus_on(&clock, vec![]);
    let start = clock.now();
    for cycle in 0..40u64 {
        let begun = start + Duration::from_micros(8333 * cycle);
        clock.sleep_until(begun);
        bus.begin_group_read(PRESENT_POSITION, &[ONE]).unwrap();
        let asked = bus
            .port()
            .sent
            .last()
            .map_or(0, |request| usize::from(request[6]));
        let mut answer = vec![0; asked];
        answer[0] = cycle as u8;
        bus.port.coming.push_back((
            begun + Duration::from_micros(9_500 + 800 * (cycle % 9)),
            Some(status(1, 0, &answer)),
        ));
        bus.port.coming.make_contiguous().sort_by_key(|(at, _)| *at);
        let mut outcomes = [Outcome::Silent];
        bus.finish_group_read(begun + Duration::from_millis(4), &mut outcomes)
            .unwrap();
        assert_eq!(outcomes, [Outcome::Silent], "cycle {cycle}");
    }
    assert!(
        bus.counters()[0].counts.late > 10,
        "{:?}",
        bus.counters()[0].counts
    );
}

#[test]
fn one_motor_costs_its_own_value_and_no_other() {
    let (one, two, three) = (
        status(1, 0, &[1, 0]),
        status(2, 0, &[2, 0]),
        status(3, 0, &[3, 0]),
    );
    let join = |parts: &[&[u8]]| parts.concat();
    let damaged = |at: usize| {
        let mut wire = two.clone();
        wire[at] ^= 0x10;
        wire
    };
    let all = [value(1), value(2), value(3)];
    let silent = [value(1), Outcome::Silent, value(3)];
    let corrupt = [value(1), Outcome::Corrupt, value(3)];
    for (what, wire, expected) in [
        ("all well", join(&[&one, &two, &three]), all),
        ("out of order", join(&[&three, &one, &two]), all),
        (
            "noise between",
            join(&[&one, &[0xFF, 0x00, 0xFF], &two, &[0xFF, 0xFF], &three]),
            all,
        ),
        ("said twice", join(&[&one, &one, &two, &three]), all),
        (
            "a stranger between",
            join(&[&one, &status(9, 0, &[9, 0]), &two, &three]),
            all,
        ),
        ("mute", join(&[&one, &three]), silent),
        ("damaged value", join(&[&one, &damaged(5), &three]), corrupt),
        ("damaged id", join(&[&one, &damaged(2), &three]), corrupt),
        (
            "damaged length",
            join(&[&one, &damaged(3), &three]),
            corrupt,
        ),
        (
            "damaged header",
            join(&[&one, &damaged(0), &three]),
            corrupt,
        ),
        ("beginning lost", join(&[&one, &two[2..], &three]), corrupt),
        ("cut off", join(&[&one, &two[..6], &three]), corrupt),
        (
            "cut off at the end",
            join(&[&one, &three, &two[..5]]),
            corrupt,
        ),
    ] {
        for piece in [1, 3, 7, 250] {
            let happenings = wire.chunks(piece).enumerate();
            let script = happenings
                .map(|(place, bytes)| (500 + 10 * place as u64, Some(bytes.to_vec())))
                .collect();
            let clock = FakeClock::default();
            let mut bus = bus_on(&clock, vec![script]);
            let begun = clock.now();
            bus.begin_group_read(PRESENT_POSITION, &[ONE, MotorId(2), MotorId(3)])
                .unwrap();
            let mut outcomes = [Outcome::Silent; 3];
            bus.finish_group_read(begun + Duration::from_millis(4), &mut outcomes)
                .unwrap();
            assert_eq!(outcomes, expected, "{what}, {piece} bytes at a time");
            let waited = clock.now().since(begun);
            assert_eq!(
                waited.as_micros() < 1000,
                expected == all,
                "{what} took {waited:?}"
            );
        }
    }
}

#[test]
fn only_those_who_did_not_answer_are_asked_again() {
    let mut bus = bus(vec![
        vec![soon(1, 0, &[1, 0])],
        vec![],
        vec![soon(2, 0, &[2, 0, 0, 0])],
    ]);
    let mut outcomes = [Outcome::Silent; 2];
    bus.group_read(PRESENT_POSITION, &[ONE, MotorId(2)], &mut outcomes)
        .unwrap();
    assert_eq!(outcomes[0], value(1));
    assert_eq!(bus.port().sent.len(), 3);
    assert_eq!(bus.port().sent[2][7..8], [2], "only motor 2");
}

#[test]
fn goals_of_all_motors_travel_in_one_packet_that_nobody_answers() {
    let mut bus = bus(vec![]);
    bus.group_write(GOAL_POSITION, &[(ONE, 2048), (MotorId(2), -275)])
        .unwrap();
    bus.group_write(GOAL_POSITION, &[]).unwrap();
    assert_eq!(
        bus.port().sent,
        [[
            0xFF, 0xFF, 0xFE, 10, 0x83, 42, 2, 1, 0x00, 0x08, 2, 0x13, 0x81, 0xA9
        ]]
    );
}

#[test]
fn every_bus_of_a_rig_is_asked_before_the_first_answer_is_awaited() {
    let clock = FakeClock::default();
    let log = Arc::default();
    let mut left = bus_on(&clock, vec![vec![]]);
    let mut right = bus_on(&clock, vec![vec![soon(1, 0, &[9, 0])]]);
    for (bus, name) in [(&mut left, "left"), (&mut right, "right")] {
        bus.port.name = name;
        bus.port.log = Arc::clone(&log);
    }
    let (mut on_left, mut on_right) = ([Outcome::Silent], [Outcome::Silent]);
    let begun = clock.now();
    let mut asked = [
        Asked {
            bus: &mut left,
            ids: &[ONE],
            outcomes: &mut on_left,
            result: Ok(()),
        },
        Asked {
            bus: &mut right,
            ids: &[ONE],
            outcomes: &mut on_right,
            result: Ok(()),
        },
    ];
    group_read_all(PRESENT_POSITION, Duration::from_millis(4), &mut asked);
    assert!(asked.iter().all(|part| part.result.is_ok()));
    // The left one stayed silent until its deadline; the right one's answer had long been there.
    assert_eq!((on_left, on_right), ([Outcome::Silent], [value(9)]));
    assert_eq!(clock.now().since(begun), Duration::from_millis(4));
    assert_eq!(
        log.lock().unwrap()[..3],
        ["left sends", "right sends", "left listens"]
    );
}

#[test]
fn a_line_that_is_gone_is_noticed_by_whatever_is_done_next() {
    for after in [0, 500, 100_000] {
        let clock = FakeClock::default();
        let mut bus = bus_on(&clock, vec![vec![(after, None)]]);
        bus.group_write(GOAL_POSITION, &[(ONE, 1)]).unwrap();
        let mut outcomes = [Outcome::Silent];
        let mut cycle = || {
            bus.begin_group_read(PRESENT_POSITION, &[ONE])?;
            bus.finish_group_read(clock.now() + Duration::from_millis(4), &mut outcomes)
        };
        let lost = (0..40).find_map(|_| cycle().err()).unwrap();
        assert!(lost.line_lost(), "{lost}");
        assert!(
            clock.now().since(FakeClock::default().now()).as_micros() <= 4_000 + u128::from(after)
        );
        assert!(bus.write(ONE, TORQUE_ENABLE, 0).unwrap_err().line_lost());
        assert!(
            bus.group_write(GOAL_POSITION, &[(ONE, 1)])
                .unwrap_err()
                .line_lost()
        );
    }
}

#[test]
fn a_motor_given_a_new_id_may_acknowledge_under_either() {
    let mut bus = bus(vec![vec![soon(1, 0, &[])], vec![soon(6, 0, &[])]]);
    bus.write(ONE, ID, 6).unwrap();
    bus.write(ONE, ID, 6).unwrap();
    assert_eq!(bus.port().sent.len(), 2);
}

#[test]
fn requests_without_an_answer_are_sent_and_their_echo_is_not_believed() {
    let late_echo = vec![(20_000, Some(status(1, 0, &[])))];
    let mut bus = bus(vec![
        vec![],
        late_echo,
        vec![soon(1, 0x20, &[])],
        vec![],
        vec![],
    ]);
    bus.action().unwrap();
    bus.reboot(ONE).unwrap();
    assert_eq!(bus.ping(ONE).unwrap(), ErrorBits::OVERLOAD);
    bus.recover(ONE).unwrap();
    bus.reset(ONE).unwrap();
    let codes: Vec<u8> = bus.port().sent.iter().map(|packet| packet[4]).collect();
    assert_eq!(codes, [0x05, 0x08, 0x01, 0x06, 0x0A]);
}

#[test]
fn an_offset_calibration_says_where_the_motor_now_is() {
    let mut bus = bus(vec![vec![soon(1, 0, &[])], vec![soon(1, 0, &[])]]);
    bus.offset_cal(ONE, None).unwrap();
    bus.offset_cal(ONE, Some(Ticks(2048))).unwrap();
    assert_eq!(bus.port().sent[1][4..7], [0x0B, 0x00, 0x08]);
}

#[test]
fn everyone_who_answers_a_ping_to_all_is_found_once() {
    let mut bus = bus(vec![vec![
        soon(3, 0, &[]),
        (2_000, Some(status(1, 0x01, &[]))),
        (3_000, Some(status(3, 0, &[]))),
        (700_000, Some(status(253, 0, &[]))),
    ]]);
    let found = bus
        .broadcast_ping(deadlines::broadcast_window(1_000_000))
        .unwrap();
    assert_eq!(
        found,
        [
            (ONE, ErrorBits::VOLTAGE),
            (MotorId(3), ErrorBits(0)),
            (MotorId(253), ErrorBits(0))
        ]
    );
}

#[test]
fn several_registers_come_in_one_answer() {
    let bytes = [0x00, 0x08, 0, 0, 0x05, 0x04, 74, 31, 0, 0x20];
    let mut bus = bus(vec![vec![soon(1, 0x20, &bytes)], vec![]]);
    let span = bus.read_span(ONE, PRESENT_POSITION, STATUS).unwrap();
    assert_eq!(span.error, ErrorBits::OVERLOAD);
    for (register, expected) in [
        (PRESENT_POSITION, Some(2048)),
        (PRESENT_LOAD, Some(-5)),
        (PRESENT_VOLTAGE, Some(74)),
        (STATUS, Some(0x20)),
        (GOAL_POSITION, None),
        (registers::MOVING, None),
    ] {
        assert_eq!(span.value(register), expected, "{}", register.name);
    }
    let deadline = bus.clock().now() + Duration::from_millis(2);
    let missed = bus
        .read_span_within(ONE, PRESENT_POSITION, STATUS, Some(deadline))
        .unwrap_err();
    assert!(
        matches!(missed, BusError::NoReply { waited, .. } if waited == Duration::from_millis(2))
    );
    assert_eq!(bus.port().sent.len(), 2, "no retry inside a cycle");
}

#[test]
fn a_line_that_never_stops_talking_is_not_listened_to_for_ever() {
    let babble = (0..100_000).map(|at| (at, Some(vec![0xFF; 200]))).collect();
    let clock = FakeClock::default();
    let mut bus = bus_on(&clock, vec![babble]);
    let begun = clock.now();
    bus.begin_group_read(PRESENT_POSITION, &[ONE]).unwrap();
    let mut outcomes = [Outcome::Silent];
    bus.finish_group_read(begun + Duration::from_millis(4), &mut outcomes)
        .unwrap();
    assert_eq!(outcomes, [Outcome::Corrupt]);
    assert!(clock.now().since(begun) < Duration::from_millis(5));
}
