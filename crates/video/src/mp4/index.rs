//! Where every sample of a growing film is: what the closing `moov` is made of.

/// Samples that lie one behind the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Chunk {
    /// First byte of its first sample, from the beginning of the file.
    pub(super) offset: u64,
    /// Samples in it; never none.
    pub(super) samples: u32,
}

/// Sizes, key pictures and places of all samples, five bytes and a bit for each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Index {
    /// Bytes of every sample.
    pub(super) sizes: Vec<u32>,
    /// Samples that need no other to be decoded, ascending, from 0.
    pub(super) keys: Vec<u32>,
    /// Where they are, in order.
    pub(super) chunks: Vec<Chunk>,
}

impl Index {
    /// Samples in all.
    pub(super) fn samples(&self) -> u32 {
        // A film is refused more samples than that when they are handed over.
        u32::try_from(self.sizes.len()).unwrap_or(u32::MAX)
    }

    /// Another chunk of samples, `(size, key)` each.
    pub(super) fn chunk(&mut self, offset: u64, samples: &[(u32, bool)]) {
        let Ok(count) = u32::try_from(samples.len()) else {
            return;
        };
        if count == 0 {
            return;
        }
        for (size, key) in samples {
            if *key {
                self.keys.push(self.samples());
            }
            self.sizes.push(*size);
        }
        self.chunks.push(Chunk {
            offset,
            samples: count,
        });
    }

    /// The index of samples `(offset, size, key)` as they lie in a file; what lies together is one chunk.
    pub(super) fn of(samples: impl IntoIterator<Item = (u64, u32, bool)>) -> Self {
        let mut index = Self::default();
        let mut together: Vec<(u32, bool)> = Vec::new();
        let (mut start, mut end) = (0, 0);
        for (offset, size, key) in samples {
            if offset != end {
                index.chunk(start, &together);
                together.clear();
                start = offset;
            }
            together.push((size, key));
            end = offset + u64::from(size);
        }
        index.chunk(start, &together);
        index
    }

    /// The first `samples` of it.
    pub(super) fn truncated(&self, samples: u32) -> Self {
        let mut left = samples.min(self.samples());
        let keep = usize::try_from(left).unwrap_or(usize::MAX);
        Self {
            sizes: self.sizes.iter().copied().take(keep).collect(),
            keys: self
                .keys
                .iter()
                .copied()
                .take_while(|key| *key < samples)
                .collect(),
            chunks: self
                .chunks
                .iter()
                .map_while(|chunk| {
                    let take = chunk.samples.min(left);
                    left -= take;
                    (take > 0).then_some(Chunk {
                        samples: take,
                        ..*chunk
                    })
                })
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_truncated_index_ends_inside_a_chunk() {
        let mut index = Index::default();
        index.chunk(100, &[(10, true), (5, false), (5, true)]);
        index.chunk(200, &[(7, false), (8, true)]);
        index.chunk(300, &[]);
        assert_eq!(
            (index.samples(), index.keys.as_slice()),
            (5, &[0, 2, 4][..])
        );
        assert_eq!(index.chunks.len(), 2, "no empty chunk");
        for (keep, keys, chunks) in [
            (0, 0, vec![]),
            (2, 1, vec![(100, 2)]),
            (3, 2, vec![(100, 3)]),
            (4, 2, vec![(100, 3), (200, 1)]),
            (5, 3, vec![(100, 3), (200, 2)]),
            (9, 3, vec![(100, 3), (200, 2)]),
        ] {
            let cut = index.truncated(keep);
            assert_eq!(cut.samples(), keep.min(5));
            assert_eq!(cut.keys.len(), keys, "{keep}");
            let found: Vec<_> = cut.chunks.iter().map(|c| (c.offset, c.samples)).collect();
            assert_eq!(found, chunks, "{keep}");
        }
    }
}
