//! What a person sees while moving a slider: first a proxy, which is the source shrunk to the view, then the full picture.
//!
//! Invariant: the proxy shows what the full result would show, shrunk to the view. Lengths in pixels (of crops, resizes,
//! blurs) are scaled for it. Differences that remain: cuts lie on whole pixels of the proxy, so an edge may be half of
//! such a pixel off; and noise, sharpening and blur finer than its pixels cannot be seen on it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use pixels::Size;

use crate::cache::{Key, StageCache};
use crate::effects::{Filter, Shape, resized, shrunk};
use crate::error::ImagingError;
use crate::picture::Picture;
use crate::pipeline::Pipeline;
use crate::plan::Plan;
use crate::run::Run;

/// Counts sources, so that no two share a revision.
static REVISIONS: AtomicU64 = AtomicU64::new(1);

/// Proxies of one source that are kept: one for the view, one for the view before it was resized.
const PROXIES: usize = 2;

/// A source and what was made of it so far. May be shared by threads.
#[derive(Debug)]
pub struct Preview {
    source: Picture,
    revision: u64,
    proxies: Mutex<Vec<Picture>>,
    cache: Arc<StageCache>,
}

impl Preview {
    /// A preview of `source`. Several previews may share a cache; its ceiling then holds for all of them.
    pub fn new(source: Picture, cache: Arc<StageCache>) -> Self {
        Self {
            source,
            revision: REVISIONS.fetch_add(1, Ordering::Relaxed),
            proxies: Mutex::default(),
            cache,
        }
    }

    /// The picture it began with.
    pub fn source(&self) -> &Picture {
        &self.source
    }

    /// Tells this source from every other one, also from another edition of the same file. Part of the cache's keys.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// The result at the size of a view whose longer side has `longest` pixels. Never larger than the full result.
    ///
    /// # Errors
    /// Those of [`Pipeline::apply`] at full size: what fails there fails here too.
    pub fn proxy(
        &self,
        pipeline: &Pipeline,
        longest: u32,
        run: &Run<'_>,
    ) -> Result<Picture, ImagingError> {
        let size = shrunk(self.source.size(), longest);
        // An error in the parameters is told before anything is worked on.
        let plan = Plan::proxy(pipeline, self.shape(), size, longest.max(1), run)?;
        let proxy = self.shrunk_source(size, &run.part(0, 2))?;
        self.made(&plan, proxy, Some(longest), &run.part(1, 2))
    }

    /// The result at full size.
    ///
    /// # Errors
    /// Those of [`Pipeline::apply`].
    pub fn full(&self, pipeline: &Pipeline, run: &Run<'_>) -> Result<Picture, ImagingError> {
        let plan = Plan::full(pipeline, self.shape(), run)?;
        self.made(&plan, self.source.clone(), None, run)
    }

    fn shape(&self) -> Shape {
        Shape {
            size: self.source.size(),
            layout: self.source.layout(),
        }
    }

    fn shrunk_source(&self, size: Size, run: &Run<'_>) -> Result<Picture, ImagingError> {
        let kept = self.kept(|proxies| proxies.iter().find(|proxy| proxy.size() == size).cloned());
        if let Some(proxy) = kept {
            return Ok(proxy);
        }
        let whole = [
            0.0,
            0.0,
            f64::from(self.source.size().width()),
            f64::from(self.source.size().height()),
        ];
        // The plain mean: it has no overshoot that an operation could blow up.
        let proxy = resized(&self.source, size, whole, Filter::Box, run)?;
        self.kept(|proxies| {
            if proxies.len() >= PROXIES {
                proxies.remove(0);
            }
            proxies.push(proxy.clone());
        });
        Ok(proxy)
    }

    fn kept<T>(&self, look: impl FnOnce(&mut Vec<Picture>) -> T) -> T {
        look(&mut self.proxies.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Goes on from the last step whose result is still there.
    fn made(
        &self,
        plan: &Plan,
        from: Picture,
        longest: Option<u32>,
        run: &Run<'_>,
    ) -> Result<Picture, ImagingError> {
        let key = |steps: &str| Key {
            revision: self.revision,
            size: from.size(),
            longest,
            steps: steps.to_owned(),
        };
        let of = plan.steps.len();
        let mut done = 0;
        let mut made = from.clone();
        for (index, step) in plan.steps.iter().enumerate().rev() {
            if let Some(found) = self.cache.get(&key(&step.key)) {
                (done, made) = (index + 1, found);
                break;
            }
        }
        for (index, step) in plan.steps.iter().enumerate().skip(done) {
            made = step.apply(&made, &run.part(index - done, of - done))?;
            self.cache.put(key(&step.key), &made);
        }
        Ok(made)
    }
}

impl Drop for Preview {
    fn drop(&mut self) {
        self.cache.forget(self.revision);
    }
}
