//! Misbehaviours as a person writes them down, with the time at which they begin and end.
//!
//! `NAME[=VALUE[:VALUE…]][@AFTER[+FOR]]`: `mute=3`, `corrupt=*:2%`, `mute=3@5s+2s` (five seconds from now, for two),
//! `unplug@5s+2s`, `late=4:20ms`. A motor is its id, or `*` for all where that makes sense; a share is `2%` or `0.02`;
//! a time is `500ms`, `1.5s` or `2m`. Without `@` it begins now, without `+` it stays.
//! Not here: what each of them does (`misbehaviour`).

use std::str::FromStr;
use std::time::Duration;

use crate::misbehaviour::{Misbehaviour, Whom};

/// A misbehaviour and its time.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// What goes wrong.
    pub what: Misbehaviour,
    /// From now until it begins.
    pub after: Duration,
    /// How long it lasts; `None` until everything is told to behave.
    pub lasting: Option<Duration>,
}

/// How faults are written, in one line for a person.
pub const FORMS: &str = "mute=ID, unplugged=ID, brownout=ID, corrupt=ID|*[:EVERY|SHARE%], \
lost-replies=ID|*:SHARE%, short=ID:BYTES, late=ID:MS, noise=ID|*:BYTES[:SHARE%], wrong-id=ID:CLAIMS, same-id=ID:TAKES, \
fault=ID:BITS, stuck=ID, overheat=ID[:CELSIUS_PER_S], overload=ID[:NEWTON_METRES], sag=VOLTS, forgetful=ID|*, \
deaf=ID|*, lost=EVERY, split=BYTES:MS, latency=MS, cut=BYTES or unplug, each with @AFTER+FOR if it begins or ends later, \
such as mute=3@5s+2s";

/// A text that is no fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the fault {text:?} is not known: {why}")]
pub struct UnknownFault {
    /// What was written.
    pub text: String,
    /// What is wrong with it.
    pub why: &'static str,
}

impl UnknownFault {
    /// What to write instead.
    pub fn remedy(&self) -> String {
        format!("Use {FORMS}.")
    }
}

impl Plan {
    /// From now on.
    pub fn now(what: Misbehaviour) -> Self {
        Self {
            what,
            after: Duration::ZERO,
            lasting: None,
        }
    }

    /// The same, beginning later.
    pub fn after(self, after: Duration) -> Self {
        Self { after, ..self }
    }

    /// The same, ending by itself.
    pub fn lasting(self, span: Duration) -> Self {
        Self {
            lasting: Some(span),
            ..self
        }
    }
}

impl FromStr for Plan {
    type Err = UnknownFault;

    fn from_str(text: &str) -> Result<Self, UnknownFault> {
        let (what, after, lasting) = timed(text, misbehaviour)?;
        Ok(Self {
            what,
            after,
            lasting,
        })
    }
}

/// What is written before `@`, and the times behind it: until it begins, and how long it lasts.
pub(crate) fn timed<T>(
    text: &str,
    misbehaviour: impl Fn(&str) -> Result<T, &'static str>,
) -> Result<(T, Duration, Option<Duration>), UnknownFault> {
    let refused = |why| UnknownFault {
        text: text.to_owned(),
        why,
    };
    let (what, when) = match text.trim().split_once('@') {
        Some((what, when)) => (what, Some(when)),
        None => (text.trim(), None),
    };
    let what = misbehaviour(what).map_err(refused)?;
    let Some(when) = when else {
        return Ok((what, Duration::ZERO, None));
    };
    let (after, lasting) = match when.split_once('+') {
        Some((after, lasting)) => (after, Some(lasting)),
        None => (when, None),
    };
    let time = |text| span(text, "").ok_or_else(|| refused(TIME));
    Ok((what, time(after)?, lasting.map(time).transpose()?))
}

const TIME: &str = "a time is written like 500ms, 1.5s or 2m";
const MOTOR: &str = "a motor is an id from 0 to 253";
const NUMBER: &str = "a number is missing or too large";
const SHARE: &str = "a share is written like 2% or 0.02";
const NAME: &str = "no fault has this name";
const MANY: &str = "it has too many values";

/// Longest span that can be written: a thousand hours.
const LONGEST: f64 = 3_600_000.0;

/// A time; a bare number is in `unit`, and refused when that is empty.
pub(crate) fn span(text: &str, unit: &str) -> Option<Duration> {
    let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let unit = match &text[digits.len()..] {
        "" => unit,
        written => written,
    };
    let factor = match unit {
        "us" => 1e-6,
        "ms" => 1e-3,
        "s" => 1.0,
        "m" | "min" => 60.0,
        _ => return None,
    };
    let seconds = number(digits)? * factor;
    (0.0..=LONGEST)
        .contains(&seconds)
        .then(|| Duration::from_secs_f64(seconds))
}

