//! How pictures are kept: films in AV1 while recording or after the session, and pictures inside the table. Whatever it was, the
//! dataset is sound and every row's picture can be looked at.

use std::fs;
use std::path::Path;
use std::process::Output;

use anyhow::{Context as _, Result, ensure};
use dataset::progress::Progress;
use dataset::verify::verify;
use dataset::{Codec, Info};
use pixels::Size;
use serde_json::Value;
use sim::{Scene, View, Webcam, WebcamConfig};
use stdx::{Clock as _, SystemClock};

use crate::bench::{Bench, Running};
use crate::network::Cameras;

/// Pictures small enough for AV1 on a machine of any speed, without optimisation.
fn cameras(bench: &Bench) -> Result<Cameras> {
    let scene = Scene::new(Some(bench.chain().eye()), SystemClock.now());
    let size = Size::new(96, 64).context("no size")?;
    let webcam = |view| {
        let config = WebcamConfig {
            size,
            ..WebcamConfig::new(view)
        };
        Webcam::new(config, scene.clone(), SystemClock::shared())
    };
    Cameras::serve(&[webcam(View::Front), webcam(View::Wrist)])
}

/// Records with both cameras and these flags, to the end.
fn recorded(bench: &Bench, seconds: f64, episodes: u32, more: &[&str]) -> Result<Running> {
    let cameras = cameras(bench)?;
    let mut tendon = begun(bench, &cameras, seconds, episodes, more)?;
    let status = tendon.end()?;
    ensure!(status.success(), "recording ended with {status}");
    ensure!(tendon.all("episode_saved").len() == episodes as usize);
    Ok(tendon)
}

fn begun(
    bench: &Bench,
    cameras: &Cameras,
    seconds: f64,
    episodes: u32,
    more: &[&str],
) -> Result<Running> {
    let recording = bench.recording(seconds, episodes);
    let flag = cameras.flag();
    let mut flags: Vec<&str> = recording.iter().map(String::as_str).collect();
    flags.push(&flag);
    flags.extend(more);
    bench.driven("record", &flags)
}

/// What the preflight said about codecs.
fn told(tendon: &Running) -> Option<&str> {
    let checks = tendon.all("preflight");
    let check = checks.iter().find(|check| check["check"] == "codec")?;
    check["found"].as_str()
}

fn films(root: &Path) -> Result<Vec<Option<Codec>>> {
    let mut all = Vec::new();
    for camera in ["front", "wrist"] {
        let folder = root.join(format!("videos/observation.images.{camera}/chunk-000"));
        for film in fs::read_dir(folder)? {
            let path = film?.path();
            if path.extension().is_some_and(|it| it == "mp4") {
                all.push(video::mp4::inspect(&path)?.codec);
            }
        }
    }
    Ok(all)
}

fn is_sound(root: &Path) -> Result<()> {
    let report = verify(root, &Progress::new());
    ensure!(report.clean(), "{report:?}");
    Ok(())
}

fn dataset(bench: &Bench, verb: &[&str]) -> Result<Output> {
    let mut command = bench.tendon()?;
    command.arg("dataset").args(verb).arg(bench.dataset());
    Ok(command.output()?)
}

/// `tendon` finds nothing wrong, and shows the pictures of rows of the first episode.
fn can_be_looked_at(bench: &Bench, rows: u64) -> Result<()> {
    let verified = dataset(bench, &["verify"])?;
    let said = String::from_utf8_lossy(&verified.stdout);
    ensure!(verified.status.success(), "{said}");
    ensure!(said.contains("nothing wrong"), "{said}");
    for index in [0, rows - 1] {
        let folder = bench.home.path().join(format!("row-{index}"));
        fs::create_dir_all(&folder)?;
        let index = format!("--index={index}");
        let out = format!("--out={}", folder.display());
        let shown = dataset(bench, &["frame", "--episode=0", &index, &out])?;
        ensure!(shown.status.success(), "{shown:?}");
        let pictures = fs::read_dir(&folder)?.count();
        ensure!(pictures == 2, "{pictures} pictures in {folder:?}");
        for picture in fs::read_dir(&folder)? {
            let (size, rgb) = pixels::png::decode(&fs::read(picture?.path())?)?;
            ensure!((size.width(), size.height()) == (96, 64), "{size}");
            let (darkest, brightest) = (rgb.iter().min(), rgb.iter().max());
            ensure!(
                darkest.zip(brightest).is_some_and(|(a, b)| b - a > 60),
                "an empty picture"
            );
        }
    }
    Ok(())
}

