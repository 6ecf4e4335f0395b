//! `tendon sim`: a simulated arm on a pseudo terminal or a socket, for any program that drives these arms.
//!
//! Here are its flags and its standard input; what an arm does, and how faults are written, is in `sim`.

use std::fs;
use std::io::{BufRead as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use protocol::{ErrorCode, Failure};
use serde_json::json;
use sim::{
    Chain, ChainConfig, MjpegServer, Plan, PtyConfig, PtyServer, RandomArm, SimArm, SocketConfig,
    SocketServer,
};
use stdx::thread::{Intent, Panicked};
use stdx::{Clock as _, SystemClock};

use crate::args;
use crate::commands::sim_cameras;
use crate::output::Out;
use crate::setup::bad_request;
use crate::watch::Watch;

/// Goal writes kept for `--goal-log`: an hour at 250 Hz.
const GOALS: usize = 900_000;
/// How often the end is looked for.
const LOOK: Duration = Duration::from_millis(50);
/// How often commands are looked for.
const LISTEN: Duration = Duration::from_millis(2);
/// Lines of standard input that wait to be carried out.
const LINES: usize = 64;

/// Where the arm is served.
enum Server {
    Terminal(PtyServer),
    Socket(SocketServer),
}

impl Server {
    fn start(args: &args::Sim, chain: Chain) -> Result<Self, Failure> {
        // Without latency to hide in, the simulator's own wake-up would count as wire time.
        let spin = if args.usb_latency_us == 0 {
            Duration::from_micros(150)
        } else {
            Duration::ZERO
        };
        let failed = |message: String, remedy: &str| Failure {
            code: ErrorCode::Port,
            message,
            remedy: remedy.to_owned(),
        };
        if let Some(path) = &args.socket {
            return SocketServer::start(SocketConfig {
                chain,
                path: path.clone(),
                spin,
                realtime: true,
            })
            .map(Self::Socket)
            .map_err(|error| failed(error.to_string(), error.remedy()));
        }
        PtyServer::start(PtyConfig {
            link: args.link.clone(),
            spin,
            realtime: true,
            ..PtyConfig::serving(chain)
        })
        .map(Self::Terminal)
        .map_err(|error| failed(error.to_string(), error.remedy()))
    }

    fn port(&self) -> PathBuf {
        match self {
            Self::Terminal(server) => server.port(),
            Self::Socket(server) => server.path().to_owned(),
        }
    }

    fn wake(&self) {
        match self {
            Self::Terminal(server) => server.wake(),
            Self::Socket(server) => server.wake(),
        }
    }

    fn stop(self) -> Result<(), Panicked> {
        match self {
            Self::Terminal(server) => server.stop(),
            Self::Socket(server) => server.stop(),
        }
    }
}

/// Serves until it is told to stop.
pub fn run(args: &args::Sim, out: &mut Out, watch: &Watch) -> Result<u8, Failure> {
    let clock = SystemClock;
    let (chain, calibration) = chain(args)?;
    for fault in &args.faults {
        let plan: Plan = fault
            .parse()
            .map_err(|error: sim::UnknownFault| bad_request(error.to_string(), error.remedy()))?;
        chain
            .plan(plan)
            .map_err(|error| bad_request(error.to_string(), error.remedy()))?;
    }
    let cameras = sim_cameras::serve(&args.cameras, &chain)?;
    let server = Server::start(args, chain.clone())?;
    if let (Some(folder), Some(arm)) = (&args.calibration_dir, &calibration) {
        let path = folder.join(format!("{}.json", args.id));
        fs::create_dir_all(folder)
            .and_then(|()| fs::write(&path, arm))
            .map_err(|error| disk(&path, &error))?;
        out.say(format!("calibration: {}", path.display()));
    }
    let port = server.port();
    let urls = cameras.as_ref().map(MjpegServer::urls).unwrap_or_default();
    let streams: serde_json::Map<_, _> = urls
        .iter()
        .map(|(name, url)| (name.clone(), json!(url)))
        .collect();
    out.object(
        "serving",
        json!({
            "port": port, "baud": args.baud, "usb_latency_us": args.usb_latency_us, "cameras": streams,
        }),
    );
    out.say(format!("port: {}", port.display()));
    for (name, url) in urls {
        out.say(format!("camera {name}: {url}"));
    }
    let until = args
        .time_s
        .map(|seconds| clock.now() + Duration::from_secs_f64(seconds.max(0.0)));
    let commands = if args.commands { Some(lines()?) } else { None };
    let asked = watch.asked();
    while asked.presses() == 0 && until.is_none_or(|until| clock.now() < until) {
        let Some(lines) = &commands else {
            clock.sleep(LOOK);
            continue;
        };
        match lines.pop() {
            Some(line) => {
                answer(&line, &chain, out);
                server.wake();
            }
            None if lines.finished() => break,
            None => clock.sleep(LISTEN),
        }
    }
    if let Some(path) = &args.goal_log {
        write_goals(&chain, path)?;
    }
    let spoiled = chain.injected();
    out.object(
        "injected",
        json!({
            "corrupt": spoiled.corrupt, "lost": spoiled.lost, "late": spoiled.late, "short": spoiled.short,
            "noisy": spoiled.noisy, "wrong_id": spoiled.wrong_id, "collided": spoiled.collided,
            "lost_requests": spoiled.lost_requests, "unplugged": spoiled.unplugged,
        }),
    );
    let filmed = cameras.map_or(Ok(()), MjpegServer::stop);
    server.stop().and(filmed).map_err(|panicked| Failure {
        code: ErrorCode::Internal,
        message: panicked.to_string(),
        remedy: "This is a defect of Tendon: please report it with the log.".into(),
    })?;
    Ok(crate::exit::DONE)
}

/// One line of standard input and its answer, in one line.
fn answer(line: &str, chain: &Chain, out: &mut Out) {
    match chain.command(line) {
        Ok(answer) => {
            out.object(
                "answer",
                json!({ "command": line, "ok": true, "answer": answer }),
            );
            out.say(format!("ok {answer}").trim_end());
        }
        Err(error) => {
            let (message, remedy) = (error.to_string(), error.remedy());
            out.object(
                "answer",
                json!({ "command": line, "ok": false, "message": message, "remedy": remedy }),
            );
            out.say(format!("refused {message}. {remedy}"));
        }
    }
}

/// The lines of standard input as they come, read on a thread of their own, which nobody can call back from there.
fn lines() -> Result<stdx::QueueReader<String>, Failure> {
    let (writer, reader) = stdx::queue(LINES);
    stdx::thread::spawn("stdin", Intent::Background, move || {
        let clock = SystemClock;
        for line in std::io::stdin().lock().lines() {
            let Ok(mut line) = line else { return };
            // Whoever is faster than the simulator waits.
            while let Err(back) = writer.push(line) {
                line = back;
                clock.sleep(LISTEN);
            }
        }
    })
    .map(stdx::thread::Joined::detach)
    .map_err(|error| Failure {
        code: ErrorCode::Internal,
        message: format!("no thread to read commands with: {error}"),
        remedy: "Close programs and try again.".into(),
    })?;
    Ok(reader)
}

fn chain(args: &args::Sim) -> Result<(Chain, Option<String>), Failure> {
    let latency = Duration::from_micros(args.usb_latency_us);
    let unknown = || {
        bad_request(
            format!("--arm={} is not known", args.arm),
            "Use follower, leader, uncalibrated, random:SEED, factory or factory:ID[@BAUD],…",
        )
    };
    let goal_log = if args.goal_log.is_some() { GOALS } else { 0 };
    let arm = match args.arm.split_once(':').unwrap_or((&args.arm, "")) {
        ("follower", "") => SimArm::follower(),
        ("leader", "") => SimArm::leader(),
        ("uncalibrated", "") => SimArm::follower().uncalibrated(),
        ("random", seed) => {
            let random = RandomArm::of(seed.parse().map_err(|_unhelpful| unknown())?);
            let mut arm = random.arm.with_usb_latency(latency);
            arm.config.baud = args.baud;
            return Ok((arm.chain(Arc::new(SystemClock)), None));
        }
        ("factory", motors) => {
            let motors = if motors.is_empty() { "1" } else { motors };
            let config = ChainConfig {
                baud: args.baud,
                usb_latency: latency,
                ..ChainConfig::parse_factory(motors).ok_or_else(unknown)?
            };
            return Ok((Chain::new(config, Arc::new(SystemClock)), None));
        }
        _ => return Err(unknown()),
    };
    let mut arm = arm.with_usb_latency(latency);
    arm.config.baud = args.baud;
    arm.config.goal_log = goal_log;
    let calibration = station::hardware::calibration_of(&arm)?;
    Ok((
        arm.chain(Arc::new(SystemClock)),
        Some(calibration.to_json()),
    ))
}

/// One line per goal write: the instant of its arrival in nanoseconds of the monotonic clock, then `id:ticks`
/// for each motor.
fn write_goals(chain: &Chain, path: &Path) -> Result<(), Failure> {
    let log = chain.take_goal_log(0);
    let mut text = Vec::with_capacity(log.len() * 64);
    for arrival in log.arrivals() {
        // Writing to a Vec cannot fail.
        let _ignored = write!(text, "{}", arrival.at.as_nanos());
        for (id, ticks) in arrival.goals() {
            let _ignored = write!(text, " {id}:{ticks}");
        }
        text.push(b'\n');
    }
    fs::write(path, text).map_err(|error| disk(path, &error))
}

fn disk(path: &Path, error: &std::io::Error) -> Failure {
    Failure {
        code: ErrorCode::Disk,
        message: format!(
            "the file cannot be written: {error}\nFile: {}",
            path.display()
        ),
        remedy: "Choose a folder you may write, on a disk with room.".into(),
    }
}
