//! From baseline JPEG to 4:2:0 in limited range, without a plane in between.
//!
//! Blocks become pixels of the final picture at once: range and the averaging of colour are part of the transform.
//! Strict: a picture that ends too early, loses a piece between two restart markers, or holds codes that are in no
//! table is an error, not a picture with a grey bottom. Progressive and other rare kinds, which no camera sends, are
//! refused. Bytes are hostile: whatever they say, the work is bounded by the size that the caller expects.

use super::header::Header;
use super::markers::{Markers, next_ff};
use super::scan::Scan;
use crate::error::PictureError;
use crate::format::Size;
use crate::yuv::Yuv420;

/// Decodes pictures of one camera; keeps its memory from picture to picture.
#[derive(Debug, Default)]
pub(crate) struct Decoder {
    header: Header,
    /// The scan's data without what only protects them, and zeros behind.
    data: Vec<u8>,
    /// Where in `data` each piece between two restart markers ends.
    ends: Vec<usize>,
}

impl Decoder {
    /// Makes `out` the picture in `bytes`, which is to be of `expected` size.
    pub(crate) fn decode_into(
        &mut self,
        bytes: &[u8],
        expected: Size,
        out: &mut Yuv420,
    ) -> Result<(), PictureError> {
        let markers = Markers::of(bytes)?;
        let got = markers.size;
        if got != expected {
            return Err(PictureError::OtherSize { expected, got });
        }
        self.header.read(bytes, &markers)?;
        self.unprotect(bytes, &markers)?;
        out.reshape(got);
        if self.header.components.len() == 1 {
            out.u.fill(128);
            out.v.fill(128);
        }
        let place = (self.header.data, markers.first_scan_end);
        let scan = Scan::new(&self.header, got, place)?;
        scan.decode(&self.data, &self.ends, out)
    }

    /// Copies the scan's data, leaving out the zero behind each 0xff and the restart markers.
    fn unprotect(&mut self, bytes: &[u8], markers: &Markers) -> Result<(), PictureError> {
        let scan = &bytes[..markers.first_scan_end];
        let mut at = self.header.data;
        let mut restarts = 0u8;
        self.data.clear();
        self.ends.clear();
        while let Some(found) = next_ff(scan, at) {
            self.data.extend_from_slice(&scan[at..found]);
            match scan.get(found + 1) {
                Some(0) => {
                    self.data.push(0xff);
                    at = found + 2;
                }
                Some(&number @ 0xd0..=0xd7) => {
                    if number != 0xd0 + restarts % 8 || self.header.restart.is_none() {
                        return Err(PictureError::damaged("a piece of it is missing", found));
                    }
                    restarts = restarts.wrapping_add(1);
                    self.ends.push(self.data.len());
                    at = found + 2;
                }
                _ => at = found + 1,
            }
        }
        self.data.extend_from_slice(&scan[at.min(scan.len())..]);
        self.ends.push(self.data.len());
        // So that eight bytes can be read anywhere.
        self.data.extend_from_slice(&[0; 8]);
        Ok(())
    }
}
