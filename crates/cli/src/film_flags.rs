//! How the pictures of a recording are kept, in LeRobot's spelling where it has one.

use clap::{ArgAction, Args, ValueEnum};
use dataset::{Codec, FilmSpec};
use protocol::Failure;
use station::record::{Av1, FilmSettings};

use crate::chosen;
use crate::setup::bad_request;

/// When films are made that are to be AV1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Av1When {
    /// Live where this computer has the time for it, else after the session.
    Auto,
    /// While recording.
    Live,
    /// After the session.
    After,
}

/// The flags.
#[derive(Debug, Clone, Args)]
pub struct FilmArgs {
    /// Keep pictures as films; otherwise as PNG files inside the table, which takes fifty times the space.
    #[arg(id = "dataset.video", long = "dataset.video", default_value_t = true, action = ArgAction::Set, value_name = "BOOL")]
    pub video: bool,
    /// Codec of films: h264, or av1, which takes about fifteen times the computing. Default: the setting storage.codec, which
    /// is h264 unless it was set.
    #[arg(id = "dataset.vcodec", long = "dataset.vcodec", value_name = "CODEC")]
    pub vcodec: Option<String>,
    /// When films are made that are to be AV1: live while recording, after the session (H.264 until then), or auto: live
    /// where this computer is measured to have twice the time for it.
    #[arg(
        id = "dataset.av1",
        long = "dataset.av1",
        value_enum,
        default_value_t = Av1When::Auto,
        value_name = "WHEN"
    )]
    pub av1: Av1When,
    /// A key picture for every so many: 2 is best to train with, 30 takes a fifth of the space.
    #[arg(
        long = "dataset.video_gop",
        default_value_t = 2,
        value_name = "PICTURES"
    )]
    pub gop: u32,
    /// Quantizer of films on H.264's scale, 12 to 51: less is finer and larger.
    #[arg(
        long = "dataset.video_quality",
        default_value_t = 26,
        value_name = "QUANTIZER"
    )]
    pub quality: u32,
}

impl FilmArgs {
    /// What they mean.
    ///
    /// # Errors
    /// When there is no such codec here or a number is out of range.
    pub fn settings(&self) -> Result<FilmSettings, Failure> {
        if !self.video {
            return Ok(FilmSettings::Images);
        }
        let codec = self.vcodec.as_deref();
        let codec = codec.unwrap_or_else(|| chosen::settings().codec());
        film(codec, self.gop, self.quality).map(FilmSettings::Video)
    }

    /// When films are made that are to be AV1.
    pub fn when(&self) -> Av1 {
        match self.av1 {
            Av1When::Auto => Av1::Auto,
            Av1When::Live => Av1::Live,
            Av1When::After => Av1::After,
        }
    }
}

/// What a film is to be.
///
/// # Errors
/// When there is no such codec here or a number is out of range.
pub fn film(codec: &str, gop: u32, quality: u32) -> Result<FilmSpec, Failure> {
    let codec = match codec {
        "h264" | "libx264" => Codec::H264,
        "av1" | "libsvtav1" | "librav1e" => Codec::Av1,
        other => {
            return Err(bad_request(
                format!("--dataset.vcodec={other} is not available"),
                "Use h264, or av1. Other codecs need encoders that are not part of this program.",
            ));
        }
    };
    if !(1..=600).contains(&gop) {
        return Err(bad_request(
            format!("--dataset.video_gop={gop} makes no sense"),
            "Use 1 to 600; 2 is best to train with.",
        ));
    }
    if !(12..=51).contains(&quality) {
        return Err(bad_request(
            format!("--dataset.video_quality={quality} is out of range"),
            "Use 12 (finest) to 51 (coarsest); 26 looks as good as LeRobot's own setting.",
        ));
    }
    Ok(FilmSpec {
        codec,
        gop,
        quality,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(codec: &str, gop: u32, quality: u32) -> Result<FilmSettings, String> {
        FilmArgs {
            video: true,
            vcodec: Some(codec.into()),
            av1: Av1When::Auto,
            gop,
            quality,
        }
        .settings()
        .map_err(|failure| failure.message)
    }

    #[test]
    fn codecs_have_the_names_that_lerobot_s_users_know() {
        for (name, codec) in [
            ("h264", Codec::H264),
            ("libx264", Codec::H264),
            ("libsvtav1", Codec::Av1),
            ("av1", Codec::Av1),
        ] {
            let Ok(FilmSettings::Video(film)) = settings(name, 2, 26) else {
                panic!("{name} is refused");
            };
            assert_eq!(film.codec, codec, "{name}");
        }
        assert_eq!(
            settings("hevc", 2, 26),
            Err("--dataset.vcodec=hevc is not available".into())
        );
    }

    #[test]
    fn numbers_out_of_range_are_refused() {
        assert!(settings("h264", 0, 26).is_err());
        assert!(settings("h264", 2, 11).is_err());
        assert!(settings("h264", 2, 52).is_err());
        assert!(settings("av1", 2, 51).is_ok());
    }
}
