//! The dataset that is read: what of it a new one can hold, and its pictures.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use dataset::camera::{CameraKind, CameraSpec, Codec, FilmSpec, PREFIX};
use dataset::data::{self, Pictures};
use dataset::{
    Dataset, DatasetError, DatasetSpec, Episode, Feature, FeatureStats, Info, Kind, Stats, episodes,
};
use imaging::{Layout, Limits, Picture, Pipeline, Shape};
use pixels::Size;
use video::Reader;
use video::encode::Quantizer;

use super::FramesTask;
use super::error::FramesError;

/// Key pictures of a film about which nothing is said: LeRobot's own distance.
const GOP: u32 = 2;

/// A camera of the source, and what becomes of it.
#[derive(Debug, Clone)]
pub(super) struct Camera {
    pub(super) key: String,
    pub(super) from: Size,
    /// Size of the new pictures.
    pub(super) to: Size,
    pub(super) kind: CameraKind,
    /// Its pictures go through the pipeline.
    pub(super) chosen: bool,
}

/// The source, looked at.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) root: PathBuf,
    pub(super) dataset: Dataset,
    pub(super) info: Info,
    pub(super) all: Vec<Episode>,
    pub(super) cameras: Vec<Camera>,
    /// Episodes that are taken, in order.
    pub(super) episodes: Vec<u64>,
    stats: BTreeMap<u64, Stats>,
}

impl Source {
    pub(super) fn open(task: &FramesTask) -> Result<Self, FramesError> {
        let dataset = Dataset::open(&task.source)?;
        let info = dataset.info();
        let mut all = dataset.episodes();
        all.truncate(usize::try_from(info.total_episodes).unwrap_or(usize::MAX));
        let cameras = cameras(task, &info)?;
        let total = all.len() as u64;
        let mut episodes = match &task.episodes {
            None => (0..total).collect(),
            Some(chosen) => chosen.clone(),
        };
        episodes.sort_unstable();
        episodes.dedup();
        if let Some(episode) = episodes.iter().find(|episode| **episode >= total) {
            return Err(DatasetError::NoSuchEpisode {
                episode: *episode,
                total,
            }
            .into());
        }
        let keys: Vec<&str> = info.video_keys();
        let mut stats = BTreeMap::new();
        for path in episodes::files(&task.source)? {
            let rows = episodes::read_file(&path, &keys)?;
            let of_rows = episodes::read_stats(&path)?;
            stats.extend(rows.iter().map(|row| row.episode_index).zip(of_rows));
        }
        let this = Self {
            root: task.source.clone(),
            dataset,
            info,
            all,
            cameras,
            episodes,
            stats,
        };
        for episode in &this.episodes {
            let tasks = &this.episode(*episode)?.tasks;
            if tasks.len() != 1 {
                let what = format!("episode {episode} has {} tasks instead of one", tasks.len());
                return Err(this.unsupported(what));
            }
        }
        Ok(this)
    }

    pub(super) fn chosen(&self) -> impl Iterator<Item = &Camera> {
        self.cameras.iter().filter(|camera| camera.chosen)
    }

    pub(super) fn episode(&self, episode: u64) -> Result<&Episode, FramesError> {
        let total = self.all.len() as u64;
        usize::try_from(episode)
            .ok()
            .and_then(|at| self.all.get(at))
            .ok_or_else(|| DatasetError::NoSuchEpisode { episode, total }.into())
    }

    /// What the new dataset is made of.
    pub(super) fn spec(&self) -> Result<DatasetSpec, FramesError> {
        let fps = self.info.fps;
        if fps.fract() != 0.0 || !(1.0..=1000.0).contains(&fps) {
            return Err(self.unsupported(format!("it has {fps} rows a second, no whole number")));
        }
        let others: Vec<&str> = self
            .info
            .features
            .iter()
            .filter(|feature| {
                !feature.is_default()
                    && !feature.is_camera()
                    && !["action", "observation.state"].contains(&&*feature.name)
            })
            .map(|feature| feature.name.as_str())
            .collect();
        if !others.is_empty() {
            return Err(self.unsupported(format!("it has the columns {}", others.join(", "))));
        }
        let names = |name: &str| {
            let feature = self
                .info
                .feature(name)
                .filter(|feature| feature.kind == Kind::Float32 && feature.shape.len() == 1)
                .ok_or_else(|| {
                    self.unsupported(format!("{name} is missing or no list of numbers"))
                })?;
            feature
                .names
                .clone()
                .filter(|names| names.len() == feature.width())
                .ok_or_else(|| self.unsupported(format!("the values of {name} have no names")))
        };
        Ok(DatasetSpec {
            fps: fps as u32,
            robot_type: match self.info.robot_type.as_deref() {
                Some(robot) if !robot.is_empty() => robot.to_owned(),
                _ => "unknown".to_owned(),
            },
            state: names("observation.state")?,
            action: names("action")?,
            cameras: self
                .cameras
                .iter()
                .map(|camera| CameraSpec {
                    key: camera.key.clone(),
                    size: camera.to,
                    kind: camera.kind,
                })
                .collect(),
        })
    }

