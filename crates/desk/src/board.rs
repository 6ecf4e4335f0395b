//! What the page knows: the newest value of every topic, and the stream of what changed.
//!
//! Topics are compared when they are put here and told on a thread of their own, at most 20 times a second each, so that a
//! reader that is slow gets fewer and newer ones and keeps nobody waiting. Not here: what a topic says.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use protocol::VERSION;
use protocol::window::{Bench, Deck, Event, Notice, Tell};
use stdx::Clock;

/// Time between two turns of telling: no topic is told more often than 20 times a second.
const TELL_EVERY: Duration = Duration::from_millis(50);
/// Notices that wait for a slow reader; the oldest give way.
const NOTICES: usize = 64;
/// Topics, without notices.
const TOPICS: usize = 12;

/// An event on its way to the page.
#[derive(Debug, Clone, Copy)]
pub struct Told<'a> {
    /// The topic's name, as in the text; `notice` for what is told once.
    pub topic: &'static str,
    /// Its number.
    pub seq: u64,
    /// The text of an [`Event`].
    pub text: &'a str,
}

#[derive(Debug)]
struct State {
    newest: [Tell; TOPICS],
    changed: [bool; TOPICS],
    notices: VecDeque<Notice>,
    seq: u64,
    over: bool,
}

#[derive(Debug)]
pub(crate) struct Board {
    state: Mutex<State>,
    new: Condvar,
}

/// A topic's name, as serialised.
fn name(tell: &Tell) -> &'static str {
    match tell {
        Tell::Bench(_) => "bench",
        Tell::Deck(_) => "deck",
        Tell::Cameras(_) => "cameras",
        Tell::Drive(_) => "drive",
        Tell::Record(_) => "record",
        Tell::Setup(_) => "setup",
        Tell::Scan(_) => "scan",
        Tell::Identify(_) => "identify",
        Tell::Calibration(_) => "calibration",
        Tell::Settings(_) => "settings",
        Tell::Recovery(_) => "recovery",
        Tell::Workers(_) => "workers",
        Tell::Notice(_) => "notice",
    }
}

/// The place of a topic; none for a notice.
fn place(tell: &Tell) -> Option<usize> {
    Some(match tell {
        Tell::Bench(_) => 0,
        Tell::Deck(_) => 1,
        Tell::Cameras(_) => 2,
        Tell::Drive(_) => 3,
        Tell::Record(_) => 4,
        Tell::Setup(_) => 5,
        Tell::Scan(_) => 6,
        Tell::Identify(_) => 7,
        Tell::Calibration(_) => 8,
        Tell::Settings(_) => 9,
        Tell::Recovery(_) => 10,
        Tell::Workers(_) => 11,
        Tell::Notice(_) => return None,
    })
}

impl Board {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self {
            state: Mutex::new(State {
                newest: [
                    Tell::Bench(Bench::default()),
                    Tell::Deck(Deck::default()),
                    Tell::Cameras(Vec::new()),
                    Tell::Drive(None),
                    Tell::Record(None),
                    Tell::Setup(None),
                    Tell::Scan(None),
                    Tell::Identify(None),
                    Tell::Calibration(None),
                    Tell::Settings(Box::default()),
                    Tell::Recovery(Box::default()),
                    Tell::Workers(Box::default()),
                ],
                changed: [true; TOPICS],
                notices: VecDeque::new(),
                seq: 0,
                over: false,
            }),
            new: Condvar::new(),
        })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts what is known now; what differs from before will be told.
    pub(crate) fn put(&self, tells: Vec<Tell>) {
        let mut state = self.lock();
        let mut new = false;
        for tell in tells {
            match (place(&tell), tell) {
                (Some(place), tell) => {
                    if state.newest[place] != tell {
                        state.newest[place] = tell;
                        state.changed[place] = true;
                        new = true;
                    }
                }
                (None, Tell::Notice(notice)) => {
                    if state.notices.len() >= NOTICES {
                        state.notices.pop_front();
                    }
                    state.notices.push_back(notice);
                    new = true;
                }
                (None, _) => {}
            }
        }
        if new {
            self.new.notify_all();
        }
    }

    /// Every topic's newest value, and the number of the last event.
    pub(crate) fn welcome(&self) -> (u64, Vec<Tell>) {
        let state = self.lock();
        (state.seq, state.newest.to_vec())
    }

    /// Ends [`Board::run`].
    pub(crate) fn close(&self) {
        self.lock().over = true;
        self.new.notify_all();
    }

    /// The thread's body: tells what changed until the board is closed, and then the last of it.
    pub(crate) fn run(&self, clock: &Arc<dyn Clock>, tell: impl Fn(Told<'_>)) {
        loop {
            let (events, over) = self.take();
            for event in events {
                match serde_json::to_string(&event) {
                    Ok(text) => {
                        // A reader's panic is the reader's.
                        let told = catch_unwind(AssertUnwindSafe(|| {
                            tell(Told {
                                topic: name(&event.tell),
                                seq: event.seq,
                                text: &text,
                            });
                        }));
                        if let Err(panic) = told {
                            let words = stdx::thread::words(&*panic);
                            tracing::error!("the reader of events failed: {words}");
                        }
                    }
                    Err(error) => tracing::error!(%error, "a topic cannot be written"),
                }
            }
            if over {
                return;
            }
            clock.sleep(TELL_EVERY);
        }
    }

    /// Waits for something new and takes it.
    fn take(&self) -> (Vec<Event>, bool) {
        let mut state = self.lock();
        while !state.over && !state.changed.contains(&true) && state.notices.is_empty() {
            state = self.new.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        let mut tells: Vec<Tell> = Vec::new();
        for place in 0..TOPICS {
            if std::mem::take(&mut state.changed[place]) {
                tells.push(state.newest[place].clone());
            }
        }
        tells.extend(state.notices.drain(..).map(Tell::Notice));
        let events = tells
            .into_iter()
            .map(|tell| {
                state.seq += 1;
                Event {
                    v: VERSION,
                    seq: state.seq,
                    tell,
                }
            })
            .collect();
        (events, state.over)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deck(name: &str) -> Tell {
        Tell::Deck(Deck {
            arms: vec![name.to_owned()],
            ..Deck::default()
        })
    }

    #[test]
    fn numbers_have_no_gap_and_the_newest_value_wins() {
        let board = Board::new();
        let (first, _) = board.take();
        let numbers: Vec<u64> = first.iter().map(|event| event.seq).collect();
        assert_eq!(numbers, (1..=TOPICS as u64).collect::<Vec<_>>());
        board.put(vec![deck("left")]);
        board.put(vec![deck("right")]);
        board.put(vec![deck("right"), Tell::Drive(None)]);
        let (events, _) = board.take();
        let told: Vec<_> = events.into_iter().map(|it| (it.seq, it.tell)).collect();
        assert_eq!(told, [(TOPICS as u64 + 1, deck("right"))]);
        let (seq, topics) = board.welcome();
        assert_eq!((seq, topics.len()), (TOPICS as u64 + 1, TOPICS));
        assert_eq!(topics[1], deck("right"));
    }

    #[test]
    fn notices_of_a_reader_that_does_not_read_are_bounded() {
        let board = Board::new();
        board.take();
        for _ in 0..1000 {
            let notice = crate::notices::once(protocol::window::Level::Note, "hello", "");
            board.put(vec![Tell::Notice(notice)]);
        }
        assert_eq!(board.take().0.len(), NOTICES);
    }
}
