//! The pool as its users meet it: exports and checks through it, called off, ended, switched off, telling what it does.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Sender, channel};

use batch::PICTURE;
use dataset::export::{ExportOptions, ExportReport, export_zip};
use dataset::progress::{Progress, Reached, Stage};
use jobs::{Product, Stop, Ticket};
use protocol::window::{JobKind, ProductState};
use protocol::{ErrorCode, Failure};
use stdx::FakeClock;
use studio::{PREVIEW, PREVIEW_FULL, REMOVE_BACKGROUND};
use tempfile::TempDir;

use super::*;
use crate::export::{Export, ExportConfig, export_on};
use crate::process::{Process, ProcessState, Verb};
use crate::verify::{VerifyConfig, verify_on};

/// Longest that a test waits for anything: far more than a loaded machine needs.
const PATIENCE: Duration = Duration::from_secs(60);
/// Bytes of nothing whose export takes long enough to be met in the middle.
const LONG: u64 = 1 << 29;

fn one_worker() -> Config {
    Config {
        workers: Some(1),
        ..Config::default()
    }
}

fn pool(config: Config) -> Arc<Workers> {
    let machine = Machine {
        memory_short: Box::new(|| false),
        ..Machine::this()
    };
    Arc::new(Workers::new(config, machine).unwrap())
}

/// A folder with what an export takes for a dataset, and a film of so many bytes.
struct Home {
    folder: TempDir,
}

impl Home {
    fn new(film: u64) -> Self {
        let home = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        for folder in ["meta", "videos"] {
            fs::create_dir_all(home.root().join(folder)).unwrap();
        }
        fs::write(home.root().join("meta/info.json"), "{ \"fps\": 30 }").unwrap();
        let film_file = File::create(home.root().join("videos/file-000.mp4")).unwrap();
        film_file.set_len(film).unwrap();
        home
    }

    fn root(&self) -> PathBuf {
        self.folder.path().join("cups")
    }

    fn target(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn export(&self, workers: &Arc<Workers>) -> Process<Export> {
        let config = ExportConfig {
            root: self.root(),
            target: self.target("cups.zip"),
            overwrite: false,
        };
        export_on(config, Arc::clone(workers))
    }

    /// Everything in the folder.
    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path()).unwrap();
        let name = |entry: fs::DirEntry| entry.file_name().into_string().unwrap();
        entries.map(|entry| name(entry.unwrap())).collect()
    }
}

fn kind(workers: &Workers, name: &str) -> JobKind {
    let state = figures::of(&workers.pool().telemetry(), &workers.config(), kinds());
    state.kinds.into_iter().find(|it| it.name == name).unwrap()
}

fn product(workers: &Workers, product: Product) -> ProductState {
    let state = figures::of(&workers.pool().telemetry(), &workers.config(), kinds());
    state.products[product.index()].clone()
}

/// All events of a process, and its end.
fn followed<V: Verb>(
    mut process: Process<V>,
    mut each: impl FnMut(&V::Event, &Process<V>),
) -> Result<V::Outcome, Failure> {
    process.start().unwrap();
    loop {
        match process.next_event(Duration::from_millis(20)) {
            Some(event) => each(&event, &process),
            None if process.state() == ProcessState::Ended => return process.result(),
            None => {}
        }
    }
}

/// Occupies the only worker until the sender is dropped.
fn occupied(workers: &Workers) -> (Sender<()>, Ticket<()>) {
    let (free, wait) = channel::<()>();
    let (begun, began) = channel();
    let order = workers.pool().order(PICTURE.name).unwrap();
    let job = move |_: &jobs::Ctx| -> Result<(), Stop> {
        begun.send(()).ok();
        wait.recv().ok();
        Ok(())
    };
    let ticket = workers.pool().submit(order, job).unwrap();
    began.recv_timeout(PATIENCE).unwrap();
    (free, ticket)
}

fn by_hand(home: &Home) -> ExportReport {
    let options = ExportOptions::default();
    let target = home.target("by-hand.zip");
    export_zip(&home.root(), &target, &options, &Progress::new()).unwrap()
}