    /// Statistics of a camera's pictures that the source has of an episode, as a film's: of three colours.
    pub(super) fn stats(&self, episode: u64, key: &str) -> Option<FeatureStats> {
        let stats = self.stats.get(&episode)?.get(key)?;
        let whole = stats.shape == [3, 1, 1]
            && stats.count.len() == 1
            && stats
                .values
                .values()
                .all(|values| values.len() == 3 && values.iter().all(|value| value.is_finite()));
        whole.then(|| stats.clone())
    }

    /// The film of a camera and an episode, and the time at which the episode begins in it.
    pub(super) fn film(&self, episode: u64, key: &str) -> Result<(PathBuf, f64), FramesError> {
        let row = self.episode(episode)?;
        let span = row.videos.iter().find(|video| video.key == key);
        match (span, &self.info.video_path) {
            (Some(span), Some(template)) => {
                let path = template.path(span.place.chunk, span.place.file, key);
                Ok((self.root.join(path), span.from_timestamp))
            }
            _ => Err(self.unsupported(format!("episode {episode} does not say where its film is"))),
        }
    }

    /// The pictures of a camera and an episode as PNG files from the table.
    pub(super) fn pngs(&self, episode: u64, key: &str) -> Result<Pictures, FramesError> {
        let row = self.episode(episode)?;
        let path = self
            .info
            .data_path
            .data_path(&self.root, row.data.chunk, row.data.file);
        // Rows of a file begin with the smallest index among its episodes.
        let begin = self
            .all
            .iter()
            .filter(|other| other.data == row.data)
            .map(|other| other.from_index)
            .min()
            .unwrap_or(row.from_index);
        let at = row.from_index - begin;
        Ok(data::pictures(&path, key, at..at + row.length)?)
    }

    /// The pictures of a camera and an episode, one after the other.
    pub(super) fn pictures(&self, episode: u64, camera: &Camera) -> Result<Reel, FramesError> {
        Ok(match camera.kind {
            CameraKind::Video(_) => {
                let (path, from) = self.film(episode, &camera.key)?;
                Reel::Film {
                    reader: Box::new(Reader::open(&path)?),
                    from,
                    fps: self.info.fps,
                    row: 0,
                }
            }
            CameraKind::Image => Reel::Table(Box::new(self.pngs(episode, &camera.key)?)),
        })
    }

    pub(super) fn unsupported(&self, what: String) -> FramesError {
        unsupported(&self.root, what)
    }
}

/// The pictures of one camera and one episode.
pub(super) enum Reel {
    Film {
        reader: Box<Reader>,
        from: f64,
        fps: f64,
        row: u64,
    },
    Table(Box<Pictures>),
}

impl Reel {
    /// The next picture; an error when there is none.
    pub(super) fn next(&mut self) -> Result<Picture, FramesError> {
        let wrong = |problem: String| DatasetError::BadInput { problem };
        match self {
            Self::Film {
                reader,
                from,
                fps,
                row,
            } => {
                let planes = reader.frame_at(*from + *row as f64 / *fps)?;
                *row += 1;
                Picture::from_yuv420(&planes).map_err(|error| wrong(error.to_string()).into())
            }
            Self::Table(pictures) => {
                let png = pictures
                    .next()
                    .ok_or_else(|| wrong("the table has fewer pictures than rows".to_owned()))??;
                let (size, rgb) =
                    pixels::png::decode(&png).map_err(|error| wrong(error.to_string()))?;
                Picture::new(size, Layout::Rgb, rgb)
                    .map_err(|error| wrong(error.to_string()).into())
            }
        }
    }
}

