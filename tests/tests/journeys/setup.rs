//! From motors out of their box to an arm with a name, with the real program on real serial devices.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, ensure};
use serde_json::Value;
use sim::{Chain, ChainConfig, Misbehaviour, MotorConfig, PtyConfig, PtyServer, SimArm, table};
use stdx::SystemClock;

use crate::bench::{Bench, Running, eventually};

fn serve(chain: Chain) -> Result<PtyServer> {
    Ok(PtyServer::start(PtyConfig {
        realtime: true,
        ..PtyConfig::serving(chain)
    })?)
}

/// `tendon … --json` on a port, with everything it writes inside the bench's home.
fn tendon(bench: &Bench, verb: &str, port: impl AsRef<Path>, more: &[&str]) -> Result<Running> {
    let mut command: Command = bench.tendon()?;
    command
        .args([verb, "--json"])
        .arg(format!("--robot.port={}", port.as_ref().display()))
        .args(more);
    Running::start(command)
}

/// The last line of a kind, after the program ended well.
fn told(mut running: Running, kind: &str) -> Result<Value> {
    let status = running.end()?;
    ensure!(
        status.success(),
        "ended with {status}: {:?}",
        running.said.last()
    );
    let lines = running.all(kind);
    ensure!(!lines.is_empty(), "no {kind} in {:?}", running.said);
    Ok(lines[lines.len() - 1].clone())
}

#[test]
fn a_scan_lists_every_motor_and_calls_a_fault_a_fault() -> Result<()> {
    let bench = Bench::new()?;
    bench
        .chain()
        .misbehave(Misbehaviour::Fault { id: 2, bits: 0x20 })?;
    let scan = told(tendon(&bench, "scan", bench.server.path(), &[])?, "scan")?;
    let motors = scan["motors"].as_array().map_or(&[][..], Vec::as_slice);
    ensure!(motors.len() == 6, "{scan}");
    for (place, motor) in motors.iter().enumerate() {
        ensure!(motor["id"] == place + 1, "{motor}");
        ensure!(motor["model"] == "STS3215", "{motor}");
        ensure!(motor["voltage_v"] == 7.4, "{motor}");
        ensure!(motor["temperature_c"].is_number(), "{motor}");
        let faulty = place == 1;
        let errors = motor["errors"].as_array().map_or(0, Vec::len);
        ensure!(errors == usize::from(faulty), "{motor}");
    }
    ensure!(motors[1]["errors"][0] == "overload", "{}", motors[1]);
    let findings = scan["findings"].to_string();
    ensure!(findings.contains("is there but reports"), "{findings}");
    ensure!(!findings.contains("does not answer"), "{findings}");

    bench.chain().set_power(false);
    let mut silent = tendon(
        &bench,
        "scan",
        bench.server.path(),
        &["--robot.type=so101_leader"],
    )?;
    let status = silent.end()?;
    ensure!(status.code() == Some(4), "ended with {status}");
    Ok(())
}

#[test]
fn a_motor_at_another_rate_is_set_up_refused_in_company_and_given_back_what_it_had() -> Result<()> {
    let bench = Bench::new()?;
    let mut config = ChainConfig::factory_fresh(&[1]);
    config.motors[0].eeprom = vec![(table::BAUD_RATE, 4)];
    let alone = serve(Chain::new(config.clone(), SystemClock::shared()))?;
    let set = told(
        tendon(
            &bench,
            "setup-motors",
            alone.path(),
            &["--motor=elbow_flex"],
        )?,
        "motor_set_up",
    )?;
    ensure!(set["id"] == 3 && set["former_baud"] == 115_200, "{set}");
    alone.chain().power_cycle();
    ensure!(alone.chain().ids() == [3]);
    ensure!(alone.chain().register(3, table::BAUD_RATE)? == 0);
    let undone = told(
        tendon(&bench, "setup-motors", alone.path(), &["--id=3", "--undo"])?,
        "motor_undone",
    )?;
    ensure!(undone["id"] == 1 && undone["baud"] == 115_200, "{undone}");
    alone.chain().power_cycle();
    ensure!(alone.chain().register(1, table::BAUD_RATE)? == 4);

    config.motors.push(MotorConfig::factory_fresh(7));
    let company = serve(Chain::new(config, SystemClock::shared()))?;
    let mut refused = tendon(&bench, "setup-motors", company.path(), &["--id=3"])?;
    let status = refused.end()?;
    ensure!(status.code() == Some(4), "ended with {status}");
    let error = refused.all("error")[0]["message"].to_string();
    ensure!(error.contains("only one may be connected"), "{error}");
    ensure!(company.chain().ids() == [1, 7]);
    Ok(())
}

