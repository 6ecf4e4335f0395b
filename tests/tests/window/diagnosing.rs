//! The window explains itself: a refused request is found in the log by its id, a report is shown before it is saved and holds
//! nothing of the person, and figures of the loop appear while the simulated arm is open.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use tempfile::TempDir;
use zip::ZipArchive;

use crate::accessible::sound;
use crate::display::Window;
use crate::driving::try_the_arm;

/// What must not leave this machine.
const USER: &str = "quillfeather";
const SERIAL: &str = "5A68013371";
const TOKEN: &str = "hf_QwErTyUiOpAsDfGhJkLzXcVb";

/// A home that names its person, and knows an arm by the serial number of its adapter.
fn seeded() -> Result<TempDir> {
    let home = tempfile::Builder::new()
        .prefix(&format!("{USER}-"))
        .tempdir()?;
    let folder = home.path().join("config/tendon");
    fs::create_dir_all(&folder)?;
    let arms = format!(
        "version = 1\n\n[[arm]]\nname = \"Lab arm\"\nrole = \"follower\"\nadapter_serial = \"{SERIAL}\"\nlast_port = \"/dev/ttyACM7\"\n"
    );
    fs::write(folder.join("known-arms.toml"), arms)?;
    Ok(home)
}

fn visit(window: &Window, place: &str) -> Result<()> {
    window
        .run("location.hash = arguments[0]", vec![place.into()])
        .map(drop)
}

/// Wants to give the arm a name that it cannot have, which is refused with that name in the sentence.
fn refused(window: &Window, name: &str) -> Result<()> {
    window.press("More for Lab arm")?;
    window.click("menuitem", "Name and role")?;
    window.fill("textbox", "Name", name)?;
    window.press("Save")?;
    window.until_said(&format!("“{name}” is no name for an arm"))?;
    window.press("Close this message")?;
    window.until("the message is gone", |window| {
        Ok(!window.has("button", "Close this message")?)
    })
}

/// Request and text of every entry that the log shows.
fn entries(window: &Window) -> Result<Vec<(String, String)>> {
    let script = "return [...document.querySelectorAll('[data-test=log-row]')]\
        .map((row) => [row.dataset.request, row.innerText])";
    let rows = window.run(script, Vec::new())?;
    Ok(serde_json::from_value(rows)?)
}

#[test]
fn a_request_that_was_refused_is_found_in_the_log_by_its_id() -> Result<()> {
    let window = Window::open_in(seeded()?, &[])?;
    window.press("Understood")?;
    refused(&window, "first!")?;
    refused(&window, "second!")?;
    visit(&window, "diagnostics/log")?;
    // Entries are gathered for a moment before they are written.
    window.click("switch", "Follow")?;
    let mut request = String::new();
    window.until("both refusals in the log", |window| {
        let entries = entries(window)?;
        let of = |name: &str| entries.iter().find(|(_, text)| text.contains(name));
        request = of("“first!”").map_or_else(String::new, |(id, _)| id.clone());
        Ok(!request.is_empty() && of("“second!”").is_some_and(|(id, _)| *id != request))
    })?;
    sound(&window, "Diagnostics, log")?;
    window.press(&format!("Only request {request}"))?;
    window.until("only entries of that request", |window| {
        let entries = entries(window)?;
        let only = entries.iter().all(|(id, _)| *id == request);
        Ok(only && entries.iter().any(|(_, text)| text.contains("“first!”")))
    })?;
    window.close()?;
    Ok(())
}

/// Every ZIP file right in a folder of this home where a bundle may be saved.
fn zips(home: &Path) -> Vec<PathBuf> {
    let places = [home.to_owned(), home.join("Downloads")];
    let entries = places.iter().flat_map(fs::read_dir).flatten().flatten();
    entries
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "zip"))
        .collect()
}

/// Names and texts of the files in a bundle.
fn texts(bundle: &Path) -> Result<Vec<(String, String)>> {
    let mut archive = ZipArchive::new(File::open(bundle)?)?;
    let mut found = Vec::new();
    for at in 0..archive.len() {
        let mut file = archive.by_index(at)?;
        let mut text = String::new();
        file.read_to_string(&mut text)?;
        found.push((file.name()?.into_owned(), text));
    }
    Ok(found)
}

