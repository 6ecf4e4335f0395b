//! How much memory a picture takes while it is worked on, told from its header, and the ceiling for all together.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use imaging::{Header, Layout, Limits, Pipeline, Shape};

use crate::render::Render;

/// The usual ceiling, 1 GiB: a few pictures of 24 megapixels, and room for everything else on a computer with 4 GiB.
pub const MEMORY: u64 = 1 << 30;

/// Bytes that a picture takes at most while it is worked on: its file, what its decoder gives, and pictures with alpha
/// before, between and after the stages, the larger size of all counting; and the file that is written.
pub fn needed(header: &Header, pipeline: &Pipeline, limits: &Limits, render: &dyn Render) -> u64 {
    let from = Shape {
        size: header.size,
        layout: Layout::Rgba,
    };
    let bytes = |shape: &Shape| Layout::Rgba.bytes(shape.size) as u64;
    // What does not fit is told by the work itself.
    let to = pipeline.shape(from, limits).unwrap_or(from);
    let largest = bytes(&from).max(bytes(&to));
    [
        header.file,
        header.decoded,
        bytes(&from),
        2 * largest,
        bytes(&to),
        render.memory(pipeline, from),
    ]
    .into_iter()
    .fold(0, u64::saturating_add)
}

/// Memory that is given to a picture, until this is dropped.
#[derive(Debug)]
pub(super) struct Held {
    bytes: u64,
    all: Arc<AtomicU64>,
}

impl Held {
    pub(super) fn take(all: &Arc<AtomicU64>, bytes: u64) -> Self {
        all.fetch_add(bytes, Ordering::AcqRel);
        Self {
            bytes,
            all: Arc::clone(all),
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.all.fetch_sub(self.bytes, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use imaging::Format;
    use imaging::effects::{Filter, Fit, Resize};
    use pixels::Size;

    use super::*;
    use crate::render::Local;

    #[test]
    fn a_picture_that_grows_needs_more_than_one_that_stays() {
        let header = Header {
            format: Format::Png,
            size: Size::new(1000, 1000).unwrap(),
            file: 50_000,
            decoded: 3_000_000,
        };
        let of = |pipeline: &Pipeline| needed(&header, pipeline, &Limits::USUAL, &Local::default());
        let plain = of(&Pipeline::new());
        assert_eq!(plain, 50_000 + 3_000_000 + 4 * 4_000_000);
        let grown = of(&Pipeline::new().then(Resize {
            width: 4000,
            height: 4000,
            fit: Fit::Stretch,
            filter: Filter::default(),
        }));
        assert_eq!(grown, 50_000 + 3_000_000 + 4_000_000 + 3 * 64_000_000);
    }

    #[test]
    fn memory_is_given_back_with_its_picture() {
        let all = Arc::new(AtomicU64::new(0));
        let first = Held::take(&all, 5);
        let second = Held::take(&all, 7);
        drop(first);
        assert_eq!(all.load(Ordering::Relaxed), 7);
        drop(second);
        assert_eq!(all.load(Ordering::Relaxed), 0);
    }
}
