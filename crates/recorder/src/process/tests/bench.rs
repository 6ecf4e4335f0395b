//! A loop, a recorder and a store in memory, for tests of the recorder at work.

use std::path::PathBuf;
use std::sync::Mutex;

use arms::Values;
use protocol::ErrorCode;
use stdx::{FakeClock, LatestReader, latest, queue};
use units::Hz;

use super::super::*;
use crate::pairing::Row;

/// What a store holds, for a test to look at.
#[derive(Debug, Default)]
pub(super) struct Disk {
    pub(super) episodes: Vec<(Vec<Row>, serde_json::Value)>,
    pub(super) open: Option<Vec<Row>>,
    /// Of each row of the open episode, and of the saved ones, what is known of its pictures.
    pub(super) notes: Vec<Vec<PictureNote>>,
    /// Pictures in the films of the saved episodes.
    pub(super) films: Vec<Vec<u64>>,
    /// Rows that the disk takes before it is full.
    pub(super) room: Option<usize>,
    pub(super) refuse_saving: bool,
    /// What the next beginning says it had to put away.
    pub(super) put_away: Vec<dataset::recovery::PutAway>,
    pub(super) refuse_restoring: bool,
    /// Rows of the episodes that are left to the next start.
    pub(super) left: Vec<usize>,
}

#[derive(Debug, Clone, Default)]
pub(super) struct MemoryStore(pub(super) Arc<Mutex<Disk>>);

pub(super) fn disk_full() -> StoreError {
    StoreError {
        code: ErrorCode::Disk,
        message: "no space left on device".into(),
        remedy: "Free space.".into(),
    }
}

impl EpisodeStore for MemoryStore {
    type Stats = ();
    type Aside = Vec<Row>;

    fn film_path(&self, camera: usize) -> Result<PathBuf, StoreError> {
        Ok(format!("episode-{}-{camera}", self.next_index()).into())
    }

    fn next_index(&self) -> u64 {
        self.0.lock().unwrap().episodes.len() as u64
    }

    fn begin(&mut self, _task: &str) -> Result<(), StoreError> {
        let mut kept = self.0.lock().unwrap();
        assert!(kept.open.replace(Vec::new()).is_none(), "one at a time");
        Ok(())
    }

    fn push(&mut self, row: &Row, pictures: &[PictureNote]) -> Result<(), StoreError> {
        let mut kept = self.0.lock().unwrap();
        kept.notes.push(pictures.to_vec());
        if let Some(room) = &mut kept.room {
            *room = room.checked_sub(1).ok_or_else(disk_full)?;
        }
        kept.open.as_mut().unwrap().push(*row);
        Ok(())
    }

    fn save(
        &mut self,
        account: serde_json::Value,
        reels: &[Reel<()>],
    ) -> Result<Durable, StoreError> {
        let mut kept = self.0.lock().unwrap();
        if kept.refuse_saving {
            return Err(disk_full());
        }
        let rows = kept.open.take().unwrap();
        let durable = Durable {
            index: kept.episodes.len() as u64,
            rows: rows.len() as u64,
        };
        for reel in reels {
            assert_eq!(reel.samples, durable.rows, "one picture per row");
        }
        kept.films
            .push(reels.iter().map(|reel| reel.samples).collect());
        kept.episodes.push((rows, account));
        Ok(durable)
    }

    fn begin_again(
        &mut self,
        from: u64,
        account: serde_json::Value,
    ) -> Result<crate::store::Again, StoreError> {
        let mut kept = self.0.lock().unwrap();
        if let Some(rows) = kept.open.take()
            && kept.put_away.is_empty()
        {
            kept.episodes.push((rows, account));
        }
        let episodes = kept.episodes.iter().enumerate().skip(from as usize);
        let durable = |(index, (rows, _)): (usize, &(Vec<Row>, _))| Durable {
            index: index as u64,
            rows: rows.len() as u64,
        };
        Ok(crate::store::Again {
            episodes: episodes.map(durable).collect(),
            put_away: std::mem::take(&mut kept.put_away),
        })
    }

    fn set_aside(&mut self) -> Result<Vec<Row>, StoreError> {
        Ok(self.0.lock().unwrap().open.take().unwrap())
    }

