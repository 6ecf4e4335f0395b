//! What is wrong at this time, what will be, and when it begins and ends.
//!
//! What is wrong is a list; the state of motors and line is derived from it whenever the list changes, so that
//! misbehaviours overlap without disturbing each other.
//! Not here: what an answer looks like afterwards (`quirks`).

use std::time::Duration;

use units::MonoTime;

use super::Line;
use crate::misbehaviour::Misbehaviour;
use crate::table::{self, Eeprom};

/// One misbehaviour and its time.
#[derive(Debug, Clone)]
struct Spell {
    what: Misbehaviour,
    /// Place of the motor it is about.
    place: Option<usize>,
    from: MonoTime,
    until: Option<MonoTime>,
    /// The id that the motor had before.
    id_before: Option<u16>,
}

/// What is and will be wrong.
#[derive(Debug, Default)]
pub(super) struct Faults {
    planned: Vec<Spell>,
    running: Vec<Spell>,
    lose_every: Option<u32>,
    sag: Option<f64>,
    /// Bytes of a piece and the pause after it.
    pub split: Option<(usize, Duration)>,
    pub latency: Option<Duration>,
}

impl Faults {
    /// When the list changes next.
    pub fn next_change(&self) -> Option<MonoTime> {
        let begins = self.planned.iter().map(|spell| spell.from);
        let ends = self.running.iter().filter_map(|spell| spell.until);
        begins.chain(ends).min()
    }

    /// Whether this request, counted from 1, is lost.
    pub fn loses(&self, request: u64) -> bool {
        self.lose_every
            .is_some_and(|every| request.is_multiple_of(u64::from(every.max(1))))
    }

    /// Volts of a supply that would have `volts`.
    pub fn supply(&self, volts: f64) -> f64 {
        self.sag.map_or(volts, |sag| sag.min(volts))
    }
}

impl Line {
    /// Plans something to go wrong. `place` is that of the motor it is about.
    pub fn plan(
        &mut self,
        place: Option<usize>,
        what: Misbehaviour,
        from: MonoTime,
        lasting: Option<Duration>,
    ) {
        self.faults.planned.push(Spell {
            what,
            place,
            from,
            until: lasting.map(|span| from + span),
            id_before: None,
        });
        let reached = self.reached;
        if from <= reached {
            self.change(reached);
        }
    }

    /// Everything behaves again, and nothing is planned.
    pub fn behave(&mut self) {
        self.faults.planned.clear();
        for spell in std::mem::take(&mut self.faults.running) {
            self.end(&spell);
        }
        self.derive();
    }

    /// Begins and ends what is due.
    pub(super) fn change(&mut self, now: MonoTime) {
        let (over, on): (Vec<Spell>, Vec<Spell>) = std::mem::take(&mut self.faults.running)
            .into_iter()
            .partition(|spell| spell.until.is_some_and(|until| until <= now));
        self.faults.running = on;
        for spell in over {
            self.end(&spell);
        }
        let (due, later): (Vec<Spell>, Vec<Spell>) = std::mem::take(&mut self.faults.planned)
            .into_iter()
            .partition(|spell| spell.from <= now);
        self.faults.planned = later;
        for mut spell in due {
            self.begin(&mut spell);
            self.faults.running.push(spell);
        }
        self.derive();
    }

    /// What happens once, as it begins.
    fn begin(&mut self, spell: &mut Spell) {
        let motor = spell.place.and_then(|at| self.motors.get_mut(at));
        match (&spell.what, motor) {
            (Misbehaviour::UnpluggedMotor { .. }, Some(motor)) => {
                motor.memory.set(table::TORQUE_ENABLE, 0);
            }
            (Misbehaviour::BrownOut { .. }, Some(motor)) => motor.power_up(),
            (Misbehaviour::SameId { takes, .. }, Some(motor)) => {
                spell.id_before = Some(motor.memory.get(table::ID));
                motor.memory.keep(table::ID, u16::from(*takes));
            }
            (Misbehaviour::Unplugged, _) => self.pull(),
            (Misbehaviour::UnpluggedMidPacket { after }, _) => {
                self.cut_after = Some(*after);
                self.cut();
            }
            _ => {}
        }
    }

    /// What happens once, as it ends.
    fn end(&mut self, spell: &Spell) {
        let motor = spell.place.and_then(|at| self.motors.get_mut(at));
        match (&spell.what, motor) {
            // Its cable is in again: it comes back as after power-up.
            (Misbehaviour::UnpluggedMotor { .. }, Some(motor)) => motor.power_up(),
            (Misbehaviour::SameId { takes, .. }, Some(motor)) => {
                if motor.memory.get(table::ID) == u16::from(*takes)
                    && let Some(before) = spell.id_before
                {
                    motor.memory.keep(table::ID, before);
                }
            }
            (Misbehaviour::Unplugged, _) => self.plug(),
            (Misbehaviour::UnpluggedMidPacket { .. }, _) => {
                self.cut_after = None;
                self.plug();
            }
            _ => {}
        }
    }

    /// What lasts, worked out from the list.
    fn derive(&mut self) {
        self.wake();
        for (quirks, motor) in self.quirks.iter_mut().zip(&mut self.motors) {
            quirks.reset();
            motor.behave();
        }
        let faults = &mut self.faults;
        (faults.lose_every, faults.sag) = (None, None);
        (faults.split, faults.latency) = (None, None);
        for spell in &faults.running {
            match &spell.what {
                Misbehaviour::LostRequests { every } => faults.lose_every = Some(*every),
                Misbehaviour::VoltageSag { volts } => faults.sag = Some(*volts),
                Misbehaviour::SplitPackets { bytes, pause } => {
                    faults.split = Some((*bytes, *pause));
                }
                Misbehaviour::UsbLatency { latency } => faults.latency = Some(*latency),
                _ => {}
            }
            for (at, (quirks, motor)) in self.quirks.iter_mut().zip(&mut self.motors).enumerate() {
                if spell.place.is_some_and(|place| place != at) {
                    continue;
                }
                quirks.add(&spell.what);
                match &spell.what {
                    Misbehaviour::Fault { bits, .. } => motor.forced_errors = *bits,
                    Misbehaviour::StuckJoint { .. } => motor.stuck = true,
                    Misbehaviour::Overheats { per_second, .. } => motor.heating = *per_second,
                    Misbehaviour::Overloaded { torque, .. } => motor.weight = -torque,
                    Misbehaviour::ForgetfulEeprom { .. } => {
                        motor.memory.eeprom = Eeprom::Forgetful;
                    }
                    Misbehaviour::DeafEeprom { .. } => motor.memory.eeprom = Eeprom::Deaf,
                    _ => {}
                }
            }
        }
    }
}
