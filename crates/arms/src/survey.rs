//! What a scan of a line means for an arm, in plain words: each motor's figures, and what is wrong with what to do.
//!
//! Not here: finding the motors (`motors::scan`), and whether an arm may be driven (`handshake`).

mod words;

use motors::scan::{ARM_IDS, Facts, FoundMotor, Reading, Scan};
use motors::serial::BAUD;
use motors::{ErrorBits, registers};

use crate::defaults::SafetyConfig;

pub use words::motor_name;

/// A motor whose `Max_Voltage_Limit` is above this is the 12 V variant: the 7.4 V one has about 8 V there, the
/// other about 14 V. From copies of the maker's memory table, to be confirmed on hardware.
pub const VARIANT_BOUNDARY_VOLTS: f64 = 10.0;
/// A motor that sees so much less than the others of its line, as a share, sits behind a bad plug or cable.
const SAG: f64 = 0.12;

/// One motor's figures in the units people use.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Figures {
    /// `Model_Number`.
    pub model: i32,
    /// Firmware, major and minor.
    pub firmware: (i32, i32),
    /// Supply at the motor, volts.
    pub voltage: f64,
    /// Degrees Celsius.
    pub temperature: i32,
    /// Share of full drive, percent; negative the other way.
    pub load: f64,
    /// Ampere.
    pub current: f64,
    /// Where it is, ticks.
    pub position: i32,
    /// Whether it pushes.
    pub torque: bool,
    /// The highest supply it takes, volts, which tells the 7.4 V variant from the 12 V one.
    pub max_voltage: f64,
}

impl Figures {
    /// The figures behind the raw registers: 0.1 V, 1 C, 0.1 %, 6.5 mA (Feetech's memory table of the STS3215).
    pub fn of(facts: &Facts) -> Self {
        let value = |register| f64::from(facts.value(register));
        Self {
            model: facts.model(),
            firmware: facts.firmware(),
            voltage: value(registers::PRESENT_VOLTAGE) / 10.0,
            temperature: facts.value(registers::PRESENT_TEMPERATURE),
            load: value(registers::PRESENT_LOAD) / 10.0,
            current: value(registers::PRESENT_CURRENT) * 0.0065,
            position: facts.value(registers::PRESENT_POSITION),
            torque: facts.value(registers::TORQUE_ENABLE) != 0,
            max_voltage: value(registers::MAX_VOLTAGE_LIMIT) / 10.0,
        }
    }

    /// The model's name, or its number when it is unknown.
    pub fn model_name(&self) -> String {
        model_name(self.model)
    }

    /// Whether its supply does not fit its variant.
    pub fn wrong_supply(&self) -> bool {
        self.voltage > self.max_voltage
            || (self.twelve_volt() && self.voltage < VARIANT_BOUNDARY_VOLTS)
    }

    /// Whether it is the 12 V variant.
    pub fn twelve_volt(&self) -> bool {
        self.max_voltage > VARIANT_BOUNDARY_VOLTS
    }
}

/// A model's name, or its number when it is unknown.
pub fn model_name(model: i32) -> String {
    if model == registers::MODEL_STS3215 {
        return "STS3215".to_owned();
    }
    registers::OTHER_MODELS
        .iter()
        .find(|(number, _)| *number == model)
        .map_or_else(|| format!("model {model}"), |(_, name)| (*name).to_owned())
}

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// Good to know.
    Note,
    /// The arm may be used, but something is not as it should be.
    Warning,
    /// The arm cannot be used like this.
    Stop,
}

