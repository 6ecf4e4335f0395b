//! Settings from the command line, and what they do to other commands.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use anyhow::{Result, ensure};
use serde_json::Value;
use tempfile::TempDir;

use crate::program;

fn tendon(home: &Path, args: &[&str]) -> Result<Command> {
    let mut command = Command::new(program::tendon()?);
    command
        .args(args)
        .env("HOME", home)
        .env("HF_LEROBOT_HOME", home.join("lerobot"))
        .env("XDG_STATE_HOME", home.join("state"))
        .env("XDG_CONFIG_HOME", home.join("config"))
        .current_dir(home);
    Ok(command)
}

fn run(home: &Path, args: &[&str]) -> Result<Output> {
    Ok(tendon(home, args)?.output()?)
}

fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn err(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn write(home: &Path, text: &str) -> Result<()> {
    fs::create_dir_all(home.join("config/tendon"))?;
    Ok(fs::write(home.join("config/tendon/settings.toml"), text)?)
}

fn text(home: &Path) -> Result<String> {
    Ok(fs::read_to_string(
        home.join("config/tendon/settings.toml"),
    )?)
}

#[test]
fn settings_are_listed_set_and_taken_back_by_name() -> Result<()> {
    let home = TempDir::new()?;
    let home = home.path();
    let path = run(home, &["settings", "path"])?;
    ensure!(
        out(&path).trim() == home.join("config/tendon/settings.toml").to_string_lossy(),
        "{path:?}"
    );
    let set = run(
        home,
        &[
            "settings",
            "set",
            "record.fps=60",
            "log.level=warn",
            "storage.datasets=sets",
        ],
    )?;
    ensure!(set.status.code() == Some(0), "{set:?}");
    let one = run(home, &["settings", "set", "log.files", "9"])?;
    ensure!(err(&one).contains("next start"), "{one:?}");
    ensure!(out(&run(home, &["settings", "get", "log.files"])?) == "9\n");
    // A relative folder is one of the folder the command runs in.
    let folder = run(home, &["settings", "get", "storage.datasets"])?;
    ensure!(
        Path::new(out(&folder).trim()).canonicalize().is_err()
            && out(&folder).trim().ends_with("/sets")
            && out(&folder).starts_with('/'),
        "{folder:?}"
    );
    let list = tendon(home, &["settings", "--json"])?
        .env("TENDON_DRIVE_SPEED", "0.5")
        .output()?;
    let lines: Result<Vec<Value>, _> = out(&list).lines().map(serde_json::from_str).collect();
    let lines = lines?;
    ensure!(
        lines.iter().all(|line| line["kind"] == "setting"),
        "{list:?}"
    );
    for (name, value, source) in [
        ("record.fps", Value::from(60.0), "file"),
        ("log.level", Value::from("warn"), "file"),
        ("drive.speed", Value::from(0.5), "environment"),
        ("sound.on", Value::from(true), "usual"),
    ] {
        let line = lines.iter().find(|line| line["name"] == name);
        ensure!(
            line.is_some_and(|line| line["value"] == value && line["source"] == source),
            "{line:?}"
        );
    }
    let before = text(home)?;
    let refused = run(
        home,
        &["settings", "set", "record.fps=30", "keys.next=KeyF"],
    )?;
    ensure!(refused.status.code() == Some(2), "{refused:?}");
    ensure!(
        err(&refused).contains("keys.next and keys.finish are both KeyF"),
        "{refused:?}"
    );
    ensure!(text(home)? == before, "nothing was to be changed");
    run(home, &["settings", "unset", "record.fps", "log.files"])?;
    ensure!(!text(home)?.contains("fps"), "{}", text(home)?);
    let unknown = run(home, &["settings", "get", "record.fsp"])?;
    ensure!(unknown.status.code() == Some(2) && err(&unknown).contains("record.fps"));
    Ok(())
}

#[test]
fn a_broken_file_is_named_by_every_command_and_written_over_by_none() -> Result<()> {
    let home = TempDir::new()?;
    let home = home.path();
    let broken = "[storage]\ndatasets = = 1\n";
    write(home, broken)?;
    let listed = run(home, &["find-port", "--list"])?;
    ensure!(listed.status.code() == Some(0), "{listed:?}");
    ensure!(err(&listed).matches("line 2").count() == 1, "{listed:?}");
    let list = run(home, &["settings"])?;
    ensure!(
        list.status.code() == Some(0) && err(&list).contains("line 2"),
        "{list:?}"
    );
    let refused = run(home, &["settings", "set", "log.level", "warn"])?;
    ensure!(refused.status.code() == Some(6), "{refused:?}");
    ensure!(
        err(&refused).contains("line 2") && err(&refused).contains("move it away"),
        "{refused:?}"
    );
    ensure!(text(home)? == broken);
    // Nobody knows where new datasets are to go: the usual folder is taken.
    let doctor = run(home, &["doctor"])?;
    ensure!(doctor.status.code() == Some(0), "{doctor:?}");
    ensure!(out(&doctor).contains("line 2"), "{doctor:?}");
    ensure!(
        !err(&doctor).contains("line 2"),
        "the doctor tells it itself"
    );
    Ok(())
}

#[test]
fn the_doctor_names_what_is_not_known_and_what_does_not_fit() -> Result<()> {
    let home = TempDir::new()?;
    write(
        home.path(),
        "version = 1\n[log]\nflush = 1\nfiles = \"many\"\n",
    )?;
    let told = out(&run(home.path(), &["doctor"])?);
    for words in ["log.flush", "line 3", "log.files is “many”", "line 4"] {
        ensure!(told.contains(words), "{words} is not in {told}");
    }
    Ok(())
}

#[test]
fn new_datasets_go_where_the_settings_say_and_a_flag_wins() -> Result<()> {
    let home = TempDir::new()?;
    let home = home.path();
    let sets = home.join("sets");
    write(
        home,
        &format!(
            "version = 1\n[storage]\ndatasets = \"{}\"\n[limits]\njoint_speed = 60\n",
            sets.display()
        ),
    )?;
    let record = |more: &[&str]| -> Result<Output> {
        let mut args = vec![
            "record",
            "--robot.port=sim",
            "--teleop.type=hold",
            "--dataset.single_task=wait",
            "--dataset.repo_id=ada/cups",
            "--dataset.no_stamp",
            "--dataset.episode_time_s=0.5",
            "--dataset.reset_time_s=0",
            "--dataset.num_episodes=1",
        ];
        args.extend_from_slice(more);
        run(home, &args)
    };
    let recorded = record(&[])?;
    ensure!(recorded.status.code() == Some(0), "{recorded:?}");
    ensure!(
        sets.join("ada/cups/meta/info.json").is_file(),
        "{recorded:?}"
    );
    let elsewhere = home.join("elsewhere");
    let flag = format!("--dataset.root={}", elsewhere.display());
    let recorded = record(&[&flag])?;
    ensure!(recorded.status.code() == Some(0), "{recorded:?}");
    ensure!(elsewhere.join("meta/info.json").is_file(), "{recorded:?}");
    // By its name it is found again, and one in LeRobot's own folder still is.
    let found = run(home, &["dataset", "info", "--dataset.repo_id=ada/cups"])?;
    ensure!(found.status.code() == Some(0), "{found:?}");
    fs::create_dir_all(home.join("lerobot/ada"))?;
    fs::rename(&elsewhere, home.join("lerobot/ada/plates"))?;
    let found = run(home, &["dataset", "info", "--dataset.repo_id=ada/plates"])?;
    ensure!(found.status.code() == Some(0), "{found:?}");
    Ok(())
}
