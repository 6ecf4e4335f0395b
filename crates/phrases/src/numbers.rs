//! Decimal points: German writes a comma in a number that a person reads. Only a number with its unit is such a number;
//! versions, addresses and identifiers are left alone.

use crate::Language;

/// What a number on screen counts. A factor and a bare number have none and stay as they are.
const UNITS: &[&str] = &[
    "%",
    "A",
    "B",
    "GB",
    "GiB",
    "Hz",
    "KiB",
    "MB",
    "MB/s",
    "MiB",
    "V",
    "dB",
    "degrees",
    "fps",
    "h",
    "kB",
    "m",
    "min",
    "minutes",
    "mm",
    "ms",
    "percent",
    "pictures",
    "pictures/s",
    "s",
    "seconds",
    "times",
    "µs",
    "°",
    "°/s",
    "°C",
];

/// What stands behind a number that is the end of a range, or is measured by one: a value of a setting, which needs no unit.
const RANGES: &[&str] = &[" to ", " is outside "];

/// A number that stands in a hole and is followed by `next`, in the way of the language; none when it is not a decimal
/// number with a unit or of a range, or the language writes it like English.
pub(crate) fn said(text: &str, next: &str, language: Language) -> Option<String> {
    if language != Language::German {
        return None;
    }
    let end = number(text)?;
    let (value, rest) = text.split_at(end);
    let unit = if rest.is_empty() { next } else { rest };
    let ranges = rest.is_empty() && RANGES.iter().any(|words| next.starts_with(words));
    (ranges || counts(unit)).then(|| format!("{}{rest}", value.replacen('.', ",", 1)))
}

/// Where a decimal number at the beginning ends; none when there is none.
fn number(text: &str) -> Option<usize> {
    let sign = text.chars().next().filter(|sign| "+-−".contains(*sign));
    let start = sign.map_or(0, char::len_utf8);
    let body = &text[start..];
    let whole = body.bytes().take_while(u8::is_ascii_digit).count();
    let rest = body[whole..].strip_prefix('.')?;
    let part = rest.bytes().take_while(u8::is_ascii_digit).count();
    let more = rest[part..].starts_with(['.', '_', '/']);
    (whole > 0 && part > 0 && !more).then_some(start + whole + 1 + part)
}

/// Whether `text` begins with a unit, after at most one space.
fn counts(text: &str) -> bool {
    let text = text.strip_prefix([' ', '\u{a0}']).unwrap_or(text);
    UNITS.iter().any(|unit| {
        text.strip_prefix(unit)
            .is_some_and(|rest| !rest.starts_with(|next: char| next.is_alphanumeric()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_with_a_unit_gets_a_comma_and_nothing_else_does() {
        for (text, next, wanted) in [
            ("9.8", " V, the others", Some("9,8")),
            ("9.8 V", "", Some("9,8 V")),
            ("1.5s", "", Some("1,5s")),
            ("-0.25", "°", Some("-0,25")),
            ("12.1", " s of “x”", Some("12,1")),
            ("0.25", " to 4", Some("0,25")),
            ("0.1", " is outside 0.25 to 4", Some("0,1")),
            ("1.2.3", " to 4", None),
            ("9", " V", None),
            ("3.0", "", None),
            ("3.0", " is installed", None),
            ("192.168.1.20", " s", None),
            ("3.10", ", the others", None),
            ("2.5", " steps", None),
            (".5", " s", None),
            ("", " s", None),
        ] {
            assert_eq!(
                said(text, next, Language::German).as_deref(),
                wanted,
                "{text}|{next}"
            );
        }
        assert_eq!(said("9.8", " V", Language::Chinese), None);
    }
}
