//! What a person sets once for all: language and theme at once, a key that drives, and a settings file that makes no sense.

use std::fs;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use stdx::{Clock as _, SystemClock};

use crate::accessible::sound;
use crate::display::Window;
use crate::driving::{comes_to_rest, drive_the_arm, move_by};
use crate::page::key;
use crate::session::release;

/// Time in which an arm that is driven would show it.
const A_WHILE: Duration = Duration::from_millis(700);
/// Where the settings are, below a home.
const FILE: &str = "config/tendon/settings.toml";

/// Opens a section of the settings.
fn section(window: &Window, name: &str) -> Result<()> {
    window.click("link", "Settings")?;
    window.press(name)
}

/// The file as it is on disk now.
fn on_disk(window: &Window) -> Result<String> {
    fs::read_to_string(window.home().join(FILE)).context("there is no settings file")
}

/// The cap of a binding's key.
fn cap(window: &Window, binding: &str) -> Result<Option<String>> {
    let script =
        "return document.querySelector(`[data-binding=\"keys.${arguments[0]}\"] kbd`)?.innerText";
    let cap = window.run(script, vec![binding.into()])?;
    Ok(cap.as_str().map(str::to_owned))
}

/// The theme that the page has.
fn theme(window: &Window) -> Result<Option<String>> {
    let theme = window.run("return document.documentElement.dataset.theme", Vec::new())?;
    Ok(theme.as_str().map(str::to_owned))
}

#[test]
fn language_and_theme_change_at_once_without_a_reload() -> Result<()> {
    let window = Window::open()?;
    window.press("Understood")?;
    section(&window, "Look and language")?;
    sound(&window, "Settings")?;
    // A page that was loaded again would have forgotten this.
    window.run("window.sameStill = true", Vec::new())?;

    window.click("radio", "Dark")?;
    window.until("the dark theme", |window| {
        Ok(theme(window)?.as_deref() == Some("dark"))
    })?;
    window.click("radio", "Light")?;
    window.until("the light theme", |window| {
        Ok(theme(window)?.as_deref() == Some("light"))
    })?;

    window.click("combobox", "Language…")?;
    window.click("option", "Deutsch")?;
    window.until_said("Einstellungen")?;
    window.until("the rail in German", |window| {
        window.has("link", "Einstellungen")
    })?;
    let same = window.run("return window.sameStill === true", Vec::new())?;
    ensure!(same.as_bool() == Some(true), "the page was loaded again");
    let file = on_disk(&window)?;
    ensure!(file.contains("light") && file.contains("\"de\""), "{file}");

    // The next start has both from the beginning.
    let window = Window::open_in(window.close()?, &[])?;
    window.until("the rail in German again", |window| {
        window.has("link", "Einstellungen")
    })?;
    ensure!(theme(&window)?.as_deref() == Some("light"));
    window.close()?;
    Ok(())
}

#[test]
fn a_broken_settings_file_is_named_and_stays_as_it_is() -> Result<()> {
    let home = tempfile::tempdir()?;
    let file = home.path().join(FILE);
    fs::create_dir_all(file.parent().context("a file is in a folder")?)?;
    let broken = "[look]\ntheme = \"dark\"\n\n[record]\nfps = = 30\n";
    fs::write(&file, broken)?;

    let window = Window::open_in(home, &[])?;
    window.press("Understood")?;
    window.until("the file is named on Home", |window| {
        Ok(window.says("settings.toml")? && window.says("line 5")?)
    })?;
    section(&window, "Recording")?;
    window.until("the file is named among the settings", |window| {
        Ok(window
            .marked("settings-problem")?
            .is_some_and(|problem| problem.contains("line 5")))
    })?;
    // Everything has its usual value, and the arm can be used.
    ensure!(window.value_of("spinbutton", "Rows a second")? == "30");
    window.go("Home")?;
    window.press("Try the simulated arm")?;
    window.session("holding")?;
    release(&window)?;
    ensure!(on_disk(&window)? == broken);
    let home = window.close()?;
    ensure!(fs::read_to_string(home.path().join(FILE))? == broken);

    // Begun anew, the old file stays beside the new one.
    let window = Window::open_in(home, &[])?;
    section(&window, "Recording")?;
    window.press("Begin anew")?;
    window.until_said("Begin a new settings file?")?;
    window.press("Begin anew")?;
    window.until("nothing is wrong any more", |window| {
        Ok(window.marked("settings-problem")?.is_none())
    })?;
    let folder = window.home().join("config/tendon");
    let kept = fs::read_dir(&folder)?
        .flatten()
        .filter(|entry| fs::read_to_string(entry.path()).is_ok_and(|text| text == broken));
    ensure!(kept.count() == 1, "the old file is gone");
    window.close()?;
    Ok(())
}

#[test]
fn a_key_that_was_bound_anew_drives_and_the_old_one_does_not() -> Result<()> {
    let window = Window::open()?;
    drive_the_arm(&window)?;
    section(&window, "Keys")?;
    window.press("Pan right")?;
    window.until_said("Press the key")?;
    window.strike('j')?;
    window.until("J pans right", |window| {
        Ok(cap(window, "shoulder_pan_plus")?.as_deref() == Some("J"))
    })?;
    sound(&window, "Settings, keys")?;

    // N belongs to Record: who has it is named, and nothing is taken without being asked for.
    window.press("Pan left")?;
    window.strike('n')?;
    window.until_said("belongs to Save, next")?;
    window.press("Leave it")?;
    ensure!(cap(&window, "shoulder_pan_minus")?.as_deref() == Some("←"));

    window.go("Drive")?;
    window.press("Start driving")?;
    window.session("driving")?;
    let before = move_by(&window, 'j', "shoulder_pan")?;
    window.let_go('j')?;
    comes_to_rest(&window, "shoulder_pan", before)?;
    let before = window.angle("shoulder_pan")?;
    window.hold(key::RIGHT)?;
    SystemClock.sleep(A_WHILE);
    window.let_go(key::RIGHT)?;
    let now = window.angle("shoulder_pan")?;
    ensure!(
        (now - before).abs() < 0.5,
        "the old key drives from {before} to {now}"
    );
    let file = on_disk(&window)?;
    ensure!(file.contains("KeyJ"), "{file}");
    window.close()?;
    Ok(())
}