pub(crate) fn number(text: &str) -> Option<f64> {
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

pub(crate) fn share(text: &str) -> Option<f64> {
    let share = match text.strip_suffix('%') {
        Some(percent) => number(percent)? / 100.0,
        None => number(text).filter(|_| text.contains('.'))?,
    };
    (0.0..=1.0).contains(&share).then_some(share)
}

fn misbehaviour(text: &str) -> Result<Misbehaviour, &'static str> {
    let (name, values) = text.split_once('=').unwrap_or((text, ""));
    let values: Vec<&str> = values
        .split(':')
        .filter(|value| !value.is_empty())
        .collect();
    let value = |place: usize| values.get(place).copied();
    let count = |place: usize| value(place).and_then(|text| text.parse::<u32>().ok());
    let byte = |place: usize| value(place).and_then(|text| text.parse::<u8>().ok());
    let whom = || match value(0) {
        Some("*") => Ok(Whom::All),
        _ => byte(0).map(Whom::Motor).ok_or(MOTOR),
    };
    let id = || byte(0).ok_or(MOTOR);
    let millis = |place: usize| value(place).and_then(|text| span(text, "ms")).ok_or(TIME);
    let most = |most: usize| {
        if values.len() > most {
            Err(MANY)
        } else {
            Ok(())
        }
    };
    let (what, places) = match name {
        "mute" => (Misbehaviour::MuteMotor { id: id()? }, 1),
        "unplugged" => (Misbehaviour::UnpluggedMotor { id: id()? }, 1),
        "brownout" => (Misbehaviour::BrownOut { id: id()? }, 1),
        "corrupt" => match (whom()?, value(1).and_then(share), count(1), value(1)) {
            (whom, Some(share), ..) => (Misbehaviour::CorruptReplies { whom, share }, 2),
            (Whom::Motor(id), None, Some(every), _) => (
                Misbehaviour::CorruptReply {
                    id,
                    every: every.max(1),
                },
                2,
            ),
            (Whom::Motor(id), None, None, None) => (Misbehaviour::CorruptReply { id, every: 1 }, 1),
            _ => return Err(SHARE),
        },
        "lost-replies" => (
            Misbehaviour::LostReplies {
                whom: whom()?,
                share: value(1).and_then(share).ok_or(SHARE)?,
            },
            2,
        ),
        "short" => (
            Misbehaviour::ShortReply {
                id: id()?,
                bytes: usize::from(byte(1).ok_or(NUMBER)?),
            },
            2,
        ),
        "late" => (
            Misbehaviour::LateReply {
                id: id()?,
                by: millis(1)?,
            },
            2,
        ),
        "noise" => (
            Misbehaviour::Noise {
                whom: whom()?,
                bytes: usize::from(byte(1).ok_or(NUMBER)?),
                share: match value(2) {
                    Some(text) => share(text).ok_or(SHARE)?,
                    None => 1.0,
                },
            },
            3,
        ),
        "wrong-id" => (
            Misbehaviour::WrongId {
                id: id()?,
                claims: byte(1).ok_or(MOTOR)?,
            },
            2,
        ),
        "same-id" => (
            Misbehaviour::SameId {
                id: id()?,
                takes: byte(1).ok_or(MOTOR)?,
            },
            2,
        ),
        "fault" => (
            Misbehaviour::Fault {
                id: id()?,
                bits: byte(1).ok_or(NUMBER)?,
            },
            2,
        ),
        "stuck" => (Misbehaviour::StuckJoint { id: id()? }, 1),
        "overheat" => (
            Misbehaviour::Overheats {
                id: id()?,
                per_second: value(1).map_or(Some(2.0), number).ok_or(NUMBER)?,
            },
            2,
        ),
        "overload" => (
            Misbehaviour::Overloaded {
                id: id()?,
                torque: value(1).map_or(Some(3.0), number).ok_or(NUMBER)?,
            },
            2,
        ),
        "sag" => (
            Misbehaviour::VoltageSag {
                volts: value(0).and_then(number).ok_or(NUMBER)?,
            },
            1,
        ),
        "forgetful" => (Misbehaviour::ForgetfulEeprom { whom: whom()? }, 1),
        "deaf" => (Misbehaviour::DeafEeprom { whom: whom()? }, 1),
        "lost" => (
            Misbehaviour::LostRequests {
                every: count(0).ok_or(NUMBER)?.max(1),
            },
            1,
        ),
        "split" => (
            Misbehaviour::SplitPackets {
                bytes: count(0).ok_or(NUMBER)?.max(1) as usize,
                pause: millis(1)?,
            },
            2,
        ),
        "latency" => (
            Misbehaviour::UsbLatency {
                latency: millis(0)?,
            },
            1,
        ),
        "cut" => (
            Misbehaviour::UnpluggedMidPacket {
                after: count(0).ok_or(NUMBER)? as usize,
            },
            1,
        ),
        "unplug" => (Misbehaviour::Unplugged, 0),
        _ => return Err(NAME),
    };
    most(places)?;
    Ok(what)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn faults_are_written_by_name_value_and_time() {
        let all = Whom::All;
        for (text, what) in [
            ("mute=3", Misbehaviour::MuteMotor { id: 3 }),
            ("unplugged=6", Misbehaviour::UnpluggedMotor { id: 6 }),
            ("brownout=2", Misbehaviour::BrownOut { id: 2 }),
            ("corrupt=2", Misbehaviour::CorruptReply { id: 2, every: 1 }),
            (
                "corrupt=2:10",
                Misbehaviour::CorruptReply { id: 2, every: 10 },
            ),
            (
                "corrupt=2:2%",
                Misbehaviour::CorruptReplies {
                    whom: Whom::Motor(2),
                    share: 0.02,
                },
            ),
            (
                "corrupt=*:0.02",
                Misbehaviour::CorruptReplies {
                    whom: all,
                    share: 0.02,
                },
            ),
            (
                "lost-replies=*:1%",
                Misbehaviour::LostReplies {
                    whom: all,
                    share: 0.01,
                },
            ),
            ("short=1:5", Misbehaviour::ShortReply { id: 1, bytes: 5 }),
            ("late=4:20", Misbehaviour::LateReply { id: 4, by: ms(20) }),
            (
                "late=4:1.5s",
                Misbehaviour::LateReply {
                    id: 4,
                    by: ms(1500),
                },
            ),
            (
                "noise=*:9:50%",
                Misbehaviour::Noise {
                    whom: all,
                    bytes: 9,
                    share: 0.5,
                },
            ),
            ("wrong-id=2:5", Misbehaviour::WrongId { id: 2, claims: 5 }),
            ("same-id=2:5", Misbehaviour::SameId { id: 2, takes: 5 }),
            ("fault=2:36", Misbehaviour::Fault { id: 2, bits: 36 }),
            ("stuck=5", Misbehaviour::StuckJoint { id: 5 }),
            (
                "overheat=2",
                Misbehaviour::Overheats {
                    id: 2,
                    per_second: 2.0,
                },
            ),
            (
                "overload=3:2.8",
                Misbehaviour::Overloaded { id: 3, torque: 2.8 },
            ),
            ("sag=5.4", Misbehaviour::VoltageSag { volts: 5.4 }),
            ("forgetful=*", Misbehaviour::ForgetfulEeprom { whom: all }),
            (
                "deaf=4",
                Misbehaviour::DeafEeprom {
                    whom: Whom::Motor(4),
                },
            ),
            ("lost=100", Misbehaviour::LostRequests { every: 100 }),
            (
                "split=3:2",
                Misbehaviour::SplitPackets {
                    bytes: 3,
                    pause: ms(2),
                },
            ),
            ("latency=16", Misbehaviour::UsbLatency { latency: ms(16) }),
            ("cut=29", Misbehaviour::UnpluggedMidPacket { after: 29 }),
            ("unplug", Misbehaviour::Unplugged),
        ] {
            assert_eq!(text.parse(), Ok(Plan::now(what.clone())), "{text}");
            assert_eq!(
                format!("{text}@5s+500ms").parse(),
                Ok(Plan::now(what.clone()).after(ms(5000)).lasting(ms(500)))
            );
            assert_eq!(
                format!("{text}@2m").parse(),
                Ok(Plan::now(what).after(ms(120_000)))
            );
        }
    }

    #[test]
    fn what_is_no_fault_is_refused_with_the_forms() {
        for text in [
            "",
            "mute",
            "mute=x",
            "mute=900",
            "mute=3:4",
            "late=4",
            "late=4:-1",
            "bites=3",
            "wrong-id=2:900",
            "corrupt=*",
            "corrupt=*:3",
            "corrupt=2:x",
            "corrupt=1:200%",
            "lost-replies=2",
            "mute=3@",
            "mute=3@5",
            "mute=3@5s+",
            "mute=3@1e9s",
            "sag=nan",
            "unplug=3",
            "split=3",
        ] {
            let refused = text.parse::<Plan>().unwrap_err();
            assert_eq!(refused.text, text);
            assert!(refused.remedy().contains("mute=3@5s+2s"), "{text}");
        }
    }
}
