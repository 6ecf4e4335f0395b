//! Every row has the picture that a policy would have seen: proven by what is drawn in each picture of a whole recording.
//!
//! The cameras are peers on the network with clocks of their own, which drift and jitter; each writes its count and the
//! joints as it drew them into its pictures, and remembers when it sent which.

use std::fs;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use dataset::Dataset;
use serde_json::Value;
use sim::camera::Strip;
use sim::{Delivery, Scene, SimArm, View, Webcam, WebcamConfig, read_strip};
use stdx::{Clock as _, SystemClock};
use units::MonoTime;

use crate::bench::Bench;
use crate::network::Cameras;

/// Longest from a picture leaving its camera until it has arrived: two programs on one very busy machine. What is
/// nearer than that is told by the pictures' own times of arrival.
const ON_ITS_WAY: Duration = Duration::from_millis(500);
/// Ticks that a joint may seem to move by noise, rounding and the time that reading six motors takes.
const STILL: i32 = 4;

/// Rows that are recorded: twelve seconds.
const ROWS: usize = 360;
/// Most rows before which a picture was sent that never arrived: what a busy machine may cost.
const DROPS: u64 = 18;

/// A camera as no two are: faster or slower than asked, and never on time.
fn drifting(view: View, ppm: f64) -> WebcamConfig {
    WebcamConfig {
        drift_ppm: ppm,
        jitter: Duration::from_millis(4),
        latency_jitter: Duration::from_millis(5),
        ..WebcamConfig::new(view)
    }
}

/// What is drawn in every picture of the episode's film, in order.
fn drawn(bench: &Bench, camera: &str) -> Result<Vec<Strip>> {
    let film = format!("videos/observation.images.{camera}/chunk-000/file-000.mp4");
    let mut strips = Vec::new();
    for picture in video::Reader::open(&bench.dataset().join(film))? {
        let picture = picture?;
        let strip = read_strip(&picture.y, picture.size);
        strips.push(strip.with_context(|| format!("picture {} has no strip", strips.len()))?);
    }
    Ok(strips)
}

fn numbers(of: &Value) -> Vec<u64> {
    let list = of.as_array().map(Vec::as_slice).unwrap_or_default();
    list.iter().filter_map(Value::as_u64).collect()
}

#[test]
fn every_row_has_the_newest_picture_that_had_arrived_and_shows_the_arm_as_it_was() -> Result<()> {
    let bench = Bench::new()?;
    let scene = Scene::new(Some(bench.chain().eye()), SystemClock.now());
    // In twelve seconds one has 361.4 pictures for 360 rows, and one 358.6: the one must skip, the other must repeat.
    let webcams = [
        Webcam::new(
            drifting(View::Front, 4_000.0),
            scene.clone(),
            SystemClock::shared(),
        ),
        Webcam::new(
            drifting(View::Wrist, -4_000.0),
            scene,
            SystemClock::shared(),
        ),
    ];
    let cameras = Cameras::serve(&webcams)?;
    let recording = bench.recording(12.0, 1);
    let mut flags: Vec<&str> = recording.iter().map(String::as_str).collect();
    let robot_cameras = cameras.flag();
    flags.push(&robot_cameras);
    let mut tendon = bench.driven("record", &flags)?;
    let status = tendon.end()?;
    ensure!(status.success(), "recording ended with {status}");
    let saved = tendon.all("episode_saved");
    let saved = *saved.first().context("nothing was saved")?;
    ensure!(saved["rows"] == 360, "{saved}");

    let told = fs::read_to_string(
        bench
            .dataset()
            .join("meta/tendon/episodes/episode-000000.json"),
    )?;
    let told: Value = serde_json::from_str(&told)?;
    let observed: Vec<MonoTime> = numbers(&told["observed_at_ns"])
        .into_iter()
        .map(MonoTime)
        .collect();
    let joints = joints(&bench)?;
    // A busy machine may miss cycles and answers; such a row has older joints, and says so.
    let (flags, stale) = (numbers(&told["flags"]), numbers(&told["stale"]));
    ensure!(flags.len() == ROWS && stale.len() == ROWS, "{told}");
    let read: Vec<bool> = (0..ROWS)
        .map(|row| flags[row] == 0 && stale[row] == 0)
        .collect();
    ensure!(
        read.iter().filter(|read| **read).count() > ROWS / 2,
        "hardly any row has joints of its own"
    );
    for (at, (webcam, camera)) in webcams.iter().zip(["front", "wrist"]).enumerate() {
        let strips = drawn(&bench, camera)?;
        ensure!(strips.len() == ROWS, "{camera}: {} pictures", strips.len());
        ensure!(
            strips.iter().all(|strip| usize::from(strip.camera) == at),
            "mixed up cameras"
        );
        let sent = webcam.deliveries();
        let arrived = numbers(&told["cameras"][at]["arrived_at_ns"]);
        let sequence = numbers(&told["cameras"][at]["sequence"]);
        ensure!(
            arrived.len() == ROWS,
            "{camera}: {} arrivals",
            arrived.len()
        );
        let mut places = Vec::new();
        for (row, strip) in strips.iter().enumerate() {
            let place = sent
                .iter()
                .position(|delivery| delivery.counter == strip.counter)
                .with_context(|| format!("{camera}: picture {} was never sent", strip.counter))?;
            places.push(place);
            newest(camera, row, &sent[place..], arrived[row], observed[row])?;
            let next = arrived[row..].iter().find(|next| **next != arrived[row]);
            ensure!(
                next.is_none_or(|next| *next > observed[row].as_nanos()),
                "{camera}: the picture of a later row had arrived when row {row} was observed"
            );
            if read[row] {
                as_it_was(camera, row, &sent[place], &joints, &observed, &read)?;
            }
        }
        let counts = &saved["cameras"][camera];
        counted(camera, &places, &sequence, counts)?;
        let must = ["skipped", "repeated"][at];
        ensure!(
            counts[must].as_u64() > Some(0),
            "{camera}: no picture was {must}: {counts}"
        );
    }
    Ok(())
}

