//! `tendon dataset reencode`: films of a dataset made again in another codec; also what follows a session whose films wait
//! for that.

use std::path::Path;

use clap::Args;
use dataset::reencode::{Left, Plan, Reencode, Reencoded, plan, waiting};
use dataset::{Codec, FilmSpec};
use protocol::{ErrorCode, Failure};
use serde_json::json;
use station::reencode::{ReencodeConfig, reencode};

use crate::args::DatasetPlace;
use crate::film_flags;
use crate::output::{Out, bytes};
use crate::setup;
use crate::watch::{Watch, follow};

/// `tendon dataset reencode`
#[derive(Debug, Args)]
pub struct DatasetReencode {
    #[command(flatten)]
    pub place: DatasetPlace,
    /// Codec that the films are to have: av1 or h264. Films that have it already stay as they are.
    #[arg(
        long = "dataset.vcodec",
        visible_alias = "vcodec",
        default_value = "av1",
        value_name = "CODEC"
    )]
    pub vcodec: String,
    /// A key picture for every so many: 2 is best to train with, 30 takes a fifth of the space.
    #[arg(
        long = "dataset.video_gop",
        visible_alias = "video_gop",
        default_value_t = 2,
        value_name = "PICTURES"
    )]
    pub gop: u32,
    /// Quantizer of films on H.264's scale, 12 to 51: less is finer and larger.
    #[arg(
        long = "dataset.video_quality",
        visible_alias = "video_quality",
        default_value_t = 26,
        value_name = "QUANTIZER"
    )]
    pub quality: u32,
    /// Only say what would be done.
    #[arg(long)]
    pub dry_run: bool,
}

/// Makes films again and says what became of them.
pub fn run(args: &DatasetReencode, out: &mut Out, watch: &Watch) -> Result<u8, Failure> {
    let root = setup::dataset_root(args.place.folder.as_deref(), args.place.repo_id.as_deref())?;
    let film = film_flags::film(&args.vcodec, args.gop, args.quality)?;
    if args.dry_run {
        let how = Reencode {
            film,
            from_episode: 0,
        };
        let planned = plan(&root, how).map_err(|error| Failure {
            code: ErrorCode::Data,
            message: error.to_string(),
            remedy: error.remedy().to_owned(),
        })?;
        tell_plan(&planned, film, out);
        return Ok(crate::exit::DONE);
    }
    let report = make(&root, film, 0, out, watch)?;
    out.say(format!("dataset: {}", root.display()));
    Ok(if report.left.is_empty() {
        crate::exit::DONE
    } else {
        crate::exit::DATA
    })
}

/// Makes the films from this episode on again, with a bar.
fn make(
    root: &Path,
    film: FilmSpec,
    from_episode: u64,
    out: &mut Out,
    watch: &Watch,
) -> Result<Reencoded, Failure> {
    let config = ReencodeConfig {
        root: root.to_owned(),
        film,
        from_episode,
    };
    let report = follow(reencode(config), out, watch, |reached, out| {
        out.progress(&reached)
    })?;
    tell(&report, film.codec, root, out);
    Ok(report)
}

fn tell(report: &Reencoded, codec: Codec, root: &Path, out: &mut Out) {
    for made in &report.made {
        // JSON has no infinity: films that are equal to the last bit have no worst picture.
        let worst = made.worst_db.is_finite().then_some(made.worst_db);
        out.object(
            "film_reencoded",
            json!({
                "film": made.path, "pictures": made.pictures, "bytes_before": made.bytes_before,
                "bytes": made.bytes, "worst_db": worst,
            }),
        );
        let worst = worst.map_or_else(String::new, |db| format!(", worst picture {db:.1} dB"));
        out.say(format!(
            "{}: {} pictures, {} instead of {}{worst}",
            made.path.display(),
            made.pictures,
            bytes(made.bytes),
            bytes(made.bytes_before)
        ));
    }
    tell_left(&report.left, out);
    out.object(
        "reencoded",
        json!({
            "root": root, "codec": codec.name(), "made": report.made.len(), "already": report.already,
            "left": report.left.len(), "waiting": report.waiting, "swept": report.swept,
            "described": report.described,
        }),
    );
    let mut line = format!(
        "{} films made again in {codec}, each compared picture by picture; {} were {codec} already",
        report.made.len(),
        report.already,
        codec = name(codec),
    );
    if report.swept > 0 {
        line.push_str(&format!("; {} half-written ones removed", report.swept));
    }
    out.say(line);
    if report.waiting > 0 {
        out.note(format!(
            "Stopped: {} films wait and are whole as they are. Go on at any time with\n  {}",
            report.waiting,
            command(codec, root)
        ));
    }
}

fn tell_left(left: &[Left], out: &mut Out) {
    for left in left {
        out.object("film_left", json!({ "film": left.path, "why": left.why }));
        out.say(format!(
            "left as it is: {}: {}",
            left.path.display(),
            left.why
        ));
    }
}

fn tell_plan(plan: &Plan, film: FilmSpec, out: &mut Out) {
    for path in &plan.films {
        out.object("would", json!({ "film": path }));
        out.say(format!("would make again: {}", path.display()));
    }
    tell_left(&plan.left, out);
    out.object(
        "plan",
        json!({
            "codec": film.codec.name(), "films": plan.films.len(), "pictures": plan.pictures,
            "bytes": plan.bytes, "already": plan.already, "left": plan.left.len(),
            "needed": plan.needed,
        }),
    );
    out.say(format!(
        "{} films with {} pictures, {}; {} are {} already; {} of free space are needed meanwhile",
        plan.films.len(),
        plan.pictures,
        bytes(plan.bytes),
        plan.already,
        name(film.codec),
        bytes(plan.needed)
    ));
}

/// After a session: makes its films again, unless the person wanted the program to end.
pub fn after_session(
    root: &Path,
    film: FilmSpec,
    from_episode: u64,
    out: &mut Out,
    watch: &Watch,
) -> Result<(), Failure> {
    let asked = watch.asked();
    if asked.presses() > 0 || asked.ends() > 0 {
        remind(root, film.codec, out);
        return Ok(());
    }
    out.note(format!(
        "The session is over, the arm is not driven any more. Its films are made again in {}; Ctrl-C leaves those that wait as \
         they are.",
        name(film.codec)
    ));
    let report = make(root, film, from_episode, out, watch)?;
    if report.waiting == 0 {
        // Films of earlier sessions that were never made.
        remind(root, film.codec, out);
    }
    Ok(())
}

/// Tells of films that still wait, and how to go on.
pub fn remind(root: &Path, codec: Codec, out: &mut Out) {
    let films = waiting(root, codec).unwrap_or(0);
    if films == 0 {
        return;
    }
    out.object(
        "films_wait",
        json!({ "root": root, "codec": codec.name(), "films": films }),
    );
    out.note(format!(
        "{films} films of the dataset are not {} yet; they are whole as they are. Make them at any time with\n  {}",
        name(codec),
        command(codec, root)
    ));
}

fn command(codec: Codec, root: &Path) -> String {
    format!(
        "tendon dataset reencode --vcodec={codec} {}",
        root.display()
    )
}

fn name(codec: Codec) -> &'static str {
    match codec {
        Codec::Av1 => "AV1",
        Codec::H264 => "H.264",
    }
}
