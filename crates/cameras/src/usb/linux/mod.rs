//! Cameras of Linux, straight from the kernel's driver through `v4l`.
//!
//! Every wait has an end: the descriptor is polled, and a picture is only fetched when it is there. A camera that is
//! pulled out wakes the poll and fails the fetch.
//! Not here: which device file is which camera (`sysfs`, `identity`).

mod held;
mod identity;
mod offers;
mod stream;
mod sysfs;

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};

use v4l::capability::Flags;
use v4l::control::{Flags as ControlFlags, MenuItem, Type, Value};
use v4l::{Control as Written, Device as V4l};

use self::identity::{Likeness, likenesses, meant};
use self::stream::Stream;
use self::sysfs::{Node, Sysfs};
use crate::config::{CameraConfig, ControlSetting};
use crate::device::{Device, OpenDevice, Opened};
use crate::error::CameraError;
use crate::status::Trouble;
use crate::usb::bandwidth::Load;
use crate::usb::controls::{Control, ControlKind, name_from_label, plan};
use crate::usb::found::{Found, Which};
use crate::usb::modes::choose;

/// See [`crate::usb::find`].
pub(crate) fn find() -> Vec<Found> {
    let nodes = Sysfs::default().nodes();
    likenesses(&nodes)
        .into_iter()
        .zip(&nodes)
        .filter_map(|(likeness, node)| look(&likeness, node))
        .collect()
}

/// See [`crate::usb::open`].
pub(crate) fn open(which: Which, config: &CameraConfig) -> Box<dyn OpenDevice> {
    Box::new(Way {
        which,
        config: config.clone(),
        likeness: None,
        sysfs: Sysfs::default(),
    })
}

/// See [`crate::usb::loads`].
pub(crate) fn load(which: &Which, config: &CameraConfig) -> Result<Option<Load>, CameraError> {
    let nodes = Sysfs::default().nodes();
    let node = meant(which, &nodes)
        .and_then(|likeness| likeness.among(&nodes).cloned())
        .ok_or_else(|| not_found(&which.to_string(), &nodes))?;
    let Some(usb) = &node.usb else {
        return Ok(None);
    };
    let device = device(&node)?;
    let offers = offers::offers(&device)
        .map_err(|source| system(&node.name, "asking what it offers", source))?;
    let modes: Vec<_> = offers.iter().map(|offer| offer.mode).collect();
    Ok(Some(Load {
        name: config.key.clone(),
        bus: usb.bus,
        mbits: usb.mbits,
        mode: choose(&node.name, config, &modes)?,
    }))
}

/// What a list shows of a node; `None` for one that carries no pictures.
fn look(likeness: &Likeness, node: &Node) -> Option<Found> {
    let mut found = Found {
        identity: likeness.identity.clone(),
        name: node.name.clone(),
        device: node.path.display().to_string(),
        number: node.number,
        usb: node.usb.clone(),
        modes: Vec::new(),
        controls: Vec::new(),
        trouble: None,
    };
    match device(node) {
        Ok(device) => {
            if !carries_pictures(&device) {
                return None;
            }
            match offers::offers(&device) {
                Ok(offers) => found.modes = offers.into_iter().map(|offer| offer.mode).collect(),
                Err(source) => {
                    found.trouble = Some(Trouble::from(&system(
                        &node.name,
                        "asking what it offers",
                        source,
                    )));
                }
            }
            found.controls = controls(&device).unwrap_or_default();
        }
        // Of a node that may not be opened only its place among its device's tells what it is for.
        Err(_) if node.index > 0 => return None,
        Err(error) => found.trouble = Some(Trouble::from(&error)),
    }
    Some(found)
}

/// `v4l` panics at names that are not UTF-8 and at kinds of controls that it does not know.
fn guarded<T>(ask: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    catch_unwind(AssertUnwindSafe(ask)).unwrap_or_else(|_| {
        Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "the camera tells nonsense of itself",
        ))
    })
}

fn carries_pictures(device: &V4l) -> bool {
    guarded(|| device.query_caps()).map_or(true, |caps| {
        caps.capabilities
            .contains(Flags::VIDEO_CAPTURE | Flags::STREAMING)
    })
}

fn device(node: &Node) -> Result<V4l, CameraError> {
    V4l::with_path(&node.path).map_err(|source| refused(node, "opening it", source))
}

/// What the system meant by refusing something.
fn refused(node: &Node, what: &str, source: io::Error) -> CameraError {
    let name = node.name.clone();
    // Numbers of `errno`, which `io::ErrorKind` does not name: ENXIO 6, ENODEV 19, ENOSPC 28.
    match (source.kind(), source.raw_os_error()) {
        (io::ErrorKind::PermissionDenied, _) => CameraError::NoPermission {
            name,
            path: node.path.display().to_string(),
        },
        (io::ErrorKind::ResourceBusy, _) => CameraError::Busy { name },
        (_, Some(28)) => CameraError::NoBandwidth { name },
        (io::ErrorKind::NotFound, _) | (_, Some(6 | 19)) => CameraError::Lost { name, source },
        _ => system(&name, what, source),
    }
}

fn system(name: &str, what: &str, source: io::Error) -> CameraError {
    CameraError::System {
        name: name.to_owned(),
        what: format!("{what} failed"),
        source,
    }
}

fn not_found(wanted: &str, nodes: &[Node]) -> CameraError {
    CameraError::NotFound {
        wanted: wanted.to_owned(),
        there: likenesses(nodes)
            .into_iter()
            .zip(nodes)
            .filter(|(_, node)| node.index == 0)
            .map(|(likeness, node)| {
                format!(
                    "{}  {}, {}",
                    likeness.identity,
                    node.name,
                    node.path.display()
                )
            })
            .collect(),
    }
}

