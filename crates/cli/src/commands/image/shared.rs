//! What the verbs for pictures have in common: who works, how a result is written, what is told of it.

use std::path::PathBuf;
use std::sync::Arc;

use ::batch::Output;
use clap::{Args, ValueEnum};
use imaging::effects::Colour;
use imaging::{Existing, Format, Quality};
use protocol::Failure;
use serde_json::{Value, json};
use station::pictures::Pictures;
use station::pictures::apply::Made;
use station::settings::ImagingSettings;
use station::workers;

use crate::chosen;
use crate::output::{Out, seconds};
use crate::setup::bad_request;

/// Everything that works on pictures, as the person set it.
///
/// # Errors
/// When an address is none, or the system gives no thread.
pub fn pictures() -> Result<Arc<Pictures>, Failure> {
    Pictures::new(chosen::settings().imaging(), workers::ours())
}

/// Which server is asked.
#[derive(Debug, Clone, Default, Args)]
pub struct ServerArgs {
    /// Another rembg server than that of the settings.
    #[arg(long, value_name = "ADDRESS", conflicts_with = "no_server")]
    pub server: Option<String>,
    /// Do everything on this computer.
    #[arg(long)]
    pub no_server: bool,
}

impl ServerArgs {
    /// The settings with what the flags change. A server that is named may have `batches` too.
    pub fn settings(&self, batches: bool) -> ImagingSettings {
        let mut settings = chosen::settings().imaging();
        if self.no_server {
            settings.server = None;
        }
        if let Some(server) = &self.server {
            settings.server = Some(server.clone());
            settings.rules.batches |= batches;
        }
        settings
    }

    /// Everything that works on pictures, with this server.
    ///
    /// # Errors
    /// As [`pictures`].
    pub fn pictures(&self, batches: bool) -> Result<Arc<Pictures>, Failure> {
        Pictures::new(self.settings(batches), workers::ours())
    }
}

/// Formats of files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FormatArg {
    /// Without loss, with alpha.
    Png,
    /// With loss, small, without alpha.
    #[value(alias = "jpg")]
    Jpeg,
    /// With or without loss, with alpha.
    Webp,
    /// Without loss, large.
    #[value(alias = "tif")]
    Tiff,
    /// Without loss, large, without alpha.
    Bmp,
}

impl From<FormatArg> for Format {
    fn from(format: FormatArg) -> Self {
        match format {
            FormatArg::Png => Self::Png,
            FormatArg::Jpeg => Self::Jpeg,
            FormatArg::Webp => Self::WebP,
            FormatArg::Tiff => Self::Tiff,
            FormatArg::Bmp => Self::Bmp,
        }
    }
}

/// How results are written.
#[derive(Debug, Clone, Default, Args)]
pub struct SavingArgs {
    /// Format of the result. Default: what the name of the output says, else that of the input.
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub format: Option<FormatArg>,
    /// 1 to 100, or lossless. Default: 90 for JPEG, lossless for the others.
    #[arg(long, value_name = "QUALITY")]
    pub quality: Option<String>,
    /// What lies under a picture with alpha in a format without it, as #rrggbb. Default: white.
    #[arg(long, value_name = "COLOUR")]
    pub ground: Option<String>,
    /// Replace a file that is there. One that is read never is.
    #[arg(long)]
    pub overwrite: bool,
}

impl SavingArgs {
    /// How results are written.
    ///
    /// # Errors
    /// When quality or colour is none.
    pub fn output(&self) -> Result<Output, Failure> {
        let quality = match self.quality.as_deref() {
            None => Quality::Usual,
            Some("lossless") => Quality::Lossless,
            Some(level) => Quality::Level(level.parse().map_err(|_| {
                bad_request(
                    format!("--quality={level} is not known"),
                    "Use 1 to 100, or lossless.",
                )
            })?),
        };
        Ok(Output {
            format: self.format.map(Format::from),
            quality,
            ground: colour(self.ground.as_deref())?,
        })
    }

    /// Whether a file that is there is replaced.
    pub fn existing(&self) -> Existing {
        match self.overwrite {
            true => Existing::Replace,
            false => Existing::Keep,
        }
    }
}

/// A colour of a flag; white where none is given.
///
/// # Errors
/// When it is none.
pub fn colour(text: Option<&str>) -> Result<Colour, Failure> {
    match text {
        None => Ok(Colour::WHITE),
        Some(text) => Colour::from_hex(text)
            .ok_or_else(|| bad_request(format!("`{text}` is no colour"), "Write it as #rrggbb.")),
    }
}

/// Whether a path of the command line is standard input or output.
pub fn is_dash(path: &std::path::Path) -> bool {
    path.as_os_str() == "-"
}

/// A finished picture for machines.
fn object(made: &Made) -> Value {
    json!({
        "input": made.source,
        "output": made.target.as_deref().map_or_else(|| PathBuf::from("-"), PathBuf::from),
        "width": made.size.width(), "height": made.size.height(),
        "from_width": made.from.width(), "from_height": made.from.height(),
        "format": made.format.name(),
        "notes": made.notes,
        "decisions": made.decisions,
        "seconds": made.took.as_secs_f64(),
    })
}

/// Tells of a finished picture. Where its bytes go to standard output, nothing else does.
pub fn tell(made: &Made, out: &mut Out) {
    let notes: Vec<String> = made.notes.iter().map(|note| format!("  {note}")).collect();
    let Some(target) = &made.target else {
        for note in &notes {
            out.note(note);
        }
        return;
    };
    out.object("picture", object(made));
    out.say(format!(
        "{}: {} {} ({})",
        target.display(),
        made.size,
        made.format,
        seconds(made.took.as_secs_f64())
    ));
    for note in &notes {
        out.say(note);
    }
}