#[test]
fn an_export_through_the_pool_is_the_same_to_the_byte_and_tells_how_far_it_is() {
    let home = Home::new(3_000_000);
    let expected = by_hand(&home);
    let workers = pool(one_worker());
    let mut told: Vec<Reached> = Vec::new();
    let report = followed(home.export(&workers), |event, _| told.push(*event)).unwrap();
    let bytes = |path: &Path| fs::read(path).unwrap();
    assert_eq!(bytes(&report.target), bytes(&expected.target));
    let expected = ExportReport {
        target: report.target.clone(),
        ..expected
    };
    assert_eq!(report, expected);
    assert_eq!(told.last().map(|reached| reached.stage), Some(Stage::Done));
    let zip = kind(&workers, EXPORT_ZIP);
    assert_eq!((zip.taken, zip.done, zip.inline), (1, 1, 0));
}

#[test]
fn a_product_that_is_switched_off_is_done_where_it_is_asked_for_and_the_figures_say_so() {
    let home = Home::new(1000);
    let mut config = one_worker();
    config.products.of_mut(Product::Export).on = false;
    let workers = pool(config);
    let report = followed(home.export(&workers), |_, _| {}).unwrap();
    assert!(report.target.is_file());
    let zip = kind(&workers, EXPORT_ZIP);
    assert_eq!((zip.done, zip.inline), (1, 1));
    let export = product(&workers, Product::Export);
    assert_eq!(
        (export.on, export.inline.as_deref()),
        (false, Some("it is switched off"))
    );
    let figures = workers.figures();
    assert!(figures.workers.is_empty(), "no worker was started");
    let off = figures
        .inline
        .iter()
        .find(|runs| runs.why == "it is switched off");
    assert_eq!(off.map(|runs| runs.count), Some(1));
}

#[test]
fn a_product_that_is_switched_off_and_may_not_run_elsewhere_is_refused_with_the_setting() {
    let home = Home::new(1000);
    let mut config = one_worker();
    let export = config.products.of_mut(Product::Export);
    (export.on, export.inline) = (false, false);
    let refused = followed(home.export(&pool(config)), |_, _| {}).unwrap_err();
    assert_eq!(refused.code, ErrorCode::NotWhile);
    assert!(
        refused.message.contains("`workers.export.inline`"),
        "{refused}"
    );
    assert_ne!(refused.remedy, "");
    assert_eq!(home.names(), ["cups"]);
}

#[test]
fn an_export_is_called_off_in_the_middle_and_leaves_nothing_inline_as_on_a_worker() {
    for on in [true, false] {
        let home = Home::new(LONG);
        let mut config = one_worker();
        config.products.of_mut(Product::Export).on = on;
        let workers = pool(config);
        let ended = followed(home.export(&workers), |reached, process| {
            if reached.stage == Stage::Writing {
                process.stop();
            }
        });
        let failure = ended.unwrap_err();
        assert_eq!(failure.code, ErrorCode::Stopped, "{failure}");
        assert_eq!(failure.message, "the export was cancelled");
        assert_eq!(home.names(), ["cups"], "on a worker: {on}");
        assert_eq!(kind(&workers, EXPORT_ZIP).cancelled, 1);
    }
}

#[test]
fn an_export_that_waits_for_a_worker_is_called_off_at_once() {
    let home = Home::new(1000);
    let workers = pool(one_worker());
    let (free, ticket) = occupied(&workers);
    let mut waits = false;
    let ended = followed(home.export(&workers), |reached, process| {
        waits |= kind(&workers, EXPORT_ZIP).queued == 1 && reached.stage == Stage::Waiting;
        if waits {
            process.stop();
        }
    });
    assert!(waits, "it waited for the worker");
    let failure = ended.unwrap_err();
    assert_eq!(
        (failure.code, failure.message.as_str()),
        (ErrorCode::Stopped, "the export was cancelled")
    );
    assert_eq!(home.names(), ["cups"]);
    drop(free);
    ticket.wait().unwrap();
    assert_eq!(kind(&workers, EXPORT_ZIP).cancelled, 1);
}

