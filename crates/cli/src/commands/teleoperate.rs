//! `tendon teleoperate` and `tendon replay`: the arm moves, a table shows it, the loop reports at the end.

use std::time::Duration;

use arms::Values;
use protocol::Failure;
use serde_json::{Value, json};
use station::cameras::CameraNews;
use station::drive::{DriveCommand, DriveEvent, DriveOutcome};
use station::episode::EpisodeConfig;
use station::process::{Process, Verb};
use station::replay::{ReplayConfig, replay};
use station::teleoperate::{TeleoperateConfig, teleoperate};
use stdx::{Clock as _, SystemClock};
use teleop::{Mode, State, Status};
use units::{Hz, MonoTime};

use crate::args;
use crate::cameras;
use crate::chosen;
use crate::hands::{self, Held, LivePad};
use crate::live::{LiveKeys, Wish};
use crate::output::Out;
use crate::setup::{self, bad_request};
use crate::view;
use crate::watch::{Watch, follow_with};

/// Least time between two drawings of the table: numbers that change faster cannot be read.
pub const DRAW: Duration = Duration::from_millis(200);
/// Least time between two lines about the state where no table can be drawn.
const LINE: Duration = Duration::from_secs(5);

/// What to do about a terminal that cannot be read.
pub const TERMINAL: &str =
    "Use another terminal, or --teleop.type=script with standard input from /dev/null.";

const HELP: &str =
    "Space or Esc: stop (again: release)   Enter: drive on   P: pause, go on   Ctrl-C: end";

/// `tendon teleoperate`
pub fn run(args: &args::Teleoperate, out: &mut Out, watch: &Watch) -> Result<u8, Failure> {
    let followers = setup::followers(&args.robot)?;
    if args.uncapped
        && !followers
            .iter()
            .all(|arm| station::hardware::harmless(&arm.port))
    {
        return Err(bad_request(
            "an uncapped loop is for measuring a simulated arm",
            "Leave --uncapped out.",
        ));
    }
    let cameras = setup::cameras(&args.robot)?;
    let input = setup::input(&args.teleop, &args.robot, &followers)?;
    let (rig, held) = setup::rig(followers, input);
    needs_keys(held.keyboard.is_some())?;
    let config = TeleoperateConfig {
        rig,
        cameras,
        rate: rate(args.fps.unwrap_or_else(usual_rate))?,
        duration: args
            .teleop_time_s
            .map(|seconds| Duration::from_secs_f64(seconds.clamp(0.0, 1e9))),
        uncapped: args.uncapped,
        start_holding: false,
        previews: Default::default(),
    };
    drive(teleoperate(config), held, out, watch)
}

/// `tendon replay`
pub fn run_replay(args: &args::Replay, out: &mut Out, watch: &Watch) -> Result<u8, Failure> {
    setup::without_cameras(&args.robot, "a replay", out);
    let followers = setup::followers(&args.robot)?;
    let root = setup::dataset_root(args.root.as_deref(), args.repo_id.as_deref())?;
    let robot = &args.robot;
    let config = ReplayConfig {
        episode: EpisodeConfig {
            from: args.from,
            to: args.to,
            speed: args.speed,
            units_confirmed: robot
                .more
                .units_said(followers.len() > 1, robot.use_degrees),
            ..EpisodeConfig::new(root, args.episode)
        },
        followers,
        rate: rate(120.0)?,
    };
    drive(replay(config), Held::default(), out, watch)
}

/// The rate that was set once for all, else LeRobot's.
fn usual_rate() -> f64 {
    let settings = chosen::settings();
    if settings.is_set("drive.rate_hz") {
        settings.rate_hz()
    } else {
        60.0
    }
}

/// A rate of a control loop.
pub fn rate(hz: f64) -> Result<Hz, Failure> {
    Hz::new(hz)
        .filter(|rate| teleop::RATES.contains(&rate.get()))
        .ok_or_else(|| {
            bad_request(
                format!("a control loop does not run at {hz} Hz"),
                "Choose 1 to 250 Hz.",
            )
        })
}

