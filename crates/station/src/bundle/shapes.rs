//! What looks like a secret by its shape, whoever it belongs to: addresses, e-mail, passwords after their names, keys, serial
//! numbers in the names of devices, home folders of others.
//!
//! Rather too much than too little: a figure that is taken out by mistake costs a question, a password that is not costs more.
//! Not here: what is known of this person and machine (`known`).

use std::net::{Ipv4Addr, Ipv6Addr};

use super::scrub::{Hit, Kind, Unit, word_before};

#[cfg(test)]
mod tests;

/// Schemes whose addresses lead nowhere but to this machine; what is in them is looked at like other text.
const LOCAL: [&str; 5] = ["file", "tauri", "ipc", "asset", "sim"];
/// What keys of well-known services begin with, and how many characters follow at least.
const PREFIXES: [(&str, usize); 9] = [
    ("hf_", 12),
    ("api_org_", 12),
    ("ghp_", 12),
    ("gho_", 12),
    ("ghs_", 12),
    ("github_pat_", 12),
    ("glpat-", 12),
    ("sk-", 16),
    ("eyj", 16),
];
/// A word that holds one of these says that a secret follows.
const NAMES_OF_SECRETS: [&str; 11] = [
    "token",
    "secret",
    "password",
    "passwd",
    "passwort",
    "passphrase",
    "api_key",
    "apikey",
    "api-key",
    "authorization",
    "credential",
];
/// Folders in which every person has one.
const HOMES: [&str; 4] = ["/home/", "/users/", "/documents and settings/", "/media/"];
/// From so many characters on a row of hexadecimal digits is a secret.
const LONG_HEX: usize = 32;
/// The same for letters and digits without order.
const LONG_MIX: usize = 24;

/// Shapes that are taken whole, before what is known is looked for in them.
pub(super) fn first(units: &[Unit], at: usize) -> Option<Hit> {
    url(units, at).or_else(|| email(units, at))
}

/// The others.
pub(super) fn second(units: &[Unit], at: usize) -> Option<Hit> {
    named(units, at)
        .or_else(|| bearer(units, at))
        .or_else(|| prefixed(units, at))
        .or_else(|| device(units, at))
        .or_else(|| home(units, at))
        .or_else(|| address(units, at))
        .or_else(|| mix(units, at))
}

/// What stands in typographic quotes on one line, unless it was taken out already.
pub(super) fn quoted(units: &[Unit], at: usize) -> Option<Hit> {
    if units[at].read != '“' {
        return None;
    }
    let to = run(units, at + 1, |unit| !"“”\n".contains(unit.read));
    let closed = units.get(to).is_some_and(|unit| unit.read == '”');
    let words: String = units[at + 1..to].iter().map(|unit| unit.read).collect();
    let done = Kind::ALL
        .iter()
        .any(|kind| words == format!("<{}>", kind.name()));
    (closed && !done)
        .then(|| hit(Kind::User, at + 1, to))
        .flatten()
}

fn hit(kind: Kind, from: usize, to: usize) -> Option<Hit> {
    (from < to).then_some(Hit { kind, from, to })
}

/// Where a run of such characters ends.
fn run(units: &[Unit], from: usize, fits: impl Fn(&Unit) -> bool) -> usize {
    let rest = units.get(from..).unwrap_or_default();
    from + rest.iter().take_while(|unit| fits(unit)).count()
}

/// Whether nothing of the kind stands before.
fn begins(units: &[Unit], at: usize, fits: impl Fn(&Unit) -> bool) -> bool {
    let before = at.checked_sub(1).and_then(|at| units.get(at));
    !before.is_some_and(|unit| fits(unit) && (!unit.in_word() || word_before(units, at)))
}

fn starts_with(units: &[Unit], at: usize, text: &str) -> bool {
    let rest = units.get(at..).unwrap_or_default();
    let mut rest = rest.iter();
    text.chars()
        .all(|c| rest.next().is_some_and(|unit| unit.low == c))
}

fn low(units: &[Unit]) -> String {
    units.iter().map(|unit| unit.low).collect()
}

