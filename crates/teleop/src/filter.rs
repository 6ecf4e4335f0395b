//! A filter against jitter that any teleoperator can be put behind: a trembling hand, a noisy encoder, a stick.
//!
//! It is the 1-euro filter of Casiez, Roussel and Vogel (CHI 2012, “1€ Filter: A Simple Speed-based Low-pass Filter
//! for Noisy Input in Interactive Systems”), per joint: a low pass whose cutoff rises with speed, `min_cutoff + beta x
//! |speed|`, so that a joint at rest does not tremble and one that moves is hardly late. The speed is that of the raw
//! values, as in the authors' later code, through a low pass of 1 Hz. Goals come out before the limits, which hold as
//! ever.
//! Not here: the smoothing of a leader (`leader`).

use std::f64::consts::TAU;
use std::str::FromStr;
use std::time::Duration;

use arms::MAX_VALUES;
use arms::limits::Following;

use crate::teleoperator::{CycleContext, Goal, InputStatus, Teleoperator};

/// Cutoff of the speed's own low pass, Hz; the paper's.
const SPEED_CUTOFF: f64 = 1.0;

/// How strongly is filtered.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FilterConfig {
    /// Cutoff at rest, Hz: the lower, the calmer and the later.
    pub min_cutoff: f64,
    /// What one degree (or percent) per second adds to the cutoff, Hz: the higher, the less late a movement is.
    pub beta: f64,
}

impl FilterConfig {
    /// Takes the tremor out of a hand: about 40 ms behind at rest, 10 ms at 60 degrees per second.
    pub const LIGHT: Self = Self {
        min_cutoff: 4.0,
        beta: 0.2,
    };
    /// Calm enough for close work: about 130 ms behind at rest, 30 ms at 60 degrees per second.
    pub const STRONG: Self = Self {
        min_cutoff: 1.2,
        beta: 0.07,
    };

    /// How far a joint that moves steadily at `speed` (per second) lags behind when goals come every `period`.
    pub fn delay(&self, speed: f64, period: Duration) -> Duration {
        let share = share(self.min_cutoff + self.beta * speed.abs(), period);
        period.mul_f64((1.0 - share) / share)
    }
}

/// A filter that makes no sense.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("“{0}” is no filter")]
pub struct FilterError(String);

impl FilterError {
    /// What the person can do.
    pub fn remedy(&self) -> &'static str {
        "Use off, light, strong, or MIN_CUTOFF:BETA with a cutoff of 0.05 to 50 Hz and a beta of 0 to 10, such as 4:0.2."
    }
}

impl FromStr for FilterConfig {
    type Err = FilterError;

    /// `light`, `strong`, or `MIN_CUTOFF:BETA`.
    fn from_str(text: &str) -> Result<Self, FilterError> {
        let number = |text: &str| text.trim().parse::<f64>().ok();
        match text.trim() {
            "light" => Ok(Self::LIGHT),
            "strong" => Ok(Self::STRONG),
            other => other
                .split_once(':')
                .and_then(|(cutoff, beta)| {
                    Some(Self {
                        min_cutoff: number(cutoff)?,
                        beta: number(beta)?,
                    })
                })
                .filter(|config| {
                    (0.05..=50.0).contains(&config.min_cutoff)
                        && (0.0..=10.0).contains(&config.beta)
                })
                .ok_or_else(|| FilterError(text.to_owned())),
        }
    }
}

/// What of a new value a low pass of this cutoff takes over after `period`.
fn share(cutoff: f64, period: Duration) -> f64 {
    let turn = TAU * cutoff * period.as_secs_f64().max(1e-6);
    turn / (turn + 1.0)
}

/// One joint's filter.
#[derive(Debug, Clone, Copy)]
struct OneEuro {
    raw: f64,
    speed: f64,
    smooth: f64,
}

impl OneEuro {
    /// The filtered value, and how far behind a steady movement it is at present.
    fn step(&mut self, raw: f64, config: &FilterConfig, period: Duration) -> (f64, Duration) {
        let speed = (raw - self.raw) / period.as_secs_f64().max(1e-6);
        self.raw = raw;
        self.speed += share(SPEED_CUTOFF, period) * (speed - self.speed);
        let share = share(config.min_cutoff + config.beta * self.speed.abs(), period);
        self.smooth += share * (raw - self.smooth);
        (self.smooth, period.mul_f64((1.0 - share) / share))
    }
}

/// A teleoperator behind a filter.
#[derive(Debug)]
pub struct Filtered<T> {
    inner: T,
    config: FilterConfig,
    joints: [Option<OneEuro>; MAX_VALUES],
    delay: Duration,
}

impl<T: Teleoperator> Filtered<T> {
    /// Puts `inner` behind a filter.
    pub fn new(inner: T, config: FilterConfig) -> Self {
        Self {
            inner,
            config,
            joints: [None; MAX_VALUES],
            delay: Duration::ZERO,
        }
    }
}