/// Keys can only be read from a terminal.
pub fn needs_keys(keyboard: bool) -> Result<(), Failure> {
    if keyboard && !std::io::IsTerminal::is_terminal(&std::io::stdin()) {
        return Err(bad_request(
            "the keyboard cannot be read: standard input is no terminal",
            "Run it in a terminal, or use --teleop.type=script with --teleop.script=FILE.",
        ));
    }
    Ok(())
}

/// Follows a driving process with keys and a table until it ends.
pub fn drive<V>(
    process: Process<V>,
    held: Held,
    out: &mut Out,
    watch: &Watch,
) -> Result<u8, Failure>
where
    V: Verb<Command = DriveCommand, Event = DriveEvent, Outcome = DriveOutcome>,
{
    let outcome = follow_drive(process, held, true, out, watch)?;
    out.object("loop_report", &outcome.report);
    for line in view::report(&outcome.report) {
        out.say(line);
    }
    Ok(crate::exit::DONE)
}

/// Follows a process that drives, with the keys of the terminal where `keys` says so. Where nobody can press a key, an
/// arm that waits because a joint does not follow is let down.
pub fn follow_drive<V>(
    process: Process<V>,
    mut held: Held,
    keys: bool,
    out: &mut Out,
    watch: &Watch,
) -> Result<V::Outcome, Failure>
where
    V: Verb<Command = DriveCommand, Event = DriveEvent>,
{
    let help = match &held.keyboard {
        Some(board) if board.map().mode() == Mode::Tip => hands::TIP_HELP,
        _ => HELP,
    };
    let keys = if keys {
        LiveKeys::start(&mut held, process.emergency(), watch.interrupter()).map_err(|error| {
            bad_request(format!("the terminal cannot be read: {error}"), TERMINAL)
        })?
    } else {
        None
    };
    let mut pad = LivePad::start(held.pad, process.emergency())?;
    let mut pace = Pace::default();
    let mut holding = false;
    let outcome = follow_with(process, out, watch, |event, out, process| {
        let command = match keys.as_ref().and_then(LiveKeys::wish) {
            Some(Wish::Resume) => Some(DriveCommand::Resume),
            Some(Wish::PauseOrGoOn) if holding => Some(DriveCommand::Resume),
            Some(Wish::PauseOrGoOn) => Some(DriveCommand::Hold),
            Some(Wish::Session(_)) | None => None,
        };
        if let Some(command) = command
            && let Err(failure) = process.command(command)
        {
            out.note(failure.message);
        }
        if let DriveEvent::Status(status) = &event {
            holding = matches!(status.state, State::Holding);
            match &keys {
                Some(keys) => keys.note(&status.state),
                None if holding && status.input.stuck.is_some() => process.stop(),
                None => {}
            }
        }
        pad.tell(out);
        show(event, None, help, &mut pace, out);
    })?;
    drop(keys);
    Ok(outcome)
}

/// When the table was last drawn.
#[derive(Debug, Default)]
pub struct Pace {
    /// How the cameras did last.
    cameras: Vec<::cameras::CameraStatus>,
    drawn: Option<MonoTime>,
    word: String,
}

impl Pace {
    fn due(&mut self, every: Duration) -> bool {
        let now = SystemClock.now();
        let due = self.drawn.is_none_or(|drawn| now.since(drawn) >= every);
        if due {
            self.drawn = Some(now);
        }
        due
    }
}

