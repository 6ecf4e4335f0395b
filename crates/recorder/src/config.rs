//! What a person asks of a record session, and the one grid that follows from it.
//!
//! Not here: whether disk, folder and dataset can take it (`preflight`).

use std::time::Duration;

use units::Hz;

/// The longest time without a cycle that a recording bridges by repeating rows (design: "a gap over 0.5 s ends the episode").
pub const LONGEST_GAP: Duration = Duration::from_millis(500);

/// Highest control rate, in Hz, named among the rates that fit (design: control loops run at 1–250 Hz).
const HIGHEST_CONTROL_RATE: u64 = 250;

/// A record session as LeRobot's users know it. Defaults are LeRobot's (lerobot_record.py).
#[derive(Debug, Clone, PartialEq)]
pub struct RecordConfig {
    /// What the arm is to do, stored with every row.
    pub task: String,
    /// Rows per second of the dataset.
    pub fps: u32,
    /// Rate of the loop that makes the steps: a whole multiple of `fps`.
    pub control_rate: Hz,
    /// Length of an episode that nobody ends earlier.
    pub episode_time: Duration,
    /// Time to put the scene back between two episodes; none after the last.
    pub reset_time: Duration,
    /// Episodes to save before the session ends by itself. When a dataset is resumed: additional ones.
    pub num_episodes: u32,
    /// Whether the first episode begins with the first step; otherwise it waits for [`crate::Command::Next`].
    pub start_at_once: bool,
}

impl Default for RecordConfig {
    fn default() -> Self {
        Self {
            task: String::new(),
            fps: 30,
            control_rate: Hz::new(60.0).unwrap_or_else(|| unreachable!("60 Hz is a rate")),
            episode_time: Duration::from_secs(60),
            reset_time: Duration::from_secs(60),
            num_episodes: 50,
            start_at_once: true,
        }
    }
}

impl RecordConfig {
    /// Checks the numbers against each other and lays out the grid of rows.
    ///
    /// # Errors
    /// [`ConfigError`] when a number makes no sense or the control rate is no whole multiple of `fps`.
    pub fn grid(&self) -> Result<Grid, ConfigError> {
        if self.fps == 0 {
            return Err(ConfigError::NoRate);
        }
        if self.num_episodes == 0 {
            return Err(ConfigError::NoEpisodes);
        }
        let rows = (self.episode_time.as_secs_f64() * f64::from(self.fps)).round() as u64;
        if rows == 0 {
            return Err(ConfigError::NoRows {
                episode_time: self.episode_time,
                fps: self.fps,
            });
        }
        let stride = stride(self.control_rate, self.fps).ok_or(ConfigError::RateDoesNotFit {
            control_rate: self.control_rate,
            fps: self.fps,
        })?;
        Ok(Grid {
            fps: self.fps,
            stride,
            rows,
        })
    }
}

/// Which cycles become rows: every `stride`-th of a loop that runs at `fps * stride` Hz.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grid {
    /// Rows per second; at least 1.
    pub fps: u32,
    /// Cycles per row; at least 1.
    pub stride: u64,
    /// Rows of a whole episode; at least 1.
    pub rows: u64,
}

impl Grid {
    /// Cycles per second.
    pub fn control_rate(&self) -> u64 {
        u64::from(self.fps) * self.stride
    }

    /// The largest distance between the slots of two neighbouring steps that is bridged.
    pub fn bridged_slots(&self) -> u64 {
        (LONGEST_GAP.as_millis() as u64 * self.control_rate()) / 1000
    }

    /// The time that `slots` take.
    pub fn time_of_slots(&self, slots: u64) -> Duration {
        Duration::from_secs_f64(slots as f64 / self.control_rate() as f64)
    }

    /// The time that `rows` take: the length of an episode of that many rows.
    pub fn time_of_rows(&self, rows: u64) -> Duration {
        Duration::from_secs_f64(rows as f64 / f64::from(self.fps))
    }
}

/// Cycles per row when the rates fit.
pub(crate) fn stride(control_rate: Hz, fps: u32) -> Option<u64> {
    let ratio = control_rate.get() / f64::from(fps);
    let whole = ratio.round();
    (whole >= 1.0 && (ratio - whole).abs() < 1e-9).then_some(whole as u64)
}

