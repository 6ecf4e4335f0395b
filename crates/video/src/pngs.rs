//! The footage of an `image` dataset while it is recorded: one file that only grows, PNG after PNG.
//!
//! Each record is its length (four bytes, little endian), the checksum of what follows (CRC-32, the same), and the PNG. The file
//! begins with eight bytes that name it. A reader stops at the first record that is not whole; what a kill or a full disk
//! left there is cut off by [`recover`].
//! Not here: PNG itself (`pixels`), where the pictures end up (`dataset`).

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use crate::durable;
use crate::error::VideoError;
use crate::mp4::Finished;

/// Name and version of the format.
const MAGIC: &[u8; 8] = b"TNDPNGS1";
/// Length and checksum before each picture.
const HEAD: usize = 8;
/// Longest record that is believed; a picture of the largest size takes less.
const LONGEST: u32 = 1 << 30;
/// Bytes that wait for a disk that does not take them.
const MOST_WAITING: usize = 256 << 20;
/// Bytes that are written at once.
const TOGETHER: usize = 1 << 20;

/// Writes one file of pictures.
#[derive(Debug)]
pub struct PngWriter {
    file: File,
    path: PathBuf,
    /// End of the last record that is whole.
    end: u64,
    samples: u64,
    waiting: Vec<u8>,
    /// Its name in its folder is not durable yet.
    new: bool,
}

impl PngWriter {
    /// Begins the file `path`, which must not exist.
    ///
    /// # Errors
    /// When it cannot be made or written.
    pub fn create(path: &Path) -> Result<Self, VideoError> {
        let mut file = File::options()
            .read(true)
            .write(true)
            .create_new(true)
            .open(path)
            .map_err(VideoError::io("creating the file of pictures", path))?;
        file.write_all(MAGIC)
            .map_err(VideoError::io("beginning the file of pictures", path))?;
        Ok(Self {
            file,
            path: path.to_owned(),
            end: MAGIC.len() as u64,
            samples: 0,
            waiting: Vec::new(),
            new: true,
        })
    }

    /// Pictures handed over so far.
    pub fn samples(&self) -> u64 {
        self.samples
    }

    /// The next picture.
    ///
    /// # Errors
    /// When it cannot be written: it is kept, and the next call tries again. Refused, and not kept, when it is empty or
    /// too long, or when too much waits already.
    pub fn push(&mut self, png: &[u8]) -> Result<(), VideoError> {
        let length = u32::try_from(png.len()).unwrap_or(u32::MAX);
        if png.is_empty() || length > LONGEST {
            return Err(VideoError::BadInput {
                problem: format!("a picture of {} bytes", png.len()),
            });
        }
        if self.waiting.len() + png.len() > MOST_WAITING {
            self.flush()?;
        }
        self.waiting.extend_from_slice(&length.to_le_bytes());
        self.waiting
            .extend_from_slice(&crc32fast::hash(png).to_le_bytes());
        self.waiting.extend_from_slice(png);
        self.samples += 1;
        if self.waiting.len() >= TOGETHER {
            self.flush()?;
        }
        Ok(())
    }

    /// Writes what waits.
    ///
    /// # Errors
    /// When it cannot be written; it goes on waiting.
    pub fn flush(&mut self) -> Result<(), VideoError> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        // From the end of the last whole record, so that a write that was cut short is written over.
        let written = self
            .file
            .seek(SeekFrom::Start(self.end))
            .and_then(|_| self.file.write_all(&self.waiting));
        written.map_err(VideoError::io("writing pictures", &self.path))?;
        self.end += self.waiting.len() as u64;
        self.waiting.clear();
        Ok(())
    }

    /// Writes what waits and makes it outlast a loss of power; the first time the name of the file, too.
    ///
    /// # Errors
    /// As [`PngWriter::flush`], and when the system cannot promise that.
    pub fn sync(&mut self) -> Result<(), VideoError> {
        self.flush()?;
        self.file
            .sync_data()
            .map_err(VideoError::io("making pictures durable", &self.path))?;
        if self.new {
            durable::sync_folder_of(&self.path).map_err(VideoError::io(
                "making the pictures' file name durable",
                &self.path,
            ))?;
            self.new = false;
        }
        Ok(())
    }

    /// Ends the file. Not durable by itself.
    ///
    /// # Errors
    /// When something cannot be written; [`recover`] then cuts off what is not whole.
    pub fn finish(mut self) -> Result<Finished, VideoError> {
        self.flush()?;
        self.file
            .set_len(self.end)
            .map_err(VideoError::io("closing the file of pictures", &self.path))?;
        Ok(Finished {
            samples: self.samples,
            bytes: self.end,
        })
    }
}

/// Reads a file of pictures from its beginning.
#[derive(Debug)]
pub struct PngReader {
    file: BufReader<File>,
    path: PathBuf,
    /// End of the last record that was whole.
    end: u64,
    length: u64,
    broken: bool,
}