#[test]
fn a_whole_arm_is_set_up_on_the_persons_word_and_goes_on_after_it_was_left() -> Result<()> {
    let bench = Bench::new()?;
    let line = serve(Chain::new(
        ChainConfig::factory_fresh(&[1]),
        SystemClock::shared(),
    ))?;
    let mut first = tendon(&bench, "setup-motors", line.path(), &[])?;
    first.wait_for("the gripper's turn", |line| {
        line["kind"] == "connect" && line["joint"] == "gripper"
    })?;
    first.enter()?;
    first.wait_for_kind("motor_set_up")?;
    // The next one is asked for, the gripper's motor is still there, and the person leaves.
    first.wait_for("the wrist's turn", |line| {
        line["kind"] == "connect" && line["joint"] == "wrist_roll"
    })?;
    first.enter()?;
    let refused = first.wait_for_kind("refused")?;
    ensure!(
        refused["message"].to_string().contains("set up as gripper"),
        "{refused}"
    );
    first.signal("INT")?;
    let status = first.end()?;
    ensure!(status.code() == Some(130), "ended with {status}");
    ensure!(line.chain().ids() == [6]);

    let mut again = tendon(&bench, "setup-motors", line.path(), &[])?;
    let plan = again.wait_for_kind("plan")?;
    ensure!(plan["done"] == serde_json::json!(["gripper"]), "{plan}");
    again.wait_for("the wrist's turn", |line| {
        line["kind"] == "connect" && line["joint"] == "wrist_roll"
    })?;
    again.signal("INT")?;
    again.end()?;
    Ok(())
}

#[test]
fn two_arms_are_known_by_their_motors_and_not_by_their_ports() -> Result<()> {
    let bench = Bench::new()?;
    let leader = serve(SimArm::leader().chain(SystemClock::shared()))?;
    for (port, name, role) in [
        (bench.server.path(), "bench", "follower"),
        (leader.path(), "lead", "leader"),
    ] {
        let flags = [
            format!("--remember={name}"),
            format!("--role={role}"),
            "--robot.id=bench".to_owned(),
        ];
        let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
        let arm = told(tendon(&bench, "identify", port, &flags)?, "identified")?;
        ensure!(arm["remembered"]["name"] == name, "{arm}");
    }
    let seen = told(
        tendon(&bench, "identify", leader.path(), &[])?,
        "identified",
    )?;
    ensure!(seen["name"] == "lead" && seen["match"] == "same", "{seen}");

    // A hand moves one of them.
    let mut command = bench.tendon()?;
    command.args(["identify", "--json"]).arg(format!(
        "--ports={},{}",
        bench.server.path().display(),
        leader.path().display()
    ));
    let mut watching = Running::start(command)?;
    watching.wait_for_kind("move_one")?;
    leader.chain().hand(3, Some(sim::Hand::HoldsAt(40.0)))?;
    let moved = told(watching, "identified")?;
    ensure!(
        moved["name"] == "lead" && moved["moved"] == "elbow_flex",
        "{moved}"
    );
    leader.chain().hand(3, None)?;

    let by_name = told(
        tendon(&bench, "scan", Path::new("known:bench"), &[])?,
        "scan",
    )?;
    let path = bench.server.path().display().to_string();
    ensure!(by_name["line"].to_string().contains(&path), "{by_name}");

    let mut nobody = tendon(&bench, "scan", Path::new("known:nobody"), &[])?;
    let status = nobody.end()?;
    ensure!(status.code() == Some(2), "ended with {status}");

    // Calibrated anew behind its back, it is not taken for another.
    bench.chain().set_register(4, table::HOMING_OFFSET, 99)?;
    let mut gone = tendon(&bench, "scan", Path::new("known:bench"), &[])?;
    let status = gone.end()?;
    ensure!(status.code() == Some(3), "ended with {status}");
    let error = gone.all("error")[0]["message"].to_string();
    ensure!(error.contains("holds another calibration"), "{error}");
    Ok(())
}