    fn restore(&mut self, aside: &mut Vec<Row>) -> Result<(), StoreError> {
        let mut kept = self.0.lock().unwrap();
        if kept.refuse_restoring {
            return Err(disk_full());
        }
        let rows = std::mem::take(aside);
        assert!(kept.open.replace(rows).is_none(), "one at a time");
        Ok(())
    }

    fn leave(&mut self, aside: Vec<Row>) {
        self.0.lock().unwrap().left.push(aside.len());
    }
}

/// A loop, a recorder and the hands between them.
pub(super) struct Bench {
    pub(super) clock: FakeClock,
    pub(super) steps: Option<QueueWriter<Step>>,
    pub(super) store: MemoryStore,
    pub(super) recorder: Recorder<MemoryStore>,
    pub(super) events: QueueReader<Event>,
    pub(super) status: LatestReader<Status>,
    pub(super) slot: u64,
    pub(super) rate: u64,
}

impl Bench {
    pub(super) fn new(control: u64, fps: u32, seconds: f64, episodes: u32, room: usize) -> Self {
        let config = RecordConfig {
            task: "stack the cups".into(),
            fps,
            control_rate: Hz::new(control as f64).unwrap(),
            episode_time: Duration::from_secs_f64(seconds),
            reset_time: Duration::from_secs(1),
            num_episodes: episodes,
            start_at_once: true,
        };
        let clock = FakeClock::default();
        let (steps, taken) = queue(room);
        let (told, events) = queue(64);
        let (put, status) = latest();
        let store = MemoryStore::default();
        let outputs = Outputs {
            events: told,
            status: put,
            loop_report: Box::new(|| {
                Some(LoopReport {
                    cycles: 7,
                    ..LoopReport::default()
                })
            }),
        };
        let recorder =
            Recorder::new(taken, store.clone(), &config, clock.shared(), outputs).unwrap();
        Self {
            clock,
            steps: Some(steps),
            store,
            recorder,
            events,
            status,
            slot: 0,
            rate: control,
        }
    }

    pub(super) fn step(slot: u64) -> Step {
        Step {
            slot,
            observed_at: MonoTime(slot),
            sent_at: MonoTime(slot),
            observation: Values::from_arms(&[[0.0; 6]]),
            action: Values::from_arms(&[[0.0; 6]]),
            stale: 0,
        }
    }

    /// The loop runs `cycles` cycles; the recorder sees none of them yet.
    pub(super) fn cycle(&mut self, cycles: u64) {
        for _ in 0..cycles {
            let at = MonoTime(1_000_000_000 + self.slot * 1_000_000_000 / self.rate);
            self.clock.sleep_until(at);
            let step = Step {
                slot: self.slot,
                observed_at: at,
                sent_at: at + Duration::from_micros(400),
                observation: Values::from_arms(&[[self.slot as f64; 6]]),
                action: Values::from_arms(&[[self.slot as f64 + 0.5; 6]]),
                stale: 0,
            };
            // A full queue is what some tests are about.
            let _taken: bool = self.steps.as_ref().unwrap().push(step).is_ok();
            self.slot += 1;
        }
    }

    /// The loop runs and the recorder keeps up.
    pub(super) fn run(&mut self, cycles: u64) {
        for _ in 0..cycles {
            self.cycle(1);
            self.recorder.poll();
        }
    }

    pub(super) fn stall(&mut self, slots: u64) {
        self.slot += slots;
    }

    pub(super) fn events(&self) -> Vec<Event> {
        std::iter::from_fn(|| self.events.pop()).collect()
    }

    pub(super) fn saved(&self) -> Vec<Saved> {
        let saved = |event| match event {
            Event::EpisodeSaved(saved) => Some(saved),
            _ => None,
        };
        self.events().into_iter().filter_map(saved).collect()
    }

    pub(super) fn rows(&self, episode: usize) -> Vec<Row> {
        self.store.0.lock().unwrap().episodes[episode].0.clone()
    }

    pub(super) fn account(&self, episode: usize) -> serde_json::Value {
        self.store.0.lock().unwrap().episodes[episode].1.clone()
    }
}
