//! Opens the line of an arm again that was lost while it was driven, and makes sure that it is the same arm in the same
//! calibration before anybody drives it.
//!
//! A thread of its own looks for the adapter, because a port that opens slowly or motors that do not answer must keep
//! neither the loop nor its supervisor. An arm whose motors still push is held from the moment its line is open.
//! Not here: taking the arm into the loop (`teleop::comeback`), when to look for it (`drive`).

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

use arms::{Arm, ArmConfig, Calibration, Torque};
use motors::ports::{self, PortInfo};
use motors::{Bus, Port, serial};
use protocol::{ErrorCode, Failure};
use stdx::watchdog::{Heart, Seen, Watchdog};
use stdx::{Clock, SystemClock, failpoint};

use crate::failure::failure;
use crate::hardware::arm_failure;
use crate::threads;

/// Time between two looks for the adapter.
const LOOK: Duration = Duration::from_millis(200);
/// What goes wrong for so long is told: a port that has just appeared may not be opened for a moment, until the system has
/// given it its owner.
const TELL_AFTER: Duration = Duration::from_secs(3);
/// Time between two looks at a search whose end is waited for.
const JOIN_LOOK: Duration = Duration::from_millis(2);
/// Words that may wait for the supervisor.
const WORDS: usize = 16;

/// What an arm is plugged into, as far as the system tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adapter {
    /// The port as a person names it.
    path: String,
    /// USB vendor, product and serial number; none for a port that is not on USB.
    usb: Option<((u16, u16), Option<String>)>,
}

impl Adapter {
    /// The adapter behind a port's name, among the machine's ports.
    pub fn of(path: &str, ports: &[PortInfo]) -> Self {
        let real = std::fs::canonicalize(path).unwrap_or_else(|_| path.into());
        let usb = ports
            .iter()
            .find(|port| Path::new(&port.path) == real)
            .and_then(|port| Some((port.vid_pid?, port.serial_number.clone())));
        Self {
            path: path.to_owned(),
            usb,
        }
    }

    /// Where it may be now, likeliest first.
    fn candidates(&self, ports: &[PortInfo]) -> Vec<String> {
        let alike = |port: &&PortInfo| match &self.usb {
            Some((ids, serial)) => port.vid_pid == Some(*ids) && port.serial_number == *serial,
            None => false,
        };
        let mut found: Vec<String> = ports
            .iter()
            .filter(alike)
            .map(|port| port.path.clone())
            .collect();
        let named = match &self.usb {
            // A name goes to whoever comes first; the adapter behind it must be the same.
            Some(_) => Adapter::of(&self.path, ports).usb == self.usb,
            None => Path::new(&self.path).exists(),
        };
        if named {
            let real = std::fs::canonicalize(&self.path).unwrap_or_else(|_| (&self.path).into());
            found.retain(|path| Path::new(path) != real);
            found.insert(0, self.path.clone());
        }
        found
    }
}

impl fmt::Display for Adapter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.usb {
            Some((_, Some(serial))) => write!(f, "the adapter with serial number {serial}"),
            Some(((vid, pid), None)) => write!(f, "the adapter {vid:04x}:{pid:04x}"),
            None => write!(f, "{}", self.path),
        }
    }
}

/// What must come back: the arm as it was connected.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    pub(crate) config: ArmConfig,
    pub(crate) calibration: Calibration,
    pub(crate) firmware: (i32, i32),
    pub(crate) adapter: Adapter,
}

/// A search for a lost arm.
pub(crate) struct Reopening {
    stop: Arc<AtomicBool>,
    tell: SyncSender<Failure>,
    words: Receiver<Failure>,
    watchdog: Option<Watchdog<Search, Option<Box<Arm>>>>,
    /// It failed for good; nobody begins it anew.
    given_up: bool,
}

/// What a search works with; a panic costs it nothing.
struct Search {
    wanted: Wanted,
    clock: Arc<dyn Clock>,
    stopped: Arc<AtomicBool>,
    /// Another search was begun because this one hangs; what it may still find is not its own.
    replaced: Arc<AtomicBool>,
    tell: SyncSender<Failure>,
}

impl Search {
    /// The same search from its beginning, for when this one hangs.
    fn anew(&self) -> Self {
        Self {
            wanted: self.wanted.clone(),
            clock: Arc::clone(&self.clock),
            stopped: Arc::clone(&self.stopped),
            replaced: Arc::default(),
            tell: self.tell.clone(),
        }
    }

    fn over(&self) -> bool {
        self.stopped.load(Ordering::Acquire) || self.replaced.load(Ordering::Acquire)
    }
}