/// What ends a value in running text; what stands encoded belongs to it.
fn ends_value(unit: &Unit) -> bool {
    unit.plain() && (unit.read.is_whitespace() || "\"'`<>|“”‘’".contains(unit.read))
}

/// Ends before punctuation that belongs to the sentence.
fn trimmed(units: &[Unit], from: usize, mut to: usize) -> usize {
    while to > from && ".,;:)]}!?".contains(units[to - 1].read) {
        to -= 1;
    }
    to
}

fn url(units: &[Unit], at: usize) -> Option<Hit> {
    let in_scheme = |unit: &Unit| unit.read.is_ascii_alphanumeric() || "+-.".contains(unit.read);
    if !units[at].read.is_ascii_alphabetic() || !begins(units, at, in_scheme) {
        return None;
    }
    let colon = run(units, at, in_scheme);
    let slashes = run(units, colon + 1, Unit::slash);
    let scheme = low(&units[at..colon]);
    let is_one = units.get(colon)?.read == ':' && slashes >= colon + 3;
    if !is_one || scheme.len() < 2 || LOCAL.contains(&scheme.as_str()) {
        return None;
    }
    let end = run(units, slashes, |unit| !ends_value(unit));
    hit(Kind::Network, at, trimmed(units, slashes, end))
}

fn email(units: &[Unit], at: usize) -> Option<Hit> {
    let local = |unit: &Unit| unit.in_word() || "._%+-".contains(unit.read);
    if !local(&units[at]) || !begins(units, at, local) {
        return None;
    }
    let sign = run(units, at, local);
    if units.get(sign)?.read != '@' {
        return None;
    }
    let end = run(units, sign + 1, |unit| {
        unit.in_word() || ".-".contains(unit.read)
    });
    let end = trimmed(units, sign + 1, end);
    let domain = low(&units[sign + 1..end]);
    let (_, last) = domain.rsplit_once('.')?;
    let letters = last.chars().count() >= 2 && last.chars().all(char::is_alphabetic);
    letters.then(|| hit(Kind::User, at, end)).flatten()
}

/// Behind “serial”: the word “number”, and perhaps a sign, before the number itself.
fn spoken(units: &[Unit], at: usize) -> usize {
    let space = |unit: &Unit| unit.read == ' ';
    let word = ["number", "no.", "nr."]
        .into_iter()
        .find(|word| starts_with(units, at, word));
    let behind = run(units, at + word.map_or(0, str::len), space);
    run(units, behind, |unit| ":= ".contains(unit.read))
}

/// `password=…`, `"api_key": "…"`, `--token …`, `serial: …`, `serial number …`.
fn named(units: &[Unit], at: usize) -> Option<Hit> {
    let in_name = |unit: &Unit| unit.read.is_ascii_alphanumeric() || "_-".contains(unit.read);
    if !in_name(&units[at]) || !begins(units, at, in_name) {
        return None;
    }
    let end = run(units, at, in_name);
    let name = low(&units[at..end]);
    let secret = NAMES_OF_SECRETS.iter().any(|word| name.contains(word));
    if !secret && !name.contains("serial") {
        return None;
    }
    let quote = |unit: &Unit| "\"'\\".contains(unit.read);
    let space = |unit: &Unit| unit.read == ' ';
    let sign = run(units, run(units, end, quote), space);
    let flag = name.starts_with("--") && sign > end;
    let from = match units.get(sign)?.read {
        '=' | ':' => run(units, run(units, sign + 1, space), quote),
        '-' => return None,
        _ if flag => sign,
        _ if !secret && sign > end => spoken(units, sign),
        _ => return None,
    };
    let in_value = |unit: &Unit| !ends_value(unit) && !",;&)]}".contains(unit.read);
    // What is quoted ends with its quote, and may hold anything else.
    let quoted = units.get(from.wrapping_sub(1)).filter(|unit| quote(unit));
    let mut to = match quoted {
        Some(quoted) => run(units, from, |unit| {
            unit.read != quoted.read && unit.read != '\n' && unit.read != '\\'
        }),
        None => run(units, from, in_value),
    };
    let value = low(units.get(from..to)?);
    if !secret {
        // Not the module of that name.
        let number = value.chars().any(|c| c.is_ascii_digit()) && !value.starts_with(':');
        return number.then(|| hit(Kind::Serial, from, to)).flatten();
    }
    if name.contains("authorization") {
        // A scheme, which need not be a known one, and what belongs to it.
        to = run(units, to, |unit| !"\"'`\n”".contains(unit.read));
    } else if matches!(value.as_str(), "bearer" | "basic" | "token") {
        to = run(units, run(units, to, space), in_value);
    }
    // What only says whether there is one.
    if value.starts_with('(') || matches!(value.as_str(), "none" | "null" | "true" | "false") {
        return None;
    }
    hit(Kind::Token, from, to)
}

