//! A long-lived thread with a heartbeat, and the owner's view of it: a panic or a hang is noticed, and the thread is
//! started again as often as its [`Policy`] allows, from the state that it had.
//!
//! The state belongs to the watchdog and is lent to the thread's body. A panic gives it back, so the next body goes on
//! from it and has to judge for itself what of it still holds. A hang keeps it: such a thread is waited for or left
//! alone, and can only be replaced by one with a state of its own ([`Watchdog::or_anew`]).
//! The owner looks as often as it likes and tells the person; nothing here runs by itself and no thread waits for it.
//! Not here: how often which thread may fail (`station::threads`), what is told, control threads, which never start
//! again without their arm being asked (`teleop`).

use std::any::Any;
use std::cell::RefCell;
use std::fmt;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use units::MonoTime;

use crate::clock::{Clock, SystemClock};
use crate::thread::{Intent, Joined, spawn, words};

/// Time between two looks of an owner that waits for the end of its thread.
const LOOK: Duration = Duration::from_millis(1);

/// How long a restart counts of a thread that works all day long, such as a camera's: one that fails three times within ten
/// minutes fails for good, and one that fails once an hour goes on.
pub const RESTARTS_COUNT_FOR: Duration = Duration::from_secs(600);

/// What an owner promises about a thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// The thread's name.
    pub thread: &'static str,
    /// What it is for.
    pub intent: Intent,
    /// Without a heartbeat for this long it is slow, and the person is told.
    pub slow_after: Duration,
    /// Without a heartbeat for this long it hangs.
    pub hangs_after: Duration,
    /// How often it is started again in all, or within the time that a restart counts ([`Watchdog::forgiving`]).
    pub restarts: u32,
    /// What becomes of it when it hangs.
    pub after_hang: AfterHang,
}

/// What becomes of a thread that hangs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AfterHang {
    /// It is left where it is, counted, and never waited for; replaced if there is a way to begin anew.
    Abandon,
    /// It may come back and then goes on.
    Wait,
}

/// The thread's side: a sign of life costs one atomic addition.
#[derive(Debug, Clone, Default)]
pub struct Heart(Arc<AtomicU64>);

impl Heart {
    /// A sign of life.
    pub fn beat(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn count(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

thread_local! {
    static OWN: RefCell<Option<Heart>> = const { RefCell::new(None) };
}

/// A sign of life of the thread that calls this, if somebody watches it: for long work far below the thread's body, such
/// as reading a film through, which is no hang.
pub fn alive() {
    OWN.with_borrow(|own| {
        if let Some(heart) = own {
            heart.beat();
        }
    });
}

/// How a thread failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum How {
    /// It ended in a panic, with these words.
    Panicked(String),
    /// It has given no sign of life for so long.
    Hangs(Duration),
}

/// What its owner did about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Then {
    /// It was started again, for the `nth` of `of` times.
    Restarted {
        /// This time.
        nth: u32,
        /// As often as it may be.
        of: u32,
    },
    /// It may still come back.
    Waits,
    /// It was given up.
    GivenUp,
    /// It was to be started again, but the system has no thread for it.
    NoThread(String),
}

/// A thread failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failed {
    /// The thread's name.
    pub thread: &'static str,
    /// How.
    pub how: How,
    /// What was done about it.
    pub then: Then,
}

impl Failed {
    /// Whether nobody does the thread's work any more.
    pub fn for_good(&self) -> bool {
        matches!(self.then, Then::GivenUp | Then::NoThread(_))
    }
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "thread {} ", self.thread)?;
        match &self.how {
            How::Panicked(words) => write!(f, "ended in a panic: {words}"),
            How::Hangs(silent) => write!(
                f,
                "has given no sign of life for {:.0} s",
                silent.as_secs_f64()
            ),
        }?;
        match &self.then {
            Then::Restarted { nth, of } => write!(f, "; started again ({nth} of {of})"),
            Then::Waits => f.write_str("; it may come back"),
            Then::GivenUp => f.write_str("; given up"),
            Then::NoThread(why) => write!(f, "; it could not be started again: {why}"),
        }
    }
}

/// What an owner sees when it looks. All but the first and `Ended` are told once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    /// Nothing new.
    Well,
    /// No sign of life for so long.
    Slow(Duration),
    /// It was slow or hung, and goes on.
    Again,
    /// It failed.
    Failed(Failed),
    /// Its work is done, or it was given up: see [`Watchdog::end`].
    Ended,
}

/// What a thread left behind.
#[derive(Debug)]
pub struct End<S, T> {
    /// The state, unless it is stuck in a hanging thread.
    pub state: Option<S>,
    /// What the body returned when it came to its end.
    pub output: Option<T>,
}

type Body<S, T> = Arc<dyn Fn(&mut S, &Heart, u32) -> T + Send + Sync>;
type Running<S, T> = Joined<(S, Result<T, String>)>;

