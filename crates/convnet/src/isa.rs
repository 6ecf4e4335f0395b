//! Which vector instructions are used.

use pulp::{Simd, WithSimd};

/// Vector instructions of a processor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Isa {
    /// Whatever the program was built for.
    Plain,
    /// What the processor has best, as found when it is asked for.
    Best,
}

impl Isa {
    /// All that this processor can run, for tests that compare them.
    pub fn all() -> [Self; 2] {
        [Self::Plain, Self::Best]
    }

    /// Does `work` with these instructions.
    pub(crate) fn run<W: WithSimd>(self, work: W) -> W::Output {
        match self {
            // Sums of 16 numbers at a time, which the compiler makes of what there is.
            Self::Plain => work.with_simd(pulp::Scalar256b),
            Self::Best => match pulp::Arch::new() {
                pulp::Arch::Scalar => work.with_simd(pulp::Scalar256b),
                arch => arch.dispatch(work),
            },
        }
    }
}

/// Vectors of `S` in a block of 16 numbers, at most.
pub(crate) const fn vectors<S: Simd>() -> usize {
    crate::blocks::LANES / S::F32_LANES
}