impl PngReader {
    /// Opens the file.
    ///
    /// # Errors
    /// When it cannot be read, or is no such file.
    pub fn open(path: &Path) -> Result<Self, VideoError> {
        let opening = VideoError::io("opening the file of pictures", path);
        let file = match File::open(path) {
            Ok(file) => file,
            Err(error) => return Err(opening(error)),
        };
        let length = match file.metadata() {
            Ok(about) => about.len(),
            Err(error) => return Err(opening(error)),
        };
        let mut this = Self {
            file: BufReader::new(file),
            path: path.to_owned(),
            end: 0,
            length,
            broken: false,
        };
        let mut magic = [0; MAGIC.len()];
        if !this.fill(&mut magic)? || &magic != MAGIC {
            return Err(VideoError::malformed(
                path,
                0,
                "this is no file of recorded pictures",
            ));
        }
        this.end = MAGIC.len() as u64;
        Ok(this)
    }

    /// The next PNG; `None` after the last, and at the first record that is not whole.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn next_png(&mut self) -> Result<Option<Vec<u8>>, VideoError> {
        if self.broken {
            return Ok(None);
        }
        self.broken = true;
        let mut head = [0; HEAD];
        if !self.fill(&mut head)? {
            return Ok(None);
        }
        let [a, b, c, d, e, f, g, h] = head;
        let length = u32::from_le_bytes([a, b, c, d]);
        let sum = u32::from_le_bytes([e, f, g, h]);
        let end = self.end + HEAD as u64 + u64::from(length);
        if length == 0 || length > LONGEST || end > self.length {
            return Ok(None);
        }
        let mut png = vec![0; length as usize];
        if !self.fill(&mut png)? || crc32fast::hash(&png) != sum {
            return Ok(None);
        }
        self.end = end;
        self.broken = false;
        Ok(Some(png))
    }

    /// Passes the next record by without reading its picture; false where [`PngReader::next_png`] would find none, but for a
    /// picture whose checksum is wrong.
    fn pass(&mut self) -> Result<bool, VideoError> {
        let mut head = [0; HEAD];
        if self.broken || !self.fill(&mut head)? {
            self.broken = true;
            return Ok(false);
        }
        let [a, b, c, d, ..] = head;
        let length = u32::from_le_bytes([a, b, c, d]);
        let end = self.end + HEAD as u64 + u64::from(length);
        if length == 0 || length > LONGEST || end > self.length {
            self.broken = true;
            return Ok(false);
        }
        self.file
            .seek_relative(i64::from(length))
            .map_err(VideoError::io("reading pictures", &self.path))?;
        self.end = end;
        Ok(true)
    }

    /// Where the last whole record that was read ends.
    pub fn end(&self) -> u64 {
        self.end
    }

    /// Whether there was as much to be read.
    fn fill(&mut self, bytes: &mut [u8]) -> Result<bool, VideoError> {
        match self.file.read_exact(bytes) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => Ok(false),
            Err(error) => Err(VideoError::io("reading pictures", &self.path)(error)),
        }
    }
}

/// The PNG at a `share` (0 to 1) of the file; `None` when it holds none there. Of the others only the lengths are read.
///
/// # Errors
/// When the file cannot be read, or is no such file.
pub fn at(path: &Path, share: f64) -> Result<Option<Vec<u8>>, VideoError> {
    let mut counter = PngReader::open(path)?;
    let mut samples: u64 = 0;
    while counter.pass()? {
        samples += 1;
    }
    let Some(last) = samples.checked_sub(1) else {
        return Ok(None);
    };
    let mut reader = PngReader::open(path)?;
    for _ in 0..(last as f64 * share.clamp(0.0, 1.0)).round() as u64 {
        reader.pass()?;
    }
    reader.next_png()
}

/// Cuts off what is not whole, and returns how many pictures are left.
///
/// # Errors
/// When the file cannot be read or cut, or is no such file.
pub fn recover(path: &Path) -> Result<u64, VideoError> {
    cut(path, u64::MAX)
}

/// Keeps the first `samples` pictures, or as many as are whole, and returns how many are left.
///
/// # Errors
/// As [`recover`].
pub fn truncate(path: &Path, samples: u64) -> Result<u64, VideoError> {
    cut(path, samples)
}

fn cut(path: &Path, most: u64) -> Result<u64, VideoError> {
    let mut reader = PngReader::open(path)?;
    let mut samples = 0;
    while samples < most && reader.next_png()?.is_some() {
        samples += 1;
    }
    if reader.end() < reader.length {
        File::options()
            .write(true)
            .open(path)
            .and_then(|file| {
                file.set_len(reader.end())?;
                file.sync_all()
            })
            .map_err(VideoError::io("cutting the file of pictures", path))?;
    }
    Ok(samples)
}
