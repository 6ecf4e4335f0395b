//! Which camera is which, also after it was plugged in again: by its serial number where that tells, else by its port.
//!
//! The kernel's numbers (`/dev/video0`) follow the order of plugging in; they are taken as a way to name a camera, never
//! as what it is.

use std::path::Path;

use super::sysfs::Node;
use crate::usb::found::{UsbPlace, Which};

/// What one camera is recognised by.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Likeness {
    /// In words, as a person may write it.
    pub(crate) identity: String,
    name: String,
    index: u32,
    parent: String,
    usb: Option<UsbPlace>,
    /// Whether its serial number is its own.
    own_serial: bool,
}

/// The likeness of each of `nodes`, in their order.
pub(crate) fn likenesses(nodes: &[Node]) -> Vec<Likeness> {
    let mut all: Vec<Likeness> = nodes
        .iter()
        .map(|node| {
            let twins = nodes.iter().filter(|other| twin(node, other)).count();
            let own_serial =
                twins == 1 && node.usb.as_ref().is_some_and(|usb| usb.serial.is_some());
            Likeness {
                identity: identity(node, own_serial),
                name: node.name.clone(),
                index: node.index,
                parent: node.parent.clone(),
                usb: node.usb.clone(),
                own_serial,
            }
        })
        .collect();
    // Virtual cameras may be equal in everything; then only their order is left.
    for at in 1..all.len() {
        let before = all[..at]
            .iter()
            .filter(|other| other.identity == all[at].identity)
            .count();
        if before > 0 {
            all[at].identity = format!("{}#{}", all[at].identity, before + 1);
        }
    }
    all
}

/// Whether two nodes could be told apart by nothing but their ports; also for a node and itself.
fn twin(a: &Node, b: &Node) -> bool {
    let told = |node: &Node| {
        let usb = node.usb.as_ref()?;
        Some((
            usb.vendor,
            usb.product,
            usb.serial.clone(),
            usb.interface,
            node.index,
        ))
    };
    told(a).is_some() && told(a) == told(b)
}

fn identity(node: &Node, own_serial: bool) -> String {
    let Some(usb) = &node.usb else {
        return format!(
            "{}@{}",
            node.name.replace(char::is_whitespace, "-"),
            node.parent
        );
    };
    let mut words = format!("usb-{:04x}:{:04x}", usb.vendor, usb.product);
    match &usb.serial {
        Some(serial) if own_serial => {
            words.push('-');
            words.extend(
                serial
                    .chars()
                    .map(|c| if c.is_ascii_graphic() { c } else { '-' }),
            );
        }
        _ => words.push_str(&format!("@{}", usb.port)),
    }
    if usb.interface != 0 {
        words.push_str(&format!(".{}", usb.interface));
    }
    words
}

impl Likeness {
    /// Whether `node` is the same camera. Where the serial number is not its own, it must be in the same port.
    fn is(&self, node: &Node) -> bool {
        if node.index != self.index {
            return false;
        }
        match (&self.usb, &node.usb) {
            (Some(mine), Some(its)) => {
                (mine.vendor, mine.product, &mine.serial, mine.interface)
                    == (its.vendor, its.product, &its.serial, its.interface)
                    && (self.own_serial || mine.port == its.port)
            }
            (None, None) => self.name == node.name && self.parent == node.parent,
            _ => false,
        }
    }

    /// The same camera among `nodes`; of several with its serial number, the one in its port.
    pub(crate) fn among<'a>(&self, nodes: &'a [Node]) -> Option<&'a Node> {
        let port = |node: &Node| node.usb.as_ref().map(|usb| usb.port.clone());
        let mine = self.usb.as_ref().map(|usb| usb.port.clone());
        let mut like: Vec<&Node> = nodes.iter().filter(|node| self.is(node)).collect();
        if like.len() > 1 {
            like.retain(|node| port(node) == mine);
        }
        match like[..] {
            [node] => Some(node),
            // Virtual ones, equal in everything: the one whose identity is mine.
            [first, ..] if self.usb.is_none() => likenesses(nodes)
                .iter()
                .zip(nodes)
                .find(|(other, _)| other.identity == self.identity)
                .map_or(Some(first), |(_, node)| Some(node)),
            _ => None,
        }
    }
}

/// The camera that is meant, among `nodes`.
pub(crate) fn meant(which: &Which, nodes: &[Node]) -> Option<Likeness> {
    let all = likenesses(nodes);
    let at = match which {
        Which::Number(number) => nodes.iter().position(|node| node.number == *number),
        Which::Path(path) => {
            let real = std::fs::canonicalize(path).unwrap_or_else(|_| path.clone());
            nodes.iter().position(|node| same(&node.path, &real))
        }
        Which::Identity(identity) => all
            .iter()
            .position(|likeness| likeness.identity.eq_ignore_ascii_case(identity))
            // As it is called while no camera with the same serial number is near, or by its port.
            .or_else(|| {
                let mut like = nodes.iter().enumerate().filter(|(_, node)| {
                    [true, false]
                        .into_iter()
                        .any(|own| self::identity(node, own).eq_ignore_ascii_case(identity))
                        && node.index == 0
                });
                match (like.next(), like.next()) {
                    (Some((at, _)), None) => Some(at),
                    _ => None,
                }
            }),
    };
    at.and_then(|at| all.into_iter().nth(at))
}

