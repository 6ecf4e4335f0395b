//! Cameras that see the simulated arm, on clocks of their own, as real ones do.
//!
//! A [`Webcam`] is the device on the table: it has a clock that drifts, it may misbehave or be unplugged, and it remembers
//! what it delivered. Opening it gives a [`SimCamera`], from which pictures are taken one after the other; there is no
//! thread: whoever takes pictures waits in [`SimCamera::next`].
//! Not here: the adapter to `cameras::Device` (`station`), a camera on the network (`mjpeg`).

mod bytes;
mod misbehaviour;
mod shutter;
mod strip;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use pixels::Size;
use stdx::Clock;
use units::{Hz, MonoTime};

use crate::arm::MOTORS;
use crate::draw::{Painter, View, text};
use crate::line::Random;
use crate::scene::Scene;
pub use bytes::Sends;
use bytes::Sensor;
pub use misbehaviour::{CameraMisbehaviour, CameraPlan, FORMS, UnknownCameraFault, Which, size};
pub use shutter::Counted;
use shutter::{Exposure, Shutter};
pub use strip::{Strip, read_strip};

/// How long before its arrival a picture is drawn: enough to draw and encode it, and late enough for the arm's trace to
/// reach beyond the exposure.
const DRAWING: Duration = Duration::from_millis(10);

/// What a camera is.
#[derive(Debug, Clone)]
pub struct WebcamConfig {
    /// Its name, written into each picture.
    pub name: String,
    /// Its number in the strip, 0 to 15.
    pub number: u8,
    /// What it looks at.
    pub view: View,
    /// Pixels of a picture.
    pub size: Size,
    /// Pictures per second by its own clock.
    pub rate: Hz,
    /// What it sends.
    pub sends: Sends,
    /// How much faster its clock runs than the computer's, millionths.
    pub drift_ppm: f64,
    /// How far an exposure is off its even time at most, either way.
    pub jitter: Duration,
    /// From the middle of the exposure until the picture has arrived.
    pub latency: Duration,
    /// How much longer that takes at most, differently for each picture.
    pub latency_jitter: Duration,
    /// Levels of noise on the luma, about.
    pub noise: u8,
    /// From opening it to its first exposure.
    pub warm_up: Duration,
    /// Decides everything that is drawn at random.
    pub seed: u64,
    /// Deliveries that are remembered.
    pub remember: usize,
}

impl WebcamConfig {
    /// A usual USB camera with this view: 640x480 MJPG at 30 pictures per second, named and numbered after the view.
    pub fn new(view: View) -> Self {
        let number = match view {
            View::Front => 0,
            View::Wrist => 1,
        };
        Self {
            name: view.name().to_owned(),
            number,
            view,
            size: USUAL_SIZE,
            rate: USUAL_RATE,
            sends: Sends::Mjpg(85),
            drift_ppm: 0.0,
            jitter: Duration::from_micros(300),
            latency: Duration::from_millis(22),
            latency_jitter: Duration::from_millis(1),
            noise: 2,
            warm_up: Duration::ZERO,
            seed: 1 + u64::from(number),
            remember: 4096,
        }
    }
}

const USUAL_SIZE: Size = match Size::new(640, 480) {
    Some(size) => size,
    None => unreachable!(),
};
const USUAL_RATE: Hz = match Hz::new(30.0) {
    Some(rate) => rate,
    None => unreachable!(),
};

/// The camera is gone: unplugged, or about to come back.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the simulated camera {0} is gone")]
pub struct CameraGone(pub String);

impl CameraGone {
    /// What the person can do.
    pub fn remedy(&self) -> &'static str {
        "Plug the simulated camera in again, or wait until its fault has ended."
    }
}

/// How a delivered picture was spoiled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spoiled {
    /// It came too late.
    Late,
    /// It is the one before once more.
    Duplicate,
    /// It has another size.
    WrongSize,
    /// It ends in the middle.
    Truncated,
    /// It is black.
    Black,
    /// It is no picture.
    Garbage,
}

