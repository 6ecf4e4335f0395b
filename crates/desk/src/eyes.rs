//! Cameras, as the window shows them: what is there, how each is set up, what it does, what it costs; and those that are open
//! for a preview outside a session.
//!
//! Not here: pictures (`pictures`), looking what is plugged in (`look`), the cameras of a session (`station`).

use std::collections::BTreeMap;
use std::time::Duration;

use cameras::usb::{self, Control, ControlKind as Kind};
use cameras::{
    CameraConfig, CameraEvent, CameraState, CameraStatus, ControlSetting, ControlValue, Found,
    Mode, Trouble,
};
use dataset::{CameraKind, CameraSpec};
use pixels::{PixelFormat, Rotation, Size};
use protocol::Failure;
use protocol::window::{
    CameraCard, CameraControl, CameraCost, CameraLive, CameraMode, CameraPlace, CameraSetup,
    CameraWord, ControlKind, Level, Notice, Online,
};
use sim::Scene;
use station::camera_settings::{CameraSetting, CameraSource, SimView};
use station::cameras::{CameraNews, CameraSet, Previews};
use station::known_cameras::{self, KnownCameras, known_cameras_file};
use station::record::{FilmSettings, SessionConfig};
use stdx::SystemClock;
use units::{Hz, MonoTime};

use crate::look::Seen;
use crate::notices;
use crate::pictures::Pictures;
use crate::words::bad_request;

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
    let mut set = CameraSet::welcome(&[setting], &scene, &clock)?;
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

/// A set-up as the station wants it.
///
/// # Errors
/// When one of its values cannot be.
pub(crate) fn from_setup(setup: &CameraSetup) -> Result<CameraSetting, Failure> {
    let wrong = |what: &str| bad_request(format!("{what} of camera {} cannot be", setup.name), "");
    let size = Size::new(setup.width, setup.height).ok_or_else(|| wrong("the size"))?;
    let fps = Hz::new(setup.fps).ok_or_else(|| wrong("the rate"))?;
    let format = setup.format.as_deref();
    let format = format
        .map(|name| PixelFormat::from_name(name).ok_or_else(|| wrong("the format")))
        .transpose()?;
    let rotation = Rotation::from_degrees(setup.rotation.into());
    let controls = setup.controls.iter().map(|(name, value)| ControlSetting {
        name: name.clone(),
        value: ControlValue::Number(value.round() as i64),
    });
    Ok(CameraSetting {
        config: CameraConfig {
            format,
            rotation: rotation.ok_or_else(|| wrong("the rotation"))?,
            controls: controls.collect(),
            ..CameraConfig::new(setup.name.trim(), size, fps)
        },
        source: match &setup.place {
            CameraPlace::Device(identity) => CameraSource::Device(identity.clone()),
            CameraPlace::Network(url) => {
                // Said now, and not when somebody wants to record.
                cameras::NetworkCamera::new(url, size, fps, SystemClock::shared())
                    .map_err(|error| bad_request(error.to_string(), error.remedy()))?;
                CameraSource::Network(url.clone())
            }
            CameraPlace::Sim(view) => CameraSource::Sim(
                SimView::from_name(view).ok_or_else(|| wrong("the simulated view"))?,
            ),
        },
    })
}

/// Remembers how a camera is set up.
///
/// # Errors
/// As [`from_setup`], and when the file cannot be written.
pub(crate) fn save(setup: &CameraSetup) -> Result<(), Failure> {
    KnownCameras::load(known_cameras_file())?.remember(&from_setup(setup)?)
}