fn bearer(units: &[Unit], at: usize) -> Option<Hit> {
    if !starts_with(units, at, "bearer ") || !begins(units, at, Unit::in_word) {
        return None;
    }
    let from = at + "bearer ".len();
    let to = run(units, from, |unit| !ends_value(unit));
    let to = trimmed(units, from, to);
    (to >= from + 6)
        .then(|| hit(Kind::Token, from, to))
        .flatten()
}

fn prefixed(units: &[Unit], at: usize) -> Option<Hit> {
    if !begins(units, at, Unit::in_word) {
        return None;
    }
    PREFIXES.iter().find_map(|(prefix, least)| {
        if !starts_with(units, at, prefix) {
            return None;
        }
        let from = at + prefix.len();
        let first = run(units, from, |unit| unit.read.is_ascii_alphanumeric());
        // A variable such as HF_LEROBOT_HOME is words with a line between them.
        let long = first >= from + least;
        let to = run(units, from, |unit| {
            unit.read.is_ascii_alphanumeric() || "_-.".contains(unit.read)
        });
        long.then(|| hit(Kind::Token, at, trimmed(units, from, to)))
            .flatten()
    })
}

/// The serial number within a device's name: `usb-046d:0825-NUMBER`, `by-id/usb-MAKER_PRODUCT_NUMBER-if00`.
fn device(units: &[Unit], at: usize) -> Option<Hit> {
    const BY_ID: &str = "by-id/usb-";
    // What macOS puts before the serial number of an adapter.
    const CALL_OUT: [&str; 3] = ["usbmodem", "usbserial-", "wchusbserial"];
    for prefix in CALL_OUT {
        if starts_with(units, at, prefix) && begins(units, at, Unit::in_word) {
            let from = at + prefix.len();
            let to = run(units, from, |unit| {
                unit.in_word() || "_-".contains(unit.read)
            });
            return hit(Kind::Serial, from, to);
        }
    }
    let in_name =
        |unit: &Unit| !ends_value(unit) && !unit.slash() && !",;()[]{}".contains(unit.read);
    if starts_with(units, at, BY_ID) {
        let from = at + BY_ID.len();
        let to = run(units, from, in_name);
        let name = low(&units[from..to]);
        let tail = ["-if", "-video", "-event", "-audio"]
            .into_iter()
            .filter_map(|tail| name.rfind(tail));
        // Bytes and characters are the same where a name is plain; where it is not, all of it goes.
        let end = if name.is_ascii() {
            tail.min().map_or(to, |tail| from + tail)
        } else {
            to
        };
        let line = units[from..end].iter().rposition(|unit| unit.read == '_');
        return hit(Kind::Serial, line.map_or(from, |line| from + line + 1), end);
    }
    if starts_with(units, at, "usb-") && begins(units, at, Unit::in_word) {
        let hex = |unit: &Unit| unit.read.is_ascii_hexdigit();
        let colon = run(units, at + 4, hex);
        let dash = run(units, colon + 1, hex);
        let is_one = colon == at + 8 && dash == colon + 5;
        if is_one && units.get(colon)?.read == ':' && units.get(dash)?.read == '-' {
            let to = run(units, dash + 1, in_name);
            return hit(Kind::Serial, dash + 1, trimmed(units, dash + 1, to));
        }
    }
    None
}

