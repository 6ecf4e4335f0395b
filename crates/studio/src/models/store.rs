//! The folder with networks: what is there, what may be fetched, and how it gets there.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use imaging::removal::{ModelSpec, Session};
use serde::Serialize;

use super::catalogue::{CATALOGUE, Known, Licence};
use super::custom::Custom;
use super::error::ModelError;
use super::fetch::{Job, Progress};
use super::import::sums_of;
use super::part::{file, forget, part_of};
use super::pins::{Pinned, Pins};
use crate::net::{Address, Cancel, NetError, Patience};

/// Where rembg's release with all files lies.
pub const ADDRESS: &str = "https://github.com/danielgatis/rembg/releases/download/v0.0.0";

/// Name of the environment variable that gives another address, for instance of a copy in a house without internet.
pub const ADDRESS_VARIABLE: &str = "TENDON_MODELS_ADDRESS";

/// Bytes that stay free on a disk, so that fetching a model does not stop everything else.
const SPARE: u64 = 64 << 20;

/// How long the server of files may take. Thirty seconds without a byte is a connection that is dead.
const PATIENCE: Patience = Patience {
    connect: Duration::from_secs(15),
    answer: Duration::from_secs(30),
    silence: Duration::from_secs(30),
    whole: None,
};

type Room = Box<dyn Fn(&Path) -> Option<u64> + Send + Sync>;

/// Networks on disk.
pub struct Store {
    pub(super) folder: PathBuf,
    catalogue: Vec<Known>,
    server: Result<Address, NetError>,
    patience: Patience,
    room: Room,
    pub(super) pins: Pins,
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store")
            .field("folder", &self.folder)
            .field("server", &self.server)
            .finish_non_exhaustive()
    }
}

/// Whether a network is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum State {
    /// Nothing of it.
    Absent,
    /// Some of it; fetching goes on from there where the server can.
    Partial {
        /// Bytes that are there.
        bytes: u64,
    },
    /// All of it.
    Present {
        /// Bytes of the file.
        bytes: u64,
        /// Whether its checksum was right when it came.
        checked: bool,
    },
    /// A file under its name that cannot be it.
    Broken {
        /// Bytes of the file.
        bytes: u64,
    },
}

/// One network and its state.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    /// Its name.
    pub name: String,
    /// What is known of it; nothing of a person's own.
    pub known: Option<Known>,
    /// How it is fed and read.
    pub spec: ModelSpec,
    /// Whether it is there.
    pub state: State,
    /// Where it is or would be.
    pub path: PathBuf,
}

/// What somebody should know before a network is fetched.
#[derive(Debug, Clone, PartialEq)]
pub struct Offer {
    /// Its name.
    pub name: &'static str,
    /// What may be done with it.
    pub licence: Licence,
    /// Where it comes from.
    pub address: String,
    /// Bytes of the file; roughly, where [`Known::exact`] says so.
    pub bytes: u64,
    /// Bytes that are there already.
    pub there: u64,
    /// Bytes that the disk has left, where the system tells.
    pub free: Option<u64>,
}

impl Offer {
    /// The person has seen the licence and wants the network.
    pub fn agreed(self) -> Agreed {
        Agreed(self)
    }
}

/// An offer that a person has said yes to.
#[derive(Debug, Clone, PartialEq)]
pub struct Agreed(Offer);

