//! Finding cameras and looking through them while driving, with the real program: simulated ones, and ones on the network
//! that are served by this test.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use anyhow::{Context as _, Result, ensure};
use pixels::Size;
use serde_json::Value;
use sim::{MjpegServer, Scene, View, Webcam, WebcamConfig};
use stdx::{Clock as _, SystemClock};
use tempfile::TempDir;

use crate::bench::Running;
use crate::program;

fn tendon(home: &Path) -> Result<Command> {
    let mut command = Command::new(program::tendon()?);
    command
        .env("HOME", home)
        .env("XDG_STATE_HOME", home.join("state"))
        .env("XDG_CONFIG_HOME", home.join("config"))
        .current_dir(home);
    Ok(command)
}

/// A phone that looks at nobody's arm, as a server on 127.0.0.1.
fn phone() -> Result<(Webcam, MjpegServer)> {
    let config = WebcamConfig {
        name: "phone".to_owned(),
        ..WebcamConfig::new(View::Front)
    };
    let scene = Scene::new(None, SystemClock.now());
    let webcam = Webcam::new(config, scene, SystemClock::shared());
    let server = MjpegServer::start(vec![webcam.clone()], 0)?;
    Ok((webcam, server))
}

/// The one object that it told, and the camera in it that is called so.
fn camera(output: &Output, name: &str) -> Result<Value> {
    let text = String::from_utf8(output.stdout.clone())?;
    let told: Value =
        serde_json::from_str(&text).with_context(|| format!("one object, not {text}"))?;
    let cameras = told["cameras"].as_array().context("cameras")?;
    let named = cameras.iter().find(|camera| camera["name"] == name);
    named
        .cloned()
        .with_context(|| format!("{name} is not in {text}"))
}

#[test]
fn a_picture_of_each_simulated_camera_is_saved_where_it_was_asked_for() -> Result<()> {
    let home = TempDir::new()?;
    let output = tendon(home.path())?
        .args(["find-cameras", "--simulated", "--output=seen", "--json"])
        .output()?;
    ensure!(output.status.code() == Some(0), "{output:?}");
    let mut pictures = Vec::new();
    for name in ["simulated front camera", "simulated wrist camera"] {
        let camera = camera(&output, name)?;
        let picture = &camera["picture"];
        let path = picture["path"].as_str().context("a path")?;
        let bytes = fs::read(home.path().join(path))?;
        ensure!(Some(pixels::jpeg::check(&bytes)?) == Size::new(640, 480));
        ensure!(
            picture["dark"] == false && camera["trouble"].is_null(),
            "{camera}"
        );
        ensure!(
            picture["ready_after_s"].is_number(),
            "the warm-up was measured: {camera}"
        );
        pictures.push(bytes);
    }
    ensure!(pictures[0] != pictures[1], "each shows what it sees");
    // Nothing is opened and nothing written when only the list is wanted.
    let output = tendon(home.path())?
        .args(["find-cameras", "--simulated", "--no-pictures", "--json"])
        .output()?;
    ensure!(output.status.code() == Some(0));
    ensure!(camera(&output, "simulated front camera")?["picture"].is_null());
    ensure!(!home.path().join("outputs").exists());
    Ok(())
}

#[test]
fn a_camera_on_the_network_is_tried_before_it_is_used() -> Result<()> {
    let home = TempDir::new()?;
    let (_webcam, server) = phone()?;
    let find = |size: &str| -> Result<Output> {
        let flag = format!(
            "--robot.cameras={{ phone: {{type: mjpeg, url: '{}', {size}, fps: 30}} }}",
            server.url("phone")
        );
        Ok(tendon(home.path())?
            .args(["find-cameras", "--output=seen", "--json", &flag])
            .output()?)
    };
    let output = find("width: 640, height: 480")?;
    let told = camera(&output, "phone")?;
    ensure!(output.status.code() == Some(0), "{told}");
    let path = told["picture"]["path"].as_str().context("a path")?;
    let bytes = fs::read(home.path().join(path))?;
    ensure!(Some(pixels::jpeg::check(&bytes)?) == Size::new(640, 480));

    let output = find("width: 800, height: 600")?;
    let told = camera(&output, "phone")?;
    let message = told["trouble"]["message"].as_str().context("a message")?;
    ensure!(
        message.contains("it sends pictures of 640x480, and 800x600 was asked for"),
        "{told}"
    );
    ensure!(
        told["trouble"]["remedy"]
            .as_str()
            .is_some_and(|remedy| remedy.contains("width: 640, height: 480"))
    );
    Ok(())
}

#[test]
fn a_camera_that_goes_and_comes_back_is_shown_while_the_arm_goes_on() -> Result<()> {
    let home = TempDir::new()?;
    let (webcam, server) = phone()?;
    let mut command = tendon(home.path())?;
    command.args([
        "teleoperate",
        "--json",
        "--robot.port=sim",
        "--teleop.type=hold",
    ]);
    command.arg(format!(
        "--robot.cameras={{ phone: {{type: mjpeg, url: '{}'}}, wrist: {{type: sim, view: wrist}} }}",
        server.url("phone")
    ));
    let mut running = Running::start(command)?;
    let state = |told: &Value, name: &str, wanted: &str| {
        told["cameras"].as_array().is_some_and(|cameras| {
            cameras.iter().any(|camera| {
                camera["camera"] == name
                    && camera["state"] == wanted
                    && (wanted != "ready" || camera["fps"].is_number())
            })
        })
    };
    running.wait_for("both cameras", |told| {
        state(told, "phone", "ready") && state(told, "wrist", "ready")
    })?;
    webcam.unplug();
    let lost = running.wait_for("the phone's loss", |told| {
        told["kind"] == "camera" && told["event"] == "lost"
    })?;
    ensure!(lost["camera"] == "phone", "{lost}");
    running.wait_for("the other one", |told| {
        state(told, "phone", "lost") && state(told, "wrist", "ready")
    })?;
    webcam.replug();
    running.wait_for("the phone", |told| {
        told["kind"] == "camera" && told["event"] == "back"
    })?;
    running.wait_for("its pictures", |told| state(told, "phone", "ready"))?;
    // The arm was driven all the while.
    let states = running.all("status");
    let drove: Vec<bool> = states
        .iter()
        .map(|told| told["state"] == "driving")
        .collect();
    let first = drove.iter().position(|drove| *drove).context("it drove")?;
    ensure!(drove[first..].iter().all(|drove| *drove), "{drove:?}");
    running.signal("INT")?;
    let ended = running.end()?;
    ensure!(ended.code() == Some(130), "{ended}");
    Ok(())
}

#[test]
fn flags_that_make_no_sense_are_refused_before_an_arm_is_touched() -> Result<()> {
    let home = TempDir::new()?;
    let output = tendon(home.path())?
        .args([
            "teleoperate",
            "--robot.port=/dev/nowhere",
            "--teleop.type=hold",
        ])
        .arg("--robot.cameras={ front: {type: opencv, index_or_path: 0, size: vga} }")
        .output()?;
    let told = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.code() == Some(2), "{told}");
    ensure!(
        told.contains("type opencv has no key size") && told.contains("It has backend,"),
        "{told}"
    );
    Ok(())
}