/// The name of whoever a home folder belongs to.
fn home(units: &[Unit], at: usize) -> Option<Hit> {
    if !units[at].slash() {
        return None;
    }
    let name = HOMES.iter().find_map(|home| {
        let mut at = at;
        for letter in home.chars() {
            if units.get(at)?.low != letter {
                return None;
            }
            at += 1;
            while letter == '/' && units.get(at).is_some_and(Unit::slash) {
                at += 1;
            }
        }
        Some(at)
    })?;
    let in_name =
        |unit: &Unit| !ends_value(unit) && !unit.slash() && !",;:()[]{}".contains(unit.read);
    hit(Kind::User, name, run(units, name, in_name))
}

/// Addresses of IP, and those of network cards.
fn address(units: &[Unit], at: usize) -> Option<Hit> {
    let near = |unit: &Unit| unit.in_word() || matches!(unit.read, ':' | '.' | '_');
    let digit = units[at].read.is_ascii_hexdigit() || units[at].read == ':';
    if !digit || !begins(units, at, near) {
        return None;
    }
    let end = run(units, at, |unit| {
        unit.read.is_ascii_hexdigit() || ":.-".contains(unit.read)
    });
    let behind = |end: usize| {
        units
            .get(end)
            .is_some_and(|unit| unit.in_word() || unit.read == '_')
    };
    let card = at + 17;
    if end >= card && !behind(card) {
        let pairs: String = units[at..card].iter().map(|unit| unit.read).collect();
        let mark = |at: usize| matches!(pairs.as_bytes()[at], b':' | b'-');
        let marks = pairs.is_ascii() && (0..17).all(|at| mark(at) == (at % 3 == 2));
        if marks {
            return hit(Kind::Network, at, card);
        }
    }
    let v4 = run(units, at, |unit| {
        unit.read.is_ascii_digit() || unit.read == '.'
    });
    let v4 = trimmed(units, at, v4);
    let read = |to: usize| -> String { units[at..to].iter().map(|unit| unit.read).collect() };
    if !behind(v4) && read(v4).parse::<Ipv4Addr>().is_ok() {
        return hit(Kind::Network, at, v4);
    }
    let v6 = run(units, at, |unit| {
        unit.read.is_ascii_hexdigit() || ":.".contains(unit.read)
    });
    let v6 = if read(v6).ends_with("::") {
        v6
    } else {
        trimmed(units, at, v6)
    };
    // A path of modules may be letters that are digits too.
    let digits = units[at..v6].iter().any(|unit| unit.read.is_ascii_digit());
    let is_one = !behind(v6) && digits && read(v6).parse::<Ipv6Addr>().is_ok();
    is_one.then(|| hit(Kind::Network, at, v6)).flatten()
}

/// A long row of hexadecimal digits, or of letters and digits that change kind as no word does.
fn mix(units: &[Unit], at: usize) -> Option<Hit> {
    let fits = |unit: &Unit| unit.read.is_ascii_alphanumeric() || "+_=-".contains(unit.read);
    if !fits(&units[at]) || !begins(units, at, fits) {
        return None;
    }
    let to = run(units, at, fits);
    if to < at + LONG_MIX {
        return None;
    }
    let row = &units[at..to];
    let digits = row.iter().filter(|unit| unit.read.is_ascii_digit()).count();
    let hex = row
        .iter()
        .filter(|unit| unit.read.is_ascii_hexdigit())
        .count();
    let marks = row.iter().filter(|unit| !unit.in_word()).count();
    if hex >= LONG_HEX && hex + marks == row.len() {
        return hit(Kind::Token, at, to);
    }
    let kind = |unit: &Unit| match unit.read {
        'a'..='z' => 0,
        'A'..='Z' => 1,
        '0'..='9' => 2,
        _ => 3,
    };
    let changes = row
        .windows(2)
        .filter(|two| kind(&two[0]) != kind(&two[1]))
        .count();
    let cases = [0, 1]
        .iter()
        .all(|case| row.iter().any(|unit| kind(unit) == *case));
    let secret = digits >= 2 && cases && changes * 4 >= row.len();
    secret.then(|| hit(Kind::Token, at, to)).flatten()
}