/// Something that a person should know about a line, with the ids it is about.
#[derive(Debug, Clone, PartialEq)]
pub enum LineFinding {
    /// Nothing answers at any rate.
    Nothing,
    /// Something is on the line, but nothing whole arrives.
    OnlyNoise,
    /// A single motor answers.
    OnlyOne {
        /// Its id.
        id: u8,
    },
    /// The first motors of the cable answer, all behind them are silent.
    CableBreak {
        /// The last that answers.
        last: u8,
    },
    /// A motor is silent though others behind it on the cable answer.
    Missing {
        /// Its id.
        id: u8,
        /// A motor with an id that no arm has, which it may be.
        stray: Option<u8>,
    },
    /// A motor with an id that no arm has.
    Extra {
        /// Its id.
        id: u8,
    },
    /// A motor runs at another rate.
    OtherRate {
        /// Its id.
        id: u8,
        /// Its rate in bits per second.
        baud: u32,
    },
    /// Two motors have the same id.
    Shared {
        /// The id.
        id: u8,
    },
    /// A motor's answers arrive damaged.
    Damaged {
        /// Its id.
        id: u8,
    },
    /// Stray bytes were heard at the usual rate.
    Noise,
    /// A motor is of another model.
    WrongModel {
        /// Its id.
        id: u8,
        /// Its `Model_Number`.
        model: i32,
    },
    /// A motor complains about itself.
    Fault {
        /// Its id.
        id: u8,
        /// Its complaint.
        bits: ErrorBits,
        /// What it is supplied with, volts, when it told.
        voltage: Option<f64>,
        /// Its temperature, degrees Celsius, when it told.
        temperature: Option<i32>,
    },
    /// A motor was restarted while the others went on: it lost its supply for a moment.
    BrownOut {
        /// Its id.
        id: u8,
    },
    /// A motor is supplied with less than the others.
    Sag {
        /// Its id.
        id: u8,
        /// What it sees, volts.
        voltage: f64,
        /// What most see, volts.
        others: f64,
    },
    /// 7.4 V and 12 V motors are mixed.
    MixedVariants {
        /// Ids of the 12 V motors.
        twelve: Vec<u8>,
        /// Ids of the 7.4 V motors.
        seven: Vec<u8>,
    },
    /// The supply does not fit the motor's variant.
    WrongSupply {
        /// Ids of the motors of that variant.
        ids: Vec<u8>,
        /// The highest supply they take, volts.
        most: f64,
        /// What the first of them sees, volts.
        voltage: f64,
    },
    /// Motors run different firmware.
    FirmwareMix {
        /// Its id.
        id: u8,
        /// Its version.
        found: (i32, i32),
        /// The others' version.
        others: (i32, i32),
    },
    /// A motor is warm.
    Warm {
        /// Its id.
        id: u8,
        /// Degrees Celsius.
        temperature: i32,
    },
    /// A motor obeys and does not acknowledge.
    NoAcknowledgement {
        /// Its id.
        id: u8,
    },
    /// Motors push.
    TorqueOn {
        /// Their ids.
        ids: Vec<u8>,
    },
    /// The adapter cannot run at these rates, so motors there were not looked for.
    RatesRefused {
        /// The rates in bits per second.
        rates: Vec<u32>,
    },
}

/// Everything worth saying about what was found, the gravest first.
pub fn findings(scan: &Scan) -> Vec<LineFinding> {
    let mut found = Vec::new();
    if scan.motors.is_empty() {
        found.push(if scan.noisy.is_empty() {
            LineFinding::Nothing
        } else {
            LineFinding::OnlyNoise
        });
    } else {
        for motor in &scan.motors {
            about_one(motor, &mut found);
        }
        who_is_missing(scan, &mut found);
        about_all(scan, &mut found);
    }
    if !scan.refused.is_empty() {
        found.push(LineFinding::RatesRefused {
            rates: scan.refused.clone(),
        });
    }
    found.sort_by_key(|finding| std::cmp::Reverse(finding.weight()));
    found
}

fn who_is_missing(scan: &Scan, found: &mut Vec<LineFinding>) {
    let there = |id: u8| scan.motors.iter().any(|motor| motor.id.0 == id);
    let strays: Vec<u8> = scan
        .motors
        .iter()
        .map(|motor| motor.id.0)
        .filter(|id| !ARM_IDS.contains(id))
        .collect();
    let missing: Vec<u8> = ARM_IDS.filter(|id| !there(*id)).collect();
    if let [only] = scan.motors.as_slice() {
        found.push(LineFinding::OnlyOne { id: only.id.0 });
        return;
    }
    let behind = missing.first().copied().unwrap_or(*ARM_IDS.end() + 1);
    let tail = missing.len() == usize::from(ARM_IDS.end() + 1 - behind);
    // One silent motor at the end may also have another id, which a stray one then tells.
    if tail && behind > *ARM_IDS.start() && strays.is_empty() && !missing.is_empty() {
        found.push(LineFinding::CableBreak { last: behind - 1 });
    } else {
        let mut strays = strays.iter();
        for id in missing {
            let stray = strays.next().copied();
            found.push(LineFinding::Missing { id, stray });
        }
    }
    found.extend(strays.into_iter().map(|id| LineFinding::Extra { id }));
}

