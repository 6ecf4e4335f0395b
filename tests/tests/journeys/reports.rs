//! A person looks at the log and makes a bundle for a bug report, on a machine that is seeded with what must not be in one.

use std::fs;
use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Output};

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;
use tempfile::TempDir;

use crate::program;

const USER: &str = "gracehopper";
const SERIAL: &str = "5A46083062";
const TOKEN: &str = "hf_QwErTyUiOpAsDfGhJkLzXcVb";

/// Grace's machine: her home's name is hers.
fn machine() -> Result<TempDir> {
    let folder = TempDir::new()?;
    let home = folder.path().join(USER);
    let log = home.join("state/tendon/log");
    fs::create_dir_all(&log)?;
    fs::create_dir_all(home.join("config/tendon"))?;
    fs::create_dir_all(home.join("lerobot/grace/kitchen/meta"))?;
    let at = home.display();
    fs::write(
        home.join("config/tendon/settings.toml"),
        format!(
            "# by {USER}, {TOKEN}\n[log]\nlevel = \"warn\"\nfolder = \"{at}/state/tendon/log\"\n"
        ),
    )?;
    fs::write(
        home.join("config/tendon/known-arms.toml"),
        format!(
            "version = 1\n[[arm]]\nname = \"left\"\nrole = \"leader\"\nadapter_serial = \"{SERIAL}\"\n"
        ),
    )?;
    fs::write(
        log.join("tendon.log"),
        format!(
            "2026-01-31T08:15:30.000Z INFO  r-1 station [main]: dataset {at}/lerobot/grace/kitchen\n\
             2026-01-31T08:15:31.000Z WARN  r-2 station [main]: adapter {SERIAL} was lost\n\
             2026-01-31T08:15:32.000Z ERROR r-2 station [main]: refused: {TOKEN} of {USER}\n"
        ),
    )?;
    Ok(folder)
}

fn tendon(folder: &Path, arguments: &[&str]) -> Result<Output> {
    let home = folder.join(USER);
    let output = Command::new(program::tendon()?)
        .args(arguments)
        .env("HOME", &home)
        .env("USER", USER)
        .env("HF_TOKEN", TOKEN)
        .env("HF_LEROBOT_HOME", home.join("lerobot"))
        .env("XDG_STATE_HOME", home.join("state"))
        .env("XDG_CONFIG_HOME", home.join("config"))
        .output()?;
    ensure!(output.status.success(), "{output:?}");
    Ok(output)
}

fn objects(output: &Output, kind: &str) -> Result<Vec<Value>> {
    let text = std::str::from_utf8(&output.stdout)?;
    let objects: Vec<Value> = text
        .lines()
        .map(serde_json::from_str)
        .collect::<Result<_, _>>()?;
    Ok(objects
        .into_iter()
        .filter(|object| object["kind"] == kind)
        .collect())
}

#[test]
fn the_log_is_shown_by_level_request_and_text() -> Result<()> {
    let folder = machine()?;
    let shown = |arguments: &[&str]| -> Result<Vec<String>> {
        let entries = objects(&tendon(folder.path(), arguments)?, "entry")?;
        let at = entries.iter().filter_map(|entry| entry["at"].as_str());
        Ok(at.map(|at| at[17..19].to_owned()).collect())
    };
    assert_eq!(shown(&["log", "--json"])?, ["30", "31", "32"]);
    assert_eq!(shown(&["log", "--json", "--level=warn"])?, ["31", "32"]);
    assert_eq!(
        shown(&["log", "--json", "--request=r-2", "--text=ADAPTER"])?,
        ["31"]
    );
    assert_eq!(shown(&["log", "--json", "--lines=1"])?, ["32"]);
    let told = tendon(folder.path(), &["log", "--level=error"])?;
    let told = String::from_utf8(told.stdout)?;
    let line =
        format!("2026-01-31T08:15:32.000Z ERROR r-2 station [main]: refused: {TOKEN} of {USER}\n");
    assert_eq!(told, line);
    Ok(())
}

#[test]
fn a_bundle_is_shown_then_saved_and_holds_no_name_home_serial_or_key() -> Result<()> {
    let folder = machine()?;
    let home = folder.path().join(USER);
    let zips = || -> Result<usize> {
        let entries = fs::read_dir(&home)?.collect::<Result<Vec<_>, _>>()?;
        Ok(entries
            .iter()
            .filter(|entry| entry.path().extension().is_some_and(|it| it == "zip"))
            .count())
    };
    let shown = tendon(folder.path(), &["bundle", "--show", "--json"])?;
    assert_eq!(zips()?, 0, "nothing is written before it was asked for");
    let saved = tendon(folder.path(), &["bundle", "--save", "--json"])?;
    assert_eq!(zips()?, 1);
    let saved = objects(&saved, "saved")?;
    let path = saved[0]["path"].as_str().context("a path")?;
    let mut zip = zip::ZipArchive::new(fs::File::open(path)?)?;
    let files = objects(&shown, "file")?;
    assert_eq!(files.len(), zip.len());
    for file in files {
        let name = file["name"].as_str().context("a name")?;
        let mut text = String::new();
        zip.by_name(name)?.read_to_string(&mut text)?;
        for text in [text.as_str(), file["text"].as_str().context("a text")?] {
            let low = text.to_lowercase();
            for secret in [USER, SERIAL, TOKEN, &home.display().to_string()] {
                assert!(
                    !low.contains(&secret.to_lowercase()),
                    "{secret} in {name}:\n{text}"
                );
            }
        }
        match name {
            "log.txt" => assert!(
                text.contains("WARN  r-2 station [main]: adapter <serial> was lost"),
                "{text}"
            ),
            "settings.toml" => assert!(
                text.contains("folder = \"<home>/state/tendon/log\""),
                "{text}"
            ),
            "about.txt" => assert!(text.contains("Known arms: 1 leader"), "{text}"),
            _ => {}
        }
    }
    Ok(())
}
