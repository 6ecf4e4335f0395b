//! Names of outputs: each item its own, also where the file system does not tell large letters from small ones.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Names that are taken.
#[derive(Debug, Clone, Default)]
pub(crate) struct Names(BTreeSet<String>);

/// A path as file systems that ignore case compare it.
pub(crate) fn folded(path: &Path) -> String {
    path.to_string_lossy().to_lowercase()
}

impl Names {
    /// Keeps the names of the folders that a file with this relative path lies in from being given to files.
    pub(crate) fn reserve_folders(&mut self, relative: &Path) {
        for folder in relative.ancestors().skip(1) {
            if !folder.as_os_str().is_empty() {
                self.0.insert(folded(folder));
            }
        }
    }

    /// Says that an item has this output already.
    pub(crate) fn take(&mut self, output: &Path) {
        self.reserve_folders(output);
        self.0.insert(folded(output));
    }

    /// A name for the output of a file: its own with the new ending; where that is taken, with the old ending before it
    /// (`x-png.jpg`), and then with a number.
    pub(crate) fn output(&mut self, relative: &Path, ending: String) -> PathBuf {
        let stem = relative
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let old = relative
            .extension()
            .map(|ending| ending.to_string_lossy().to_lowercase());
        let long = match old {
            Some(old) => format!("{stem}-{old}"),
            None => stem.clone(),
        };
        let numbered = (2..).map(|number: u64| format!("{long}-{number}"));
        for stem in [stem, long.clone()].into_iter().chain(numbered) {
            let name = relative.with_file_name(format!("{stem}.{ending}"));
            if self.0.insert(folded(&name)) {
                return name;
            }
        }
        // The numbers do not end before the names of a disk do.
        relative.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(relative: &[&str], ending: &str) -> Vec<String> {
        let mut names = Names::default();
        for path in relative {
            names.reserve_folders(Path::new(path));
        }
        let mut given = Vec::new();
        for path in relative {
            let name = names.output(Path::new(path), ending.to_owned());
            given.push(name.to_str().unwrap().to_owned());
        }
        given
    }

    #[test]
    fn two_of_one_stem_both_come_through() {
        assert_eq!(all(&["x.jpg", "x.png"], "png"), ["x.png", "x-png.png"]);
        assert_eq!(
            all(&["a/x.jpg", "a/x.tif", "a/x-tif.bmp", "b/x.jpg"], "png"),
            ["a/x.png", "a/x-tif.png", "a/x-tif-bmp.png", "b/x.png"]
        );
    }

    #[test]
    fn case_of_letters_does_not_tell_names_apart() {
        assert_eq!(
            all(&["X.jpg", "x.JPG", "x.jpg", "Ä.jpg", "ä.jpg"], "png"),
            ["X.png", "x-jpg.png", "x-jpg-2.png", "Ä.png", "ä-jpg.png"]
        );
    }

    #[test]
    fn a_file_does_not_take_the_name_of_a_folder() {
        assert_eq!(
            all(&["x.jpg", "x.png/y.jpg"], "png"),
            ["x-jpg.png", "x.png/y.png"]
        );
    }

    proptest::proptest! {
        #[test]
        fn names_never_collide(paths in proptest::collection::vec("([abAB]/){0,2}[abAB]{1,2}(-jpg|-2)?\\.(jpg|png|JPG)", 0..60)) {
            let mut distinct = paths.clone();
            distinct.sort();
            distinct.dedup();
            let paths: Vec<&str> = distinct.iter().map(String::as_str).collect();
            let given: BTreeSet<String> = all(&paths, "png").iter().map(|name| name.to_lowercase()).collect();
            proptest::prop_assert_eq!(given.len(), paths.len());
        }
    }
}
