//! Which way the page is drawn on this machine.
//!
//! WebKit's way through DMABUF draws four times as slowly where there is no graphics card, and shows nothing at all with
//! some drivers. Without a card, or when the setting `window.graphics` is `plain`, the program starts itself again with that
//! way switched off; `card` keeps it on.
//! Not here: the page's own drawing.

#[cfg(target_os = "linux")]
mod linux {
    use std::os::unix::process::CommandExt as _;
    use std::path::Path;
    use std::process::Command;

    use station::settings::Graphics;

    /// What WebKit reads.
    const SWITCH: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";

    /// Starts the program again with the other way of drawing, where that is better. Returns when it is not, or when it
    /// could not be started again.
    pub fn choose(wish: Graphics) {
        if std::env::var_os(SWITCH).is_some() || !plain(wish) {
            return;
        }
        let Ok(program) = std::env::current_exe() else {
            return;
        };
        let error = Command::new(program)
            .args(std::env::args_os().skip(1))
            .env(SWITCH, "1")
            .exec();
        tracing::warn!("the window could not be started with plain graphics: {error}");
    }

    fn plain(wish: Graphics) -> bool {
        match wish {
            Graphics::Plain => true,
            Graphics::Card => false,
            Graphics::Auto => !card(),
        }
    }

    /// Whether the kernel offers a graphics card that can draw.
    fn card() -> bool {
        let devices = std::fs::read_dir(Path::new("/dev/dri"));
        devices.is_ok_and(|devices| {
            devices
                .flatten()
                .any(|device| device.file_name().to_string_lossy().starts_with("renderD"))
        })
    }
}

#[cfg(target_os = "linux")]
pub use linux::choose;

/// Other systems choose by themselves.
#[cfg(not(target_os = "linux"))]
pub fn choose(_: station::settings::Graphics) {}
