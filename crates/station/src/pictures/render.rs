//! Pictures of a batch, whose backgrounds are removed by whoever is to do it.

use batch::{Render, Rendered};
use imaging::removal::LITE;
use imaging::{ImagingError, Picture, Pipeline, Shape};
use jobs::{Ctx, Stop};
use studio::routing::{Purpose, Removed, Remover, Route};

use super::removals;

/// Bytes for each pixel that a removal takes beside its picture.
const EACH_PIXEL: u64 = 20;
/// Bytes that a run of a network takes besides.
const NETWORK: u64 = 250 << 20;
/// What to do about an error of which no more is known.
const LOOK_AT_LOG: &str = "Look at the log for more about it.";

/// Goes through the remover, as one of many.
pub(super) struct Routed(Remover);

impl Routed {
    pub(super) fn new(remover: Remover) -> Self {
        Self(remover)
    }
}

impl Render for Routed {
    fn render(
        &self,
        picture: &Picture,
        pipeline: &Pipeline,
        ctx: &Ctx,
    ) -> Result<Rendered, ImagingError> {
        match self.0.apply(ctx, picture, pipeline, Purpose::Batch) {
            Ok(removed) => Ok(Rendered {
                notes: notes(&removed),
                picture: removed.picture,
            }),
            Err(Stop::Asked(_)) => Err(ImagingError::Stopped),
            Err(Stop::Failed(error)) => Err(ImagingError::Told {
                message: error.to_string(),
                remedy: error
                    .downcast_ref::<ImagingError>()
                    .map_or(LOOK_AT_LOG, ImagingError::remedy),
            }),
        }
    }

    fn memory(&self, pipeline: &Pipeline, from: Shape) -> u64 {
        let pixels = from.size.pixels() as u64;
        let each = |model: &str| match model {
            LITE => EACH_PIXEL * pixels,
            _ => EACH_PIXEL * pixels + NETWORK,
        };
        removals(pipeline).map(each).max().unwrap_or(0)
    }
}

/// What is to be known about a finished picture: doubts, losses, and who removed its background unless that was usual.
pub(super) fn notes(removed: &Removed) -> Vec<String> {
    let doubts = removed.doubts.iter().map(ToString::to_string);
    let losses = removed.losses.iter().map(ToString::to_string);
    let decisions = removed
        .decisions
        .iter()
        .filter(|decision| decision.route == Route::Server || decision.reason.is_some())
        .map(ToString::to_string);
    doubts.chain(losses).chain(decisions).collect()
}
