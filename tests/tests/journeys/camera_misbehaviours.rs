//! A story per way in which a camera misbehaves while the real program records: what the person is told, what is in the
//! dataset, and that nothing is lost.

use anyhow::{Context as _, Result, ensure};
use dataset::progress::Progress;
use dataset::verify;
use serde_json::Value;
use sim::{CameraPlan, Scene, View, Webcam, WebcamConfig};
use stdx::{Clock as _, SystemClock};

use crate::bench::{Bench, Running};
use crate::filmed::{self, Seen};
use crate::network::Cameras;

/// A session with one camera that misbehaves, and what became of it.
struct Story {
    bench: Bench,
    tendon: Running,
    /// What the films of each episode show.
    films: Vec<Seen>,
}

impl Story {
    /// Records `episodes` of three seconds; `fault` begins with the first episode.
    fn tell(fault: &str, episodes: u32) -> Result<Self> {
        let bench = Bench::new()?;
        let scene = Scene::new(Some(bench.chain().eye()), SystemClock.now());
        let webcam = Webcam::new(WebcamConfig::new(View::Front), scene, SystemClock::shared());
        let cameras = Cameras::serve(std::slice::from_ref(&webcam))?;
        let mut flags = bench.recording(3.0, episodes);
        flags.push(cameras.flag());
        let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
        let mut tendon = bench.driven("record", &flags)?;
        tendon.wait_for_kind("episode_started")?;
        let plan: CameraPlan = fault.parse()?;
        webcam.plan(plan);
        let status = tendon.end()?;
        ensure!(status.success(), "{fault}: ended with {status}");
        let mut story = Self {
            bench,
            tendon,
            films: Vec::new(),
        };
        story.is_whole(fault, episodes)?;
        Ok(story)
    }

    /// Whatever a camera does: every episode is there, and every row of it shows the newest picture that had arrived.
    fn is_whole(&mut self, fault: &str, episodes: u32) -> Result<()> {
        let saved = self.saved();
        ensure!(saved.len() == episodes as usize, "{fault}: {saved:?}");
        let mut seen = Vec::new();
        for (index, episode) in saved.iter().enumerate() {
            let films = filmed::films(&self.bench.dataset(), index as u64)?;
            let film = films.first().context("no film")?;
            let shown = film.agrees().with_context(|| fault.to_owned())?;
            // Of a black picture the count cannot be read, and of no other; and none comes twice unasked.
            ensure!(
                (shown.unread > 0) == fault.starts_with("black")
                    && (shown.doubles > 0) == fault.starts_with("duplicate"),
                "{fault}: {shown:?}"
            );
            seen.push(shown);
            let told = &episode["cameras"]["front"];
            let says = |what: &str| told[what].as_u64();
            let account = &film.account;
            ensure!(
                episode["rows"].as_u64() == Some(film.strips.len() as u64)
                    && says("fresh") == Some(account.fresh)
                    && says("repeated") == Some(account.repeated)
                    && says("skipped") == Some(account.skipped)
                    && says("late") == Some(account.late),
                "{fault}: told is {episode}, and stored {} fresh, {} repeated, {} skipped, {} late of {} rows",
                account.fresh,
                account.repeated,
                account.skipped,
                account.late,
                film.strips.len()
            );
        }
        self.films = seen;
        let report = verify::verify(&self.bench.dataset(), &Progress::new());
        ensure!(report.clean(), "{fault}: {:?}", report.findings);
        Ok(())
    }

    fn saved(&self) -> Vec<&Value> {
        self.tendon.all("episode_saved")
    }

    /// Of the first episode.
    fn count(&self, what: &str) -> u64 {
        let first = self
            .saved()
            .first()
            .map(|saved| &saved["cameras"]["front"][what]);
        first.and_then(Value::as_u64).unwrap_or(0)
    }

    /// What was told about the camera, first words only, one of each.
    fn told(&self, event: &str) -> Option<&str> {
        let lines = self.tendon.all("camera");
        let line = lines.into_iter().find(|line| line["event"] == event)?;
        line["text"].as_str()
    }
}

#[test]
fn a_camera_that_stalls_for_a_second_leaves_late_rows_and_the_episode_goes_on() -> Result<()> {
    let story = Story::tell("stall@500ms+1s", 1)?;
    ensure!(story.saved()[0]["ended"] == "time", "{:?}", story.saved());
    ensure!(story.count("late") >= 20, "{:?}", story.saved());
    ensure!(story.count("repeated") >= 20, "{:?}", story.saved());
    Ok(())
}

#[test]
fn a_camera_that_is_gone_ends_the_episode_and_the_next_begins_when_the_same_one_is_back()
-> Result<()> {
    let story = Story::tell("gone@200ms+8s", 2)?;
    let saved = story.saved();
    ensure!(saved[0]["ended"] == "camera_silent", "{saved:?}");
    ensure!(saved[1]["ended"] == "time", "{saved:?}");
    ensure!(story.told("lost").is_some(), "nobody was told of the loss");
    ensure!(
        story.told("back").is_some(),
        "nobody was told of its return"
    );
    let waits = story.tendon.all("trouble");
    let waits = waits
        .first()
        .context("nobody was told that recording waits")?;
    ensure!(
        waits["message"] == "recording waits for camera front" && waits["recording"] == true,
        "{waits}"
    );
    ensure!(
        !story.tendon.all("cameras_see").is_empty(),
        "recording did not go on"
    );
    Ok(())
}

#[test]
fn damaged_pictures_are_told_of_and_in_no_film() -> Result<()> {
    let story = Story::tell("truncated=20%", 1)?;
    let told = story.told("bad").context("nobody was told")?;
    ensure!(told.contains("damaged pictures"), "{told}");
    // Checked pictures only: none came as far as the encoder.
    ensure!(story.count("squeezed") == 0, "{:?}", story.saved());
    ensure!(story.count("repeated") > 0, "{:?}", story.saved());
    let film = &story.films[0];
    ensure!(film.unread == 0 && film.damaged > 0, "{film:?}");
    Ok(())
}

#[test]
fn a_camera_that_changes_its_size_is_told_of_and_taken_back_when_it_is_as_it_was() -> Result<()> {
    let story = Story::tell("size=320x240@500ms+1s", 1)?;
    let told = story.told("lost").context("nobody was told")?;
    ensure!(
        told.contains("it sends pictures of 320x240, and 640x480 was asked for"),
        "{told}"
    );
    ensure!(
        story.told("back").is_some(),
        "nobody was told of its return"
    );
    Ok(())
}

#[test]
fn late_lost_doubled_black_and_unsteady_pictures_cost_no_row() -> Result<()> {
    for fault in [
        "late=200ms@500ms+1s",
        "lost=30%",
        "duplicate=30%",
        "black=20%",
        "jitter=30ms",
        // Between the pictures of a stream; there is no picture in it that could be called damaged.
        "garbage=20%",
        "rate=29.97",
    ] {
        let story = Story::tell(fault, 1)?;
        ensure!(
            story.saved()[0]["rows"] == 90,
            "{fault}: {:?}",
            story.saved()
        );
        ensure!(
            story.saved()[0]["ended"] == "time",
            "{fault}: {:?}",
            story.saved()
        );
        let film = &story.films[0];
        match fault {
            "late=200ms@500ms+1s" => ensure!(story.count("late") > 0, "{:?}", story.saved()),
            "lost=30%" => ensure!(
                story.count("repeated") > 5 && film.drops > 5,
                "{film:?}: {:?}",
                story.saved()
            ),
            "black=20%" => ensure!(film.unread > 5, "{film:?}"),
            _ => {}
        }
    }
    Ok(())
}
