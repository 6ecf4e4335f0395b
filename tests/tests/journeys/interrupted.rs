//! Episodes that were cut short: brought back with a word about how far it is, or put away with a word about where.

use std::path::Path;

use anyhow::{Result, ensure};
use dataset::camera::{CameraKind, CameraSpec, Codec, FilmSpec, PictureNote};
use dataset::{Dataset, DatasetSpec, Row, RowFlags};
use pixels::Size;
use units::MonoTime;

use crate::bench::{Bench, Running};

const ROWS: u64 = 40;

/// A dataset whose only episode was cut short, with these cameras, of which there are no films.
fn cut_short(root: &Path, cameras: &[&str]) -> Result<()> {
    let film = CameraKind::Video(FilmSpec {
        codec: Codec::H264,
        gop: 2,
        quality: 26,
    });
    let mut spec = DatasetSpec::so_follower(30, false);
    for name in cameras {
        let size = Size::new(64, 48).unwrap_or_else(|| unreachable!("a size"));
        spec.cameras.push(CameraSpec::new(name, size, film));
    }
    let dataset = Dataset::create(root, &spec)?;
    let mut draft = dataset.begin_episode("stack")?;
    let pictures = vec![PictureNote::default(); cameras.len()];
    for row in 0..ROWS {
        draft.push(Row {
            state: &[0.0; 6],
            action: &[0.0; 6],
            observed_at: MonoTime(row * 33_333_333),
            flags: RowFlags::default(),
            pictures: &pictures,
        })?;
    }
    Ok(())
}

/// A recording that goes on with the bench's dataset.
fn resumed(bench: &Bench) -> Result<Running> {
    let mut flags = bench.recording(60.0, 1);
    flags.extend(["--resume=true".to_owned(), "--recover=keep".to_owned()]);
    let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
    bench.driven("record", &flags)
}

#[test]
fn an_episode_that_cannot_be_kept_is_put_away_and_the_person_hears_where() -> Result<()> {
    for verb in ["repair", "record"] {
        let bench = Bench::new()?;
        let root = bench.dataset();
        cut_short(&root, &["front"])?;
        let mut tendon = if verb == "repair" {
            let mut command = bench.tendon()?;
            command.args(["dataset", "repair", "--json"]).arg(&root);
            Running::start(command)?
        } else {
            resumed(&bench)?
        };
        let told = tendon.wait_for_kind("put_away")?;
        tendon.end()?;
        let folder = Path::new(told["folder"].as_str().unwrap_or_default());
        ensure!(
            folder.starts_with(&root) && folder.join("meta/tendon/journal").is_dir(),
            "{verb}: {told}"
        );
        ensure!(
            told["task"] == "stack" && told["rows"] == ROWS,
            "{verb}: {told}"
        );
        ensure!(
            told["lacking"][0] == "observation.images.front",
            "{verb}: {told}"
        );
        ensure!(Dataset::open(&root)?.episodes().is_empty());
    }
    Ok(())
}

#[test]
fn bringing_an_episode_back_says_how_far_it_is() -> Result<()> {
    let bench = Bench::new()?;
    let root = bench.dataset();
    cut_short(&root, &[])?;
    let mut tendon = resumed(&bench)?;
    tendon.wait_for_kind("recovering")?;
    let recovered = tendon.wait_for_kind("recovered")?;
    ensure!(
        recovered["rows"] == ROWS && recovered["episode"] == 0,
        "{recovered}"
    );
    tendon.signal("INT")?;
    tendon.end()?;
    ensure!(Dataset::open(&root)?.episodes()[0].length == ROWS);
    Ok(())
}
