//! A recording that is killed in mid-episode, and `tendon recover` afterwards: what is listed, kept and thrown away.

use anyhow::{Context as _, Result, ensure};
use dataset::Dataset;
use dataset::progress::Progress;
use dataset::verify::verify;
use serde_json::Value;

use crate::bench::{Bench, Running};

/// Two cameras that Tendon draws.
const CAMERAS: &str = "--robot.cameras={ front: {type: sim, view: front, width: 320, height: 240, fps: 30}, wrist: {type: sim, view: wrist, width: 320, height: 240, fps: 30} }";
/// Rows before the kill: two seconds and more.
const ROWS: u64 = 75;
/// What a kill may cost: a second of rows.
const FPS: u64 = 30;

/// Records into the bench's dataset until it is killed in mid-episode.
fn killed(bench: &Bench, resume: bool) -> Result<()> {
    let mut flags = bench.recording(60.0, 1);
    flags.push(CAMERAS.to_owned());
    if resume {
        flags.push("--resume=true".to_owned());
    }
    let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
    let mut recording = bench.driven("record", &flags)?;
    recording.wait_for("rows of an episode", |line| {
        line["rows"].as_u64().is_some_and(|rows| rows >= ROWS)
    })?;
    recording.signal("KILL")?;
    recording.end()?;
    Ok(())
}

/// `tendon recover --json` with these flags: everything that it says.
fn recover(bench: &Bench, flags: &[&str]) -> Result<Vec<Value>> {
    let mut command = bench.tendon()?;
    command.args(["recover", "--json"]).args(flags);
    let mut running = Running::start(command)?;
    let status = running.end()?;
    ensure!(status.success(), "{flags:?}: {status}, {:?}", running.said);
    Ok(std::mem::take(&mut running.said))
}

fn one<'a>(said: &'a [Value], kind: &str) -> Result<&'a Value> {
    let all: Vec<&Value> = said.iter().filter(|line| line["kind"] == kind).collect();
    ensure!(all.len() == 1, "one {kind}: {said:#?}");
    Ok(all[0])
}

fn text<'a>(object: &'a Value, name: &str) -> Result<&'a str> {
    object[name]
        .as_str()
        .with_context(|| format!("{name}: {object}"))
}

#[test]
fn what_a_kill_left_is_listed_untouched_then_kept_and_verifies() -> Result<()> {
    let bench = Bench::new()?;
    killed(&bench, false)?;
    let root = bench.dataset();
    let listed = recover(&bench, &[])?;
    let left = one(&listed, "left")?.clone();
    ensure!(recover(&bench, &[])? == listed, "looking changed something");
    ensure!(
        text(&left, "folder")? == root.display().to_string(),
        "{left}"
    );
    ensure!(
        left["condition"] == "whole" && left["task"] == "wave",
        "{left}"
    );
    ensure!(
        left["cameras"].as_array().is_some_and(|it| it.len() == 2),
        "{left}"
    );
    let rows = left["rows"].as_u64().unwrap_or_default();
    ensure!(rows + FPS >= ROWS, "{left}");

    let key = text(&left, "key")?;
    let said = recover(&bench, &["--keep", key])?;
    let kept = one(&said, "kept")?;
    ensure!(
        kept["episode"] == 0 && kept["rows"].as_u64().is_some_and(|kept| kept <= rows),
        "{kept}"
    );
    let report = verify(&root, &Progress::new());
    ensure!(report.findings.is_empty(), "{:#?}", report.findings);
    ensure!(recover(&bench, &[])?.is_empty());
    Ok(())
}

#[test]
fn one_is_thrown_away_and_all_others_are_kept() -> Result<()> {
    let bench = Bench::new()?;
    killed(&bench, false)?;
    let said = recover(&bench, &["--keep", "all"])?;
    one(&said, "kept")?;
    killed(&bench, true)?;
    let listed = recover(&bench, &[])?;
    let left = one(&listed, "left")?;
    ensure!(left["episodes"] == 1, "{left}");
    let said = recover(&bench, &["--discard", text(left, "key")?])?;
    one(&said, "discarded")?;
    ensure!(recover(&bench, &["--keep", "all"])?.is_empty());
    let report = verify(&bench.dataset(), &Progress::new());
    ensure!(report.findings.is_empty(), "{:#?}", report.findings);
    ensure!(Dataset::open(bench.dataset())?.episodes().len() == 1);

    let mut nothing = bench.tendon()?;
    nothing.args(["recover", "--keep", "cups:0000"]);
    let said = nothing.output()?;
    ensure!(said.status.code() == Some(2), "{said:?}");
    ensure!(
        String::from_utf8_lossy(&said.stderr).contains("cups:0000"),
        "{said:?}"
    );
    Ok(())
}
