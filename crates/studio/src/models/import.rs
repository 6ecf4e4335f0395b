//! Networks from files that somebody has already.

use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use imaging::removal::{Model, ModelSpec, USUAL_MEMORY};

use super::custom::{Custom, check_name};
use super::digest::{Digests, Sums};
use super::error::ModelError;
use super::part::{file, forget, part_of};
use super::pins::persist;
use super::store::{Store, length};

impl Store {
    /// Takes a known network from a file that somebody has already. The file stays.
    ///
    /// # Errors
    /// When it is another file, cannot be read, or does not fit the disk.
    pub fn import(&self, name: &str, from: &Path) -> Result<PathBuf, ModelError> {
        let known = self.named(name)?;
        let bytes = length(from)?;
        if known.exact && bytes != known.bytes {
            return Err(ModelError::Length {
                name: known.name.to_owned(),
                expected: known.bytes,
                got: bytes,
            });
        }
        let (copy, sums) = self.copied(known.name, from, bytes)?;
        if let Some((expected, found)) = sums.instead_of(known.checksum) {
            return Err(ModelError::Checksum {
                name: known.name.to_owned(),
                expected,
                found,
            });
        }
        self.pins.keep(known.file, known.name, bytes, &sums)?;
        let place = self.folder.join(known.file);
        persist(copy, &place)?;
        forget(&part_of(&place));
        Ok(place)
    }

    /// Takes a network of a person's own from a file, and writes its description beside it. The network is read once to see
    /// that it fits. The file stays.
    ///
    /// # Errors
    /// When the name is another's or cannot be a file's, the network does not fit its description, or the disk is full.
    pub fn import_custom(&self, spec: &ModelSpec, from: &Path) -> Result<PathBuf, ModelError> {
        check_name(&spec.name)?;
        spec.check()?;
        drop(Model::load(spec, from, USUAL_MEMORY)?);
        let (copy, sums) = self.copied(&spec.name, from, length(from)?)?;
        let file_name = format!("{}.onnx", spec.name);
        let place = self.folder.join(&file_name);
        let description = Custom::description(&place);
        let text = serde_json::to_vec_pretty(spec)
            .map_err(std::io::Error::from)
            .map_err(file("writing the model's description", &description))?;
        std::fs::write(&description, text)
            .map_err(file("writing the model's description", &description))?;
        // Another file under an old name is what the person wants here.
        self.pins.put(&file_name, length(from)?, &sums)?;
        persist(copy, &place)?;
        Ok(place)
    }

    /// A copy in the folder, not yet under its name, and its checksums.
    fn copied(
        &self,
        name: &str,
        from: &Path,
        bytes: u64,
    ) -> Result<(tempfile::NamedTempFile, Sums), ModelError> {
        std::fs::create_dir_all(&self.folder)
            .map_err(file("making the folder for models", &self.folder))?;
        self.fits(name, bytes)?;
        let mut source = File::open(from).map_err(file("opening the model", from))?;
        let mut copy = tempfile::Builder::new()
            .prefix(".tendon-")
            .suffix(".tmp")
            .tempfile_in(&self.folder)
            .map_err(file("writing the model", &self.folder))?;
        let mut digests = Digests::default();
        digested(&mut source, from, &mut digests, |piece| {
            copy.write_all(piece)
                .map_err(file("writing the model", &self.folder))
        })?;
        Ok((copy, digests.sums()))
    }
}

/// Checksums of a whole file.
pub(super) fn sums_of(path: &Path) -> Result<Sums, ModelError> {
    let mut source = File::open(path).map_err(file("opening the model", path))?;
    let mut digests = Digests::default();
    digested(&mut source, path, &mut digests, |_| Ok(()))?;
    Ok(digests.sums())
}

/// Reads a file to its end, piece by piece.
fn digested(
    source: &mut File,
    path: &Path,
    digests: &mut Digests,
    mut take: impl FnMut(&[u8]) -> Result<(), ModelError>,
) -> Result<(), ModelError> {
    let mut piece = vec![0; 64 * 1024];
    loop {
        let read = source
            .read(&mut piece)
            .map_err(file("reading the model", path))?;
        if read == 0 {
            return Ok(());
        }
        digests.add(&piece[..read]);
        take(&piece[..read])?;
    }
}
