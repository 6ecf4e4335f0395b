//! Cameras of the window: those that are open for a preview outside a session, how each is looked through, what it tells.
//!
//! Not here: their cards (`cards`), how they are set up (`setups`), pictures (`pictures`), the cameras of a session
//! (`station`).

mod cards;
mod setups;

use std::collections::BTreeMap;
use std::time::Duration;

use cameras::usb::ControlKind as Kind;
use cameras::{
    CameraConfig, CameraEvent, CameraState, CameraStatus, ControlSetting, ControlValue, Mode,
    Trouble,
};
use pixels::{PixelFormat, Size};
use protocol::Failure;
use protocol::window::{CameraLive, CameraWord, Level, Notice};
use sim::Scene;
use station::camera_settings::{CameraSetting, CameraSource, SimView};
use station::cameras::{CameraNews, CameraSet, Previews, room_on_buses};
use stdx::SystemClock;
use units::{Hz, MonoTime};

use crate::look::Seen;
use crate::notices;
use crate::pictures::Pictures;
use crate::words::bad_request;

pub(crate) use cards::cards;
pub(crate) use setups::{forget, save};

/// A preview that nobody looks at for so long is closed.
const LOOKED: Duration = Duration::from_secs(5);
/// What the key of a simulated camera begins with.
const SIM: &str = "sim:";
/// How a simulated camera is looked through when nobody said.
const USUAL: (u32, u32, f64) = (640, 480, 30.0);

/// A camera that is open for a preview.
struct Open {
    set: CameraSet,
    live: CameraLive,
    opened_at: MonoTime,
}

/// The previews outside a session.
#[derive(Default)]
pub(crate) struct Eyes {
    open: BTreeMap<String, Open>,
}

/// What is to be dropped where that may take a while.
pub(crate) type Closed = Vec<CameraSet>;

impl Eyes {
    pub(crate) fn is_empty(&self) -> bool {
        self.open.is_empty()
    }

    pub(crate) fn has(&self, key: &str) -> bool {
        self.open.contains_key(key)
    }

    pub(crate) fn put(&mut self, key: String, set: CameraSet, now: MonoTime) {
        let live = CameraLive {
            word: CameraWord::Opening,
            ..CameraLive::default()
        };
        self.open.insert(
            key,
            Open {
                set,
                live,
                opened_at: now,
            },
        );
    }

    /// Closes one, or all.
    pub(crate) fn close(&mut self, key: Option<&str>) -> Closed {
        match key {
            Some(key) => self
                .open
                .remove(key)
                .map(|open| open.set)
                .into_iter()
                .collect(),
            None => std::mem::take(&mut self.open)
                .into_values()
                .map(|open| open.set)
                .collect(),
        }
    }

    /// Looks after those that are open; hands out those that nobody looks at any more.
    pub(crate) fn look(
        &mut self,
        pictures: &Pictures,
        now: MonoTime,
        notices: &mut Vec<Notice>,
    ) -> Closed {
        let mut idle = Vec::new();
        for (key, open) in &mut self.open {
            open.set.show(|news| {
                // What happens to a camera that is only looked at stands in its card.
                if let CameraNews::Camera {
                    event: CameraEvent::NotSet(_),
                    ..
                } = &news
                {
                    notices.extend(notice(&news));
                }
            });
            if let Some(status) = open.set.status().first() {
                open.live = live(status);
            }
            let looked = pictures.asked_at(key).unwrap_or(open.opened_at);
            if now.since(looked.max(open.opened_at)) >= LOOKED {
                idle.push(key.clone());
            }
        }
        idle.iter().flat_map(|key| self.close(Some(key))).collect()
    }

    /// Those that are open, and what each is doing.
    pub(crate) fn all_live(&self) -> impl Iterator<Item = (String, CameraLive)> {
        let open = self.open.iter();
        open.map(|(key, open)| (key.clone(), open.live.clone()))
    }