/// Shows an event of a driving process.
pub fn show(
    event: DriveEvent,
    session: Option<&recorder::Status>,
    help: &str,
    pace: &mut Pace,
    out: &mut Out,
) {
    match event {
        DriveEvent::Note(note) => {
            out.object("note", json!({ "text": note }));
            out.note(note);
        }
        DriveEvent::Warning(warning) => {
            out.object("warning", json!({ "text": warning }));
            out.note(warning);
        }
        DriveEvent::Cameras(news) => {
            cameras::show(&news, out);
            if let CameraNews::Status(cameras) = news {
                pace.cameras = cameras;
            }
        }
        // A window's; the report at the end has them all.
        DriveEvent::Figures(_) => {}
        DriveEvent::Status(status) => {
            if out.json() {
                out.object("status", object(&status));
            } else if out.live() {
                if pace.due(DRAW) {
                    let mut lines = view::lines(&status, session, help);
                    // Above the help, which is the last line.
                    let at = lines.len().saturating_sub(1);
                    let episode = session.map_or(&[][..], |session| &session.cameras);
                    lines.splice(at..at, cameras::lines(&pace.cameras, episode));
                    out.draw(&lines);
                }
            } else if pace.word != status.state.word() || pace.due(LINE) {
                pace.word = status.state.word().to_owned();
                out.note(format!(
                    "{:<10} {:>6.1} Hz, {} cycles, {} missed{}",
                    status.state.word(),
                    status.rate_hz,
                    status.cycles,
                    status.missed,
                    cameras::summary(&pace.cameras),
                ));
            }
        }
    }
}

/// What drives, in numbers: its delay, its clutch, its place.
fn input_object(status: &Status) -> Value {
    let input = &status.input;
    let joint = |place: u8| arms::Joint::ALL[usize::from(place) % arms::JOINTS].name();
    json!({
        "delay_ms": input.delay.map(|delay| delay.as_secs_f64() * 1e3),
        "clutch_open": input.clutch_open,
        "arm": input.arm,
        "finished": status.finished,
        "arrived": input.arrived,
        "stuck": input.stuck.map(|place| json!({ "value": place, "joint": joint(place) })),
        "replay": input.replay.map(|replay| json!({
            "at_s": replay.at.as_secs_f64(),
            "until_s": replay.until.as_secs_f64(),
            "lost_s": replay.lost.as_secs_f64(),
            "slowed_by": replay.slowed.map(|(place, _)| joint(place)),
            "beyond_range": replay.beyond.map(|(place, _)| joint(place)),
        })),
    })
}

fn object(status: &Status) -> Value {
    let values = |values: &Values| values.as_slice().to_vec();
    json!({
        "at_ns": status.at.as_nanos(),
        "state": status.state.word(),
        "fault": match &status.state {
            State::Faulted(failure) => Some(failure.as_ref()),
            _ => None,
        },
        "observation": values(&status.observation),
        "goals": values(&status.goals),
        "stale": status.stale,
        "rate_hz": status.rate_hz,
        "bus_us": status.bus_us,
        "late_us": status.late_us,
        "cycles": status.cycles,
        "missed": status.missed,
        "first_move": status.first_move,
        "input": input_object(status),
        "jog": status.input.jog.as_ref().map(hands::object),
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use protocol::ErrorCode;

    use super::*;

    #[test]
    fn a_faulted_status_says_what_failed_and_what_to_do() {
        let mut status = Status {
            at: MonoTime(1),
            slot: 1,
            state: State::Driving,
            torque: [None; 2],
            observation: Values::from_arms(&[]),
            goals: Values::from_arms(&[]),
            stale: 0,
            lost: teleop::LostArms::default(),
            leaders: None,
            first_move: false,
            finished: false,
            input: teleop::InputStatus::default(),
            rate_hz: 60.0,
            late_us: 0.0,
            bus_us: 0.0,
            cycles: 1,
            missed: 0,
            steps_refused: 0,
            motors: [[None; arms::JOINTS]; 2],
            warnings: teleop::Warnings::default(),
        };
        assert_eq!(object(&status)["fault"], Value::Null);
        status.state = State::Faulted(Arc::new(Failure {
            code: ErrorCode::Motor,
            message: "follower: elbow flex (motor 3) is at 66 °C".to_owned(),
            remedy: "Let it cool down.".to_owned(),
        }));
        assert_eq!(
            object(&status)["fault"],
            json!({
                "code": "motor",
                "message": "follower: elbow flex (motor 3) is at 66 °C",
                "remedy": "Let it cool down.",
            })
        );
    }
}
