//! One operation with its parameters, by the name it has in presets.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::effects::{
    BackgroundColour, BackgroundPicture, BoxBlur, Brightness, Contrast, Crop, Curves, Denoise,
    Effect, Exposure, Flip, Gamma, GaussianBlur, Grayscale, Hue, Invert, Levels, RemoveBackground,
    Resize, Rotate, Saturation, Shape, Sharpen, Threshold, WhiteBalance,
};
use crate::error::ImagingError;
use crate::limits::Limits;
use crate::picture::Picture;
use crate::run::Run;

/// One line for each operation: all that asks «which one» follows from it.
macro_rules! operations {
    ($($name:ident = $kind:ident,)*) => {
        /// An operation on a picture. Each is described at its parameters.
        #[derive(Debug, Clone, PartialEq, Serialize)]
        #[serde(untagged)]
        #[expect(missing_docs, reason = "each is described at its parameters")]
        pub enum Operation {
            $($kind($kind),)*
        }

        impl Operation {
            /// Names of all operations, as presets write them.
            pub const NAMES: &[&str] = &[$(stringify!($name),)*];

            /// The operation's name in presets.
            pub fn name(&self) -> &'static str {
                match self {
                    $(Self::$kind(_) => stringify!($name),)*
                }
            }

            /// Names of the fields of an operation in presets, in order; none where no operation has this name.
            pub fn fields(name: &str) -> &'static [&'static str] {
                match name {
                    $(stringify!($name) => crate::fields::of::<$kind>(),)*
                    _ => &[],
                }
            }

            pub(crate) fn effect(&self) -> &dyn Effect {
                match self {
                    $(Self::$kind(effect) => effect,)*
                }
            }

            /// The operation of a name with parameters from a preset; `None` where no operation has this name.
            pub(crate) fn from_json(
                name: &str,
                parameters: Map<String, Value>,
            ) -> Option<Result<Self, serde_json::Error>> {
                let parameters = Value::Object(parameters);
                match name {
                    $(stringify!($name) => {
                        Some(serde_json::from_value(parameters).map(Self::$kind))
                    })*
                    _ => None,
                }
            }
        }

        $(impl From<$kind> for Operation {
            fn from(parameters: $kind) -> Self {
                Self::$kind(parameters)
            }
        })*
    };
}

operations! {
    background_colour = BackgroundColour,
    background_picture = BackgroundPicture,
    box_blur = BoxBlur,
    brightness = Brightness,
    contrast = Contrast,
    crop = Crop,
    curves = Curves,
    denoise = Denoise,
    exposure = Exposure,
    flip = Flip,
    gamma = Gamma,
    gaussian_blur = GaussianBlur,
    grayscale = Grayscale,
    hue = Hue,
    invert = Invert,
    levels = Levels,
    remove_background = RemoveBackground,
    resize = Resize,
    rotate = Rotate,
    saturation = Saturation,
    sharpen = Sharpen,
    threshold = Threshold,
    white_balance = WhiteBalance,
}

impl Operation {
    /// Whether all parameters are within what they may be, as far as that can be told without a picture.
    ///
    /// # Errors
    /// [`ImagingError::Parameter`] with field, value and what is allowed.
    pub fn check(&self) -> Result<(), ImagingError> {
        self.effect().check()
    }

    /// Whether the operation looks at each pixel by itself, so that it can become part of a fused pass.
    pub fn pointwise(&self) -> bool {
        self.effect().passes().is_some()
    }

    /// Size and layout of the result for a picture of this shape.
    ///
    /// # Errors
    /// When parameters and picture do not fit together, such as a cut-out beyond its edge.
    pub fn shape(&self, from: Shape, limits: &Limits) -> Result<Shape, ImagingError> {
        self.check()?;
        self.effect().shape(from, limits)
    }

    /// Makes the picture. The one it is made from stays as it is.
    ///
    /// # Errors
    /// When a parameter is wrong, the result would be too large, or the run's checkpoint wants the work to end.
    pub fn apply(&self, picture: &Picture, run: &Run<'_>) -> Result<Picture, ImagingError> {
        self.check()?;
        self.effect().apply(picture, run)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_sorted_and_lead_to_their_operation() {
        assert!(Operation::NAMES.is_sorted());
        for name in Operation::NAMES {
            assert!(Operation::from_json(name, Map::new()).is_some(), "{name}");
        }
        assert!(Operation::from_json("sepia", Map::new()).is_none());
    }

    #[test]
    fn fields_are_those_that_presets_may_have() {
        assert_eq!(
            Operation::fields("resize"),
            ["width", "height", "fit", "filter"]
        );
        assert_eq!(Operation::fields("invert"), [""; 0]);
        assert_eq!(Operation::fields("sepia"), [""; 0]);
    }
}
