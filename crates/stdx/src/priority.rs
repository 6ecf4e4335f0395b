//! A better place in the system's schedule for the calling thread, for root and for an ordinary user,
//! and in words whether it was got.
//!
//! RealtimeKit demands a limit on how long a real-time thread may compute without a wait, and the kernel kills the whole
//! program at that limit: motors would go on pushing with nobody there. Half way to it the kernel sends SIGXCPU, which a
//! program that listens to ([`watch_overruns`]) answers with [`demote_all`].
//! Not here: who deserves it (a [`Intent::Control`] thread asks once, at its start), listening to signals (the program).

use std::sync::atomic::{AtomicBool, Ordering};

use crate::thread::Intent;

/// Real-time priority a control thread asks for: above ordinary work, below the kernel's own interrupt
/// threads (50). RealtimeKit gives ordinary users at most 20.
pub const CONTROL_PRIORITY: u32 = 20;

/// Whether somebody answers SIGXCPU, whose default action ends the program.
static WATCHED: AtomicBool = AtomicBool::new(false);

/// Says that the program listens to SIGXCPU and answers it with [`demote_all`]. Without that the signal would only end the
/// program sooner, so it is not asked for.
pub fn watch_overruns() {
    WATCHED.store(true, Ordering::Release);
}

/// Puts every real-time thread that RealtimeKit raised for us back into the ordinary class, because one of them computed for
/// so long that the kernel warned. Returns how many there were; what could not be put back is told in words.
pub fn demote_all() -> (usize, Vec<String>) {
    system::demote_all()
}

/// What a thread got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Elevation {
    /// Whether the thread now runs before all ordinary work.
    pub realtime: bool,
    /// For the loop report: `real-time FIFO 20`, or `ordinary (why; what to do)`.
    pub words: String,
}

impl Elevation {
    fn ordinary() -> Self {
        Self {
            realtime: false,
            words: "ordinary".to_owned(),
        }
    }
}

/// Asks the system for the priority that fits `intent`, for the calling thread; tries every way an
/// ordinary user may have, quietly. Takes up to a few milliseconds, so it comes before the first deadline.
pub fn elevate(intent: Intent) -> Elevation {
    if intent != Intent::Control {
        return Elevation::ordinary();
    }
    system::elevate()
}

#[cfg(target_os = "linux")]
mod system {
    use std::cell::RefCell;
    use std::num::NonZeroU64;
    use std::sync::atomic::Ordering;
    use std::sync::{Mutex, PoisonError};

    use rustix::process::{Resource, Rlimit, getrlimit, setpriority_process, setrlimit};
    use thread_priority::{
        RealtimeThreadSchedulePolicy, ThreadPriority, ThreadPriorityValue, ThreadSchedulePolicy,
        set_thread_priority_and_policy, thread_native_id,
    };

    use super::{CONTROL_PRIORITY, Elevation, WATCHED};

    /// Threads that RealtimeKit raised and that still run, by the kernel's number.
    static RAISED: Mutex<Vec<u64>> = Mutex::new(Vec::new());

    thread_local! {
        static THIS: RefCell<Option<Raised>> = const { RefCell::new(None) };
    }

    /// A raised thread; forgotten when the thread ends.
    struct Raised(u64);

    impl Drop for Raised {
        fn drop(&mut self) {
            let mut raised = RAISED.lock().unwrap_or_else(PoisonError::into_inner);
            raised.retain(|tid| *tid != self.0);
        }
    }

    pub(super) fn demote_all() -> (usize, Vec<String>) {
        let raised = std::mem::take(&mut *RAISED.lock().unwrap_or_else(PoisonError::into_inner));
        let failed = raised
            .iter()
            .filter_map(|tid| crate::rtkit::make_thread_ordinary(*tid).err())
            .map(|error| error.to_string())
            .collect();
        (raised.len(), failed)
    }

    /// The limit on computing without a wait: killed at the longest that is allowed, warned half way to it when somebody
    /// listens. Microseconds.
    pub(super) fn limit(longest: u64, watched: bool) -> Rlimit {
        Rlimit {
            current: Some(if watched { longest / 2 } else { longest }),
            maximum: Some(longest),
        }
    }

    /// How much later than asked the kernel may wake an ordinary thread, in nanoseconds; its default is 50,000.
    const TIMER_SLACK_NS: NonZeroU64 = match NonZeroU64::new(1_000) {
        Some(slack) => slack,
        None => NonZeroU64::MIN,
    };
    /// Nice value where no real-time class is to be had; as PipeWire asks for its helper threads.
    const NICE: i32 = -11;
    /// What RealtimeKit allows at most when it does not say: 200 ms of computing without a wait.
    const RTTIME_US: u64 = 200_000;

