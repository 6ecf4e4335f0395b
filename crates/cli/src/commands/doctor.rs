//! `tendon doctor`: everything support would ask, for a person to read or to send.
//!
//! Not here: what is looked at and what counts as wrong (`station::doctor`).

use clap::Args;
use protocol::Failure;
use serde_json::{Value, json};
use station::doctor::{
    Check, DoctorConfig, DoctorEvent, DoctorOutcome, Level, Machine, doctor, without_home,
};
use station::known_arms::role_name;
use station::pictures::look::{Look, ServerLook, look};

use crate::arm_flags::OneArmArgs;
use crate::chosen;
use crate::commands::scan::object as motor_object;
use crate::exit;
use crate::output::Out;
use crate::setup;
use crate::watch::{Watch, follow};

/// `tendon doctor`
#[derive(Debug, Args)]
pub struct Doctor {
    #[command(flatten)]
    pub robot: OneArmArgs,
}

/// Looks and tells. What is found is no failure of the looking: the exit code is 0, and `worst` in the JSON tells.
pub fn run(args: &Doctor, out: &mut Out, watch: &Watch) -> Result<u8, Failure> {
    let arm = match &args.robot.port {
        Some(_) => Some(setup::one_arm(&args.robot)?),
        None => None,
    };
    out.one_answer();
    let DoctorOutcome {
        machine,
        mut checks,
    } = follow(doctor(DoctorConfig { arm }), out, watch, |event, out| {
        let DoctorEvent::Scanning = event;
        out.note("Scanning the arm's line.");
    })?;
    let pictures = look(&chosen::settings().imaging());
    checks.push(check_of(&pictures));
    let worst = checks.iter().map(|check| check.level).max();
    // It is made to be sent to somebody.
    let home = std::env::home_dir();
    let tell = |text: &str| without_home(text, home.as_deref());
    let mut told = object(&machine, &checks);
    told["pictures"] = pictures_object(&pictures);
    each_text(&mut told, &tell);
    out.object("doctor", told);
    for check in &checks {
        let (topic, level) = (check.topic, check.level.name());
        let message = indented(&tell(&check.message));
        out.say(format!("{level:<4}  {topic}: {message}"));
        if let Some(remedy) = &check.remedy {
            out.say(format!("      {}", indented(&tell(remedy))));
        }
    }
    out.say(match worst {
        Some(Level::Fail) => "Something keeps something from working: see the lines with fail.",
        Some(Level::Warn) => {
            "It works, and something should be looked at: see the lines with warn."
        }
        _ => "All is well.",
    });
    Ok(exit::DONE)
}

/// How it stands with pictures, as one point of several.
fn check_of(pictures: &Look) -> Check {
    let models = match pictures.models.as_slice() {
        [] => "no networks, lite only".to_owned(),
        some => some.join(", "),
    };
    let (level, server, remedy) = match &pictures.server {
        None => (Level::Ok, "no server".to_owned(), None),
        Some(ServerLook { address, answer }) => match answer {
            Ok(version) => (
                Level::Ok,
                format!("server {address} (rembg {version})"),
                None,
            ),
            Err(failure) => (
                Level::Warn,
                failure.message.clone(),
                Some(failure.remedy.clone()),
            ),
        },
    };
    Check {
        topic: "pictures",
        level,
        message: format!("{models}; {server}"),
        remedy,
    }
}

fn pictures_object(pictures: &Look) -> Value {
    json!({
        "models_folder": pictures.folder,
        "models": pictures.models,
        "server": pictures.server.as_ref().map(|server| json!({
            "address": server.address,
            "version": server.answer.as_ref().ok(),
            "error": server.answer.as_ref().err().map(|failure| &failure.message),
        })),
    })
}

/// Every text in a value, told in other words.
fn each_text(value: &mut Value, tell: &impl Fn(&str) -> String) {
    match value {
        Value::String(text) => *text = tell(text),
        Value::Array(values) => values.iter_mut().for_each(|value| each_text(value, tell)),
        Value::Object(fields) => fields.values_mut().for_each(|value| each_text(value, tell)),
        _ => {}
    }
}

fn indented(text: &str) -> String {
    text.replace('\n', "\n      ")
}

