//! How long an adapter sits on received bytes before it hands them on, and making that short.
//!
//! Of the adapters sold with these arms only FTDI's collect bytes (for 16 ms unless told otherwise); Linux's
//! driver lets that be set in `/sys/bus/usb-serial/devices/<tty>/latency_timer`, which is also all that the
//! terminal flag `ASYNC_LOW_LATENCY` does for them. CDC adapters (CH343, `ttyACM`) and CH340 hand bytes on at
//! once. On other systems nothing is known and nothing is done. Confirm all of it on hardware.

use std::fmt;

/// What is known about an adapter's own delay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Latency {
    /// Bytes are handed on at once, or after `millis` at most, which was set or found so.
    Low {
        /// The adapter's timer, where it has one.
        millis: Option<u32>,
    },
    /// Bytes wait in the adapter, and this program may not change that.
    High {
        /// The adapter's timer.
        millis: u32,
        /// What a person can do about it.
        remedy: String,
    },
    /// Nothing is known, as for a pseudo terminal or on another system.
    Unknown,
}

impl fmt::Display for Latency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Low { millis: None } => {
                f.write_str("low latency: yes, the adapter hands bytes on at once")
            }
            Self::Low {
                millis: Some(millis),
            } => write!(f, "low latency: yes, the adapter's timer is {millis} ms"),
            Self::High { millis, remedy } => {
                write!(
                    f,
                    "low latency: no, the adapter keeps bytes for up to {millis} ms. {remedy}"
                )
            }
            Self::Unknown => f.write_str("low latency: unknown, the system does not say"),
        }
    }
}

/// Longest timer that still counts as low.
#[cfg(target_os = "linux")]
const LOW_MILLIS: u32 = 1;

#[cfg(target_os = "linux")]
pub(super) fn lower(path: &str) -> Latency {
    lower_under(std::path::Path::new("/sys"), path)
}

#[cfg(not(target_os = "linux"))]
pub(super) fn lower(_path: &str) -> Latency {
    Latency::Unknown
}

#[cfg(target_os = "linux")]
fn lower_under(sys: &std::path::Path, path: &str) -> Latency {
    use std::fs;

    // A stable name such as /dev/serial/by-id/... leads to the terminal's own.
    let real = fs::canonicalize(path).unwrap_or_else(|_| path.into());
    let Some(tty) = real.file_name().and_then(|name| name.to_str()) else {
        return Latency::Unknown;
    };
    let timer = sys
        .join("bus/usb-serial/devices")
        .join(tty)
        .join("latency_timer");
    let read = || fs::read_to_string(&timer).ok()?.trim().parse::<u32>().ok();
    match read() {
        Some(millis) if millis <= LOW_MILLIS => Latency::Low {
            millis: Some(millis),
        },
        Some(before) => {
            // A refusal shows in the value read back.
            drop(fs::write(&timer, LOW_MILLIS.to_string()));
            match read().unwrap_or(before) {
                millis if millis <= LOW_MILLIS => Latency::Low {
                    millis: Some(millis),
                },
                millis => Latency::High {
                    millis,
                    remedy: format!("Run: echo {LOW_MILLIS} | sudo tee {}", timer.display()),
                },
            }
        }
        None if tty.starts_with("ttyACM") || tty.starts_with("ttyUSB") => {
            Latency::Low { millis: None }
        }
        None => Latency::Unknown,
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn the_timer_of_an_adapter_that_has_one_is_lowered_and_read_back() {
        let sys = tempfile::tempdir().unwrap();
        let device = sys.path().join("bus/usb-serial/devices/ttyUSB7");
        fs::create_dir_all(&device).unwrap();
        fs::write(device.join("latency_timer"), "16\n").unwrap();
        assert_eq!(
            lower_under(sys.path(), "/dev/ttyUSB7"),
            Latency::Low { millis: Some(1) }
        );
        assert_eq!(
            fs::read_to_string(device.join("latency_timer")).unwrap(),
            "1"
        );
    }

    #[test]
    fn adapters_without_a_timer_and_pseudo_terminals_are_told_apart() {
        let sys = tempfile::tempdir().unwrap();
        for (path, latency) in [
            ("/dev/ttyACM0", Latency::Low { millis: None }),
            ("/dev/ttyUSB0", Latency::Low { millis: None }),
            ("/dev/pts/9", Latency::Unknown),
        ] {
            assert_eq!(lower_under(sys.path(), path), latency, "{path}");
        }
    }

    #[test]
    fn a_delay_that_stays_is_said_with_what_to_do() {
        let words = Latency::High {
            millis: 16,
            remedy: "Run: echo 1".into(),
        }
        .to_string();
        assert_eq!(
            words,
            "low latency: no, the adapter keeps bytes for up to 16 ms. Run: echo 1"
        );
    }
}
