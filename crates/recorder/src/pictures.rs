//! Which picture belongs to which row: the newest that had arrived when the row's observation was taken.
//!
//! A picture is fresh on its first use, repeated when no newer one had arrived, and skipped when a newer one came before
//! the row; fresh and skipped ones add up to all that arrived from the episode's first picture on. Pure: pictures and
//! instants go in, choices come out.
//! Not here: who takes pictures (`cameras`), how they become a film (`film`).

use std::collections::VecDeque;
use std::time::Duration;

use dataset::{PictureFlags, PictureNote};
use pixels::{CameraFrame, PictureReader};
use units::MonoTime;

/// A picture older than this many frame times of its camera is late (what issue and design call "late").
pub const LATE_AFTER_FRAMES: u32 = 2;

/// Pictures that are kept while no rows are taken: two seconds of a fast camera.
const WAITING: usize = 64;

/// Whether the row has a picture that no row before it has.
pub fn is_new(note: &PictureNote) -> bool {
    !note.flags.has(PictureFlags::REPEATED) && !note.flags.has(PictureFlags::MISSING)
}

/// How the pictures of one camera met the rows of an episode.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PictureCounts {
    /// Rows with a picture of their own.
    pub fresh: u64,
    /// Rows with the picture of the row before.
    pub repeated: u64,
    /// Pictures that no row has, because a newer one came before the row.
    pub skipped: u64,
    /// Rows whose picture was too old.
    pub late: u64,
    /// Rows for which the film repeats a picture because the encoder had no time or could not read the bytes.
    pub squeezed: u64,
}

impl PictureCounts {
    fn count(&mut self, note: &PictureNote) {
        if is_new(note) {
            self.fresh += 1;
        } else {
            self.repeated += 1;
        }
        self.skipped += u64::from(note.skipped);
        self.late += u64::from(note.flags.has(PictureFlags::LATE));
    }
}

/// How many pictures were lost before the one that arrived at `arrived_at`; they are told of once.
fn lost_before(lost: &mut VecDeque<(MonoTime, u64)>, arrived_at: MonoTime) -> u64 {
    let mut count = 0;
    while let Some((after, pictures)) = lost.front().copied()
        && after <= arrived_at
    {
        count += pictures;
        lost.pop_front();
    }
    count
}

/// One camera as the recorder sees it.
#[derive(Debug)]
pub struct Sight {
    reader: PictureReader,
    frame_time: Duration,
    /// Arrived, and not yet passed by a row.
    waiting: VecDeque<CameraFrame>,
    /// The newest picture that a row or the time between episodes has passed.
    newest: Option<CameraFrame>,
    /// Number of the picture of the episode's last row.
    last: Option<u64>,
    /// Pictures that gave way in the ring, as far as they were counted.
    gave_way: u64,
    /// Those that no row has been told of yet: when the picture after them had arrived, and how many they are.
    lost: VecDeque<(MonoTime, u64)>,
    /// Time passed without rows, so what came meanwhile was not skipped.
    rested: bool,
    counts: PictureCounts,
}

impl Sight {
    /// The recording end of a camera that takes a picture every `frame_time`.
    pub fn new(reader: PictureReader, frame_time: Duration) -> Self {
        Self {
            reader,
            frame_time,
            waiting: VecDeque::new(),
            newest: None,
            last: None,
            gave_way: 0,
            lost: VecDeque::new(),
            rested: true,
            counts: PictureCounts::default(),
        }
    }

    /// Takes what has arrived. To be called after the steps to be paired were taken from their queue: no picture older
    /// than their observations can appear any more then.
    pub fn look(&mut self) {
        let had = self.waiting.len();
        self.reader.drain(&mut self.waiting);
        let gave_way = self.reader.overwritten();
        if gave_way > self.gave_way
            && let Some(after) = self.waiting.get(had)
        {
            self.lost
                .push_back((after.arrived_at, gave_way - self.gave_way));
            self.gave_way = gave_way;
        }
    }

