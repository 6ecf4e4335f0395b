//! Which serial ports the machine has, and which of them look like an arm.
//!
//! Looking never opens a port and never sends anything: a ping decides, this only sorts. Not for a control
//! cycle: it reads the system's device tree.

use serialport::SerialPortType;

/// USB ids of the bus adapters sold for these servos. A choice, not a fact of the device: other
/// gadgets use the same chips, and other adapters may work.
pub const ARM_ADAPTERS: [(u16, u16, &str); 6] = [
    (0x1a86, 0x55d3, "CH343"),
    (0x1a86, 0x7523, "CH340"),
    (0x1a86, 0x55d4, "CH9102"),
    (0x10c4, 0xea60, "CP210x"),
    (0x0403, 0x6001, "FT232R"),
    (0x0403, 0x6014, "FT232H"),
];

/// A serial port that is plugged in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PortInfo {
    /// What to open, such as `/dev/ttyACM0` or `COM5`.
    pub path: String,
    /// USB vendor and product id; `None` for a port that is not on USB.
    pub vid_pid: Option<(u16, u16)>,
    /// What the adapter calls itself.
    pub product: Option<String>,
    /// Who made it, in its own words.
    pub manufacturer: Option<String>,
    /// Its serial number, which tells two adapters of one kind apart.
    pub serial_number: Option<String>,
    /// Whether it is one of [`ARM_ADAPTERS`].
    pub looks_like_arm: bool,
}

/// The serial ports of this machine: those that look like an arm first, then by path.
///
/// A machine that does not tell has none. Pseudo terminals, such as a simulated arm's, are never listed.
pub fn list() -> Vec<PortInfo> {
    if cfg!(target_os = "linux") && !std::path::Path::new("/sys/class/tty").is_dir() {
        return Vec::new();
    }
    let mut ports: Vec<PortInfo> = serialport::available_ports()
        .unwrap_or_default()
        .into_iter()
        .map(|port| info(port.port_name, port.port_type))
        .collect();
    ports.sort_by(|a, b| (!a.looks_like_arm, &a.path).cmp(&(!b.looks_like_arm, &b.path)));
    ports
}

fn info(path: String, kind: SerialPortType) -> PortInfo {
    let mut port = PortInfo {
        path,
        vid_pid: None,
        product: None,
        manufacturer: None,
        serial_number: None,
        looks_like_arm: false,
    };
    if let SerialPortType::UsbPort(usb) = kind {
        port.looks_like_arm = ARM_ADAPTERS
            .iter()
            .any(|(vid, pid, _)| (*vid, *pid) == (usb.vid, usb.pid));
        port.vid_pid = Some((usb.vid, usb.pid));
        port.product = usb.product;
        port.manufacturer = usb.manufacturer;
        port.serial_number = usb.serial_number;
    }
    port
}

#[cfg(test)]
mod tests {
    use super::*;
    use serialport::UsbPortInfo;

    #[test]
    fn an_adapter_sold_for_these_servos_looks_like_an_arm() {
        for (vid, pid, looks_like_arm) in [
            (0x1a86, 0x55d3, true),
            (0x0403, 0x6014, true),
            (0x2341, 0x0043, false),
        ] {
            let usb = UsbPortInfo {
                vid,
                pid,
                serial_number: Some("5A46".into()),
                manufacturer: None,
                product: Some("USB Single Serial".into()),
            };
            let port = info("/dev/ttyACM0".into(), SerialPortType::UsbPort(usb));
            assert_eq!(port.looks_like_arm, looks_like_arm, "{vid:04x}:{pid:04x}");
            assert_eq!(port.vid_pid, Some((vid, pid)));
            assert_eq!(port.serial_number.as_deref(), Some("5A46"));
        }
        assert!(!info("/dev/ttyS0".into(), SerialPortType::PciPort).looks_like_arm);
    }
}
