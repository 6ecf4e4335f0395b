//! `meta/info.json`: what the dataset holds, at which rate, and where its files are.
//!
//! Keys this program does not know stay where they are when the file is rewritten.
//! Not here: whether the counters agree with the files (`verify`).

use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use crate::camera::{CameraKind, CameraSpec, FilmSpec};
use crate::error::DatasetError;
use crate::python_json;
use crate::template::Template;

/// The format this program writes.
pub const CODEBASE_VERSION: &str = "v3.0";
/// Files per chunk folder of a new dataset (LeRobot's default).
pub const CHUNKS_SIZE: u64 = 1000;
const DATA_FILES_SIZE_IN_MB: u64 = 100;
const VIDEO_FILES_SIZE_IN_MB: u64 = 200;
pub(crate) const DATA_PATH: &str = "data/chunk-{chunk_index:03d}/file-{file_index:03d}.parquet";
pub(crate) const VIDEO_PATH: &str =
    "videos/{video_key}/chunk-{chunk_index:03d}/file-{file_index:03d}.mp4";
/// No column is wider than this; a wider one is a broken file, not an arm.
const WIDEST: usize = 1 << 20;

/// The columns LeRobot appends to every dataset, in its order, with their dtype.
pub const DEFAULT_FEATURES: [(&str, &str); 5] = [
    ("timestamp", "float32"),
    ("frame_index", "int64"),
    ("episode_index", "int64"),
    ("index", "int64"),
    ("task_index", "int64"),
];

/// `meta/info.json`, parsed.
#[derive(Debug, Clone)]
pub struct Info {
    /// Format version as found, such as `v3.0`.
    pub codebase_version: String,
    /// Rows per second; LeRobot writes an integer, a float loads as well.
    pub fps: f64,
    /// In the file's order, which is the order of the data columns.
    pub features: Vec<Feature>,
    /// Episodes saved.
    pub total_episodes: u64,
    /// Rows saved; LeRobot takes this as the dataset's length.
    pub total_frames: u64,
    /// Distinct tasks.
    pub total_tasks: u64,
    /// Files per chunk folder.
    pub chunks_size: u64,
    /// Where the data files are.
    pub data_path: Template,
    /// Where the video files are; `None` without videos.
    pub video_path: Option<Template>,
    /// LeRobot's class name of the robot, `so_follower` for one arm.
    pub robot_type: Option<String>,
    raw: Map<String, Value>,
}

/// One feature: a column, or a camera with files of its own.
#[derive(Debug, Clone, PartialEq)]
pub struct Feature {
    /// Its name; never contains a slash.
    pub name: String,
    /// LeRobot's dtype, as found.
    pub dtype: String,
    /// How its values are kept.
    pub kind: Kind,
    /// Its shape; `[6]` for the joints of an arm.
    pub shape: Vec<usize>,
    /// A name per value, if there are names; an object of lists is taken as one list.
    pub names: Option<Vec<String>>,
}

/// How the values of a feature are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A Parquet column of float16 or float32.
    Float32,
    /// A Parquet column of float64.
    Float64,
    /// A Parquet column of integers or booleans.
    Int64,
    /// A Parquet column of text.
    Text,
    /// A Parquet column of PNG bytes.
    Image,
    /// mp4 files, no Parquet column.
    Video,
    /// LeRobot's language columns.
    Language,
    /// A dtype this program does not know.
    Unknown,
}

impl Feature {
    /// Numbers per row.
    pub fn width(&self) -> usize {
        self.shape.iter().product()
    }

    /// Whether this is a camera, kept as video or as images.
    pub fn is_camera(&self) -> bool {
        matches!(self.kind, Kind::Image | Kind::Video)
    }

    /// Width and height of a camera's pictures: the shape is height, width, channels, in sets made by other tools also
    /// channels first, which the names tell.
    pub(crate) fn picture_size(&self) -> Option<(usize, usize)> {
        let names: Vec<&str> = self.names.iter().flatten().map(String::as_str).collect();
        match (self.shape.as_slice(), names.first()) {
            ([_, height, width], Some(&("channels" | "channel"))) => Some((*width, *height)),
            ([height, width, _], _) => Some((*width, *height)),
            _ => None,
        }
    }

    /// Whether the data files have a column of this name.
    pub fn has_column(&self) -> bool {
        self.kind != Kind::Video
    }

