//! `tendon dataset frame`: the pictures of one row of a dataset as PNG files, and what is known about them.
//!
//! Not here: finding and decoding a picture (`dataset`).

use std::path::{Path, PathBuf};

use clap::Args;
use dataset::sidecar::{self, CameraAccount, Sidecar};
use dataset::{Dataset, DatasetError, PictureFlags};
use protocol::{ErrorCode, Failure};
use serde_json::{Value, json};

use crate::args::DatasetPlace;
use crate::output::Out;
use crate::setup;

/// `tendon dataset frame`
#[derive(Debug, Args)]
pub struct DatasetFrame {
    #[command(flatten)]
    pub place: DatasetPlace,
    /// Which episode, from 0.
    #[arg(long, value_name = "N")]
    pub episode: u64,
    /// Which row of it, from 0.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub frame: u64,
    /// Only this camera, by its name or its feature; else all of them.
    #[arg(long, value_name = "NAME")]
    pub camera: Option<String>,
    /// Folder for the PNG files.
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub output: PathBuf,
}

/// Saves the pictures and says where.
pub fn run(args: &DatasetFrame, out: &mut Out) -> Result<u8, Failure> {
    let root = setup::dataset_root(args.place.folder.as_deref(), args.place.repo_id.as_deref())?;
    let dataset = Dataset::open(&root).map_err(data)?;
    let keys = keys(&dataset, args.camera.as_deref())?;
    let known = sidecar::read(&root, args.episode).map_err(data)?;
    std::fs::create_dir_all(&args.output).map_err(|error| disk(&args.output, &error))?;
    out.one_answer();
    let mut pictures = Vec::new();
    let mut lines = Vec::new();
    for key in &keys {
        let picture = dataset
            .picture(args.episode, args.frame, key)
            .map_err(data)?;
        let png = picture.png().map_err(|error| Failure {
            code: ErrorCode::Data,
            message: error.to_string(),
            remedy: error.remedy().to_owned(),
        })?;
        let name = key.strip_prefix(dataset::camera::PREFIX).unwrap_or(key);
        let (episode, frame) = (args.episode, args.frame);
        let file = args
            .output
            .join(format!("episode-{episode:06}-frame-{frame:06}-{name}.png"));
        std::fs::write(&file, png).map_err(|error| disk(&file, &error))?;
        let note = known
            .as_ref()
            .and_then(|known| Note::of(known, key, args.frame));
        lines.push(format!(
            "{name}: {} {}{}",
            picture.size(),
            file.display(),
            note.as_ref()
                .map(|note| format!(" ({note})"))
                .unwrap_or_default()
        ));
        pictures.push(json!({
            "camera": key, "file": file,
            "width": picture.size().width(), "height": picture.size().height(),
            "picture": note.map_or(Value::Null, |note| note.object()),
        }));
    }
    out.object(
        "frame",
        json!({ "root": root, "episode": args.episode, "frame": args.frame, "pictures": pictures }),
    );
    lines.iter().for_each(|line| out.say(line));
    Ok(crate::exit::DONE)
}

/// The cameras that are asked for.
fn keys(dataset: &Dataset, camera: Option<&str>) -> Result<Vec<String>, Failure> {
    let info = dataset.info();
    let all: Vec<String> = info
        .features
        .iter()
        .filter(|feature| feature.is_camera())
        .map(|feature| feature.name.clone())
        .collect();
    let wanted = |key: &&String| {
        camera.is_none_or(|camera| {
            key.as_str() == camera || key.strip_prefix(dataset::camera::PREFIX) == Some(camera)
        })
    };
    let found: Vec<String> = all.iter().filter(wanted).cloned().collect();
    if !found.is_empty() {
        return Ok(found);
    }
    Err(Failure {
        code: ErrorCode::BadRequest,
        message: match camera {
            Some(camera) => format!("the dataset has no camera {camera:?}"),
            None => "the dataset has no cameras".to_owned(),
        },
        remedy: match all.as_slice() {
            [] => "Choose a dataset that was recorded with cameras.".to_owned(),
            all => format!("Choose one of these: {}.", all.join(", ")),
        },
    })
}

