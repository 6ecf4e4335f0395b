//! A matrix over three channels, with tables before and behind it, as lookups and additions.

use super::{Matrix, Tables};

/// Parts of one in a sum: four bits behind the point.
const ONE: f64 = 16.0;
/// A sum of nothing: in the middle of 16 bits, and half a level up, so that cutting rounds.
const ZERO: i32 = 32_768 + 8;
/// Sums without the four bits behind the point.
const SUMS: usize = 4096;
/// Sums of all channels' largest products stay in 16 bits up to this sum of a row's absolute factors.
#[cfg(test)]
pub(crate) const LARGEST_ROW: f64 = 8.0;

/// A matrix with the tables before and behind it.
///
/// For each value of a channel, `products` holds what it adds to red, green and blue, 16 bits each in one number:
/// three loads and two additions are the matrix. Products are rounded to sixteenths of a level one by one, so a result
/// differs from the exact one by at most 0.6 levels.
pub(super) struct Mix {
    products: [[u64; 256]; 3],
    /// From a sum to what the table behind makes of it, for each channel.
    out: [[u8; SUMS]; 3],
    /// All rows are the same, and so are the tables behind.
    pub grey: bool,
}

impl Mix {
    pub fn new(before: Option<&Tables>, matrix: &Matrix) -> Self {
        let mut products = [[0u64; 256]; 3];
        for (row, factors) in matrix.iter().enumerate() {
            let exact = |c: usize, v: usize| {
                let v = before.map_or(v, |tables| usize::from(tables[c][v]));
                (factors[c] * v as f64 * ONE).round() as i32
            };
            // No lane may become negative, or it would borrow from its neighbour.
            let lowest = [0, 1, 2].map(|c| (0..256).map(|v| exact(c, v)).min().unwrap_or(0).min(0));
            let rest = ZERO + lowest.iter().sum::<i32>();
            for (c, values) in products.iter_mut().enumerate() {
                for (v, lanes) in values.iter_mut().enumerate() {
                    let lift = if c == 0 { rest } else { 0 };
                    let lane = (exact(c, v) - lowest[c] + lift).clamp(0, 0xffff) as u64;
                    *lanes |= lane << (16 * row);
                }
            }
        }
        let cut: [u8; SUMS] = std::array::from_fn(|sum| (sum as i32 - 2048).clamp(0, 255) as u8);
        let grey = matrix[0] == matrix[1] && matrix[1] == matrix[2];
        Self {
            products,
            out: [cut, cut, cut],
            grey,
        }
    }

    pub fn then(&mut self, tables: &Tables) {
        for (out, table) in self.out.iter_mut().zip(tables) {
            for value in out.iter_mut() {
                *value = table[usize::from(*value)];
            }
        }
        self.grey &= tables[0] == tables[1] && tables[1] == tables[2];
    }

    #[inline(always)]
    fn sums(&self, r: u8, g: u8, b: u8) -> u64 {
        let [red, green, blue] = &self.products;
        red[usize::from(r)]
            .wrapping_add(green[usize::from(g)])
            .wrapping_add(blue[usize::from(b)])
    }

    #[inline(always)]
    pub fn pixel(&self, [r, g, b]: [u8; 3]) -> [u8; 3] {
        self.cut(self.sums(r, g, b))
    }

    #[inline(always)]
    fn cut(&self, sums: u64) -> [u8; 3] {
        let [red, green, blue] = &self.out;
        [
            red[(sums >> 4) as usize % SUMS],
            green[(sums >> 20) as usize % SUMS],
            blue[(sums >> 36) as usize % SUMS],
        ]
    }

    #[inline(always)]
    pub fn grey_pixel(&self, [r, g, b]: [u8; 3]) -> [u8; 3] {
        [self.out[0][(self.sums(r, g, b) >> 4) as usize % SUMS]; 3]
    }
}

/// Two matrices in one go: the sums of the first are looked up in the products of the second, without a byte between.
///
/// That is twelve bits instead of eight for each lookup, but sums of real pixels lie close together, so that what is used
/// of these tables stays in the first cache.
pub(super) struct Pair {
    first: Box<Mix>,
    products: Box<[[u64; SUMS]; 3]>,
    second: Box<Mix>,
}

impl Pair {
    pub fn new(first: Box<Mix>, second: Box<Mix>) -> Self {
        let mut products = Box::new([[0; SUMS]; 3]);
        for (c, values) in products.iter_mut().enumerate() {
            for (value, byte) in values.iter_mut().zip(&first.out[c]) {
                *value = second.products[c][usize::from(*byte)];
            }
        }
        Self {
            first,
            products,
            second,
        }
    }

    #[inline(always)]
    pub fn pixel(&self, [r, g, b]: [u8; 3]) -> [u8; 3] {
        let sums = self.first.sums(r, g, b);
        let [red, green, blue] = &*self.products;
        let sums = red[(sums >> 4) as usize % SUMS]
            .wrapping_add(green[(sums >> 20) as usize % SUMS])
            .wrapping_add(blue[(sums >> 36) as usize % SUMS]);
        self.second.cut(sums)
    }
}