impl Reopening {
    /// Begins to look.
    ///
    /// # Errors
    /// When the system has no room for a thread.
    pub(crate) fn start(wanted: Wanted, clock: Arc<dyn Clock>) -> std::io::Result<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        let (tell, words) = sync_channel(WORDS);
        let state = Search {
            wanted,
            clock: Arc::clone(&clock),
            stopped: Arc::clone(&stop),
            replaced: Arc::default(),
            tell: tell.clone(),
        };
        let mut latest = state.anew();
        latest.replaced = Arc::clone(&state.replaced);
        let watchdog = Watchdog::start(threads::REOPEN, clock, state, |state, heart, _| {
            search(state, heart)
        })?
        .or_anew(move || {
            // Should the one that hangs wake up, it finds that the arm is another's.
            latest.replaced.store(true, Ordering::Release);
            let state = latest.anew();
            latest.replaced = Arc::clone(&state.replaced);
            Some(state)
        });
        Ok(Self {
            stop,
            tell,
            words,
            watchdog: Some(watchdog),
            given_up: false,
        })
    }

    /// What went wrong so far and was not told yet.
    pub(crate) fn words(&self) -> impl Iterator<Item = Failure> + '_ {
        self.words.try_iter()
    }

    /// The arm, once it is found. Looks after the thread that searches.
    pub(crate) fn found(&mut self) -> Option<Box<Arm>> {
        match self.watchdog.as_mut()?.look() {
            Seen::Ended => self.watchdog.take()?.end().output.flatten(),
            Seen::Failed(failed) => {
                tracing::error!("{failed}");
                if failed.for_good() {
                    self.given_up = true;
                    self.stop.store(true, Ordering::Release);
                    self.watchdog = None;
                    let remedy =
                        "End the session, unplug the adapter, plug it in again and start anew.";
                    let words = format!("nobody looks for the lost arm any more: {failed}");
                    // A supervisor that does not listen has been told enough.
                    self.tell
                        .try_send(failure(ErrorCode::Internal, words, remedy))
                        .ok();
                }
                None
            }
            Seen::Well | Seen::Slow(_) | Seen::Again => None,
        }
    }

    /// Whether the search has come to its end and another may begin.
    pub(crate) fn ended(&self) -> bool {
        self.watchdog.is_none() && !self.given_up
    }
}

impl Drop for Reopening {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Release);
        // A port that hangs while it is opened is not waited for.
        while self.watchdog.is_some() {
            if let Some(arm) = self.found() {
                let_down(arm);
            }
            if self.watchdog.is_some() {
                SystemClock.sleep(JOIN_LOOK);
            }
        }
    }
}

/// Lets an arm go that nobody takes.
pub(crate) fn let_down(mut arm: Box<Arm>) {
    if arm.torque() != Torque::Off
        && let Err(error) = arm.release_gently()
    {
        tracing::error!(%error, "an arm that came back was not released");
    }
}

fn search(state: &mut Search, heart: &Heart) -> Option<Box<Arm>> {
    let Search {
        wanted,
        clock,
        tell,
        ..
    } = &*state;
    let mut wrong: Option<(Failure, units::MonoTime, bool)> = None;
    while !state.over() {
        heart.beat();
        failpoint::here("reopen.search");
        let candidates = wanted.adapter.candidates(&ports::list());
        let mut seen = None;
        for path in candidates {
            match open(state, &path) {
                // Nobody waits for it any more: it came too late.
                Ok(arm) if state.stopped.load(Ordering::Acquire) => {
                    let_down(arm);
                    return None;
                }
                // Whoever replaced this search owns the arm, and looks for it as long as this line is open.
                Ok(_) if state.over() => return None,
                Ok(arm) => return Some(arm),
                Err(failure) => seen = Some(failure),
            }
        }
        let now = clock.now();
        wrong = seen.map(|failure| match wrong.take() {
            Some((same, since, told)) if same == failure => (same, since, told),
            _ => (failure, now, false),
        });
        if let Some((failure, since, told)) = &mut wrong
            && !*told
            && now.since(*since) >= TELL_AFTER
        {
            *told = true;
            // A supervisor that does not listen has been told enough.
            tell.try_send(failure.clone()).ok();
        }
        clock.sleep(LOOK);
    }
    None
}

