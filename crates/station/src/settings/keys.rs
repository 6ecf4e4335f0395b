//! Which keys there are, which nobody can have, and which of two settings may share one.
//!
//! Keys are physical, named as a page's `KeyboardEvent.code` names them. Not here: which key is whose (`table`).

use arms::Joint;

/// Keys whose meaning is the same everywhere: they stop, confirm, move the focus, help, or belong to other keys.
const RESERVED: &[&str] = &[
    "Space",
    "Escape",
    "Enter",
    "NumpadEnter",
    "Tab",
    "Backspace",
    "F1",
    "F6",
    "F11",
    "ShiftLeft",
    "ShiftRight",
    "ControlLeft",
    "ControlRight",
    "AltLeft",
    "AltRight",
    "MetaLeft",
    "MetaRight",
    "CapsLock",
    "Fn",
    "FnLock",
];

/// Keys that are neither a letter, a digit nor a function key.
const OTHERS: &[&str] = &[
    "ArrowDown",
    "ArrowLeft",
    "ArrowRight",
    "ArrowUp",
    "AudioVolumeDown",
    "AudioVolumeMute",
    "AudioVolumeUp",
    "Backquote",
    "Backslash",
    "BracketLeft",
    "BracketRight",
    "BrowserBack",
    "BrowserFavorites",
    "BrowserForward",
    "BrowserHome",
    "BrowserRefresh",
    "BrowserSearch",
    "BrowserStop",
    "Comma",
    "ContextMenu",
    "Convert",
    "Delete",
    "Eject",
    "End",
    "Equal",
    "Help",
    "Home",
    "Insert",
    "IntlBackslash",
    "IntlRo",
    "IntlYen",
    "KanaMode",
    "Lang1",
    "Lang2",
    "LaunchApp1",
    "LaunchApp2",
    "LaunchMail",
    "MediaPlayPause",
    "MediaSelect",
    "MediaStop",
    "MediaTrackNext",
    "MediaTrackPrevious",
    "Minus",
    "NonConvert",
    "NumLock",
    "NumpadAdd",
    "NumpadComma",
    "NumpadDecimal",
    "NumpadDivide",
    "NumpadEqual",
    "NumpadMultiply",
    "NumpadParenLeft",
    "NumpadParenRight",
    "NumpadSubtract",
    "PageDown",
    "PageUp",
    "Pause",
    "Period",
    "Power",
    "PrintScreen",
    "Quote",
    "ScrollLock",
    "Semicolon",
    "Slash",
    "Sleep",
    "Undo",
    "Again",
    "WakeUp",
];

/// Whether no setting can have this key.
pub(super) fn reserved(code: &str) -> bool {
    RESERVED.contains(&code)
}

/// Whether there is a key of this name.
pub(super) fn known(code: &str) -> bool {
    let one = |rest: &str, is: fn(&u8) -> bool| matches!(rest.as_bytes(), [byte] if is(byte));
    if let Some(letter) = code.strip_prefix("Key") {
        return one(letter, u8::is_ascii_uppercase);
    }
    if let Some(digit) = code.strip_prefix("Digit") {
        return one(digit, u8::is_ascii_digit);
    }
    let numbered = |prefix: &str, most: u32| {
        let number = code.strip_prefix(prefix);
        number.is_some_and(|number| (1..=most).any(|it| it.to_string() == number))
    };
    code == "Numpad0"
        || numbered("Numpad", 9)
        || numbered("F", 24)
        || OTHERS.contains(&code)
        || reserved(code)
}

/// When a key means something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Live {
    /// While joints are driven one by one.
    Joints,
    /// While the tip is driven.
    Tip,
    /// In both, or anywhere.
    Always,
}

fn live(name: &str) -> Live {
    let Some(key) = name.strip_prefix("keys.") else {
        return Live::Always;
    };
    if key.starts_with("tip_") {
        return Live::Tip;
    }
    let joint = key.strip_suffix("_minus").or(key.strip_suffix("_plus"));
    match joint.and_then(Joint::from_name) {
        Some(_) => Live::Joints,
        None => Live::Always,
    }
}

/// Whether two settings must not have the same key: only joints and tip are never live together.
pub(super) fn meet(one: &str, other: &str) -> bool {
    !matches!(
        (live(one), live(other)),
        (Live::Joints, Live::Tip) | (Live::Tip, Live::Joints)
    )
}
