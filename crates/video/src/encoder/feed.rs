//! Between the one who records and the encoder's thread: orders in their order, pictures among them bounded.
//!
//! One lock, held for a few moves of memory; no control thread comes here. A thread that hangs is disowned: it finds out
//! when it comes back, and touches nothing any more.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::mpsc::SyncSender;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use pixels::CameraFrame;
use stdx::Clock;
use units::MonoTime;

use super::episode::Encoded;
use super::status::{EncoderEvent, EncoderState, EncoderStatus};
use super::thrift::Level;
use super::{EncoderConfig, Pushed, STALL_BUDGET};
use crate::error::VideoError;

/// Of the time that passes, one part in so many comes back to the stall budget.
const BUDGET_RETURNS: u32 = 20;
/// Events that nobody asked for; older ones give way.
const MOST_EVENTS: usize = 64;

/// What the thread is to do.
#[derive(Debug)]
pub(super) enum Order {
    Begin {
        path: PathBuf,
        episode: u64,
    },
    Picture(CameraFrame),
    /// Once whoever takes it has it; as often as `times` says while it waits.
    Repeat {
        times: u64,
        want_of_time: bool,
    },
    End {
        reply: SyncSender<Encoded>,
        ticket: u64,
    },
    Discard,
}

/// What the thread gets when it asks.
#[derive(Debug)]
pub(super) enum Next {
    /// With how many pictures behind it.
    Order(Order, usize),
    /// Nothing for now.
    Nothing,
    /// The recording end is gone and nothing is left.
    Closed,
    /// Another thread does this one's work: nothing may be touched.
    Disowned,
}

pub(super) struct Feed {
    camera: String,
    /// Pictures that may wait, and those that may when the encoder is too slow for good.
    capacity: usize,
    spent_capacity: usize,
    clock: Arc<dyn Clock>,
    inner: Mutex<Inner>,
    /// Something came for the thread.
    come: Condvar,
    /// A picture was taken.
    room: Condvar,
}

#[derive(Debug)]
struct Inner {
    orders: VecDeque<Order>,
    pictures: usize,
    /// Repetitions among the orders.
    repeats: u64,
    most_waited: usize,
    /// The encoder is too slow, and nothing cheaper is left.
    spent: bool,
    /// Episodes that were begun by the one who records.
    episodes: u64,
    open: bool,
    closed: bool,
    generation: u64,
    /// Endings that were asked for, the one that the thread works on, and those that went down with a thread.
    tickets: u64,
    answering: Option<u64>,
    lost: Vec<u64>,
    gone: Option<String>,
    stall_left: Duration,
    stall_budget: Duration,
    stalled_at: MonoTime,
    /// The episode that the thread has open, and whether it failed.
    worked_on: Option<(u64, PathBuf)>,
    /// A film that a thread which hangs may still write to.
    forsaken: Option<PathBuf>,
    failed: Option<u64>,
    status: EncoderStatus,
    events: VecDeque<EncoderEvent>,
}

impl std::fmt::Debug for Feed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Feed")
            .field("camera", &self.camera)
            .finish_non_exhaustive()
    }
}

impl Feed {
    pub fn new(config: &EncoderConfig, clock: Arc<dyn Clock>) -> Self {
        let capacity = config.queue();
        let status = EncoderStatus {
            state: EncoderState::Idle,
            waiting: 0,
            capacity,
            most_waited: 0,
            samples: 0,
            repeated_for_want_of_time: 0,
            undecodable: 0,
            cost: Duration::ZERO,
            level: Level {
                gop: config.gop,
                quantizer: config.quantizer,
            },
            thrift: 0,
            thriftiest: 0,
            trouble: None,
        };
        Self {
            camera: config.key.clone(),
            capacity,
            spent_capacity: config.spent_queue(),
            inner: Mutex::new(Inner {
                orders: VecDeque::new(),
                pictures: 0,
                repeats: 0,
                most_waited: 0,
                spent: false,
                episodes: 0,
                open: false,
                closed: false,
                generation: 0,
                tickets: 0,
                answering: None,
                lost: Vec::new(),
                gone: None,
                stall_left: STALL_BUDGET,
                stall_budget: STALL_BUDGET,
                stalled_at: clock.now(),
                worked_on: None,
                forsaken: None,
                failed: None,
                status,
                events: VecDeque::new(),
            }),
            clock,
            come: Condvar::new(),
            room: Condvar::new(),
        }
    }

