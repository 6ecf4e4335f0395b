//! A screen of its own for the installed window, outside the room, and what can be seen on it.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use pixels::{Size, png};
use rustix::process::{Pid, Signal, kill_process};
use stdx::{Clock as _, SystemClock};
use tempfile::TempDir;

/// A screen that ends with its owner.
pub struct Screen {
    server: Child,
    name: String,
    /// The server keeps what it shows in a file in here.
    frames: TempDir,
}

/// What was to be seen.
pub struct Picture {
    size: Size,
    rgb: Vec<u8>,
}

impl Screen {
    /// A free screen of 1400x950.
    ///
    /// # Errors
    /// When there is no Xvfb.
    pub fn open() -> Result<Self> {
        let frames = tempfile::tempdir()?;
        // Whoever is in the room is another user, so that nobody is asked who he is.
        let mut server = Command::new("Xvfb")
            .args(["-displayfd", "1", "-ac", "-nolisten", "tcp"])
            .args(["-screen", "0", "1400x950x24", "-fbdir"])
            .arg(frames.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("Xvfb is not there: scripts/setup --package-test installs it")?;
        let said = server.stdout.take().context("Xvfb says nothing")?;
        let mut screen = Self {
            server,
            name: String::new(),
            frames,
        };
        let mut number = String::new();
        BufReader::new(said).read_line(&mut number)?;
        ensure!(!number.trim().is_empty(), "Xvfb ended at once");
        screen.name = format!(":{}", number.trim());
        Ok(screen)
    }

    /// As `DISPLAY` has it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What is to be seen now.
    ///
    /// # Errors
    /// When the server's file is not what it should be.
    pub fn look(&self) -> Result<Picture> {
        let bytes = fs::read(self.frames.path().join("Xvfb_screen0"))?;
        Picture::from_dump(&bytes)
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        // Asked first, because it then takes its socket and lock away.
        kill_process(Pid::from_child(&self.server), Signal::TERM).ok();
        for _ in 0..60 {
            if self.server.try_wait().is_ok_and(|ended| ended.is_some()) {
                return;
            }
            SystemClock.sleep(Duration::from_millis(50));
        }
        self.server.kill().ok();
        self.server.wait().ok();
    }
}

impl Picture {
    /// Reads an X window dump with 32 bits for each pixel: 25 words in front, first byte first, then a name, colours, rows.
    fn from_dump(bytes: &[u8]) -> Result<Self> {
        let word = |index: usize| -> Result<usize> {
            let word = bytes.get(4 * index..4 * index + 4);
            let word = word.context("the dump ends in its head")?;
            Ok(u32::from_be_bytes(word.try_into()?) as usize)
        };
        let (head, version) = (word(0)?, word(1)?);
        ensure!(version == 7, "a dump of version {version}, not 7");
        let (width, height) = (word(4)?, word(5)?);
        let (bits, row) = (word(11)?, word(12)?);
        ensure!(bits == 32, "{bits} bits for each pixel, not 32");
        // Byte order: 0 is least first.
        ensure!(word(7)? == 0, "pixels with their largest byte first");
        let from = head + 12 * word(19)?;
        let mut rgb = Vec::with_capacity(3 * width * height);
        for line in 0..height {
            let from = from + line * row;
            let pixels = bytes.get(from..from + 4 * width);
            for pixel in pixels.context("the dump ends early")?.chunks_exact(4) {
                rgb.extend([pixel[2], pixel[1], pixel[0]]);
            }
        }
        let size = Size::new(u32::try_from(width)?, u32::try_from(height)?);
        Ok(Self {
            size: size.context("a screen of no size")?,
            rgb,
        })
    }

    /// How many colours there are, and which share of the picture the commonest has. A page that was never drawn has one.
    pub fn colours(&self) -> (usize, f64) {
        let mut counts = std::collections::BTreeMap::new();
        for pixel in self.rgb.chunks_exact(3) {
            *counts.entry(pixel).or_insert(0_usize) += 1;
        }
        let most = counts.values().max().copied().unwrap_or(0);
        let all = (self.rgb.len() / 3).max(1);
        (counts.len(), most as f64 / all as f64)
    }

    /// Keeps it as a PNG.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn keep(&self, path: &Path) -> Result<()> {
        let bytes = png::encode(self.size, &self.rgb, png::Compression::Fast)?;
        crate::package::write(path, &bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dump(width: u32, height: u32, pixels: &[[u8; 4]]) -> Vec<u8> {
        let mut words = [0_u32; 25];
        words[0] = 104;
        words[1] = 7;
        (words[4], words[5]) = (width, height);
        (words[11], words[12]) = (32, 4 * width);
        words[19] = 2;
        let mut bytes: Vec<u8> = words.iter().flat_map(|word| word.to_be_bytes()).collect();
        bytes.extend(*b"\0\0\0\0");
        bytes.extend([9; 24]);
        bytes.extend(pixels.concat());
        bytes
    }

    #[test]
    fn colours_and_their_places_come_out_of_a_dump() {
        let blue = [255, 0, 0, 0];
        let red = [0, 0, 255, 0];
        let picture = Picture::from_dump(&dump(2, 2, &[blue, red, red, red])).unwrap();
        assert_eq!(picture.rgb[..6], [0, 0, 255, 255, 0, 0]);
        assert_eq!(picture.colours(), (2, 0.75));
    }

    #[test]
    fn a_dump_that_is_cut_or_of_another_kind_is_refused() {
        let whole = dump(2, 2, &[[0; 4]; 4]);
        for length in [0, 50, 100, whole.len() - 1] {
            assert!(Picture::from_dump(&whole[..length]).is_err(), "{length}");
        }
        let mut other = whole;
        other[4 * 11 + 3] = 16;
        assert!(Picture::from_dump(&other).is_err());
    }
}
