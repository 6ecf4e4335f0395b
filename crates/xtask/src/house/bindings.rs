//! The window's side of the protocol: TypeScript, generated from `protocol` and committed, so that the page is checked
//! against it without Rust at hand.
//!
//! A difference is a defect of the commit: `cargo run -p xtask -- bindings --update` writes what the crate says.

use std::path::PathBuf;

use anyhow::{Context, Result};
use protocol::window::{Event, Reply, Request};
use ts_rs::{Config, TS};

/// Where the committed file is.
pub fn path() -> PathBuf {
    super::root().join("ui/src/lib/protocol.ts")
}

/// What the crate says at present.
///
/// # Errors
/// When it cannot be generated.
pub fn present() -> Result<String> {
    let folder = tempfile::tempdir()?;
    let config = Config::new()
        .with_out_dir(folder.path())
        .with_large_int("number");
    Request::export_all(&config)?;
    Reply::export_all(&config)?;
    Event::export_all(&config)?;
    let written = folder.path().join("protocol.ts");
    let text = std::fs::read_to_string(&written).context("no bindings were written")?;
    // The generator's own first line says how to make it; ours does.
    let body: Vec<&str> = text
        .lines()
        .filter(|line| !line.starts_with("// This file was generated"))
        .collect();
    Ok(format!(
        "// Generated from crates/protocol by `cargo run -p xtask -- bindings --update`. Do not edit.\n\n\
         /** Version of every message. */\nexport const VERSION = {};\n\n{}\n",
        protocol::VERSION,
        body.join("\n").trim()
    ))
}

/// Writes what the crate says at present.
///
/// # Errors
/// When it cannot be generated or written.
pub fn update() -> Result<()> {
    let path = path();
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(&path, present()?).with_context(|| format!("{}", path.display()))
}

/// One sentence when the committed file is not what the crate says.
///
/// # Errors
/// When it cannot be generated.
pub fn changes() -> Result<Vec<String>> {
    let committed = std::fs::read_to_string(path()).unwrap_or_default();
    Ok(if committed == present()? {
        Vec::new()
    } else {
        vec![format!(
            "{} is not what crates/protocol says: run `cargo run -p xtask -- bindings --update` and look at what else must change",
            path().display()
        )]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_speaks_what_the_crate_says() {
        assert_eq!(changes().unwrap(), Vec::<String>::new());
    }
}
