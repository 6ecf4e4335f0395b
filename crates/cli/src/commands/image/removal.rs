//! `tendon image remove-background`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use imaging::effects::{Colours, RemoveBackground};
use imaging::removal::{LITE, Matting};
use imaging::{Format, Pipeline};
use protocol::{ErrorCode, Failure};

use super::apply::Work;
use super::shared::{SavingArgs, ServerArgs, is_dash};
use crate::output::Out;
use crate::setup::bad_request;
use crate::watch::Watch;

/// `tendon image remove-background`
#[derive(Debug, Args)]
pub struct Removal {
    /// Pictures, or - for standard input.
    #[arg(value_name = "IN", required = true)]
    pub inputs: Vec<PathBuf>,
    /// The result, - for standard output, or a folder for several.
    #[arg(short, long = "out", visible_alias = "output", value_name = "OUT")]
    pub output: PathBuf,
    /// lite, which needs no model and wants a plain background, or a network; `tendon image models list` names them.
    #[arg(long, default_value = LITE, value_name = "NAME")]
    pub model: String,
    /// Of lite: areas of the background's colour that the object encloses go too.
    #[arg(long)]
    pub holes: bool,
    /// Take away what is thinner than three pixels, and make the outline smooth and hard.
    #[arg(long)]
    pub clean: bool,
    /// Draw the outline to edges in the picture, so many pixels far.
    #[arg(long, value_name = "PIXELS", default_value_t = 0)]
    pub refine: u32,
    /// Alpha of hair, fur and glass by matting; slow.
    #[arg(long)]
    pub matting: bool,
    /// What becomes of colours where background shines through.
    #[arg(long, value_enum, default_value_t = ColoursArg::Unmixed)]
    pub colours: ColoursArg,
    #[command(flatten)]
    pub server: ServerArgs,
    #[command(flatten)]
    pub saving: SavingArgs,
}

/// What becomes of colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ColoursArg {
    /// The background's part is taken out.
    Unmixed,
    /// They stay.
    Kept,
    /// They are multiplied by alpha, as rembg does.
    Multiplied,
}

impl Removal {
    fn pipeline(&self) -> Pipeline {
        Pipeline::new().then(RemoveBackground {
            model: self.model.clone(),
            holes: self.holes,
            clean: self.clean,
            refine: self.refine,
            matting: self.matting.then(Matting::default),
            colours: match self.colours {
                ColoursArg::Unmixed => Colours::Unmixed,
                ColoursArg::Kept => Colours::Kept,
                ColoursArg::Multiplied => Colours::Multiplied,
            },
        })
    }
}

/// Removes.
pub fn run(args: &Removal, out: &mut Out, watch: &Watch) -> Result<u8, Failure> {
    let mut output = args.saving.output()?;
    // What has alpha goes into a format that has it, unless a file's name or a flag says otherwise.
    let into_folder = args.inputs.len() > 1 || args.output.is_dir();
    if into_folder || is_dash(&args.output) {
        output.format = output.format.or(Some(Format::Png));
    }
    let items = match into_folder {
        false => args
            .inputs
            .iter()
            .map(|input| (input.clone(), args.output.clone()))
            .collect(),
        true => folder(&args.inputs, &args.output, output.format)?,
    };
    let work = Work {
        pictures: args.server.pictures(false)?,
        items,
        pipeline: args.pipeline(),
        output,
        existing: args.saving.existing(),
    };
    work.run(out, watch)
}

/// Each input with its place in the folder; of two with one name the later ones get a number.
fn folder(
    inputs: &[PathBuf],
    into: &Path,
    format: Option<Format>,
) -> Result<Vec<(PathBuf, PathBuf)>, Failure> {
    if is_dash(into) || inputs.iter().any(|input| is_dash(input)) {
        return Err(bad_request(
            "several pictures cannot go through standard input or output",
            "Name files, and a folder with -o.",
        ));
    }
    fs::create_dir_all(into).map_err(|error| Failure {
        code: ErrorCode::Disk,
        message: format!(
            "the folder cannot be made: {error}\nFolder: {}",
            into.display()
        ),
        remedy: "Check that the path is right and writable.".into(),
    })?;
    let ending = format
        .and_then(|format| format.endings().first())
        .unwrap_or(&"png");
    let mut taken = BTreeSet::new();
    let place = |input: &PathBuf| {
        let stem = input.file_stem().unwrap_or_default().to_string_lossy();
        let name = (1..)
            .map(|number| match number {
                1 => format!("{stem}.{ending}"),
                number => format!("{stem}-{number}.{ending}"),
            })
            .find(|name| taken.insert(name.to_lowercase()))
            .unwrap_or_default();
        (input.clone(), into.join(name))
    };
    Ok(inputs.iter().map(place).collect())
}
