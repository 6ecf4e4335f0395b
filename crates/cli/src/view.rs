//! The live table of a driving session: joints, goals, health and the loop, redrawn in place.

use arms::arm::Torque;
use arms::{JOINTS, Joint};
use protocol::LoopReport;
use recorder::{Phase, Status as SessionStatus};
use teleop::{State, Status};

use crate::hands;
use crate::output::seconds;

/// The lines of the table.
pub fn lines(status: &Status, session: Option<&SessionStatus>, help: &str) -> Vec<String> {
    let mut lines = Vec::with_capacity(JOINTS + 6);
    lines.push(format!(
        "{:<10} torque {:<8} {:>6.1} Hz  bus {:>6.2} ms  missed {}{}",
        status.state.word(),
        torque(status),
        status.rate_hz,
        status.bus_us / 1000.0,
        status.missed,
        if status.first_move {
            "  first move, at bounded speed"
        } else {
            ""
        },
    ));
    lines.push(format!(
        "{:<16}{:>9}{:>9}{:>8}{:>7}{:>7}",
        "joint", "is", "goal", "temp", "volt", "load"
    ));
    let values = status.observation.as_slice();
    for (at, (is, goal)) in values.iter().zip(status.goals.as_slice()).enumerate() {
        let joint = Joint::ALL[at % JOINTS];
        let side = match (values.len() > JOINTS, at < JOINTS) {
            (false, _) => "",
            (true, true) => "left ",
            (true, false) => "right ",
        };
        let unit = if joint == Joint::Gripper { "%" } else { "°" };
        let stale = if status.stale & (1 << at) != 0 {
            " (old)"
        } else {
            ""
        };
        let health = status.motors[at / JOINTS][at % JOINTS]
            .as_ref()
            .map_or_else(
                || format!("{:>8}{:>7}{:>7}", "–", "–", "–"),
                |motor| {
                    format!(
                        "{:>5.0} °C{:>5.1} V{:>5.0} %",
                        motor.temperature, motor.voltage, motor.load
                    )
                },
            );
        let name = format!("{side}{}", joint.name());
        lines.push(format!(
            "{name:<16}{is:>8.1}{unit}{goal:>8.1}{unit}{health}{stale}"
        ));
    }
    lines.extend(input_line(status));
    if let Some(jog) = &status.input.jog {
        lines.extend(hands::lines(jog));
    }
    match &status.state {
        State::Faulted(failure) => {
            lines.push(failure.message.clone());
            lines.push(failure.remedy.clone());
        }
        State::Stopped if session.is_some() => lines.push(
            "Stopped: the episode is kept and the session over. The arm holds; Space releases it gently."
                .to_owned(),
        ),
        State::Stopped => lines.push(
            "Stopped: the arm holds where it is. Enter drives on when hands are clear, Space releases it gently."
                .to_owned(),
        ),
        _ => {}
    }
    if let Some(session) = session {
        lines.push(session_line(session));
    }
    lines.push(help.to_owned());
    lines
}

/// What drives, in one line: its delay, its clutch, its place; nothing where there is nothing to say.
fn input_line(status: &Status) -> Option<String> {
    let input = &status.input;
    let mut parts = Vec::new();
    if let Some(delay) = input.delay {
        parts.push(format!("goals {:>3.0} ms late", delay.as_secs_f64() * 1e3));
    }
    match input.clutch_open {
        Some(true) => {
            parts.push("clutch open: the follower holds (Backspace closes it)".to_owned())
        }
        Some(false) => parts.push("clutch closed (Backspace opens it)".to_owned()),
        None => {}
    }
    if let (Some(arm), true) = (input.arm, status.goals.as_slice().len() > JOINTS) {
        let side = if arm == 0 { "left" } else { "right" };
        parts.push(format!(
            "the {side} arm is driven (Tab, or North on a gamepad: the other)"
        ));
    }
    if let Some(replay) = input.replay {
        parts.push(format!(
            "at {} of {}",
            seconds(replay.at.as_secs_f64()),
            seconds(replay.until.as_secs_f64())
        ));
        if replay.lost.as_secs_f64() > 0.05 {
            parts.push(format!(
                "{} slower for the speed limits",
                seconds(replay.lost.as_secs_f64())
            ));
        }
    }
    (!parts.is_empty()).then(|| parts.join("   "))
}

/// What the session is doing, in one line.
pub fn session_line(session: &SessionStatus) -> String {
    let left = seconds(session.left.as_secs_f64());
    let counted = format!("{} of {} saved", session.saved, session.wanted);
    match session.phase {
        Phase::Recording => format!(
            "recording episode {}: {} rows, {left} left; {counted}{}",
            session.episode,
            session.rows,
            if session.marks.repeated > 0 {
                format!("; {} rows repeated", session.marks.repeated)
            } else {
                String::new()
            }
        ),
        Phase::Resetting => format!("put the scene back: {left} left; {counted}"),
        Phase::Paused => format!("paused; {counted}"),
        Phase::Ready => format!("ready; {counted}"),
        Phase::Done => format!("done; {counted}"),
    }
}

fn torque(status: &Status) -> &'static str {
    let any = |wanted| {
        status
            .torque
            .iter()
            .flatten()
            .any(|torque| *torque == wanted)
    };
    if any(Torque::Unknown) {
        "unknown"
    } else if any(Torque::On) {
        "on"
    } else {
        "off"
    }
}

/// The loop's account of itself, for people.
pub fn report(report: &LoopReport) -> Vec<String> {
    let spread = |name: &str, spread: &protocol::Spread| {
        format!(
            "  {name:<14}p50 {:>8.3}  p95 {:>8.3}  p99 {:>8.3}  p99.9 {:>8.3}  max {:>8.3} ms",
            spread.p50 / 1000.0,
            spread.p95 / 1000.0,
            spread.p99 / 1000.0,
            spread.p999 / 1000.0,
            spread.max / 1000.0
        )
    };
    let mut lines = vec![
        format!(
            "loop: {} cycles at {} Hz in {:.1} s, {} missed",
            report.cycles, report.rate_hz, report.seconds, report.missed
        ),
        spread("period error", &report.period_error_us),
        spread("bus", &report.bus_us),
        spread("computing", &report.compute_us),
        format!("  priority      {}", report.priority),
    ];
    let answered: u64 = report.motors.iter().map(|motor| motor.answered).sum();
    let troubled: Vec<_> = report
        .motors
        .iter()
        .filter(|motor| motor.silent + motor.corrupt > 0 || motor.error_bits != 0)
        .collect();
    lines.push(format!(
        "  motors        {} answers, {} silent, {} damaged",
        answered,
        report.motors.iter().map(|motor| motor.silent).sum::<u64>(),
        report.motors.iter().map(|motor| motor.corrupt).sum::<u64>()
    ));
    for motor in troubled {
        lines.push(format!(
            "    {} {} (motor {}): {} silent, {} damaged, reported {}",
            motor.arm,
            motor.joint,
            motor.id,
            motor.silent,
            motor.corrupt,
            motors::ErrorBits(motor.error_bits)
        ));
    }
    lines
}