impl Store {
    /// Networks in this folder, fetched from [`ADDRESS`]. The folder is made when something comes into it.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        let folder = folder.into();
        Self {
            pins: Pins::new(&folder),
            folder,
            catalogue: CATALOGUE.to_vec(),
            server: Address::new(ADDRESS),
            patience: PATIENCE,
            room: Box::new(free),
        }
    }

    /// Fetched from another address, from the settings or [`ADDRESS_VARIABLE`].
    ///
    /// # Errors
    /// When it is no address.
    pub fn address(mut self, address: &str) -> Result<Self, NetError> {
        self.server = Ok(Address::new(address)?);
        Ok(self)
    }

    /// With another list of networks.
    #[must_use]
    pub fn catalogue(mut self, catalogue: impl Into<Vec<Known>>) -> Self {
        self.catalogue = catalogue.into();
        self
    }

    /// With other time-outs.
    #[must_use]
    pub fn patience(mut self, patience: Patience) -> Self {
        self.patience = patience;
        self
    }

    /// With another way to find out how many bytes a folder's disk has left.
    #[must_use]
    pub fn room(mut self, room: impl Fn(&Path) -> Option<u64> + Send + Sync + 'static) -> Self {
        self.room = Box::new(room);
        self
    }

    /// Where networks lie.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    fn known(&self, name: &str) -> Option<&Known> {
        self.catalogue.iter().find(|known| known.name == name)
    }

    pub(super) fn named(&self, name: &str) -> Result<&Known, ModelError> {
        self.known(name).ok_or_else(|| self.unknown(name))
    }

    fn unknown(&self, name: &str) -> ModelError {
        let names: Vec<String> = self.list().into_iter().map(|listed| listed.name).collect();
        ModelError::Unknown {
            name: name.chars().take(100).collect(),
            known: names.join(", "),
        }
    }

    /// All networks: the known ones in the catalogue's order, then a person's own in this folder by name.
    pub fn list(&self) -> Vec<Listed> {
        let pins = self.pins.read();
        let known = self.catalogue.iter().map(|known| Listed {
            name: known.name.to_owned(),
            known: Some(*known),
            spec: known.spec(),
            state: self.state_of(known, &pins),
            path: self.folder.join(known.file),
        });
        known.chain(self.own(&pins)).collect()
    }

    /// A person's own networks in this folder. A file whose description cannot be used is left out, with a line in the log.
    fn own(&self, pins: &Pinned) -> Vec<Listed> {
        let mut own = Vec::new();
        let entries = std::fs::read_dir(&self.folder).into_iter().flatten();
        for path in entries.flatten().map(|entry| entry.path()) {
            let onnx = path.extension().is_some_and(|ending| ending == "onnx");
            let name = path.file_name().and_then(|name| name.to_str());
            let (true, Some(name)) = (onnx, name) else {
                continue;
            };
            if self.catalogue.iter().any(|known| known.file == name) {
                continue;
            }
            match Custom::read(&path) {
                Ok(custom) => own.push(Listed {
                    name: custom.spec.name.clone(),
                    known: None,
                    spec: custom.spec,
                    state: present(&path, name, pins).unwrap_or(State::Absent),
                    path,
                }),
                Err(error) => tracing::warn!("{} is not offered: {error}", path.display()),
            }
        }
        own.sort_by(|a, b| a.name.cmp(&b.name));
        own
    }

    fn state_of(&self, known: &Known, pins: &Pinned) -> State {
        let path = self.folder.join(known.file);
        match present(&path, known.file, pins) {
            Some(State::Present { bytes, .. }) if known.exact && bytes != known.bytes => {
                State::Broken { bytes }
            }
            Some(state) => state,
            None => match std::fs::metadata(part_of(&path)) {
                Ok(part) if part.len() > 0 => State::Partial { bytes: part.len() },
                _ => State::Absent,
            },
        }
    }

    /// What to show a person before a network is fetched.
    ///
    /// # Errors
    /// When there is none of this name, it does not run here, or the address is none.
    pub fn offer(&self, name: &str) -> Result<Offer, ModelError> {
        let known = self.named(name)?;
        if let Some(why) = known.elsewhere {
            return Err(ModelError::Elsewhere {
                name: known.name.to_owned(),
                why,
            });
        }
        let server = self.server.as_ref().map_err(NetError::clone)?;
        let there = match self.state_of(known, &self.pins.read()) {
            State::Partial { bytes } | State::Present { bytes, .. } => bytes,
            State::Absent | State::Broken { .. } => 0,
        };
        Ok(Offer {
            name: known.name,
            licence: known.licence,
            address: server.below(&format!("/{}", known.file)),
            bytes: known.bytes,
            there,
            free: (self.room)(&self.folder),
        })
    }

    /// Fetches a network, on this thread: minutes, for a large one. `tell` is told how far it is, after every piece. What
    /// was there already is kept when this ends early, and the next call goes on from it.
    ///
    /// # Errors
    /// When the disk has no room, the server cannot be reached, gives something else or less than it should, it is
    /// fetched elsewhere at the same time, or it was called off.
    pub fn fetch(
        &self,
        agreed: &Agreed,
        cancel: &Cancel,
        tell: &mut dyn FnMut(Progress),
    ) -> Result<PathBuf, ModelError> {
        let known = self.named(agreed.0.name)?;
        let place = self.folder.join(known.file);
        std::fs::create_dir_all(&self.folder)
            .map_err(file("making the folder for models", &self.folder))?;
        match self.state_of(known, &self.pins.read()) {
            State::Present { checked: true, .. } => return Ok(place),
            // Somebody put it there: if it is the right one, nothing is to be fetched.
            State::Present { checked: false, .. } if self.verify(known.name).is_ok() => {
                return Ok(place);
            }
            _ => {}
        }
        let room = |bytes| self.fits(known.name, bytes);
        let job = Job {
            known,
            server: self.server.as_ref().map_err(NetError::clone)?,
            place: place.clone(),
            patience: self.patience,
            cancel,
            room: &room,
        };
        let (sums, whole) = job.run(tell)?;
        if let Err(error) = self.pins.keep(known.file, known.name, whole.len, &sums) {
            whole.forget();
            return Err(error);
        }
        whole.finish(&place)?;
        Ok(place)
    }

    pub(super) fn fits(&self, name: &str, bytes: u64) -> Result<(), ModelError> {
        let needed = bytes.saturating_add(SPARE);
        match (self.room)(&self.folder) {
            Some(free) if free < needed => Err(ModelError::NoRoom {
                name: name.to_owned(),
                needed,
                free,
                folder: self.folder.clone(),
            }),
            _ => Ok(()),
        }
    }

    /// Reads a network's file again and compares it with what it was when it came, or should be.
    ///
    /// # Errors
    /// When it is not there, cannot be read, or is something else by now.
    pub fn verify(&self, name: &str) -> Result<(), ModelError> {
        let listed = self.listed(name)?;
        let sums = sums_of(&listed.path)?;
        let expected = listed
            .known
            .and_then(|known| sums.instead_of(known.checksum));
        if let Some((expected, found)) = expected {
            return Err(ModelError::Checksum {
                name: listed.name,
                expected,
                found,
            });
        }
        let file_name = listed.path.file_name().and_then(|name| name.to_str());
        let file_name = file_name.unwrap_or_default().to_owned();
        self.pins
            .keep(&file_name, &listed.name, length(&listed.path)?, &sums)
    }

    /// Removes a network's file, what was fetched of it so far, and its description where it has one.
    ///
    /// # Errors
    /// When there is none of this name, or the file cannot be removed.
    pub fn remove(&self, name: &str) -> Result<(), ModelError> {
        let listed = self.list().into_iter().find(|listed| listed.name == name);
        let listed = listed.ok_or_else(|| self.unknown(name))?;
        match std::fs::remove_file(&listed.path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(file("removing the model", &listed.path)(error));
            }
            _ => {}
        }
        forget(&part_of(&listed.path));
        if listed.known.is_none() {
            std::fs::remove_file(Custom::description(&listed.path)).ok();
        }
        let name = listed.path.file_name().and_then(|name| name.to_str());
        self.pins.forget(name.unwrap_or_default())
    }

    fn listed(&self, name: &str) -> Result<Listed, ModelError> {
        let listed = self.list().into_iter().find(|listed| listed.name == name);
        let listed = listed.ok_or_else(|| self.unknown(name))?;
        match listed.state {
            State::Present { .. } => Ok(listed),
            State::Broken { bytes } => Err(ModelError::Length {
                expected: listed.known.map_or(0, |known| known.bytes),
                got: bytes,
                name: listed.name,
            }),
            State::Absent | State::Partial { .. } => {
                Err(ModelError::NotThere { name: listed.name })
            }
        }
    }

    /// A network of this folder, to be read when it is first needed.
    ///
    /// # Errors
    /// When there is none of this name, it is not here, or it does not run here.
    pub fn session(&self, name: &str) -> Result<Session, ModelError> {
        if let Some(why) = self.known(name).and_then(|known| known.elsewhere) {
            let name = name.to_owned();
            return Err(ModelError::Elsewhere { name, why });
        }
        let listed = self.listed(name)?;
        Ok(Session::new(listed.spec, &listed.path)?)
    }
}

fn present(path: &Path, name: &str, pins: &Pinned) -> Option<State> {
    let found = std::fs::metadata(path)
        .ok()
        .filter(|found| found.is_file())?;
    let bytes = found.len();
    let checked = pins.get(name).is_some_and(|pin| pin.bytes == bytes);
    Some(State::Present { bytes, checked })
}

pub(super) fn length(path: &Path) -> Result<u64, ModelError> {
    std::fs::metadata(path)
        .map(|found| found.len())
        .map_err(file("looking at the model", path))
}

/// Bytes that the disk of the nearest folder that exists has left for this person.
#[cfg(unix)]
fn free(folder: &Path) -> Option<u64> {
    let disk = folder
        .ancestors()
        .find_map(|above| rustix::fs::statvfs(above).ok())?;
    Some(disk.f_bavail.saturating_mul(disk.f_frsize))
}

/// This system is not asked; a full disk shows while writing.
#[cfg(not(unix))]
fn free(_folder: &Path) -> Option<u64> {
    None
}
