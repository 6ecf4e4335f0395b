//! One episode of the new dataset: rows as they were, pictures of chosen cameras made anew, those of others copied.

use std::collections::VecDeque;
use std::fs;
use std::sync::Arc;
use std::time::Duration;

use dataset::camera::{CameraKind, Footage, PictureFlags, PictureNote, Squeezed};
use dataset::progress::Progress;
use dataset::sidecar::{self, CameraAccount, Sidecar};
use dataset::{Dataset, DatasetError, Draft, FeatureStats, Row, RowFlags};
use imaging::{Run, Shape};
use jobs::{Ctx, JobError, Refusal, Stop, Ticket};
use serde_json::json;
use stdx::{Clock as _, SystemClock};
use units::MonoTime;
use video::pngs::PngWriter;
use video::stats::stride;

use super::error::FramesError;
use super::film::{Cutter, grounded};
use super::source::{Camera, Source};
use super::{FRAME, FramesSetup, FramesTask};
use crate::error::ItemError;
use crate::render::Watched;

/// Between two looks at whether somebody wants it to stop.
const LOOK: Duration = Duration::from_millis(20);

/// What the making of an episode needs.
pub(super) struct Making<'a> {
    pub(super) source: &'a Source,
    pub(super) task: &'a FramesTask,
    pub(super) setup: &'a FramesSetup,
    pub(super) progress: &'a Progress,
}