/// The picture had arrived when the row was observed, and the one after it had not.
fn newest(
    camera: &str,
    row: usize,
    sent: &[Delivery],
    arrived: u64,
    observed: MonoTime,
) -> Result<()> {
    let (own, next) = (&sent[0], sent.get(1));
    ensure!(
        own.delivered_at.as_nanos() <= arrived && arrived <= observed.as_nanos(),
        "{camera}: row {row} has a picture that had not arrived"
    );
    ensure!(
        MonoTime(arrived).since(own.delivered_at) < ON_ITS_WAY,
        "{camera}: row {row} says that picture {} arrived much later than it was sent",
        own.counter
    );
    ensure!(
        next.is_none_or(|next| next.delivered_at + ON_ITS_WAY > observed),
        "{camera}: row {row} has picture {}, and a newer one had arrived long before",
        own.counter
    );
    Ok(())
}

/// The pictures come in order, and those that arrived and that no row has are counted. `places` are those of the rows'
/// pictures among all that were sent, `sequence` among all that arrived: a camera on the network sends the newest to
/// whoever is slow, so some never arrive.
fn counted(camera: &str, places: &[usize], sequence: &[u64], counts: &Value) -> Result<()> {
    ensure!(
        sequence.len() == places.len(),
        "{camera}: {}",
        sequence.len()
    );
    let (mut fresh, mut repeated, mut skipped, mut unlike) = (1, 0, 0, 0);
    for (sent, arrived) in places.windows(2).zip(sequence.windows(2)) {
        ensure!(
            sent[0] <= sent[1] && arrived[0] <= arrived[1],
            "{camera}: picture {} after {}",
            sent[1],
            sent[0]
        );
        let (on, passed) = ((sent[1] - sent[0]) as u64, arrived[1] - arrived[0]);
        unlike += u64::from(on != passed);
        ensure!(
            (on == 0) == (passed == 0) && passed <= on,
            "{camera}: {passed} pictures arrived while {on} were sent"
        );
        match passed {
            0 => repeated += 1,
            passed => {
                fresh += 1;
                skipped += passed - 1;
            }
        }
    }
    for (name, seen) in [
        ("fresh", fresh),
        ("repeated", repeated),
        ("skipped", skipped),
    ] {
        ensure!(
            counts[name].as_u64() == Some(seen),
            "{camera}: {seen} {name} pictures are to be seen, and told is {counts}"
        );
    }
    ensure!(fresh > 30, "{camera}: hardly any pictures: {counts}");
    // Number and count of a picture stay as far apart as they were but where one was sent that never arrived. A film that
    // is shifted against its rows shows at every repeat and every skip.
    ensure!(
        unlike <= DROPS,
        "{camera}: at {unlike} rows more pictures were sent than arrived"
    );
    Ok(())
}

/// The joints as drawn differ from the row's by no more than the arm moved between the two times.
fn as_it_was(
    camera: &str,
    row: usize,
    picture: &Delivery,
    joints: &[[i32; 6]],
    observed: &[MonoTime],
    read: &[bool],
) -> Result<()> {
    // From the last row before the picture to the row itself: the ways that the arm has taken meanwhile.
    let first = (0..=row)
        .rev()
        .find(|at| read[*at] && observed[*at] <= picture.joints_at)
        .unwrap_or(0);
    for joint in 0..6 {
        let drawn = i32::from(picture.ticks[joint]);
        let here = joints[row][joint];
        let moved: i32 = joints[first..=row]
            .windows(2)
            .map(|pair| (pair[1][joint] - pair[0][joint]).abs())
            .sum();
        ensure!(
            (drawn - here).abs() <= moved + STILL,
            "{camera}: row {row} has joint {joint} at {here} and shows it at {drawn}, though it moved {moved}"
        );
    }
    Ok(())
}

/// The joints of all rows in ticks.
fn joints(bench: &Bench) -> Result<Vec<[i32; 6]>> {
    let calibration = SimArm::follower().calibration;
    let mut joints = Vec::new();
    for row in Dataset::open(bench.dataset())?.rows(0)? {
        let state = row?.state;
        ensure!(state.len() == 6, "a row without joints");
        joints.push(std::array::from_fn(|at| {
            let joint = &calibration[at];
            let (low, high) = (f64::from(joint.range_min), f64::from(joint.range_max));
            let value = f64::from(state[at]);
            let ticks = if at == 5 {
                low + value / 100.0 * (high - low)
            } else {
                (low + high) / 2.0 + value * 4095.0 / 360.0
            };
            ticks.round() as i32
        }));
    }
    Ok(joints)
}
