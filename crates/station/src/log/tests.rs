use std::fs;

use stdx::FakeClock;
use stdx::failpoint::{Armed, Fault, arm};

use super::*;

struct Bench {
    folder: tempfile::TempDir,
    log: Log,
    clock: FakeClock,
    _logging: tracing::subscriber::DefaultGuard,
}

impl Bench {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let settings = LogSettings {
            folder: folder.path().to_owned(),
            flush_ms: 600_000,
            ..LogSettings::default()
        };
        let clock = FakeClock::default();
        let (log, capture) = Log::open(&settings, clock.shared()).unwrap();
        let subscriber = tracing_subscriber::registry().with(capture);
        Self {
            folder,
            log,
            clock,
            _logging: tracing::subscriber::set_default(subscriber),
        }
    }

    fn lines(&self) -> Vec<String> {
        self.log.flush();
        let text = fs::read_to_string(self.log.file()).unwrap();
        // Without the time and the thread, which differ.
        let words = |line: &str| match line.split_once("]: ") {
            Some((_, words)) => words.to_owned(),
            None => line.to_owned(),
        };
        text.lines().map(words).collect()
    }

    /// Waits for the next news.
    fn news(&self) -> String {
        loop {
            if let Some(failure) = self.log.health.news() {
                let folder = self.folder.path().display().to_string();
                return failure.to_string().replace(&folder, "FOLDER");
            }
            SystemClock.sleep(Duration::from_millis(1));
        }
    }
}

fn hangs(armed: &Armed, point: &str) {
    while armed.hanging(point) == 0 {
        SystemClock.sleep(Duration::from_millis(1));
    }
}

#[test]
fn an_error_is_in_the_file_at_once_and_brings_what_waited_before_it() {
    let bench = Bench::new();
    stdx::request::set(Some("r-42".into()));
    tracing::info!(joints = 6, "arm found");
    tracing::error!("line lost\nPort: /dev/ttyACM0");
    stdx::request::set(None);
    bench.log.flush();
    let text = fs::read_to_string(bench.log.file()).unwrap();
    assert!(text.contains("INFO  r-42 station::log::tests"), "{text}");
    assert_eq!(
        bench.lines(),
        ["arm found joints=6", "line lost | Port: /dev/ttyACM0"]
    );
}

#[test]
fn another_level_holds_from_the_next_entry_on() {
    let bench = Bench::new();
    let say = |words: &str| tracing::debug!("{words}");
    say("nobody wants it");
    bench.log.health.keep(Level::DEBUG);
    say("wanted");
    bench.log.health.keep(Level::INFO);
    say("no more");
    assert_eq!(bench.lines(), ["wanted"]);
}

#[test]
fn a_log_that_panics_is_started_again_and_says_what_is_missing() {
    let _armed = arm([Fault::panic("log.words").on(3)]);
    let bench = Bench::new();
    for number in 1..=5 {
        tracing::info!(number, "entry");
    }
    assert_eq!(
        bench.news(),
        "thread log ended in a panic: failpoint log.words; started again (1 of 3)\n\
         Everything else goes on; a few entries may be lost. Please report this."
    );
    assert_eq!(
        bench.lines(),
        [
            "entry number=4",
            "entry number=5",
            "3 entries were lost here: the log could not be written or did not keep up"
        ]
    );
    assert_eq!(bench.log.lost(), 3);
}

#[test]
fn a_log_that_keeps_panicking_is_given_up_and_nobody_waits_for_it() {
    let armed = arm([Fault::panic("log.words").times(1000)]);
    let bench = Bench::new();
    for number in 0..10 {
        tracing::info!(number, "entry");
    }
    let told: Vec<_> = (0..4).map(|_| bench.news()).collect();
    assert!(told[2].contains("started again (3 of 3)"), "{told:?}");
    assert_eq!(
        told[3],
        "thread log ended in a panic: failpoint log.words; given up\n\
         Everything else goes on, without a log. Please report this."
    );
    assert_eq!(armed.hits("log.words"), 4);
    for number in 0..2 * QUEUE {
        tracing::info!(number, "entry");
    }
    assert!(bench.log.lost() >= QUEUE as u64);
    let begun = SystemClock.now();
    drop(bench);
    assert!(SystemClock.now().since(begun) < Duration::from_secs(1));
}

#[test]
fn a_disk_that_hangs_costs_entries_and_no_time_and_the_log_goes_on_when_it_answers() {
    let armed = arm([Fault::hang("log.write")]);
    let bench = Bench::new();
    tracing::error!("first");
    hangs(&armed, "log.write");
    // The owner must have seen the last sign of life before time moves on.
    SystemClock.sleep(2 * LOOK);
    let begun = SystemClock.now();
    for number in 0..QUEUE + 10 {
        tracing::info!(number, "entry");
    }
    assert!(SystemClock.now().since(begun) < Duration::from_secs(2));
    assert_eq!(bench.log.lost(), 10);
    bench.clock.advance(threads::LOG.hangs_after / 2);
    SystemClock.sleep(2 * LOOK);
    bench.clock.advance(threads::LOG.hangs_after / 2);
    assert_eq!(
        bench.news(),
        "thread log has given no sign of life for 5 s; it may come back\n\
         Everything else goes on; entries are counted and lost until the disk answers. Check the disk."
    );
    bench.log.flush();
    assert!(
        SystemClock.now().since(begun) < Duration::from_secs(4),
        "a flush does not wait for it"
    );
    armed.release("log.write");
    assert_eq!(
        bench.news(),
        "the log is written again\n10 entries were lost."
    );
    let lines = bench.lines();
    assert_eq!(lines.len(), 1 + QUEUE + 1);
    assert!(
        lines
            .iter()
            .any(|line| line.starts_with("10 entries were lost here"))
    );
}

#[test]
fn a_full_disk_is_told_once_and_the_log_goes_on_when_there_is_room() {
    let full = io::ErrorKind::StorageFull;
    // Three errors, and after each a line that says how many are lost.
    let _armed = arm([Fault::error("log.write", full).times(6)]);
    let bench = Bench::new();
    for number in 1..=3 {
        tracing::error!(number, "refused");
        bench.log.flush();
    }
    assert_eq!(
        bench.news(),
        "the log cannot be written: failpoint log.write\nFile: FOLDER/tendon.log\n\
         Everything else goes on. Free some space; the log then goes on by itself."
    );
    tracing::error!("written");
    assert_eq!(
        bench.news(),
        "the log is written again\n3 entries were lost."
    );
    assert_eq!(bench.log.health.news(), None, "told once");
    assert_eq!(
        bench.lines(),
        [
            "written",
            "3 entries were lost here: the log could not be written or did not keep up"
        ]
    );
}
