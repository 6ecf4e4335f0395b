//! Follows a process from start to end: events to the output, signals to the process.

use std::io::IsTerminal as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use protocol::Failure;
use station::process::{Process, ProcessState, Verb};
use teleop::EmergencyStop;

use crate::output::Out;
use crate::signals::{Asked, Listener};
use serde_json::json;
use stdx::{Clock as _, SystemClock};
use units::MonoTime;

/// How often signals are looked at while no event comes.
const LOOK: Duration = Duration::from_millis(50);

/// How long an arm holds after an emergency stop by signal when nobody is at a terminal to press anything else.
const HOLDS_ALONE: Duration = Duration::from_secs(10);

/// The program's ears for signals, for whatever process is being followed.
#[derive(Debug)]
pub struct Watch {
    listener: Listener,
    emergency: Arc<Mutex<Option<EmergencyStop>>>,
    deaf: Arc<Mutex<Option<String>>>,
    no_signals: AtomicBool,
}

impl Watch {
    /// Starts listening.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn start() -> std::io::Result<Self> {
        let emergency = Arc::new(Mutex::new(None::<EmergencyStop>));
        let pressed = Arc::clone(&emergency);
        // The second request stops the arm from the listening thread itself: the emergency stop must not
        // wait for anything else this program does.
        let listener = Listener::start(move |presses| press(&pressed, presses))?;
        Ok(Self {
            listener,
            emergency,
            deaf: Arc::default(),
            no_signals: AtomicBool::new(false),
        })
    }

    /// What was asked so far; also the place where a key that means Ctrl-C asks.
    pub fn asked(&self) -> Asked {
        self.listener.asked.clone()
    }

    /// For whoever reads a raw terminal, which delivers Ctrl-C as a key.
    pub fn interrupter(&self) -> Interrupter {
        Interrupter {
            asked: self.asked(),
            emergency: Arc::clone(&self.emergency),
            deaf: Arc::clone(&self.deaf),
        }
    }

    /// Why nobody can stop this program by key or signal any more, told once.
    fn deaf(&self) -> Option<String> {
        let told = self
            .deaf
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if told.is_some() || !self.listener.ended() {
            return told;
        }
        let first = !self.no_signals.swap(true, Ordering::AcqRel);
        first.then(|| {
            self.asked().leave();
            "signals are not listened to any more".to_owned()
        })
    }
}

/// Asks for an end from the terminal's side.
#[derive(Debug, Clone)]
pub struct Interrupter {
    asked: Asked,
    emergency: Arc<Mutex<Option<EmergencyStop>>>,
    deaf: Arc<Mutex<Option<String>>>,
}

impl Interrupter {
    /// One more request for an end, as if Ctrl-C had been pressed.
    pub fn press(&self) {
        press(&self.emergency, self.asked.ask(signal_hook::consts::SIGINT));
    }

    /// No key reaches the program any more: it ends in good order, because nobody could stop the arm by key.
    pub fn deaf(&self, why: String) {
        *self.deaf.lock().unwrap_or_else(PoisonError::into_inner) = Some(why);
        self.asked.leave();
    }
}

fn press(emergency: &Mutex<Option<EmergencyStop>>, presses: u32) {
    if presses >= 2
        && let Some(stop) = &*emergency.lock().unwrap_or_else(PoisonError::into_inner)
    {
        stop.press();
    }
}

/// Starts a process, shows its events, hands signals on, and returns what it left behind.
///
/// # Errors
/// The process's own failure.
pub fn follow<V: Verb>(
    process: Process<V>,
    out: &mut Out,
    watch: &Watch,
    mut show: impl FnMut(V::Event, &mut Out),
) -> Result<V::Outcome, Failure> {
    follow_with(process, out, watch, |event, out, _| show(event, out))
}

/// As [`follow`], and `show` can tell the process something.
///
/// # Errors
/// The process's own failure.
pub fn follow_with<V: Verb>(
    process: Process<V>,
    out: &mut Out,
    watch: &Watch,
    show: impl FnMut(V::Event, &mut Out, &Process<V>),
) -> Result<V::Outcome, Failure> {
    follow_and_listen(process, out, watch, show, |_, _| {})
}

/// As [`follow_with`], and `listen` is called at least every 50 ms: a person may say something while nothing happens.
///
/// # Errors
/// The process's own failure.
pub fn follow_and_listen<V: Verb>(
    mut process: Process<V>,
    out: &mut Out,
    watch: &Watch,
    mut show: impl FnMut(V::Event, &mut Out, &Process<V>),
    mut listen: impl FnMut(&mut Out, &Process<V>),
) -> Result<V::Outcome, Failure> {
    *watch
        .emergency
        .lock()
        .unwrap_or_else(PoisonError::into_inner) = Some(process.emergency());
    out.about(process.request());
    process.start()?;
    let asked = watch.asked();
    let mut told = 0;
    let mut left = 0;
    let alone = V::DRIVES && !std::io::stdin().is_terminal();
    let mut lets_go: Option<MonoTime> = None;
    loop {
        let event = process.next_event(LOOK);
        if asked.ends() > left {
            left = asked.ends();
            process.leave();
        }
        let presses = asked.presses();
        if presses > told {
            told = presses;
            process.stop();
            out.object("stopping", json!({ "presses": presses }));
            match presses {
                _ if !V::DRIVES => out.note("Stopping in good order."),
                1 => out.note("Stopping in good order. Press Ctrl-C again for an emergency stop."),
                2 if alone => {
                    lets_go = Some(SystemClock.now() + HOLDS_ALONE);
                    out.note(format!(
                        "Emergency stop: the arm holds. Nobody is at a terminal, so it is released gently in {} s; \
                         one more SIGINT releases it now.",
                        HOLDS_ALONE.as_secs()
                    ));
                }
                2 => out.note(
                    "Emergency stop: the arm holds. Press Ctrl-C once more to release it gently.",
                ),
                _ => out.note("Releasing gently."),
            }
        }
        if lets_go.is_some_and(|at| SystemClock.now() >= at) {
            lets_go = None;
            process.leave();
            out.object("leaving", json!({ "held_s": HOLDS_ALONE.as_secs() }));
            out.note("Nobody came: releasing gently.");
        }
        if let Some(why) = watch.deaf() {
            out.object("deaf", json!({ "message": why }));
            out.note(format!(
                "{why}\nNobody could stop the arm by key any more, so this ends in good order."
            ));
        }
        if let Some(failure) = process.trouble() {
            out.object(
                "trouble",
                json!({ "message": failure.message, "remedy": failure.remedy }),
            );
            out.note(failure.to_string());
        }
        while let Some(failure) = station::log::news() {
            out.object(
                "log",
                json!({ "message": failure.message, "remedy": failure.remedy }),
            );
            out.note(failure.to_string());
        }
        match event {
            Some(event) => show(event, out, &process),
            // Only an empty stream after the end is the end: nothing that was told gets lost.
            None if process.state() == ProcessState::Ended => break,
            None => {}
        }
        listen(out, &process);
    }
    out.settle();
    *watch
        .emergency
        .lock()
        .unwrap_or_else(PoisonError::into_inner) = None;
    process.result()
}