fn same(a: &Path, b: &Path) -> bool {
    a == b || std::fs::canonicalize(a).is_ok_and(|a| a == b)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn webcam(number: u32, port: &str, serial: Option<&str>) -> Node {
        Node {
            path: format!("/dev/video{number}").into(),
            number,
            name: "C270 HD WEBCAM".into(),
            index: 0,
            parent: format!("{port}:1.0"),
            usb: Some(UsbPlace {
                vendor: 0x046d,
                product: 0x0825,
                serial: serial.map(str::to_owned),
                port: port.into(),
                interface: 0,
                bus: 1,
                mbits: 480.0,
            }),
        }
    }

    fn loopback(number: u32, name: &str) -> Node {
        Node {
            path: format!("/dev/video{number}").into(),
            number,
            name: name.into(),
            index: 0,
            parent: "virtual".into(),
            usb: None,
        }
    }

    fn names(nodes: &[Node]) -> Vec<String> {
        likenesses(nodes)
            .into_iter()
            .map(|likeness| likeness.identity)
            .collect()
    }

    #[test]
    fn a_serial_number_names_a_camera_unless_it_is_shared_or_missing() {
        assert_eq!(names(&[webcam(0, "1-1", Some("A1"))]), ["usb-046d:0825-A1"]);
        assert_eq!(
            names(&[webcam(0, "1-1", Some("A1")), webcam(2, "1-2", Some("A1"))]),
            ["usb-046d:0825@1-1", "usb-046d:0825@1-2"]
        );
        assert_eq!(names(&[webcam(0, "1-1", None)]), ["usb-046d:0825@1-1"]);
        assert_eq!(
            names(&[loopback(4, "OBS Camera"), loopback(5, "OBS Camera")]),
            ["OBS-Camera@virtual", "OBS-Camera@virtual#2"]
        );
    }

    #[test]
    fn a_camera_is_found_again_by_its_serial_number_whatever_its_port_and_number() {
        let mine = meant(
            &Which::Number(0),
            &[webcam(0, "1-1", Some("A1")), webcam(2, "1-2", Some("B2"))],
        )
        .unwrap();
        let later = [webcam(0, "1-2", Some("B2")), webcam(5, "1-4.2", Some("A1"))];
        assert_eq!(mine.among(&later).map(|node| node.number), Some(5));
        assert_eq!(mine.among(&later[..1]), None);
    }

    #[test]
    fn a_twin_is_not_taken_for_a_camera_that_was_unplugged() {
        for serial in [Some("0001"), None] {
            let both = [webcam(0, "1-1", serial), webcam(2, "1-2", serial)];
            let mine = meant(&Which::Number(0), &both).unwrap();
            assert_eq!(mine.among(&both[1..]), None, "{serial:?}");
            let back = [webcam(2, "1-2", serial), webcam(7, "1-1", serial)];
            assert_eq!(mine.among(&back).map(|node| node.number), Some(7));
        }
        // The twin came later: then the port decides.
        let mine = meant(&Which::Number(0), &[webcam(0, "1-1", Some("0001"))]).unwrap();
        let both = [
            webcam(2, "1-2", Some("0001")),
            webcam(0, "1-1", Some("0001")),
        ];
        assert_eq!(mine.among(&both).map(|node| node.number), Some(0));
    }

    #[test]
    fn a_camera_may_be_named_by_number_path_and_identity() {
        let nodes = [webcam(0, "1-1", Some("A1")), webcam(2, "1-2", Some("B2"))];
        for (text, number) in [
            ("2", Some(2)),
            ("/dev/video2", Some(2)),
            ("usb-046d:0825-B2", Some(2)),
            ("USB-046D:0825-b2", Some(2)),
            ("usb-046d:0825@1-2", Some(2)),
            ("9", None),
            ("/dev/video9", None),
            ("usb-046d:0825-C3", None),
        ] {
            let found = meant(&Which::parse(text), &nodes)
                .and_then(|likeness| likeness.among(&nodes).map(|node| node.number));
            assert_eq!(found, number, "{text}");
        }
        // What it was called before its twin came no longer says which of the two.
        let twins = [webcam(0, "1-1", Some("A1")), webcam(2, "1-2", Some("A1"))];
        assert_eq!(meant(&Which::parse("usb-046d:0825-A1"), &twins), None);
    }
}
