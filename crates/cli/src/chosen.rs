//! What the person set once for all, for whoever makes something of flags: where a flag is not given, this counts.
//!
//! Read once at the start. Not here: what can be set (`station::settings`).

use std::sync::OnceLock;

use station::settings::Settings;

static CHOSEN: OnceLock<Settings> = OnceLock::new();

/// Keeps what was read at the start; the first counts.
pub fn keep(settings: Settings) {
    CHOSEN.get_or_init(|| settings);
}

/// The settings; the usual ones where none were read.
pub fn settings() -> &'static Settings {
    CHOSEN.get_or_init(Settings::default)
}
