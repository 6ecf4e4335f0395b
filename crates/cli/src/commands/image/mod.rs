//! `tendon image`: pictures without a window.
//!
//! Not here: what is done to them (`imaging`), who does it (`station::pictures`).

mod apply;
mod batch;
mod frames;
mod models;
mod operations;
mod recipe;
mod removal;
mod shared;
#[cfg(test)]
mod tests;

use clap::Subcommand;
use protocol::Failure;

use crate::output::Out;
use crate::watch::Watch;

/// `tendon image …`
#[derive(Debug, Subcommand)]
pub enum Image {
    /// Put one picture through operations, in the order in which they are given.
    ///
    /// A preset's operations come first, then those of --do. `tendon image operations` lists them. With - for IN or OUT the
    /// picture comes from standard input or goes to standard output; nothing else goes there then.
    Apply(apply::Apply),
    /// Remove the background of pictures: on this computer, or by a rembg server where that is better.
    RemoveBackground(removal::Removal),
    /// Put the pictures of files and folders through a preset, into a folder.
    ///
    /// What is read is never changed. Ctrl-C stops; --resume goes on, also after a crash. What failed is tried again with
    /// --retry.
    Batch(batch::PictureBatch),
    /// Put cameras of a dataset through a preset, into a new dataset that says what it was made from.
    Frames(frames::PictureFrames),
    /// Networks that remove backgrounds: list, fetch, import, check, remove them.
    #[command(subcommand)]
    Models(models::Models),
    /// List all operations with their fields.
    Operations,
}

/// Does what was asked.
pub fn run(args: &Image, out: &mut Out, watch: &Watch) -> Result<u8, Failure> {
    match args {
        Image::Apply(args) => apply::run(args, out, watch),
        Image::RemoveBackground(args) => removal::run(args, out, watch),
        Image::Batch(args) => batch::run(args, out, watch),
        Image::Frames(args) => frames::run(args, out, watch),
        Image::Models(args) => models::run(args, out, watch),
        Image::Operations => {
            operations::run(out);
            Ok(crate::exit::DONE)
        }
    }
}
