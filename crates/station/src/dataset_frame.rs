//! `dataset_frame()`: the pictures that one row of a dataset has, each exactly its own, as PNG files, and what is known
//! about them.
//!
//! Done in an instant, so it is a plain function and no process. Not here: finding and decoding a picture
//! (`dataset`, `video`), saying it in words (`cli`, the window).

use std::fs;
use std::path::{Path, PathBuf};

use dataset::camera::PREFIX;
use dataset::sidecar::{self, CameraAccount, Sidecar};
use dataset::{Dataset, DatasetError, PictureFlags};
use pixels::Size;
use protocol::{ErrorCode, Failure};

use crate::failure::{bad_request, failure};

/// Which row of an episode.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum FrameAt {
    /// Its number, from 0.
    Index(u64),
    /// The row nearest to that many seconds after the episode's first.
    Seconds(f64),
}

/// Which row of which dataset, and where its pictures go.
#[derive(Debug, Clone)]
pub struct FrameRequest {
    /// Folder of the dataset.
    pub root: PathBuf,
    /// The episode, from 0.
    pub episode: u64,
    /// The row.
    pub at: FrameAt,
    /// The camera, by its name or by its feature; all of them without.
    pub camera: Option<String>,
    /// The PNG to write when its name ends in `.png`, else the folder for one of each camera, which is made if need be.
    /// What is there of the same name is replaced.
    pub out: PathBuf,
}

/// The pictures of a row.
#[derive(Debug, Clone, PartialEq)]
pub struct SavedFrame {
    /// The row's number in its episode.
    pub index: u64,
    /// Seconds after the episode's first row, as the rate has it.
    pub timestamp: f64,
    /// One for each camera that was asked for.
    pub pictures: Vec<SavedPicture>,
}

/// A picture that was written.
#[derive(Debug, Clone, PartialEq)]
pub struct SavedPicture {
    /// The camera's feature.
    pub camera: String,
    /// Pixels.
    pub size: Size,
    /// The PNG.
    pub file: PathBuf,
    /// What is known about it; nothing in datasets of other programs.
    pub note: Option<Note>,
}

/// What is known about the picture of a row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Note {
    /// What is unusual about it.
    pub flags: PictureFlags,
    /// The picture's number since its camera was started.
    pub sequence: u64,
    /// Pictures that came before it and are in no row.
    pub skipped: u32,
    /// How old it was when the row was observed, in milliseconds; negative when it came after that, which no rule allows.
    pub age_ms: f64,
}

impl Note {
    /// What the episode's account has for the row's picture of a camera.
    fn of(known: &Sidecar, camera: &str, row: u64) -> Option<Self> {
        let camera: &CameraAccount = known.cameras.iter().find(|other| other.key == camera)?;
        let row = usize::try_from(row).ok()?;
        let observed = known.observed_at_ns.get(row)?;
        let arrived = camera.arrived_at_ns.get(row)?;
        Some(Self {
            flags: PictureFlags(*camera.flags.get(row)?),
            sequence: *camera.sequence.get(row)?,
            skipped: *camera.skipped_before.get(row)?,
            age_ms: (*observed as f64 - *arrived as f64) / 1e6,
        })
    }
}

/// Writes the pictures of a row.
///
/// # Errors
/// When there is no such dataset, episode, row or camera, a picture cannot be read or decoded, or a file not be written.
pub fn dataset_frame(request: &FrameRequest) -> Result<SavedFrame, Failure> {
    let dataset = Dataset::open(&request.root).map_err(of_dataset)?;
    let info = dataset.info();
    let cameras: Vec<&str> = info
        .cameras()
        .map(|feature| feature.name.as_str())
        .collect();
    let chosen = chosen(&cameras, request)?;
    let index = index(&dataset, request, info.fps)?;
    let known = sidecar::read(&request.root, request.episode).map_err(of_dataset)?;
    let mut pictures = Vec::new();
    for camera in chosen {
        let picture = dataset
            .picture(request.episode, index, camera)
            .map_err(of_dataset)?;
        let png = picture
            .png()
            .map_err(|error| failure(ErrorCode::Data, &error, error.remedy()))?;
        let file = if names_a_file(&request.out) {
            request.out.clone()
        } else {
            fs::create_dir_all(&request.out).map_err(of_disk(&request.out))?;
            let (episode, name) = (
                request.episode,
                camera.strip_prefix(PREFIX).unwrap_or(camera),
            );
            let name = format!("episode-{episode:06}-frame-{index:06}-{name}.png");
            request.out.join(name)
        };
        fs::write(&file, png).map_err(of_disk(&file))?;
        pictures.push(SavedPicture {
            camera: camera.to_owned(),
            size: picture.size(),
            file,
            note: known
                .as_ref()
                .and_then(|known| Note::of(known, camera, index)),
        });
    }
    Ok(SavedFrame {
        index,
        timestamp: index as f64 / info.fps,
        pictures,
    })
}

