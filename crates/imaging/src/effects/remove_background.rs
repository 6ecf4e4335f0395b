//! Keeping what a picture is about.

use serde::{Deserialize, Serialize};

use super::{Effect, Scale, Shape};
use crate::error::ImagingError;
use crate::limits::Limits;
use crate::operation::Operation;
use crate::picture::{Layout, Picture};
use crate::removal::{LITE, Matting, remove_background};
use crate::run::Run;

/// What becomes of colours where background shines through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Colours {
    /// The background's part is taken out, so that no rim of it shows on another ground.
    #[default]
    Unmixed,
    /// They stay as they are.
    Kept,
    /// They are multiplied by alpha, which darkens edges; what rembg's plain cut-out gives.
    Multiplied,
}

/// Makes the background transparent. The result has alpha; alpha that was there is multiplied with it. In this order:
/// the mask is found, cleaned, drawn to edges, made finer by matting, and colours are taken apart, each where it is asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RemoveBackground {
    /// `lite`, which needs no model and wants a plain background, or the name of a network; see [`crate::Run::networks`].
    /// 1 to 100 letters; `lite` where nothing is said.
    pub model: String,
    /// Of `lite`: whether areas of the background's colour that the object encloses go too.
    pub holes: bool,
    /// Whether what is thinner than three pixels goes and the outline becomes smooth and hard.
    pub clean: bool,
    /// How far the outline is drawn to edges in the picture, in pixels, 0 to 200; 0 leaves it.
    pub refine: u32,
    /// Alpha of hair, fur and glass by matting; slow. Not done where nothing is said, or nothing in the mask is certain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub matting: Option<Matting>,
    /// What becomes of colours; `unmixed` where nothing is said.
    pub colours: Colours,
}

impl RemoveBackground {
    /// Largest [`RemoveBackground::refine`].
    pub const FARTHEST: u32 = 200;
}

impl Default for RemoveBackground {
    fn default() -> Self {
        Self {
            model: LITE.to_owned(),
            holes: false,
            clean: false,
            refine: 0,
            matting: None,
            colours: Colours::default(),
        }
    }
}

impl Effect for RemoveBackground {
    fn check(&self) -> Result<(), ImagingError> {
        let wrong = |field: &str, value: String, allowed: String| {
            Err(ImagingError::Parameter {
                operation: "remove_background",
                field: field.to_owned(),
                value,
                allowed,
            })
        };
        if !(1..=100).contains(&self.model.chars().count()) {
            let shown = self.model.chars().take(100).collect();
            return wrong("model", shown, "1 to 100 letters".to_owned());
        }
        if self.refine > Self::FARTHEST {
            let allowed = format!("0 to {}", Self::FARTHEST);
            return wrong("refine", self.refine.to_string(), allowed);
        }
        if let Some(Matting { erode, .. }) = self.matting
            && erode > Matting::WIDEST
        {
            let allowed = format!("0 to {}", Matting::WIDEST);
            return wrong("matting.erode", erode.to_string(), allowed);
        }
        Ok(())
    }

    fn shape(&self, from: Shape, _limits: &Limits) -> Result<Shape, ImagingError> {
        Ok(Shape {
            layout: Layout::Rgba,
            ..from
        })
    }

    fn on_proxy(&self, scale: &Scale) -> Option<Operation> {
        let scaled = |length: u32| match length {
            0 => 0,
            length => ((length as f32 * scale.mean()).round() as u32).max(1),
        };
        let matting = self.matting.map(|matting| Matting {
            erode: scaled(matting.erode),
            ..matting
        });
        Some(Operation::RemoveBackground(Self {
            refine: scaled(self.refine),
            matting,
            ..self.clone()
        }))
    }

    fn apply(&self, picture: &Picture, run: &Run<'_>) -> Result<Picture, ImagingError> {
        let cut = remove_background(picture, self, run)?;
        run.doubts.add(&cut.doubts);
        Ok(cut.picture)
    }
}
