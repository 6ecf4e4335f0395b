//! `tendon record`: episodes into a dataset, with session keys and a table.

use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use dataset::Codec;
use dataset::recovery::PutAway;
use protocol::Failure;
use recorder::preflight::{Check, Grade};
use recorder::{
    CameraCounts, Ended, Event, Marks, Phase, PictureCounts, Saved, Status as SessionStatus,
};
use serde_json::{Value, json};
use station::camera_settings::CameraSetting;
use station::drive::{DriveCommand, DriveEvent};
use station::record::{
    Av1, FilmSettings, RecordCommand, RecordConfig, RecordEvent, RecordOutcome, Recovery,
    SessionCommand, SessionConfig, record,
};

use crate::args;
use crate::commands::reencode;
use crate::commands::teleoperate::{Pace, TERMINAL, needs_keys, rate, show};
use crate::hands::LivePad;
use crate::live::{LiveKeys, Wish};
use crate::output::{Out, seconds};
use crate::setup::{self, Input, bad_request};
use crate::view;
use crate::watch::{Watch, follow_with};

/// Control loops of datasets run at least this fast, where nobody says otherwise.
const LEAST_RATE: f64 = 100.0;

const HELP: &str = "N: save, next   R: record again   P: pause   F: end   Space: stop (again: release, end)   Enter: drive on";

/// `tendon record`
pub fn run(args: &args::Record, out: &mut Out, watch: &Watch) -> Result<u8, Failure> {
    if args.dataset.push_to_hub {
        return Err(bad_request(
            "recording does not upload",
            "Leave --dataset.push_to_hub out; the dataset is whole on disk after every episode.",
        ));
    }
    let followers = setup::followers(&args.robot)?;
    let input = setup::input(&args.teleop, &args.robot, &followers)?;
    needs_keys(input.held.keyboard.is_some())?;
    let hz = args
        .control_rate
        .unwrap_or_else(|| control_rate(args.dataset.fps));
    let pair = followers.len() > 1;
    let config = Session {
        followers,
        input,
        cameras: args.robot.cameras.settings(pair)?,
        film: args.dataset.film.settings()?,
        av1: args.dataset.film.when(),
        root: root(&args.dataset, args.resume)?,
        resume: args.resume,
        recovery: match args.recover {
            args::Recover::Keep => Recovery::Keep,
            args::Recover::Discard => Recovery::Discard,
            args::Recover::Ask => Recovery::Ask,
        },
        session: SessionConfig {
            task: args.dataset.single_task.clone(),
            fps: args.dataset.fps,
            control_rate: rate(hz)?,
            episode_time: span("--dataset.episode_time_s", args.dataset.episode_time_s)?,
            reset_time: span("--dataset.reset_time_s", args.dataset.reset_time_s)?,
            num_episodes: args.dataset.num_episodes,
            start_at_once: true,
        },
    };
    let (root, film) = (config.root.clone(), config.film);
    station::left::note_recording(&root);
    let outcome = session(config, out, watch).inspect_err(|_| {
        // What was saved before the session failed is whole, and not yet what was asked for.
        if let FilmSettings::Video(film) = film
            && film.codec == Codec::Av1
        {
            reencode::remind(&root, film.codec, out);
        }
    })?;
    if let (Some(film), Some(first)) = (
        outcome.later,
        outcome
            .summary
            .episodes
            .iter()
            .map(|saved| saved.index)
            .min(),
    ) {
        reencode::after_session(&outcome.root, film, first, out, watch)?;
    }
    if outcome.root.exists() {
        out.say(format!("dataset: {}", outcome.root.display()));
    } else {
        out.say("Nothing was recorded, so no dataset was left.");
    }
    Ok(crate::exit::DONE)
}

/// A record session, ready to be run.
pub struct Session {
    /// The arms.
    pub followers: Vec<arms::ArmConfig>,
    /// What they follow.
    pub input: Input,
    /// Cameras.
    pub cameras: Vec<CameraSetting>,
    /// How pictures are kept.
    pub film: FilmSettings,
    /// When films are made that are to be AV1.
    pub av1: Av1,
    /// Folder of the dataset.
    pub root: PathBuf,
    /// Whether it is there already.
    pub resume: bool,
    /// What becomes of an interrupted episode.
    pub recovery: Recovery,
    /// Task, rates, times.
    pub session: SessionConfig,
}

