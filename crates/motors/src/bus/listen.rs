//! Waiting for answers until a deadline, without spinning and without believing a line that never stops.

use std::io;
use std::time::Duration;

use stdx::Clock;
use units::MonoTime;

use super::Interrupt;

use crate::packet::{Decoded, Decoder};
use crate::port::Port;

/// Bytes that may still be taken once the deadline has passed: what arrived in time while somebody else was
/// listened to, but not an endless babble.
const AFTER_DEADLINE: usize = 4096;

/// A wait that may be interrupted looks this often whether it was: an emergency stop must not wait for an answer.
const SLICE: Duration = Duration::from_millis(2);

/// How listening ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Heard {
    /// Everything there was to hear in time, or what was waited for.
    All,
    /// Somebody wants the line for something more important.
    Interrupted,
}

/// Hands every answer that arrives until `deadline` to `take`, until that returns true. What arrived before
/// the deadline is heard even when this is called after it.
pub(super) fn listen<P: Port>(
    port: &mut P,
    clock: &dyn Clock,
    decoder: &mut Decoder,
    deadline: MonoTime,
    interrupt: Option<&Interrupt>,
    mut take: impl FnMut(Decoded<'_>, MonoTime) -> bool,
) -> io::Result<Heard> {
    let mut chunk = [0; 256];
    let mut after_deadline = 0;
    loop {
        let until = match interrupt {
            Some(interrupt) if interrupt.pulled() => return Ok(Heard::Interrupted),
            Some(_) => deadline.min(clock.now() + SLICE),
            None => deadline,
        };
        let got = match port.receive(&mut chunk, until) {
            Ok(got) => got,
            Err(error) if error.kind() == io::ErrorKind::Interrupted && clock.now() < deadline => {
                continue;
            }
            Err(error) => return Err(error),
        };
        let now = clock.now();
        if now >= deadline {
            after_deadline += got;
        }
        if got == 0 && until < deadline {
            continue;
        }
        let ended = got == 0 || after_deadline > AFTER_DEADLINE;
        decoder.push(&chunk[..got.min(chunk.len())]);
        if ended {
            decoder.line_silent();
        }
        while let Some(decoded) = decoder.next() {
            if take(decoded, now) {
                return Ok(Heard::All);
            }
        }
        if ended {
            return Ok(Heard::All);
        }
    }
}