    /// Whether it is one of the five columns that LeRobot appends.
    pub fn is_default(&self) -> bool {
        DEFAULT_FEATURES.iter().any(|(name, _)| *name == self.name)
    }

    fn parse(name: &str, value: &Value) -> Result<Self, String> {
        if name.is_empty() || name.contains('/') || name == ".." || name == "." {
            return Err(format!("{name:?} cannot be a feature's name"));
        }
        let dtype = value
            .get("dtype")
            .and_then(Value::as_str)
            .ok_or_else(|| format!("feature {name:?} has no dtype"))?;
        let shape = value
            .get("shape")
            .and_then(Value::as_array)
            .and_then(|shape| {
                shape
                    .iter()
                    .map(|size| size.as_u64().and_then(|size| usize::try_from(size).ok()))
                    .collect::<Option<Vec<_>>>()
            })
            .ok_or_else(|| format!("feature {name:?} has no shape"))?;
        let kind = match dtype {
            "float16" | "float32" => Kind::Float32,
            "float64" => Kind::Float64,
            "int8" | "int16" | "int32" | "int64" | "uint8" | "uint16" | "uint32" | "uint64"
            | "bool" => Kind::Int64,
            "string" => Kind::Text,
            "image" => Kind::Image,
            "video" => Kind::Video,
            "language" => Kind::Language,
            _ => Kind::Unknown,
        };
        let width = shape
            .iter()
            .try_fold(1usize, |product, size| product.checked_mul(*size));
        let numbers = matches!(kind, Kind::Float32 | Kind::Float64 | Kind::Int64);
        if width.is_none_or(|width| numbers && (width == 0 || width > WIDEST)) {
            return Err(format!("feature {name:?} has the shape {shape:?}"));
        }
        let mut names = Vec::new();
        collect_names(value.get("names").unwrap_or(&Value::Null), 0, &mut names);
        Ok(Self {
            name: name.to_owned(),
            dtype: dtype.to_owned(),
            kind,
            shape,
            names: (!names.is_empty()).then_some(names),
        })
    }
}

/// Names come as a list, or in old datasets as an object of lists (`{"motors": […]}`).
fn collect_names(value: &Value, depth: usize, names: &mut Vec<String>) {
    match value {
        Value::String(name) => names.push(name.clone()),
        Value::Array(values) if depth < 3 => values
            .iter()
            .for_each(|value| collect_names(value, depth + 1, names)),
        Value::Object(values) if depth < 3 => values
            .values()
            .for_each(|value| collect_names(value, depth + 1, names)),
        _ => {}
    }
}

impl Info {
    /// Where the file is in a dataset.
    pub fn path(root: &Path) -> PathBuf {
        root.join("meta/info.json")
    }

    /// The info of a dataset without episodes: features of float32 values with a name each, cameras, and the default
    /// ones. What LeRobot reads from the first film of a camera comes with the first episode ([`Info::describe_film`]).
    pub fn new(
        fps: u32,
        robot_type: &str,
        features: &[(&str, Vec<String>)],
        cameras: &[CameraSpec],
    ) -> Result<Self, DatasetError> {
        let mut all = Map::new();
        for (name, names) in features {
            all.insert(
                (*name).to_owned(),
                json!({"dtype": "float32", "shape": [names.len()], "names": names}),
            );
        }
        for camera in cameras {
            let dtype = match camera.kind {
                CameraKind::Video(_) => "video",
                CameraKind::Image => "image",
            };
            all.insert(
                camera.key.clone(),
                json!({
                    "dtype": dtype,
                    "shape": [camera.size.height(), camera.size.width(), 3],
                    "names": ["height", "width", "channels"],
                    "info": {"is_depth_map": false},
                }),
            );
        }
        let films = cameras
            .iter()
            .any(|camera| matches!(camera.kind, CameraKind::Video(_)));
        for (name, dtype) in DEFAULT_FEATURES {
            all.insert(
                name.to_owned(),
                json!({"dtype": dtype, "shape": [1], "names": null}),
            );
        }
        let raw = json!({
            "codebase_version": CODEBASE_VERSION,
            "fps": fps,
            "features": all,
            "total_episodes": 0,
            "total_frames": 0,
            "total_tasks": 0,
            "chunks_size": CHUNKS_SIZE,
            "data_files_size_in_mb": DATA_FILES_SIZE_IN_MB,
            "video_files_size_in_mb": VIDEO_FILES_SIZE_IN_MB,
            "data_path": DATA_PATH,
            "video_path": films.then_some(VIDEO_PATH),
            "robot_type": robot_type,
            "splits": {},
        });
        Self::from_value(raw, Path::new("meta/info.json"))
    }

