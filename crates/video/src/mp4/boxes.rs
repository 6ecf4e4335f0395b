//! Boxes as bytes: a box is its length, four letters and what is in it.
//!
//! Not here: which boxes a film has (`movie`), reading them (`parse`).

/// Grows the bytes of nested boxes; lengths are filled in when a box ends.
#[derive(Debug, Default)]
pub(super) struct Boxes {
    bytes: Vec<u8>,
}

impl Boxes {
    /// A box with what `fill` puts into it.
    pub(super) fn boxed(&mut self, kind: &[u8; 4], fill: impl FnOnce(&mut Self)) {
        let start = self.bytes.len();
        self.u32(0);
        self.bytes.extend_from_slice(kind);
        fill(self);
        let length = self.bytes.len() - start;
        // Boxes made here hold tables, never samples, and a table of four gigabytes is refused long before.
        let length = u32::try_from(length).unwrap_or(u32::MAX);
        self.bytes[start..start + 4].copy_from_slice(&length.to_be_bytes());
    }

    /// A box that begins with its version and 24 flags.
    pub(super) fn full(
        &mut self,
        kind: &[u8; 4],
        version: u8,
        flags: u32,
        fill: impl FnOnce(&mut Self),
    ) {
        self.boxed(kind, |b| {
            b.u32(u32::from(version) << 24 | flags);
            fill(b);
        });
    }

    pub(super) fn u8(&mut self, value: u8) {
        self.bytes.push(value);
    }

    pub(super) fn u16(&mut self, value: u16) {
        self.bytes.extend_from_slice(&value.to_be_bytes());
    }

    pub(super) fn u32(&mut self, value: u32) {
        self.bytes.extend_from_slice(&value.to_be_bytes());
    }

    pub(super) fn u64(&mut self, value: u64) {
        self.bytes.extend_from_slice(&value.to_be_bytes());
    }

    pub(super) fn raw(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    pub(super) fn zeros(&mut self, count: usize) {
        self.bytes.resize(self.bytes.len() + count, 0);
    }

    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}