#[test]
fn films_asked_for_in_av1_are_av1_while_they_are_recorded() -> Result<()> {
    let bench = Bench::new()?;
    let more = ["--dataset.vcodec=av1", "--dataset.av1=live"];
    let tendon = recorded(&bench, 2.0, 1, &more)?;
    ensure!(
        told(&tendon) == Some("AV1 while recording, as asked for"),
        "{:?}",
        told(&tendon)
    );
    ensure!(tendon.all("reencoded").is_empty());
    ensure!(films(&bench.dataset())? == [Some(Codec::Av1); 2]);
    can_be_looked_at(&bench, 60)
}

#[test]
fn films_asked_for_in_av1_are_made_after_the_session_where_there_is_no_time_before() -> Result<()> {
    let bench = Bench::new()?;
    let more = ["--dataset.vcodec=av1", "--dataset.av1=after"];
    let tendon = recorded(&bench, 1.5, 2, &more)?;
    let promised = "as asked for: recording H.264, AV1 after the session";
    ensure!(told(&tendon) == Some(promised), "{:?}", told(&tendon));
    // The arm was let down before the first film was begun.
    let at = |kind: &str| tendon.said.iter().position(|line| line["kind"] == kind);
    let (report, first) = (at("loop_report"), at("progress"));
    ensure!(report.is_some() && report < first, "{report:?} {first:?}");
    let made = tendon.all("film_reencoded");
    ensure!(made.len() == 4, "{made:?}");
    for film in made {
        ensure!(film["pictures"] == 45, "{film}");
        ensure!(
            film["worst_db"].as_f64().is_none_or(|db| db >= 32.0),
            "{film}"
        );
    }
    ensure!(films(&bench.dataset())? == [Some(Codec::Av1); 4]);
    let info = Info::read(&bench.dataset())?;
    for camera in ["front", "wrist"] {
        let said = info.film_codec(&format!("observation.images.{camera}"));
        ensure!(said == Some("av1"), "{said:?}");
    }
    can_be_looked_at(&bench, 45)
}

#[test]
fn what_this_computer_can_is_measured_and_the_films_are_av1_either_way() -> Result<()> {
    let bench = Bench::new()?;
    let tendon = recorded(&bench, 1.0, 1, &["--dataset.vcodec=av1"])?;
    let told = told(&tendon).context("nothing was said about the codec")?;
    ensure!(
        told.starts_with("this computer encodes ")
            && told.contains("pictures/s in AV1, 60 are needed"),
        "{told}"
    );
    let later = told.ends_with("recording H.264, AV1 after the session");
    ensure!(
        tendon.all("reencoded").len() == usize::from(later),
        "{told}"
    );
    ensure!(films(&bench.dataset())? == [Some(Codec::Av1); 2], "{told}");
    can_be_looked_at(&bench, 30)
}

/// Makes the films of the bench's dataset again, and goes on meanwhile.
fn begun_again(bench: &Bench) -> Result<Running> {
    let mut command = bench.tendon()?;
    command
        .args(["dataset", "reencode", "--json", "--vcodec=av1"])
        .arg(bench.dataset());
    Running::start(command)
}

fn nothing_half_written(root: &Path) -> Result<()> {
    for camera in ["front", "wrist"] {
        let folder = root.join(format!("videos/observation.images.{camera}/chunk-000"));
        for file in fs::read_dir(folder)? {
            let path = file?.path();
            ensure!(
                path.extension().is_some_and(|it| it == "mp4"),
                "{path:?} is left over"
            );
        }
    }
    Ok(())
}

