//! What motor set-up remembers: which motors are done, and what each was before, so that it can be resumed and undone.
//!
//! One file for all adapters. An entry is written before its motor is, so that a power cut at any moment leaves the
//! way back on disk. Not here: what is written to motors (`motors::setup`).

use std::path::PathBuf;

use arms::Joint;
use motors::MotorId;
use motors::setup::Identity;
use protocol::Failure;
use serde::{Deserialize, Serialize};

use crate::kept;

/// Version of the file's shape.
const VERSION: u32 = 1;

/// The file, and what is in it.
#[derive(Debug)]
pub(crate) struct Progress {
    path: PathBuf,
    notes: Notes,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Notes {
    version: u32,
    #[serde(default)]
    motor: Vec<Note>,
}

/// One motor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Note {
    /// Serial number of the adapter, or the port's path where it has none.
    adapter: String,
    joint: String,
    /// Whether it was written and read back to the end.
    pub done: bool,
    /// Only the way back counts: the joint is to be done again, perhaps with another motor.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub anew: bool,
    former_id: u8,
    former_baud: u32,
    former_baud_code: i32,
    former_return_delay: i32,
    former_response_level: i32,
}

impl Note {
    pub(crate) fn joint(&self) -> Option<Joint> {
        Joint::from_name(&self.joint)
    }

    /// What the motor was before.
    pub(crate) fn former(&self) -> Identity {
        Identity {
            id: MotorId(self.former_id),
            baud: self.former_baud,
            baud_code: self.former_baud_code,
            return_delay: self.former_return_delay,
            response_level: self.former_response_level,
        }
    }
}

impl Progress {
    /// Reads the file; none is an empty one.
    ///
    /// # Errors
    /// When it cannot be read or makes no sense.
    pub(crate) fn load(path: PathBuf) -> Result<Self, Failure> {
        let notes = match kept::read(&path)? {
            None => Notes {
                version: VERSION,
                motor: Vec::new(),
            },
            Some(text) => {
                let notes: Notes =
                    toml::from_str(&text).map_err(|why| kept::damaged(&path, why))?;
                if notes.version > VERSION {
                    return Err(kept::damaged(
                        &path,
                        format!("it is of version {}, from a newer Tendon", notes.version),
                    ));
                }
                notes
            }
        };
        Ok(Self { path, notes })
    }

    /// The notes of an adapter, the oldest first.
    pub(crate) fn of<'a>(&'a self, adapter: &'a str) -> impl Iterator<Item = &'a Note> {
        self.notes
            .motor
            .iter()
            .filter(move |note| note.adapter == adapter)
    }

    /// The note of a joint's motor.
    pub(crate) fn note(&self, adapter: &str, joint: Joint) -> Option<&Note> {
        self.notes
            .motor
            .iter()
            .find(|note| note.adapter == adapter && note.joint == joint.name())
    }

    /// Notes what a motor was or that it is done, in place of what was noted before, and saves.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub(crate) fn put(
        &mut self,
        adapter: &str,
        joint: Joint,
        former: Identity,
        done: bool,
    ) -> Result<(), Failure> {
        self.drop_note(adapter, joint);
        self.notes.motor.push(Note {
            adapter: adapter.to_owned(),
            joint: joint.name().to_owned(),
            done,
            anew: false,
            former_id: former.id.0,
            former_baud: former.baud,
            former_baud_code: former.baud_code,
            former_return_delay: former.return_delay,
            former_response_level: former.response_level,
        });
        self.save()
    }

    /// Forgets one motor, and saves.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub(crate) fn forget(&mut self, adapter: &str, joint: Joint) -> Result<(), Failure> {
        self.drop_note(adapter, joint);
        self.save()
    }

    /// Has these joints of an adapter done again, and saves. What their motors were before stays, for the way back.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub(crate) fn begin_anew(&mut self, adapter: &str, joints: &[Joint]) -> Result<(), Failure> {
        let mut changed = false;
        for note in &mut self.notes.motor {
            let meant = note.joint().is_some_and(|joint| joints.contains(&joint));
            if note.adapter == adapter && meant && !note.anew {
                (note.done, note.anew, changed) = (false, true, true);
            }
        }
        if changed { self.save() } else { Ok(()) }
    }

    fn drop_note(&mut self, adapter: &str, joint: Joint) {
        self.notes
            .motor
            .retain(|note| note.adapter != adapter || note.joint != joint.name());
    }

    fn save(&self) -> Result<(), Failure> {
        let text = toml::to_string(&self.notes).map_err(|why| kept::damaged(&self.path, why))?;
        kept::write(&self.path, &format!("{HEAD}{text}"))
    }
}

const HEAD: &str = "\
# What `tendon setup-motors` has done: for each motor what it was before, for --undo.
";
