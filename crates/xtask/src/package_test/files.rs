//! Which files there are, so that what an installation leaves behind can be named.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};

use super::room::{PERSON, Room};

/// What changes with every call of apt and belongs to no package, or is no file of the room.
const NOT_LOOKED_AT: [&str; 12] = [
    "proc",
    "sys",
    "dev",
    "run",
    "tmp",
    "delivered",
    "var/cache/apt",
    "var/lib/apt",
    "var/log",
    // dpkg's own books; what it still knows of a package is asked for by name.
    "var/lib/dpkg/status",
    "var/lib/dpkg/status-old",
    "var/lib/dpkg/available",
];

/// Everything in a room outside the person's home, with the size of files.
#[derive(Debug, PartialEq, Eq)]
pub struct Listing(BTreeMap<String, u64>);

impl Listing {
    /// What is in the room now.
    ///
    /// # Errors
    /// When a folder cannot be read.
    pub fn of(room: &Room) -> Result<Self> {
        let mut listing = BTreeMap::new();
        walk(&room.path(""), "", &mut |path, what| {
            let home = path == format!("home/{PERSON}");
            if home || NOT_LOOKED_AT.contains(&path) {
                return false;
            }
            // A folder's size says how many entries it once had.
            listing.insert(path.to_owned(), if what.is_dir() { 0 } else { what.len() });
            true
        })?;
        Ok(Self(listing))
    }

    /// All paths, without a leading stroke.
    pub fn paths(&self) -> impl Iterator<Item = &String> {
        self.0.keys()
    }

    /// What is there and was not, is gone, or is of another size.
    pub fn difference(&self, before: &Self) -> Vec<String> {
        let mut words = Vec::new();
        for (path, size) in &self.0 {
            match before.0.get(path) {
                None => words.push(format!("{path} is there")),
                Some(old) if old != size => {
                    words.push(format!("{path} has {size} bytes instead of {old}"));
                }
                Some(_) => {}
            }
        }
        let gone = before.0.keys().filter(|path| !self.0.contains_key(*path));
        words.extend(gone.map(|path| format!("{path} is gone")));
        words
    }
}

/// Every file below a folder with the checksum of what is in it; links with where they lead.
///
/// # Errors
/// When one cannot be read.
pub fn contents_below(folder: &Path) -> Result<BTreeMap<String, u32>> {
    let mut contents = BTreeMap::new();
    let mut failed = None;
    walk(folder, "", &mut |path, what| {
        let place = folder.join(path);
        let read = if what.is_dir() {
            return true;
        } else if what.is_symlink() {
            fs::read_link(&place).map(|target| target.as_os_str().as_encoded_bytes().to_vec())
        } else {
            fs::read(&place)
        };
        match read {
            Ok(bytes) => {
                contents.insert(path.to_owned(), crc32fast::hash(&bytes));
            }
            Err(error) => failed = Some(format!("{path}: {error}")),
        }
        true
    })?;
    match failed {
        Some(words) => Err(anyhow::Error::msg(words)),
        None => Ok(contents),
    }
}

/// How many bytes all files below a folder have.
///
/// # Errors
/// When a folder cannot be read.
pub fn bytes_below(folder: &Path) -> Result<u64> {
    let mut bytes = 0;
    walk(folder, "", &mut |_, what| {
        if what.is_file() {
            bytes += what.len();
        }
        true
    })?;
    Ok(bytes)
}

/// Shows every entry below `root`; a folder is entered when the answer is yes. Links are not followed.
fn walk(root: &Path, below: &str, show: &mut dyn FnMut(&str, &fs::Metadata) -> bool) -> Result<()> {
    let folder = root.join(below);
    for entry in fs::read_dir(&folder).with_context(|| format!("{}", folder.display()))? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let path = if below.is_empty() {
            name.into_owned()
        } else {
            format!("{below}/{name}")
        };
        let what = entry.metadata()?;
        if show(&path, &what) && what.is_dir() {
            walk(root, &path, show)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_went_and_changed_is_named() {
        let listing = |entries: &[(&str, u64)]| {
            Listing(
                entries
                    .iter()
                    .map(|(path, size)| ((*path).to_owned(), *size))
                    .collect(),
            )
        };
        let before = listing(&[("etc/same", 1), ("etc/grown", 1), ("etc/gone", 1)]);
        let after = listing(&[("etc/same", 1), ("etc/grown", 2), ("etc/new", 1)]);
        assert_eq!(
            after.difference(&before),
            [
                "etc/grown has 2 bytes instead of 1",
                "etc/new is there",
                "etc/gone is gone"
            ]
        );
        assert!(before.difference(&before).is_empty());
    }

    #[test]
    fn contents_and_sizes_are_those_of_all_files_below() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("a/b")).unwrap();
        fs::write(folder.path().join("a/b/one"), "12345").unwrap();
        fs::write(folder.path().join("two"), "123").unwrap();
        assert_eq!(bytes_below(folder.path()).unwrap(), 8);
        let before = contents_below(folder.path()).unwrap();
        assert_eq!(before.len(), 2);
        fs::write(folder.path().join("a/b/one"), "54321").unwrap();
        assert_ne!(contents_below(folder.path()).unwrap(), before);
    }
}