#[test]
fn the_end_of_the_pool_answers_an_export_in_the_middle_and_leaves_nothing_half_done() {
    let home = Home::new(LONG);
    let workers = pool(one_worker());
    let failure = followed(home.export(&workers), |reached, _| {
        if reached.stage == Stage::Writing {
            workers.end(PATIENCE);
        }
    })
    .unwrap_err();
    assert_eq!(
        (failure.code, failure.message.as_str()),
        (ErrorCode::Stopped, "the program is ending")
    );
    assert_eq!(home.names(), ["cups"]);
    let late = followed(home.export(&workers), |_, _| {}).unwrap_err();
    assert_eq!(late.code, ErrorCode::Stopped, "{late}");
}

#[test]
fn an_export_that_fails_says_the_same_as_ever_and_is_counted() {
    let home = Home::new(1000);
    fs::write(home.target("cups.zip"), "mine").unwrap();
    let workers = pool(one_worker());
    let failure = followed(home.export(&workers), |_, _| {}).unwrap_err();
    assert_eq!(failure.code, ErrorCode::BadRequest);
    assert!(
        failure
            .message
            .starts_with("a file of that name exists already"),
        "{failure}"
    );
    assert_eq!(kind(&workers, EXPORT_ZIP).failed, 1);
}

#[test]
fn a_dataset_is_looked_through_by_a_worker_with_the_same_report() {
    let home = Home::new(1000);
    let expected = dataset::verify::verify(&home.root(), &Progress::new());
    assert!(!expected.findings.is_empty(), "it is no sound dataset");
    let workers = pool(one_worker());
    let config = VerifyConfig { root: home.root() };
    let report = followed(verify_on(config.clone(), Arc::clone(&workers)), |_, _| {}).unwrap();
    assert_eq!(report, expected);
    assert_eq!(kind(&workers, DATASET_VERIFY).done, 1);

    let (free, _ticket) = occupied(&workers);
    let report = followed(verify_on(config, Arc::clone(&workers)), |_, process| {
        process.stop()
    });
    drop(free);
    let report = report.unwrap();
    assert!(report.cancelled && !report.clean(), "{report:?}");
    assert_eq!(report.root, home.root());
}

#[test]
fn what_runs_is_shown_with_the_request_that_the_log_names() {
    let home = Home::new(LONG);
    let workers = pool(one_worker());
    let process = home.export(&workers);
    let request = process.request().0.clone();
    let mut shown = None;
    let ended = followed(process, |_, process| {
        let running = workers.pool().telemetry().running;
        if let Some(job) = running.first() {
            shown = Some((job.kind, job.request.clone()));
            process.stop();
        }
    });
    assert_eq!(shown, Some((EXPORT_ZIP, Some(request))));
    assert!(ended.is_err());
}

#[test]
fn a_crash_names_the_control_that_asked_and_its_request_to_everybody_who_listens() {
    let workers = pool(one_worker());
    let (mut one, mut other) = (workers.listen(), workers.listen());
    let order = workers.pool().order(PREVIEW_FULL).unwrap();
    let order = order.control("exposure").request("r-7");
    let job = |_: &jobs::Ctx| -> Result<(), Stop> { panic!("a curve without points") };
    assert!(workers.pool().run(order, job).is_err());
    for stream in [&mut one, &mut other] {
        let Some(Told::News(news)) = stream.next_told() else {
            panic!("nothing was told");
        };
        assert_eq!(
            news.message,
            "preview-full for `exposure` ended in a panic: a curve without points"
        );
        assert_eq!(news.request.as_deref(), Some("r-7"));
        assert!(news.trouble && !news.remedy.is_empty());
    }
    // Who begins to listen afterwards hears of what happens from then on.
    assert!(matches!(
        workers.listen().next_told(),
        Some(Told::Figures(_))
    ));
}

