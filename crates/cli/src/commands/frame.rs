//! `tendon dataset frame`: the pictures of one row of a dataset as PNG files, and what is known about them.

use std::path::PathBuf;

use clap::Args;
use dataset::PictureFlags;
use protocol::Failure;
use serde_json::{Value, json};
use station::dataset_frame::{FrameAt, FrameRequest, Note, dataset_frame};

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
    #[arg(long, visible_alias = "frame", value_name = "K", default_value_t = 0)]
    pub index: u64,
    /// The row nearest to this many seconds after the episode's first.
    #[arg(long, value_name = "SECONDS", conflicts_with = "index")]
    pub time: Option<f64>,
    /// Only this camera, by its name or its feature; else all of them.
    #[arg(long, value_name = "NAME")]
    pub camera: Option<String>,
    /// The PNG of one camera, or the folder for all of them.
    #[arg(
        long,
        visible_alias = "output",
        value_name = "FILE.png|DIR",
        default_value = "."
    )]
    pub out: PathBuf,
}

/// Saves the pictures and says where.
pub fn run(args: &DatasetFrame, out: &mut Out) -> Result<u8, Failure> {
    let root = setup::dataset_root(args.place.folder.as_deref(), args.place.repo_id.as_deref())?;
    let saved = dataset_frame(&FrameRequest {
        root: root.clone(),
        episode: args.episode,
        at: args
            .time
            .map_or(FrameAt::Index(args.index), FrameAt::Seconds),
        camera: args.camera.clone(),
        out: args.out.clone(),
    })?;
    let objects: Vec<Value> = saved
        .pictures
        .iter()
        .map(|picture| {
            json!({
                "camera": picture.camera, "file": picture.file,
                "width": picture.size.width(), "height": picture.size.height(),
                "picture": picture.note.as_ref().map(object_of),
            })
        })
        .collect();
    out.object(
        "frame",
        json!({
            "root": root, "episode": args.episode, "index": saved.index, "timestamp": saved.timestamp,
            "pictures": objects,
        }),
    );
    out.say(format!(
        "episode {}, row {} at {:.3} s",
        args.episode, saved.index, saved.timestamp
    ));
    for picture in &saved.pictures {
        let camera = &picture.camera;
        out.say(format!(
            "  {}: {} {}{}",
            camera
                .strip_prefix(dataset::camera::PREFIX)
                .unwrap_or(camera),
            picture.size,
            picture.file.display(),
            picture
                .note
                .as_ref()
                .map(|note| format!(" ({})", words_of(note)))
                .unwrap_or_default()
        ));
    }
    Ok(crate::exit::DONE)
}

fn kind_of(note: &Note) -> &'static str {
    if note.flags.has(PictureFlags::MISSING) {
        "missing"
    } else if note.flags.has(PictureFlags::REPEATED) {
        "repeated"
    } else {
        "fresh"
    }
}

fn object_of(note: &Note) -> Value {
    json!({
        "kind": kind_of(note), "sequence": note.sequence, "skipped": note.skipped,
        "late": note.flags.has(PictureFlags::LATE),
        "not_in_film": if note.flags.has(PictureFlags::UNSURE) {
            Value::Null
        } else {
            note.flags.has(PictureFlags::SQUEEZED).into()
        },
        "age_ms": note.age_ms,
    })
}

fn words_of(note: &Note) -> String {
    if note.flags.has(PictureFlags::MISSING) {
        return "the camera had sent no picture yet".into();
    }
    let mut words = format!(
        "picture {} of the camera, {}, {:.1} ms old",
        note.sequence,
        kind_of(note),
        note.age_ms
    );
    if note.flags.has(PictureFlags::LATE) {
        words += ", late";
    }
    if note.skipped > 0 {
        words += &format!(", {} skipped before it", note.skipped);
    }
    if note.flags.has(PictureFlags::SQUEEZED) {
        words += "; what is shown is the one before, there was no time to encode it or it was no picture";
    }
    if note.flags.has(PictureFlags::UNSURE) {
        words += "; the episode was kept after a crash, so what is shown may be the one before";
    }
    words
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
                note(PictureFlags::UNSURE, 0),
                "picture 1234 of the camera, fresh, 8.0 ms old; the episode was kept after a crash, so what is shown may be the one before",
            ),
            (
                note(PictureFlags::MISSING, 0),
                "the camera had sent no picture yet",
            ),
        ] {
            assert_eq!(words_of(&note), words);
        }
    }
}
