//! Two pairs: four simulated arms in four processes, one loop. What four lines cost over two, and how well the loop
//! keeps its time.
//!
//! Not here: one pair in every condition (`control`).

use std::fs::File;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use stdx::Clock as _;

use super::arrivals::{self, Arrival, Pace, QUANTILES};
use super::control::USB_LATENCY_US;
use super::figures::{Figure, Results, say};
use super::tendon::{Running, Scene, Tendon, User, flag};
use super::{Effort, clock, machine};

const RATE: f64 = 120.0;
/// The first seconds are connecting and the bounded first move.
const SETTLING: f64 = 3.0;
/// Nor is the end looked at, where the arms are released.
const ENDING: f64 = 0.3;

/// One simulated arm of a pair.
struct Line {
    name: &'static str,
    sim: Running,
}

/// Starts a simulated arm whose link, log and calibration file carry its name.
fn start(scene: &Scene, name: &'static str, kind: &str) -> Result<Line> {
    let place = |ending: &str| scene.folder.path().join(format!("{name}{ending}"));
    let mut command = scene.home(Command::new(&scene.tendon), &format!("{name}-home"));
    command
        .arg("sim")
        .arg(flag("arm", kind))
        .arg(flag("link", place("").display()))
        .arg(flag("usb-latency-us", USB_LATENCY_US))
        .arg(flag("goal-log", place(".goals").display()))
        .arg(flag("calibration_dir", scene.folder.path().display()))
        .arg(flag("id", name))
        .arg("--json")
        .stdin(Stdio::null())
        .stdout(File::create(place(".out"))?);
    let mut sim = Running::start(command, "tendon sim")?;
    let patience = clock().now() + Duration::from_secs(10);
    while !place("").exists() {
        if let Some(status) = sim.ended()? {
            bail!("tendon sim ended at once: {status}");
        }
        if clock().now() > patience {
            bail!("tendon sim made no line within ten seconds");
        }
        clock().sleep(Duration::from_millis(20));
    }
    Ok(Line { name, sim })
}

/// Drives one pair, or two, and returns what arrived at the last follower and the loop's own report.
fn session(
    tendon: &Tendon,
    pairs: usize,
    seconds: f64,
) -> Result<(Vec<Arrival>, serde_json::Value)> {
    let scene = tendon.scene()?;
    let folder = scene.folder.path();
    let names = [("arm_left", "lead_left"), ("arm_right", "lead_right")];
    let (mut followers, mut leaders) = (Vec::new(), Vec::new());
    for (follower, leader) in &names[..pairs] {
        followers.push(start(&scene, follower, "follower")?);
        leaders.push(start(&scene, leader, "leader")?);
    }
    let mut command = scene.home(Command::new(&scene.tendon), "home");
    command
        .arg("teleoperate")
        .arg(flag("fps", RATE))
        .arg(flag("teleop_time_s", seconds))
        .arg(flag("robot.calibration_dir", folder.display()))
        .arg(flag("teleop.calibration_dir", folder.display()));
    let port = |name: &str| folder.join(name).display().to_string();
    if pairs == 1 {
        command
            .arg(flag("robot.port", port(names[0].0)))
            .arg(flag("robot.id", names[0].0))
            .arg(flag("teleop.type", "so101_leader"))
            .arg(flag("teleop.port", port(names[0].1)))
            .arg(flag("teleop.id", names[0].1));
    } else {
        command
            .arg(flag("robot.type", "bi_so_follower"))
            .arg(flag("robot.id", "arm"))
            .arg(flag("teleop.type", "bi_so_leader"))
            .arg(flag("teleop.id", "lead"));
        for (side, (follower, leader)) in ["left", "right"].into_iter().zip(names) {
            command
                .arg(flag(
                    &format!("robot.{side}_arm_config.port"),
                    port(follower),
                ))
                .arg(flag(
                    &format!("teleop.{side}_arm_config.port"),
                    port(leader),
                ));
        }
    }
    scene.quiet(&mut command)?;
    let mut driver = Running::start(command, "tendon")?;
    let patience = clock().now() + Duration::from_secs_f64(seconds + 60.0);
    while driver.ended()?.is_none() && clock().now() < patience {
        clock().sleep(Duration::from_millis(100));
    }
    driver.finish(Duration::ZERO)?;
    let last = followers.last().map_or("", |line| line.name);
    for line in followers.into_iter().chain(leaders) {
        line.sim.interrupt();
        line.sim.finish(Duration::from_secs(10))?;
    }
    let log = std::fs::read_to_string(folder.join(format!("{last}.goals")))
        .context("the simulator left no log of goals")?;
    let report = scene.report().context("the loop left no report")?;
    Ok((arrivals::parse(&log)?, report))
}

/// Period error and missed cycles of two pairs at 120 Hz, and their bus time over that of one.
pub fn bimanual(tendon: &Tendon, effort: Effort, results: &mut Results) -> Result<()> {
    let whole = effort.seconds + SETTLING + ENDING;
    let bare = machine::measure(User::Own, RATE, effort.seconds / 2.0)?;
    let mut bus = [0.0; 2];
    for pairs in [1, 2] {
        let (arrivals, report) = session(tendon, pairs, whole)?;
        bus[pairs - 1] = report["bus_us"]["p50"]
            .as_f64()
            .context("no bus time in the report")?;
        let first = arrivals.first().context("no goal arrived")?.at;
        let last = arrivals.last().map_or(first, |arrival| arrival.at);
        let period = Duration::from_secs_f64(1.0 / RATE);
        let from = first + (SETTLING * 1e9) as u64;
        let to = last.saturating_sub((ENDING * 1e9) as u64);
        let pace = Pace::of(&arrivals, period, from, to)?;
        let name = format!("bimanual {} arms", 2 * pairs);
        say(&format!(
            "  {name}: {} writes, the loop itself counted {} missed",
            pace.writes, report["missed"]
        ));
        for (words, quantile) in QUANTILES {
            let ours = pace.quantile(quantile);
            let mut figure = Figure::new(format!("{name}: period error {words}"), ours, "µs");
            if quantile == 0.99 && pairs == 2 {
                figure = figure
                    .target(300.0)
                    .ratio(ours / bare.pace.quantile(quantile).max(20.0), 1.0);
            }
            results.add(figure);
        }
        results
            .add(Figure::new(format!("{name}: missed cycles"), pace.missed as f64, "").target(0.0));
        results.add(Figure::new(
            format!("{name}: bus p50"),
            bus[pairs - 1],
            "µs",
        ));
    }
    let [one, two] = bus;
    results.add(
        Figure::new("bimanual: bus time of four lines over two", two / one, "")
            .target(1.25)
            .ratio(two / one, 0.2),
    );
    Ok(())
}