    pub(super) fn elevate() -> Elevation {
        // Real-time threads have no slack at all; setting it first serves the case that none is got.
        rustix::thread::set_current_timer_slack(Some(TIMER_SLACK_NS)).ok();
        let Err(direct) = by_ourselves() else {
            return realtime(format!("real-time FIFO {CONTROL_PRIORITY}"));
        };
        let kit = match by_realtimekit() {
            Ok(priority) => {
                return realtime(format!("real-time round-robin {priority} (RealtimeKit)"));
            }
            Err(why) => why,
        };
        let what_to_do = "install rtkit, or allow it: `@users - rtprio 20` in /etc/security/limits.d/tendon.conf, then log in again";
        match setpriority_process(None, NICE) {
            Ok(()) => Elevation {
                realtime: false,
                words: format!(
                    "ordinary, nice {NICE} (real-time refused: {direct}; {kit}; {what_to_do})"
                ),
            },
            Err(_) => Elevation {
                realtime: false,
                words: format!("ordinary (real-time refused: {direct}; {kit}; {what_to_do})"),
            },
        }
    }

    fn realtime(words: String) -> Elevation {
        Elevation {
            realtime: true,
            words,
        }
    }

    /// Root, `CAP_SYS_NICE` or a raised `RLIMIT_RTPRIO`.
    fn by_ourselves() -> Result<(), String> {
        let priority = ThreadPriorityValue::try_from(CONTROL_PRIORITY as u8)?;
        set_thread_priority_and_policy(
            thread_native_id(),
            ThreadPriority::Crossplatform(priority),
            ThreadSchedulePolicy::Realtime(RealtimeThreadSchedulePolicy::Fifo),
        )
        .map_err(|error| {
            let allowed = getrlimit(Resource::Rtprio).current.unwrap_or(u64::MAX);
            match error {
                thread_priority::Error::OS(1) => format!("RLIMIT_RTPRIO is {allowed}"),
                other => format!("{other:?}, RLIMIT_RTPRIO is {allowed}"),
            }
        })
    }

    fn by_realtimekit() -> Result<u32, String> {
        let longest = crate::rtkit::longest_computation_us().map_err(|error| error.to_string())?;
        let longest = u64::try_from(longest).unwrap_or(RTTIME_US).min(RTTIME_US);
        // For the whole process and for good; only real-time threads are held to it.
        let limit = limit(longest, WATCHED.load(Ordering::Acquire));
        setrlimit(Resource::Rttime, limit).map_err(|error| format!("RLIMIT_RTTIME: {error}"))?;
        let tid = rustix::thread::gettid().as_raw_nonzero().get();
        let given = crate::rtkit::make_thread_realtime(tid as u64, CONTROL_PRIORITY)
            .map_err(|error| error.to_string())?;
        let mut raised = RAISED.lock().unwrap_or_else(PoisonError::into_inner);
        raised.push(tid as u64);
        THIS.set(Some(Raised(tid as u64)));
        Ok(given)
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    use super::Elevation;

    /// Nothing is real-time there.
    pub(super) fn demote_all() -> (usize, Vec<String>) {
        (0, Vec::new())
    }

    /// macOS and Windows let any user raise a thread; neither calls it real-time here.
    pub(super) fn elevate() -> Elevation {
        match thread_priority::set_current_thread_priority(thread_priority::ThreadPriority::Max) {
            Ok(()) => Elevation {
                realtime: false,
                words: "highest of the ordinary class".to_owned(),
            },
            Err(error) => Elevation {
                realtime: false,
                words: format!("ordinary (the system refused more: {error:?})"),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::thread::spawn;

    #[cfg(target_os = "linux")]
    #[test]
    fn a_program_that_listens_is_warned_well_before_the_kernel_ends_it() {
        for (watched, warned) in [(true, 100_000), (false, 200_000)] {
            let limit = system::limit(200_000, watched);
            assert_eq!(limit.maximum, Some(200_000));
            assert_eq!(limit.current, Some(warned), "watched {watched}");
        }
    }

    #[test]
    fn a_control_thread_says_what_it_got_and_others_do_not_ask() {
        let got = spawn("control", Intent::Control, || elevate(Intent::Control))
            .unwrap()
            .join()
            .unwrap();
        assert_eq!(got.realtime, got.words.starts_with("real-time"), "{got:?}");
        if !got.realtime {
            assert!(got.words.contains("ordinary"), "{got:?}");
        }
        assert!(!elevate(Intent::Background).realtime);
    }
}