fn about_one(motor: &FoundMotor, found: &mut Vec<LineFinding>) {
    let id = motor.id.0;
    if motor.baud != BAUD {
        found.push(LineFinding::OtherRate {
            id,
            baud: motor.baud,
        });
    }
    let figures = motor.facts().map(Figures::of);
    let supply = figures.is_some_and(|figures| figures.wrong_supply());
    let named = supply && motor.error == ErrorBits::VOLTAGE;
    if !(named || motor.error.healthy()) {
        found.push(LineFinding::Fault {
            id,
            bits: motor.error,
            voltage: figures.map(|figures| figures.voltage),
            temperature: figures.map(|figures| figures.temperature),
        });
    }
    match &motor.reading {
        Reading::Shared => found.push(LineFinding::Shared { id }),
        Reading::Damaged => found.push(LineFinding::Damaged { id }),
        Reading::Whole(facts) => {
            if facts.model() != registers::MODEL_STS3215 {
                found.push(LineFinding::WrongModel {
                    id,
                    model: facts.model(),
                });
            }
            if facts.value(registers::RESPONSE_STATUS_LEVEL) == 0 {
                found.push(LineFinding::NoAcknowledgement { id });
            }
            let figures = Figures::of(facts);
            let warm = f64::from(figures.temperature) >= SafetyConfig::default().temperature_warn;
            if warm && !motor.error.contains(ErrorBits::OVERHEAT) {
                found.push(LineFinding::Warm {
                    id,
                    temperature: figures.temperature,
                });
            }
        }
    }
}

fn about_all(scan: &Scan, found: &mut Vec<LineFinding>) {
    let read: Vec<(u8, &Facts, Figures)> = scan
        .motors
        .iter()
        .filter_map(|motor| {
            let facts = motor.facts()?;
            Some((motor.id.0, facts, Figures::of(facts)))
        })
        .collect();
    let explained = scan.motors.iter().any(|motor| motor.facts().is_none());
    if scan.noisy.contains(&BAUD) && !explained {
        found.push(LineFinding::Noise);
    }
    let sts = || {
        read.iter()
            .filter(|(_, facts, _)| facts.model() == registers::MODEL_STS3215)
    };
    let most = sts()
        .map(|(_, _, figures)| figures.firmware)
        .max_by_key(|version| {
            sts()
                .filter(|(_, _, other)| other.firmware == *version)
                .count()
        });
    let (twelve, seven): (Vec<_>, Vec<_>) =
        sts().partition(|(_, _, figures)| figures.twelve_volt());
    if !twelve.is_empty() && !seven.is_empty() {
        let ids = |motors: Vec<&(u8, &Facts, Figures)>| motors.iter().map(|it| it.0).collect();
        found.push(LineFinding::MixedVariants {
            twelve: ids(twelve),
            seven: ids(seven),
        });
    }
    for high in [true, false] {
        let mut wrong = sts()
            .filter(|(_, _, it)| it.twelve_volt() == high && it.wrong_supply())
            .peekable();
        if let Some((_, _, first)) = wrong.peek() {
            found.push(LineFinding::WrongSupply {
                most: first.max_voltage,
                voltage: first.voltage,
                ids: wrong.map(|it| it.0).collect(),
            });
        }
    }
    let mut volts: Vec<f64> = read.iter().map(|(_, _, it)| it.voltage).collect();
    volts.sort_by(f64::total_cmp);
    let usual = volts.get(volts.len() / 2).copied().unwrap_or_default();
    let set_up = |facts: &Facts| facts.value(registers::ACCELERATION) != 0;
    let somebody_set_up = read.iter().any(|(_, facts, _)| set_up(facts));
    for (id, facts, figures) in &read {
        let id = *id;
        if let Some(others) = most
            && facts.model() == registers::MODEL_STS3215
            && figures.firmware != others
        {
            found.push(LineFinding::FirmwareMix {
                id,
                found: figures.firmware,
                others,
            });
        }
        if figures.voltage < usual * (1.0 - SAG) {
            found.push(LineFinding::Sag {
                id,
                voltage: figures.voltage,
                others: usual,
            });
        }
        // What every session writes to each motor and power-up forgets.
        let fresh = facts.value(registers::LOCK) == 1 && !figures.torque && !set_up(facts);
        if somebody_set_up && fresh {
            found.push(LineFinding::BrownOut { id });
        }
    }
    let pushing: Vec<u8> = read
        .iter()
        .filter(|(_, _, figures)| figures.torque)
        .map(|(id, _, _)| *id)
        .collect();
    if !pushing.is_empty() {
        found.push(LineFinding::TorqueOn { ids: pushing });
    }
}
