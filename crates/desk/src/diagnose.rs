//! What the program tells about itself: its checks, its log, its figures over time, and a bundle for a report.
//!
//! All of it is done on the time of whoever asks, with nothing locked. Nothing here opens a port or a camera, so it can be
//! asked for while arms are driven. Not here: what is looked at (`station::doctor`), what a bundle holds (`station::bundle`).

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use protocol::Failure;
use protocol::window::{
    Answer, BundlePreview, BundleText, CameraLive, CheckGrade, CheckLine, LogPage, LogQuery,
};
use station::bundle::{Bundle, Source};
use station::doctor::{Check, DoctorConfig, Level};
use station::log::LogReader;
use units::MonoTime;

use crate::shared::{Inner, Shared, lock};
use crate::tasks::Task;
use crate::words::nothing_runs;

/// What support would ask about this machine.
///
/// # Errors
/// When it cannot be looked at.
pub(crate) fn doctor() -> Result<Vec<CheckLine>, Failure> {
    let mut process = station::doctor(DoctorConfig::default());
    process.start()?;
    Ok(process.result()?.checks.into_iter().map(line).collect())
}

fn line(check: Check) -> CheckLine {
    CheckLine {
        name: check.topic.to_owned(),
        grade: match check.level {
            Level::Ok => CheckGrade::Fine,
            Level::Warn => CheckGrade::Notice,
            Level::Fail => CheckGrade::Refused,
        },
        found: check.message,
        remedy: check.remedy.unwrap_or_default(),
    }
}

/// A page of the log.
///
/// # Errors
/// When it cannot be read, or the place that is asked for is gone.
pub(crate) fn log(query: &LogQuery) -> Result<LogPage, Failure> {
    LogReader::new(station::log::folder()).page(query)
}

impl Inner {
    /// Writes the history on, once a second.
    pub(crate) fn note_health(&mut self, now: MonoTime) {
        if !self.health.due(now) {
            return;
        }
        let rig = match &mut self.task {
            Some(Task::Drive(task)) => Some(&mut task.rig),
            Some(Task::Record(task)) => Some(&mut task.rig),
            _ => None,
        };
        let mut cameras: Vec<(String, CameraLive)> = self.eyes.all_live().collect();
        cameras.extend(rig.iter().flat_map(|rig| rig.live.clone()));
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        let at_ms = since.map_or(0, |since| since.as_millis() as u64);
        let second = rig.map(|rig| &mut rig.second);
        self.health.sample(now, at_ms, second, &cameras);
    }
}

impl Shared {
    pub(crate) fn prepare_bundle(&self) -> BundlePreview {
        let history = self.lock().health.all();
        let bundle = Bundle::of(&Source::this(history));
        let preview = bundle.preview();
        *lock(&self.bundle) = Some(Arc::new(bundle));
        preview
    }

    fn prepared(&self) -> Result<Arc<Bundle>, Failure> {
        let bundle = lock(&self.bundle).clone();
        bundle.ok_or_else(|| nothing_runs("no bundle was prepared"))
    }

    pub(crate) fn read_bundle(&self, name: &str, from: u64) -> Result<BundleText, Failure> {
        self.prepared()?.read(name, from)
    }

    pub(crate) fn save_bundle(&self) -> Result<Answer, Failure> {
        let saved = self.prepared()?.save()?;
        Ok(Answer::Saved {
            path: saved.path.display().to_string(),
            bytes: saved.bytes,
        })
    }
}
