//! Whether a verb's own thread still looks after what it drives, as the owner of its process sees it.
//!
//! The thread gives a sign of life whenever it asks whether it should stop or what it was told. While it drives an arm and
//! none has come for [`threads::VERB_SLOW`], whoever follows the process is told, once. When somebody wants the end and none
//! has come for [`threads::VERB_HANGS`], the owner lets the arm down past the thread and leaves it alone.
//! Not here: threads that can be started again (`stdx::watchdog`); a verb cannot, because its arm may be anywhere.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use protocol::{ErrorCode, Failure};
use stdx::{Clock as _, SystemClock};
use teleop::Controls;
use units::MonoTime;

use crate::failure::failure;
use crate::silence::Silence;
use crate::threads;

/// Signs of life of one verb's thread.
#[derive(Debug, Default)]
pub(crate) struct SignOfLife {
    /// Of the thread, in nanoseconds; 0 before the first.
    given: AtomicU64,
    watched: Mutex<Watched>,
    given_up: AtomicBool,
}

/// What the owner has seen and done so far.
#[derive(Debug, Default)]
struct Watched {
    silence: Silence,
    /// The person was told of this silence.
    told: bool,
    /// What the person is to be told.
    news: Option<Failure>,
    /// How long since the owner let the arm down.
    let_go: Option<(MonoTime, Duration)>,
}

impl SignOfLife {
    /// A sign of life.
    pub(crate) fn give(&self) {
        self.given
            .store(SystemClock.now().as_nanos(), Ordering::Release);
    }

    /// Looks once, for an owner who wants the end or not. Returns whether the thread is given up.
    pub(crate) fn look(&self, verb: &str, controls: &Controls, wants_end: bool) -> bool {
        self.look_at(SystemClock.now(), verb, controls, wants_end)
    }

    fn look_at(&self, now: MonoTime, verb: &str, controls: &Controls, wants_end: bool) -> bool {
        if self.given_up() {
            return true;
        }
        let given = self.given.load(Ordering::Acquire);
        let mut watched = self.watched.lock().unwrap_or_else(PoisonError::into_inner);
        let lasts = watched.silence.look(now, given, threads::VERB_HANGS);
        // Without a loop there is no arm to let down; such a thread ends or is waited for.
        let drives = controls.heartbeat().as_nanos() > 0 && !controls.ended();
        if lasts < threads::VERB_SLOW {
            watched.told = false;
        } else if drives && !std::mem::replace(&mut watched.told, true) {
            let silent = Self::silent(verb);
            tracing::error!("{}", silent.message);
            watched.news = Some(silent);
        }
        let hangs = lasts >= threads::VERB_HANGS;
        if !hangs || !wants_end {
            watched.let_go = None;
            return false;
        }
        match &mut watched.let_go {
            None if drives => {
                tracing::error!(verb, "no sign of life; its arm is let down without it");
                controls.stop();
                watched.let_go = Some((now, Duration::ZERO));
            }
            None => {}
            Some((before, span)) => {
                // As with the silence: time in which nobody looked does not count.
                *span += now.since(*before).min(threads::LET_DOWN_WITHIN / 4);
                *before = now;
                if controls.ended() || *span >= threads::LET_DOWN_WITHIN {
                    self.given_up.store(true, Ordering::Release);
                }
            }
        }
        self.given_up()
    }

    /// What a person should know about the thread, told once.
    pub(crate) fn news(&self) -> Option<Failure> {
        let mut watched = self.watched.lock().unwrap_or_else(PoisonError::into_inner);
        watched.news.take()
    }

    /// What is told when the thread has been silent for a while and its arm is driven on.
    fn silent(verb: &str) -> Failure {
        failure(
            ErrorCode::Internal,
            format!(
                "thread {verb}, which looks after the arm, has given no sign of life for {} s; the arm goes on without it",
                threads::VERB_SLOW.as_secs()
            ),
            "The emergency stop works. Unless it goes on soon, end with Ctrl-C: the arm is then let down without it.",
        )
    }

    /// Whether the thread was given up.
    pub(crate) fn given_up(&self) -> bool {
        self.given_up.load(Ordering::Acquire)
    }

    /// What is told then.
    pub(crate) fn failure(verb: &str, controls: &Controls) -> Failure {
        let remedy = if controls.ended() {
            "The arm was let down. Please report this with the log."
        } else {
            "Hold the arm and pull its power plug: torque may still be on. Please report this with the log."
        };
        let silent: Duration = threads::VERB_HANGS;
        failure(
            ErrorCode::Internal,
            format!(
                "thread {verb} has given no sign of life for {} s; given up",
                silent.as_secs()
            ),
            remedy,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Controls of a loop that turns, on a thread that nobody follows.
    fn turning() -> (Controls, crate::Process<crate::teleoperate::Teleoperate>) {
        let (_goals, teleoperator) = teleop::direct();
        let mut process = crate::teleoperate(crate::teleoperate::TeleoperateConfig {
            rig: crate::drive::RigConfig {
                followers: vec![arms::ArmConfig::new(arms::ArmKind::Follower, "sim")],
                leaders: Vec::new(),
                teleoperator: Box::new(teleoperator),
            },
            cameras: Vec::new(),
            rate: units::Hz::new(60.0).unwrap(),
            duration: None,
            uncapped: false,
            start_holding: false,
            previews: Default::default(),
        });
        let controls = process.controls();
        process.start().unwrap();
        let until = SystemClock.now() + Duration::from_secs(20);
        while controls.heartbeat().as_nanos() == 0 {
            assert!(SystemClock.now() < until, "it does not drive");
            SystemClock.sleep(Duration::from_millis(2));
        }
        (controls, process)
    }

    #[test]
    fn a_supervisor_that_hangs_while_it_drives_is_told_of_at_once_and_once() {
        let (controls, process) = turning();
        let life = SignOfLife::default();
        let mut now = MonoTime(1_000_000_000);
        let mut look = |span: Duration| {
            now = now + span;
            assert!(!life.look_at(now, "verb", &controls, false));
            life.news().map(|failure| failure.message)
        };
        life.give();
        assert_eq!(look(Duration::ZERO), None);
        assert_eq!(look(Duration::from_secs(3600)), None, "nobody was there");
        life.give();
        let mut told = Vec::new();
        for looks in 1..=200 {
            told.extend(look(Duration::from_millis(50)).map(|words| (looks, words)));
        }
        let words = "thread verb, which looks after the arm, has given no sign of life for 2 s; the arm goes on without it";
        // The first look after a sign of life finds it; forty more make two seconds.
        assert_eq!(told, [(41, words.to_owned())]);
        drop(process);
    }
}
