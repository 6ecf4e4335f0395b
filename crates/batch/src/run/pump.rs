//! The batch's own thread: from the queue to the pool, from the pool to the queue. Nobody else touches the queue.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

use imaging::{Buffers, Existing, Pipeline, Recycler};
use jobs::{Handle, JobError, Product, Refusal};
use stdx::{Clock as _, SystemClock};

use super::job::{Job, Made};
use super::memory::{Held, needed};
use super::{Event, Outcome, PICTURE, Setup, Shared, State, Teller, failed};
use crate::aside::{self, Print};
use crate::error::{BatchError, ItemError};
use crate::plan::WhyPassed;
use crate::queue::{Counts, ItemId, Queue, Ready, Stamp};
use crate::report::Report;
use crate::watch::Watching;

/// Between two looks at the handle's wishes and at folders that are watched.
const TICK: Duration = Duration::from_millis(20);
/// For so long the end of a batch waits for pictures that were called off to let go of their memory.
const PATIENCE: Duration = Duration::from_secs(2);
/// So often an item is begun that others on its thread brought down.
const MOST_ATTEMPTS: u64 = 3;
/// Memory of pictures that is kept for the next ones.
const RECYCLED: usize = 192 << 20;

type Answer = (ItemId, Result<Made, JobError>);

struct Flight {
    input: PathBuf,
    output: PathBuf,
    temporary: PathBuf,
    handle: Handle,
}

pub(super) struct Pump<'a> {
    pub(super) queue: Queue,
    pub(super) setup: Setup,
    shared: &'a Arc<Shared>,
    pub(super) teller: &'a Teller,
    pipeline: Arc<Pipeline>,
    buffers: Arc<dyn Buffers>,
    flights: BTreeMap<ItemId, Flight>,
    /// The next item and the memory it needs, while there is none for it.
    next: Option<(Ready, Stamp, u64)>,
    answers: Receiver<Answer>,
    answer: SyncSender<Answer>,
    pub(super) watching: Option<Watching>,
    pub(super) counts: Counts,
    paused: bool,
}

/// Runs a batch to its end.
pub(super) fn run(
    queue: Queue,
    setup: Setup,
    shared: &Arc<Shared>,
    teller: &Teller,
) -> Result<Outcome, BatchError> {
    let _used = setup.pool.use_product(Product::Batch);
    let pool = Arc::clone(&setup.pool);
    // Every picture under way answers once.
    let (answer, answers) = sync_channel(setup.at_once + 1);
    let watching = match &setup.watch {
        None => None,
        Some(watch) => {
            let task = queue.task();
            for input in &task.inputs {
                if fs::canonicalize(input).is_ok_and(|input| input == task.into) {
                    return Err(BatchError::IntoWatched {
                        path: task.into.clone(),
                    });
                }
            }
            Some(Watching::new(*watch))
        }
    };
    let mut pump = Pump {
        pipeline: Arc::new(queue.task().pipeline().clone()),
        buffers: Arc::new(Recycler::new(RECYCLED)),
        flights: BTreeMap::new(),
        next: None,
        counts: queue.counts()?,
        paused: false,
        queue,
        setup,
        shared,
        teller,
        answers,
        answer,
        watching,
    };
    let ended = pump.work();
    let called_off = pump.call_off();
    pump.show();
    let finished = ended?;
    called_off?;
    drop(pool);
    Ok(Outcome {
        finished,
        recovered: pump.queue.recovered(),
        report: Report::of(&pump.queue)?,
    })
}

