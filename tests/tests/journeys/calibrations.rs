//! Calibrations through the program: compared, written either way, brought back, copied, given up, and two arms held
//! against each other.

use std::fs;

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;
use sim::{Chain, Hand, PtyConfig, PtyServer, SimArm, Torque, table};
use stdx::SystemClock;

use crate::bench::{Bench, Running, eventually};

/// `tendon calibrate --json` on the bench's arm with these flags, to its end: exit code and last line.
fn calibrate(bench: &Bench, more: &[&str]) -> Result<(Option<i32>, Value)> {
    let mut command = bench.tendon()?;
    command
        .args(["calibrate", "--json"])
        .args(bench.robot())
        .args(more);
    let mut running = Running::start(command)?;
    let status = running.end()?;
    let last = running.said.last().cloned().context("nothing was said")?;
    Ok((status.code(), last))
}

fn numbers(chain: &Chain) -> Result<Vec<i32>> {
    let rows = [
        table::HOMING_OFFSET,
        table::MIN_POSITION_LIMIT,
        table::MAX_POSITION_LIMIT,
    ];
    let mut numbers = Vec::new();
    for id in 1..=6 {
        for row in rows {
            numbers.push(chain.register(id, row)?);
        }
    }
    Ok(numbers)
}

#[test]
fn a_difference_is_shown_by_register_and_written_either_way_and_what_was_comes_back() -> Result<()>
{
    let bench = Bench::new()?;
    let path = bench.home.path().join("calibration/bench.json");
    let before = (fs::read_to_string(&path)?, numbers(bench.chain())?);

    let (code, said) = calibrate(&bench, &["--diff"])?;
    ensure!(code == Some(0) && said["alike"] == true, "{said}");

    // Somebody's program wrote one motor anew.
    bench.chain().set_register(2, table::HOMING_OFFSET, 77)?;
    let (code, said) = calibrate(&bench, &["--diff"])?;
    ensure!(code == Some(5) && said["alike"] == false, "{said}");
    let differ: Vec<_> = said["registers"]
        .as_array()
        .context("no registers")?
        .iter()
        .filter(|register| register["agrees"] == false)
        .collect();
    ensure!(
        differ.len() == 1
            && differ[0]["joint"] == "shoulder_lift"
            && differ[0]["register"] == "Homing_Offset"
            && differ[0]["file"] == 1131
            && differ[0]["motor"] == 77,
        "{differ:?}"
    );

    // The motors get the file's numbers, for good.
    let (code, said) = calibrate(&bench, &["--write=motors"])?;
    ensure!(code == Some(0) && said["written"] == "motors", "{said}");
    bench.chain().power_cycle();
    ensure!(numbers(bench.chain())? == before.1);

    // The file gets the motors' numbers, and what stood there is kept.
    bench.chain().set_register(2, table::HOMING_OFFSET, 77)?;
    let (code, said) = calibrate(&bench, &["--write=file"])?;
    ensure!(code == Some(0) && said["written"] == "file", "{said}");
    let file: Value = serde_json::from_str(&fs::read_to_string(&path)?)?;
    ensure!(file["shoulder_lift"]["homing_offset"] == 77);
    let (_, said) = calibrate(&bench, &["--history"])?;
    let reasons: Vec<_> = said["entries"]
        .as_array()
        .context("no entries")?
        .iter()
        .map(|entry| entry["reason"].as_str().unwrap_or_default())
        .collect();
    ensure!(reasons == ["from-motors", "found"], "{reasons:?}");

    // It comes back into both.
    let (code, said) = calibrate(&bench, &["--rollback"])?;
    ensure!(code == Some(0), "{said}");
    bench.chain().power_cycle();
    ensure!(numbers(bench.chain())? == before.1);
    let file: Value = serde_json::from_str(&fs::read_to_string(&path)?)?;
    ensure!(file == serde_json::from_str::<Value>(&before.0)?);
    let (code, said) = calibrate(&bench, &["--rollback=9"])?;
    ensure!(code == Some(2) && said["kind"] == "error", "{said}");
    Ok(())
}