/// Whether a place is meant for one picture.
fn names_a_file(place: &Path) -> bool {
    place
        .extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("png"))
}

/// The cameras that were asked for.
fn chosen<'a>(cameras: &[&'a str], request: &FrameRequest) -> Result<Vec<&'a str>, Failure> {
    let names = || {
        let names: Vec<&str> = cameras
            .iter()
            .map(|key| key.strip_prefix(PREFIX).unwrap_or(key))
            .collect();
        names.join(", ")
    };
    if cameras.is_empty() {
        return Err(bad_request(
            "the dataset has no cameras",
            "Choose a dataset that was recorded with cameras.",
        ));
    }
    let chosen: Vec<&str> = match &request.camera {
        None => cameras.to_vec(),
        Some(name) => cameras
            .iter()
            .copied()
            .filter(|key| key == name || key.strip_prefix(PREFIX) == Some(name))
            .collect(),
    };
    if chosen.is_empty() {
        let name = request.camera.as_deref().unwrap_or_default();
        return Err(bad_request(
            format!("the dataset has no camera “{name}”"),
            format!("Its cameras are: {}.", names()),
        ));
    }
    if chosen.len() > 1 && names_a_file(&request.out) {
        return Err(bad_request(
            "one file cannot hold the pictures of several cameras",
            format!("Choose one with --camera: {}.", names()),
        ));
    }
    Ok(chosen)
}

/// The row's number.
fn index(dataset: &Dataset, request: &FrameRequest, fps: f64) -> Result<u64, Failure> {
    let seconds = match request.at {
        FrameAt::Index(index) => return Ok(index),
        FrameAt::Seconds(seconds) => seconds,
    };
    let episodes = dataset.episodes();
    let total = episodes.len() as u64;
    let episode = usize::try_from(request.episode)
        .ok()
        .and_then(|at| episodes.get(at))
        .ok_or_else(|| {
            of_dataset(DatasetError::NoSuchEpisode {
                episode: request.episode,
                total,
            })
        })?;
    let nearest = (seconds * fps).round();
    if !(0.0..episode.length as f64).contains(&nearest) {
        return Err(bad_request(
            format!(
                "episode {} lasts {:.2} s and has no row at {seconds} s",
                request.episode,
                episode.length as f64 / fps
            ),
            "Choose a time within the episode.",
        ));
    }
    // Inside the episode, whose length is a whole number of rows.
    Ok(nearest as u64)
}

fn of_disk(path: &Path) -> impl FnOnce(std::io::Error) -> Failure {
    move |error| {
        failure(
            ErrorCode::Disk,
            format!(
                "writing a picture failed: {error}\nFile: {}",
                path.display()
            ),
            "Check the disk and the permissions of the folder, or choose another with --out.",
        )
    }
}