/// Records and shows it; prints the loop report at the end.
pub fn session(config: Session, out: &mut Out, watch: &Watch) -> Result<RecordOutcome, Failure> {
    let (rig, mut held) = setup::rig(config.followers, config.input);
    let process = record(RecordConfig {
        rig,
        cameras: config.cameras,
        film: config.film,
        av1: config.av1,
        root: config.root,
        resume: config.resume,
        recovery: config.recovery,
        start_holding: false,
        previews: Default::default(),
        session: config.session,
    });
    let keys = LiveKeys::start(&mut held, process.emergency(), watch.interrupter())
        .map_err(|error| bad_request(format!("the terminal cannot be read: {error}"), TERMINAL))?;
    let mut pad = LivePad::start(held.pad, process.emergency())?;
    let mut pace = Pace::default();
    let mut newest: Option<SessionStatus> = None;
    let outcome = follow_with(process, out, watch, |event, out, process| {
        while let Some(wish) = keys.as_ref().and_then(LiveKeys::wish) {
            let paused = newest
                .as_ref()
                .is_some_and(|status| status.phase == Phase::Paused);
            if let Err(failure) = process.command(command(wish, paused)) {
                out.note(failure.message);
            }
        }
        if let (Some(keys), RecordEvent::Drive(DriveEvent::Status(status))) = (&keys, &event) {
            keys.note(&status.state);
        }
        pad.tell(out);
        match event {
            RecordEvent::Drive(event) => show(event, newest.as_ref(), HELP, &mut pace, out),
            RecordEvent::Preflight(checks) => preflight(&checks, out),
            RecordEvent::Recovered { task, rows, index } => {
                out.wipe();
                out.object(
                    "recovered",
                    json!({ "task": task, "rows": rows, "episode": index }),
                );
                out.say(match index {
                    Some(index) => format!(
                        "An episode was saved from the last session: {rows} rows of “{task}”, now episode {index}."
                    ),
                    None => format!("An unfinished episode was thrown away: {rows} rows of “{task}”."),
                });
            }
            RecordEvent::Recovering(reached) => {
                let (stage, done, total) = (reached.stage.to_string(), reached.done, reached.total);
                out.object(
                    "recovering",
                    json!({ "stage": stage, "done": done, "total": total }),
                );
                out.bar(
                    &format!("bringing an episode back: {stage:<8}"),
                    done,
                    total,
                );
            }
            RecordEvent::PutAway(episode) => put_away(&episode, out),
            RecordEvent::Session(event) => episode(&event, out),
            RecordEvent::Status(status) => {
                out.object("session", status_object(&status));
                newest = Some(status);
            }
            RecordEvent::Refused(why) => out.note(why),
            RecordEvent::Trouble { failure, recording } => {
                out.object(
                    "trouble",
                    json!({
                        "code": failure.code,
                        "message": failure.message,
                        "remedy": failure.remedy,
                        "recording": recording,
                    }),
                );
                out.note(failure.to_string());
            }
            RecordEvent::Interrupted {
                root,
                rows,
                seconds: length,
                task,
            } => {
                out.object(
                    "interrupted",
                    json!({ "root": root, "rows": rows, "seconds": length, "task": task }),
                );
                out.note(format!(
                    "An episode was saved from an earlier session: {} of “{task}”. Bring it back with\n  \
                     tendon dataset repair {}",
                    seconds(length),
                    root.display()
                ));
            }
        }
    })?;
    drop(keys);
    out.object("loop_report", &outcome.report);
    for line in view::report(&outcome.report) {
        out.say(line);
    }
    let rows = outcome.summary.rows();
    let episodes: Vec<_> = outcome.summary.episodes.iter().map(saved_object).collect();
    out.object(
        "summary",
        json!({
            "root": outcome.root,
            "episodes": episodes,
            "rows": rows,
            "discarded": outcome.summary.discarded,
            "steps_lost": outcome.summary.steps_lost,
        }),
    );
    out.say(format!("{} episodes, {rows} rows", episodes.len()));
    Ok(outcome)
}

fn command(wish: Wish, paused: bool) -> RecordCommand {
    match wish {
        Wish::Session(command) => RecordCommand::Session(command),
        Wish::Resume => RecordCommand::Drive(DriveCommand::Resume),
        Wish::PauseOrGoOn if paused => RecordCommand::Session(SessionCommand::Resume),
        Wish::PauseOrGoOn => RecordCommand::Session(SessionCommand::Pause),
    }
}

