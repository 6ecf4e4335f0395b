//! Levels: the range of values that is used, spread over another range.

use serde::{Deserialize, Serialize};

use super::{Effect, within};
use crate::error::ImagingError;
use crate::fused::Pass;

/// Which channels an operation works on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// All three alike.
    #[default]
    All,
    /// Only red.
    Red,
    /// Only green.
    Green,
    /// Only blue.
    Blue,
}

impl Channel {
    /// Whether the channel with this index is meant.
    fn includes(self, index: usize) -> bool {
        match self {
            Self::All => true,
            Self::Red => index == 0,
            Self::Green => index == 1,
            Self::Blue => index == 2,
        }
    }
}

/// Spreads the values from `black` to `white` over `out_black` to `out_white`:
/// `out_black + (out_white - out_black) * x^(1 / gamma)` with `x = (v - black) / (white - black)` cut to 0..=1.
/// On sRGB-encoded values. `out_black` above `out_white` makes a negative.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Levels {
    /// Channels that are changed; all where nothing is said.
    pub channel: Channel,
    /// What becomes black, 0 to 1 and below `white`; neutral 0.
    pub black: f32,
    /// What becomes white, 0 to 1; neutral 1.
    pub white: f32,
    /// 0.1 to 10; neutral 1, more brightens the middle.
    pub gamma: f32,
    /// What black becomes, 0 to 1; neutral 0.
    pub out_black: f32,
    /// What white becomes, 0 to 1; neutral 1.
    pub out_white: f32,
}

impl Default for Levels {
    fn default() -> Self {
        Self {
            channel: Channel::All,
            black: 0.0,
            white: 1.0,
            gamma: 1.0,
            out_black: 0.0,
            out_white: 1.0,
        }
    }
}

impl Effect for Levels {
    fn check(&self) -> Result<(), ImagingError> {
        for (field, value) in [
            ("black", self.black),
            ("white", self.white),
            ("out_black", self.out_black),
            ("out_white", self.out_white),
        ] {
            within("levels", field, value, 0.0..=1.0)?;
        }
        within("levels", "gamma", self.gamma, 0.1..=10.0)?;
        if self.black >= self.white {
            return Err(ImagingError::Parameter {
                operation: "levels",
                field: "black".to_owned(),
                value: self.black.to_string(),
                allowed: format!("less than white, which is {}", self.white),
            });
        }
        Ok(())
    }

    fn passes(&self) -> Option<Vec<Pass>> {
        let neutral = Self {
            channel: self.channel,
            ..Self::default()
        };
        if *self == neutral {
            return Some(Vec::new());
        }
        let [black, white, gamma, out_black, out_white] = [
            self.black,
            self.white,
            self.gamma,
            self.out_black,
            self.out_white,
        ]
        .map(f64::from);
        Some(vec![Pass::tones(|channel, v| {
            if !self.channel.includes(channel) {
                return v;
            }
            let x = ((v - black) / (white - black)).clamp(0.0, 1.0);
            out_black + (out_white - out_black) * x.powf(1.0 / gamma)
        })])
    }
}