#[test]
fn films_that_wait_are_made_later_and_a_kill_at_any_moment_costs_nothing() -> Result<()> {
    let bench = Bench::new()?;
    let root = bench.dataset();
    let served = cameras(&bench)?;
    let more = ["--dataset.vcodec=av1", "--dataset.av1=after"];
    let mut tendon = begun(&bench, &served, 2.0, 50, &more)?;
    tendon.wait_for("the second episode", |line| {
        line["kind"] == "episode_saved" && line["episode"] == 1
    })?;
    // Who presses Ctrl-C wants the program to end.
    tendon.signal("INT")?;
    let status = tendon.end()?;
    ensure!(status.code() == Some(130), "{status}");
    let wait = tendon.all("films_wait");
    let films_wait = wait.first().context("nobody told of the films that wait")?;
    let all = films(&root)?;
    ensure!(
        films_wait["films"] == all.len() && all.len() >= 4,
        "{films_wait}"
    );
    ensure!(all.iter().all(|codec| *codec == Some(Codec::H264)));
    is_sound(&root)?;

    // A person who stops it has as many films in H.264 as they are told, and nothing half-written.
    let mut stopped = begun_again(&bench)?;
    stopped.wait_for("the first picture", |line| {
        line["stage"] == "encoding" && line["done"] != 0
    })?;
    stopped.signal("INT")?;
    stopped.end()?;
    let report = *stopped.all("reencoded").first().context("no report")?;
    let wait = films(&root)?
        .iter()
        .filter(|codec| **codec == Some(Codec::H264))
        .count();
    ensure!(
        report["waiting"] == wait && wait > 0,
        "{report}, {wait} films wait"
    );
    nothing_half_written(&root)?;
    is_sound(&root)?;

    let mut kills = 0;
    for pictures in [1, 70, 130, 200, 260] {
        let mut tendon = begun_again(&bench)?;
        // Counted anew each time: films that are done are passed by.
        let reached = tendon.wait_for("progress", |line| {
            let encoding = line["stage"] == "encoding" && line["done"].as_u64() >= Some(pictures);
            encoding || line["kind"] == "reencoded"
        })?;
        if reached["kind"] == "progress" {
            tendon.signal("KILL")?;
            kills += 1;
        }
        tendon.end()?;
        is_sound(&root)?;
    }
    ensure!(kills > 0, "nothing was ever cut short");
    let done = dataset(&bench, &["reencode", "--json"])?;
    ensure!(done.status.success(), "{done:?}");
    let last = String::from_utf8_lossy(&done.stdout);
    let report: Value = last
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .find(|line| line["kind"] == "reencoded")
        .context("no report")?;
    ensure!(report["waiting"] == 0 && report["left"] == 0, "{report}");
    ensure!(films(&root)?.iter().all(|codec| *codec == Some(Codec::Av1)));
    nothing_half_written(&root)?;
    can_be_looked_at(&bench, 60)
}

#[test]
fn pictures_inside_the_table_are_recorded_checked_and_shown() -> Result<()> {
    let bench = Bench::new()?;
    let tendon = recorded(&bench, 1.5, 2, &["--dataset.video=false"])?;
    ensure!(told(&tendon).is_none());
    let root = bench.dataset();
    ensure!(!root.join("videos").exists());
    let info = Info::read(&root)?;
    ensure!(info.video_path.is_none());
    let front = info
        .feature("observation.images.front")
        .context("no camera")?;
    ensure!(
        front.dtype == "image" && front.shape == [64, 96, 3],
        "{front:?}"
    );
    can_be_looked_at(&bench, 45)?;
    // There is nothing to make again, and that is no failure.
    let nothing = dataset(&bench, &["reencode"])?;
    ensure!(nothing.status.success(), "{nothing:?}");
    Ok(())
}