/// The way to one camera.
struct Way {
    which: Which,
    config: CameraConfig,
    /// Known once it was there.
    likeness: Option<Likeness>,
    sysfs: Sysfs,
}

impl OpenDevice for Way {
    fn open(&mut self) -> Result<Box<dyn Device>, CameraError> {
        held::CAMERAS.let_go();
        let nodes = self.sysfs.nodes();
        let likeness = match &self.likeness {
            Some(likeness) => likeness.clone(),
            None => meant(&self.which, &nodes)
                .ok_or_else(|| not_found(&self.which.to_string(), &nodes))?,
        };
        let node = likeness
            .among(&nodes)
            .ok_or_else(|| not_found(&likeness.identity, &nodes))?;
        let device = device(node)?;
        if !carries_pictures(&device) {
            return Err(CameraError::NotFound {
                wanted: format!(
                    "{} ({}, which carries no pictures)",
                    self.which,
                    node.path.display()
                ),
                there: find()
                    .into_iter()
                    .map(|found| format!("{}  {}, {}", found.identity, found.name, found.device))
                    .collect(),
            });
        }
        let identity = likeness.identity.clone();
        self.likeness = Some(likeness);
        let ours = held::CAMERAS.has(&identity);
        self.take(node, identity, device)
            .map_err(|error| match error {
                CameraError::Busy { name } if ours => CameraError::Held { name },
                error => error,
            })
    }

    fn describe(&self) -> String {
        match &self.likeness {
            Some(likeness) => likeness.identity.clone(),
            None => self.which.to_string(),
        }
    }

    fn another(&self) -> Option<Box<dyn OpenDevice>> {
        Some(Box::new(Self {
            which: self.which.clone(),
            config: self.config.clone(),
            likeness: self.likeness.clone(),
            sysfs: self.sysfs.clone(),
        }))
    }
}

impl Way {
    fn take(
        &self,
        node: &Node,
        identity: String,
        device: V4l,
    ) -> Result<Box<dyn Device>, CameraError> {
        let offers = offers::offers(&device)
            .map_err(|source| refused(node, "asking what it offers", source))?;
        let modes: Vec<_> = offers.iter().map(|offer| offer.mode).collect();
        let mode = choose(&node.name, &self.config, &modes)?;
        let interval = offers
            .iter()
            .find(|offer| offer.mode == mode)
            .map(|offer| offer.interval)
            .unwrap_or_default();
        offers::agree(&device, mode, interval)
            .map_err(|source| refused(node, "setting size and rate", source))?
            .map_err(|given| CameraError::Disobeys {
                name: node.name.clone(),
                wanted: mode.to_string(),
                given,
            })?;
        for setting in &self.config.controls {
            set(&device, &node.name, setting)?;
        }
        let info = Opened {
            format: mode.format,
            size: mode.size,
            fps: mode.fps,
            name: node.name.clone(),
            identity,
        };
        let stream = Stream::start(device, info)
            .map_err(|source| refused(node, "starting its stream", source))?;
        Ok(Box::new(stream))
    }
}

/// Everything that can be set, with what it is now.
fn controls(device: &V4l) -> io::Result<Vec<Control>> {
    let described = guarded(|| device.query_controls())?;
    let controls = described.into_iter().filter_map(|described| {
        if described.flags.contains(ControlFlags::DISABLED) {
            return None;
        }
        let kind = match described.typ {
            Type::Integer | Type::Integer64 => ControlKind::Number {
                min: described.minimum,
                max: described.maximum,
                step: described.step,
            },
            Type::Boolean => ControlKind::Switch,
            Type::Menu | Type::IntegerMenu => ControlKind::Menu(
                described
                    .items
                    .unwrap_or_default()
                    .into_iter()
                    .map(|(number, item)| {
                        let words = match item {
                            MenuItem::Name(words) => words,
                            MenuItem::Value(value) => value.to_string(),
                        };
                        (i64::from(number), words)
                    })
                    .collect(),
            ),
            _ => return None,
        };
        let write_only = described.flags.contains(ControlFlags::WRITE_ONLY);
        Some(Control {
            id: described.id,
            name: name_from_label(&described.name),
            kind,
            default: described.default,
            value: if write_only {
                None
            } else {
                read(device, described.id)
            },
            read_only: described.flags.contains(ControlFlags::READ_ONLY),
            inactive: described.flags.contains(ControlFlags::INACTIVE),
        })
    });
    Ok(controls.collect())
}

fn read(device: &V4l, id: u32) -> Option<i64> {
    match guarded(|| device.control(id)).ok()?.value {
        Value::Integer(number) => Some(number),
        Value::Boolean(on) => Some(i64::from(on)),
        _ => None,
    }
}

/// Sets one control and reads it back.
fn set(device: &V4l, name: &str, setting: &ControlSetting) -> Result<(), CameraError> {
    // Asked for anew each time: one control switches others on and off.
    let there = controls(device).unwrap_or_default();
    let refused = |why: String| CameraError::Control {
        name: name.to_owned(),
        control: setting.name.clone(),
        value: setting.value.to_string(),
        why,
        there: there.iter().map(Control::to_string).collect(),
    };
    for (id, value) in plan(&there, setting).map_err(&refused)? {
        let write = Written {
            id,
            value: Value::Integer(value),
        };
        device
            .set_control(write)
            .map_err(|source| refused(source.to_string()))?;
        if let Some(now) = read(device, id)
            && now != value
        {
            return Err(refused(format!("it stays at {now}")));
        }
    }
    Ok(())
}
