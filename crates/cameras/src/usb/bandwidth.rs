//! Whether the pictures of several cameras fit through the USB buses that they share, before any of them is started.
//!
//! Not here: asking the system which camera is on which bus (`sysfs`).

use std::fmt;

use pixels::PixelFormat;

use crate::device::Mode;
use crate::usb::modes::rounded;

/// Bits per pixel that an MJPG camera is taken to send. A 640x480 picture with much in it was measured at 1.35; this
/// leaves room for more.
pub const MJPG_BITS_PER_PIXEL: f64 = 2.0;

/// From this share of a bus on a person is warned: cameras reserve more than they send, in coarse steps.
const TIGHT: f64 = 0.6;

/// What one camera wants of its bus.
#[derive(Debug, Clone, PartialEq)]
pub struct Load {
    /// The camera's name.
    pub name: String,
    /// Its bus.
    pub bus: u32,
    /// Speed of its connection in Mbit/s.
    pub mbits: f64,
    /// What it is to send.
    pub mode: Mode,
}

impl Load {
    /// Bytes per second: exact for plain layouts, [`MJPG_BITS_PER_PIXEL`] for MJPG.
    pub fn bytes_per_second(&self) -> f64 {
        let picture = match self.mode.format.bytes(self.mode.size) {
            Some(bytes) => bytes as f64,
            None => self.mode.size.pixels() as f64 * MJPG_BITS_PER_PIXEL / 8.0,
        };
        picture * self.mode.fps.get()
    }
}

/// Cameras that want much, or more than there is, of one bus.
#[derive(Debug, Clone, PartialEq)]
pub struct Crowded {
    /// The bus.
    pub bus: u32,
    /// Its speed in Mbit/s.
    pub mbits: f64,
    /// Who wants how many bytes per second of it.
    pub cameras: Vec<Load>,
    /// Bytes per second that the bus carries for cameras.
    pub room: f64,
}

impl Crowded {
    /// Bytes per second that they want together.
    pub fn wanted(&self) -> f64 {
        self.cameras.iter().map(Load::bytes_per_second).sum()
    }

    /// Whether they cannot fit, so that recording must not begin; otherwise it is only tight.
    pub fn impossible(&self) -> bool {
        self.wanted() > self.room
    }

    /// What to change.
    pub fn remedy(&self) -> String {
        let plain: Vec<&str> = self
            .cameras
            .iter()
            .filter(|load| load.mode.format != PixelFormat::Mjpg)
            .map(|load| load.name.as_str())
            .collect();
        let mut ways = Vec::new();
        if !plain.is_empty() {
            ways.push(format!("choose MJPG for {}", plain.join(" and ")));
        }
        if self.cameras.len() > 1 {
            ways.push(
                "plug one camera into a port of another controller (not into the same hub)"
                    .to_owned(),
            );
        }
        if self.mbits < 5000.0
            && self
                .cameras
                .iter()
                .any(|load| load.bytes_per_second() > self.room / 2.0)
        {
            ways.push("use a USB 3 port and cable where the camera has USB 3".to_owned());
        }
        ways.push("take a smaller size or a lower rate".to_owned());
        format!("One of these helps: {}.", ways.join("; "))
    }
}

impl fmt::Display for Crowded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let megabytes = |bytes: f64| rounded((bytes / 1e5).round() / 10.0);
        let cameras: Vec<String> = self
            .cameras
            .iter()
            .map(|load| {
                format!(
                    "{} {} ({} MB/s)",
                    load.name,
                    load.mode,
                    megabytes(load.bytes_per_second())
                )
            })
            .collect();
        write!(
            f,
            "USB bus {} carries {} MB/s for cameras, {} {} MB/s: {}",
            self.bus,
            megabytes(self.room),
            if self.impossible() {
                "too little for"
            } else {
                "which may not be enough for"
            },
            megabytes(self.wanted()),
            cameras.join(", "),
        )
    }
}

/// Bytes per second that a connection of so many Mbit/s carries for cameras.
///
/// USB 2.0 gives at most 80 % of each microframe to periodic transfers (section 5.6.4 of its specification), of 480
/// Mbit/s; full speed allows one such endpoint 1,023 bytes a millisecond. USB 3 loses a fifth to its 8b/10b code, and
/// keeps a fifth of the rest for others.
pub fn room(mbits: f64) -> f64 {
    let bits = mbits * 1e6;
    match mbits {
        m if m < 100.0 => 1_023_000.0,
        m if m < 1000.0 => bits * 0.8 / 8.0,
        _ => bits * 0.8 * 0.8 / 8.0,
    }
}