fn of_dataset(error: DatasetError) -> Failure {
    let code = match error {
        DatasetError::BadInput { .. } | DatasetError::NoSuchEpisode { .. } => ErrorCode::BadRequest,
        _ => ErrorCode::Data,
    };
    failure(code, &error, error.remedy())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// LeRobot's own dataset. Fails loudly when it is not there.
    fn golden(name: &str) -> PathBuf {
        let fixtures = std::env::var_os("TENDON_FIXTURES")
            .map(PathBuf::from)
            .or_else(|| {
                Path::new(env!("CARGO_MANIFEST_DIR"))
                    .ancestors()
                    .map(|folder| folder.join("shared/fixtures"))
                    .find(|folder| folder.is_dir())
            })
            .expect("no folder shared/fixtures above this one; set TENDON_FIXTURES");
        fixtures.join("lerobot-golden").join(name)
    }

    fn request(name: &str, folder: &Path, at: FrameAt) -> FrameRequest {
        FrameRequest {
            root: golden(name),
            episode: 1,
            at,
            camera: None,
            out: folder.to_owned(),
        }
    }

    #[test]
    fn films_and_tables_give_the_picture_that_lerobot_was_given() {
        let folder = tempfile::tempdir().unwrap();
        for (set, off) in [("png-video", 4), ("stream-video", 4), ("png-image", 0)] {
            for at in [FrameAt::Index(7), FrameAt::Seconds(0.24)] {
                let saved = dataset_frame(&request(set, folder.path(), at)).unwrap();
                assert_eq!((saved.index, saved.timestamp), (7, 7.0 / 30.0));
                assert_eq!(saved.pictures.len(), 2, "{set}: both cameras");
                let cameras = [("front", 10), ("wrist", 200)];
                for (saved, (name, green)) in saved.pictures.iter().zip(cameras) {
                    assert_eq!(saved.camera, format!("observation.images.{name}"));
                    assert_eq!(saved.note, None, "LeRobot keeps no account of pictures");
                    let file = folder
                        .path()
                        .join(format!("episode-000001-frame-000007-{name}.png"));
                    assert_eq!(saved.file, file);
                    let (size, rgb) = pixels::png::decode(&fs::read(&file).unwrap()).unwrap();
                    assert_eq!((size, size), (saved.size, Size::new(64, 48).unwrap()));
                    // 20 for each frame, 5 for each episode.
                    for pixel in rgb.chunks_exact(3) {
                        for (found, wanted) in pixel.iter().zip([145_u8, green, 100]) {
                            assert!(found.abs_diff(wanted) <= off, "{set}, {name}: {pixel:?}");
                        }
                    }
                    fs::remove_file(file).unwrap();
                }
            }
        }
    }

    #[test]
    fn a_camera_goes_by_its_name_or_its_feature_and_into_the_file_that_was_named() {
        let folder = tempfile::tempdir().unwrap();
        for camera in ["wrist", "observation.images.wrist"] {
            let mut request = request("png-image", folder.path(), FrameAt::Index(0));
            request.camera = Some(camera.into());
            request.out = folder.path().join("look.png");
            let saved = dataset_frame(&request).unwrap().pictures;
            assert_eq!(saved.len(), 1);
            assert_eq!(saved[0].camera, "observation.images.wrist");
            assert!(saved[0].file.ends_with("look.png") && saved[0].file.is_file());
        }
    }

    #[test]
    fn what_is_not_there_is_said_with_what_is() {
        let folder = tempfile::tempdir().unwrap();
        let told = |change: fn(&mut FrameRequest)| {
            let mut request = request("png-video", folder.path(), FrameAt::Index(0));
            change(&mut request);
            let failure = dataset_frame(&request).unwrap_err();
            format!("{}\n{}", failure.message, failure.remedy)
        };
        let camera = told(|request| request.camera = Some("side".into()));
        assert!(
            camera.contains("“side”") && camera.contains("front, wrist"),
            "{camera}"
        );
        let file = told(|request| request.out = "look.png".into());
        assert!(file.contains("--camera: front, wrist"), "{file}");
        let late = told(|request| request.at = FrameAt::Seconds(0.3));
        assert!(late.contains("episode 1 lasts 0.30 s"), "{late}");
        assert!(told(|request| request.at = FrameAt::Seconds(f64::NAN)).contains("NaN"));
        assert!(told(|request| request.at = FrameAt::Seconds(-0.1)).contains("-0.1 s"));
        assert!(told(|request| request.at = FrameAt::Index(9)).contains('9'));
        assert!(told(|request| request.episode = 3).contains("no episode 3"));
        assert_eq!(
            fs::read_dir(folder.path()).unwrap().count(),
            0,
            "nothing was written"
        );
    }

    #[test]
    fn a_row_beyond_what_is_known_has_no_note() {
        let known = Sidecar {
            version: 1,
            episode_index: 0,
            task: "t".into(),
            fps: 30,
            recovered: false,
            observed_at_ns: vec![5_000_000, 38_000_000],
            flags: vec![0, 0],
            stale: vec![0, 0],
            cameras: vec![CameraAccount {
                key: "observation.images.front".into(),
                sequence: vec![7, 8],
                arrived_at_ns: vec![1_000_000, 36_000_000],
                skipped_before: vec![0, 3],
                flags: vec![0, 2],
                ..CameraAccount::default()
            }],
            report: serde_json::Value::Null,
        };
        let of = |key: &str, row| Note::of(&known, key, row);
        let second = of("observation.images.front", 1).unwrap();
        assert_eq!((second.age_ms, second.skipped), (2.0, 3));
        assert_eq!(of("observation.images.front", 2), None);
        assert_eq!(of("observation.images.wrist", 0), None);
    }
}
