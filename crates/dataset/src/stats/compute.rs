//! Statistics of one episode's column, in the arithmetic of numpy: float32 columns in float32, all others in float64.

use std::ops::{Add, Div, Mul, Sub};

use super::FeatureStats;

/// Bins of the histogram that quantiles are read from (LeRobot's `RunningQuantileStats`).
const BINS: usize = 5000;
/// How far the histogram reaches beyond the smallest and the largest value.
const MARGIN: f64 = 1e-10;
const QUANTILES: [(&str, f64); 5] = [
    ("q01", 0.01),
    ("q10", 0.10),
    ("q50", 0.50),
    ("q90", 0.90),
    ("q99", 0.99),
];

/// A float that sums in its own precision, as numpy's do.
pub trait Real:
    Copy
    + PartialOrd
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Into<f64>
{
    /// The nearest value.
    fn nearest(value: f64) -> Self;
    /// The square root.
    fn root(self) -> Self;
}

impl Real for f32 {
    fn nearest(value: f64) -> Self {
        value as f32
    }
    fn root(self) -> Self {
        self.sqrt()
    }
}

impl Real for f64 {
    fn nearest(value: f64) -> Self {
        value
    }
    fn root(self) -> Self {
        self.sqrt()
    }
}

/// Statistics over rows of `width` values each. An incomplete last row is left out; no rows give no statistics.
pub fn of_rows<F: Real>(values: &[F], width: usize) -> FeatureStats {
    let rows = values.len().checked_div(width).unwrap_or(0);
    let mut stats = FeatureStats {
        shape: vec![width],
        count: vec![rows as i64],
        ..FeatureStats::default()
    };
    if rows == 0 {
        return stats;
    }
    let mut put =
        |name: &str, value: f64| stats.values.entry(name.to_owned()).or_default().push(value);
    let count = F::nearest(rows as f64);
    let zero = F::nearest(0.0);
    for at in 0..width {
        let mut column: Vec<F> = values
            .iter()
            .skip(at)
            .step_by(width)
            .take(rows)
            .copied()
            .collect();
        let square: Vec<F> = column.iter().map(|value| *value * *value).collect();
        // numpy adds a single column pairwise and several columns row by row.
        let sum = |values: &[F]| {
            if width == 1 {
                pairwise(values)
            } else {
                values.iter().fold(zero, |sum, value| sum + *value)
            }
        };
        let mean = sum(&column) / count;
        let variance = sum(&square) / count - mean * mean;
        let std = if variance > zero {
            variance.root()
        } else {
            zero
        };
        column.sort_by(|a, b| a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal));
        put("min", column[0].into());
        put("max", column[rows - 1].into());
        put("mean", mean.into());
        put("std", if rows < 2 { 0.0 } else { std.into() });
        let edges = Edges::new(column[0], column[rows - 1]);
        for (name, share) in QUANTILES {
            put(
                name,
                if rows < 2 {
                    mean.into()
                } else {
                    edges.quantile(&column, share)
                },
            );
        }
    }
    stats
}

/// numpy's pairwise sum: eight partial sums up to 128 values, halves beyond.
fn pairwise<F: Real>(values: &[F]) -> F {
    let zero = F::nearest(0.0);
    if values.len() < 8 {
        return values.iter().fold(zero, |sum, value| sum + *value);
    }
    if values.len() > 128 {
        let half = values.len() / 2;
        let half = half - half % 8;
        return pairwise(&values[..half]) + pairwise(&values[half..]);
    }
    let mut eight = [zero; 8];
    eight.copy_from_slice(&values[..8]);
    let chunks = values[8..].chunks_exact(8);
    let rest = chunks.remainder();
    for chunk in chunks {
        for (sum, value) in eight.iter_mut().zip(chunk) {
            *sum = *sum + *value;
        }
    }
    let [a, b, c, d, e, f, g, h] = eight;
    rest.iter()
        .fold(((a + b) + (c + d)) + ((e + f) + (g + h)), |sum, value| {
            sum + *value
        })
}

/// The edges of the histogram's bins, as `numpy.linspace` spaces them in the column's own precision.
struct Edges<F> {
    first: F,
    last: F,
    step: F,
}

impl<F: Real> Edges<F> {
    fn new(smallest: F, largest: F) -> Self {
        let first = smallest - F::nearest(MARGIN);
        let last = largest + F::nearest(MARGIN);
        let step = (last - first) / F::nearest(BINS as f64);
        Self { first, last, step }
    }

    fn at(&self, edge: usize) -> F {
        if edge >= BINS {
            self.last
        } else {
            F::nearest(edge as f64) * self.step + self.first
        }
    }