impl Making<'_> {
    /// Makes one episode and saves it. Where it fails, nothing of it is left.
    pub(super) fn episode(&self, into: &Dataset, episode: u64) -> Result<(), FramesError> {
        let row = self.source.episode(episode)?;
        let task = row.tasks.first().map(String::as_str).unwrap_or_default();
        let sidecar = sidecar::read(&self.source.root, episode)?;
        let mut draft = into.begin_episode(task)?;
        match self.fill(&mut draft, episode, sidecar.as_ref()) {
            Ok(footage) => {
                let report = json!({
                    "frames_of_episode": episode,
                    "report": sidecar.map(|sidecar| sidecar.report),
                });
                draft.save(report, &footage)?;
                Ok(())
            }
            Err(error) => {
                draft.discard()?;
                Err(error)
            }
        }
    }

    fn fill(
        &self,
        draft: &mut Draft,
        episode: u64,
        sidecar: Option<&Sidecar>,
    ) -> Result<Vec<Footage>, FramesError> {
        let accounts: Vec<Option<&CameraAccount>> = self
            .source
            .cameras
            .iter()
            .map(|camera| {
                let mut accounts = sidecar.into_iter().flat_map(|sidecar| &sidecar.cameras);
                accounts.find(|account| account.key == camera.key)
            })
            .collect();
        self.rows(draft, episode, sidecar, &accounts)?;
        let cameras = self.source.cameras.iter().zip(accounts);
        cameras
            .map(|(camera, account)| {
                let (samples, stats) = match camera.chosen {
                    true => self.remade(draft, episode, camera)?,
                    false => self.copied(draft, episode, camera)?,
                };
                Ok(Footage {
                    key: camera.key.clone(),
                    samples,
                    stats,
                    squeezed: account.and_then(squeezed),
                })
            })
            .collect()
    }

    fn rows(
        &self,
        draft: &mut Draft,
        episode: u64,
        sidecar: Option<&Sidecar>,
        accounts: &[Option<&CameraAccount>],
    ) -> Result<(), FramesError> {
        for (at, row) in self.source.dataset.rows(episode)?.enumerate() {
            self.progress.check()?;
            let row = row?;
            // Without a record of true times a row counts as observed when it should have been.
            let due = (at as f64 / self.source.info.fps * 1e9) as u64;
            let observed = sidecar.and_then(|it| it.observed_at_ns.get(at).copied());
            let observed_at = MonoTime(observed.unwrap_or(due));
            let note = |account: &Option<&CameraAccount>| match account {
                None => PictureNote {
                    sequence: at as u64,
                    arrived_at: observed_at,
                    ..PictureNote::default()
                },
                Some(account) => PictureNote {
                    sequence: account.sequence.get(at).copied().unwrap_or(at as u64),
                    arrived_at: account
                        .arrived_at_ns
                        .get(at)
                        .map_or(observed_at, |at| MonoTime(*at)),
                    skipped: account.skipped_before.get(at).copied().unwrap_or(0),
                    flags: PictureFlags(account.flags.get(at).copied().unwrap_or(0)),
                },
            };
            let pictures: Vec<PictureNote> = accounts.iter().map(note).collect();
            let flag = |sidecar: &Sidecar| RowFlags {
                bits: sidecar.flags.get(at).copied().unwrap_or(0),
                stale: sidecar.stale.get(at).copied().unwrap_or(0),
            };
            draft.push(Row {
                state: &row.state,
                action: &row.action,
                observed_at,
                flags: sidecar.map(flag).unwrap_or_default(),
                pictures: &pictures,
            })?;
        }
        Ok(())
    }

    /// The pictures of a camera through the pipeline, on the pool, as many side by side as memory allows.
    fn remade(
        &self,
        draft: &Draft,
        episode: u64,
        camera: &Camera,
    ) -> Result<(u64, FeatureStats), FramesError> {
        let rows = self.source.episode(episode)?.length;
        let mut pictures = self.source.pictures(episode, camera)?;
        let path = draft.footage_path(&camera.key);
        let fps = self.source.info.fps as u32;
        let mut film = Cutter::create(&path, camera.to, camera.kind, fps)?;
        let most = self.side_by_side(camera);
        let mut waiting: VecDeque<(u64, Ticket<imaging::Picture>)> = VecDeque::new();
        // The next picture, while the pool has no room for it.
        let mut ready: Option<imaging::Picture> = None;
        let (mut next, mut made) = (0, 0);
        let mut step = || {
            if next < rows && waiting.len() < most {
                let picture = match ready.take() {
                    Some(picture) => picture,
                    None => pictures.next()?,
                };
                match self.order(picture.clone())? {
                    Some(ticket) => {
                        waiting.push_back((next, ticket));
                        next += 1;
                        return Ok(true);
                    }
                    None => ready = Some(picture),
                }
            }
            match waiting.pop_front() {
                Some((row, ticket)) => {
                    film.push(&self.answer(ticket, episode, row, camera)?)?;
                    made += 1;
                    self.progress.advance(1);
                }
                None => {
                    self.progress.check()?;
                    SystemClock.sleep(LOOK);
                }
            }
            Ok::<bool, FramesError>(made < rows)
        };
        let ended = loop {
            match step() {
                Ok(true) => {}
                Ok(false) => break Ok(()),
                Err(error) => break Err(error),
            }
        };
        for (_, ticket) in waiting {
            ticket.cancel();
        }
        ended?;
        film.finish()
    }

    /// How many pictures are under way: what memory allows, with what each takes before, between and after the stages.
    fn side_by_side(&self, camera: &Camera) -> usize {
        let shape = Shape {
            size: camera.from,
            layout: imaging::Layout::Rgba,
        };
        let pixels = camera.from.pixels().max(camera.to.pixels());
        let bytes = pixels as u64 * imaging::Layout::Rgba.channels() as u64;
        let each = 4 * bytes + self.setup.render.memory(self.task.pipeline(), shape);
        let most = usize::try_from(self.setup.memory / each.max(1)).unwrap_or(usize::MAX);
        most.clamp(1, self.setup.at_once)
    }

    /// Hands a picture to the pool; nothing where the pool has no room for it now.
    fn order(
        &self,
        picture: imaging::Picture,
    ) -> Result<Option<Ticket<imaging::Picture>>, FramesError> {
        let pool = |what: String| FramesError::Pool { what };
        let order = self
            .setup
            .pool
            .order(FRAME.name)
            .map_err(|error| pool(error.to_string()))?;
        let render = Arc::clone(&self.setup.render);
        let pipeline = self.task.pipeline().clone();
        let ground = self.task.ground;
        let work = move |ctx: &Ctx| {
            let failed = |error: imaging::ImagingError| match ctx.stop_asked() {
                Some(reason) if error.stopped() => Stop::Asked(reason),
                _ => Stop::from(ItemError::from(&error)),
            };
            let made = render.render(&picture, &pipeline, ctx).map_err(failed)?;
            let watched = Watched::new(ctx, 0.8, 1.0);
            let run = Run {
                checkpoint: &watched,
                ..Run::default()
            };
            grounded(&made.picture, ground, &run).map_err(failed)
        };
        match self.setup.pool.submit(order, work) {
            Ok(ticket) => Ok(Some(ticket)),
            Err(Refusal::QueueFull { .. } | Refusal::Suspended { .. }) => Ok(None),
            Err(refusal) => Err(pool(refusal.to_string())),
        }
    }

    fn answer(
        &self,
        mut ticket: Ticket<imaging::Picture>,
        episode: u64,
        row: u64,
        camera: &Camera,
    ) -> Result<imaging::Picture, FramesError> {
        let answer = loop {
            match ticket.wait_for(LOOK) {
                Ok(answer) => break answer,
                Err(back) => {
                    if self.progress.cancelled() {
                        back.cancel();
                        return Err(FramesError::Cancelled);
                    }
                    ticket = back;
                }
            }
        };
        let camera_key = camera.key.clone();
        let picture = answer.map_err(|error| match error {
            JobError::Cancelled if self.progress.cancelled() => FramesError::Cancelled,
            JobError::Ending => FramesError::Pool {
                what: error.to_string(),
            },
            JobError::Failed(error) => FramesError::Picture {
                episode,
                row,
                camera: camera_key,
                error: error
                    .downcast_ref::<ItemError>()
                    .cloned()
                    .unwrap_or_else(|| ItemError::new(error.to_string(), "Leave the episode out.")),
            },
            other => FramesError::Picture {
                episode,
                row,
                camera: camera_key,
                error: ItemError::new(
                    other.to_string(),
                    "Try again, with fewer stages or other worker settings.",
                ),
            },
        })?;
        self.progress.check()?;
        if picture.size() != camera.to {
            return Err(FramesError::Size {
                episode,
                row,
                camera: camera.key.clone(),
                expected: camera.to,
                got: picture.size(),
            });
        }
        Ok(picture)
    }

    /// The pictures of a camera as they are: the very file where the episode has one of its own.
    fn copied(
        &self,
        draft: &Draft,
        episode: u64,
        camera: &Camera,
    ) -> Result<(u64, FeatureStats), FramesError> {
        let rows = self.source.episode(episode)?.length;
        let to = draft.footage_path(&camera.key);
        let known = self.source.stats(episode, &camera.key).map(|mut stats| {
            let step = stride(camera.from) as u64;
            let (width, height) = (camera.from.width(), camera.from.height());
            let pixels = u64::from(width).div_ceil(step) * u64::from(height).div_ceil(step);
            stats.count = vec![i64::try_from(rows * pixels).unwrap_or(i64::MAX)];
            stats
        });
        let failed = |source| DatasetError::Io {
            doing: "copying a film",
            path: to.clone(),
            source,
        };
        let CameraKind::Video(spec) = camera.kind else {
            let mut writer = PngWriter::create(&to)?;
            for png in self.source.pngs(episode, &camera.key)? {
                self.progress.check()?;
                writer.push(&png?)?;
            }
            let samples = writer.finish()?.samples;
            let stats = match known {
                Some(stats) => stats,
                None => of(&video::PictureStats::of_pngs(&to)?),
            };
            return Ok((samples, stats));
        };
        let (path, from) = self.source.film(episode, &camera.key)?;
        let film = video::mp4::inspect(&path)?;
        let own = film.codec == Some(spec.codec)
            && (film.samples, film.size) == (rows, camera.from)
            && from == 0.0
            && film.start == 0.0
            && film.fps == self.source.info.fps
            && film.steady
            && film.finished
            && !film.reordered;
        if own {
            fs::copy(&path, &to).map_err(failed)?;
            let stats = match known {
                Some(stats) => stats,
                None => of(&video::PictureStats::of_film(&to)?),
            };
            return Ok((rows, stats));
        }
        // Several episodes share the film, so this one's pictures are encoded again.
        let mut pictures = self.source.pictures(episode, camera)?;
        let mut film = Cutter::create(&to, camera.to, camera.kind, self.source.info.fps as u32)?;
        for _ in 0..rows {
            self.progress.check()?;
            film.push(&pictures.next()?)?;
        }
        let (samples, stats) = film.finish()?;
        Ok((samples, known.unwrap_or(stats)))
    }
}

fn of(stats: &video::PictureStats) -> FeatureStats {
    let colours = stats.colours();
    colours.as_ref().map(FeatureStats::from).unwrap_or_default()
}

/// Rows whose own picture the film never had, as far as that is known.
fn squeezed(account: &CameraAccount) -> Option<Squeezed> {
    let bad = account.bad?;
    account.not_encoded?;
    let rows = (0..).zip(&account.flags);
    Some(Squeezed {
        rows: rows
            .filter(|(_, flags)| PictureFlags(**flags).has(PictureFlags::SQUEEZED))
            .map(|(row, _)| row)
            .collect(),
        bad,
    })
}
