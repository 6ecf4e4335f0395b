//! What Linux tells about video devices without opening them: which USB device each one is, where it is plugged in, and
//! how fast that is. Read from sysfs, whose place a test chooses.
//!
//! Not here: what a camera offers (`linux`), which of them is meant (`identity`).

use std::fs;
use std::path::{Path, PathBuf};

use crate::usb::found::UsbPlace;

/// Where the system's trees are.
#[derive(Debug, Clone)]
pub(crate) struct Sysfs {
    /// `/sys`.
    pub(crate) sys: PathBuf,
    /// `/dev`.
    pub(crate) dev: PathBuf,
}

impl Default for Sysfs {
    fn default() -> Self {
        Self {
            sys: "/sys".into(),
            dev: "/dev".into(),
        }
    }
}

/// A video device of the kernel's.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Node {
    /// What to open, such as `/dev/video0`.
    pub(crate) path: PathBuf,
    /// Its number there.
    pub(crate) number: u32,
    /// What the driver calls it.
    pub(crate) name: String,
    /// Which of its device's nodes it is: the second of a webcam carries no pictures.
    pub(crate) index: u32,
    /// What it is part of, for one that is not on USB.
    pub(crate) parent: String,
    /// Where it is plugged in.
    pub(crate) usb: Option<UsbPlace>,
}

impl Sysfs {
    /// All video devices, by number.
    pub(crate) fn nodes(&self) -> Vec<Node> {
        let Ok(entries) = fs::read_dir(self.sys.join("class/video4linux")) else {
            return Vec::new();
        };
        let mut nodes: Vec<Node> = entries
            .flatten()
            .filter_map(|entry| self.node(&entry.path()))
            .collect();
        nodes.sort_by_key(|node| node.number);
        nodes
    }

    fn node(&self, entry: &Path) -> Option<Node> {
        let file = entry.file_name()?.to_str()?;
        let number = file.strip_prefix("video")?.parse().ok()?;
        let device = fs::canonicalize(entry.join("device")).ok();
        Some(Node {
            path: self.dev.join(file),
            number,
            name: text(&entry.join("name")).map_or_else(|| file.to_owned(), said_once),
            index: text(&entry.join("index"))
                .and_then(|index| index.parse().ok())
                .unwrap_or(0),
            parent: device.as_deref().and_then(Path::file_name).map_or_else(
                || "virtual".to_owned(),
                |name| name.to_string_lossy().into_owned(),
            ),
            usb: device.as_deref().and_then(place),
        })
    }
}

/// The driver writes the device's name and its function's, which are often the same: `C270 WEBCAM: C270 WEBCAM`.
fn said_once(name: String) -> String {
    match name.split_once(": ") {
        Some((device, function)) if device.starts_with(function) => device.to_owned(),
        _ => name,
    }
}

/// The USB device that `device`, one of its interfaces, belongs to.
fn place(device: &Path) -> Option<UsbPlace> {
    let usb = device
        .ancestors()
        .find(|folder| folder.join("idVendor").is_file())?;
    let number =
        |name: &str| text(&usb.join(name)).and_then(|text| u16::from_str_radix(&text, 16).ok());
    let interface = device
        .ancestors()
        .take_while(|folder| *folder != usb)
        .find_map(|folder| text(&folder.join("bInterfaceNumber")))
        .and_then(|text| u8::from_str_radix(&text, 16).ok());
    Some(UsbPlace {
        vendor: number("idVendor")?,
        product: number("idProduct")?,
        serial: text(&usb.join("serial")),
        port: usb.file_name()?.to_string_lossy().into_owned(),
        interface: interface.unwrap_or(0),
        bus: text(&usb.join("busnum"))?.parse().ok()?,
        // A device whose speed is not told is taken for one of USB 2.0.
        mbits: text(&usb.join("speed"))
            .and_then(|speed| speed.parse().ok())
            .filter(|mbits: &f64| mbits.is_finite() && *mbits > 0.0)
            .unwrap_or(480.0),
    })
}

