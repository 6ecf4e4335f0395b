//! The file of known arms: TOML with a version, one `[[arm]]` each. Keys that this version does not know are kept.

use std::path::PathBuf;

use arms::{ArmKind, Fingerprint, Joint, MotorPrint};
use protocol::Failure;
use toml::{Table, Value};

use super::KnownArm;
use crate::failure::bad_request;
use crate::kept;

/// Version of the file's shape.
const VERSION: i64 = 1;
const HEAD: &str = "\
# Arms that Tendon knows by name. The fingerprint is what lasts in the motors; `tendon identify --remember` writes it.
";

/// The known arms and the file they are in.
#[derive(Debug, Clone)]
pub struct KnownArms {
    path: PathBuf,
    table: Table,
    arms: Vec<KnownArm>,
}

impl KnownArms {
    /// Reads the file; none means that no arm is known.
    ///
    /// # Errors
    /// When it cannot be read or makes no sense; the failure names the place.
    pub fn load(path: PathBuf) -> Result<Self, Failure> {
        let table = kept::table(&path, VERSION, "the known arms were written")?;
        let arms = entries(&table)
            .map(|entry| arm(entry).map_err(|why| kept::damaged(&path, why)))
            .collect::<Result<_, _>>()?;
        Ok(Self { path, table, arms })
    }

    /// The file.
    pub fn path(&self) -> &std::path::Path {
        &self.path
    }

    /// The known arms, in the order of the file.
    pub fn arms(&self) -> Vec<KnownArm> {
        self.arms.clone()
    }

    /// Remembers an arm under its name, in place of what was known under it, and saves.
    ///
    /// # Errors
    /// When the name is empty or has strange characters, or the file cannot be written.
    pub fn remember(&mut self, arm: &KnownArm) -> Result<(), Failure> {
        let plain = |c: char| c.is_alphanumeric() || "-_. ".contains(c);
        if arm.name.trim().is_empty() || !arm.name.chars().all(plain) {
            return Err(bad_request(
                format!("“{}” is no name for an arm", arm.name),
                "Use letters, digits, -, _ and . in it.",
            ));
        }
        let arms = self
            .table
            .entry("arm")
            .or_insert_with(|| Value::Array(Vec::new()));
        let Value::Array(list) = arms else {
            return Err(kept::damaged(&self.path, "“arm” is no list"));
        };
        let place = list.iter_mut().find_map(|entry| {
            let entry = entry.as_table_mut()?;
            (entry.get("name").and_then(Value::as_str) == Some(&arm.name)).then_some(entry)
        });
        match place {
            Some(entry) => write(entry, arm),
            None => {
                let mut entry = Table::new();
                write(&mut entry, arm);
                list.push(Value::Table(entry));
            }
        }
        match self.arms.iter_mut().find(|known| known.name == arm.name) {
            Some(known) => *known = arm.clone(),
            None => self.arms.push(arm.clone()),
        }
        self.save()
    }

    /// Forgets an arm, and saves. Whether there was one of that name.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn forget(&mut self, name: &str) -> Result<bool, Failure> {
        let before = self.arms.len();
        self.arms.retain(|arm| arm.name != name);
        if self.arms.len() == before {
            return Ok(false);
        }
        if let Some(Value::Array(list)) = self.table.get_mut("arm") {
            list.retain(|entry| entry.get("name").and_then(Value::as_str) != Some(name));
        }
        self.save().map(|()| true)
    }

    fn save(&mut self) -> Result<(), Failure> {
        self.table
            .insert("version".to_owned(), Value::Integer(VERSION));
        let text = toml::to_string(&self.table).map_err(|why| kept::damaged(&self.path, why))?;
        kept::write(&self.path, &format!("{HEAD}{text}"))
    }
}

fn entries(table: &Table) -> impl Iterator<Item = &Table> {
    table
        .get("arm")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_table)
}

/// The name of a role: follower or leader.
pub fn role_name(kind: ArmKind) -> &'static str {
    match kind {
        ArmKind::Follower => "follower",
        ArmKind::Leader => "leader",
    }
}

/// Leader or follower, by its name.
pub fn role_from_name(name: &str) -> Option<ArmKind> {
    match name {
        "follower" => Some(ArmKind::Follower),
        "leader" => Some(ArmKind::Leader),
        _ => None,
    }
}

fn write(entry: &mut Table, arm: &KnownArm) {
    let mut set = |key: &str, value: Option<Value>| match value {
        Some(value) => drop(entry.insert(key.to_owned(), value)),
        None => drop(entry.remove(key)),
    };
    let text = |text: &str| Some(Value::String(text.to_owned()));
    set("name", text(&arm.name));
    set("role", text(role_name(arm.role)));
    set("calibration_id", arm.id.as_deref().and_then(text));
    set(
        "adapter_serial",
        arm.adapter_serial.as_deref().and_then(text),
    );
    set("last_port", text(&arm.port));
    set("fingerprint", text(&arm.fingerprint.digest()));
    let motors = Joint::ALL.into_iter().filter_map(|joint| {
        let print = arm.fingerprint.0[joint.index()]?;
        let number = |value: i32| Value::Integer(i64::from(value));
        let (major, minor) = print.firmware;
        let mut motor = Table::new();
        for (key, value) in [
            ("joint", Value::String(joint.name().to_owned())),
            ("model", number(print.model)),
            ("firmware", Value::String(format!("{major}.{minor}"))),
            ("make", Value::String(format!("{:08x}", print.make))),
            ("homing_offset", number(print.homing_offset)),
            ("range_min", number(print.range_min)),
            ("range_max", number(print.range_max)),
        ] {
            motor.insert(key.to_owned(), value);
        }
        Some(Value::Table(motor))
    });
    let motors = Value::Array(motors.collect());
    entry.insert("motor".to_owned(), motors);
}

fn arm(entry: &Table) -> Result<KnownArm, String> {
    let text = |key: &str| entry.get(key).and_then(Value::as_str).map(str::to_owned);
    let name = text("name").ok_or("an arm has no name")?;
    let role = text("role")
        .as_deref()
        .and_then(role_from_name)
        .ok_or_else(|| format!("the role of “{name}” must be leader or follower"))?;
    let mut prints = [None; arms::JOINTS];
    let motors = entry.get("motor").and_then(Value::as_array);
    for motor in motors.into_iter().flatten() {
        let print = motor.as_table().and_then(|motor| {
            let joint = Joint::from_name(motor.get("joint")?.as_str()?)?;
            Some((joint, print(motor)?))
        });
        let (joint, print) =
            print.ok_or_else(|| format!("a motor of “{name}” is not as it must be"))?;
        prints[joint.index()] = Some(print);
    }
    Ok(KnownArm {
        role,
        id: text("calibration_id"),
        adapter_serial: text("adapter_serial"),
        port: text("last_port").unwrap_or_default(),
        fingerprint: Fingerprint(prints),
        name,
    })
}

fn print(motor: &Table) -> Option<MotorPrint> {
    let number = |key: &str| i32::try_from(motor.get(key)?.as_integer()?).ok();
    let (major, minor) = motor.get("firmware")?.as_str()?.split_once('.')?;
    Some(MotorPrint {
        model: number("model")?,
        firmware: (major.parse().ok()?, minor.parse().ok()?),
        make: u32::from_str_radix(motor.get("make")?.as_str()?, 16).ok()?,
        homing_offset: number("homing_offset")?,
        range_min: number("range_min")?,
        range_max: number("range_max")?,
    })
}