    /// For tests that own the time: whoever records never waits for room.
    #[cfg(test)]
    pub fn without_stalls(self) -> Self {
        let mut inner = self.lock();
        (inner.stall_left, inner.stall_budget) = (Duration::ZERO, Duration::ZERO);
        drop(inner);
        self
    }

    /// Whether orders wait.
    #[cfg(test)]
    pub fn any(&self) -> bool {
        !self.lock().orders.is_empty()
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    // The recording end.

    pub fn begin(&self, path: PathBuf) {
        let mut inner = self.lock();
        inner.episodes += 1;
        inner.open = inner.gone.is_none();
        let episode = inner.episodes;
        if inner.open {
            inner.orders.push_back(Order::Begin { path, episode });
            self.come.notify_one();
        }
    }

    pub fn push(&self, picture: CameraFrame) -> Pushed {
        let mut inner = self.lock();
        if !inner.takes_pictures() {
            return Pushed::Lost;
        }
        if self.full(&inner) {
            inner = self.wait_for_room(inner);
            if !inner.takes_pictures() {
                return Pushed::Lost;
            }
        }
        if self.full(&inner) {
            inner.repeat(true);
            self.come.notify_one();
            return Pushed::Repeated;
        }
        inner.pictures += 1;
        inner.most_waited = inner.most_waited.max(inner.pictures);
        inner.orders.push_back(Order::Picture(picture));
        self.come.notify_one();
        Pushed::Taken
    }

    pub fn repeat(&self) -> Pushed {
        let mut inner = self.lock();
        if !inner.takes_pictures() {
            return Pushed::Lost;
        }
        inner.repeat(false);
        self.come.notify_one();
        Pushed::Taken
    }

    /// The number under which the end's fate can be asked for.
    pub fn end(&self, reply: SyncSender<Encoded>) -> u64 {
        let mut inner = self.lock();
        inner.tickets += 1;
        let ticket = inner.tickets;
        inner.close_episode(Order::End { reply, ticket });
        self.come.notify_one();
        ticket
    }

    pub fn discard(&self) {
        self.lock().close_episode(Order::Discard);
        self.come.notify_one();
    }

    pub fn close(&self) {
        self.lock().closed = true;
        self.come.notify_all();
    }

    /// Nobody works on the orders any more.
    pub fn give_up(&self, why: &str) {
        let mut inner = self.lock();
        if inner.gone.is_none() {
            inner.gone = Some(why.to_owned());
            inner.status.state = EncoderState::Gone;
            inner.generation += 1;
            inner.open = false;
        }
        inner.orders.clear();
        (inner.pictures, inner.repeats) = (0, 0);
        drop(inner);
        self.room.notify_all();
    }

    /// The thread that works on the orders hangs; another one will.
    pub fn disown(&self) {
        let mut inner = self.lock();
        inner.generation += 1;
        inner.forsaken = inner.worked_on.as_ref().map(|(_, path)| path.clone());
        if let Some(ticket) = inner.answering.take() {
            inner.lost.push(ticket);
        }
        self.come.notify_all();
    }

    /// The film that the thread had open which was disowned last. Once.
    pub fn take_forsaken(&self) -> Option<PathBuf> {
        self.lock().forsaken.take()
    }

    /// Whether nobody will answer any more.
    pub fn orphaned(&self, ticket: u64) -> bool {
        let inner = self.lock();
        inner.gone.is_some() || inner.lost.contains(&ticket)
    }

    /// Why nobody answers.
    pub fn lost(&self) -> VideoError {
        let inner = self.lock();
        VideoError::EncoderLost {
            camera: self.camera.clone(),
            problem: inner
                .gone
                .clone()
                .unwrap_or_else(|| "it gave no sign of life and was left alone".to_owned()),
        }
    }

    pub fn status(&self) -> EncoderStatus {
        let inner = self.lock();
        EncoderStatus {
            waiting: inner.pictures,
            capacity: self.capacity_of(&inner),
            most_waited: inner.most_waited,
            ..inner.status.clone()
        }
    }

    pub fn take_events(&self) -> Vec<EncoderEvent> {
        self.lock().events.drain(..).collect()
    }

    /// Of an encoder that is too slow for good all samples count that are still to be made, not only pictures.
    fn full(&self, inner: &Inner) -> bool {
        let repeats = if inner.spent { inner.repeats } else { 0 };
        inner.pictures as u64 + repeats >= self.capacity_of(inner) as u64
    }

    fn capacity_of(&self, inner: &Inner) -> usize {
        if inner.spent {
            self.spent_capacity
        } else {
            self.capacity
        }
    }

    /// Waits as long as the budget lets it, by the machine's time: somebody else has to make room.
    fn wait_for_room<'a>(&self, mut inner: MutexGuard<'a, Inner>) -> MutexGuard<'a, Inner> {
        let now = self.clock.now();
        let passed = now.since(inner.stalled_at);
        inner.stalled_at = now;
        inner.stall_left = (inner.stall_left + passed / BUDGET_RETURNS).min(inner.stall_budget);
        let budget = inner.stall_left;
        if budget.is_zero() {
            return inner;
        }
        let (mut inner, _) = self
            .room
            .wait_timeout_while(inner, budget, |inner| {
                self.full(inner) && inner.gone.is_none()
            })
            .unwrap_or_else(PoisonError::into_inner);
        let spent = if self.full(&inner) {
            budget
        } else {
            self.clock.now().since(now)
        };
        inner.stall_left = budget.saturating_sub(spent);
        inner
    }

    // The thread's end.

    pub fn generation(&self) -> u64 {
        self.lock().generation
    }

    pub fn take(&self, generation: u64, patience: Duration) -> Next {
        let mut inner = self.lock();
        if inner.orders.is_empty() && !inner.closed && inner.generation == generation {
            inner = self
                .come
                .wait_timeout(inner, patience)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
        if inner.generation != generation {
            return Next::Disowned;
        }
        let Some(order) = inner.next_order() else {
            return if inner.closed {
                Next::Closed
            } else {
                Next::Nothing
            };
        };
        inner.answering = match &order {
            Order::End { ticket, .. } => Some(*ticket),
            _ => None,
        };
        match &order {
            Order::Picture(_) => inner.pictures -= 1,
            Order::Repeat { .. } => inner.repeats -= 1,
            _ => {}
        }
        self.room.notify_one();
        Next::Order(order, inner.pictures)
    }

    /// Whether the thread of this generation may still touch anything.
    pub fn owned_by(&self, generation: u64) -> bool {
        self.lock().generation == generation
    }

    pub fn works_on(&self, episode: Option<(u64, PathBuf)>) {
        self.lock().worked_on = episode;
    }

    /// The episode that the thread had open.
    pub fn worked_on(&self) -> Option<(u64, PathBuf)> {
        self.lock().worked_on.clone()
    }

    /// The open episode takes no more pictures.
    pub fn failed(&self, episode: u64, why: String) {
        let mut inner = self.lock();
        inner.failed = Some(episode);
        inner.status.state = EncoderState::Failed;
        inner.status.trouble = Some(why.clone());
        let camera = self.camera.clone();
        inner.tell(EncoderEvent::Failed { camera, why });
        drop(inner);
        self.room.notify_all();
    }

    /// Whether the encoder is too slow although nothing cheaper is left.
    pub fn spent(&self, spent: bool) {
        self.lock().spent = spent;
    }

    pub fn show(&self, change: impl FnOnce(&mut EncoderStatus)) {
        change(&mut self.lock().status);
    }

    pub fn tell(&self, event: impl FnOnce(String) -> EncoderEvent) {
        let event = event(self.camera.clone());
        self.lock().tell(event);
    }
}