fn preflight(checks: &[Check], out: &mut Out) {
    for check in checks {
        let (mark, grade) = match check.grade {
            Grade::Fine => ("ok", "fine"),
            Grade::Notice => ("note", "notice"),
            Grade::Refused => ("no", "refused"),
        };
        out.object(
            "preflight",
            json!({ "check": check.name, "grade": grade, "found": check.found, "remedy": check.remedy }),
        );
        out.note(format!("{mark:<5}{}: {}", check.name, check.found));
        if !check.remedy.is_empty() {
            out.note(format!("     {}", check.remedy));
        }
    }
}

fn episode(event: &Event, out: &mut Out) {
    match event {
        Event::EpisodeStarted { index } => {
            out.object("episode_started", json!({ "episode": index }));
            out.note(format!("episode {index} begins"));
        }
        Event::EpisodeEnded {
            rows,
            seconds: length,
            ended,
            marks,
        } => {
            out.object(
                "episode_ended",
                json!({ "rows": rows, "seconds": length, "ended": ended.name(), "marks": marks_object(marks) }),
            );
            if *ended == Ended::Emergency {
                out.note(format!(
                    "the arm was stopped: {rows} rows are kept and marked. Enter drives on, and the next episode \
                     begins; Space releases the arm and ends the session."
                ));
            } else if ended.by_fault() {
                out.note(format!(
                    "the episode ended by itself ({}): {rows} rows are kept",
                    ended.name()
                ));
            }
        }
        Event::EpisodeSaved(saved) => {
            out.object("episode_saved", saved_object(saved));
            let length = seconds(saved.seconds);
            let mut line = format!(
                "episode {} saved: {} rows, {length}",
                saved.index, saved.rows
            );
            if saved.marks.repeated > 0 {
                line.push_str(&format!(", {} rows repeated", saved.marks.repeated));
            }
            if saved.marks.stale > 0 {
                line.push_str(&format!(", {} rows with an old value", saved.marks.stale));
            }
            out.say(line);
            for camera in &saved.cameras {
                out.say(format!("  {}: {}", camera.camera, pictures(&camera.counts)));
            }
        }
        Event::EpisodePutAway(episode) => put_away(episode, out),
        Event::EpisodeDiscarded(discarded) => {
            let (rows, undoable) = (discarded.rows, discarded.undoable);
            out.object(
                "episode_discarded",
                json!({ "rows": rows, "undoable": undoable }),
            );
            let hint = if undoable { " (U brings it back)" } else { "" };
            out.say(format!("episode discarded: {rows} rows{hint}"));
        }
        Event::StepsLost { count } => {
            out.object("steps_lost", json!({ "count": count }));
            out.note(format!(
                "the recorder did not keep up: {count} steps were lost, their rows are repeated"
            ));
        }
        Event::FilmPace { camera, words } => {
            out.object("film_pace", json!({ "camera": **camera, "words": words }));
            out.note(format!("camera {camera}: {words}"));
        }
        Event::FilmFailed {
            camera,
            failure,
            for_good,
        } => {
            out.object(
                "film_failed",
                json!({
                    "camera": **camera,
                    "message": failure.message,
                    "remedy": failure.remedy,
                    "for_good": for_good,
                }),
            );
            out.note(format!(
                "camera {camera}: {failure}\nThe episode is kept as far as every camera has pictures."
            ));
        }
        Event::CameraSilent { camera } => {
            out.object("camera_silent", json!({ "camera": **camera }));
            out.note(format!(
                "camera {camera} gives no pictures: the episode ends here, kept and marked, and the session waits"
            ));
        }
        Event::CamerasSee => {
            out.object("cameras_see", json!({}));
            out.note("every camera gives pictures again");
        }
        Event::StoreFailed {
            message,
            remedy,
            rows_in_journal,
        } => {
            out.object(
                "store_failed",
                json!({ "message": message, "remedy": remedy, "rows_in_journal": rows_in_journal }),
            );
            out.note(format!("{message}\n{remedy}"));
        }
        Event::SessionEnded(_) => {}
    }
}

/// An episode that could not be kept, and where what there is of it lies.
pub fn put_away(episode: &PutAway, out: &mut Out) {
    out.object(
        "put_away",
        json!({
            "task": episode.task, "rows": episode.rows, "lacking": episode.lacking, "folder": episode.attic,
        }),
    );
    out.note(episode.to_string());
}

