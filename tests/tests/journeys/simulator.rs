//! `tendon sim` by itself: what it is told on its standard input, and faults with their times.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;
use tempfile::TempDir;

use crate::bench::{Running, eventually};
use crate::program;

fn sim(home: &TempDir, flags: &[&str]) -> Result<Running> {
    let mut command = Command::new(program::tendon()?);
    command
        .args(["sim", "--json"])
        .args(flags)
        .env("HOME", home.path())
        .env("XDG_STATE_HOME", home.path().join("state"))
        .env("XDG_CONFIG_HOME", home.path().join("config"));
    Running::start(command)
}

/// One line and its one answer.
fn ask(sim: &mut Running, line: &str) -> Result<Value> {
    let stdin = sim.stdin.as_mut().context("standard input is closed")?;
    writeln!(stdin, "{line}")?;
    sim.wait_for("an answer", |said| {
        said["kind"] == "answer" && said["command"] == line
    })
}

#[test]
fn a_simulator_does_what_it_is_told_and_answers_each_line() -> Result<()> {
    let home = TempDir::new()?;
    let link = home.path().join("arm");
    let flag = format!("--link={}", link.display());
    let mut sim = sim(&home, &["--commands", "--fault=mute=3@1s+2s", &flag])?;
    sim.wait_for_kind("serving")?;
    for (line, ok, part) in [
        ("ids", true, "1 2 3 4 5 6"),
        ("fault corrupt=*:2%", true, ""),
        ("place 1 20", true, ""),
        ("truth 1", true, "angle=20.00"),
        ("get 2 Homing_Offset", true, "1131"),
        ("fault bites=3", false, ""),
        ("dance", false, ""),
        ("behave", true, ""),
    ] {
        let answer = ask(&mut sim, line)?;
        ensure!(answer["ok"] == ok, "{answer}");
        let words = answer["answer"].as_str().unwrap_or_default();
        ensure!(words.contains(part), "{answer}");
        ensure!(ok || !answer["remedy"].is_null(), "no remedy: {answer}");
    }
    ask(&mut sim, "unplug 100ms")?;
    eventually("the port is gone", || fs::symlink_metadata(&link).is_err())?;
    eventually("the port is back", || link.exists())?;
    drop(sim.stdin.take());
    ensure!(sim.end()?.success(), "{:?}", sim.said.last());
    let injected = sim.all("injected");
    ensure!(
        injected.len() == 1 && injected[0]["unplugged"] == 1,
        "{injected:?}"
    );
    Ok(())
}

#[test]
fn what_a_simulator_does_not_know_is_refused_before_it_serves() -> Result<()> {
    let home = TempDir::new()?;
    for flag in [
        "--fault=bites=3",
        "--fault=mute=3@soon",
        "--fault=mute=9",
        "--arm=tentacle",
        "--arm=factory:300",
        "--arm=random:x",
    ] {
        let mut refused = sim(&home, &[flag])?;
        let status = refused.end()?;
        ensure!(status.code() == Some(2), "{flag}: ended with {status}");
        let errors = refused.all("error");
        ensure!(
            errors.len() == 1 && !errors[0]["remedy"].is_null(),
            "{flag}: {errors:?}"
        );
        ensure!(refused.all("serving").is_empty(), "{flag} was served");
    }
    Ok(())
}

#[test]
fn new_motors_are_served_with_their_ids_and_rates() -> Result<()> {
    let home = TempDir::new()?;
    for (arm, ids) in [
        ("factory", "1"),
        ("factory:1,1", "1 1"),
        ("factory:1,6@115200", "1 6"),
        ("random:7", "1 2 3 4 5 6"),
    ] {
        let mut sim = sim(&home, &["--commands", &format!("--arm={arm}")])?;
        let answer = ask(&mut sim, "ids")?;
        ensure!(answer["answer"] == ids, "{arm}: {answer}");
    }
    Ok(())
}

#[test]
fn the_arms_cameras_are_network_cameras_for_any_other_program() -> Result<()> {
    let home = TempDir::new()?;
    let mut sim = sim(
        &home,
        &[
            "--cameras=front,wrist",
            "--camera.size=320x240",
            "--camera-fault=wrist:garbage",
        ],
    )?;
    let serving = sim.wait_for_kind("serving")?;
    for (camera, whole) in [("front", true), ("wrist", false)] {
        let url = serving["cameras"][camera].as_str().context("no stream")?;
        let address = url
            .strip_prefix("http://")
            .and_then(|rest| rest.strip_suffix(&format!("/{camera}")))
            .with_context(|| format!("{url} is no stream of {camera}"))?;
        let mut stream = TcpStream::connect(address)?;
        write!(stream, "GET /{camera}.jpg HTTP/1.1\r\nHost: test\r\n\r\n")?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        ensure!(answer.starts_with(b"HTTP/1.1 200 OK\r\n"), "{camera}");
        let ends = answer.ends_with(&[0xff, 0xd9]);
        ensure!(ends == whole, "{camera}: {} bytes", answer.len());
    }
    Ok(())
}