#[test]
fn a_roll_back_of_nonsense_is_refused_and_one_that_cannot_be_saved_is_taken_back() -> Result<()> {
    let bench = Bench::new()?;
    let path = bench.home.path().join("calibration/bench.json");
    let good = fs::read_to_string(&path)?;
    let mut file: Value = serde_json::from_str(&good)?;
    for (min, max) in [(1500, 2500), (0, 4095)] {
        file["elbow_flex"]["range_min"] = min.into();
        file["elbow_flex"]["range_max"] = max.into();
        let odd = bench.home.path().join("odd.json");
        fs::write(&odd, file.to_string())?;
        let (code, said) = calibrate(&bench, &[&format!("--import={}", odd.display())])?;
        ensure!(code == Some(0), "{said}");
        let (code, said) = calibrate(&bench, &["--rollback=1"])?;
        let (wanted, words) = match max {
            4095 => (5, &said["message"]),
            _ => (0, &said["doubts"][0]["joint"]),
        };
        ensure!(code == Some(wanted), "{said}");
        ensure!(words.to_string().contains("elbow_flex"), "{said}");
    }

    // Motors that hold no calibration at all, and a place where no file can be written.
    bench
        .chain()
        .set_register(3, table::MIN_POSITION_LIMIT, 3000)?;
    bench
        .chain()
        .set_register(3, table::MAX_POSITION_LIMIT, 200)?;
    let before = numbers(bench.chain())?;
    fs::remove_file(&path)?;
    fs::create_dir_all(path.join("in the way"))?;
    let (code, said) = calibrate(&bench, &["--rollback=2"])?;
    ensure!(code == Some(7), "{said}");
    let words = said["message"].to_string();
    ensure!(words.contains("hold again what they held"), "{said}");
    ensure!(numbers(bench.chain())? == before);
    Ok(())
}

#[test]
fn what_an_older_lerobot_left_is_offered_and_imported() -> Result<()> {
    let bench = Bench::new()?;
    let root = bench.home.path().join("lerobot/calibration/robots");
    let older = root.join("so100_follower/bench.json");
    fs::create_dir_all(older.parent().context("no folder")?)?;
    fs::copy(bench.home.path().join("calibration/bench.json"), &older)?;
    let run = |more: &[&str]| -> Result<(Option<i32>, Value)> {
        let mut command = bench.tendon()?;
        command.args(["calibrate", "--json", "--robot.id=bench"]);
        command.arg(format!("--robot.port={}", bench.server.path().display()));
        command.args(more);
        let mut running = Running::start(command)?;
        let status = running.end()?;
        Ok((
            status.code(),
            running.said.last().cloned().context("silence")?,
        ))
    };
    let (code, said) = run(&["--diff"])?;
    ensure!(code == Some(5) && said["file_there"] == false, "{said}");
    ensure!(said["older"][0] == older.display().to_string(), "{said}");
    let (code, said) = run(&["--import=older", "--write=motors"])?;
    ensure!(code == Some(0) && said["alike"] == true, "{said}");
    ensure!(root.join("so_follower/bench.json").is_file());

    let copy = bench.home.path().join("copy.json");
    let export = format!("--export={}", copy.display());
    let (code, said) = run(&[&export])?;
    ensure!(code == Some(0), "{said}");
    let text = fs::read_to_string(&copy)?;
    ensure!(text.starts_with("{\n    \"shoulder_pan\": {\n        \"id\": 1,"));
    let (code, said) = run(&[&export])?;
    ensure!(code == Some(2), "a file was replaced: {said}");

    for (flag, words) in [
        (
            format!("--import={}", copy.with_file_name("nope").display()),
            "no such file",
        ),
        (
            format!("--export={}", bench.home.path().display()),
            "that is a folder",
        ),
        (
            format!("--export={}/new/", bench.home.path().display()),
            "that is a folder",
        ),
    ] {
        let (code, said) = run(&[&flag])?;
        ensure!(code == Some(2), "{flag}: {said}");
        ensure!(said["message"].to_string().contains(words), "{said}");
    }

    fs::write(&copy, "{}")?;
    let (code, said) = run(&[&format!("--import={}", copy.display())])?;
    ensure!(code == Some(5), "{said}");
    Ok(())
}

