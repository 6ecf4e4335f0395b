//! A line that answers anything at any time, and comes and goes: the bus survives, keeps its deadlines and
//! its books. How to run: see `decoder.rs`.
#![no_main]

use std::io;
use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use motors::registers::{GOAL_POSITION, PRESENT_CURRENT, PRESENT_POSITION, TORQUE_ENABLE};
use motors::{Bus, MotorId, Outcome, Port};
use stdx::{Clock, FakeClock};
use units::MonoTime;

/// Plays the input: each `receive` takes a length byte, then so many bytes.
struct Line {
    clock: FakeClock,
    script: Vec<u8>,
    at: usize,
}

impl Line {
    fn byte(&mut self) -> Option<u8> {
        let byte = self.script.get(self.at).copied();
        self.at += 1;
        byte
    }
}

impl Port for Line {
    fn name(&self) -> &str {
        "fuzz"
    }

    fn discard_input(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn send(&mut self, _bytes: &[u8]) -> io::Result<()> {
        Ok(())
    }

    fn receive(&mut self, buffer: &mut [u8], deadline: MonoTime) -> io::Result<usize> {
        match self.byte() {
            Some(255) => return Err(io::ErrorKind::NotConnected.into()),
            Some(254) => return Err(io::ErrorKind::Other.into()),
            Some(253) => self.clock.sleep_until(deadline + Duration::from_micros(1)),
            Some(length) if length > 0 => {
                self.clock
                    .advance(Duration::from_micros(10 * u64::from(length)));
                let mut got = 0;
                while got < usize::from(length).min(buffer.len()) {
                    let Some(byte) = self.byte() else { break };
                    buffer[got] = byte;
                    got += 1;
                }
                if got > 0 {
                    return Ok(got);
                }
            }
            _ => {}
        }
        self.clock.sleep_until(deadline);
        Ok(0)
    }

    fn set_baud(&mut self, _baud: u32) -> io::Result<()> {
        Ok(())
    }

    fn baud(&self) -> u32 {
        1_000_000
    }
}

fuzz_target!(|data: &[u8]| {
    let clock = FakeClock::default();
    let line = Line {
        clock: clock.clone(),
        script: data.to_vec(),
        at: 0,
    };
    let mut bus = Bus::new(line, clock.shared());
    let ids = [1, 2, 3, 4, 5, 6].map(MotorId);
    let mut outcomes = [Outcome::Silent; 6];
    for cycle in 0..3 {
        let begun = clock.now();
        bus.begin_group_read(PRESENT_POSITION, &ids)
            .expect("this line takes everything");
        let result = bus.finish_group_read(begun + Duration::from_millis(4), &mut outcomes);
        assert!(result.is_ok() || result.is_err_and(|error| error.line_lost()));
        // What a chunk of 252 bytes takes on this line may come on top.
        assert!(clock.now().since(begun) < Duration::from_millis(50));
        drop(bus.group_write(GOAL_POSITION, &[(ids[0], 1 << cycle)]));
        drop(bus.read_span(ids[cycle], PRESENT_POSITION, PRESENT_CURRENT));
        drop(bus.write(ids[cycle], TORQUE_ENABLE, 0));
        drop(bus.ping(ids[cycle]));
    }
    drop(bus.broadcast_ping(Duration::from_millis(100)));
    for motor in bus.counters() {
        let counts = motor.counts;
        assert!(
            counts.answered + counts.silent + counts.corrupt <= counts.asked,
            "{counts:?}"
        );
        assert_eq!(motor.latency.len(), counts.answered);
    }
});
