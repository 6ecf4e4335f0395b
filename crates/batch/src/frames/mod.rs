//! Frame sequences: chosen cameras and episodes of a LeRobot dataset through a pipeline, into a new dataset that says what
//! it was made from. The source is read and never written.
//!
//! Rows, true times and notes come over as they are; pictures of chosen cameras are made anew and encoded as the source
//! encodes them, and their statistics are taken from what is encoded; pictures of other cameras are copied. Episodes are
//! saved whole, one after the other, so work that was cut short goes on behind the last one that is there.

mod episode;
mod error;
mod film;
mod provenance;
mod source;

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use dataset::progress::{Progress, Stage};
use dataset::verify::{self, verify};
use dataset::{Dataset, Info, recovery};
use imaging::effects::Colour;
use imaging::{Pipeline, Preset};
use jobs::{Kind, Pool, Product};
use pixels::Size;
use serde::Serialize;

use crate::render::{Local, Render};
use crate::run::MEMORY;

pub use error::FramesError;
pub use provenance::Provenance;

use episode::Making;
use source::Source;

/// One picture of a dataset. The pool of whoever makes frames must know it.
pub const FRAME: Kind = Kind::new("batch-frame", Product::Dataset);

/// What a person asks for.
#[derive(Debug, Clone, PartialEq)]
pub struct FramesTask {
    /// The dataset that is read.
    pub source: PathBuf,
    /// The folder for the new one: it does not exist, is empty, or holds what this very task began.
    pub into: PathBuf,
    /// Cameras whose pictures go through the preset, by their own name or their feature's; none for all of them.
    pub cameras: Vec<String>,
    /// Episodes that are taken, in order; `None` for all of them. They are numbered anew from 0.
    pub episodes: Option<Vec<u64>>,
    /// What is done to each picture.
    pub preset: Preset,
    /// What lies under a picture with alpha, which films do not have.
    pub ground: Colour,
}

impl FramesTask {
    fn pipeline(&self) -> &Pipeline {
        &self.preset.pipeline
    }
}

/// What frames are made with.
#[derive(Clone)]
pub struct FramesSetup {
    pool: Arc<Pool>,
    render: Arc<dyn Render>,
    memory: u64,
    at_once: usize,
}

impl fmt::Debug for FramesSetup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FramesSetup")
            .field("memory", &self.memory)
            .field("at_once", &self.at_once)
            .finish_non_exhaustive()
    }
}

impl FramesSetup {
    /// On this pool, which knows [`FRAME`], with what is usual for the rest.
    pub fn new(pool: Arc<Pool>) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            pool,
            render: Arc::new(Local::default()),
            memory: MEMORY,
            at_once: 2 * jobs::usual_workers(cores),
        }
    }

    /// With somebody else who works on the pictures.
    #[must_use]
    pub fn render(mut self, render: Arc<dyn Render>) -> Self {
        self.render = render;
        self
    }

    /// With this ceiling for all pictures that are under way together, in bytes.
    #[must_use]
    pub fn memory(mut self, bytes: u64) -> Self {
        self.memory = bytes;
        self
    }
}

/// What making frames would do.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FramesPlan {
    /// Cameras whose pictures are made anew.
    pub cameras: Vec<FramesCamera>,
    /// Features of cameras whose pictures are copied.
    pub copied: Vec<String>,
    /// Episodes of the source, in the order in which they come.
    pub episodes: Vec<u64>,
    /// How many of them are there already.
    pub already: u64,
    /// Pictures that are to be made.
    pub pictures: u64,
}

/// A camera whose pictures are made anew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FramesCamera {
    /// Its feature.
    pub key: String,
    /// Width and height in the source.
    pub from: (u32, u32),
    /// Width and height in the new dataset.
    pub to: (u32, u32),
}

/// What became of it.
#[derive(Debug, Clone, PartialEq)]
pub struct FramesOutcome {
    /// Episodes that were made now.
    pub made: u64,
    /// Episodes that were there already.
    pub already: u64,
    /// What the verification of the whole new dataset found.
    pub report: verify::Report,
}

/// Looks at source and target; touches nothing.
///
/// # Errors
/// When the source cannot be read or remade, or the target holds something else.
pub fn plan(task: &FramesTask) -> Result<FramesPlan, FramesError> {
    let prepared = Prepared::of(task)?;
    let source = &prepared.source;
    let size = |size: Size| (size.width(), size.height());
    Ok(FramesPlan {
        cameras: source
            .chosen()
            .map(|camera| FramesCamera {
                key: camera.key.clone(),
                from: size(camera.from),
                to: size(camera.to),
            })
            .collect(),
        copied: source
            .cameras
            .iter()
            .filter(|camera| !camera.chosen)
            .map(|camera| camera.key.clone())
            .collect(),
        episodes: source.episodes.clone(),
        already: prepared.already,
        pictures: prepared.pictures(),
    })
}