/// Forgets how a camera is set up.
///
/// # Errors
/// When none has this name, or the file cannot be written.
pub(crate) fn forget(name: &str) -> Result<(), Failure> {
    if KnownCameras::load(known_cameras_file())?.forget(name)? {
        return Ok(());
    }
    Err(bad_request(
        format!("no camera is set up as “{name}”"),
        "Choose one of the list.",
    ))
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

/// The cards of all cameras: those that are set up, in their order, then those that are only there.
pub(crate) fn cards(
    seen: &Seen,
    eyes: &Eyes,
    session: &[(String, CameraLive)],
    previews: &Previews,
) -> Vec<CameraCard> {
    let mut cards = Vec::new();
    let found = seen.cameras.as_deref();
    for setup in &seen.setups {
        cards.push(card_of_setup(setup, seen));
    }
    let is_set_up = |source: &CameraSource| seen.setups.iter().any(|one| one.source == *source);
    for found in found.unwrap_or_default() {
        if !is_set_up(&CameraSource::Device(found.identity.clone())) {
            cards.push(card_of_found(found));
        }
    }
    for view in [SimView::Front, SimView::Wrist] {
        if !is_set_up(&CameraSource::Sim(view)) {
            cards.push(card_of_view(view));
        }
    }
    for card in &mut cards {
        let of_session = || {
            let name = card.key.strip_prefix(SIM).unwrap_or(&card.key);
            let live = session.iter().find(|(known, _)| known == name);
            live.map(|(_, live)| live.clone())
        };
        card.live = eyes.live(&card.key).or_else(of_session).unwrap_or_default();
        if card.live.word != CameraWord::Closed {
            let controls = at_work(&card.key, previews).map(|name| previews.controls(&name));
            card.controls = controls.unwrap_or_default().iter().map(shown).collect();
        }
    }
    cards
}

fn empty(key: String, place: CameraPlace, label: String, online: Online) -> CameraCard {
    CameraCard {
        key,
        setup: None,
        place,
        label,
        online,
        modes: Vec::new(),
        controls: Vec::new(),
        cost: None,
        live: CameraLive::default(),
        notice: None,
    }
}

fn card_of_found(found: &Found) -> CameraCard {
    let place = CameraPlace::Device(found.identity.clone());
    CameraCard {
        modes: found.modes.iter().map(mode).collect(),
        notice: found.trouble.as_ref().map(|trouble| {
            let ids = found.usb.as_ref().map(|usb| (usb.vendor, usb.product));
            let exact = station::access::camera_remedy(&found.device, ids);
            let remedy = exact.unwrap_or_else(|| trouble.remedy.clone());
            notices::standing(Level::Fault, &trouble.why, remedy)
        }),
        ..empty(
            found.identity.clone(),
            place,
            found.name.clone(),
            Online::Online,
        )
    }
}

fn card_of_view(view: SimView) -> CameraCard {
    let key = format!("{SIM}{}", view.name());
    let place = CameraPlace::Sim(view.name().to_owned());
    let label = format!("Simulated {} camera", view.name());
    CameraCard {
        modes: simulated_modes(),
        cost: simulated(view, &key).ok().map(|setting| CameraCost {
            bus_bits: 0.0,
            bus_share: None,
            disk_bytes_a_minute: disk(&setting),
        }),
        ..empty(key, place, label, Online::Online)
    }
}

fn card_of_setup(setup: &CameraSetting, seen: &Seen) -> CameraCard {
    let key = setup.config.key.clone();
    let mut card = match &setup.source {
        CameraSource::Device(identity) => {
            let place = CameraPlace::Device(identity.clone());
            let mut found = seen.cameras.iter().flatten();
            match (&seen.cameras, found.find(|one| one.identity == *identity)) {
                (_, Some(found)) => CameraCard {
                    key,
                    ..card_of_found(found)
                },
                (None, _) => empty(key, place, identity.clone(), Online::Looking),
                (Some(_), None) => empty(key, place, identity.clone(), Online::Offline),
            }
        }
        // Nobody knows before it is asked.
        CameraSource::Network(url) => empty(
            key,
            CameraPlace::Network(url.clone()),
            cameras::network::shown(url),
            Online::Online,
        ),
        CameraSource::Sim(view) => CameraCard {
            key,
            ..card_of_view(*view)
        },
    };
    card.cost = Some(cost(setup, seen));
    card.setup = Some(to_setup(setup));
    card
}

fn to_setup(setting: &CameraSetting) -> CameraSetup {
    let config = &setting.config;
    let number = |control: &ControlSetting| {
        let value = match control.value {
            ControlValue::Number(number) => number as f64,
            ControlValue::Switch(on) => f64::from(u8::from(on)),
            ControlValue::Words(_) => return None,
        };
        Some((control.name.clone(), value))
    };
    CameraSetup {
        name: config.key.clone(),
        place: match &setting.source {
            CameraSource::Device(identity) => CameraPlace::Device(identity.clone()),
            CameraSource::Network(url) => CameraPlace::Network(url.clone()),
            CameraSource::Sim(view) => CameraPlace::Sim(view.name().to_owned()),
        },
        width: config.size.width(),
        height: config.size.height(),
        fps: config.fps.get(),
        format: config.format.map(|format| format.to_string()),
        rotation: known_cameras::degrees(config.rotation),
        controls: config.controls.iter().filter_map(number).collect(),
    }
}

fn mode(mode: &Mode) -> CameraMode {
    CameraMode {
        format: mode.format.to_string(),
        width: mode.size.width(),
        height: mode.size.height(),
        fps: mode.fps.get(),
    }
}

fn simulated_modes() -> Vec<CameraMode> {
    let sizes = [(320, 240), (640, 480), (1280, 720)];
    let one = |(width, height)| CameraMode {
        format: PixelFormat::Mjpg.to_string(),
        width,
        height,
        fps: USUAL.2,
    };
    sizes.map(one).to_vec()
}

fn shown(control: &Control) -> CameraControl {
    let number = |value: i64| value as f64;
    CameraControl {
        name: control.name.clone(),
        label: control.name.replace('_', " "),
        kind: match &control.kind {
            Kind::Number { min, max, step } => ControlKind::Range {
                least: number(*min),
                most: number(*max),
                step: *step as f64,
            },
            Kind::Switch => ControlKind::Switch,
            Kind::Menu(items) => ControlKind::Choice {
                options: items
                    .iter()
                    .map(|(value, words)| (number(*value), words.clone()))
                    .collect(),
            },
        },
        value: number(control.value.unwrap_or(control.default)),
        usual: number(control.default),
        why_not: if control.read_only {
            "The camera only tells this.".to_owned()
        } else if control.inactive {
            "Something automatic decides about it; switch that off first.".to_owned()
        } else {
            String::new()
        },
    }
}

/// What a camera will cost as it is set up.
fn cost(setup: &CameraSetting, seen: &Seen) -> CameraCost {
    let mut bus_bits = 0.0;
    let mut bus_share = None;
    if let Some((place, bits)) = on_bus(setup, seen) {
        bus_bits = bits;
        let same = |other: &&CameraSetting| {
            on_bus(other, seen).is_some_and(|(other, _)| other.bus == place.bus)
        };
        let together: f64 = seen
            .setups
            .iter()
            .filter(same)
            .filter_map(|other| on_bus(other, seen))
            .map(|(_, bits)| bits)
            .sum();
        bus_share = Some(together / (usb::room(place.mbits) * 8.0));
    }
    CameraCost {
        bus_bits,
        bus_share,
        disk_bytes_a_minute: disk(setup),
    }
}

/// Where a camera is plugged in, and the bits a second that it wants there.
fn on_bus<'a>(setup: &CameraSetting, seen: &'a Seen) -> Option<(&'a usb::UsbPlace, f64)> {
    let CameraSource::Device(identity) = &setup.source else {
        return None;
    };
    let mut found = seen.cameras.iter().flatten();
    let place = found.find(|one| one.identity == *identity)?.usb.as_ref()?;
    let config = &setup.config;
    let load = usb::Load {
        name: config.key.clone(),
        bus: place.bus,
        mbits: place.mbits,
        mode: Mode {
            format: config.format.unwrap_or(PixelFormat::Mjpg),
            size: config.size,
            fps: config.fps,
        },
    };
    Some((place, load.bytes_per_second() * 8.0))
}

/// Bytes that a minute of its film takes at most.
fn disk(setup: &CameraSetting) -> f64 {
    let FilmSettings::Video(film) = FilmSettings::default() else {
        return 0.0;
    };
    let config = &setup.config;
    let spec = CameraSpec::new(
        &config.key,
        config.rotation.applied_to(config.size),
        CameraKind::Video(film),
    );
    let minute = SessionConfig {
        fps: config.fps.get().round().max(1.0) as u32,
        episode_time: Duration::from_secs(60),
        num_episodes: 1,
        ..SessionConfig::default()
    };
    let bytes = |cameras: &[CameraSpec]| recorder::preflight::bytes_needed(&minute, 0, cameras);
    bytes(&[spec]).saturating_sub(bytes(&[])) as f64
}