    /// Reads the info of the dataset in `root`.
    ///
    /// # Errors
    /// [`DatasetError::Missing`] when this is no dataset, [`DatasetError::Version`] for v2.1 and v4, else what is wrong.
    pub fn read(root: &Path) -> Result<Self, DatasetError> {
        let path = Self::path(root);
        let bytes = std::fs::read(&path).map_err(|source| match source.kind() {
            std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory => {
                DatasetError::Missing {
                    what: "the dataset's description",
                    path: path.clone(),
                }
            }
            _ => DatasetError::io("reading the dataset's description", &path)(source),
        })?;
        Self::parse(&bytes, &path)
    }

    /// Parses the bytes of an `info.json`; `path` is only for the error's text.
    ///
    /// # Errors
    /// As [`Info::read`].
    pub fn parse(bytes: &[u8], path: &Path) -> Result<Self, DatasetError> {
        let value = python_json::parse(bytes)
            .map_err(|error| DatasetError::malformed(path, format!("this is not JSON: {error}")))?;
        Self::from_value(value, path)
    }

    fn from_value(value: Value, path: &Path) -> Result<Self, DatasetError> {
        let wrong = |problem: String| DatasetError::malformed(path, problem);
        let Value::Object(raw) = value else {
            return Err(wrong("this is not a JSON object".to_owned()));
        };
        let version = match raw.get("codebase_version") {
            Some(Value::String(version)) => version.clone(),
            _ => return Err(wrong("codebase_version is missing".to_owned())),
        };
        if version.trim_start_matches('v').split('.').next() != Some("3") {
            return Err(DatasetError::Version {
                found: version,
                path: path.to_owned(),
            });
        }
        let fps = raw
            .get("fps")
            .and_then(Value::as_f64)
            .filter(|fps| (1e-3..=1e6).contains(fps));
        let fps = fps.ok_or_else(|| wrong("fps is missing or not a rate".to_owned()))?;
        let features = raw
            .get("features")
            .and_then(Value::as_object)
            .ok_or_else(|| wrong("features are missing".to_owned()))?
            .iter()
            .map(|(name, value)| Feature::parse(name, value).map_err(wrong))
            .collect::<Result<Vec<_>, _>>()?;
        let count = |key: &str, default: u64| match raw.get(key) {
            None | Some(Value::Null) => Ok(default),
            Some(value) => value
                .as_u64()
                .filter(|count| *count < 1 << 53)
                .ok_or_else(|| wrong(format!("{key} is not a count"))),
        };
        let template = |key: &str, default: &str| match raw.get(key) {
            None => Template::parse(default).map(Some),
            Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Template::parse(text).map(Some),
            Some(_) => Err(format!("{key} is not text")),
        };
        let chunks_size = count("chunks_size", CHUNKS_SIZE)?;
        if chunks_size == 0 {
            return Err(wrong("chunks_size is zero".to_owned()));
        }
        Ok(Self {
            codebase_version: version,
            fps,
            features,
            total_episodes: count("total_episodes", 0)?,
            total_frames: count("total_frames", 0)?,
            total_tasks: count("total_tasks", 0)?,
            chunks_size,
            data_path: template("data_path", DATA_PATH)
                .and_then(|path| path.ok_or_else(|| "data_path is null".to_owned()))
                .map_err(wrong)?,
            video_path: template("video_path", VIDEO_PATH).map_err(wrong)?,
            robot_type: raw
                .get("robot_type")
                .and_then(Value::as_str)
                .map(str::to_owned),
            raw,
        })
    }

    /// The feature of that name.
    pub fn feature(&self, name: &str) -> Option<&Feature> {
        self.features.iter().find(|feature| feature.name == name)
    }

    /// The cameras, in the order of the features, kept as films or as pictures in the table.
    pub fn cameras(&self) -> impl Iterator<Item = &Feature> {
        self.features.iter().filter(|feature| feature.is_camera())
    }

    /// The cameras kept as video, in the file's order.
    pub fn video_keys(&self) -> Vec<&str> {
        self.features
            .iter()
            .filter(|feature| feature.kind == Kind::Video)
            .map(|feature| feature.name.as_str())
            .collect()
    }

