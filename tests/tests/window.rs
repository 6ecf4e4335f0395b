//! The window as a person meets it: the built program on a display of its own, driven through WebDriver with real key
//! presses and clicks. One binary; each story is a module.
//!
//! Needs Xvfb and WebKitWebDriver, which `scripts/setup --tests` installs. The program is built by the story itself, or named by
//! `TENDON_WINDOW_BIN`. Not here: the page's logic without a core (Vitest, in `ui`), the desk without a page (`desk`).

#![cfg(target_os = "linux")]

#[path = "window/accessible.rs"]
mod accessible;
#[path = "window/bench.rs"]
mod bench;
#[path = "window/closing.rs"]
mod closing;
#[path = "window/coming_back.rs"]
mod coming_back;
#[path = "window/diagnosing.rs"]
mod diagnosing;
#[path = "window/display.rs"]
mod display;
#[path = "window/driving.rs"]
mod driving;
#[path = "window/events.rs"]
mod events;
#[path = "window/first_start.rs"]
mod first_start;
#[path = "window/keyboard.rs"]
mod keyboard;
#[path = "window/leading.rs"]
mod leading;
#[path = "window/losing.rs"]
mod losing;
#[path = "window/page.rs"]
mod page;
#[path = "journeys/program.rs"]
#[expect(dead_code, reason = "an independent reader is for the other journeys")]
mod program;
#[path = "window/recovering.rs"]
mod recovering;
#[path = "window/screens.rs"]
mod screens;
#[path = "window/session.rs"]
mod session;
#[path = "window/setting_up.rs"]
mod setting_up;
#[path = "window/settings.rs"]
mod settings;
#[path = "window/stopping.rs"]
mod stopping;
