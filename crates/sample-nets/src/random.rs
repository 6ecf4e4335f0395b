//! Numbers that look random and are the same everywhere.

/// A seeded source (splitmix64), for weights and inputs.
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// The numbers of this seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// The next number, evenly spread from -1 to 1.
    pub fn even(&mut self) -> f32 {
        (self.bits() >> 40) as f32 / (1u64 << 23) as f32 - 1.0
    }

    /// So many of them, from `-reach` to `reach`.
    pub fn many(&mut self, count: usize, reach: f32) -> Vec<f32> {
        (0..count).map(|_| reach * self.even()).collect()
    }
}
