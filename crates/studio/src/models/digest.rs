//! Checksums of a file while it goes by.

use std::fmt::Write as _;

use md5::Md5;
use sha2::{Digest as _, Sha256};

use super::catalogue::Checksum;

/// Both checksums of the bytes so far.
#[derive(Clone, Default)]
pub(super) struct Digests {
    md5: Md5,
    sha256: Sha256,
}

/// Both checksums of all bytes, in hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sums {
    pub(super) md5: String,
    pub(super) sha256: String,
}

impl Digests {
    pub(super) fn add(&mut self, bytes: &[u8]) {
        self.md5.update(bytes);
        self.sha256.update(bytes);
    }

    pub(super) fn sums(self) -> Sums {
        Sums {
            md5: hexadecimal(&self.md5.finalize()),
            sha256: hexadecimal(&self.sha256.finalize()),
        }
    }
}

impl Sums {
    /// What these bytes have instead of what they should have; `None` where they are the right ones.
    pub(super) fn instead_of(&self, expected: Checksum) -> Option<(String, String)> {
        let (expected, found) = match expected {
            Checksum::Md5(expected) => (expected, &self.md5),
            Checksum::Sha256(expected) => (expected, &self.sha256),
        };
        (expected != found).then(|| (expected.to_owned(), found.clone()))
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing into a string cannot fail.
        write!(text, "{byte:02x}").ok();
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_those_that_the_standards_give_for_their_examples() {
        let mut digests = Digests::default();
        digests.add(b"ab");
        digests.add(b"c");
        let sums = digests.sums();
        // RFC 1321, appendix A.5, and FIPS 180-4's example.
        assert_eq!(sums.md5, "900150983cd24fb0d6963f7d28e17f72");
        let sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(sums.sha256, sha256);
        assert_eq!(sums.instead_of(Checksum::Sha256(sha256)), None);
        assert!(sums.instead_of(Checksum::Md5("00")).is_some());
    }
}
