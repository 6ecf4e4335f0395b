//! `tendon image frames`: cameras of a dataset through a preset.

use std::path::PathBuf;

use ::batch::frames::{FramesTask, plan};
use clap::Args;
use protocol::Failure;
use serde_json::json;
use station::pictures::frames::{FramesConfig, frames};
use station::pictures::frames_failure;

use super::recipe::Recipe;
use super::shared::{ServerArgs, colour};
use crate::output::Out;
use crate::setup::bad_request;
use crate::watch::{Watch, follow};

/// `tendon image frames`
#[derive(Debug, Args)]
pub struct PictureFrames {
    /// Folder of the dataset that is read.
    #[arg(value_name = "DATASET")]
    pub source: PathBuf,
    /// Folder of the new dataset: not there yet, or what this very command began.
    #[arg(long, value_name = "DATASET")]
    pub into: PathBuf,
    #[command(flatten)]
    pub recipe: Recipe,
    /// Only these cameras, comma between; the others are copied. Default: all.
    #[arg(long, value_delimiter = ',', value_name = "NAMES")]
    pub cameras: Vec<String>,
    /// Only these episodes, such as 0,2,5-7. Default: all.
    #[arg(long, value_name = "NUMBERS")]
    pub episodes: Option<String>,
    /// What lies under a picture with alpha, which films do not have, as #rrggbb. Default: white.
    #[arg(long, value_name = "COLOUR")]
    pub ground: Option<String>,
    /// Only say what would be done.
    #[arg(long)]
    pub dry_run: bool,
    #[command(flatten)]
    pub server: ServerArgs,
}

/// Makes the new dataset.
pub fn run(args: &PictureFrames, out: &mut Out, watch: &Watch) -> Result<u8, Failure> {
    let task = FramesTask {
        source: args.source.clone(),
        into: args.into.clone(),
        cameras: args.cameras.clone(),
        episodes: args.episodes.as_deref().map(numbers).transpose()?,
        preset: args.recipe.some()?,
        ground: colour(args.ground.as_deref())?,
    };
    let pictures = args.server.pictures(true)?;
    let planned = plan(&task).map_err(|error| frames_failure(&error))?;
    out.object("plan", &planned);
    for camera in &planned.cameras {
        let ((width, height), (to_width, to_height)) = (camera.from, camera.to);
        out.note(format!(
            "{}: {width}x{height} to {to_width}x{to_height}",
            camera.key
        ));
    }
    out.note(format!(
        "{} episodes, {} pictures to make",
        planned.episodes.len(),
        planned.pictures
    ));
    if args.dry_run {
        return Ok(crate::exit::DONE);
    }
    let outcome = follow(
        frames(FramesConfig { pictures, task }),
        out,
        watch,
        |reached, out| out.progress(&reached),
    )?;
    let clean = outcome.report.clean();
    let findings: Vec<String> = outcome
        .report
        .findings
        .iter()
        .map(ToString::to_string)
        .collect();
    out.object(
        "frames",
        json!({
            "dataset": args.into, "made": outcome.made, "already": outcome.already,
            "clean": clean, "findings": findings,
        }),
    );
    out.say(format!(
        "{} episodes made, {} were there already: {}",
        outcome.made,
        outcome.already,
        args.into.display()
    ));
    for finding in &findings {
        out.say(format!("  {finding}"));
    }
    match clean {
        true => Ok(crate::exit::DONE),
        false => Ok(crate::exit::DATA),
    }
}

/// `0,2,5-7`
fn numbers(text: &str) -> Result<Vec<u64>, Failure> {
    let wrong = || {
        bad_request(
            format!("--episodes={text} cannot be read"),
            "Write numbers with commas between, and ranges with a dash: 0,2,5-7.",
        )
    };
    let number = |text: &str| text.trim().parse::<u64>().map_err(|_| wrong());
    let mut all = Vec::new();
    for part in text.split(',') {
        match part.split_once('-') {
            None => all.push(number(part)?),
            Some((first, last)) => {
                let (first, last) = (number(first)?, number(last)?);
                // More than any dataset has is a slip of a finger.
                if first > last || last - first > 1_000_000 {
                    return Err(wrong());
                }
                all.extend(first..=last);
            }
        }
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn episodes_are_numbers_and_ranges() {
        assert_eq!(numbers("0,2,5-7").unwrap(), [0, 2, 5, 6, 7]);
        for wrong in ["", "a", "3-1", "1-", "0-99999999999"] {
            assert!(numbers(wrong).is_err(), "{wrong}");
        }
    }
}
