//! axe-core, the accessibility checker, on every screen and in both themes.

use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use crate::display::Window;
use crate::page::key;
use crate::session::open_session;

/// WCAG 2.2 AA, as axe-core knows it.
const CHECK: &str = "const [theme, done] = arguments;\
    document.documentElement.dataset.theme = theme;\
    requestAnimationFrame(() => requestAnimationFrame(() => axe.run(document, {\
        runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'],\
        resultTypes: ['violations'],\
    }).then((found) => done(found.violations.map((rule) =>\
        `${rule.id}: ${rule.help}\\n` + rule.nodes.slice(0, 4).map((node) =>\
            `    ${node.target.join(' ')}: ${node.failureSummary.split('\\n').slice(1).join(' ')}`).join('\\n')),\
    ), (error) => done([String(error)]))));";

/// Colours on their way from one theme to the other are neither's.
const STILL: &str = "const still = document.createElement('style');\
    still.textContent = '* { transition: none !important; animation: none !important; }';\
    document.head.append(still);";

/// What axe-core finds on what is shown now, in both themes.
pub fn look(window: &Window, what: &str, found: &mut Vec<String>) -> Result<()> {
    if window.run("return typeof axe", Vec::new())?.as_str() != Some("object") {
        let file =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../ui/node_modules/axe-core/axe.min.js");
        let axe = std::fs::read_to_string(&file)
            .with_context(|| format!("{} is missing: scripts/ui installs it", file.display()))?;
        window.run(&axe, Vec::new())?;
        window.run(STILL, Vec::new())?;
    }
    for theme in ["light", "dark"] {
        let rules =
            window.wait(async |page| page.execute_async(CHECK, vec![theme.into()]).await)?;
        let rules = rules.as_array().context("axe-core said nothing")?;
        found.extend(
            rules
                .iter()
                .filter_map(Value::as_str)
                .map(|rule| format!("{what}, {theme}: {rule}")),
        );
    }
    Ok(())
}

/// The same, for a story that comes by a screen which no other reaches.
///
/// # Errors
/// When axe-core finds anything.
pub fn sound(window: &Window, what: &str) -> Result<()> {
    let mut found = Vec::new();
    look(window, what, &mut found)?;
    ensure!(found.is_empty(), "axe-core found:\n{}", found.join("\n"));
    Ok(())
}

#[test]
fn axe_finds_nothing_on_any_screen_in_either_theme() -> Result<()> {
    let window = Window::open()?;
    let mut found = Vec::new();
    let visit = |place: &str| window.run("location.hash = arguments[0]", vec![place.into()]);
    look(&window, "Home, first start", &mut found)?;
    window.press("Understood")?;
    look(&window, "Home", &mut found)?;
    window.chord(key::CONTROL, 'k')?;
    window.until("the commands", |window| window.has("dialog", "Commands"))?;
    look(&window, "the commands", &mut found)?;
    window.strike(key::ESCAPE)?;
    window.strike(key::F1)?;
    window.until("the keys", |window| window.has("dialog", "Keys"))?;
    look(&window, "the keys", &mut found)?;
    window.strike(key::ESCAPE)?;
    visit("setup/sim")?;
    look(&window, "Set-up", &mut found)?;
    visit("cameras")?;
    window.press("Network camera")?;
    look(&window, "Cameras, network camera", &mut found)?;
    window.press("Cancel")?;
    window.click("button", "Simulated front camera…")?;
    window.press("Show picture")?;
    window.until_drawn("front")?;
    look(&window, "Cameras", &mut found)?;
    window.press("Hide picture")?;

    visit("calibrate/sim")?;
    window.until_said("Start calibrating")?;
    look(&window, "Calibrate", &mut found)?;
    window.press("Start calibrating")?;
    window.until_marked("calibrate", "middle")?;
    look(&window, "Calibrate, middle", &mut found)?;
    window.press("The arm is in its middle")?;
    window.until_marked("calibrate", "recording")?;
    look(&window, "Calibrate, ranges", &mut found)?;
    window.press("Cancel")?;
    window.session("idle")?;
    look(&window, "Calibrate, cancelled", &mut found)?;

    window.go("Drive")?;
    look(&window, "Drive, no arm", &mut found)?;
    window.go("Home")?;
    window.press("Try the simulated arm")?;
    window.session("holding")?;
    look(&window, "Drive, holding", &mut found)?;
    window.press("Start driving")?;
    window.session("driving")?;
    look(&window, "Drive", &mut found)?;
    for input in ["Sliders", "Tip"] {
        window.click("radio", input)?;
        look(&window, input, &mut found)?;
    }
    window.press("Stop, emergency stop")?;
    window.session("stopped")?;
    look(&window, "Drive, stopped", &mut found)?;
    window.press("Release gently")?;
    window.until_said("Let the arm down gently?")?;
    look(&window, "a dialog", &mut found)?;
    window.press("Release gently")?;
    window.session("idle")?;

    window.go("Record")?;
    look(&window, "Record, form", &mut found)?;
    open_session(&window, "me/axe", 2, 30)?;
    look(&window, "Record, ready", &mut found)?;
    window.press("Start")?;
    window.until_marked("record-phase", "recording")?;
    look(&window, "Record", &mut found)?;
    window.press("Save, next")?;
    window.until_marked("record-phase", "resetting")?;
    look(&window, "Record, between episodes", &mut found)?;
    window.press("End session")?;
    window.session("idle")?;
    window.until_said("nothing to do")?;
    look(&window, "Record, over", &mut found)?;
    window.close()?;
    ensure!(found.is_empty(), "axe-core found:\n{}", found.join("\n"));
    Ok(())
}
