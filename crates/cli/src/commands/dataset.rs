//! `tendon dataset info | verify | repair`.

use std::path::Path;
use std::time::Duration;

use dataset::progress::Progress;
use dataset::verify::Report;
use dataset::{Dataset, DatasetError, recovery, repair};
use protocol::{ErrorCode, Failure};
use serde_json::json;
use station::verify::VerifyConfig;
use stdx::thread::{Intent, spawn};
use stdx::{Clock as _, SystemClock};

use crate::args::{self, Recover};
use crate::output::{Out, seconds};
use crate::setup;
use crate::watch::{Watch, follow};

/// Time between two looks at long work: short enough that short work does not wait for it.
const LOOK: Duration = Duration::from_millis(20);

fn failure(error: DatasetError) -> Failure {
    Failure {
        code: match error {
            DatasetError::Cancelled(_) => ErrorCode::Stopped,
            _ => ErrorCode::Data,
        },
        message: error.to_string(),
        remedy: error.remedy().to_owned(),
    }
}

/// `tendon dataset info`
pub fn info(args: &args::DatasetPlace, out: &mut Out) -> Result<u8, Failure> {
    let root = setup::dataset_root(args.folder.as_deref(), args.repo_id.as_deref())?;
    let dataset = Dataset::open(&root).map_err(failure)?;
    let info = dataset.info();
    let tasks = dataset.tasks();
    out.object(
        "info",
        json!({
            "root": root,
            "codebase_version": info.codebase_version,
            "robot_type": info.robot_type,
            "fps": info.fps,
            "episodes": info.total_episodes,
            "frames": info.total_frames,
            "tasks": task_names(&tasks).iter().collect::<Vec<_>>(),
            "features": info.features.iter().map(|feature| json!({
                "name": feature.name, "dtype": feature.dtype, "shape": feature.shape,
            })).collect::<Vec<_>>(),
        }),
    );
    out.say(format!("dataset: {}", root.display()));
    out.say(format!(
        "{}, {} at {} fps, {} episodes, {} frames, {}",
        info.codebase_version,
        info.robot_type.as_deref().unwrap_or("robot not named"),
        info.fps,
        info.total_episodes,
        info.total_frames,
        seconds(info.total_frames as f64 / info.fps.max(f64::MIN_POSITIVE)),
    ));
    for feature in info.features.iter().filter(|feature| !feature.is_default()) {
        out.say(format!(
            "  {:<32}{:<10}{:?}",
            feature.name, feature.dtype, feature.shape
        ));
    }
    for (index, task) in task_names(&tasks).iter().enumerate() {
        out.say(format!("  task {index}: {task}"));
    }
    for episode in dataset.episodes() {
        out.object(
            "episode",
            json!({ "episode": episode.episode_index, "rows": episode.length, "tasks": episode.tasks }),
        );
        out.say(format!(
            "  episode {:<5}{:>8} rows  {:>8}  {}",
            episode.episode_index,
            episode.length,
            seconds(episode.length as f64 / info.fps.max(f64::MIN_POSITIVE)),
            episode.tasks.join(" · ")
        ));
    }
    Ok(crate::exit::DONE)
}

/// `tendon dataset verify`
pub fn run_verify(args: &args::DatasetPlace, out: &mut Out, watch: &Watch) -> Result<u8, Failure> {
    let root = setup::dataset_root(args.folder.as_deref(), args.repo_id.as_deref())?;
    Ok(if verify(&root, out, watch)? {
        crate::exit::DONE
    } else {
        crate::exit::DATA
    })
}

/// Does long work on a thread of its own and draws how far it is.
pub fn with_bar<T: Send + 'static>(
    out: &mut Out,
    watch: &Watch,
    work: impl FnOnce(&Progress) -> T + Send + 'static,
) -> Result<T, Failure> {
    let defect = |error: &dyn std::fmt::Display| Failure {
        code: ErrorCode::Internal,
        message: error.to_string(),
        remedy: "This is a defect of Tendon: please report it with the log.".into(),
    };
    let progress = Progress::new();
    let watched = progress.clone();
    let thread = spawn("dataset", Intent::Background, move || work(&progress))
        .map_err(|error| defect(&error))?;
    while !thread.finished() {
        if watch.asked().presses() > 0 {
            watched.cancel();
        }
        let reached = watched.reached();
        out.bar(
            &format!("{:<8}", reached.stage.to_string()),
            reached.done,
            reached.total,
        );
        SystemClock.sleep(LOOK);
    }
    out.wipe();
    thread.join().map_err(|panicked| defect(&panicked))
}