/// The arm behind a port, if it is the one that is wanted.
fn open(search: &Search, path: &str) -> Result<Box<Arm>, Failure> {
    let Search { wanted, clock, .. } = search;
    let name = &wanted.config.name;
    let port = serial::open(path, serial::BAUD, Arc::clone(clock))
        .map_err(|error| failure(ErrorCode::Port, format!("{name}: {error}"), error.remedy()))?;
    let port: Box<dyn Port> = Box::new(port);
    let bus = Bus::new(port, Arc::clone(clock));
    let mut arm = Arm::connect(
        bus,
        wanted.config.clone(),
        wanted.calibration,
        Arc::clone(clock),
    )
    .map_err(arm_failure)?;
    if arm.handshake().firmware != wanted.firmware {
        return Err(another(name));
    }
    match arm.require_calibrated() {
        Ok(()) => {}
        Err(arms::ArmError::CalibrationDiffers { .. }) => return Err(another(name)),
        Err(error) => return Err(arm_failure(error)),
    }
    if search.over() {
        return Ok(Box::new(arm));
    }
    if arm.torque() == Torque::Off {
        // It was without power, or nobody held it: what its motors forgot is put back, and nothing moves.
        arm.restore_volatile().map_err(arm_failure)?;
    } else {
        arm.hold().map_err(arm_failure)?;
    }
    Ok(Box::new(arm))
}

