//! Where the golden datasets are, and small helpers that several tests share.

use std::path::{Path, PathBuf};

/// Folders that LeRobot itself wrote.
pub const GOLDEN: [&str; 3] = ["png-image", "png-video", "stream-video"];

/// A golden dataset. Fails loudly when the fixtures are not there: a skipped check would look like a passed one.
pub fn golden(name: &str) -> PathBuf {
    let fixtures = std::env::var_os("TENDON_FIXTURES")
        .map(PathBuf::from)
        .unwrap_or_else(|| {
            let here = Path::new(env!("CARGO_MANIFEST_DIR"));
            here.ancestors()
                .map(|folder| folder.join("shared/fixtures"))
                .find(|folder| folder.is_dir())
                .unwrap_or_else(|| {
                    panic!(
                        "no folder shared/fixtures beside or above {here:?}; set TENDON_FIXTURES"
                    )
                })
        });
    let path = fixtures.join("lerobot-golden").join(name);
    assert!(
        path.join("meta/info.json").is_file(),
        "no golden dataset in {path:?}"
    );
    path
}

/// Copies a folder with everything in it.
pub fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
