//! Which way the page is drawn on this machine.
//!
//! WebKit's way through DMABUF draws four times as slowly where there is no graphics card, and shows nothing at all with
//! some drivers. Without a card, or when the setting `window.graphics` is `plain`, the program starts itself again with that
//! way switched off; `card` keeps it on. Where drawing would keep files that have no room, that is switched off too.
//! Not here: the page's own drawing.

#[cfg(target_os = "linux")]
mod linux {
    use std::os::unix::process::CommandExt as _;
    use std::path::{Path, PathBuf};
    use std::process::Command;

    use station::folders::writable;
    use station::settings::Graphics;

    /// What WebKit reads.
    const SWITCH: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";
    /// What the drawing library reads. It keeps shaders in a file that it maps into memory without asking for room first, and
    /// a disk that is full then ends the page's process. Drawing without a card gains nothing by that file.
    const NO_SHADERS_KEPT: &str = "MESA_SHADER_CACHE_DISABLE";

    /// Starts the program again with the other way of drawing, where that is better. Returns when it is not, or when it
    /// could not be started again.
    pub fn choose(wish: Graphics) {
        let is_set = |name: &str| std::env::var_os(name).is_some();
        let plain = is_set(SWITCH) || plain(wish);
        let wanted = [
            (SWITCH, "1", plain),
            (NO_SHADERS_KEPT, "true", plain || !writable(&cache())),
        ];
        let add: Vec<_> = wanted
            .into_iter()
            .filter(|(name, _, wanted)| *wanted && !is_set(name))
            .map(|(name, value, _)| (name, value))
            .collect();
        if add.is_empty() {
            return;
        }
        let Ok(program) = std::env::current_exe() else {
            return;
        };
        let error = Command::new(program)
            .args(std::env::args_os().skip(1))
            .envs(add)
            .exec();
        tracing::warn!("the window could not be started with plain graphics: {error}");
    }

    /// The folder for what can be made again.
    fn cache() -> PathBuf {
        let set = std::env::var_os("XDG_CACHE_HOME").filter(|folder| !folder.is_empty());
        let home = std::env::home_dir().unwrap_or_default();
        set.map_or_else(|| home.join(".cache"), PathBuf::from)
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