fn object(machine: &Machine, checks: &[Check]) -> Value {
    let ports: Vec<Value> = machine
        .ports
        .iter()
        .map(|port| {
            json!({
                "path": port.info.path,
                "vid_pid": port.info.vid_pid.map(|(vid, pid)| format!("{vid:04x}:{pid:04x}")),
                "product": port.info.product,
                "serial_number": port.info.serial_number,
                "looks_like_arm": port.info.looks_like_arm,
                "may_open": port.permission == station::access::Permission::Open,
                "latency_ms": port.latency_ms,
            })
        })
        .collect();
    let known: Vec<Value> = machine
        .known_arms
        .iter()
        .flatten()
        .map(|(name, role)| json!({ "name": name, "role": role_name(*role) }))
        .collect();
    let calibrations: Vec<Value> = machine
        .calibrations
        .iter()
        .map(|file| json!({ "path": file.path, "older": file.older, "wrong": file.wrong }))
        .collect();
    let disks: Vec<Value> = machine
        .disks
        .iter()
        .map(|disk| {
            json!({ "what": disk.what, "folder": disk.folder, "free_bytes": disk.free, "writable": disk.writable })
        })
        .collect();
    let unfinished: Vec<Value> = machine
        .unfinished
        .iter()
        .map(|dataset| match &dataset.seconds {
            Ok(seconds) => json!({ "folder": dataset.folder, "seconds": seconds }),
            Err(why) => json!({ "folder": dataset.folder, "error": why }),
        })
        .collect();
    let variables: serde_json::Map<String, Value> = machine
        .variables
        .iter()
        .map(|it| {
            (
                it.name.to_owned(),
                json!(it.value.as_deref().unwrap_or("(set)")),
            )
        })
        .collect();
    let motors = machine.scan.as_ref().map(|scan| match scan {
        Ok((scan, _)) => scan.motors.iter().map(motor_object).collect::<Value>(),
        Err(failure) => json!({ "error": failure }),
    });
    let worst = checks.iter().map(|check| check.level).max();
    json!({
        "version": machine.version,
        "os": machine.os,
        "kernel": machine.kernel,
        "arch": machine.arch,
        "cpu": machine.cpu,
        "cores": machine.cores,
        "realtime": { "got": machine.realtime.0, "words": machine.realtime.1 },
        "h264_assembly": machine.assembly,
        "ports": ports,
        "known_arms": known,
        "known_arms_file": machine.known_arms_file,
        "calibrations": calibrations,
        "settings_file": machine.settings_file,
        "log": machine.log_folder.join("tendon.log"),
        "disks": disks,
        "unfinished": unfinished,
        "environment": variables,
        "workers": &*machine.workers,
        "brltty": machine.meddlers.brltty,
        "modem_manager": machine.meddlers.modem_manager,
        "motors": motors,
        "checks": checks.iter().map(check_object).collect::<Vec<_>>(),
        "worst": worst.map(Level::name),
    })
}

fn check_object(check: &Check) -> Value {
    json!({
        "topic": check.topic,
        "level": check.level.name(),
        "message": check.message,
        "remedy": check.remedy,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_workers_stand_in_the_answer_with_the_settings_that_hold_and_all_figures() {
        let mut process = doctor(DoctorConfig::default());
        process.start().unwrap();
        let DoctorOutcome { machine, checks } = process.result().unwrap();
        let told = object(&machine, &checks);
        let workers = &told["workers"];
        assert!(
            workers["settings"]["workers"].as_u64() >= Some(1),
            "{workers}"
        );
        for field in ["queue", "memory_bytes", "idle_s", "offload_bytes"] {
            assert!(workers["settings"][field].is_number(), "{field}: {workers}");
        }
        let names = |list: &Value| -> Vec<String> {
            let entries = list.as_array().into_iter().flatten();
            entries
                .map(|it| it["name"].as_str().unwrap_or_default().to_owned())
                .collect()
        };
        assert_eq!(
            names(&workers["products"]),
            [
                "preview",
                "background-removal",
                "batch",
                "dataset",
                "export"
            ]
        );
        let kinds = names(&workers["kinds"]);
        assert!(kinds.iter().any(|name| name == "export-zip"), "{kinds:?}");
        for kind in workers["kinds"].as_array().into_iter().flatten() {
            for field in [
                "limit_s",
                "queued",
                "done",
                "replaced",
                "cancelled",
                "failed",
                "timed_out",
            ] {
                assert!(kind[field].is_number(), "{field}: {kind}");
            }
        }
        for field in ["workers", "operations", "running", "inline"] {
            assert!(workers[field].is_array(), "{field}: {workers}");
        }
        assert_eq!(workers["saturated"], json!(false));
        let line = checks.iter().find(|check| check.topic == "workers");
        assert!(
            line.is_some_and(|check| check.message.contains("worker")),
            "{checks:?}"
        );
    }
}
