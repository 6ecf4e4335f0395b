//! Bus adapters that are plugged in and have no serial port, and programs that take ports away.
//!
//! Linux's braille driver brltty takes every CH340 for a braille display and lets go of its port; ModemManager talks
//! to new ports for some seconds. Reads `/sys`, `/proc` and the rules of the device manager; changes nothing.

use std::fs;
use std::path::Path;

use motors::ports::ARM_ADAPTERS;

/// Where the rules of brltty lie, by distribution.
const BRLTTY_RULES: [&str; 4] = [
    "usr/lib/udev/rules.d/85-brltty.rules",
    "lib/udev/rules.d/85-brltty.rules",
    "usr/lib/udev/rules.d/90-brltty-device.rules",
    "lib/udev/rules.d/90-brltty-device.rules",
];

/// An adapter without a serial port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Portless {
    /// USB vendor and product id.
    pub vid_pid: (u16, u16),
    /// Its chip.
    pub chip: &'static str,
    /// Whether brltty is on this machine, which is then the likeliest reason.
    pub brltty: bool,
}

/// Programs that are known to take ports away from others.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Meddlers {
    /// The braille driver runs, or its rules are installed.
    pub brltty: bool,
    /// ModemManager runs.
    pub modem_manager: bool,
}

impl Portless {
    /// What is wrong, in words.
    pub fn message(&self) -> String {
        let (vid, pid) = self.vid_pid;
        let why = if self.brltty {
            "the braille driver brltty has probably taken it"
        } else {
            "the system has no driver for it, or the driver let go"
        };
        format!(
            "a {} adapter ({vid:04x}:{pid:04x}) is plugged in but has no serial port: {why}",
            self.chip
        )
    }

    /// What the person can do about it.
    pub fn remedy(&self) -> &'static str {
        if self.brltty {
            "Unless you use a braille display: sudo apt remove brltty, then plug the adapter in again."
        } else {
            "Plug it in again. If it stays: load the driver (sudo modprobe ch341, cp210x, ftdi_sio or cdc_acm)."
        }
    }
}

/// Adapters of this machine that have no serial port.
pub fn portless() -> Vec<Portless> {
    portless_under(Path::new("/"), meddlers().brltty)
}

/// Programs of this machine that take ports away.
pub fn meddlers() -> Meddlers {
    meddlers_under(Path::new("/"))
}

fn meddlers_under(root: &Path) -> Meddlers {
    let running = |name: &str| {
        entries(&root.join("proc")).any(|process| {
            fs::read_to_string(process.join("comm")).is_ok_and(|it| it.trim() == name)
        })
    };
    Meddlers {
        brltty: running("brltty") || BRLTTY_RULES.iter().any(|rules| root.join(rules).is_file()),
        // The kernel cuts a name after fifteen characters; this one is shorter.
        modem_manager: running("ModemManager"),
    }
}

fn portless_under(root: &Path, brltty: bool) -> Vec<Portless> {
    let devices = root.join("sys/bus/usb/devices");
    let number = |device: &Path, name: &str| {
        let text = fs::read_to_string(device.join(name)).ok()?;
        u16::from_str_radix(text.trim(), 16).ok()
    };
    let mut found = Vec::new();
    for device in entries(&devices) {
        let ids = number(&device, "idVendor").zip(number(&device, "idProduct"));
        let Some((vid, pid, chip)) = ids.and_then(|ids| {
            ARM_ADAPTERS
                .into_iter()
                .find(|(vid, pid, _)| (*vid, *pid) == ids)
        }) else {
            continue;
        };
        let has_port = entries(&device).any(|interface| has_tty(&interface));
        if !has_port {
            found.push(Portless {
                vid_pid: (vid, pid),
                chip,
                brltty,
            });
        }
    }
    found
}

/// Whether an interface of a device holds a serial port: `ttyUSB0` in it, or `tty/ttyACM0`.
fn has_tty(interface: &Path) -> bool {
    entries(interface).any(|entry| {
        let name = entry.file_name().and_then(|name| name.to_str());
        name.is_some_and(|name| name.starts_with("ttyUSB"))
            || (name == Some("tty") && entries(&entry).next().is_some())
    })
}

fn entries(folder: &Path) -> impl Iterator<Item = std::path::PathBuf> + use<> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.path())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn device(root: &Path, name: &str, ids: (&str, &str)) -> std::path::PathBuf {
        let device = root.join("sys/bus/usb/devices").join(name);
        fs::create_dir_all(&device).unwrap();
        fs::write(device.join("idVendor"), format!("{}\n", ids.0)).unwrap();
        fs::write(device.join("idProduct"), format!("{}\n", ids.1)).unwrap();
        device
    }

    #[test]
    fn an_adapter_that_brltty_took_is_named_and_others_are_left_alone() {
        let root = tempfile::tempdir().unwrap();
        let root = root.path();
        assert_eq!(portless_under(root, false), []);
        let usb = device(root, "1-2", ("1a86", "7523"));
        fs::create_dir_all(usb.join("1-2:1.0/ttyUSB0")).unwrap();
        let acm = device(root, "1-3", ("1a86", "55d3"));
        fs::create_dir_all(acm.join("1-3:1.0/tty/ttyACM0")).unwrap();
        device(root, "1-4", ("046d", "c52b"));
        assert_eq!(portless_under(root, false), []);
        fs::remove_dir_all(usb.join("1-2:1.0/ttyUSB0")).unwrap();
        assert!(!meddlers_under(root).brltty);
        let rules = root.join(BRLTTY_RULES[0]);
        fs::create_dir_all(rules.parent().unwrap()).unwrap();
        fs::write(rules, "").unwrap();
        fs::create_dir_all(root.join("proc/77")).unwrap();
        fs::write(root.join("proc/77/comm"), "ModemManager\n").unwrap();
        let meddlers = meddlers_under(root);
        assert!(meddlers.brltty && meddlers.modem_manager);
        let found = portless_under(root, meddlers.brltty);
        assert_eq!(
            found.iter().map(Portless::message).collect::<Vec<_>>(),
            [
                "a CH340 adapter (1a86:7523) is plugged in but has no serial port: the braille driver brltty has probably taken it"
            ]
        );
        assert!(found[0].remedy().contains("apt remove brltty"));
        assert!(portless_under(root, false)[0].remedy().contains("ch341"));
    }
}