/// Checks every rule and says what it found; whether all is well.
pub fn verify(root: &Path, out: &mut Out, watch: &Watch) -> Result<bool, Failure> {
    let config = VerifyConfig {
        root: root.to_owned(),
    };
    let report = follow(station::verify(config), out, watch, |reached, out| {
        out.bar(
            &format!("{:<8}", reached.stage.to_string()),
            reached.done,
            reached.total,
        );
    })?;
    tell(&report, out);
    Ok(report.clean())
}

fn tell(report: &Report, out: &mut Out) {
    for finding in &report.findings {
        out.object(
            "finding",
            json!({
                "defect": finding.defect.code(), "severity": finding.severity.to_string(),
                "place": finding.place, "what": finding.what,
                "effect": finding.effect, "remedy": finding.remedy,
            }),
        );
        out.say(finding.to_string());
    }
    for (defect, count) in &report.unlisted {
        out.say(format!(
            "… and {count} more of the kind “{}”",
            defect.code()
        ));
    }
    for what in &report.not_checked {
        out.say(format!("not looked at: {what}"));
    }
    out.object(
        "verified",
        json!({
            "root": report.root, "clean": report.clean(), "sound": report.sound(),
            "episodes": report.episodes, "rows": report.rows, "files": report.files,
            "not_checked": report.not_checked,
        }),
    );
    let counted = format!(
        "{} episodes, {} rows, {} files",
        report.episodes, report.rows, report.files
    );
    out.say(match (report.clean(), report.sound()) {
        (true, _) => format!("verified: {counted}, nothing wrong"),
        (false, true) => format!("verified: {counted}; it loads, with the warnings above"),
        (false, false) => format!("verified: {counted}; NOT fit for training, see above"),
    });
}

/// `tendon dataset repair`
pub fn repair(args: &args::DatasetRepair, out: &mut Out, watch: &Watch) -> Result<u8, Failure> {
    let root = setup::dataset_root(args.place.folder.as_deref(), args.place.repo_id.as_deref())?;
    if args.dry_run {
        let plan = with_bar(out, watch, move |progress| repair::plan(&root, progress))?
            .map_err(failure)?;
        for step in &plan.steps {
            out.object("would", json!({ "step": step.to_string() }));
            out.say(format!("would {step}"));
        }
        for finding in &plan.beyond {
            out.say(finding.to_string());
        }
        if plan.steps.is_empty() {
            out.say("There is nothing to repair.");
        }
        return Ok(if plan.beyond.is_empty() {
            crate::exit::DONE
        } else {
            crate::exit::DATA
        });
    }
    let found = recovery::find(&root).map_err(failure)?;
    for put_away in found.put_away {
        super::record::put_away(&put_away, out);
    }
    for interrupted in found.interrupted {
        let what = format!("{:.1} s of “{}”", interrupted.seconds(), interrupted.task);
        match args.recover {
            // Keeping is the first step of the repair itself.
            Recover::Keep => {}
            Recover::Discard => {
                recovery::discard(&root, &interrupted).map_err(failure)?;
                out.say(format!("thrown away: {what}"));
            }
            Recover::Ask => {
                return Err(Failure {
                    code: ErrorCode::NotWhile,
                    message: format!("an episode was saved from the last session: {what}"),
                    remedy: "Repair again with --recover=keep or --recover=discard.".into(),
                });
            }
        }
    }
    let place = root.clone();
    let repaired =
        with_bar(out, watch, move |progress| repair::apply(&place, progress))?.map_err(failure)?;
    for step in &repaired.done {
        out.object("done", json!({ "step": step.to_string() }));
        out.say(format!("done: {step}"));
    }
    if let Some(attic) = &repaired.attic {
        out.say(format!(
            "set aside, not deleted: {}",
            root.join(attic).display()
        ));
    }
    tell(&repaired.report, out);
    Ok(if repaired.report.clean() {
        crate::exit::DONE
    } else {
        crate::exit::DATA
    })
}

/// The tasks' texts, in the order LeRobot looks them up: by row.
fn task_names(tasks: &dataset::Tasks) -> Vec<&str> {
    tasks.rows.iter().map(|(task, _)| task.as_str()).collect()
}
