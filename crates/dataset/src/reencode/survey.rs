//! Which films a dataset has, and which of them can be made again.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::{Left, RESERVE, Reencode};
use crate::camera::Codec;
use crate::episodes::Episode;
use crate::info::Info;

/// A film that episodes refer to.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub(super) path: PathBuf,
    pub(super) relative: PathBuf,
    /// Its camera's feature.
    pub(super) key: String,
    /// `None` when it could not be looked at.
    pub(super) codec: Option<Codec>,
    pub(super) samples: u64,
    pub(super) bytes: u64,
    /// It is to be made again.
    pub(super) wanted: bool,
}

/// All films of a dataset.
pub(super) struct Survey {
    pub(super) found: Vec<Found>,
    pub(super) already: u64,
    pub(super) left: Vec<Left>,
}

impl Survey {
    pub(super) fn of(root: &Path, info: &Info, episodes: &[Episode], how: Reencode) -> Self {
        let mut survey = Self {
            found: Vec::new(),
            already: 0,
            left: Vec::new(),
        };
        let Some(template) = &info.video_path else {
            return survey;
        };
        for key in info.video_keys() {
            let places = |from: u64| {
                let episodes = episodes.iter().filter(move |it| it.episode_index >= from);
                let videos = episodes.flat_map(|episode| &episode.videos);
                videos
                    .filter(|video| video.key == key)
                    .map(|video| video.place)
                    .collect::<BTreeSet<_>>()
            };
            let asked = places(how.from_episode);
            for place in places(0) {
                let relative = template.path(place.chunk, place.file, key);
                let asked = asked.contains(&place);
                survey.add(root, info, key, relative, asked.then_some(how.film.codec));
            }
        }
        survey
    }

    /// Looks at one film, which is to have the codec `wanted`, if any.
    fn add(
        &mut self,
        root: &Path,
        info: &Info,
        key: &str,
        relative: PathBuf,
        wanted: Option<Codec>,
    ) {
        let path = root.join(&relative);
        let film = video::mp4::inspect(&path);
        let mut found = Found {
            path,
            key: key.to_owned(),
            codec: film.as_ref().ok().and_then(|film| film.codec),
            samples: film.as_ref().map_or(0, |film| film.samples),
            bytes: film.as_ref().map_or(0, |film| film.bytes),
            wanted: false,
            relative,
        };
        let why = match film {
            Err(error) => Some(super::work::first_line(&error)),
            Ok(film) if found.codec.is_none() => Some(format!(
                "it is coded with {}, which this program does not read",
                film.codec_name
            )),
            Ok(film) if !film.finished => Some("it was never finished".to_owned()),
            Ok(_) if info.films_are(key, "is_depth_map") => {
                Some("it holds depths and no colours".to_owned())
            }
            Ok(_) if info.films_are(key, "has_audio") => {
                Some("it has sound, which would be lost".to_owned())
            }
            Ok(_) => None,
        };
        match (wanted, why) {
            (None, _) => {}
            (Some(wanted), _) if found.codec == Some(wanted) => self.already += 1,
            (Some(_), None) => found.wanted = true,
            (Some(_), Some(why)) => self.left.push(Left {
                path: found.relative.clone(),
                why,
            }),
        }
        self.found.push(found);
    }

    /// Those to be made again.
    pub(super) fn films(&self) -> impl Iterator<Item = &Found> {
        self.found.iter().filter(|film| film.wanted)
    }

    /// Bytes that must be free. Several films may be made side by side, each at most twice as large as its old one; all
    /// together they may grow by a half (a third was the most seen, from H.264 to AV1).
    pub(super) fn needed(&self) -> u64 {
        let mut bytes: Vec<u64> = self.films().map(|film| film.bytes).collect();
        bytes.sort_unstable_by(|a, b| b.cmp(a));
        let beside: u64 = bytes.iter().take(super::work::threads()).sum();
        let all: u64 = bytes.iter().sum();
        if all == 0 {
            0
        } else {
            2 * beside + all / 2 + RESERVE
        }
    }
}