    /// Lets go of pictures that no later row can want, while no episode is open: all that had arrived at `observed_at`,
    /// when the last step was observed, but the newest of them.
    pub fn let_pass(&mut self, observed_at: MonoTime) {
        while self
            .waiting
            .front()
            .is_some_and(|next| next.arrived_at <= observed_at)
        {
            self.newest = self.waiting.pop_front();
        }
        // Without steps nobody passes them, and no row will want these any more.
        while self.waiting.len() > WAITING {
            self.newest = self.waiting.pop_front();
        }
        self.rested = true;
    }

    /// An episode begins.
    pub fn begin(&mut self) {
        self.last = None;
        self.counts = PictureCounts::default();
    }

    /// Chooses the picture of a row that was observed at `observed_at`; see [`Sight::newest`]. Rows come in order.
    pub fn pick(&mut self, observed_at: MonoTime) -> PictureNote {
        let mut passed: u64 = 0;
        while self
            .waiting
            .front()
            .is_some_and(|next| next.arrived_at <= observed_at)
        {
            self.newest = self.waiting.pop_front();
            passed += 1;
        }
        let note = match &self.newest {
            // Nothing to show; a session does not record before every camera has given a picture.
            None => PictureNote {
                flags: PictureFlags::MISSING.with(PictureFlags::LATE),
                ..PictureNote::default()
            },
            Some(picture) => {
                let age = observed_at.since(picture.arrived_at);
                let late = age > self.frame_time * LATE_AFTER_FRAMES;
                let mut flags = if self.last == Some(picture.sequence) {
                    PictureFlags::REPEATED
                } else {
                    PictureFlags::default()
                };
                if late {
                    flags = flags.with(PictureFlags::LATE);
                }
                let fresh = self.last != Some(picture.sequence);
                // Pictures that gave way in the ring were older than all that are in it.
                let lost = lost_before(&mut self.lost, picture.arrived_at);
                let skipped = match (fresh, self.last) {
                    (true, Some(_)) if !self.rested => passed.max(1) - 1 + lost,
                    _ => 0,
                };
                if fresh {
                    self.rested = false;
                }
                self.last = Some(picture.sequence);
                PictureNote {
                    sequence: picture.sequence,
                    arrived_at: picture.arrived_at,
                    skipped: u32::try_from(skipped).unwrap_or(u32::MAX),
                    flags,
                }
            }
        };
        self.counts.count(&note);
        note
    }

    /// The picture of the row that was picked last.
    pub fn newest(&self) -> Option<&CameraFrame> {
        self.newest.as_ref()
    }

    /// The episode so far.
    pub fn counts(&self) -> PictureCounts {
        self.counts
    }