#[test]
fn giving_up_with_ctrl_c_leaves_motors_and_file_as_they_were() -> Result<()> {
    let bench = Bench::new()?;
    let path = bench.home.path().join("calibration/bench.json");
    let before = (fs::read_to_string(&path)?, numbers(bench.chain())?);
    let mut command = bench.tendon()?;
    command.args(["calibrate", "--json"]).args(bench.robot());
    let mut tendon = Running::start(command)?;
    tendon.wait_for_kind("ready")?;
    tendon.enter()?;
    tendon.wait_for_kind("homed")?;
    ensure!(numbers(bench.chain())? != before.1, "homing wrote nothing");
    tendon.wait_for_kind("travel")?;
    tendon.signal("INT")?;
    let status = tendon.end()?;
    ensure!(status.code() == Some(130), "{status:?}");
    bench.chain().power_cycle();
    ensure!(numbers(bench.chain())? == before.1);
    ensure!(fs::read_to_string(&path)? == before.0);
    eventually("torque off", || bench.all(Torque::Off))
}

#[test]
fn a_leader_that_was_homed_elsewhere_does_not_agree_with_its_follower() -> Result<()> {
    for (shift, agrees) in [(0, true), (400, false)] {
        let bench = Bench::new()?;
        let mut arm = SimArm::leader();
        // Homed in another pose: what the leader calls its middle lies 35 degrees away.
        let elbow = &mut arm.calibration[2];
        elbow.homing_offset -= shift;
        let offset = elbow.homing_offset;
        let motor = &mut arm.config.motors[2];
        motor.eeprom.retain(|(row, _)| *row != table::HOMING_OFFSET);
        motor.eeprom.push((table::HOMING_OFFSET, offset));
        let chain = arm.chain(SystemClock::shared());
        let server = PtyServer::start(PtyConfig::serving(chain.clone()))?;
        let folder = bench.home.path().join("leader");
        fs::create_dir_all(&folder)?;
        let joints: serde_json::Map<String, Value> = arm
            .calibration
            .iter()
            .map(|joint| {
                let numbers = serde_json::json!({
                    "id": joint.id, "drive_mode": 0, "homing_offset": joint.homing_offset,
                    "range_min": joint.range_min, "range_max": joint.range_max,
                });
                (joint.name.to_owned(), numbers)
            })
            .collect();
        fs::write(folder.join("lead.json"), serde_json::to_string(&joints)?)?;

        let mut command = bench.tendon()?;
        command
            .args(["calibrate", "--pair", "--json"])
            .args(bench.robot())
            .args(["--teleop.type=so101_leader", "--teleop.id=lead"])
            .arg(format!("--teleop.port={}", server.path().display()))
            .arg(format!("--teleop.calibration_dir={}", folder.display()));
        let mut tendon = Running::start(command)?;
        tendon.wait_for_kind("ready")?;
        let follower = SimArm::follower();
        for (pose, away) in [0.0, -70.0, 70.0].into_iter().enumerate() {
            for place in 0..6 {
                let id = place as u8 + 1;
                let (one, other) = if place == 5 {
                    let percent = 50.0 + away / 2.0;
                    (follower.angle_at(5, percent), arm.angle_at(5, percent))
                } else {
                    let angle = follower.middle(place) + away * if place == 4 { 1.7 } else { 1.0 };
                    (angle, angle)
                };
                bench.chain().hand(id, Some(Hand::HoldsAt(one)))?;
                chain.hand(id, Some(Hand::HoldsAt(other)))?;
            }
            // Hands take half a second at most; positions come every 20 ms.
            for _ in 0..40 {
                tendon.wait_for_kind("positions")?;
            }
            tendon.enter()?;
            let taken = tendon.wait_for_kind("taken")?;
            ensure!(taken["poses"] == pose + 1, "{taken}");
        }
        let status = tendon.end()?;
        let checked = tendon.said.last().context("silence")?;
        for (place, joint) in checked["joints"]
            .as_array()
            .context("no joints")?
            .iter()
            .enumerate()
        {
            ensure!(joint["agrees"] == (agrees || place != 2), "{joint}");
        }
        if !agrees {
            let words = checked["joints"][2]["verdict"].as_str().unwrap_or_default();
            ensure!(words.contains("degrees above the follower"), "{words}");
        }
        ensure!(
            status.code() == Some(if agrees { 0 } else { 5 }),
            "{status:?}"
        );
    }
    Ok(())
}
