//! What a pipeline comes to for one picture: steps, each a fused chain or a single operation, with parameters for a proxy
//! where the picture is one, and a key that tells what the result depends on.

use pixels::Size;

use crate::effects::{Scale, Shape, shrunk};
use crate::error::ImagingError;
use crate::fused::{Pass, Program};
use crate::operation::Operation;
use crate::picture::Picture;
use crate::pipeline::Pipeline;
use crate::run::Run;

pub(crate) struct Plan {
    pub steps: Vec<Step>,
}

pub(crate) struct Step {
    /// All parameters up to the end of this step. Equal texts mean equal results for the same source.
    pub key: String,
    /// Place of its first stage among all of the pipeline.
    stage: usize,
    name: &'static str,
    work: Work,
}

enum Work {
    Fused(Vec<Pass>),
    Single(Box<Operation>),
}

impl Plan {
    /// For the picture itself.
    pub fn full(pipeline: &Pipeline, from: Shape, run: &Run<'_>) -> Result<Self, ImagingError> {
        Self::new(pipeline, from, (from.size, u32::MAX), run)
    }

    /// For a proxy of size `proxy` that stands for a picture of shape `full`; no result is longer than `longest` on a
    /// side, as far as a resize decides about it.
    pub fn proxy(
        pipeline: &Pipeline,
        full: Shape,
        proxy: Size,
        longest: u32,
        run: &Run<'_>,
    ) -> Result<Self, ImagingError> {
        Self::new(pipeline, full, (proxy, longest), run)
    }

    fn new(
        pipeline: &Pipeline,
        from: Shape,
        (proxy, longest): (Size, u32),
        run: &Run<'_>,
    ) -> Result<Self, ImagingError> {
        pipeline.check()?;
        let (mut full, mut here) = (from, from);
        here.size = proxy;
        let mut steps: Vec<Step> = Vec::new();
        let mut key = String::new();
        for (stage, operation) in pipeline.active() {
            let name = operation.name();
            let at_stage = |error: ImagingError| error.at_stage(stage, name);
            let next = operation.shape(full, &run.limits).map_err(at_stage)?;
            extend(&mut key, operation, run);
            if let Some(passes) = operation.effect().passes() {
                match steps.last_mut() {
                    Some(Step {
                        key: last,
                        work: Work::Fused(chain),
                        ..
                    }) => {
                        chain.extend(passes);
                        last.clone_from(&key);
                    }
                    _ => steps.push(Step {
                        key: key.clone(),
                        stage,
                        name,
                        work: Work::Fused(passes),
                    }),
                }
                full = next;
                continue;
            }
            let scale = Scale {
                full: full.size,
                proxy: here.size,
                full_out: next.size,
                longest,
            };
            let scaled = match full.size == here.size && next.size == shrunk(next.size, longest) {
                true => None,
                false => operation.effect().on_proxy(&scale),
            };
            let single = scaled.unwrap_or_else(|| operation.clone());
            here = single.effect().shape(here, &run.limits).map_err(at_stage)?;
            full = next;
            steps.push(Step {
                key: key.clone(),
                stage,
                name,
                work: Work::Single(Box::new(single)),
            });
        }
        Ok(Self { steps })
    }
}

/// Writes an operation to the end of a key: name, parameters, and for a background which picture it is.
fn extend(key: &mut String, operation: &Operation, run: &Run<'_>) {
    key.push_str(operation.name());
    // Debug output of numbers is the shortest text that leads back to them.
    key.push_str(&format!("{operation:?}"));
    if let Operation::BackgroundPicture(background) = operation {
        key.push_str(&format!(
            "{:?}",
            run.backdrops.revision(&background.picture)
        ));
    }
    if let Operation::RemoveBackground(removal) = operation {
        let session = run.networks.get(&removal.model);
        key.push_str(&format!("{:?}", session.map(|session| session.revision())));
    }
    key.push('\n');
}

impl Step {
    /// Makes the step's result from the one before.
    pub fn apply(&self, picture: &Picture, run: &Run<'_>) -> Result<Picture, ImagingError> {
        let made = match &self.work {
            Work::Fused(passes) => {
                let program = Program::new(passes);
                match program.is_empty() {
                    true => Ok(picture.clone()),
                    false => program.apply(picture, run),
                }
            }
            Work::Single(operation) => operation.effect().apply(picture, run),
        };
        made.map_err(|error| error.at_stage(self.stage, self.name))
    }
}
