//! What can be known before an arm moves: whether this session will fit the disk, the folder and the loop.
//!
//! Every line is fine, worth a word, or a reason not to start, and says what to do about it. Looks only;
//! what it makes to try the folder it removes again.
//! Not here: whether the arms answer and are calibrated (`station` asks `arms`).

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use dataset::camera::LONGEST_FILM;
use dataset::{CameraKind, CameraSpec, Dataset, DatasetSpec};

use crate::config::RecordConfig;

/// Bytes of one row beyond its values: index columns, times and flags in data, journal and sidecar together.
const BYTES_BESIDE_VALUES: u64 = 200;

/// What a row's value takes in all files while its episode is being saved: four bytes in the journal and
/// four in the data file, of state and of action.
const BYTES_PER_VALUE: u64 = 16;

/// Footers, statistics and metadata of one episode.
const BYTES_PER_EPISODE: u64 = 64 * 1024;

/// Bytes a pixel of H.264 with a key picture for every two at QP 26: twice the 0.023 of the reference's cluttered,
/// noisy scene (imaging-and-video, section 1.1: 2.1 MB for 300 pictures of 640x480).
const BYTES_PER_PIXEL_OF_FILM: f64 = 0.046;

/// Bytes a pixel of PNG: of a noisy picture in colour, nearly as many as it has.
const BYTES_PER_PIXEL_OF_PNG: f64 = 2.5;

/// Room that is left to the rest of the computer.
const RESERVE: u64 = 256 * 1024 * 1024;

/// What a session is going to need.
#[derive(Debug, Clone)]
pub struct Wanted<'a> {
    /// The session.
    pub config: &'a RecordConfig,
    /// The dataset's folder.
    pub root: &'a Path,
    /// Whether the dataset is to be there already.
    pub resume: bool,
    /// What the rows are made of; a dataset that is resumed must agree.
    pub spec: &'a DatasetSpec,
    /// Whether joints are in degrees, as in LeRobot's datasets of these arms today.
    pub degrees: bool,
}

/// How a line of the preflight came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grade {
    /// Nothing to do.
    Fine,
    /// The session may start, but somebody should know.
    Notice,
    /// The session must not start.
    Refused,
}

/// One line of the preflight.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// What was looked at: `task`, `rate`, `units`, `folder`, `dataset`, `cameras`, `space`, and `codec`, which `station` adds.
    pub name: &'static str,
    /// How it came out.
    pub grade: Grade,
    /// What was found; paths last.
    pub found: String,
    /// What to do about it; empty when it is fine.
    pub remedy: String,
}

impl Check {
    fn fine(name: &'static str, found: impl Into<String>) -> Self {
        Self {
            name,
            grade: Grade::Fine,
            found: found.into(),
            remedy: String::new(),
        }
    }

    fn not_fine(name: &'static str, grade: Grade, found: impl Into<String>, remedy: &str) -> Self {
        Self {
            name,
            grade,
            found: found.into(),
            remedy: remedy.to_owned(),
        }
    }
}

/// Looks at everything; the order is that of the lines on screen.
pub fn check(wanted: &Wanted<'_>) -> Vec<Check> {
    let mut checks = vec![task(wanted), rate(wanted), units(wanted), folder(wanted)];
    checks.extend(resumed(wanted));
    checks.extend(cameras(wanted));
    checks.push(space(wanted, free_bytes(wanted.root)));
    checks
}

/// Whether a session may start.
pub fn passed(checks: &[Check]) -> bool {
    checks.iter().all(|check| check.grade != Grade::Refused)
}

/// Bytes that a whole session writes at most, with the pictures as far as they can be foreseen.
pub fn bytes_needed(config: &RecordConfig, values: usize, cameras: &[CameraSpec]) -> u64 {
    let episodes = u64::from(config.num_episodes);
    let rows = (config.episode_time.as_secs_f64() * f64::from(config.fps)).ceil() as u64;
    let pictures: u64 = cameras.iter().map(bytes_per_picture).sum();
    let row = values as u64 * BYTES_PER_VALUE + BYTES_BESIDE_VALUES + pictures;
    rows.saturating_mul(row)
        .saturating_add(BYTES_PER_EPISODE)
        .saturating_mul(episodes)
}

fn bytes_per_picture(camera: &CameraSpec) -> u64 {
    let pixels = camera.size.pixels() as f64;
    let bytes = match camera.kind {
        CameraKind::Video(_) => pixels * BYTES_PER_PIXEL_OF_FILM,
        // In its own file first, then in the table.
        CameraKind::Image => 2.0 * pixels * BYTES_PER_PIXEL_OF_PNG,
    };
    bytes.ceil() as u64
}