#[test]
fn an_arm_keeps_its_name_when_its_motors_get_another_calibration() -> Result<()> {
    let bench = Bench::new()?;
    let folder = format!(
        "--robot.calibration_dir={}",
        bench.home.path().join("calibration").display()
    );
    let by_name = |verb: &str, kind: &str, more: &[&str]| {
        let flags: Vec<&str> = more.iter().copied().chain([folder.as_str()]).collect();
        told(tendon(&bench, verb, "known:blue", &flags)?, kind)
    };
    told(
        tendon(
            &bench,
            "identify",
            bench.server.path(),
            &["--remember=blue", "--robot.id=bench"],
        )?,
        "identified",
    )?;
    let path = bench.home.path().join("calibration/bench.json");
    let good = bench.home.path().join("good.json");
    std::fs::copy(&path, &good)?;
    let mut file: Value = serde_json::from_str(&std::fs::read_to_string(&path)?)?;
    file["shoulder_lift"]["homing_offset"] = serde_json::json!(77);
    std::fs::write(&path, file.to_string())?;

    let written = by_name("calibrate", "calibration_compared", &["--write=motors"])?;
    ensure!(written["written"] == "motors", "{written}");
    ensure!(bench.chain().register(2, table::HOMING_OFFSET)? == 77);
    let import = format!("--import={}", good.display());
    by_name("calibrate", "calibration_imported", &[&import])?;
    by_name("calibrate", "calibration_history", &["--rollback=1"])?;
    ensure!(bench.chain().register(2, table::HOMING_OFFSET)? != 77);
    by_name("scan", "scan", &[])?;

    bench.chain().set_register(2, table::HOMING_OFFSET, 88)?;
    let mut told_off = tendon(&bench, "scan", "known:blue", &[])?;
    ensure!(told_off.end()?.code() == Some(3), "another calibration");
    // Somebody's program wrote motors and file alike: it is said at the next connection, by its port.
    file["shoulder_lift"]["homing_offset"] = serde_json::json!(88);
    std::fs::write(&path, file.to_string())?;
    let mut driving = bench.driven("teleoperate", &["--teleop_time_s=0.5"])?;
    ensure!(driving.end()?.success());
    let notes = serde_json::to_string(&driving.said)?;
    ensure!(
        notes.contains("“blue” was calibrated anew and is remembered so"),
        "{notes}"
    );
    by_name("scan", "scan", &[])?;
    Ok(())
}

#[test]
fn an_arm_shows_itself_by_turning_its_wrist_and_is_let_down() -> Result<()> {
    let bench = Bench::new()?;
    let mut command = bench.tendon()?;
    command
        .args(["identify", "--json", "--wiggle"])
        .args(bench.robot());
    let mut showing = Running::start(command)?;
    eventually("the wrist turns", || {
        bench
            .chain()
            .truth(5)
            .is_ok_and(|truth| truth.angle.abs() > 5.0)
    })?;
    let status = showing.end()?;
    ensure!(status.success(), "ended with {status}");
    ensure!(bench.all(sim::Torque::Off), "torque is still on");
    ensure!(bench.chain().truth(5)?.angle.abs() < 2.0);
    Ok(())
}

#[test]
fn an_arm_that_is_stopped_while_it_shows_itself_is_not_remembered() -> Result<()> {
    let bench = Bench::new()?;
    let mut command = bench.tendon()?;
    command
        .args(["identify", "--json", "--wiggle", "--remember=blue"])
        .args(bench.robot());
    let mut showing = Running::start(command)?;
    eventually("the wrist turns", || {
        bench
            .chain()
            .truth(5)
            .is_ok_and(|truth| truth.angle.abs() > 2.0)
    })?;
    showing.signal("INT")?;
    let status = showing.end()?;
    ensure!(status.code() == Some(130), "ended with {status}");
    ensure!(showing.all("identified").is_empty(), "{:?}", showing.said);
    ensure!(
        !bench
            .home
            .path()
            .join("config/tendon/known-arms.toml")
            .exists()
    );
    ensure!(bench.all(sim::Torque::Off), "torque is still on");
    Ok(())
}

#[test]
fn the_doctor_tells_what_is_wrong_even_when_the_settings_are() -> Result<()> {
    let bench = Bench::new()?;
    let folder = bench.home.path().join("config/tendon");
    std::fs::create_dir_all(&folder)?;
    std::fs::write(folder.join("settings.toml"), "[log]\nlevel = = 1\n")?;
    let old = bench
        .home
        .path()
        .join("lerobot/calibration/robots/so101_follower");
    std::fs::create_dir_all(&old)?;
    std::fs::copy(
        bench.home.path().join("calibration/bench.json"),
        old.join("bench.json"),
    )?;
    bench.chain().misbehave(Misbehaviour::MuteMotor { id: 6 })?;
    let told = told(
        tendon(&bench, "doctor", bench.server.path(), &[])?,
        "doctor",
    )?;
    for key in [
        "version", "os", "kernel", "cores", "realtime", "ports", "disks", "checks",
    ] {
        ensure!(!told[key].is_null(), "{key} is missing: {told}");
    }
    ensure!(told["worst"] == "fail", "{told}");
    let home = bench.home.path().display().to_string();
    ensure!(!told.to_string().contains(&home), "{told}");
    ensure!(
        told["settings_file"] == "~/config/tendon/settings.toml",
        "{told}"
    );
    ensure!(told["motors"].as_array().map(Vec::len) == Some(5), "{told}");
    let checks = told["checks"].to_string();
    for words in [
        "the settings file is not used, line 2",
        "of an older LeRobot",
        "motors 1-5 answer, motor 6 does not",
    ] {
        ensure!(checks.contains(words), "{words} is not in {checks}");
    }
    Ok(())
}