/// The owner of one thread. Dropping it waits for the thread's end, but not for one that hangs; tell the thread to
/// stop first.
pub struct Watchdog<S, T> {
    policy: Policy,
    clock: Arc<dyn Clock>,
    body: Body<S, T>,
    anew: Option<Box<dyn FnMut() -> Option<S> + Send>>,
    thread: Option<Running<S, T>>,
    heart: Heart,
    beats: u64,
    /// Time without a beat, as far as this owner was there to see it.
    silent: Duration,
    looked_at: MonoTime,
    trouble: Trouble,
    restarts: u32,
    /// How long a restart counts, and when those were that do.
    counts_for: Duration,
    restarted_at: Vec<MonoTime>,
    end: End<S, T>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trouble {
    None,
    Slow,
    Hangs,
}

impl<S, T> fmt::Debug for Watchdog<S, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watchdog")
            .field("policy", &self.policy)
            .field("restarts", &self.restarts)
            .field("trouble", &self.trouble)
            .finish_non_exhaustive()
    }
}

impl<S: Send + 'static, T: Send + 'static> Watchdog<S, T> {
    /// Starts a thread. Its body gets the state, the heart to beat and how often it was started again before.
    ///
    /// # Errors
    /// When the system has no room for another thread.
    pub fn start(
        policy: Policy,
        clock: Arc<dyn Clock>,
        state: S,
        body: impl Fn(&mut S, &Heart, u32) -> T + Send + Sync + 'static,
    ) -> io::Result<Self> {
        let mut this = Self {
            policy,
            silent: Duration::ZERO,
            looked_at: clock.now(),
            clock,
            body: Arc::new(body),
            anew: None,
            thread: None,
            heart: Heart::default(),
            beats: 0,
            trouble: Trouble::None,
            restarts: 0,
            counts_for: Duration::MAX,
            restarted_at: Vec::new(),
            end: End {
                state: None,
                output: None,
            },
        };
        this.run(state)?;
        Ok(this)
    }

    /// How to make a state when the old one is stuck in a thread that hangs; `None` when that cannot be had now.
    #[must_use]
    pub fn or_anew(mut self, anew: impl FnMut() -> Option<S> + Send + 'static) -> Self {
        self.anew = Some(Box::new(anew));
        self
    }

    /// Restarts count for so long: a thread that fails now and then goes on for ever, one that keeps failing does not.
    #[must_use]
    pub fn forgiving(mut self, after: Duration) -> Self {
        self.counts_for = after;
        self
    }

    /// Looks once: what is new about the thread, which is started again where it may be.
    pub fn look(&mut self) -> Seen {
        let Some(thread) = &self.thread else {
            return Seen::Ended;
        };
        if thread.finished() {
            return self.ended();
        }
        let now = self.clock.now();
        // An owner that was away itself, with the whole program stopped or the machine paused, judges nobody by that.
        let away = now.since(self.looked_at).min(self.policy.hangs_after / 2);
        self.looked_at = now;
        let beats = self.heart.count();
        if beats != self.beats {
            (self.beats, self.silent) = (beats, Duration::ZERO);
            return match std::mem::replace(&mut self.trouble, Trouble::None) {
                Trouble::None => Seen::Well,
                Trouble::Slow | Trouble::Hangs => Seen::Again,
            };
        }
        self.silent += away;
        let silent = self.silent;
        if silent >= self.policy.hangs_after && self.trouble != Trouble::Hangs {
            self.trouble = Trouble::Hangs;
            return Seen::Failed(self.hangs(silent));
        }
        if silent >= self.policy.slow_after && self.trouble == Trouble::None {
            self.trouble = Trouble::Slow;
            return Seen::Slow(silent);
        }
        Seen::Well
    }

    /// Looks until the thread's work is done.
    ///
    /// # Errors
    /// The failure that ended it for good.
    pub fn wait(mut self) -> Result<(S, T), Failed> {
        let thread = self.policy.thread;
        let mut failure = None;
        loop {
            match self.look() {
                Seen::Ended => break,
                Seen::Failed(failed) => failure = Some(failed),
                _ => SystemClock.sleep(LOOK),
            }
        }
        let end = self.end();
        match (end.state, end.output, failure) {
            (Some(state), Some(output), _) => Ok((state, output)),
            (_, _, Some(failed)) => Err(failed),
            (..) => Err(Failed {
                thread,
                how: How::Panicked("it left nothing behind".to_owned()),
                then: Then::GivenUp,
            }),
        }
    }

    /// Whether the thread's work is done or nobody does it any more.
    pub fn finished(&self) -> bool {
        self.thread.as_ref().is_none_or(Joined::finished)
    }

    /// Whether the thread was slow or hung when it was last looked at.
    pub fn in_trouble(&self) -> bool {
        self.trouble != Trouble::None
    }

