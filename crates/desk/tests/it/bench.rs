//! A desk, a page that listens to it, and simulated arms to plug in.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use desk::{Desk, DeskConfig};
use protocol::window::{
    Answer, ArmChoice, ArmRole, Ask, Bench as BenchTopic, CalibrationState, CameraCard, Deck,
    DriveState, Event, IdentifyState, InputKind, Notice, Outcome, RecordState, RecoveryState,
    Reply, Request, ScanState, SettingCard, SettingsState, SetupState, StartDrive, Tell,
    WorkersState,
};
use protocol::{Failure, RequestId, VERSION};
use sim::{Chain, PtyConfig, PtyServer, SimArm};
use stdx::{Clock, SystemClock};
use tempfile::TempDir;

/// Longest that a test waits for anything: far more than a loaded machine needs.
const PATIENCE: Duration = Duration::from_secs(60);
/// Says to a test that it runs in a process of its own already.
const ALONE: &str = "TENDON_DESK_TEST";

/// Runs a test in a process of its own, whose folders are its own: settings, state and LeRobot's.
pub fn alone<F: FnOnce(&Path)>(test: F) {
    if let Some(home) = std::env::var_os(ALONE) {
        return test(Path::new(&home));
    }
    // `it::driving::a_name::{{closure}}`: the test's thread does not always have its name.
    let name = std::any::type_name::<F>();
    let name = name.trim_end_matches("::{{closure}}");
    let (_, name) = name.split_once("::").expect("a test stands in a module");
    let home = TempDir::new().unwrap();
    let at = |below: &str| home.path().join(below);
    let done = Command::new(std::env::current_exe().unwrap())
        .args([name, "--exact", "--nocapture"])
        .env(ALONE, home.path())
        .env("HOME", home.path())
        .env("XDG_CONFIG_HOME", at("config"))
        .env("XDG_STATE_HOME", at("state"))
        .env("HF_LEROBOT_HOME", at("lerobot"))
        .env("LC_ALL", "C")
        .env_remove("HF_LEROBOT_CALIBRATION")
        .output()
        .unwrap();
    let (out, err) = (
        String::from_utf8_lossy(&done.stdout),
        String::from_utf8_lossy(&done.stderr),
    );
    assert!(
        done.status.success() && out.contains("1 passed"),
        "{name}:\n{out}\n{err}"
    );
}

/// What a page knows: the newest of every topic, every notice, the numbers of the events.
#[derive(Debug, Default)]
pub struct Page {
    pub bench: BenchTopic,
    pub deck: Deck,
    pub cameras: Vec<CameraCard>,
    pub drive: Option<Box<DriveState>>,
    pub record: Option<Box<RecordState>>,
    pub setup: Option<Box<SetupState>>,
    pub scan: Option<Box<ScanState>>,
    pub identify: Option<Box<IdentifyState>>,
    pub calibration: Option<Box<CalibrationState>>,
    pub settings: SettingsState,
    pub recovery: Box<RecoveryState>,
    pub workers: Box<WorkersState>,
    pub notices: Vec<Notice>,
    pub numbers: Vec<u64>,
}

impl Page {
    fn take(&mut self, tell: Tell) {
        match tell {
            Tell::Bench(it) => self.bench = it,
            Tell::Deck(it) => self.deck = it,
            Tell::Cameras(it) => self.cameras = it,
            Tell::Drive(it) => self.drive = it,
            Tell::Record(it) => self.record = it,
            Tell::Setup(it) => self.setup = it,
            Tell::Scan(it) => self.scan = it,
            Tell::Identify(it) => self.identify = it,
            Tell::Calibration(it) => self.calibration = it,
            Tell::Settings(it) => self.settings = *it,
            Tell::Recovery(it) => self.recovery = it,
            Tell::Workers(it) => self.workers = it,
            Tell::Notice(it) => self.notices.push(it),
        }
    }

    /// A setting, once the page knows them.
    pub fn setting(&self, name: &str) -> Option<&SettingCard> {
        self.settings.settings.iter().find(|card| card.name == name)
    }

    /// The word of the loop; empty while no arm is open.
    pub fn word(&self) -> &str {
        self.drive.as_ref().map_or("", |drive| &drive.word)
    }

    /// Where the first follower's joint is.
    pub fn joint(&self, index: usize) -> f64 {
        let joint = &self.drive.as_ref().unwrap().followers[0].joints[index];
        joint.position.unwrap()
    }

    /// Where its goal is.
    pub fn goal(&self, index: usize) -> f64 {
        let joint = &self.drive.as_ref().unwrap().followers[0].joints[index];
        joint.goal.unwrap()
    }
}

/// A desk with a page.
pub struct Bench {
    pub desk: Desk,
    pub page: Arc<Mutex<Page>>,
    /// The program was to be closed.
    pub quit: Arc<AtomicBool>,
    asked: AtomicU64,
}

impl Bench {
    pub fn new() -> Self {
        Self::with_clock(SystemClock::shared())
    }

    pub fn with_clock(clock: Arc<dyn Clock>) -> Self {
        let page = Arc::new(Mutex::new(Page::default()));
        let listens = Arc::clone(&page);
        let quit = Arc::new(AtomicBool::new(false));
        let quits = Arc::clone(&quit);
        let desk = Desk::open(DeskConfig {
            clock,
            tell: Box::new(move |told| {
                let event: Event = serde_json::from_str(told.text).unwrap();
                assert_eq!((event.v, event.seq), (VERSION, told.seq));
                let named = serde_json::to_value(&event.tell).unwrap()["topic"] == told.topic;
                assert!(named, "{}", told.text);
                let mut page = listens.lock().unwrap_or_else(PoisonError::into_inner);
                page.numbers.push(event.seq);
                page.take(event.tell);
            }),
            quit: Box::new(move || quits.store(true, Ordering::Release)),
            known: Vec::new(),
        })
        .unwrap();
        Self {
            desk,
            page,
            quit,
            asked: AtomicU64::new(1),
        }
    }