impl Pump<'_> {
    /// Whether it came to its end, and was not stopped.
    fn work(&mut self) -> Result<bool, BatchError> {
        loop {
            if self.shared.stopping() {
                return Ok(false);
            }
            self.heed_pause();
            self.look_around()?;
            if !self.paused {
                self.fill()?;
            }
            self.show();
            let idle = self.flights.is_empty() && self.next.is_none();
            if idle && self.counts.waiting == 0 && self.watching.is_none() {
                return Ok(true);
            }
            if let Ok((id, answer)) = self.answers.recv_timeout(TICK) {
                self.answered(id, answer)?;
            }
            while let Ok((id, answer)) = self.answers.try_recv() {
                self.answered(id, answer)?;
            }
        }
    }

    fn heed_pause(&mut self) {
        let wanted = self.shared.pausing();
        if wanted != self.paused {
            self.paused = wanted;
            self.shared.enter(match wanted {
                true => State::Paused,
                false => State::Running,
            });
            self.tell(match wanted {
                true => Event::Paused,
                false => Event::Resumed,
            });
        }
    }

    /// Begins as many items as may be under way.
    fn fill(&mut self) -> Result<(), BatchError> {
        while self.flights.len() < self.setup.at_once {
            let (ready, stamp, bytes) = match self.next.take() {
                Some(next) => next,
                None => match self.queue.next(None)? {
                    None => return Ok(()),
                    Some(ready) => match self.measured(ready)? {
                        Some(next) => next,
                        None => continue,
                    },
                },
            };
            let held = self.shared.memory.load(Ordering::Acquire);
            let fits = held.saturating_add(bytes) <= self.setup.memory;
            // One that is larger than the ceiling would never run, so it runs alone.
            if !fits && !self.flights.is_empty() {
                self.next = Some((ready, stamp, bytes));
                return Ok(());
            }
            if !self.begin(ready, stamp, bytes)? {
                return Ok(());
            }
        }
        Ok(())
    }

    /// What an item needs, or nothing when its file is gone.
    fn measured(&mut self, ready: Ready) -> Result<Option<(Ready, Stamp, u64)>, BatchError> {
        let stamp = match Stamp::of(&ready.input) {
            Ok(stamp) => stamp,
            Err(error) => {
                let error = ItemError::file("reading the picture", &ready.input, &error);
                self.counts.waiting = self.counts.waiting.saturating_sub(1);
                self.fail(ready.id, ready.input, error)?;
                return Ok(None);
            }
        };
        // Of a header that cannot be read nobody knows what its picture takes.
        let bytes =
            imaging::header(&ready.input, &self.setup.limits).map_or(self.setup.memory, |header| {
                needed(
                    &header,
                    &self.pipeline,
                    &self.setup.limits,
                    &*self.setup.render,
                )
            });
        Ok(Some((ready, stamp, bytes)))
    }

    /// Hands an item to the pool. Whether the pool took it.
    fn begin(&mut self, ready: Ready, stamp: Stamp, bytes: u64) -> Result<bool, BatchError> {
        let Ready { id, input, output } = ready;
        let refused = |what: String| BatchError::Pool { what };
        let order = self
            .setup
            .pool
            .order(PICTURE.name)
            .map_err(|error| refused(error.to_string()))?;
        let temporary = self.queue.temporary(&output);
        self.queue.begin(id, stamp)?;
        let job = Job {
            input: input.clone(),
            temporary: temporary.clone(),
            pipeline: Arc::clone(&self.pipeline),
            output: self.queue.task().output,
            render: Arc::clone(&self.setup.render),
            buffers: Arc::clone(&self.buffers),
            limits: self.setup.limits,
            clock: Arc::clone(&self.setup.clock),
            stamp,
            _held: Held::take(&self.shared.memory, bytes),
        };
        let ticket = match self.setup.pool.submit(order, move |ctx| job.run(ctx)) {
            Ok(ticket) => ticket,
            Err(refusal) => {
                self.queue.wait_again(id, false)?;
                return match refusal {
                    Refusal::QueueFull { .. } | Refusal::Suspended { .. } => Ok(false),
                    other => Err(refused(other.to_string())),
                };
            }
        };
        self.counts.waiting = self.counts.waiting.saturating_sub(1);
        self.counts.running += 1;
        self.flights.insert(
            id,
            Flight {
                input: input.clone(),
                output: self.queue.task().into.join(output),
                temporary,
                handle: ticket.handle(),
            },
        );
        self.tell(Event::Began { item: id, input });
        let answer = self.answer.clone();
        ticket.then(move |result| {
            // There is room for the answer of every item; nobody listens any more only when all are called off.
            answer.send((id, result)).ok();
        });
        Ok(true)
    }

    fn answered(&mut self, id: ItemId, answer: Result<Made, JobError>) -> Result<(), BatchError> {
        let Some(flight) = self.flights.remove(&id) else {
            return Ok(());
        };
        self.counts.running = self.counts.running.saturating_sub(1);
        let error = match answer {
            Ok(Made::Written { print, notes, took }) => {
                return self.place(id, flight, print, notes, took);
            }
            Ok(Made::NoRoom(source)) => {
                self.again(id, false)?;
                return Err(BatchError::File {
                    doing: "writing the output",
                    path: flight.output,
                    source,
                });
            }
            Ok(Made::Changed) => {
                if let Some(watching) = &mut self.watching {
                    // It is found again when it has come to rest.
                    watching.forget(&flight.input);
                    return self.queue.drop_item(id);
                }
                ItemError::new(
                    "the file was changed or removed while it was read",
                    "Wait until nobody writes to it; then try what failed again.",
                )
            }
            Err(JobError::Failed(error)) => match error.downcast_ref::<ItemError>() {
                Some(error) => error.clone(),
                None => ItemError::new(error.to_string(), "Leave the file out."),
            },
            Err(JobError::Cancelled | JobError::Ending) if self.shared.stopping() => {
                return self.again(id, false);
            }
            Err(JobError::Ending) => {
                self.again(id, false)?;
                return Err(BatchError::Pool {
                    what: JobError::Ending.to_string(),
                });
            }
            Err(
                error @ (JobError::Cancelled
                | JobError::Replaced { .. }
                | JobError::Lost { .. }
                | JobError::NoWorker { .. }
                | JobError::Refused(_)),
            ) => {
                if self.queue.attempts(id)? < MOST_ATTEMPTS {
                    return self.again(id, true);
                }
                ItemError::new(error.to_string(), "Try what failed again.")
            }
            Err(error @ JobError::Panicked { .. }) => ItemError::new(
                error.to_string(),
                "This is a defect of this program: report it with the file, if others may see it.",
            ),
            Err(
                error
                @ (JobError::TimedOut { .. } | JobError::Stuck { .. } | JobError::Hung { .. }),
            ) => ItemError::new(
                error.to_string(),
                "Make the picture smaller, take stages out, or allow more time in the worker settings.",
            ),
        };
        // A function that was given up may have written it, or write it yet; the next start clears that away.
        aside::remove(&flight.temporary).ok();
        self.fail(id, flight.input, error)
    }

    /// Gives an output its name: written down before and after, so that a crash in between is understood.
    fn place(
        &mut self,
        id: ItemId,
        flight: Flight,
        print: Print,
        notes: Vec<String>,
        took: Duration,
    ) -> Result<(), BatchError> {
        let Flight {
            input,
            output,
            temporary,
            ..
        } = flight;
        let replace = self.queue.task().existing == Existing::Replace;
        self.queue.placing(id, print)?;
        match aside::place(&temporary, &output, replace) {
            Ok(()) => {}
            Err(error) if !replace && error.kind() == ErrorKind::AlreadyExists => {
                let why = WhyPassed::Exists(output).to_string();
                self.queue.passed(id, &why)?;
                self.counts.passed += 1;
                self.tell(Event::Passed {
                    item: id,
                    input,
                    why,
                });
                return Ok(());
            }
            Err(error) => {
                let error = ItemError::file("giving the output its name", &output, &error);
                return self.fail(id, input, error);
            }
        }
        stdx::failpoint::here("batch.placed");
        self.queue.done(id, &notes, took)?;
        self.counts.done += 1;
        self.tell(Event::Done {
            item: id,
            input,
            output,
            notes,
            took_ms: took.as_millis().try_into().unwrap_or(u64::MAX),
        });
        Ok(())
    }

    fn fail(&mut self, id: ItemId, input: PathBuf, error: ItemError) -> Result<(), BatchError> {
        tracing::warn!(input = %input.display(), "a file of a batch was not made: {error}");
        self.queue.failed(id, &error, Duration::ZERO)?;
        self.counts.failed += 1;
        self.tell(failed(id, input, error));
        Ok(())
    }

    fn again(&mut self, id: ItemId, counts: bool) -> Result<(), BatchError> {
        self.queue.wait_again(id, counts)?;
        self.counts.waiting += 1;
        Ok(())
    }

    /// Calls off what is under way. What answered just before counts.
    fn call_off(&mut self) -> Result<(), BatchError> {
        self.shared.stop.store(true, Ordering::Release);
        for flight in self.flights.values() {
            flight.handle.cancel();
        }
        while !self.flights.is_empty() {
            let Ok((id, answer)) = self.answers.recv_timeout(PATIENCE) else {
                break;
            };
            self.answered(id, answer)?;
        }
        for id in std::mem::take(&mut self.flights).into_keys() {
            self.again(id, false)?;
        }
        // Functions that were called off hear of it at their next checkpoint.
        let until = SystemClock.now() + PATIENCE;
        while self.shared.memory.load(Ordering::Acquire) > 0 && SystemClock.now() < until {
            SystemClock.sleep(Duration::from_millis(1));
        }
        self.counts = self.queue.counts()?;
        Ok(())
    }

    /// Tells an event, with everything that the handle shows as it is then.
    pub(super) fn tell(&self, event: Event) {
        self.show();
        self.teller.tell(event);
    }

    /// Puts what the handle shows where it can be seen.
    fn show(&self) {
        let mut board = self.shared.board();
        board.counts = self.counts;
        board.running = self
            .flights
            .iter()
            .map(|(id, flight)| (*id, flight.input.clone(), Some(flight.handle.clone())))
            .collect();
    }
}