    /// What is written down about a camera's films under this key, such as `video.codec`; old sets have it elsewhere.
    pub(crate) fn said_of_film(&self, feature: &str, key: &str) -> Option<&str> {
        let feature = self.raw.get("features")?.get(feature)?;
        let said = |block: &str| feature.get(block)?.get(key)?.as_str();
        said("info").or_else(|| said("video_info"))
    }

    /// The codec of a camera's films as the description names it, such as `h264`.
    pub fn film_codec(&self, feature: &str) -> Option<&str> {
        self.said_of_film(feature, "video.codec")
    }

    /// Whether a camera's films are said to be so: `has_audio`, `is_depth_map`.
    pub(crate) fn films_are(&self, feature: &str, key: &str) -> bool {
        let feature = self.raw.get("features").and_then(|all| all.get(feature));
        let said = |block: &str| feature?.get(block)?.get(key)?.as_bool();
        said("info").or_else(|| said("video_info")).unwrap_or(false)
    }

    /// Says of a camera that all its films were made again like this, in the blocks that say anything of them. What
    /// another encoder was told is not true of these.
    pub(crate) fn redescribe_films(&mut self, feature: &str, film: FilmSpec) {
        let features = self.raw.get_mut("features");
        let Some(feature) = features.and_then(|all| all.get_mut(feature)) else {
            return;
        };
        for block in ["info", "video_info"] {
            let Some(block) = feature.get_mut(block).and_then(Value::as_object_mut) else {
                continue;
            };
            for (key, value) in [
                ("video.codec", json!(film.codec.name())),
                ("video.pix_fmt", json!("yuv420p")),
                ("video.g", json!(film.gop)),
                ("video.crf", json!(film.quality)),
                ("video.preset", Value::Null),
                ("video.fast_decode", json!(0)),
                ("video.extra_options", json!({})),
            ] {
                if let Some(said) = block.get_mut(key) {
                    *said = value;
                }
            }
        }
    }

    /// Says of a camera what its first film is, as LeRobot does after the first episode. What stands there already
    /// stays: later films do not change it. `video_backend` names the one through which LeRobot would encode again.
    pub(crate) fn describe_film(&mut self, camera: &CameraSpec) {
        let CameraKind::Video(film) = camera.kind else {
            return;
        };
        let fps = self.raw.get("fps").cloned().unwrap_or(Value::Null);
        let feature = self
            .raw
            .get_mut("features")
            .and_then(|features| features.get_mut(&camera.key))
            .and_then(Value::as_object_mut);
        let Some(feature) = feature else { return };
        let info = feature
            .entry("info")
            .or_insert_with(|| json!({"is_depth_map": false}));
        let Some(info) = info.as_object_mut() else {
            return;
        };
        if info.contains_key("video.codec") {
            return;
        }
        for (key, value) in [
            ("video.height", json!(camera.size.height())),
            ("video.width", json!(camera.size.width())),
            ("video.codec", json!(film.codec.name())),
            ("video.pix_fmt", json!("yuv420p")),
            ("video.fps", fps),
            ("video.channels", json!(3)),
            ("has_audio", json!(false)),
            ("video.g", json!(film.gop)),
            ("video.crf", json!(film.quality)),
            ("video.preset", Value::Null),
            ("video.fast_decode", json!(0)),
            ("video.video_backend", json!("pyav")),
            ("video.extra_options", json!({})),
        ] {
            info.entry(key).or_insert(value);
        }
    }

    /// Every key of the file as found, with the counters as they stand now; the file's text is made of this.
    pub fn to_value(&self) -> Value {
        let mut raw = self.raw.clone();
        for (key, count) in [
            ("total_episodes", self.total_episodes),
            ("total_frames", self.total_frames),
            ("total_tasks", self.total_tasks),
        ] {
            raw.insert(key.to_owned(), count.into());
        }
        if self.total_episodes > 0 {
            let splits = raw.entry("splits").or_insert_with(|| json!({}));
            if !splits.is_object() {
                *splits = json!({});
            }
            splits["train"] = format!("0:{}", self.total_episodes).into();
        }
        Value::Object(raw)
    }

    /// The file's text, in Python's style.
    pub fn to_text(&self) -> String {
        python_json::to_text(&self.to_value())
    }
}