    /// How many of the sorted values lie below an edge; the last edge belongs to the last bin.
    fn below(&self, sorted: &[F], edge: usize) -> usize {
        let at = self.at(edge);
        if edge >= BINS {
            sorted.partition_point(|value| *value <= at)
        } else {
            sorted.partition_point(|value| *value < at)
        }
    }

    /// The quantile: the first bin whose cumulative count reaches the target, interpolated inside it.
    fn quantile(&self, sorted: &[F], share: f64) -> f64 {
        let target = share * sorted.len() as f64;
        let before_first = self.below(sorted, 0);
        let cumulative = |bin: usize| (self.below(sorted, bin + 1) - before_first) as f64;
        let (mut low, mut high) = (0, BINS);
        while low < high {
            let middle = usize::midpoint(low, high);
            if cumulative(middle) < target {
                low = middle + 1
            } else {
                high = middle
            }
        }
        if low == 0 {
            return self.at(0).into();
        }
        if low >= BINS {
            return self.last.into();
        }
        let before = cumulative(low - 1);
        let inside = cumulative(low) - before;
        let (begin, end) = (self.at(low), self.at(low + 1));
        let begin_wide: f64 = begin.into();
        if inside == 0.0 {
            return begin_wide;
        }
        begin_wide + (target - before) / inside * (end - begin).into()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn long_columns_agree_with_numpy_to_the_last_digit() {
        // numpy 2.4: a = ((i * 37 + j * 11) % 101 / 7).astype(float32) for i in 0..1000, j in 0..2.
        let values: Vec<f32> = (0..1000)
            .flat_map(|i| (0..2).map(move |j| ((i * 37 + j * 11) % 101) as f32 / 7.0))
            .collect();
        let stats = of_rows(&values, 2);
        let expected = NUMPY_TWO_COLUMNS;
        for (name, values) in expected {
            assert_eq!(stats.values[name], values, "{name}");
        }
        let single: Vec<f64> = (0..1000).map(f64::from).map(|i| i / 30.0).collect();
        let stats = of_rows(&single, 1);
        for (name, value) in NUMPY_ONE_COLUMN {
            assert_eq!(stats.values[name], [value], "{name}");
        }
    }

    const NUMPY_TWO_COLUMNS: [(&str, [f64; 2]); 9] = [
        ("min", [0.0, 0.0]),
        ("max", [14.285714149475098, 14.285714149475098]),
        ("mean", [7.144285678863525, 7.143000602722168]),
        ("std", [4.1685075759887695, 4.16682243347168]),
        ("q01", [-1.000000013351432e-10, -1.000000013351432e-10]),
        ("q10", [1.4288571715354919, 1.4288571715354919]),
        ("q50", [7.144285678863525, 7.144285678863525]),
        ("q90", [12.859713935852051, 12.859713935852051]),
        ("q99", [14.145713806152344, 14.145713806152344]),
    ];
    const NUMPY_ONE_COLUMN: [(&str, f64); 9] = [
        ("min", 0.0),
        ("max", 33.3),
        ("mean", 16.65),
        ("std", 9.622499675240318),
        ("q01", 0.30635999990184),
        ("q10", 3.30335999991984),
        ("q50", 16.636679999999924),
        ("q90", 29.970000000080002),
        ("q99", 32.967000000098),
    ];

    #[test]
    fn a_single_row_is_its_own_quantile_and_does_not_spread() {
        let stats = of_rows(&[2.5f32, -1.0], 2);
        for name in ["min", "max", "mean", "q01", "q50", "q99"] {
            assert_eq!(stats.values[name], [2.5, -1.0], "{name}");
        }
        assert_eq!(stats.values["std"], [0.0, 0.0]);
        assert_eq!(stats.count, [1]);
    }

    #[test]
    fn a_motor_that_never_moved_has_the_same_value_everywhere() {
        let stats = of_rows(&[31.25f32; 900], 1);
        for name in ["min", "max", "mean", "q01", "q50", "q99"] {
            assert_eq!(stats.values[name], [31.25], "{name}");
        }
        assert_eq!(stats.values["std"], [0.0]);
    }

    proptest! {
        #[test]
        fn quantiles_lie_between_the_extremes_and_in_order(values in proptest::collection::vec(-200.0f32..200.0, 2..400)) {
            let stats = of_rows(&values, 1);
            let order: Vec<f64> = ["min", "q01", "q10", "q50", "q90", "q99", "max"].iter().map(|name| stats.values[*name][0]).collect();
            // A bin is 0.08 wide here at most.
            prop_assert!(order.windows(2).all(|pair| pair[0] <= pair[1] + 1e-6), "{:?}", order);
        }
    }
}
