//! Packaging on the command line.

use anyhow::Result;
use clap::Subcommand;

use super::{bundle, icons, rules};

/// What can be made and checked.
#[derive(Debug, Subcommand)]
pub enum Word {
    /// Makes the packages of this system from what `make build` left, into target/packages.
    Package {
        /// Which: deb, rpm or appimage, nsis or msi, app or dmg. Default: all that need no further tools.
        #[arg(long, value_delimiter = ',')]
        bundles: Vec<String>,
    },
    /// Compares the icons with the source they are drawn from.
    Icons {
        /// Draw them anew.
        #[arg(long)]
        update: bool,
    },
    /// Compares the device manager's rules with the adapters that count as an arm.
    Rules {
        /// Write what the code says.
        #[arg(long)]
        update: bool,
    },
}

/// Does what was asked. Where something was checked, what is wrong comes back in sentences.
///
/// # Errors
/// When something cannot be made.
pub fn run(word: &Word) -> Result<Option<Vec<String>>> {
    match word {
        Word::Package { bundles } => {
            for package in bundle::make(bundles)? {
                say(&package)?;
            }
            Ok(None)
        }
        Word::Icons { update: true } => icons::update().map(|()| None),
        Word::Icons { update: false } => icons::changes().map(Some),
        Word::Rules { update: true } => rules::update().map(|()| None),
        Word::Rules { update: false } => Ok(Some(rules::changes())),
    }
}

#[expect(clippy::print_stdout, reason = "this talks to a terminal")]
fn say(package: &std::path::Path) -> Result<()> {
    let megabytes = std::fs::metadata(package)?.len() as f64 / 1e6;
    println!("{} ({megabytes:.1} MB)", package.display());
    Ok(())
}