/// Whether the pictures of an episode fit what readers of films can take. Nothing to say without cameras.
fn cameras(wanted: &Wanted<'_>) -> Option<Check> {
    let cameras = &wanted.spec.cameras;
    let films = cameras
        .iter()
        .any(|camera| matches!(camera.kind, CameraKind::Video(_)));
    if cameras.is_empty() {
        return None;
    }
    if let Err(error) = wanted.spec.info() {
        return Some(Check::not_fine(
            "cameras",
            Grade::Refused,
            error.to_string(),
            "Choose another size or name for the camera; pictures of every size can be kept with --dataset.video=false.",
        ));
    }
    if films && wanted.config.episode_time > LONGEST_FILM {
        return Some(Check::not_fine(
            "cameras",
            Grade::Refused,
            format!(
                "an episode of {} s is longer than the {} s that LeRobot can look up in one film",
                wanted.config.episode_time.as_secs(),
                LONGEST_FILM.as_secs()
            ),
            "Record shorter episodes.",
        ));
    }
    let list: Vec<String> = cameras
        .iter()
        .map(|camera| format!("{} {}", camera.name(), camera.size))
        .collect();
    Some(Check::fine("cameras", list.join(", ")))
}

fn task(wanted: &Wanted<'_>) -> Check {
    let task = wanted.config.task.trim();
    if task.is_empty() {
        return Check::not_fine(
            "task",
            Grade::Refused,
            "the task is empty",
            "Say in a few words what the arm is to do; a policy is trained on these words.",
        );
    }
    Check::fine("task", task)
}

/// Whether the dataset that is there goes on with what this session records. Nothing to say without one.
fn resumed(wanted: &Wanted<'_>) -> Option<Check> {
    if !wanted.resume {
        return None;
    }
    let agrees = Dataset::open(wanted.root).and_then(|dataset| {
        let info = dataset.info();
        wanted.spec.check_resume(&info, wanted.root)?;
        Ok(info.total_episodes)
    });
    Some(match agrees {
        Ok(episodes) => Check::fine("dataset", format!("goes on after {episodes} episodes")),
        Err(error) => Check::not_fine("dataset", Grade::Refused, error.to_string(), error.remedy()),
    })
}

fn rate(wanted: &Wanted<'_>) -> Check {
    match wanted.config.grid() {
        Ok(grid) => Check::fine(
            "rate",
            format!(
                "{} Hz control, {} rows a second",
                grid.control_rate(),
                grid.fps
            ),
        ),
        Err(error) => Check::not_fine("rate", Grade::Refused, error.to_string(), error.remedy()),
    }
}

fn units(wanted: &Wanted<'_>) -> Check {
    if wanted.degrees {
        Check::fine("units", "joints in degrees, gripper in percent")
    } else {
        Check::not_fine(
            "units",
            Grade::Notice,
            "joints in the older scale of -100 to 100",
            "Record in degrees unless the policy was trained on the older scale; the two do not mix.",
        )
    }
}