    /// Asks, and gets what came of it.
    pub fn try_ask(&self, ask: Ask) -> Result<Answer, Failure> {
        let id = RequestId(format!("t-{}", self.asked.fetch_add(1, Ordering::Relaxed)));
        let request = Request {
            v: VERSION,
            id: id.clone(),
            ask,
        };
        let text = self.desk.request(&serde_json::to_string(&request).unwrap());
        let reply: Reply = serde_json::from_str(&text).unwrap();
        assert_eq!((reply.v, reply.id), (VERSION, id));
        match reply.outcome {
            Outcome::Done(answer) => Ok(answer),
            Outcome::Failed(failure) => Err(failure),
        }
    }

    pub fn ask(&self, ask: Ask) -> Answer {
        let words = format!("{ask:?}");
        self.try_ask(ask)
            .unwrap_or_else(|failure| panic!("{words}: {failure}"))
    }

    /// Waits until the page shows something.
    pub fn wait<T>(&self, what: &str, mut found: impl FnMut(&Page) -> Option<T>) -> T {
        let until = SystemClock.now() + PATIENCE;
        loop {
            {
                let page = self.page.lock().unwrap_or_else(PoisonError::into_inner);
                if let Some(found) = found(&page) {
                    return found;
                }
                assert!(SystemClock.now() < until, "never: {what}\n{page:#?}");
            }
            SystemClock.sleep(Duration::from_millis(10));
        }
    }

    pub fn wait_until(&self, what: &str, mut shows: impl FnMut(&Page) -> bool) {
        self.wait(what, |page| shows(page).then_some(()));
    }

    pub fn page<T>(&self, what: impl FnOnce(&Page) -> T) -> T {
        what(&self.page.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Lets time pass in which something must not happen, giving the keys that are held a sign of life.
    pub fn holding(&self, keys: &[&str], span: Duration, mut until: impl FnMut(&Page) -> bool) {
        let end = SystemClock.now() + span;
        while SystemClock.now() < end && !self.page(&mut until) {
            self.desk.keys(keys, true);
            SystemClock.sleep(Duration::from_millis(40));
        }
    }

    /// Opens the simulated arm and waits until it holds.
    pub fn drive(&self, input: InputKind) {
        self.drive_with(sim(), input, Vec::new());
    }

    pub fn drive_with(&self, arms: Vec<ArmChoice>, input: InputKind, cameras: Vec<String>) {
        self.ask(Ask::StartDrive(StartDrive {
            arms,
            cameras,
            rate_hz: 60.0,
            input,
        }));
        self.wait_until("the arm holds", |page| page.word() == "holding");
    }

    pub fn resume(&self) {
        self.ask(Ask::Resume);
        self.wait_until("the arm is driven", |page| page.word() == "driving");
    }

    /// Lets the arm down and waits for the end.
    pub fn release(&self) {
        self.ask(Ask::Release);
        self.wait_until("no arm is open", |page| page.drive.is_none());
    }
}

pub fn follower(key: &str) -> ArmChoice {
    ArmChoice {
        key: key.to_owned(),
        role: ArmRole::Follower,
    }
}

pub fn sim() -> Vec<ArmChoice> {
    vec![follower("sim")]
}

/// A simulated arm behind a line with a name that stays when it is unplugged.
pub struct Plugged {
    pub server: PtyServer,
    pub chain: Chain,
    pub made: SimArm,
    pub port: PathBuf,
}

impl Plugged {
    /// Plugs in an arm whose motors are calibrated as its presets say.
    pub fn new(home: &Path, name: &str, made: SimArm) -> Self {
        let chain = made.chain(SystemClock::shared());
        Self::chain(home, name, made, chain)
    }

    /// Plugs in whatever motors.
    pub fn chain(home: &Path, name: &str, made: SimArm, chain: Chain) -> Self {
        let port = home.join(name);
        let server = PtyServer::start(PtyConfig {
            link: Some(port.clone()),
            realtime: true,
            ..PtyConfig::serving(chain.clone())
        })
        .unwrap();
        Self {
            server,
            chain,
            made,
            port,
        }
    }

    pub fn key(&self) -> String {
        format!("port:{}", self.port.display())
    }

    /// Names it at a desk, with the calibration file that its motors hold. Returns its key.
    pub fn name(&self, bench: &Bench, home: &Path, name: &str) -> String {
        bench.ask(Ask::NameArm {
            key: self.key(),
            name: name.to_owned(),
            role: ArmRole::Follower,
        });
        let folder = home.join("lerobot/calibration/robots/so_follower");
        std::fs::create_dir_all(&folder).unwrap();
        let calibration = station::hardware::calibration_of(&self.made).unwrap();
        std::fs::write(folder.join(format!("{name}.json")), calibration.to_json()).unwrap();
        bench.ask(Ask::LookAgain);
        let key = format!("known:{name}");
        bench.wait_until("the arm has a card with its calibration", |page| {
            let card = page.bench.arms.iter().find(|card| card.key == key);
            card.is_some_and(|card| card.calibration.is_some())
        });
        key
    }
}
