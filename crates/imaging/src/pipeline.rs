//! Operations one after the other.
//!
//! Not here: writing and reading pipelines (`preset`), keeping what was made (`cache`).

use crate::effects::Shape;
use crate::error::ImagingError;
use crate::operation::Operation;
use crate::picture::Picture;
use crate::plan::Plan;
use crate::run::Run;

/// An operation at its place in a pipeline.
#[derive(Debug, Clone, PartialEq)]
pub struct Stage {
    /// What is done.
    pub operation: Operation,
    /// Whether it is left out for now, with its parameters kept.
    pub bypass: bool,
}

impl<O: Into<Operation>> From<O> for Stage {
    fn from(operation: O) -> Self {
        Self {
            operation: operation.into(),
            bypass: false,
        }
    }
}

/// Stages in the order they have effect. May be reordered, cut and joined freely.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Pipeline {
    /// The stages; public, because every order is valid.
    pub stages: Vec<Stage>,
}

impl Pipeline {
    /// Most stages of a pipeline that is run.
    pub const MOST: usize = 256;

    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The same with one more stage at the end.
    #[must_use]
    pub fn then(mut self, stage: impl Into<Stage>) -> Self {
        self.stages.push(stage.into());
        self
    }

    /// Stages that are not left out, with their place among all.
    pub fn active(&self) -> impl Iterator<Item = (usize, &Operation)> {
        self.stages
            .iter()
            .enumerate()
            .filter(|(_, stage)| !stage.bypass)
            .map(|(index, stage)| (index, &stage.operation))
    }

    /// Names of the backgrounds that a run needs in [`Run::backdrops`].
    pub fn backdrops(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self
            .active()
            .filter_map(|(_, operation)| match operation {
                Operation::BackgroundPicture(background) => Some(background.picture.as_str()),
                _ => None,
            })
            .collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// Whether all parameters of all stages, also of those left out, are within what they may be.
    ///
    /// # Errors
    /// The first that is not, with the number of its stage.
    pub fn check(&self) -> Result<(), ImagingError> {
        if self.stages.len() > Self::MOST {
            return Err(ImagingError::Parameter {
                operation: "pipeline",
                field: "stages".to_owned(),
                value: self.stages.len().to_string(),
                allowed: format!("at most {}", Self::MOST),
            });
        }
        for (index, stage) in self.stages.iter().enumerate() {
            let operation = &stage.operation;
            operation
                .check()
                .map_err(|error| error.at_stage(index, operation.name()))?;
        }
        Ok(())
    }

    /// Size and layout of the result for a picture of this shape.
    ///
    /// # Errors
    /// The stage whose parameters do not fit what reaches it.
    pub fn shape(&self, from: Shape, limits: &crate::Limits) -> Result<Shape, ImagingError> {
        self.check()?;
        self.active().try_fold(from, |shape, (index, operation)| {
            operation
                .shape(shape, limits)
                .map_err(|error| error.at_stage(index, operation.name()))
        })
    }

    /// Makes the picture. Pointwise stages next to each other run as one pass, with the very result of running each by
    /// itself.
    ///
    /// # Errors
    /// When a stage cannot be done, with its number, or the run's checkpoint wants the work to end.
    pub fn apply(&self, picture: &Picture, run: &Run<'_>) -> Result<Picture, ImagingError> {
        let shape = Shape {
            size: picture.size(),
            layout: picture.layout(),
        };
        let plan = Plan::full(self, shape, run)?;
        let of = plan.steps.len();
        plan.steps
            .iter()
            .enumerate()
            .try_fold(picture.clone(), |made, (index, step)| {
                step.apply(&made, &run.part(index, of))
            })
    }
}
