//! The machine's own gamepads through `gilrs`, and its names of controls as ours.
//!
//! Not here: which pad drives and what a control does.

use std::time::Duration;

use gilrs::{Axis, Button, EventType, Gilrs, GilrsBuilder};
use protocol::{ErrorCode, Failure};
use teleop::PadControl;

use super::{PadEvent, PadSource};
use crate::failure::failure;

pub(super) fn control_of(button: Button) -> Option<PadControl> {
    Some(match button {
        Button::South => PadControl::South,
        Button::East => PadControl::East,
        Button::North => PadControl::North,
        Button::West => PadControl::West,
        // The library counts triggers from above: the first is the bumper.
        Button::LeftTrigger => PadControl::LeftBumper,
        Button::LeftTrigger2 => PadControl::LeftTrigger,
        Button::RightTrigger => PadControl::RightBumper,
        Button::RightTrigger2 => PadControl::RightTrigger,
        Button::Select => PadControl::Select,
        Button::Start => PadControl::Start,
        Button::Mode => PadControl::Mode,
        Button::LeftThumb => PadControl::LeftThumb,
        Button::RightThumb => PadControl::RightThumb,
        Button::DPadUp => PadControl::DPadUp,
        Button::DPadDown => PadControl::DPadDown,
        Button::DPadLeft => PadControl::DPadLeft,
        Button::DPadRight => PadControl::DPadRight,
        Button::C | Button::Z | Button::Unknown => return None,
    })
}

/// A cross of four buttons is two axes on many pads.
pub(super) fn controls_of(axis: Axis, value: f32) -> [Option<(PadControl, f32)>; 2] {
    let one = |control| [Some((control, value)), None];
    let two = |low, high| [Some((low, (-value).max(0.0))), Some((high, value.max(0.0)))];
    match axis {
        Axis::LeftStickX => one(PadControl::LeftX),
        Axis::LeftStickY => one(PadControl::LeftY),
        Axis::RightStickX => one(PadControl::RightX),
        Axis::RightStickY => one(PadControl::RightY),
        Axis::LeftZ => one(PadControl::LeftTrigger),
        Axis::RightZ => one(PadControl::RightTrigger),
        Axis::DPadX => two(PadControl::DPadLeft, PadControl::DPadRight),
        Axis::DPadY => two(PadControl::DPadDown, PadControl::DPadUp),
        Axis::Unknown => [None, None],
    }
}

/// The machine's own gamepads.
pub(super) struct Library {
    gilrs: Gilrs,
    /// Pads that were there when it was opened and are not told of yet.
    there: Vec<usize>,
}

impl Library {
    pub(super) fn open() -> Result<Self, Failure> {
        // Dead zones are ours: the library's depend on the pad's own idea of its noise.
        let gilrs = GilrsBuilder::new()
            .with_default_filters(false)
            .build()
            .map_err(|error| {
                failure(
                    ErrorCode::Internal,
                    format!("gamepads cannot be read on this system: {error}"),
                    "Drive with the keyboard or a leader arm.",
                )
            })?;
        let there = gilrs.gamepads().map(|(id, _)| id.into()).collect();
        Ok(Self { gilrs, there })
    }

    fn name(&self, id: usize) -> String {
        let found = self
            .gilrs
            .gamepads()
            .find(|(known, _)| usize::from(*known) == id);
        found.map_or_else(
            || "a gamepad".to_owned(),
            |(_, pad)| pad.os_name().to_owned(),
        )
    }
}

impl PadSource for Library {
    fn next(&mut self, wait: Duration) -> Option<PadEvent> {
        if let Some(id) = self.there.pop() {
            let name = self.name(id);
            return Some(PadEvent::Connected { id, name });
        }
        let event = self.gilrs.next_event_blocking(Some(wait))?;
        let id = usize::from(event.id);
        match event.event {
            EventType::Connected => Some(PadEvent::Connected {
                id,
                name: self.name(id),
            }),
            EventType::Disconnected => Some(PadEvent::Disconnected { id }),
            EventType::ButtonChanged(button, value, _) => {
                Some(PadEvent::Button { id, button, value })
            }
            EventType::AxisChanged(axis, value, _) => Some(PadEvent::Axis { id, axis, value }),
            _ => None,
        }
    }
}