/// One picture that was delivered, as it was.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Delivery {
    /// The exposure's number, as in the strip.
    pub counter: u32,
    /// The middle of the exposure.
    pub exposed_at: MonoTime,
    /// When [`SimCamera::next`] handed it out.
    pub delivered_at: MonoTime,
    /// Present_Position of each joint as drawn.
    pub ticks: [u16; MOTORS],
    /// When the joints stood there: the exposure, or the last millisecond before it that is known.
    pub joints_at: MonoTime,
    /// Bytes of the picture.
    pub bytes: usize,
    /// What is wrong with it.
    pub spoiled: Option<Spoiled>,
}

/// A camera on the table. Clones are handles to the same camera.
#[derive(Debug, Clone)]
pub struct Webcam(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    config: WebcamConfig,
    scene: Scene,
    clock: Arc<dyn Clock>,
    shutter: Mutex<Shutter>,
}

impl Shared {
    /// A panic elsewhere does not spoil it: every change is one call.
    fn shutter(&self) -> MutexGuard<'_, Shutter> {
        self.shutter.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn gone(&self) -> CameraGone {
        CameraGone(self.config.name.clone())
    }
}

impl Webcam {
    /// A camera that is plugged in and looks at `scene`. Its own clock begins now.
    pub fn new(config: WebcamConfig, scene: Scene, clock: Arc<dyn Clock>) -> Self {
        let shutter = Mutex::new(Shutter::new(&config, clock.now()));
        Self(Arc::new(Shared {
            config,
            scene,
            clock,
            shutter,
        }))
    }

    /// What it is.
    pub fn config(&self) -> &WebcamConfig {
        &self.0.config
    }

    /// What it looks at.
    pub fn scene(&self) -> &Scene {
        &self.0.scene
    }

    /// Begins to take pictures. Opening it twice gives each opener half of them.
    ///
    /// # Errors
    /// [`CameraGone`] while it is.
    pub fn open(&self) -> Result<SimCamera, CameraGone> {
        let shared = &self.0;
        let now = shared.clock.now();
        let mut shutter = shared.shutter();
        if shutter.gone(now) {
            return Err(shared.gone());
        }
        shutter.rest_until(now + shared.config.warm_up);
        let plugged = shutter.plugged;
        drop(shutter);
        let config = &shared.config;
        Ok(SimCamera {
            painter: Painter::new(config.view, config.size),
            other: None,
            sensor: Sensor::new(config.size, config.noise, config.seed),
            random: Random::new(config.seed ^ 0x7069_6374),
            ready: None,
            spare: Vec::new(),
            last: None,
            plugged,
            shared: Arc::clone(shared),
        })
    }

    /// Switches something wrong on; it stays until [`Webcam::behave`]. Several may be on at once.
    pub fn misbehave(&self, what: CameraMisbehaviour) {
        self.plan(CameraPlan::now(what));
    }

    /// Plans something to go wrong from now on: after a time, for a time.
    pub fn plan(&self, plan: CameraPlan) {
        let now = self.0.clock.now();
        self.0.shutter().plan(plan, now);
    }

    /// Everything behaves again, and nothing is planned any more.
    pub fn behave(&self) {
        self.0.shutter().behave();
    }

    /// Pulls its plug: whoever has it open is told, and nobody can open it.
    pub fn unplug(&self) {
        self.0.shutter().unplug();
    }

    /// Plugs it in again. What was open stays dead.
    pub fn replug(&self) {
        self.0.shutter().replug();
    }

    /// What was delivered, the oldest first; at most as many as it remembers.
    pub fn deliveries(&self) -> Vec<Delivery> {
        self.0.shutter().deliveries()
    }

    /// What happened to its exposures so far.
    pub fn counted(&self) -> Counted {
        self.0.shutter().counted
    }
}

/// A picture that waits for the moment at which it has arrived.
#[derive(Debug)]
struct Ready {
    due: MonoTime,
    delivery: Delivery,
}

/// An open camera. It is dead for good once it was gone.
#[derive(Debug)]
pub struct SimCamera {
    shared: Arc<Shared>,
    painter: Painter,
    /// For pictures of a wrong size.
    other: Option<Painter>,
    sensor: Sensor,
    random: Random,
    ready: Option<Ready>,
    /// The bytes of the picture that is ready, or was handed out last.
    spare: Vec<u8>,
    last: Option<Delivery>,
    plugged: u64,
}

