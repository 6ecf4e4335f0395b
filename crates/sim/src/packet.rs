//! The simulator's own reading and writing of packets, seen from the motors' end of the line.
//!
//! Not here: what a request does (`servo`), when a byte is where (`line`).

use std::time::Duration;

use units::MonoTime;

/// The id every motor obeys.
pub const BROADCAST: u8 = 0xfe;

/// Longest packet a motor takes, header and checksum included.
const LONGEST: usize = 250;

/// A packet that pauses for longer than this inside is forgotten; no source states the real span.
const PAUSE: Duration = Duration::from_millis(20);

/// Codes of Feetech's protocol 0.
pub mod instruction {
    #![expect(missing_docs, reason = "the names are the manufacturer's")]
    pub const PING: u8 = 0x01;
    pub const READ: u8 = 0x02;
    pub const WRITE: u8 = 0x03;
    pub const REG_WRITE: u8 = 0x04;
    pub const ACTION: u8 = 0x05;
    pub const RECOVER: u8 = 0x06;
    pub const REBOOT: u8 = 0x08;
    pub const RESET: u8 = 0x0a;
    pub const OFFSET_CAL: u8 = 0x0b;
    pub const SYNC_READ: u8 = 0x82;
    pub const SYNC_WRITE: u8 = 0x83;
}

/// One request as the motors understood it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Whom it is for; [`BROADCAST`] for all.
    pub id: u8,
    /// What to do.
    pub instruction: u8,
    /// Everything between instruction and checksum.
    pub params: Vec<u8>,
}

/// Listens to the line byte by byte and tells when a whole, undamaged request went by.
#[derive(Debug, Default)]
pub struct Ear {
    bytes: Vec<u8>,
    heard: MonoTime,
    damaged: u64,
}

impl Ear {
    /// Takes one byte that was complete at `at`; the request it completes, if it does.
    ///
    /// A packet with a wrong checksum is ignored, as a motor does: nothing on the line says whom it was for.
    pub fn hear(&mut self, byte: u8, at: MonoTime) -> Option<Request> {
        if at.since(self.heard) > PAUSE {
            self.bytes.clear();
        }
        self.heard = at;
        self.bytes.push(byte);
        loop {
            match self.bytes.as_slice() {
                [] | [0xff] | [0xff, 0xff] | [0xff, 0xff, 0..=0xfe] => return None,
                [0xff, 0xff, 0xff, ..] => self.bytes.remove(0),
                [0xff, 0xff, id, len, rest @ ..] => {
                    let len = usize::from(*len);
                    if len < 2 || len + 4 > LONGEST {
                        self.bytes.remove(0);
                        continue;
                    }
                    if rest.len() < len {
                        return None;
                    }
                    if checksum(&self.bytes[2..3 + len]) != rest[len - 1] {
                        self.damaged += 1;
                        self.bytes.remove(0);
                        continue;
                    }
                    let request = Request {
                        id: *id,
                        instruction: rest[0],
                        params: rest[1..len - 1].to_vec(),
                    };
                    self.bytes.drain(..len + 4);
                    return Some(request);
                }
                _ => self.bytes.remove(0),
            };
        }
    }

    /// Packets that were dropped for their checksum.
    pub fn damaged(&self) -> u64 {
        self.damaged
    }
}

/// The complement of the sum of everything between header and checksum.
pub fn checksum(body: &[u8]) -> u8 {
    !body.iter().fold(0u8, |sum, byte| sum.wrapping_add(*byte))
}

/// Appends a status packet.
pub fn put_status(into: &mut Vec<u8>, id: u8, error: u8, params: &[u8]) {
    let start = into.len();
    into.extend_from_slice(&[0xff, 0xff, id, params.len() as u8 + 2, error]);
    into.extend_from_slice(params);
    into.push(checksum(&into[start + 2..]));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hear_all(ear: &mut Ear, bytes: &[u8]) -> Vec<Request> {
        bytes
            .iter()
            .filter_map(|byte| ear.hear(*byte, MonoTime(1)))
            .collect()
    }

    #[test]
    fn the_golden_requests_are_understood() {
        for (bytes, id, instruction, params) in [
            (
                &[0xff, 0xff, 0x01, 0x02, 0x01, 0xfb][..],
                1,
                instruction::PING,
                &[][..],
            ),
            (
                &[0xff, 0xff, 0xfe, 0x02, 0x01, 0xfe],
                BROADCAST,
                instruction::PING,
                &[],
            ),
            (
                &[0xff, 0xff, 0x01, 0x04, 0x02, 0x03, 0x02, 0xf3],
                1,
                instruction::READ,
                &[3, 2],
            ),
            (
                &[0xff, 0xff, 0x01, 0x04, 0x03, 0x28, 0x01, 0xce],
                1,
                instruction::WRITE,
                &[0x28, 1],
            ),
            (
                &[0xff, 0xff, 0x01, 0x05, 0x03, 0x1f, 0xc5, 0x0a, 0x08],
                1,
                instruction::WRITE,
                &[0x1f, 0xc5, 0x0a],
            ),
            (
                &[
                    0xff, 0xff, 0xfe, 0x0a, 0x82, 0x38, 2, 1, 2, 3, 4, 5, 6, 0x26,
                ],
                BROADCAST,
                instruction::SYNC_READ,
                &[0x38, 2, 1, 2, 3, 4, 5, 6],
            ),
        ] {
            assert_eq!(
                hear_all(&mut Ear::default(), bytes),
                [Request {
                    id,
                    instruction,
                    params: params.to_vec()
                }]
            );
        }
    }

    #[test]
    fn damaged_packets_are_ignored_and_the_next_one_is_heard() {
        let ping = [0xff, 0xff, 0x01, 0x02, 0x01, 0xfb];
        for before in [
            &[0xff, 0xff, 0x01, 0x02, 0x01, 0xfa][..],
            &[0xff],
            &[0xff, 0xff, 0xff],
            &[0x00, 0x12],
            &[0xff, 0xff, 0x01, 0x00],
        ] {
            let mut ear = Ear::default();
            assert_eq!(hear_all(&mut ear, before), []);
            assert_eq!(hear_all(&mut ear, &ping).len(), 1, "after {before:02x?}");
        }
    }

    #[test]
    fn half_a_packet_is_forgotten_after_a_pause() {
        let mut ear = Ear::default();
        assert_eq!(hear_all(&mut ear, &[0xff, 0xff, 0x01, 0x40, 0x03]), []);
        let later = MonoTime(1) + PAUSE * 2;
        let heard = [0xff, 0xff, 0x01, 0x02, 0x01, 0xfb].map(|byte| ear.hear(byte, later));
        assert!(heard[5].is_some());
    }
}
