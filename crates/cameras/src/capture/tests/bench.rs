//! Devices that do what a script says, and a capture over them without its thread.

use super::*;

pub(super) const PERIOD: Duration = Duration::from_micros(33_333);

/// What a scripted device does next.
#[derive(Debug, Clone)]
pub(super) enum Step {
    /// A grey picture of this brightness after so long.
    Picture(Duration, u8),
    /// A picture of so many bytes, which is not what it should be.
    Bytes(Duration, usize),
    /// The device tells that so many never arrived.
    Missed(u64),
    /// Nothing for so long.
    Silence(Duration),
    /// It is pulled out.
    Gone,
}

/// What happens when it is opened.
#[derive(Debug, Clone)]
pub(super) enum Open {
    /// It opens, and does this. Afterwards it is silent.
    Does(&'static str, Vec<Step>),
    Absent,
    Busy,
    NotOffered,
    OtherSize,
}

pub(super) struct Script {
    pub(super) clock: FakeClock,
    pub(super) opens: VecDeque<Open>,
    pub(super) opened_at: Arc<Mutex<Vec<MonoTime>>>,
}

pub(super) struct Scripted {
    pub(super) info: Opened,
    pub(super) clock: FakeClock,
    pub(super) steps: VecDeque<Step>,
    pub(super) missed: u64,
    /// Its only control.
    pub(super) gain: i64,
}

pub(super) fn size() -> Size {
    Size::new(8, 4).unwrap()
}

pub(super) fn config() -> CameraConfig {
    let mut config = CameraConfig::new("front", size(), Hz::new(30.0).unwrap());
    config.rotation = Rotation::Half;
    config.warmup = Warmup {
        at_most: Duration::ZERO,
    };
    config
}

impl OpenDevice for Script {
    fn open(&mut self) -> Result<Box<dyn Device>, CameraError> {
        self.opened_at.lock().unwrap().push(self.clock.now());
        let name = "C270".to_owned();
        let device = |identity: &str, size, steps: Vec<Step>| {
            Box::new(Scripted {
                info: Opened {
                    format: PixelFormat::Gray,
                    size,
                    fps: Hz::new(30.0).unwrap(),
                    name: "C270".to_owned(),
                    identity: identity.to_owned(),
                },
                clock: self.clock.clone(),
                steps: steps.into(),
                missed: 0,
                gain: 0,
            })
        };
        match self.opens.pop_front().unwrap_or(Open::Absent) {
            Open::Does(identity, steps) => Ok(device(identity, size(), steps)),
            Open::OtherSize => Ok(device("usb-1", Size::new(4, 4).unwrap(), Vec::new())),
            Open::Absent => Err(CameraError::NotFound {
                wanted: "usb-1".to_owned(),
                there: Vec::new(),
            }),
            Open::Busy => Err(CameraError::Busy { name }),
            Open::NotOffered => Err(CameraError::NotOffered {
                name,
                wanted: "8x4 at 30 fps".to_owned(),
                offered: Vec::new(),
            }),
        }
    }

    fn describe(&self) -> String {
        "a scripted camera".to_owned()
    }
}

impl Device for Scripted {
    fn info(&self) -> &Opened {
        &self.info
    }

    fn next(&mut self, wait: Duration, into: &mut Vec<u8>) -> Result<Option<()>, CameraError> {
        let Some(step) = self.steps.pop_front() else {
            self.clock.advance(wait);
            return Ok(None);
        };
        let (after, fill, bytes) = match step {
            Step::Picture(after, level) => (after, level, size().pixels()),
            Step::Bytes(after, bytes) => (after, 0, bytes),
            Step::Missed(missed) => {
                self.missed += missed;
                return Ok(None);
            }
            Step::Silence(span) => {
                self.clock.advance(span.min(wait));
                if span > wait {
                    self.steps.push_front(Step::Silence(span - wait));
                }
                return Ok(None);
            }
            Step::Gone => {
                return Err(CameraError::Lost {
                    name: self.info.name.clone(),
                    source: io::ErrorKind::NotConnected.into(),
                });
            }
        };
        if after > wait {
            self.clock.advance(wait);
            self.steps.push_front(match step {
                Step::Picture(_, level) => Step::Picture(after - wait, level),
                _ => Step::Bytes(after - wait, bytes),
            });
            return Ok(None);
        }
        self.clock.advance(after);
        into.resize(bytes, fill);
        Ok(Some(()))
    }

