//! The installed package: how large it is, and how soon its window can be used when it is chosen from the menu.
//!
//! `make package-test` measures that in an empty Debian, as root; this shows what it measured of the package that is there.

use anyhow::Result;

use super::Effort;
use super::figures::Results;
use super::tendon::Tendon;
use crate::package_test::Measured;

/// Sizes and starts of the package that `make package` left.
///
/// # Errors
/// When there is none, or nothing was measured of it.
pub fn package(_: &Tendon, _: Effort, results: &mut Results) -> Result<()> {
    for figure in Measured::of_the_present()?.figures() {
        results.add(figure);
    }
    Ok(())
}