    fn live(&self, key: &str) -> Option<CameraLive> {
        self.open.get(key).map(|open| open.live.clone())
    }
}

/// Opens a camera for a preview. It may take a moment: buses are asked what they carry.
///
/// # Errors
/// When it cannot be looked through.
pub(crate) fn open(setting: CameraSetting, previews: &Previews) -> Result<CameraSet, Failure> {
    let clock = SystemClock::shared();
    // Nobody's arm: a simulated camera sees one that lies folded.
    let scene = Scene::new(None, clock.now());
    let one = [setting];
    let mut set = CameraSet::welcome(&one, room_on_buses(&one), &scene, &clock)?;
    set.show_in(previews);
    Ok(set)
}

/// How a camera is to be looked through: as it is set up, or as usual.
///
/// # Errors
/// When there is none with this key, or it sends nothing that can be read.
pub(crate) fn setting(key: &str, seen: &Seen) -> Result<CameraSetting, Failure> {
    if let Some(setup) = seen.setups.iter().find(|setup| setup.config.key == key) {
        return Ok(setup.clone());
    }
    if let Some(view) = key.strip_prefix(SIM).and_then(SimView::from_name) {
        return simulated(view, key);
    }
    let found = seen.cameras.iter().flatten();
    let found = found
        .into_iter()
        .find(|found| found.identity == key)
        .ok_or_else(|| {
            bad_request(
                format!("there is no camera “{key}”"),
                "Plug it in, or choose another one.",
            )
        })?;
    let mode = usual(&found.modes).ok_or_else(|| {
        let trouble = found.trouble.clone();
        trouble.map_or_else(
            || {
                bad_request(
                    format!("{} sends nothing that Tendon can read", found.name),
                    "It may be an infrared or a depth camera; use another one.",
                )
            },
            |trouble| bad_request(trouble.why, trouble.remedy),
        )
    })?;
    Ok(CameraSetting {
        config: CameraConfig {
            format: Some(mode.format),
            ..CameraConfig::new(key, mode.size, mode.fps)
        },
        source: CameraSource::Device(found.identity.clone()),
    })
}

fn simulated(view: SimView, key: &str) -> Result<CameraSetting, Failure> {
    let (width, height, fps) = USUAL;
    let config = Size::new(width, height)
        .zip(Hz::new(fps))
        .map(|(size, fps)| CameraConfig::new(key, size, fps));
    let config = config.ok_or_else(|| bad_request("no such picture", ""))?;
    Ok(CameraSetting {
        config,
        source: CameraSource::Sim(view),
    })
}

/// The mode nearest to the usual picture: its shape, its size, its rate, then MJPG, which takes least of a bus.
fn usual(modes: &[Mode]) -> Option<Mode> {
    let (width, height, fps) = USUAL;
    let distance = |mode: &Mode| {
        let (w, h) = (mode.size.width(), mode.size.height());
        let pixels = (w * h).abs_diff(width * height);
        let rate = ((mode.fps.get() - fps).abs() * 10.0) as u64;
        (
            (w, h) != (width, height),
            pixels,
            rate,
            mode.format != PixelFormat::Mjpg,
        )
    };
    modes.iter().min_by_key(|mode| distance(mode)).copied()
}

/// The cameras of a session, by their names. A simulated one needs no set-up.
///
/// # Errors
/// When one is not set up.
pub(crate) fn of_session(names: &[String], seen: &Seen) -> Result<Vec<CameraSetting>, Failure> {
    let one = |name: &String| {
        if let Some(setup) = seen.setups.iter().find(|setup| setup.config.key == *name) {
            return Ok(setup.clone());
        }
        match name.strip_prefix(SIM).and_then(SimView::from_name) {
            Some(view) => simulated(view, view.name()),
            None => Err(bad_request(
                format!("no camera is set up as “{name}”"),
                "Set it up on Cameras first.",
            )),
        }
    };
    names.iter().map(one).collect()
}

