//! What an episode says of its pictures, held against what its films show: simulated cameras draw a count into each.
//!
//! Also part of the long run of the benches. The two were made by different threads from different things, so neither can be right by copying the other.
//! Not here: which picture should have arrived (`pictures`, whose cameras remember when they sent what).

use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use dataset::sidecar::CameraAccount;
use dataset::{Dataset, PictureFlags, sidecar};
use sim::camera::Strip;
use sim::read_strip;

/// One camera of one episode.
#[derive(Debug)]
pub struct Film {
    /// What the episode says.
    pub account: CameraAccount,
    /// When each row was observed, nanoseconds.
    pub observed: Vec<u64>,
    /// What is drawn in each row's picture; `None` where it cannot be read.
    pub strips: Vec<Option<Strip>>,
}

/// What was found while account and film were compared.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// Rows with the picture of the row before.
    pub repeats: u64,
    /// Pictures that arrived and are in no row.
    pub skipped: u64,
    /// Pictures that did not arrive whole: counted by the camera's thread, skipped by no row.
    pub damaged: u64,
    /// How often pictures were drawn that never arrived.
    pub drops: u64,
    /// How often a picture arrived that had arrived before.
    pub doubles: u64,
    /// Rows that say that their own picture is not in the film.
    pub squeezed: u64,
    /// Rows whose picture has no count that could be read.
    pub unread: u64,
}

/// The films of an episode, in the order of its cameras.
pub fn films(root: &Path, episode: u64) -> Result<Vec<Film>> {
    let dataset = Dataset::open(root)?;
    let known = sidecar::read(root, episode)?.context("the sidecar is there")?;
    let episodes = dataset.episodes();
    let row = &episodes[usize::try_from(episode)?];
    let info = dataset.info();
    let template = info.video_path.as_ref().context("a dataset with films")?;
    let film = |account: &CameraAccount| {
        let key = &account.key;
        let mut spans = row.videos.iter();
        let span = spans.find(|span| span.key == *key);
        let span = span.with_context(|| format!("{key} has no film"))?;
        let path = root.join(template.path(span.place.chunk, span.place.file, key));
        let mut reader = video::Reader::open(&path)?;
        let first = reader.index_at(span.from_timestamp)?;
        let mut strips = Vec::new();
        for index in first..first + row.length {
            let picture = reader.frame(index)?;
            strips.push(read_strip(&picture.y, picture.size));
        }
        Ok(Film {
            account: account.clone(),
            observed: known.observed_at_ns.clone(),
            strips,
        })
    };
    known.cameras.iter().map(film).collect()
}

impl Film {
    fn has(&self, row: usize, flag: PictureFlags) -> bool {
        PictureFlags(self.account.flags[row]).has(flag)
    }

    /// Whether every row has the newest picture that had arrived, by the account's own times, and shows the one that the
    /// account says.
    pub fn agrees(&self) -> Result<Seen> {
        let CameraAccount {
            key,
            sequence,
            arrived_at_ns,
            skipped_before,
            flags,
            ..
        } = &self.account;
        let rows = self.observed.len();
        let lengths = [
            sequence.len(),
            arrived_at_ns.len(),
            skipped_before.len(),
            flags.len(),
            self.strips.len(),
        ];
        ensure!(
            lengths.iter().all(|length| *length == rows),
            "{key}: {rows} rows, and {lengths:?} in account and film"
        );
        let mut seen = Seen::default();
        // Count and number of the last picture that is known to be its row's own.
        let mut before: Option<(u32, u64)> = None;
        for (row, number) in sequence.iter().copied().enumerate() {
            if self.has(row, PictureFlags::MISSING) {
                continue;
            }
            self.newest(row)?;
            if row > 0 {
                self.follows(row, &mut seen)?;
            }
            let Some(strip) = self.strips[row] else {
                seen.unread += 1;
                continue;
            };
            if self.has(row, PictureFlags::SQUEEZED) {
                seen.squeezed += 1;
                let shown = before.map(|(counter, _)| counter);
                ensure!(
                    shown.is_none_or(|shown| shown == strip.counter),
                    "{key}: row {row} says that it repeats a picture and shows another, {}",
                    strip.counter
                );
                continue;
            }
            if let Some((counter, last)) = before {
                let drawn = i64::from(strip.counter) - i64::from(counter);
                let arrived = number as i64 - last as i64;
                ensure!(
                    arrived != 0 || drawn == 0,
                    "{key}: row {row} says that it repeats picture {number} and shows another"
                );
                seen.drops += u64::from(drawn > arrived);
                seen.doubles += u64::from(drawn < arrived);
            }
            before = Some((strip.counter, number));
        }
        ensure!(
            (
                seen.repeats,
                seen.skipped,
                rows as u64 - seen.repeats - self.account.missing
            ) == (
                self.account.repeated,
                self.account.skipped,
                self.account.fresh
            ),
            "{key}: {seen:?} is to be seen, and the account says {} fresh, {} repeated, {} skipped",
            self.account.fresh,
            self.account.repeated,
            self.account.skipped
        );
        Ok(seen)
    }

    /// Its picture had arrived when the row was observed, and that of the next row with another one had not.
    fn newest(&self, row: usize) -> Result<()> {
        let CameraAccount {
            key,
            sequence,
            arrived_at_ns,
            ..
        } = &self.account;
        let observed = self.observed[row];
        ensure!(
            arrived_at_ns[row] <= observed,
            "{key}: row {row} has a picture that had not arrived"
        );
        let next = (row..sequence.len()).find(|later| sequence[*later] != sequence[row]);
        ensure!(
            next.is_none_or(|next| arrived_at_ns[next] > observed),
            "{key}: row {row} has picture {}, and a newer one had arrived",
            sequence[row]
        );
        Ok(())
    }

    /// What the account says of a row and the one before it fits.
    fn follows(&self, row: usize, seen: &mut Seen) -> Result<()> {
        let CameraAccount {
            key,
            sequence,
            arrived_at_ns,
            skipped_before,
            ..
        } = &self.account;
        let (skipped, numbers) = (u64::from(skipped_before[row]), &sequence[row - 1..=row]);
        ensure!(
            numbers[0] <= numbers[1],
            "{key}: picture {numbers:?} at row {row}"
        );
        let again = numbers[0] == numbers[1];
        ensure!(
            again == self.has(row, PictureFlags::REPEATED)
                && again == (arrived_at_ns[row - 1] == arrived_at_ns[row]),
            "{key}: row {row} is wrong about whether it repeats the picture before"
        );
        let passed = (numbers[1] - numbers[0]).saturating_sub(1);
        ensure!(
            skipped <= passed,
            "{key}: {skipped} pictures skipped before row {row}, of {passed}"
        );
        seen.repeats += u64::from(again);
        seen.skipped += skipped;
        seen.damaged += passed - skipped;
        Ok(())
    }
}