/// What a file says, without the end of its line; `None` when it says nothing.
fn text(path: &Path) -> Option<String> {
    let text = String::from_utf8_lossy(&fs::read(path).ok()?)
        .trim()
        .to_owned();
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
pub(crate) mod tests {
    use std::os::unix::fs::symlink;

    use proptest::prelude::*;

    use super::*;

    /// A webcam in a sysfs of a test's own.
    pub(crate) struct Webcam<'a> {
        pub(crate) port: &'a str,
        pub(crate) ids: (&'a str, &'a str),
        pub(crate) serial: Option<&'a str>,
        pub(crate) speed: &'a str,
        pub(crate) name: &'a str,
        pub(crate) numbers: &'a [u32],
    }

    impl Webcam<'_> {
        pub(crate) fn plug(&self, root: &Path) {
            let bus = self.port.split('-').next().unwrap();
            let usb = root.join("devices/pci0/usb").join(self.port);
            let interface = usb.join(format!("{}:1.0", self.port));
            fs::create_dir_all(&interface).unwrap();
            let serial = self.serial.map(|serial| ("serial", serial));
            for (file, says) in [
                ("idVendor", self.ids.0),
                ("idProduct", self.ids.1),
                ("busnum", bus),
                ("speed", self.speed),
            ]
            .into_iter()
            .chain(serial)
            {
                fs::write(usb.join(file), format!("{says}\n")).unwrap();
            }
            fs::write(interface.join("bInterfaceNumber"), "00\n").unwrap();
            for (index, number) in self.numbers.iter().enumerate() {
                let entry = interface.join(format!("video4linux/video{number}"));
                fs::create_dir_all(&entry).unwrap();
                fs::write(entry.join("name"), format!("{}\n", self.name)).unwrap();
                fs::write(entry.join("index"), format!("{index}\n")).unwrap();
                symlink(&interface, entry.join("device")).unwrap();
                let class = root.join("class/video4linux");
                fs::create_dir_all(&class).unwrap();
                symlink(&entry, class.join(format!("video{number}"))).unwrap();
            }
        }
    }

    pub(crate) fn sysfs(root: &Path) -> Sysfs {
        Sysfs {
            sys: root.into(),
            dev: "/dev".into(),
        }
    }

    #[test]
    fn a_webcam_is_known_by_its_device_and_its_port() {
        let root = tempfile::tempdir().unwrap();
        Webcam {
            port: "1-2.3",
            ids: ("046d", "0825"),
            serial: Some("A1B2"),
            speed: "480",
            name: "C270 HD WEBCAM: C270 HD WEBC",
            numbers: &[2, 3],
        }
        .plug(root.path());
        let nodes = sysfs(root.path()).nodes();
        assert_eq!(nodes.len(), 2);
        assert_eq!(nodes[0].path, Path::new("/dev/video2"));
        assert_eq!(nodes[0].name, "C270 HD WEBCAM");
        assert_eq!((nodes[0].index, nodes[1].index), (0, 1));
        assert_eq!(
            nodes[0].usb,
            Some(UsbPlace {
                vendor: 0x046d,
                product: 0x0825,
                serial: Some("A1B2".into()),
                port: "1-2.3".into(),
                interface: 0,
                bus: 1,
                mbits: 480.0,
            })
        );
    }

    proptest! {
        // Each case makes a tree of files.
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn a_device_may_say_anything_of_itself(
            serial in "\\PC{0,40}",
            ids in ("[0-9a-fx]{0,6}", "[0-9a-f]{4}"),
            speed in "[0-9.a-z-]{0,8}",
        ) {
            let root = tempfile::tempdir().unwrap();
            Webcam {
                port: "1-1",
                ids: (&ids.0, &ids.1),
                serial: Some(&serial),
                speed: &speed,
                name: &serial,
                numbers: &[0],
            }
            .plug(root.path());
            let nodes = sysfs(root.path()).nodes();
            prop_assert_eq!(nodes.len(), 1);
            prop_assert_eq!(nodes[0].usb.is_some(), u16::from_str_radix(&ids.0, 16).is_ok());
            if let Some(usb) = &nodes[0].usb {
                prop_assert!(usb.mbits > 0.0);
            }
        }
    }

    #[test]
    fn a_machine_without_cameras_and_a_tree_that_makes_no_sense_have_none() {
        let root = tempfile::tempdir().unwrap();
        assert_eq!(sysfs(root.path()).nodes(), []);
        for odd in ["videoX", "video", "radio0"] {
            fs::create_dir_all(root.path().join("class/video4linux").join(odd)).unwrap();
        }
        assert_eq!(sysfs(root.path()).nodes(), []);
    }
}