fn another(name: &str) -> Failure {
    failure(
        ErrorCode::Calibration,
        format!("{name}: another arm was plugged in, or it was calibrated anew"),
        "Plug in the arm that was driven before, or end the session and start again with this one.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn port(path: &str, usb: Option<(u16, u16)>, serial: Option<&str>) -> PortInfo {
        PortInfo {
            path: path.into(),
            vid_pid: usb,
            product: None,
            manufacturer: None,
            serial_number: serial.map(str::to_owned),
            looks_like_arm: usb.is_some(),
        }
    }

    #[test]
    fn an_adapter_is_found_under_another_name_and_not_taken_for_another() {
        let ids = Some((0x1a86, 0x55d3));
        let before = [
            port("/dev/none0", ids, Some("A")),
            port("/dev/none1", ids, Some("B")),
        ];
        let adapter = Adapter::of("/dev/none0", &before);
        for (now, found) in [
            (vec![], vec![]),
            (vec![port("/dev/none0", ids, Some("B"))], vec![]),
            (vec![port("/dev/none3", ids, Some("A"))], vec!["/dev/none3"]),
            (vec![port("/dev/none0", ids, Some("A"))], vec!["/dev/none0"]),
            (
                vec![port("/dev/none0", Some((0x0403, 0x6001)), Some("A"))],
                vec![],
            ),
        ] {
            assert_eq!(adapter.candidates(&now), found, "{now:?}");
        }
        assert_eq!(adapter.to_string(), "the adapter with serial number A");
    }

    #[test]
    fn adapters_without_a_serial_number_are_tried_in_turn_the_old_name_first() {
        let ids = Some((0x1a86, 0x7523));
        let before = [port("/dev/none1", ids, None), port("/dev/none2", ids, None)];
        let adapter = Adapter::of("/dev/none2", &before);
        assert_eq!(adapter.candidates(&before), ["/dev/none2", "/dev/none1"]);
        assert_eq!(adapter.to_string(), "the adapter 1a86:7523");
    }

    #[test]
    fn a_port_that_is_not_on_usb_is_known_by_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("arm");
        let named = path.display().to_string();
        let adapter = Adapter::of(&named, &[]);
        assert!(adapter.candidates(&[]).is_empty());
        std::fs::write(&path, "").unwrap();
        assert_eq!(adapter.candidates(&[]), [named]);
    }

    #[test]
    fn a_search_that_keeps_failing_is_given_up_told_and_not_begun_anew() {
        use stdx::failpoint::{Fault, arm};

        let armed = arm([Fault::panic("reopen.search").times(1000)]);
        let calibration = crate::hardware::calibration_of(&sim::SimArm::follower()).unwrap();
        let wanted = Wanted {
            config: ArmConfig::new(arms::ArmKind::Follower, "/dev/none0"),
            calibration,
            firmware: (3, 10),
            adapter: Adapter::of("/dev/none0", &[]),
        };
        let mut reopening = Reopening::start(wanted, SystemClock::shared()).unwrap();
        let words = loop {
            assert!(reopening.found().is_none());
            assert!(!reopening.ended());
            if let Some(failure) = reopening.words().next() {
                break failure.to_string();
            }
            SystemClock.sleep(JOIN_LOOK);
        };
        assert_eq!(armed.hits("reopen.search"), 4);
        assert_eq!(
            words,
            "nobody looks for the lost arm any more: thread reopen ended in a panic: failpoint reopen.search; given \
             up\nEnd the session, unplug the adapter, plug it in again and start anew."
        );
    }

    #[test]
    fn a_search_that_hangs_is_left_behind_and_another_one_begun() {
        use stdx::failpoint::{Fault, arm};

        let armed = arm([Fault::hang("reopen.search").times(1)]);
        let wanted = Wanted {
            config: ArmConfig::new(arms::ArmKind::Follower, "/dev/none0"),
            calibration: crate::hardware::calibration_of(&sim::SimArm::follower()).unwrap(),
            firmware: (3, 10),
            adapter: Adapter::of("/dev/none0", &[]),
        };
        let time = stdx::FakeClock::default();
        let mut reopening = Reopening::start(wanted, time.shared()).unwrap();
        let until = SystemClock.now() + Duration::from_secs(20);
        let wait_for = |done: &dyn Fn() -> bool| {
            while !done() {
                assert!(SystemClock.now() < until, "nothing happened");
                SystemClock.sleep(JOIN_LOOK);
            }
        };
        wait_for(&|| armed.hanging("reopen.search") == 1);
        // No single look condemns it: see the watchdog.
        for _ in 0..3 {
            time.advance(threads::REOPEN.hangs_after);
            assert!(reopening.found().is_none());
        }
        wait_for(&|| armed.passed("reopen.search") > 3);
        assert_eq!(reopening.words().count(), 0, "somebody looks for the arm");
        assert!(!reopening.ended());
        armed.release("reopen.search");
    }

    /// Drives a simulated arm on a pseudo terminal, pulls its plug, does `meanwhile`, puts the plug back, and returns the
    /// notes and the state the loop comes to.
    fn unplugged(meanwhile: impl Fn(&sim::Chain)) -> (Vec<String>, String) {
        use crate::drive::DriveEvent;
        use crate::process::ProcessState;

        let folder = tempfile::tempdir().unwrap();
        let arm = sim::SimArm::follower();
        let chain = arm.chain(stdx::SystemClock::shared());
        let link = folder.path().join("arm");
        let server = sim::PtyServer::start(sim::PtyConfig {
            link: Some(link.clone()),
            ..sim::PtyConfig::serving(chain.clone())
        })
        .unwrap();
        let calibration = crate::hardware::calibration_of(&arm).unwrap();
        std::fs::write(folder.path().join("bench.json"), calibration.to_json()).unwrap();
        let mut config = ArmConfig::new(arms::ArmKind::Follower, link.display().to_string());
        config.id = Some("bench".into());
        config.calibration_dir = Some(folder.path().to_owned());
        let (_goals, teleoperator) = teleop::direct();
        let mut process = crate::teleoperate(crate::teleoperate::TeleoperateConfig {
            rig: crate::drive::RigConfig {
                followers: vec![config],
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
        process.start().unwrap();
        let mut notes = Vec::new();
        let mut until = |wanted: &dyn Fn(&teleop::Status) -> bool| loop {
            match process.next_event(Duration::from_secs(20)) {
                Some(DriveEvent::Status(status)) if wanted(&status) => {
                    return status.state.clone();
                }
                Some(DriveEvent::Note(note) | DriveEvent::Warning(note)) => notes.push(note),
                Some(_) => {}
                None => panic!("nothing more to come, {:?}", process.state()),
            }
        };
        until(&|status| status.state.word() == "driving");
        server.unplug();
        until(&|status| status.lost.places().count() == 1);
        meanwhile(&chain);
        server.replug();
        let state = until(&|status| {
            status.lost.places().count() == 0
                && match &status.state {
                    teleop::State::Faulted(failure) => failure.code == ErrorCode::Motor,
                    _ => true,
                }
        });
        if state.word() == "holding" {
            until(&|status| status.state.word() == "driving");
        }
        assert_eq!(process.state(), ProcessState::Running);
        process.stop();
        while process.next_event(Duration::from_millis(100)).is_some() {}
        drop(process.result());
        assert_eq!(chain.truth(2).unwrap().torque, sim::Torque::Off);
        (notes, state.word().to_owned())
    }

    #[test]
    fn an_arm_that_is_plugged_in_again_is_driven_on() {
        let (notes, state) = unplugged(|chain| {
            assert_ne!(chain.truth(2).unwrap().torque, sim::Torque::Off, "it holds");
        });
        assert!(matches!(state.as_str(), "driving" | "holding"), "{state}");
        assert!(
            notes.iter().any(|note| note.contains("waiting for")),
            "{notes:?}"
        );
        assert!(
            notes
                .iter()
                .any(|note| note.contains("the same arm is back")),
            "{notes:?}"
        );
    }

    #[test]
    fn an_arm_without_torque_is_taken_back_and_waits_for_a_person() {
        let (_, state) = unplugged(sim::Chain::power_cycle);
        assert_eq!(state, "faulted");
    }
}