    /// How long before `now` the newest picture had arrived; `None` without any.
    pub fn blind_for(&self, now: MonoTime) -> Option<Duration> {
        let newest = self.waiting.back().or(self.newest.as_ref());
        newest.map(|picture| now.since(picture.arrived_at))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use pixels::{PictureWriter, PixelFormat, Rotation, Size, picture_ring};
    use proptest::prelude::*;
    use stdx::{Clock as _, FakeClock};

    use super::*;

    const FRAME: Duration = Duration::from_millis(33);

    fn picture(sequence: u64) -> CameraFrame {
        CameraFrame {
            format: PixelFormat::Gray,
            size: Size::new(1, 1).unwrap(),
            rotation: Rotation::None,
            sequence,
            arrived_at: MonoTime(0),
            bytes: vec![0].into(),
        }
    }

    struct Scene {
        clock: FakeClock,
        camera: PictureWriter,
        sight: Sight,
        next: u64,
    }

    impl Scene {
        fn new(capacity: usize) -> Self {
            let clock = FakeClock::default();
            let (camera, reader) = picture_ring(capacity, Arc::new(clock.clone()));
            Self {
                clock,
                camera,
                sight: Sight::new(reader, FRAME),
                next: 0,
            }
        }

        fn arrives_after(&mut self, span: Duration) -> u64 {
            self.clock.advance(span);
            self.camera.push(picture(self.next));
            self.next += 1;
            self.next - 1
        }

        fn row_after(&mut self, span: Duration) -> PictureNote {
            self.clock.advance(span);
            let now = self.clock.now();
            self.sight.look();
            self.sight.pick(now)
        }
    }

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn a_row_takes_the_newest_picture_and_counts_those_that_nobody_saw() {
        let mut scene = Scene::new(16);
        scene.arrives_after(MS);
        scene.arrives_after(MS);
        let first = scene.row_after(MS);
        assert_eq!(
            (first.sequence, first.skipped),
            (1, 0),
            "before the first row nothing is skipped"
        );
        assert_eq!(first.flags, PictureFlags::default());
        let same = scene.row_after(MS);
        assert_eq!((same.sequence, same.flags), (1, PictureFlags::REPEATED));
        for _ in 0..3 {
            scene.arrives_after(MS);
        }
        let third = scene.row_after(MS);
        assert_eq!((third.sequence, third.skipped), (4, 2));
        let counts = scene.sight.counts();
        assert_eq!(
            (counts.fresh, counts.repeated, counts.skipped, counts.late),
            (2, 1, 2, 0)
        );
    }

    #[test]
    fn a_picture_that_came_after_the_observation_belongs_to_the_next_row() {
        let mut scene = Scene::new(16);
        scene.arrives_after(MS);
        scene.clock.advance(MS);
        let observed_at = scene.clock.now();
        scene.arrives_after(MS);
        scene.sight.look();
        assert_eq!(scene.sight.pick(observed_at).sequence, 0);
        assert_eq!(scene.row_after(MS).sequence, 1);
    }

    #[test]
    fn a_picture_is_late_beyond_two_frame_times_and_missing_when_there_is_none() {
        let mut scene = Scene::new(16);
        let none = scene.row_after(MS);
        assert!(none.flags.has(PictureFlags::MISSING) && none.flags.has(PictureFlags::LATE));
        scene.arrives_after(MS);
        assert!(
            !scene.row_after(FRAME * 2).flags.has(PictureFlags::LATE),
            "not yet"
        );
        assert!(scene.row_after(MS).flags.has(PictureFlags::LATE));
        assert_eq!(
            scene.sight.blind_for(scene.clock.now()),
            Some(FRAME * 2 + MS)
        );
    }

    #[test]
    fn pictures_that_gave_way_in_the_ring_are_counted_as_skipped() {
        let mut scene = Scene::new(2);
        scene.arrives_after(MS);
        scene.row_after(MS);
        for _ in 0..5 {
            scene.arrives_after(MS);
        }
        let row = scene.row_after(MS);
        assert_eq!((row.sequence, row.skipped), (5, 4));
    }

    #[test]
    fn what_gave_way_is_told_of_at_the_picture_after_it_and_not_at_one_before() {
        let mut scene = Scene::new(2);
        scene.arrives_after(MS);
        scene.row_after(MS);
        scene.arrives_after(MS);
        let (before, waits) = (scene.clock.now(), 1);
        scene.sight.look();
        // The recorder is held up, while pictures come that find no room.
        for _ in 0..5 {
            scene.arrives_after(MS);
        }
        scene.sight.look();
        let row = scene.sight.pick(before);
        assert_eq!((row.sequence, row.skipped), (waits, 0));
        let row = scene.row_after(MS);
        assert_eq!((row.sequence, row.skipped), (6, 4));
    }

    #[test]
    fn a_long_stall_takes_no_picture_from_a_row_that_waited_as_long() {
        let mut scene = Scene::new(400);
        let mut rows = Vec::new();
        for _ in 0..300 {
            scene.arrives_after(MS);
            scene.clock.advance(MS);
            rows.push(scene.clock.now());
        }
        scene.sight.look();
        for (at, observed_at) in rows.into_iter().enumerate() {
            let note = scene.sight.pick(observed_at);
            assert_eq!((note.sequence, note.skipped), (at as u64, 0));
        }
    }

    #[test]
    fn a_camera_whose_count_begins_again_is_fresh_and_skips_only_what_was_seen_to_pass() {
        let mut scene = Scene::new(8);
        scene.next = 100;
        scene.arrives_after(MS);
        scene.row_after(MS);
        scene.next = 0;
        scene.arrives_after(MS);
        scene.arrives_after(MS);
        let row = scene.row_after(MS);
        assert_eq!(
            (row.sequence, row.skipped, row.flags),
            (1, 1, PictureFlags::default())
        );
    }

    #[test]
    fn between_episodes_only_the_newest_picture_is_kept() {
        let mut scene = Scene::new(8);
        for _ in 0..4 {
            scene.arrives_after(MS);
        }
        scene.sight.look();
        scene.sight.let_pass(scene.clock.now());
        scene.sight.begin();
        let row = scene.row_after(MS);
        assert_eq!(
            (row.sequence, row.skipped, row.flags),
            (3, 0, PictureFlags::default())
        );
    }

    proptest! {
        /// Against the rule spelt out: for every row the newest arrival at or before it, and all arrivals accounted for.
        #[test]
        fn every_row_has_the_newest_arrival_and_every_arrival_is_counted(
            events in prop::collection::vec((1u64..40, prop::bool::ANY), 1..200),
            looks in prop::collection::vec(prop::bool::ANY, 200),
        ) {
            let mut scene = Scene::new(512);
            let mut arrived: Vec<MonoTime> = Vec::new();
            let mut observed: Vec<MonoTime> = Vec::new();
            let mut rows: Vec<PictureNote> = Vec::new();
            let mut settled = 0;
            for (at, (ms, is_picture)) in events.iter().enumerate() {
                if *is_picture {
                    scene.arrives_after(Duration::from_millis(*ms));
                    arrived.push(scene.clock.now());
                } else {
                    scene.clock.advance(Duration::from_millis(*ms));
                    observed.push(scene.clock.now());
                }
                // The recorder looks when it can; rows may wait.
                if looks[at % looks.len()] {
                    scene.sight.look();
                    for row in &observed[settled..] {
                        rows.push(scene.sight.pick(*row));
                    }
                    settled = observed.len();
                }
            }
            scene.sight.look();
            for row in &observed[settled..] {
                rows.push(scene.sight.pick(*row));
            }
            let mut before: Option<u64> = None;
            let mut counted = 0;
            for (row, observed_at) in rows.iter().zip(&observed) {
                let newest = arrived.iter().rposition(|arrival| arrival <= observed_at);
                match newest {
                    None => prop_assert_eq!(row.arrived_at, MonoTime(0)),
                    Some(newest) => {
                        let newest = newest as u64;
                        prop_assert_eq!(row.sequence, newest);
                        prop_assert_eq!(row.flags.has(PictureFlags::REPEATED), before == Some(newest));
                        counted += u64::from(before != Some(newest)) + u64::from(row.skipped);
                        let late = observed_at.since(row.arrived_at) > FRAME * 2;
                        prop_assert_eq!(row.flags.has(PictureFlags::LATE), late);
                        before = Some(newest);
                    }
                }
            }
            let first = rows.iter().find(|row| row.arrived_at != MonoTime(0));
            if let (Some(first), Some(last)) = (first, before) {
                prop_assert_eq!(counted, last - first.sequence + 1);
            }
            let counts = scene.sight.counts();
            prop_assert_eq!(counts.fresh + counts.repeated, rows.len() as u64);
        }
    }
}
