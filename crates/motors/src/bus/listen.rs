//! Waiting for answers until a deadline, without spinning and without believing a line that never stops.

use std::io;

use stdx::Clock;
use units::MonoTime;

use crate::packet::{Decoded, Decoder};
use crate::port::Port;

/// Bytes that may still be taken once the deadline has passed: what arrived in time while somebody else was
/// listened to, but not an endless babble.
const AFTER_DEADLINE: usize = 4096;

/// Hands every answer that arrives until `deadline` to `take`, until that returns true. What arrived before
/// the deadline is heard even when this is called after it.
pub(super) fn listen<P: Port>(
    port: &mut P,
    clock: &dyn Clock,
    decoder: &mut Decoder,
    deadline: MonoTime,
    mut take: impl FnMut(Decoded<'_>, MonoTime) -> bool,
) -> io::Result<()> {
    let mut chunk = [0; 256];
    let mut after_deadline = 0;
    loop {
        let got = match port.receive(&mut chunk, deadline) {
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
        let ended = got == 0 || after_deadline > AFTER_DEADLINE;
        decoder.push(&chunk[..got.min(chunk.len())]);
        if ended {
            decoder.line_silent();
        }
        while let Some(decoded) = decoder.next() {
            if take(decoded, now) {
                return Ok(());
            }
        }
        if ended {
            return Ok(());
        }
    }
}