fn marks_object(marks: &Marks) -> Value {
    json!({
        "repeated": marks.repeated,
        "stale": marks.stale,
        "resumed": marks.resumed,
        "steps_lost": marks.steps_lost,
    })
}

/// The pictures of one camera in an episode, in one line.
fn pictures(counts: &PictureCounts) -> String {
    let mut line = format!(
        "{} fresh pictures, {} repeated, {} skipped",
        counts.fresh, counts.repeated, counts.skipped
    );
    if counts.late > 0 {
        line.push_str(&format!(", {} LATE", counts.late));
    }
    if counts.squeezed > 0 {
        line.push_str(&format!(
            ", {} not encoded in time or unreadable",
            counts.squeezed
        ));
    }
    line
}

fn cameras_object(cameras: &[CameraCounts]) -> Value {
    let one = |camera: &CameraCounts| {
        let counts = camera.counts;
        let about = json!({
            "fresh": counts.fresh,
            "repeated": counts.repeated,
            "skipped": counts.skipped,
            "late": counts.late,
            "squeezed": counts.squeezed,
        });
        (camera.camera.to_string(), about)
    };
    Value::Object(cameras.iter().map(one).collect())
}

fn saved_object(saved: &Saved) -> Value {
    json!({
        "episode": saved.index,
        "rows": saved.rows,
        "seconds": saved.seconds,
        "ended": saved.ended.name(),
        "marks": marks_object(&saved.marks),
        "cameras": cameras_object(&saved.cameras),
        "save_ms": saved.took.as_secs_f64() * 1e3,
    })
}

fn status_object(status: &SessionStatus) -> Value {
    json!({
        "phase": status.phase.name(),
        "episode": status.episode,
        "saved": status.saved,
        "wanted": status.wanted,
        "rows": status.rows,
        "rows_wanted": status.rows_wanted,
        "left_s": status.left.as_secs_f64(),
        "last_row_at_ns": status.last_row_at.map(|at| at.as_nanos()),
        "cameras": cameras_object(&status.cameras),
    })
}

/// The first multiple of `fps` that is at least 100 Hz; a dataset faster than that is driven at its own rate.
fn control_rate(fps: u32) -> f64 {
    let fps = f64::from(fps.max(1));
    fps * (LEAST_RATE / fps).ceil().max(1.0)
}

fn span(flag: &str, seconds: f64) -> Result<Duration, Failure> {
    if (0.0..=86_400.0).contains(&seconds) {
        Ok(Duration::from_secs_f64(seconds))
    } else {
        Err(bad_request(
            format!("{flag}={seconds} is no length of time"),
            "Use seconds, from 0 to a day.",
        ))
    }
}

/// Folder of the dataset. A new one's name gets date and time appended, as LeRobot does, unless the person named
/// the folder or wants the name as it is.
fn root(args: &args::DatasetArgs, resume: bool) -> Result<PathBuf, Failure> {
    let named = if resume || args.root.is_some() {
        setup::dataset_root(args.root.as_deref(), Some(&args.repo_id))?
    } else {
        setup::new_dataset(&args.repo_id)?
    };
    if resume || args.no_stamp || args.root.is_some() {
        return Ok(named);
    }
    Ok(stamped(named))
}

/// `…/name` becomes `…/name_20260131_081530`, in UTC.
pub fn stamped(root: PathBuf) -> PathBuf {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    let stamp = station::log::utc(since);
    let digits: String = stamp
        .chars()
        .take(19)
        .filter(char::is_ascii_digit)
        .collect();
    let (date, time) = digits.split_at(8);
    let mut name = root.file_name().unwrap_or_default().to_owned();
    name.push(format!("_{date}_{time}"));
    root.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_control_rate_is_the_first_multiple_from_100_hz_up() {
        for (fps, hz) in [
            (30, 120.0),
            (50, 100.0),
            (60, 120.0),
            (25, 100.0),
            (120, 120.0),
            (1, 100.0),
        ] {
            assert_eq!(control_rate(fps), hz, "{fps} fps");
        }
    }

    #[test]
    fn a_new_dataset_is_named_with_date_and_time() {
        let name = stamped("/data/me/cups".into());
        let name = name.file_name().unwrap().to_str().unwrap().to_owned();
        assert_eq!(name.len(), "cups_20260131_081530".len(), "{name}");
        assert!(name.starts_with("cups_20"), "{name}");
    }
}
