//! Why a camera that is plugged in is not in the list, or no camera is: what the system's own tables tell.
//!
//! Linux; elsewhere nothing is known, and an empty list is told as such.

use std::fs;
use std::path::{Path, PathBuf};

use protocol::{ErrorCode, Failure};

use super::Listed;
use crate::failure::failure;

/// What keeps cameras from being found.
pub(super) fn troubles(listed: &[Listed]) -> Vec<Failure> {
    let hidden = hidden(
        Path::new("/sys/class/video4linux"),
        Path::new("/dev"),
        listed,
    );
    let driverless = driverless(Path::new("/sys/bus/usb/devices"));
    let mut found: Vec<Failure> = hidden.into_iter().chain(driverless).collect();
    if listed.is_empty() && found.is_empty() {
        found.push(failure(
            ErrorCode::Camera,
            "no camera is plugged in",
            "Plug one in; a laptop's own may have a switch or a key. A phone's works over the network: --robot.cameras='{ phone: {type: mjpeg, url: http://PHONE:8080/video} }'. Without any: --simulated.",
        ));
    }
    found
}

/// Cameras that the system has and this program does not see, as in a container.
fn hidden(class: &Path, dev: &Path, listed: &[Listed]) -> Option<Failure> {
    let names: Vec<String> = entries(class)
        .into_iter()
        .filter_map(|path| path.file_name()?.to_str().map(str::to_owned))
        .filter(|name| !dev.join(name).exists())
        .collect();
    (listed.is_empty() && !names.is_empty()).then(|| {
        failure(
            ErrorCode::Camera,
            format!("the system has a camera that this program may not see: {}", names.join(", ")),
            "Run Tendon outside its container, or hand the device in, such as with --device=/dev/video0.",
        )
    })
}

/// USB cameras for which there is no driver: interfaces that control video, with nothing made of them.
fn driverless(devices: &Path) -> Option<Failure> {
    let read = |path: PathBuf| {
        let text = fs::read_to_string(path).unwrap_or_default();
        text.trim().to_owned()
    };
    // Numbers of the USB standard: class 0e is video, its subclass 01 the interface that a driver takes.
    let alone = |path: &PathBuf| {
        read(path.join("bInterfaceClass")) == "0e"
            && read(path.join("bInterfaceSubClass")) == "01"
            && !path.join("driver").exists()
    };
    let names: Vec<String> = entries(devices)
        .into_iter()
        .filter(alone)
        .map(|path| {
            let interface = path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            let device = interface.split(':').next().unwrap_or_default();
            let product = read(devices.join(device).join("product"));
            if product.is_empty() {
                interface
            } else {
                product
            }
        })
        .collect();
    (!names.is_empty()).then(|| {
        failure(
            ErrorCode::Camera,
            format!("a camera is plugged in, but the system has no driver for it: {}", names.join(", ")),
            "Load it with: sudo modprobe uvcvideo. If there is none, install the package with the kernel's extra modules, such as linux-modules-extra-$(uname -r).",
        )
    })
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    let mut paths: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect();
    paths.sort();
    paths
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_camera_without_a_driver_is_named_and_one_with_it_is_not() {
        let root = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        for (interface, class, subclass) in [
            ("1-1:1.0", "0e", "01"),
            ("1-1:1.1", "0e", "02"),
            ("1-2:1.0", "03", "01"),
        ] {
            write(
                &format!("{interface}/bInterfaceClass"),
                &format!("{class}\n"),
            );
            write(
                &format!("{interface}/bInterfaceSubClass"),
                &format!("{subclass}\n"),
            );
        }
        write("1-1/product", "HD Webcam C270\n");
        let told = driverless(root.path()).unwrap();
        assert!(
            told.message.ends_with("no driver for it: HD Webcam C270"),
            "{told}"
        );
        write("1-1:1.0/driver/module", "");
        assert_eq!(driverless(root.path()), None);
        assert_eq!(driverless(&root.path().join("missing")), None);
    }

    #[test]
    fn a_camera_that_is_hidden_is_told_only_when_none_is_seen() {
        let root = tempfile::tempdir().unwrap();
        let (class, dev) = (root.path().join("class"), root.path().join("dev"));
        fs::create_dir_all(class.join("video0")).unwrap();
        let told = hidden(&class, &dev, &[]).unwrap();
        assert!(told.message.ends_with("may not see: video0"), "{told}");
        fs::create_dir_all(dev.join("video0")).unwrap();
        assert_eq!(hidden(&class, &dev, &[]), None);
    }
}