    fn controls(&self) -> Vec<Control> {
        vec![Control {
            id: 1,
            name: "gain".to_owned(),
            kind: ControlKind::Number {
                min: 0,
                max: 9,
                step: 1,
            },
            default: 0,
            value: Some(self.gain),
            read_only: false,
            inactive: false,
        }]
    }

    fn set(&mut self, setting: &ControlSetting) -> Result<(), CameraError> {
        match setting.value {
            ControlValue::Number(gain @ 0..=9) if setting.name == "gain" => {
                self.gain = gain;
                Ok(())
            }
            _ => Err(CameraError::Control {
                name: self.info.name.clone(),
                control: setting.name.clone(),
                value: setting.value.to_string(),
                why: "it takes 0 to 9".to_owned(),
                there: Vec::new(),
            }),
        }
    }

    fn missed(&self) -> u64 {
        self.missed
    }
}

/// A capture without its thread, and everybody who has to do with it.
pub(super) struct Bench {
    pub(super) capture: Capture,
    pub(super) shared: Arc<Shared>,
    pub(super) clock: FakeClock,
    pub(super) pictures: PictureReader,
    pub(super) preview: LatestReader<CameraFrame>,
    pub(super) opened_at: Arc<Mutex<Vec<MonoTime>>>,
}

impl Bench {
    pub(super) fn new(config: CameraConfig, opens: Vec<Open>) -> Self {
        let clock = FakeClock::default();
        let opened_at = Arc::new(Mutex::new(Vec::new()));
        let script = Script {
            clock: clock.clone(),
            opens: opens.into(),
            opened_at: Arc::clone(&opened_at),
        };
        let shared = Arc::new(Shared::default());
        let preview = shared.preview();
        let (writer, pictures) = picture_ring(64, clock.shared());
        let outlet = Arc::new(Outlet::new(writer, 64));
        let mut capture = Capture::new(
            config,
            Box::new(script),
            clock.shared(),
            Arc::clone(&shared),
            outlet,
        );
        capture.turn = shared.take_turn();
        Self {
            capture,
            shared,
            clock,
            pictures,
            preview,
            opened_at,
        }
    }

    /// Turns until `done`, at most for a minute of the clock. False when the thread would have ended first.
    pub(super) fn until(&mut self, done: impl Fn(&CameraStatus) -> bool) -> bool {
        let end = self.clock.now() + Duration::from_secs(60);
        while !done(&self.status()) {
            if !self.capture.turn() {
                return false;
            }
            assert!(self.clock.now() < end, "never: {:?}", self.status());
        }
        true
    }

    pub(super) fn status(&self) -> CameraStatus {
        self.shared.status().clone()
    }

    pub(super) fn events(&self) -> Vec<CameraEvent> {
        self.shared.events()
    }

    pub(super) fn drained(&self) -> Vec<CameraFrame> {
        let mut pictures = VecDeque::new();
        self.pictures.drain(&mut pictures);
        pictures.into()
    }
}

pub(super) fn steady(pictures: usize) -> Vec<Step> {
    vec![Step::Picture(PERIOD, 90); pictures]
}

pub(super) fn lost_codes(events: &[CameraEvent]) -> Vec<&'static str> {
    let codes = events.iter().filter_map(|event| match event {
        CameraEvent::Lost(trouble) => Some(trouble.code),
        _ => None,
    });
    codes.collect()
}