/// Makes the frames, in [`Stage::Encoding`], in which every picture counts once, and verifies the new dataset at the end,
/// whose stages follow. Told to stop, it ends within a picture; episodes that were saved stay, and the same task goes on
/// behind them.
///
/// # Errors
/// As [`plan`]; the first picture that cannot be made; [`FramesError::Cancelled`]; what writing can meet.
pub fn make(
    task: &FramesTask,
    setup: &FramesSetup,
    progress: &Progress,
) -> Result<FramesOutcome, FramesError> {
    progress.begin(Stage::Looking, 0);
    let prepared = Prepared::of(task)?;
    let _used = setup.pool.use_product(Product::Dataset);
    let spec = prepared.source.spec()?;
    let into = match prepared.begun {
        true => {
            Provenance::settle(&task.into)?;
            // An episode that was cut short is made anew from its beginning.
            for interrupted in recovery::find(&task.into)?.interrupted {
                recovery::discard(&task.into, &interrupted)?;
            }
            Dataset::resume(&task.into, &spec)?
        }
        false => {
            prepared.provenance.announce(&task.into)?;
            let dataset = Dataset::create(&task.into, &spec)?;
            prepared.provenance.put(&task.into)?;
            dataset
        }
    };
    let already = into.next_episode();
    progress.begin(Stage::Encoding, prepared.pictures_behind(already));
    let making = Making {
        source: &prepared.source,
        task,
        setup,
        progress,
    };
    let skip = usize::try_from(already).unwrap_or(usize::MAX);
    let mut made = 0;
    for episode in prepared.source.episodes.iter().skip(skip) {
        progress.check()?;
        making.episode(&into, *episode)?;
        made += 1;
        tracing::info!(episode, "frames of an episode were made");
    }
    drop(into);
    let report = verify(&task.into, progress);
    if report.cancelled {
        return Err(FramesError::Cancelled);
    }
    let mut provenance = prepared.provenance;
    provenance.finished = true;
    provenance.put(&task.into)?;
    Ok(FramesOutcome {
        made,
        already,
        report,
    })
}

/// Source and target, looked at.
struct Prepared {
    source: Source,
    provenance: Provenance,
    /// The target was begun by this task.
    begun: bool,
    already: u64,
}

impl Prepared {
    fn of(task: &FramesTask) -> Result<Self, FramesError> {
        let check = task.pipeline().check();
        check.map_err(|source| FramesError::Pipeline {
            camera: "preset".to_owned(),
            source,
        })?;
        apart(&task.source, &task.into)?;
        let source = Source::open(task)?;
        // What the new dataset cannot hold is told before anything is written.
        source.spec()?.info()?;
        let preset = task
            .preset
            .to_json()
            .ok()
            .and_then(|text| serde_json::from_str(&text).ok())
            .unwrap_or_default();
        let provenance = Provenance::of(&source, preset, task.ground);
        let other = |what: &str| FramesError::Other {
            what: what.to_owned(),
            path: task.into.clone(),
        };
        let info = match Info::path(&task.into).exists() {
            true => Some(Info::read(&task.into)?),
            false => None,
        };
        let known = match Provenance::read(&task.into)? {
            None => Provenance::announced(&task.into)?,
            known => known,
        };
        let already = info.as_ref().map_or(0, |info| info.total_episodes);
        match (&info, known) {
            // What was only announced takes nobody's place.
            (None, _) if holds_anything(&task.into) => return Err(other("files")),
            (None, _) => {}
            (Some(_), None) => return Err(other("a dataset that was not made from frames")),
            (Some(_), Some(known)) => {
                if let Some(what) = provenance.differs(&known) {
                    return Err(other(&what));
                }
            }
        }
        if already > source.episodes.len() as u64 {
            return Err(other("more episodes than were asked for"));
        }
        Ok(Self {
            begun: info.is_some(),
            already,
            provenance,
            source,
        })
    }

    fn pictures(&self) -> u64 {
        self.pictures_behind(self.already)
    }

    fn pictures_behind(&self, already: u64) -> u64 {
        let skip = usize::try_from(already).unwrap_or(usize::MAX);
        let episodes = self.source.episodes.iter().skip(skip);
        let rows: u64 = episodes
            .filter_map(|episode| self.source.episode(*episode).ok())
            .map(|episode| episode.length)
            .sum();
        rows * self.source.chosen().count() as u64
    }
}

/// Whether a folder holds more than what a beginning that a crash cut short leaves.
fn holds_anything(folder: &Path) -> bool {
    fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .any(|entry| {
            let path = entry.path();
            let ours = path.ends_with("meta") || path.ends_with("meta/tendon");
            let unfinished = path.extension().is_some_and(|ending| ending == "tmp");
            match path.is_dir() {
                true => !ours || holds_anything(&path),
                false => !unfinished && !path.ends_with("meta/tendon/lock"),
            }
        })
}

/// Whether neither folder lies in the other.
fn apart(source: &Path, into: &Path) -> Result<(), FramesError> {
    let nested = || FramesError::Nested {
        path: into.to_owned(),
    };
    let Ok(source) = fs::canonicalize(source) else {
        // Whoever opens it says what is the matter.
        return Ok(());
    };
    let into = crate::plan::absolute(into).map_err(|_error| nested())?;
    match into.starts_with(&source) || source.starts_with(&into) {
        true => Err(nested()),
        false => Ok(()),
    }
}