impl<T: Teleoperator> Teleoperator for Filtered<T> {
    fn name(&self) -> &'static str {
        self.inner.name()
    }

    fn following(&self) -> Following {
        self.inner.following()
    }

    fn engage(&mut self, cx: &CycleContext<'_>) {
        self.joints = [None; MAX_VALUES];
        self.inner.engage(cx);
    }

    fn goal(&mut self, cx: &CycleContext<'_>) -> Goal {
        let mut goal = match self.inner.goal(cx) {
            Goal::To(goal) => goal,
            other => return other,
        };
        let mut fastest = -1.0;
        for (joint, value) in self.joints.iter_mut().zip(goal.as_mut_slice()) {
            if !value.is_finite() {
                *joint = None;
                continue;
            }
            let filter = joint.get_or_insert(OneEuro {
                raw: *value,
                speed: 0.0,
                smooth: *value,
            });
            let (smooth, delay) = filter.step(*value, &self.config, cx.period);
            *value = smooth;
            if filter.speed.abs() > fastest {
                fastest = filter.speed.abs();
                self.delay = delay;
            }
        }
        Goal::To(goal)
    }

    fn stop_asked(&mut self) -> bool {
        self.inner.stop_asked()
    }

    fn input(&self) -> InputStatus {
        let inner = self.inner.input();
        InputStatus {
            delay: Some(inner.delay.unwrap_or_default() + self.delay),
            ..inner
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PERIOD: Duration = Duration::from_nanos(8_333_333);

    fn filter(at: f64) -> OneEuro {
        OneEuro {
            raw: at,
            speed: 0.0,
            smooth: at,
        }
    }

    #[test]
    fn the_delay_that_is_shown_is_the_one_a_steady_movement_has() {
        for config in [FilterConfig::LIGHT, FilterConfig::STRONG] {
            for speed in [5.0, 20.0, 60.0, 150.0] {
                let mut joint = filter(0.0);
                let (mut raw, mut shown, mut smooth) = (0.0, Duration::ZERO, 0.0);
                for _ in 0..1200 {
                    raw += speed * PERIOD.as_secs_f64();
                    (smooth, shown) = joint.step(raw, &config, PERIOD);
                }
                let measured = (raw - smooth) / speed;
                assert!(
                    (measured - shown.as_secs_f64()).abs() < 2e-4,
                    "{config:?} at {speed}: {measured} s, shown {shown:?}"
                );
                let told = config.delay(speed, PERIOD);
                assert!(
                    told.abs_diff(shown) < Duration::from_micros(200),
                    "{told:?}"
                );
            }
        }
        let ms = |config: FilterConfig, speed| config.delay(speed, PERIOD).as_millis();
        assert_eq!(
            [0.0, 60.0].map(|speed| ms(FilterConfig::LIGHT, speed)),
            [39, 9]
        );
        assert_eq!(
            [0.0, 60.0].map(|speed| ms(FilterConfig::STRONG, speed)),
            [132, 29]
        );
    }

    #[test]
    fn a_trembling_hand_is_calmed() {
        // Half a degree at 9 Hz, as hands tremble.
        let spread = |config: &FilterConfig| {
            let mut joint = filter(0.0);
            let values: Vec<f64> = (0..960)
                .map(|cycle| {
                    let raw = 0.5 * (TAU * 9.0 * f64::from(cycle) / 120.0).sin();
                    joint.step(raw, config, PERIOD).0
                })
                .skip(240)
                .collect();
            values.iter().copied().fold(f64::MIN, f64::max)
        };
        assert!(spread(&FilterConfig::LIGHT) < 0.3);
        assert!(spread(&FilterConfig::STRONG) < 0.1);
    }

    #[test]
    fn a_filter_is_named_or_given_in_numbers() {
        assert_eq!("light".parse(), Ok(FilterConfig::LIGHT));
        assert_eq!("strong".parse(), Ok(FilterConfig::STRONG));
        let own = FilterConfig {
            min_cutoff: 2.5,
            beta: 0.1,
        };
        assert_eq!("2.5:0.1".parse(), Ok(own));
        for bad in [
            "", "weak", "1", "0:0", "1:-1", "nan:1", "1:nan", "1e9:0", ":",
        ] {
            assert!(bad.parse::<FilterConfig>().is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn what_comes_out_lies_between_what_went_in(
            values in prop::collection::vec(-200.0f64..200.0, 1..200),
            cutoff in 0.05f64..50.0,
            beta in 0.0f64..10.0,
        ) {
            let config = FilterConfig { min_cutoff: cutoff, beta };
            let mut joint = filter(values[0]);
            let (mut least, mut most) = (values[0], values[0]);
            for raw in values {
                (least, most) = (least.min(raw), most.max(raw));
                let smooth = joint.step(raw, &config, PERIOD).0;
                prop_assert!((least - 1e-9..=most + 1e-9).contains(&smooth), "{smooth} outside {least} to {most}");
            }
        }
    }
}