#[test]
fn figures_are_told_at_most_twice_a_second_and_only_when_they_changed() {
    let clock = FakeClock::default();
    let machine = Machine {
        clock: clock.shared(),
        memory_short: Box::new(|| false),
        ..Machine::this()
    };
    let mut config = one_worker();
    // Without a thread whose time on a core could change.
    config.products.of_mut(Product::Preview).on = false;
    let workers = Arc::new(Workers::new(config, machine).unwrap());
    let mut stream = workers.listen();
    let work = || {
        let order = workers.pool().order(PREVIEW).unwrap();
        workers.pool().run(order, |_| Ok(())).unwrap();
    };
    let done = |told: Option<Told>| match told {
        Some(Told::Figures(figures)) => Some(figures.kinds[0].done),
        Some(Told::News(news)) => panic!("{news:?}"),
        None => None,
    };
    assert_eq!(done(stream.next_told()), Some(0));
    work();
    assert_eq!(done(stream.next_told()), None, "it is too early");
    clock.advance(FIGURES_EVERY);
    work();
    assert_eq!(done(stream.next_told()), Some(2));
    let before = stdx::thread::abandoned();
    for _ in 0..10 {
        clock.advance(FIGURES_EVERY);
        let told = done(stream.next_told());
        // Other tests leave threads behind, which the figures count too.
        let disturbed = stdx::thread::abandoned() != before;
        assert!(told.is_none() || disturbed, "nothing was done");
    }
    work();
    clock.advance(FIGURES_EVERY);
    assert_eq!(done(stream.next_told()), Some(3));
}

#[test]
fn another_set_up_holds_at_once_or_not_at_all() {
    let machine = Machine {
        cores: 4,
        ..Machine::this()
    };
    let workers = Workers::new(Config::default(), machine).unwrap();
    let mut config = Config {
        queue: 5,
        ..Config::default()
    };
    config.products.of_mut(Product::Batch).on = false;
    assert_eq!(workers.set_up(config.clone()), Ok(true));
    assert_eq!(workers.set_up(config.clone()), Ok(false));
    assert!(!product(&workers, Product::Batch).on);
    let bad = Config {
        queue: 0,
        ..Config::default()
    };
    let errors = workers.set_up(bad).unwrap_err();
    assert_eq!(errors[0].to_string(), "queue is 0; it must be 1 to 100000");
    assert_eq!(workers.config(), config);
    assert_eq!(workers.figures().settings.queue, 5);
}

#[test]
fn when_memory_runs_short_work_that_needs_much_waits_and_goes_on_afterwards() {
    let short = Arc::new(AtomicBool::new(true));
    let asked = Arc::clone(&short);
    let machine = Machine {
        memory_short: Box::new(move || asked.load(Ordering::Relaxed)),
        ..Machine::this()
    };
    let workers = Arc::new(Workers::new(one_worker(), machine).unwrap());
    let mut stream = workers.listen();
    let mut heard = |words: &str| {
        let until = SystemClock.now() + PATIENCE;
        while SystemClock.now() < until {
            match stream.next_told() {
                Some(Told::News(news)) if news.message.contains(words) => return true,
                Some(_) => {}
                None => SystemClock.sleep(Duration::from_millis(10)),
            }
        }
        false
    };
    // Somebody works, so somebody looks.
    let (free, _ticket) = occupied(&workers);
    assert!(heard(
        "work that needs much memory waits: the machine's memory runs short"
    ));
    let order = workers.pool().order(REMOVE_BACKGROUND).unwrap();
    let ticket = workers.pool().submit(order, |_| Ok(7)).unwrap();
    drop(free);
    let ticket = ticket.wait_for(Duration::from_millis(300)).unwrap_err();
    short.store(false, Ordering::Relaxed);
    assert!(heard("memory is there again"));
    assert_eq!(ticket.wait().unwrap(), 7);
}

#[test]
fn every_kind_has_a_name_of_its_own_and_hangs_only_after_its_limits_of_steps() {
    let all = kinds().all();
    for kind in all {
        let plain = |letter: char| letter.is_ascii_lowercase() || letter == '-';
        assert!(kind.name.chars().all(plain), "{}", kind.name);
        assert!(kind.silence >= Duration::from_secs(30), "{}", kind.name);
    }
    let mut products: Vec<Product> = all.iter().map(|kind| kind.product).collect();
    products.dedup();
    assert_eq!(
        products,
        Product::ALL,
        "every product has work, in its place"
    );
}