/// All cameras, and what becomes of each.
fn cameras(task: &FramesTask, info: &Info) -> Result<Vec<Camera>, FramesError> {
    let keys: Vec<&str> = info
        .cameras()
        .map(|feature| feature.name.as_str())
        .collect();
    let short = |key: &str| key.strip_prefix(PREFIX).unwrap_or(key).to_owned();
    let is = |name: &str, key: &str| name == key || name == short(key);
    if let Some(name) = task
        .cameras
        .iter()
        .find(|name| !keys.iter().any(|key| is(name, key)))
    {
        return Err(FramesError::NoCamera {
            name: name.clone(),
            known: match keys.is_empty() {
                true => "none".to_owned(),
                false => keys
                    .iter()
                    .map(|key| short(key))
                    .collect::<Vec<_>>()
                    .join(", "),
            },
        });
    }
    if keys.is_empty() {
        return Err(unsupported(&task.source, "it has no camera".to_owned()));
    }
    info.cameras()
        .map(|feature| {
            let key = &feature.name;
            let chosen = task.cameras.is_empty() || task.cameras.iter().any(|name| is(name, key));
            let from = size(feature)
                .ok_or_else(|| unsupported(&task.source, format!("{key} has no size")))?;
            if says(info, key, "is_depth_map") || says(info, key, "has_audio") {
                let what = format!("{key} holds depths or sound, and not only colours");
                return Err(unsupported(&task.source, what));
            }
            Ok(Camera {
                to: match chosen {
                    true => new_size(task.pipeline(), key, from)?,
                    false => from,
                },
                kind: kind(info, feature).ok_or_else(|| {
                    unsupported(
                        &task.source,
                        format!("the films of {key} have a codec that this program does not write"),
                    )
                })?,
                key: key.clone(),
                from,
                chosen,
            })
        })
        .collect()
}

/// The size that a pipeline makes of a picture.
fn new_size(pipeline: &Pipeline, camera: &str, from: Size) -> Result<Size, FramesError> {
    let shape = Shape {
        size: from,
        layout: Layout::Rgb,
    };
    pipeline
        .shape(shape, &Limits::USUAL)
        .map(|shape| shape.size)
        .map_err(|source| FramesError::Pipeline {
            camera: camera.to_owned(),
            source,
        })
}

/// How the pictures of a camera are kept, and will be.
fn kind(info: &Info, feature: &Feature) -> Option<CameraKind> {
    if feature.kind == Kind::Image {
        return Some(CameraKind::Image);
    }
    let number = |key: &str| {
        said(info, &feature.name, key)
            .and_then(|value| value.as_u64())
            .and_then(|value| u32::try_from(value).ok())
    };
    let quality = number("video.crf")
        .filter(|quality| u8::try_from(*quality).is_ok_and(|value| Quantizer::new(value).is_some()))
        .unwrap_or(u32::from(Quantizer::DEFAULT.get()));
    Some(CameraKind::Video(FilmSpec {
        codec: info.film_codec(&feature.name).and_then(Codec::from_name)?,
        gop: number("video.g").filter(|gop| *gop > 0).unwrap_or(GOP),
        quality,
    }))
}

fn said(info: &Info, feature: &str, key: &str) -> Option<serde_json::Value> {
    let value = info.to_value();
    let feature = value.get("features")?.get(feature)?;
    ["info", "video_info"]
        .into_iter()
        .find_map(|block| feature.get(block)?.get(key).cloned())
}

fn says(info: &Info, feature: &str, key: &str) -> bool {
    said(info, feature, key).is_some_and(|value| value == true)
}

/// Width and height: the shape is height, width, channels, in sets made by other tools also channels first, which the
/// names tell.
fn size(feature: &Feature) -> Option<Size> {
    let first = feature.names.iter().flatten().next().map(String::as_str);
    let (width, height) = match (feature.shape.as_slice(), first) {
        ([_, height, width], Some("channels" | "channel")) => (*width, *height),
        ([height, width, _], _) => (*width, *height),
        _ => return None,
    };
    Size::new(u32::try_from(width).ok()?, u32::try_from(height).ok()?)
}

fn unsupported(root: &Path, what: String) -> FramesError {
    FramesError::Unsupported {
        what,
        path: root.to_owned(),
    }
}
