//! What a window says and does when an adapter or a camera is pulled out, and when it comes back.

use anyhow::{Result, ensure};
use sim::{MjpegServer, Scene, Torque, View, Webcam, WebcamConfig};
use stdx::{Clock as _, SystemClock};

use crate::accessible::sound;
use crate::bench::Bench;
use crate::session::{fill_session, release, rows, verified};

#[test]
fn an_adapter_that_is_pulled_out_is_said_with_torque_unknown_and_driving_goes_on_when_it_is_back()
-> Result<()> {
    let mut bench = Bench::new()?;
    let window = bench.window()?;
    window.press("Drive")?;
    window.session("holding")?;
    window.press("Start driving")?;
    window.session("driving")?;
    bench.adapter.unplug();
    window.session("faulted")?;
    window.torque("unknown")?;
    window.until("the deck says what was lost", |window| {
        Ok(window.marked("trouble")?.is_some_and(|said| {
            said.contains("serial line lost") && said.contains("torque may still be on")
        }))
    })?;
    sound(&window, "Drive, faulted")?;
    bench.motors(Torque::On)?;
    bench.adapter.replug();
    window.torque("on")?;
    window.session("driving")?;
    release(&window)?;
    bench.motors(Torque::Off)?;
    window.close()?;
    Ok(())
}

#[test]
fn an_adapter_and_a_camera_that_go_in_mid_episode_cost_its_end_and_nothing_else() -> Result<()> {
    let config = WebcamConfig {
        name: "desk".to_owned(),
        ..WebcamConfig::new(View::Front)
    };
    let scene = Scene::new(None, SystemClock.now());
    let camera = Webcam::new(config, scene, SystemClock::shared());
    let cameras = MjpegServer::start(vec![camera], 0)?;
    let mut bench = Bench::new()?;
    let window = bench.window()?;
    window.press("Set up cameras")?;
    window.press("Network camera")?;
    window.fill("textbox", "Address", &cameras.url("desk"))?;
    window.fill("textbox", "Name in datasets", "desk")?;
    window.press("Set up")?;
    window.press("Show picture")?;
    window.until_drawn("desk")?;

    fill_session(&window, "me/lost", 3, 0)?;
    window.press("Open and get ready")?;
    window.until_marked("record", "ready")?;
    window.press("Start")?;
    rows(&window, 1, 20)?;
    bench.adapter.unplug();
    window.torque("unknown")?;
    bench.adapter.replug();
    window.torque("on")?;
    rows(&window, 2, 20)?;

    drop(cameras);
    window.until_said("a camera was silent")?;
    window.press("End session")?;
    window.session("idle")?;
    bench.motors(Torque::Off)?;
    let home = window.close()?;
    let lengths = verified(home.path(), "me/lost")?;
    ensure!(
        lengths.len() == 2 && lengths.iter().all(|length| *length >= 20),
        "{lengths:?}"
    );
    Ok(())
}
