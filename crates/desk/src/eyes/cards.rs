//! The cards of cameras: what is there, how it is set up, what it does and what it will cost.
//!
//! Not here: opening cameras (the module above), looking what is plugged in (`look`).

use std::time::Duration;

use cameras::usb::{self, Control, ControlKind as Kind};
use cameras::{Found, Mode};
use dataset::{CameraKind, CameraSpec};
use pixels::PixelFormat;
use protocol::window::{
    CameraCard, CameraControl, CameraCost, CameraLive, CameraMode, CameraPlace, CameraWord,
    ControlKind, Level, Online,
};
use station::camera_settings::{CameraSetting, CameraSource, SimView};
use station::cameras::Previews;
use station::record::{FilmSettings, SessionConfig};

use super::setups::to_setup;
use super::{Eyes, SIM, USUAL, at_work, simulated};
use crate::look::Seen;
use crate::notices;

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
            // A simulated one without a set-up has the name of its view, unless that is another camera's.
            let view = card.key.strip_prefix(SIM);
            let free = |view: &&str| !seen.setups.iter().any(|one| one.config.key == *view);
            let name = view.filter(free).unwrap_or(&card.key);
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