/// What is known about the picture of a row.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Note {
    flags: PictureFlags,
    sequence: u64,
    skipped: u32,
    /// How old it was when the row was observed, in milliseconds; negative when it came after that, which no rule allows.
    age_ms: f64,
}

impl Note {
    fn of(known: &Sidecar, key: &str, frame: u64) -> Option<Self> {
        let camera: &CameraAccount = known.cameras.iter().find(|camera| camera.key == key)?;
        let row = usize::try_from(frame).ok()?;
        let (observed, arrived) = (
            known.observed_at_ns.get(row)?,
            camera.arrived_at_ns.get(row)?,
        );
        Some(Self {
            flags: PictureFlags(*camera.flags.get(row)?),
            sequence: *camera.sequence.get(row)?,
            skipped: *camera.skipped_before.get(row)?,
            age_ms: (*observed as f64 - *arrived as f64) / 1e6,
        })
    }

    fn kind(&self) -> &'static str {
        if self.flags.has(PictureFlags::MISSING) {
            "missing"
        } else if self.flags.has(PictureFlags::REPEATED) {
            "repeated"
        } else {
            "fresh"
        }
    }

    fn object(&self) -> Value {
        json!({
            "kind": self.kind(), "sequence": self.sequence, "skipped": self.skipped,
            "late": self.flags.has(PictureFlags::LATE),
            "not_in_film": self.flags.has(PictureFlags::SQUEEZED), "age_ms": self.age_ms,
        })
    }
}

impl std::fmt::Display for Note {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.flags.has(PictureFlags::MISSING) {
            return f.write_str("the camera had sent no picture yet");
        }
        write!(
            f,
            "picture {} of the camera, {}, {:.1} ms old",
            self.sequence,
            self.kind(),
            self.age_ms
        )?;
        if self.flags.has(PictureFlags::LATE) {
            f.write_str(", late")?;
        }
        if self.skipped > 0 {
            write!(f, ", {} skipped before it", self.skipped)?;
        }
        if self.flags.has(PictureFlags::SQUEEZED) {
            f.write_str("; what is shown is the one before, there was no time to encode it or it was no picture")?;
        }
        Ok(())
    }
}

fn data(error: DatasetError) -> Failure {
    Failure {
        code: match error {
            DatasetError::BadInput { .. } | DatasetError::NoSuchEpisode { .. } => {
                ErrorCode::BadRequest
            }
            _ => ErrorCode::Data,
        },
        message: error.to_string(),
        remedy: error.remedy().to_owned(),
    }
}

fn disk(path: &Path, error: &std::io::Error) -> Failure {
    Failure {
        code: ErrorCode::Disk,
        message: format!(
            "writing a picture failed: {error}\nFile: {}",
            path.display()
        ),
        remedy:
            "Check the disk and the permissions of the folder, or choose another with --output."
                .to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_about_a_picture_is_said_in_words() {
        let note = |flags: PictureFlags, skipped| Note {
            flags,
            sequence: 1234,
            skipped,
            age_ms: 8.04,
        };
        for (note, words) in [
            (
                note(PictureFlags::default(), 0),
                "picture 1234 of the camera, fresh, 8.0 ms old",
            ),
            (
                note(PictureFlags::default(), 2),
                "picture 1234 of the camera, fresh, 8.0 ms old, 2 skipped before it",
            ),
            (
                note(PictureFlags::REPEATED.with(PictureFlags::LATE), 0),
                "picture 1234 of the camera, repeated, 8.0 ms old, late",
            ),
            (
                note(PictureFlags::SQUEEZED, 0),
                "picture 1234 of the camera, fresh, 8.0 ms old; what is shown is the one before, there was no time to encode it or it was no picture",
            ),
            (
                note(PictureFlags::MISSING, 0),
                "the camera had sent no picture yet",
            ),
        ] {
            assert_eq!(note.to_string(), words);
        }
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
            report: Value::Null,
        };
        let of = |key: &str, frame| Note::of(&known, key, frame);
        let second = of("observation.images.front", 1).unwrap();
        assert_eq!((second.age_ms, second.skipped), (2.0, 3));
        assert_eq!(of("observation.images.front", 2), None);
        assert_eq!(of("observation.images.wrist", 0), None);
    }
}