/// The buses on which the cameras want more than 60 % of what there is, by their number.
pub fn crowded(loads: &[Load]) -> Vec<Crowded> {
    let mut buses: Vec<Crowded> = Vec::new();
    for load in loads {
        let same = |bus: &&mut Crowded| bus.bus == load.bus && bus.mbits == load.mbits;
        match buses.iter_mut().find(same) {
            Some(bus) => bus.cameras.push(load.clone()),
            None => buses.push(Crowded {
                bus: load.bus,
                mbits: load.mbits,
                cameras: vec![load.clone()],
                room: room(load.mbits),
            }),
        }
    }
    buses.retain(|bus| bus.wanted() > bus.room * TIGHT);
    buses.sort_by_key(|bus| bus.bus);
    buses
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::usb::modes::mode;

    fn load(
        name: &str,
        bus: u32,
        mbits: f64,
        format: PixelFormat,
        width: u32,
        height: u32,
    ) -> Load {
        Load {
            name: name.to_owned(),
            bus,
            mbits,
            mode: mode(format, width, height, 30.0).unwrap(),
        }
    }

    #[test]
    fn plain_pictures_are_counted_to_the_byte_and_mjpg_is_estimated() {
        use PixelFormat::{Mjpg, Nv12, Yuyv};
        for (format, bytes) in [
            (Yuyv, 18_432_000.0),
            (Nv12, 13_824_000.0),
            (Mjpg, 2_304_000.0),
        ] {
            assert_eq!(
                load("front", 1, 480.0, format, 640, 480).bytes_per_second(),
                bytes,
                "{format}"
            );
        }
    }

    #[test]
    fn buses_are_judged_apart() {
        use PixelFormat::{Mjpg, Yuyv};
        let (wide, small) = ((1280, 720), (640, 480));
        for (what, cameras, verdict) in [
            ("one small", vec![(1, 480.0, Yuyv, small)], None),
            ("four of MJPG", vec![(1, 480.0, Mjpg, small); 4], None),
            ("two small", vec![(1, 480.0, Yuyv, small); 2], Some(false)),
            ("three small", vec![(1, 480.0, Yuyv, small); 3], Some(true)),
            (
                "two small on two buses",
                vec![(1, 480.0, Yuyv, small), (3, 480.0, Yuyv, small)],
                None,
            ),
            (
                "three small on USB 3",
                vec![(2, 5000.0, Yuyv, small); 3],
                None,
            ),
            (
                "six wide on USB 3",
                vec![(2, 5000.0, Yuyv, wide); 6],
                Some(false),
            ),
            (
                "eight wide on USB 3",
                vec![(2, 5000.0, Yuyv, wide); 8],
                Some(true),
            ),
            ("one wide", vec![(1, 480.0, Yuyv, wide)], Some(true)),
            (
                "MJPG at full speed",
                vec![(1, 12.0, Mjpg, small)],
                Some(true),
            ),
        ] {
            let loads: Vec<Load> = cameras
                .into_iter()
                .map(|(bus, mbits, format, (width, height))| {
                    load("cam", bus, mbits, format, width, height)
                })
                .collect();
            let judged = crowded(&loads);
            assert_eq!(
                judged.first().map(Crowded::impossible),
                verdict,
                "{what}: {judged:?}"
            );
        }
    }

    #[test]
    fn a_person_is_told_who_wants_what_and_what_to_change() {
        let loads = [
            load("front", 1, 480.0, PixelFormat::Yuyv, 640, 480),
            load("wrist", 1, 480.0, PixelFormat::Yuyv, 640, 480),
            load("side", 1, 480.0, PixelFormat::Mjpg, 1280, 720),
        ];
        let said = |loads: &[Load]| {
            let judged = crowded(loads);
            format!("{}\n{}", judged[0], judged[0].remedy())
        };
        insta::assert_snapshot!(said(&loads), @r"
        USB bus 1 carries 48 MB/s for cameras, which may not be enough for 43.8 MB/s: front YUYV 640x480 at 30 fps (18.4 MB/s), wrist YUYV 640x480 at 30 fps (18.4 MB/s), side MJPG 1280x720 at 30 fps (6.9 MB/s)
        One of these helps: choose MJPG for front and wrist; plug one camera into a port of another controller (not into the same hub); take a smaller size or a lower rate.
        ");
        insta::assert_snapshot!(said(&[load("front", 1, 480.0, PixelFormat::Yuyv, 1280, 720)]), @r"
        USB bus 1 carries 48 MB/s for cameras, too little for 55.3 MB/s: front YUYV 1280x720 at 30 fps (55.3 MB/s)
        One of these helps: choose MJPG for front; use a USB 3 port and cable where the camera has USB 3; take a smaller size or a lower rate.
        "
        );
    }
}