impl SimCamera {
    /// Waits for the next picture, at most `wait`, and puts its bytes into `into`. `None` when none has come.
    ///
    /// # Errors
    /// [`CameraGone`] when it is, from now on always.
    pub fn next(
        &mut self,
        wait: Duration,
        into: &mut Vec<u8>,
    ) -> Result<Option<Delivery>, CameraGone> {
        let clock = Arc::clone(&self.shared.clock);
        let until = clock.now() + wait;
        self.there()?;
        loop {
            let due = match &self.ready {
                Some(ready) => ready.due,
                None => {
                    let draw_at = self.shared.shutter().draw_at(clock.now(), DRAWING);
                    self.sleep(draw_at.min(until))?;
                    if draw_at > until {
                        return Ok(None);
                    }
                    self.expose();
                    continue;
                }
            };
            self.sleep(due.min(until))?;
            if due > until {
                return Ok(None);
            }
            if let Some(Ready { mut delivery, .. }) = self.ready.take() {
                delivery.delivered_at = clock.now();
                into.clear();
                into.extend_from_slice(&self.spare);
                self.last = Some(delivery);
                self.shared.shutter().remember(delivery);
                return Ok(Some(delivery));
            }
        }
    }

    /// Sleeps, but not past the moment at which the camera goes away.
    fn sleep(&mut self, until: MonoTime) -> Result<(), CameraGone> {
        let clock = &self.shared.clock;
        let leaves = self.shared.shutter().leaves(clock.now());
        clock.sleep_until(leaves.map_or(until, |leaves| leaves.min(until)));
        self.there()
    }

    /// Whether the camera that was opened is still there.
    fn there(&mut self) -> Result<(), CameraGone> {
        let shutter = self.shared.shutter();
        if shutter.plugged != self.plugged || shutter.gone(self.shared.clock.now()) {
            self.ready = None;
            // Whatever becomes of the camera, this opening of it is over.
            self.plugged = u64::MAX;
            return Err(self.shared.gone());
        }
        Ok(())
    }

    /// Lets the next exposure take place, and draws it unless it is lost.
    fn expose(&mut self) {
        let Some(exposure) = self.shared.shutter().expose() else {
            return;
        };
        if exposure.spoiled == Some(Spoiled::Duplicate)
            && let Some(last) = self.last
        {
            self.ready = Some(Ready {
                due: exposure.due,
                delivery: Delivery {
                    spoiled: Some(Spoiled::Duplicate),
                    ..last
                },
            });
            return;
        }
        let config = &self.shared.config;
        let sight = self.shared.scene.at(exposure.at);
        let painter = match exposure.size {
            Some(size) => {
                self.other.take_if(|other| other.size() != size);
                self.other
                    .get_or_insert_with(|| Painter::new(config.view, size))
            }
            None => &mut self.painter,
        };
        let canvas = painter.draw(&sight);
        if exposure.spoiled == Some(Spoiled::Black) {
            canvas.colours.fill(0);
        } else {
            let cell = (canvas.size().height() / 240).max(1) as usize;
            let title = format!("{} {:06}", config.name, exposure.counter);
            text::write(canvas, &title, 4 * cell, 4 * cell, cell);
            let strip = Strip {
                camera: config.number,
                counter: exposure.counter,
                ticks: sight.joints.ticks,
            };
            strip::write(canvas, &strip);
        }
        self.sensor
            .read(canvas, config.sends, &mut self.random, &mut self.spare);
        spoil(&exposure, &mut self.spare, &mut self.random);
        self.ready = Some(Ready {
            due: exposure.due,
            delivery: Delivery {
                counter: exposure.counter,
                exposed_at: exposure.at,
                delivered_at: exposure.due,
                ticks: sight.joints.ticks,
                joints_at: sight.joints_at,
                bytes: self.spare.len(),
                spoiled: exposure.spoiled,
            },
        });
    }
}

/// What happens to the bytes on their way.
fn spoil(exposure: &Exposure, bytes: &mut Vec<u8>, random: &mut Random) {
    match exposure.spoiled {
        Some(Spoiled::Truncated) => {
            let kept = 0.2 + 0.7 * random.share();
            bytes.truncate((bytes.len() as f64 * kept) as usize);
        }
        Some(Spoiled::Garbage) => bytes.iter_mut().for_each(|byte| *byte = random.byte()),
        _ => {}
    }
}