impl Inner {
    fn close_episode(&mut self, order: Order) {
        self.open = false;
        // Nobody can answer where there is no thread: the order is dropped, which is the answer.
        if self.gone.is_none() {
            self.orders.push_back(order);
        }
    }

    fn takes_pictures(&self) -> bool {
        self.open && self.gone.is_none() && self.failed != Some(self.episodes)
    }

    /// The order to be carried out next: of repeats that follow each other, one.
    fn next_order(&mut self) -> Option<Order> {
        if let Some(Order::Repeat {
            times,
            want_of_time,
        }) = self.orders.front_mut()
            && *times > 1
        {
            *times -= 1;
            return Some(Order::Repeat {
                times: 1,
                want_of_time: *want_of_time,
            });
        }
        self.orders.pop_front()
    }

    /// Repeats that follow each other are one order, so that the queue stays bounded by its pictures.
    fn repeat(&mut self, want: bool) {
        self.repeats += 1;
        if let Some(Order::Repeat {
            times,
            want_of_time,
        }) = self.orders.back_mut()
            && *want_of_time == want
        {
            *times += 1;
            return;
        }
        self.orders.push_back(Order::Repeat {
            times: 1,
            want_of_time: want,
        });
    }

    fn tell(&mut self, event: EncoderEvent) {
        if self.events.len() >= MOST_EVENTS {
            self.events.pop_front();
        }
        self.events.push_back(event);
    }
}