/// The value of a control as it is to be set.
///
/// # Errors
/// When the camera is not open, or has no such control.
pub(crate) fn control(
    key: &str,
    name: &str,
    value: f64,
    previews: &Previews,
) -> Result<(), Failure> {
    let at_work = at_work(key, previews);
    let controls = at_work
        .as_deref()
        .map(|name| previews.controls(name))
        .unwrap_or_default();
    let control = controls.iter().find(|control| control.name == name);
    let control = control.ok_or_else(|| {
        bad_request(
            format!("camera {key} has no control {name} that can be set now"),
            "Open the camera first.",
        )
    })?;
    if !value.is_finite() {
        return Err(bad_request("the value is no number", ""));
    }
    let value = match control.kind {
        Kind::Switch => ControlValue::Switch(value != 0.0),
        Kind::Number { .. } | Kind::Menu(_) => ControlValue::Number(value.round() as i64),
    };
    let setting = ControlSetting {
        name: name.to_owned(),
        value,
    };
    previews.set(&at_work.unwrap_or_default(), setting);
    Ok(())
}

/// The name under which a camera is at work; a simulated one without a set-up has that of its view in a session.
fn at_work(key: &str, previews: &Previews) -> Option<String> {
    let names = previews.names();
    let view = key.strip_prefix(SIM);
    [Some(key), view]
        .into_iter()
        .flatten()
        .find(|name| names.iter().any(|known| known == name))
        .map(str::to_owned)
}

/// What a person should know of a camera's news; nothing of what only counts.
pub(crate) fn notice(news: &CameraNews) -> Option<Notice> {
    let camera = |camera: &str, level, why: &str, remedy: &str| {
        Some(notices::once(
            level,
            format!("Camera {camera}: {why}"),
            remedy,
        ))
    };
    match news {
        CameraNews::Status(_) => None,
        CameraNews::Note(note) => Some(notices::of_words(Level::Warning, note)),
        CameraNews::Thread {
            camera: name,
            failure,
        } => camera(name, Level::Warning, &failure.message, &failure.remedy),
        CameraNews::Camera {
            camera: name,
            event,
        } => match event {
            CameraEvent::Ready { .. } => None,
            CameraEvent::Lost(Trouble { why, remedy, .. })
            | CameraEvent::Refused(Trouble { why, remedy, .. })
            | CameraEvent::NotSet(Trouble { why, remedy, .. }) => {
                camera(name, Level::Warning, why, remedy)
            }
            CameraEvent::Back { .. } => camera(name, Level::Note, "it is back.", ""),
            CameraEvent::Bad {
                bad, why, remedy, ..
            } => {
                let why = format!("{bad} damaged pictures so far: {why}");
                camera(name, Level::Warning, &why, remedy)
            }
            CameraEvent::Slow { asked, gives } => {
                let why = format!("gives {gives:.1} pictures a second, {asked:.1} are needed.");
                let remedy = "Choose MJPG, give it more light, or move it to another USB port.";
                camera(name, Level::Warning, &why, remedy)
            }
        },
    }
}

/// A camera at work.
pub(crate) fn live(status: &CameraStatus) -> CameraLive {
    let (word, trouble) = match &status.state {
        CameraState::Opening => (CameraWord::Opening, None),
        CameraState::Warming => (CameraWord::Warming, None),
        CameraState::Streaming => (CameraWord::Streaming, None),
        CameraState::Lost(trouble) => (CameraWord::Lost, Some(trouble)),
        CameraState::Refused(trouble) => (CameraWord::Refused, Some(trouble)),
        CameraState::Stopped => (CameraWord::Closed, None),
    };
    CameraLive {
        word,
        fps: status.pace.map(|pace| pace.fps),
        pictures: status.pictures,
        bad: status.bad,
        missed: status.missed,
        reconnects: status.reconnects,
        warmed_in_ms: status.warmed_in.map(|span| span.as_secs_f64() * 1e3),
        trouble: trouble
            .map(|trouble| notices::standing(Level::Warning, &trouble.why, &trouble.remedy)),
    }
}
