//! What cameras tell, in words and as JSON.

use cameras::{CameraEvent, CameraState, CameraStatus, Trouble};
use recorder::{CameraCounts, PictureCounts};
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

/// The table of the cameras: state, measured rate, what went wrong, and why one is away; and how the pictures of the running
/// episode met its rows, when one is recorded. Nothing without cameras.
pub fn lines(cameras: &[CameraStatus], episode: &[CameraCounts]) -> Vec<String> {
    if cameras.is_empty() {
        return Vec::new();
    }
    let mut head = format!(
        "{:<16}{:<9}{:>7}{:>10}{:>8}{:>8}{:>7}",
        "camera", "state", "fps", "jitter", "bad", "missed", "lost"
    );
    if !episode.is_empty() {
        head.push_str(&format!("{:>10}{:>9}{:>6}", "repeated", "skipped", "late"));
    }
    let mut lines = vec![head];
    for camera in cameras {
        let its = episode.iter().find(|its| *its.camera == *camera.key);
        lines.push(line(camera, its.map(|its| &its.counts)));
        if let Some(trouble) = trouble(&camera.state) {
            lines.push(format!("  {}", trouble.why.replace('\n', " ")));
        }
    }
    lines
}

fn line(camera: &CameraStatus, rows: Option<&PictureCounts>) -> String {
    let (fps, jitter) = match camera.pace {
        Some(pace) => {
            let jitter = pace.jitter.as_secs_f64() * 1e3;
            (format!("{:.1}", pace.fps), format!("{jitter:.1} ms"))
        }
        None => ("–".to_owned(), "–".to_owned()),
    };
    let lost = camera.reconnects + u32::from(matches!(camera.state, CameraState::Lost(_)));
    let mut line = format!(
        "{:<16}{:<9}{fps:>7}{jitter:>10}{:>8}{:>8}{lost:>7}",
        camera.key,
        state(&camera.state),
        camera.bad,
        camera.missed,
    );
    if let Some(rows) = rows {
        line.push_str(&format!(
            "{:>10}{:>9}{:>6}",
            rows.repeated, rows.skipped, rows.late
        ));
    }
    if camera.overwritten > 0 {
        line.push_str(&format!("  {} not taken in time", camera.overwritten));
    }
    line
}

/// The cameras in a few words, for where no table can be drawn; nothing without cameras.
pub fn summary(cameras: &[CameraStatus]) -> String {
    cameras
        .iter()
        .map(|camera| match (&camera.state, camera.pace) {
            (CameraState::Streaming, Some(pace)) => format!("; {} {:.1} fps", camera.key, pace.fps),
            (other, _) => format!("; {} {}", camera.key, state(other)),
        })
        .collect()
}

fn trouble(state: &CameraState) -> Option<&Trouble> {
    match state {
        CameraState::Lost(trouble) | CameraState::Refused(trouble) => Some(trouble),
        _ => None,
    }
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
        "trouble": trouble(&camera.state).map(|trouble| json!({
            "code": trouble.code,
            "message": trouble.why,
            "remedy": trouble.remedy,
        })),
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
        CameraEvent::NotSet(_) => "not_set",
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
        CameraEvent::Lost(trouble)
        | CameraEvent::Refused(trouble)
        | CameraEvent::NotSet(trouble) => {
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use cameras::Pace;
    use insta::assert_snapshot;

    use super::*;

    fn bench() -> Vec<CameraStatus> {
        let front = CameraStatus {
            key: "front".to_owned(),
            state: CameraState::Streaming,
            pace: Some(Pace {
                fps: 29.97,
                jitter: Duration::from_micros(412),
            }),
            pictures: 900,
            bad: 2,
            overwritten: 7,
            ..CameraStatus::default()
        };
        let phone = CameraStatus {
            key: "phone".to_owned(),
            state: CameraState::Lost(Trouble {
                code: "camera_network",
                why: "camera http://10.0.0.7:8080/video: it has sent no picture for 1.9 s"
                    .to_owned(),
                remedy: "Keep its Wi-Fi near.".to_owned(),
            }),
            missed: 3,
            reconnects: 1,
            ..CameraStatus::default()
        };
        vec![front, phone]
    }

    #[test]
    fn the_table_shows_state_rate_and_what_was_lost_of_each_camera_and_why_one_is_away() {
        assert_snapshot!(lines(&bench(), &[]).join("\n"), @"
        camera          state        fps    jitter     bad  missed   lost
        front           ready       30.0    0.4 ms       2       0      0  7 not taken in time
        phone           LOST           –         –       0       3      2
          camera http://10.0.0.7:8080/video: it has sent no picture for 1.9 s
        ");
        assert_snapshot!(summary(&bench()), @"; front 30.0 fps; phone LOST");
        let episode = [CameraCounts {
            camera: "front".into(),
            counts: PictureCounts {
                fresh: 170,
                repeated: 10,
                skipped: 3,
                late: 2,
                ..PictureCounts::default()
            },
        }];
        assert_snapshot!(lines(&bench(), &episode).join("\n"), @"
        camera          state        fps    jitter     bad  missed   lost  repeated  skipped  late
        front           ready       30.0    0.4 ms       2       0      0        10        3     2  7 not taken in time
        phone           LOST           –         –       0       3      2
          camera http://10.0.0.7:8080/video: it has sent no picture for 1.9 s
        ");
        assert!(lines(&[], &[]).is_empty() && summary(&[]).is_empty());
    }

    #[test]
    fn a_machine_reads_why_a_camera_is_away() {
        let object = object(&bench()[1]);
        assert_eq!(object["state"], "lost");
        assert_eq!(object["trouble"]["code"], "camera_network");
        assert_eq!(object["trouble"]["remedy"], "Keep its Wi-Fi near.");
    }

    #[test]
    fn what_happens_to_a_camera_is_told_in_words() {
        let trouble = Trouble {
            code: "camera_lost",
            why: "camera C270 is gone".to_owned(),
            remedy: "Plug it in again.".to_owned(),
        };
        let after = Duration::from_millis(1240);
        let told: Vec<String> = [
            CameraEvent::Ready {
                after,
                settled: true,
            },
            CameraEvent::Ready {
                after,
                settled: false,
            },
            CameraEvent::Lost(trouble),
            CameraEvent::Back { after },
            CameraEvent::Bad {
                bad: 10,
                why: "no JPEG".to_owned(),
                remedy: "Check its cable.".to_owned(),
            },
            CameraEvent::Slow {
                asked: 30.0,
                gives: 15.02,
            },
        ]
        .iter()
        .map(words)
        .collect();
        assert_snapshot!(told.join("\n"), @"
        ready after 1.2 s
        taken as ready after 1.2 s; its brightness has not settled
        camera C270 is gone
        Plug it in again.
        back after 1.2 s
        10 damaged pictures so far, which nobody gets: no JPEG
        Check its cable.
        gives 15.0 pictures a second instead of 30.0; rows repeat the last one
        ");
    }
}