/// Control rates that fit a dataset rate, up to the highest a loop can run at.
pub(crate) fn control_rates_for(fps: u32) -> Vec<u64> {
    let fps = u64::from(fps.max(1));
    (1..=HIGHEST_CONTROL_RATE / fps).map(|n| n * fps).collect()
}

/// Dataset rates that fit a control rate: its whole divisors, at least 5 rows a second.
pub(crate) fn dataset_rates_for(control_rate: Hz) -> Vec<u64> {
    let rate = control_rate.get();
    if rate.fract() != 0.0 {
        return Vec::new();
    }
    let rate = rate as u64;
    (5..=rate).filter(|fps| rate.is_multiple_of(*fps)).collect()
}

fn list(rates: &[u64]) -> String {
    match rates {
        [] => "none".to_owned(),
        rates => rates
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(", "),
    }
}

/// A session that cannot be recorded as asked.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ConfigError {
    /// The control rate is no whole multiple of the dataset rate.
    #[error(
        "control at {control_rate} does not give {fps} rows a second: it must be a whole multiple (for {fps} rows: {} Hz; at {control_rate}: {} rows)",
        list(&control_rates_for(*fps)), list(&dataset_rates_for(*control_rate))
    )]
    RateDoesNotFit {
        /// Rate of the loop.
        control_rate: Hz,
        /// Rows per second.
        fps: u32,
    },
    /// No rows per second.
    #[error("a dataset needs at least one row a second")]
    NoRate,
    /// No episodes.
    #[error("a session needs at least one episode")]
    NoEpisodes,
    /// An episode shorter than one row.
    #[error("an episode of {episode_time:?} has no row at {fps} rows a second")]
    NoRows {
        /// Time asked for.
        episode_time: Duration,
        /// Rows per second.
        fps: u32,
    },
}

impl ConfigError {
    /// What the person can do about it.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::RateDoesNotFit { .. } => {
                "Choose one of the rates named, for example 60 or 120 Hz with 30 rows a second."
            }
            Self::NoRate => "Set the dataset rate, for example 30.",
            Self::NoEpisodes => "Set the number of episodes to 1 or more.",
            Self::NoRows { .. } => "Make the episode longer.",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(control: f64, fps: u32) -> RecordConfig {
        RecordConfig {
            control_rate: Hz::new(control).unwrap(),
            fps,
            episode_time: Duration::from_secs(20),
            ..RecordConfig::default()
        }
    }

    #[test]
    fn a_control_rate_fits_when_it_is_a_whole_multiple() {
        for (control, fps, stride) in [
            (60.0, 30, Some(2)),
            (120.0, 30, Some(4)),
            (100.0, 50, Some(2)),
            (250.0, 50, Some(5)),
            (120.0, 60, Some(2)),
            (30.0, 30, Some(1)),
            (15.0, 30, None),
            (100.0, 30, None),
            (59.94, 30, None),
        ] {
            let grid = config(control, fps).grid().ok();
            assert_eq!(grid.map(|grid| grid.stride), stride, "{control}/{fps}");
            if let Some(grid) = grid {
                assert_eq!(grid.rows, 20 * u64::from(fps));
            }
        }
    }

    #[test]
    fn a_refusal_names_the_rates_that_fit() {
        let message = config(100.0, 30).grid().unwrap_err().to_string();
        assert!(
            message.contains("30, 60, 90, 120, 150, 180, 210, 240 Hz"),
            "{message}"
        );
        assert!(message.contains("5, 10, 20, 25, 50, 100 rows"), "{message}");
    }

    #[test]
    fn numbers_without_sense_are_refused() {
        let no_rows = RecordConfig {
            episode_time: Duration::from_millis(10),
            ..config(60.0, 30)
        };
        assert!(matches!(no_rows.grid(), Err(ConfigError::NoRows { .. })));
        let none = RecordConfig {
            num_episodes: 0,
            ..config(60.0, 30)
        };
        assert_eq!(none.grid(), Err(ConfigError::NoEpisodes));
        let endless = RecordConfig {
            fps: 0,
            ..config(60.0, 30)
        };
        assert_eq!(endless.grid(), Err(ConfigError::NoRate));
    }
}
