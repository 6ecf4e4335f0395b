//! What cameras tell, in words and as JSON.

use std::fmt::Write as _;

use cameras::{CameraEvent, CameraState, CameraStatus};
use serde_json::{Value, json};
use station::cameras::CameraNews;

use crate::output::{Out, seconds};

/// Shows news of the cameras of a session. States go to the table of whoever drives, and to machines.
pub fn show(news: &CameraNews, out: &mut Out) {
    match news {
        CameraNews::Status(cameras) => {
            let cameras: Vec<Value> = cameras.iter().map(object).collect();
            out.object("cameras", json!({ "cameras": cameras }));
        }
        CameraNews::Note(note) => {
            out.object("note", json!({ "text": note }));
            out.note(note);
        }
        CameraNews::Thread { camera, failure } => {
            out.object(
                "camera_thread",
                json!({ "camera": camera, "message": failure.message, "remedy": failure.remedy }),
            );
            out.note(failure.to_string());
        }
        CameraNews::Camera { camera, event } => {
            let words = words(event);
            out.object(
                "camera",
                json!({ "camera": camera, "event": name(event), "text": words }),
            );
            out.note(format!("camera {camera}: {words}"));
        }
    }
}

/// One line of the table for each camera: name, state, measured rate, what went wrong.
pub fn lines(cameras: &[CameraStatus]) -> Vec<String> {
    let line = |camera: &CameraStatus| {
        let mut line = format!("{:<12} {:<9}", camera.key, state(&camera.state));
        if let Some(pace) = camera.pace {
            let jitter = pace.jitter.as_secs_f64() * 1e3;
            // Writing to a string cannot fail.
            let _written = write!(line, " {:>6.2} fps, jitter {jitter:.1} ms", pace.fps);
        }
        for (count, what) in [
            (camera.bad, "bad"),
            (camera.missed, "missed"),
            (camera.overwritten, "not taken in time"),
            (u64::from(camera.reconnects), "times back"),
        ] {
            if count > 0 {
                let _written = write!(line, ", {count} {what}");
            }
        }
        line
    };
    cameras.iter().map(line).collect()
}

fn state(state: &CameraState) -> &'static str {
    match state {
        CameraState::Opening => "opening",
        CameraState::Warming => "warming",
        CameraState::Streaming => "ready",
        CameraState::Lost(_) => "LOST",
        CameraState::Refused(_) => "REFUSED",
        CameraState::Stopped => "stopped",
    }
}

fn object(camera: &CameraStatus) -> Value {
    json!({
        "camera": camera.key,
        "device": camera.device,
        "state": state(&camera.state).to_lowercase(),
        "fps": camera.pace.map(|pace| pace.fps),
        "jitter_ms": camera.pace.map(|pace| pace.jitter.as_secs_f64() * 1e3),
        "pictures": camera.pictures,
        "bad": camera.bad,
        "missed": camera.missed,
        "overwritten": camera.overwritten,
        "reconnects": camera.reconnects,
        "warmed_in_s": camera.warmed_in.map(|span| span.as_secs_f64()),
    })
}

fn name(event: &CameraEvent) -> &'static str {
    match event {
        CameraEvent::Ready { .. } => "ready",
        CameraEvent::Lost(_) => "lost",
        CameraEvent::Back { .. } => "back",
        CameraEvent::Refused(_) => "refused",
        CameraEvent::Bad { .. } => "bad",
        CameraEvent::Slow { .. } => "slow",
    }
}

fn words(event: &CameraEvent) -> String {
    match event {
        CameraEvent::Ready { after, settled } => {
            let after = seconds(after.as_secs_f64());
            if *settled {
                format!("ready after {after}")
            } else {
                format!("taken as ready after {after}; its brightness has not settled")
            }
        }
        CameraEvent::Lost(trouble) | CameraEvent::Refused(trouble) => {
            format!("{}\n{}", trouble.why, trouble.remedy)
        }
        CameraEvent::Back { after } => {
            format!("back after {}", seconds(after.as_secs_f64()))
        }
        CameraEvent::Bad { bad, why, remedy } => {
            format!("{bad} damaged pictures so far, which nobody gets: {why}\n{remedy}")
        }
        CameraEvent::Slow { asked, gives } => {
            format!(
                "gives {gives:.1} pictures a second instead of {asked:.1}; rows repeat the last one"
            )
        }
    }
}
