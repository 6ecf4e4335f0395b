//! What somebody outside the process tells a simulated arm, one line at a time: misbehave, take a joint into a hand,
//! lose power. Each line has one answer.
//!
//! Not here: where the lines come from and where the answers go.

use std::fmt::Write as _;

use crate::chain::{Chain, NoSuchMotor};
use crate::hand::{BadHand, Hand};
use crate::misbehaviour::Misbehaviour;
use crate::plan::{self, Plan, UnknownFault};
use crate::table::{self, Row};

/// The lines, for a person.
pub const COMMANDS: &str = "fault FAULT, behave, unplug [FOR], replug, \
hand ID DEGREES|TIME:DEGREES … [repeat]|off, place ID DEGREES, push ID NEWTON_METRES, heat ID CELSIUS, brownout ID, \
power on|off|cycle, supply VOLTS, load KILOGRAMS, set ID REGISTER VALUE, get ID REGISTER, truth ID, ids, count";

/// A line that was not carried out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CommandError {
    /// No such command, or a value is missing.
    #[error("the command {0:?} is not known or lacks a value")]
    Unknown(String),
    /// The fault is not known.
    #[error(transparent)]
    Fault(#[from] UnknownFault),
    /// The hand has nowhere to be.
    #[error(transparent)]
    Hand(#[from] BadHand),
    /// The motor is not there.
    #[error(transparent)]
    Motor(#[from] NoSuchMotor),
}

impl CommandError {
    /// What to write instead.
    pub fn remedy(&self) -> String {
        match self {
            Self::Unknown(_) => format!("Use {COMMANDS}."),
            Self::Fault(error) => error.remedy(),
            Self::Hand(error) => error.remedy().to_owned(),
            Self::Motor(error) => error.remedy().to_owned(),
        }
    }
}

impl Chain {
    /// Carries out one line; what there is to answer, empty when it was only done. See [`COMMANDS`].
    ///
    /// # Errors
    /// [`CommandError`]; nothing has changed then.
    pub fn command(&self, line: &str) -> Result<String, CommandError> {
        let unknown = || CommandError::Unknown(line.trim().to_owned());
        let words: Vec<&str> = line.split_whitespace().collect();
        let id = || {
            words
                .get(1)
                .and_then(|word| word.parse::<u8>().ok())
                .ok_or_else(unknown)
        };
        let value = |place: usize| {
            words
                .get(place)
                .and_then(|word| plan::number(word))
                .ok_or_else(unknown)
        };
        let row = || {
            words
                .get(2)
                .and_then(|name| register(name))
                .ok_or_else(unknown)
        };
        let done = String::new();
        match words.as_slice() {
            ["fault", text] => self.plan(text.parse()?)?,
            ["behave"] => self.behave(),
            ["unplug"] => self.unplug(),
            ["unplug", span] => {
                let span = plan::span(span, "").ok_or_else(unknown)?;
                self.plan(Plan::now(Misbehaviour::Unplugged).lasting(span))?;
            }
            ["replug"] => self.replug(),
            ["hand", _, "off"] => self.hand(id()?, None)?,
            ["hand", _, path @ ..] => self.hand(id()?, Some(Hand::parse(&path.join(" "))?))?,
            ["place", _, _] => self.place(id()?, value(2)?)?,
            ["push", _, _] => self.push(id()?, value(2)?)?,
            ["heat", _, _] => self.heat_to(id()?, value(2)?)?,
            ["brownout", _] => self.brown_out(id()?)?,
            ["power", "off"] => self.set_power(false),
            ["power", "on"] => self.set_power(true),
            ["power", "cycle"] => self.power_cycle(),
            ["supply", _] => self.set_supply(value(1)?.max(0.0)),
            ["load", _] => self.set_load(value(1)?.max(0.0)),
            ["set", _, _, text] => {
                let value = text.parse().map_err(|_not_a_number| unknown())?;
                self.set_register(id()?, row()?, value)?;
            }
            ["get", _, _] => return Ok(self.register(id()?, row()?)?.to_string()),
            ["truth", _] => {
                let truth = self.truth(id()?)?;
                return Ok(format!(
                    "angle={:.2} speed={:.2} position={} goal={} torque={:?} current={:.3} celsius={:.1} volts={:.2} \
                     errors={}",
                    truth.angle,
                    truth.speed,
                    truth.position,
                    truth.goal,
                    truth.torque,
                    truth.current,
                    truth.celsius,
                    truth.volts,
                    truth.errors
                ));
            }
            ["ids"] => {
                let mut text = String::new();
                for id in self.ids() {
                    let gap = if text.is_empty() { "" } else { " " };
                    // Writing to a String cannot fail.
                    let _ignored = write!(text, "{gap}{id}");
                }
                return Ok(text);
            }
            ["count"] => return Ok(format!("{:?}", self.injected())),
            _ => return Err(unknown()),
        }
        Ok(done)
    }
}

/// A register by its name, whatever its capitals, or by its address.
fn register(name: &str) -> Option<Row> {
    let address = name.parse::<u8>().ok();
    table::TABLE
        .iter()
        .find(|row| row.name.trim().eq_ignore_ascii_case(name) || Some(row.address) == address)
        .copied()
}

#[cfg(test)]
mod tests {
    use stdx::FakeClock;

    use crate::SimArm;

    #[test]
    fn every_command_is_carried_out_and_answered() {
        let clock = FakeClock::default();
        let chain = SimArm::follower().chain(clock.shared());
        for (line, answer) in [
            ("fault mute=3", ""),
            ("fault corrupt=*:2%@5s+2s", ""),
            ("behave", ""),
            ("unplug", ""),
            ("replug", ""),
            ("unplug 200ms", ""),
            ("hand 2 0s:-30 1s:20 repeat", ""),
            ("hand 2 off", ""),
            ("place 1 10", ""),
            ("push 1 0.5", ""),
            ("heat 4 60", ""),
            ("brownout 4", ""),
            ("power off", ""),
            ("power on", ""),
            ("power cycle", ""),
            ("supply 7.4", ""),
            ("load 0.1", ""),
            ("set 5 Homing_Offset -7", ""),
            ("get 5 homing_offset", "-7"),
            ("get 5 31", "-7"),
            ("ids", "1 2 3 4 5 6"),
        ] {
            assert_eq!(chain.command(line).as_deref(), Ok(answer), "{line}");
        }
        let truth = chain.command("truth 4").unwrap();
        assert!(
            truth.contains("celsius=60.0") && truth.contains("torque=Off"),
            "{truth}"
        );
        assert!(chain.command("count").unwrap().contains("unplugged: 2"));
    }

    #[test]
    fn what_is_no_command_is_refused_with_what_would_be_one() {
        let clock = FakeClock::default();
        let chain = SimArm::follower().chain(clock.shared());
        for (line, remedy) in [
            ("", "behave"),
            ("dance", "behave"),
            ("fault bites=3", "mute=3@5s+2s"),
            ("fault mute=9", "one of the chain's motors"),
            ("place 1 far", "behave"),
            ("place x 1", "behave"),
            ("hand 2 up", "0s:10"),
            ("get 1 Nonsense", "behave"),
            ("truth 77", "one of the chain's motors"),
            ("unplug soon", "behave"),
        ] {
            let error = chain.command(line).unwrap_err();
            assert!(error.remedy().contains(remedy), "{line}: {error}");
        }
    }
}
