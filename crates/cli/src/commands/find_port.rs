//! `tendon find-port`: the list, or the dialogue of pulling a plug.

use motors::ports::PortInfo;
use protocol::Failure;
use serde_json::json;
use station::find_port::{FindPortConfig, FindPortEvent, find_port};

use crate::args;
use crate::output::Out;
use crate::watch::{Watch, follow};

/// Lists the ports or finds the arm's.
pub fn run(args: &args::FindPort, out: &mut Out, watch: &Watch) -> Result<u8, Failure> {
    let list_only = args.list;
    let outcome = follow(
        find_port(FindPortConfig { list_only }),
        out,
        watch,
        |event, out| match event {
            FindPortEvent::Listed(ports) => {
                out.object(
                    "ports",
                    json!({ "ports": ports.iter().map(object).collect::<Vec<_>>() }),
                );
                if ports.is_empty() {
                    out.say("There is no serial port.");
                }
                for port in &ports {
                    out.say(line(port));
                }
            }
            FindPortEvent::Trouble { message, remedy } => {
                out.object("trouble", json!({ "message": message, "remedy": remedy }));
                out.note(format!("{message}\n  {remedy}"));
            }
            FindPortEvent::Unplug => {
                out.object("unplug", json!({}));
                out.say("Pull the USB plug of the arm now.");
            }
            FindPortEvent::Replug(port) => {
                out.object("replug", object(&port));
                out.say(format!("The arm is on {}. Plug it in again.", port.path));
            }
        },
    )?;
    if let Some(port) = outcome.found {
        out.object("found", object(&port));
        out.say(format!("Use --robot.port={}", port.path));
    }
    Ok(crate::exit::DONE)
}

fn object(port: &PortInfo) -> serde_json::Value {
    json!({
        "path": port.path,
        "vid_pid": port.vid_pid.map(|(vid, pid)| format!("{vid:04x}:{pid:04x}")),
        "product": port.product,
        "manufacturer": port.manufacturer,
        "serial_number": port.serial_number,
        "looks_like_arm": port.looks_like_arm,
    })
}

fn line(port: &PortInfo) -> String {
    let mut line = port.path.clone();
    if let Some((vid, pid)) = port.vid_pid {
        line.push_str(&format!("  {vid:04x}:{pid:04x}"));
    }
    for part in [&port.product, &port.serial_number].into_iter().flatten() {
        line.push_str("  ");
        line.push_str(part);
    }
    if port.looks_like_arm {
        line.push_str("  (looks like an arm's adapter)");
    }
    line
}
