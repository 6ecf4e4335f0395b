//! `tendon bundle`: what a bug report may hold, shown before it is saved, and saved only when that is asked for.
//!
//! Not here: what is in it and what is taken out (`station::bundle`).

use std::path::PathBuf;

use clap::Args;
use protocol::Failure;
use serde_json::json;
use station::bundle::{Bundle as Prepared, Source};

use crate::exit;
use crate::output::{Out, bytes};

/// `tendon bundle`
#[derive(Debug, Args)]
pub struct Bundle {
    /// Prints all of it.
    #[arg(long)]
    pub show: bool,
    /// Saves it in your downloads or home folder, under a name with the date.
    #[arg(long)]
    pub save: bool,
    /// Saves it as this file, or in this folder. Never over another file.
    #[arg(long, value_name = "PATH", conflicts_with = "save")]
    pub to: Option<PathBuf>,
}

/// Prepares the bundle and says what it holds.
pub fn run(args: &Bundle, out: &mut Out) -> Result<u8, Failure> {
    let bundle = Prepared::of(&Source::this(Vec::new()));
    let preview = bundle.preview();
    out.object("bundle", &preview);
    for file in &preview.files {
        let text = bundle.text(&file.name).unwrap_or_default();
        out.say(format!(
            "{:<14} {:>8}  {} lines",
            file.name,
            bytes(file.bytes),
            file.lines
        ));
        if args.show {
            out.object("file", json!({ "name": file.name, "text": text }));
            for line in text.lines() {
                out.say(format!("    {line}"));
            }
        }
    }
    let taken: Vec<String> = preview
        .taken_out
        .iter()
        .map(|(kind, count)| format!("{kind} {count}"))
        .collect();
    out.say(match &taken[..] {
        [] => "Nothing personal was met.".to_owned(),
        taken => format!("Taken out: {}", taken.join(", ")),
    });
    let saved = match &args.to {
        Some(path) => bundle.save_to(path)?,
        None if args.save => bundle.save()?,
        None => {
            out.say(format!(
                "Nothing was written. --show prints all of it, --save writes {}",
                preview.path
            ));
            return Ok(exit::DONE);
        }
    };
    out.object("saved", json!({ "path": saved.path, "bytes": saved.bytes }));
    out.say(format!(
        "bundle: {} ({})",
        saved.path.display(),
        bytes(saved.bytes)
    ));
    Ok(exit::DONE)
}