fn folder(wanted: &Wanted<'_>) -> Check {
    let exists = match fs::read_dir(wanted.root) {
        Ok(mut entries) => entries.next().is_some(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => false,
        Err(error) => return unusable(wanted.root, &error),
    };
    let root = wanted.root.display();
    if exists && !wanted.resume {
        return Check::not_fine(
            "dataset",
            Grade::Refused,
            format!("there is something already\nFolder: {root}"),
            "Choose another dataset name, or resume this dataset.",
        );
    }
    if !exists && wanted.resume {
        return Check::not_fine(
            "folder",
            Grade::Refused,
            format!("there is no dataset to resume\nFolder: {root}"),
            "Check the dataset's name and folder, or record a new dataset.",
        );
    }
    match try_to_write(&nearest_existing(wanted.root)) {
        Ok(()) => Check::fine("folder", format!("can be written\nFolder: {root}")),
        Err(error) => unusable(wanted.root, &error),
    }
}

fn unusable(root: &Path, error: &io::Error) -> Check {
    Check::not_fine(
        "folder",
        Grade::Refused,
        format!("cannot be written: {error}\nFolder: {}", root.display()),
        "Choose a folder that belongs to you, or have its owner let you write there.",
    )
}

fn space(wanted: &Wanted<'_>, free: io::Result<u64>) -> Check {
    let needed = bytes_needed(wanted.config, wanted.spec.state.len(), &wanted.spec.cameras);
    match free {
        Ok(free) if free < needed.saturating_add(RESERVE) => Check::not_fine(
            "space",
            Grade::Refused,
            format!(
                "{} free, up to {} needed and {} kept for the rest of the computer",
                megabytes(free),
                megabytes(needed),
                megabytes(RESERVE)
            ),
            "Free space, choose another folder, or record fewer or shorter episodes.",
        ),
        Ok(free) if free < needed.saturating_mul(2).saturating_add(2 * RESERVE) => Check::not_fine(
            "space",
            Grade::Notice,
            format!(
                "{} free, up to {} needed",
                megabytes(free),
                megabytes(needed)
            ),
            "Free some space soon: a ZIP of the dataset needs as much again.",
        ),
        Ok(free) => Check::fine(
            "space",
            format!(
                "{} free, up to {} needed",
                megabytes(free),
                megabytes(needed)
            ),
        ),
        Err(error) => Check::not_fine(
            "space",
            Grade::Notice,
            format!("the free space is unknown: {error}"),
            "Make sure by other means that the disk has room.",
        ),
    }
}

fn megabytes(bytes: u64) -> String {
    format!("{} MB", bytes.div_ceil(1_000_000))
}

/// The folder itself, or the nearest one above it that is there.
fn nearest_existing(root: &Path) -> PathBuf {
    root.ancestors()
        .find(|path| path.is_dir())
        .map_or_else(|| PathBuf::from("."), Path::to_path_buf)
}

/// Makes a small file and removes it again: permissions alone do not tell about read-only or full disks.
fn try_to_write(folder: &Path) -> io::Result<()> {
    // Several look at one time: a window's form, and the session that begins. None takes another's file away.
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let path = folder.join(format!(".tendon-preflight-{}-{number}", std::process::id()));
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .open(&path)?;
    let written = file.write_all(&[0; 4096]).and_then(|()| file.sync_all());
    drop(file);
    fs::remove_file(&path)?;
    written
}

/// Free bytes on the disk that a folder is or would be on.
///
/// # Errors
/// When the system does not tell.
#[cfg(unix)]
pub fn free_bytes(root: &Path) -> io::Result<u64> {
    let at = rustix::fs::statvfs(nearest_existing(root).as_path())?;
    Ok(at.f_bavail.saturating_mul(at.f_frsize))
}

/// Free bytes on the disk that a folder is or would be on.
///
/// # Errors
/// Always: this system is not asked yet.
#[cfg(not(unix))]
pub fn free_bytes(_root: &Path) -> io::Result<u64> {
    Err(io::Error::from(io::ErrorKind::Unsupported))
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;
    use std::time::Duration;

    use units::Hz;

    use super::*;

    fn config() -> RecordConfig {
        RecordConfig {
            task: "stack the cups".into(),
            episode_time: Duration::from_secs(20),
            num_episodes: 2,
            ..RecordConfig::default()
        }
    }

    fn wanted<'a>(config: &'a RecordConfig, root: &'a Path) -> Wanted<'a> {
        static SPEC: LazyLock<DatasetSpec> = LazyLock::new(|| DatasetSpec::so_follower(30, false));
        Wanted {
            config,
            root,
            resume: false,
            spec: &SPEC,
            degrees: true,
        }
    }

    fn grade(checks: &[Check], name: &str) -> Grade {
        checks
            .iter()
            .find(|check| check.name == name)
            .unwrap()
            .grade
    }

    #[test]
    fn several_that_try_to_write_at_one_time_do_not_disturb_each_other() {
        let folder = tempfile::tempdir().unwrap();
        std::thread::scope(|scope| {
            let tries = (0..4)
                .map(|_| scope.spawn(|| (0..20).try_for_each(|_| try_to_write(folder.path()))));
            for tried in tries.collect::<Vec<_>>() {
                tried.join().unwrap().unwrap();
            }
        });
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_new_folder_on_a_disk_with_room_is_fine_and_stays_untouched() {
        let config = config();
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("me/cups");
        let checks = check(&wanted(&config, &root));
        assert!(passed(&checks), "{checks:#?}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn what_does_not_fit_is_refused_with_a_remedy() {
        let config = RecordConfig {
            control_rate: Hz::new(100.0).unwrap(),
            task: " ".into(),
            ..config()
        };
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("something"), "").unwrap();
        let checks = check(&wanted(&config, folder.path()));
        assert!(!passed(&checks));
        for name in ["task", "rate", "dataset"] {
            assert_eq!(grade(&checks, name), Grade::Refused, "{name}");
        }
        for check in checks {
            assert_eq!(check.grade == Grade::Fine, check.remedy.is_empty());
        }
    }

    #[test]
    fn resuming_what_is_not_there_is_refused() {
        let config = config();
        let folder = tempfile::tempdir().unwrap();
        let wanted = Wanted {
            resume: true,
            ..wanted(&config, folder.path())
        };
        assert_eq!(grade(&check(&wanted), "folder"), Grade::Refused);
    }

    #[test]
    fn a_dataset_of_another_rate_is_not_resumed_and_one_of_this_rate_is() {
        let folder = tempfile::tempdir().unwrap();
        let config = config();
        for (fps, expected) in [(30, Grade::Fine), (50, Grade::Refused)] {
            let root = folder.path().join(fps.to_string());
            let spec = DatasetSpec::so_follower(fps, false);
            let before = Dataset::create(&root, &spec).unwrap();
            let mut draft = before.begin_episode("x").unwrap();
            let row = dataset::Row {
                state: &[0.0; 6],
                action: &[0.0; 6],
                observed_at: units::MonoTime(0),
                flags: dataset::RowFlags::default(),
                pictures: &[],
            };
            draft.push(row).unwrap();
            draft.save(serde_json::Value::Null, &[]).unwrap();
            let wanted = Wanted {
                resume: true,
                ..wanted(&config, &root)
            };
            let checks = check(&wanted);
            assert_eq!(grade(&checks, "dataset"), expected, "{checks:#?}");
        }
    }

    #[test]
    fn the_older_scale_is_allowed_and_said() {
        let config = config();
        let folder = tempfile::tempdir().unwrap();
        let wanted = Wanted {
            degrees: false,
            ..wanted(&config, folder.path())
        };
        let checks = check(&wanted);
        assert!(passed(&checks));
        assert_eq!(grade(&checks, "units"), Grade::Notice);
    }

    #[test]
    fn a_disk_is_judged_by_what_the_session_needs() {
        let config = RecordConfig {
            episode_time: Duration::from_secs(3600),
            num_episodes: 100,
            ..config()
        };
        let root = PathBuf::from("/");
        let wanted = wanted(&config, &root);
        let needed = bytes_needed(&config, 6, &[]);
        assert!(needed > 100 * 3600 * 30 * 100, "{needed}");
        for (free, grade) in [
            (needed, Grade::Refused),
            (needed + RESERVE, Grade::Notice),
            (2 * needed + 2 * RESERVE, Grade::Fine),
        ] {
            assert_eq!(space(&wanted, Ok(free)).grade, grade, "{free}");
        }
        let unknown = space(&wanted, Err(io::Error::from(io::ErrorKind::Unsupported)));
        assert_eq!(unknown.grade, Grade::Notice);
    }

    #[test]
    fn pictures_count_towards_the_space_and_films_have_a_longest_length() {
        let size = pixels::Size::new(640, 480).unwrap();
        let film = dataset::FilmSpec {
            codec: dataset::Codec::H264,
            gop: 2,
            quality: 26,
        };
        let camera = |kind| vec![CameraSpec::new("front", size, kind)];
        let config = config();
        let rows = 2 * 20 * 30;
        let of_pictures =
            |kind| bytes_needed(&config, 6, &camera(kind)) - bytes_needed(&config, 6, &[]);
        assert_eq!(of_pictures(CameraKind::Video(film)) / rows, 14_132);
        assert_eq!(of_pictures(CameraKind::Image) / rows, 1_536_000);
        let spec = DatasetSpec {
            cameras: camera(CameraKind::Video(film)),
            ..DatasetSpec::so_follower(30, false)
        };
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("cups");
        for (seconds, expected) in [(1024, Grade::Fine), (1025, Grade::Refused)] {
            let config = RecordConfig {
                episode_time: Duration::from_secs(seconds),
                ..config.clone()
            };
            let wanted = Wanted {
                spec: &spec,
                ..wanted(&config, &root)
            };
            assert_eq!(grade(&check(&wanted), "cameras"), expected, "{seconds} s");
        }
        let mut odd = spec.clone();
        odd.cameras[0].size = pixels::Size::new(641, 480).unwrap();
        let wanted = Wanted {
            spec: &odd,
            ..wanted(&config, &root)
        };
        assert_eq!(grade(&check(&wanted), "cameras"), Grade::Refused);
    }
}