/// What the window shows of a file of the bundle, to its last line.
fn shown(window: &Window, name: &str) -> Result<String> {
    let choose = "document.querySelector(`[role=radio][data-name=\"${arguments[0]}\"]`).click()";
    window.run(choose, vec![name.into()])?;
    window.until(&format!("{name} to its end"), |window| {
        if let Some(all) = window.find("button", "All lines")? {
            window.wait(async |_| all.click().await)?;
        }
        window.says("End of the file")
    })?;
    let script = "return [...document.querySelectorAll('[data-test=bundle-text] pre')]\
        .map((page) => page.textContent).join('')";
    let text = window.run(script, Vec::new())?;
    Ok(text.as_str().context("no text is shown")?.to_owned())
}

#[test]
fn a_report_is_shown_before_it_is_saved_and_holds_nothing_of_the_person() -> Result<()> {
    let names = [("USER", USER), ("LOGNAME", USER)];
    let window = Window::open_in(seeded()?, &names)?;
    let home = window.home().to_owned();
    window.press("Understood")?;
    for secret in [USER, SERIAL, TOKEN] {
        refused(&window, &format!("{secret}!"))?;
    }
    visit(&window, "diagnostics/checks")?;
    window.until_marked("checks", "done")?;
    sound(&window, "Diagnostics, checks")?;

    visit(&window, "diagnostics/report")?;
    window.until_marked("report", "ready")?;
    window.until_said("Nothing is sent")?;
    sound(&window, "Diagnostics, report")?;
    let script = "return [...document.querySelectorAll('[role=radio][data-name]')].map((one) => one.dataset.name)";
    let files: Vec<String> = serde_json::from_value(window.run(script, Vec::new())?)?;
    ensure!(files.len() > 3, "{files:?}");
    let mut before = Vec::new();
    for name in &files {
        before.push((name.clone(), shown(&window, name)?));
    }
    ensure!(zips(&home).is_empty(), "{:?}", zips(&home));

    window.press("Save bundle")?;
    window.until_marked("report", "saved")?;
    let path = window.marked("bundle-path")?.context("no path is shown")?;
    let saved = texts(Path::new(path.trim()))?;
    window.close()?;

    // All of it was there to be found.
    let log = before
        .iter()
        .find(|(_, text)| text.contains("is no name for an arm"));
    ensure!(log.is_some(), "the bundle does not hold the log");
    ensure!(saved.len() == before.len(), "{:?}", saved.len());
    for (name, text) in &saved {
        let was = before.iter().find(|(shown, _)| shown == name);
        let (_, was) = was.with_context(|| format!("{name} was not shown"))?;
        ensure!(was == text, "{name} is not as it was shown");
        let home = home.display().to_string();
        let low = format!("{name}\n{text}").to_lowercase();
        for secret in [USER, &home, SERIAL, TOKEN] {
            ensure!(
                !low.contains(&secret.to_lowercase()),
                "{name} holds {secret}"
            );
        }
    }
    Ok(())
}

/// The first number in the element with this mark, if there is one.
fn number(window: &Window, mark: &str) -> Result<Option<f64>> {
    let text = window.marked(mark)?.unwrap_or_default();
    let digits: String = text
        .chars()
        .skip_while(|sign| !sign.is_ascii_digit() && *sign != '–')
        .take_while(|sign| sign.is_ascii_digit() || *sign == '.')
        .collect();
    Ok(digits.parse().ok())
}

#[test]
fn figures_of_loop_and_bus_appear_while_the_simulated_arm_is_open() -> Result<()> {
    let window = Window::open()?;
    visit(&window, "diagnostics")?;
    window.until_said("No arm was open")?;
    ensure!(number(&window, "health-loop")?.is_none());
    visit(&window, "home")?;
    try_the_arm(&window)?;
    window.press("Start driving")?;
    window.session("driving")?;
    visit(&window, "diagnostics")?;
    window.until("the loop's rate and the bus's time", |window| {
        let rate = number(window, "health-loop")?.unwrap_or_default();
        let time = number(window, "health-bus")?.unwrap_or_default();
        Ok(rate > 20.0 && time > 0.0)
    })?;
    window.until_said("Tendon itself")?;
    sound(&window, "Diagnostics, health")?;
    window.press("Table")?;
    window.until("seconds with a rate", |window| {
        let script = "return [...document.querySelectorAll('main tbody tr')]\
            .filter((row) => /\\d Hz/.test(row.cells[1].textContent.replace('\\u00a0', ' '))).length";
        let seconds = window.run(script, Vec::new())?.as_u64().unwrap_or_default();
        if seconds < 3 && window.has("button", "Update the table")? {
            window.press("Update the table")?;
        }
        Ok(seconds >= 3)
    })?;
    sound(&window, "Diagnostics, table")?;
    window.close()?;
    Ok(())
}