    /// How often the thread was started again.
    pub fn restarts(&self) -> u32 {
        self.restarts
    }

    /// What the thread left behind, once it has ended; a thread that still runs is given up.
    pub fn end(mut self) -> End<S, T> {
        if self.thread.as_ref().is_some_and(Joined::finished) {
            self.ended();
        }
        if let Some(thread) = self.thread.take() {
            thread.abandon();
        }
        End {
            state: self.end.state.take(),
            output: self.end.output.take(),
        }
    }

    /// From now on the end of a thread that gives no sign of life is waited for no longer than this: for an owner that
    /// ends, and has others to wait for it.
    pub fn hurry(&mut self, patience: Duration) {
        self.policy.hangs_after = self.policy.hangs_after.min(patience);
    }

    /// Leaves a thread alone that was told to end and has not: nobody waits for it any more.
    pub fn abandon(&mut self) {
        if let Some(thread) = self.thread.take() {
            if thread.finished() {
                drop(thread);
            } else {
                thread.abandon();
            }
        }
    }

    /// Lets the thread run to its end with nobody looking: only for one that owns nothing others wait for.
    pub fn leave(mut self) {
        if let Some(thread) = self.thread.take() {
            thread.detach();
        }
    }

    fn run(&mut self, mut state: S) -> io::Result<()> {
        // A heart of its own: what an abandoned thread does later is no sign of life of this one.
        self.heart = Heart::default();
        (self.beats, self.silent, self.looked_at) = (0, Duration::ZERO, self.clock.now());
        self.trouble = Trouble::None;
        let (body, heart, restarts) = (Arc::clone(&self.body), self.heart.clone(), self.restarts);
        let thread = spawn(self.policy.thread, self.policy.intent, move || {
            OWN.set(Some(heart.clone()));
            let turned = catch_unwind(AssertUnwindSafe(|| body(&mut state, &heart, restarts)));
            (
                state,
                turned.map_err(|panic: Box<dyn Any + Send>| words(&*panic)),
            )
        })?;
        self.thread = Some(thread);
        Ok(())
    }

    fn ended(&mut self) -> Seen {
        let Some(thread) = self.thread.take() else {
            return Seen::Ended;
        };
        let panic = match thread.join() {
            Ok((state, Ok(output))) => {
                self.end.state = Some(state);
                self.end.output = Some(output);
                return Seen::Ended;
            }
            Ok((state, Err(panic))) => {
                self.end.state = Some(state);
                panic
            }
            Err(panicked) => panicked.message,
        };
        let state = self.end.state.take();
        Seen::Failed(Failed {
            thread: self.policy.thread,
            how: How::Panicked(panic),
            then: self.again(state),
        })
    }

    fn hangs(&mut self, silent: Duration) -> Failed {
        let then = match self.policy.after_hang {
            AfterHang::Wait => Then::Waits,
            AfterHang::Abandon => {
                if let Some(thread) = self.thread.take() {
                    thread.abandon();
                }
                let state = self.anew.as_mut().and_then(|anew| anew());
                self.again(state)
            }
        };
        Failed {
            thread: self.policy.thread,
            how: How::Hangs(silent),
            then,
        }
    }

    fn again(&mut self, state: Option<S>) -> Then {
        let (now, counts_for) = (self.clock.now(), self.counts_for);
        self.restarted_at
            .retain(|before| now.since(*before) < counts_for);
        let counted = u32::try_from(self.restarted_at.len()).unwrap_or(u32::MAX);
        match state {
            Some(state) if counted < self.policy.restarts => {
                self.restarts += 1;
                self.restarted_at.push(now);
                match self.run(state) {
                    Ok(()) => Then::Restarted {
                        nth: counted + 1,
                        of: self.policy.restarts,
                    },
                    Err(error) => Then::NoThread(error.to_string()),
                }
            }
            state => {
                self.end.state = state;
                Then::GivenUp
            }
        }
    }
}

impl<S, T> Drop for Watchdog<S, T> {
    fn drop(&mut self) {
        let Some(thread) = self.thread.take() else {
            return;
        };
        // By the machine's clock: what is waited for here is a real thread, whatever clock it works by.
        let (mut beats, mut beat_at) = (self.heart.count(), SystemClock.now());
        let mut patience = match self.trouble {
            Trouble::Hangs => Duration::ZERO,
            _ => self.policy.hangs_after,
        };
        while !thread.finished() {
            if SystemClock.now().since(beat_at) >= patience {
                thread.abandon();
                return;
            }
            // Whoever waits here is no thread that hangs.
            alive();
            SystemClock.sleep(LOOK);
            let count = self.heart.count();
            if count != beats {
                (beats, beat_at) = (count, SystemClock.now());
                patience = self.policy.hangs_after;
            }
        }
    }
}

#[cfg(test)]
mod tests;
