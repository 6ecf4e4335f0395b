//! What is wrong with each motor's end of the line at this time, and what it does to an answer that is about to leave.
//!
//! Not here: when something begins or ends to be wrong (`faults`).

use std::time::Duration;

use crate::misbehaviour::{Injected, Misbehaviour};

/// What is wrong with one motor's end of the line.
#[derive(Debug, Clone, Default)]
pub(super) struct Quirks {
    pub mute: bool,
    pub unplugged: bool,
    pub late: Duration,
    pub claims: Option<u8>,
    corrupt_every: Option<u32>,
    corrupt_share: f64,
    lost_share: f64,
    short: Option<usize>,
    noise: usize,
    noise_share: f64,
    answered: u32,
}

impl Quirks {
    /// As if nothing were wrong; what was counted stays.
    pub fn reset(&mut self) {
        *self = Self {
            answered: self.answered,
            ..Self::default()
        };
    }

    /// Adds what this misbehaviour does to answers.
    pub fn add(&mut self, what: &Misbehaviour) {
        match what {
            Misbehaviour::MuteMotor { .. } => self.mute = true,
            Misbehaviour::UnpluggedMotor { .. } => self.unplugged = true,
            Misbehaviour::CorruptReply { every, .. } => self.corrupt_every = Some(*every),
            Misbehaviour::CorruptReplies { share, .. } => self.corrupt_share = *share,
            Misbehaviour::LostReplies { share, .. } => self.lost_share = *share,
            Misbehaviour::ShortReply { bytes, .. } => self.short = Some(*bytes),
            Misbehaviour::LateReply { by, .. } => self.late = *by,
            Misbehaviour::NoiseBeforeReply { bytes, .. } => {
                (self.noise, self.noise_share) = (*bytes, 1.0);
            }
            Misbehaviour::Noise { bytes, share, .. } => {
                (self.noise, self.noise_share) = (*bytes, *share);
            }
            Misbehaviour::WrongId { claims, .. } => self.claims = Some(*claims),
            _ => {}
        }
    }

    /// Changes an answer that is about to leave; whether it leaves at all.
    pub fn spoil(
        &mut self,
        packet: &mut Vec<u8>,
        random: &mut Random,
        injected: &mut Injected,
    ) -> bool {
        if self.mute || random.happens(self.lost_share) {
            injected.lost += 1;
            return false;
        }
        self.answered = self.answered.wrapping_add(1);
        let corrupt = self
            .corrupt_every
            .is_some_and(|every| self.answered.is_multiple_of(every.max(1)))
            || random.happens(self.corrupt_share);
        if corrupt && let Some(checksum) = packet.last_mut() {
            *checksum ^= 0x5a;
            injected.corrupt += 1;
        }
        injected.wrong_id += u64::from(self.claims.is_some());
        injected.late += u64::from(self.late > Duration::ZERO);
        if let Some(bytes) = self.short {
            packet.truncate(bytes);
            injected.short += 1;
        }
        if self.noise > 0 && random.happens(self.noise_share) {
            let mut before: Vec<u8> = (0..self.noise).map(|_| random.byte()).collect();
            before.append(packet);
            *packet = before;
            injected.noisy += 1;
        }
        true
    }
}

/// A xorshift sequence: the same seed, the same misfortunes.
#[derive(Debug, Clone)]
pub(crate) struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed | 1)
    }

    pub fn byte(&mut self) -> u8 {
        (self.next() >> 32) as u8
    }

    /// Evenly from 0 to below 1.
    pub fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Whether something happens that happens in this share of all cases. What never or always happens draws nothing.
    pub fn happens(&mut self, share: f64) -> bool {
        share > 0.0 && (share >= 1.0 || self.share() < share)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_met_and_differs_by_seed_only() {
        let drawn = |seed| {
            let mut random = Random::new(seed);
            (0..100_000)
                .map(|_| random.happens(0.02))
                .collect::<Vec<_>>()
        };
        let hits = drawn(7).iter().filter(|hit| **hit).count();
        assert!((1_800..2_200).contains(&hits), "{hits}");
        assert_eq!(drawn(7), drawn(7));
        assert_ne!(drawn(7), drawn(9));
    }
}
