//! JSON as Python's `json.dump(value, file, indent=4, ensure_ascii=False)` writes it, and a parser that also takes what
//! Python accepts beyond the standard (`NaN`, `Infinity`).
//!
//! LeRobot's own files are written that way, so a file rewritten here differs only where a value differs.

use std::io::{self, Write};

use serde_json::Value;
use serde_json::ser::{Formatter, PrettyFormatter};

/// The text of `value`: four spaces of indent, non-ASCII kept, no newline at the end. Nulls become `null`.
pub(crate) fn to_text(value: &Value) -> String {
    write(value, b"null")
}

/// As [`to_text`], for statistics, where a null stands for a value that is not a number.
pub(crate) fn numbers_to_text(value: &Value) -> String {
    write(value, b"NaN")
}

fn write(value: &Value, null: &'static [u8]) -> String {
    use serde::Serialize;
    let mut bytes = Vec::new();
    let style = PythonStyle {
        pretty: PrettyFormatter::with_indent(b"    "),
        null,
    };
    let mut serializer = serde_json::Serializer::with_formatter(&mut bytes, style);
    // Writing a Value into memory has no way to fail: its keys are strings and a Vec grows.
    let written = value.serialize(&mut serializer);
    debug_assert!(written.is_ok());
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Parses JSON; `NaN`, `Infinity` and `-Infinity` come back as null.
///
/// # Errors
/// The parser's message, with line and column.
pub(crate) fn parse(bytes: &[u8]) -> Result<Value, serde_json::Error> {
    serde_json::from_slice(bytes).or_else(|error| {
        let text = String::from_utf8_lossy(bytes);
        let plain = without_nan(&text);
        if plain == text {
            Err(error)
        } else {
            serde_json::from_str(&plain)
        }
    })
}

/// Replaces Python's extra literals outside strings by `null`.
fn without_nan(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    let mut quoted = false;
    'text: while let Some(character) = rest.chars().next() {
        if !quoted {
            for literal in ["-Infinity", "Infinity", "NaN"] {
                if let Some(after) = rest.strip_prefix(literal) {
                    plain.push_str("null");
                    rest = after;
                    continue 'text;
                }
            }
        }
        let mut width = character.len_utf8();
        if character == '"' {
            quoted = !quoted;
        } else if quoted && character == '\\' {
            width += rest[width..].chars().next().map_or(0, char::len_utf8);
        }
        plain.push_str(&rest[..width]);
        rest = &rest[width..];
    }
    plain
}

struct PythonStyle<'a> {
    pretty: PrettyFormatter<'a>,
    null: &'static [u8],
}

impl Formatter for PythonStyle<'_> {
    fn write_null<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(self.null)
    }

    fn write_f64<W: ?Sized + Write>(&mut self, writer: &mut W, value: f64) -> io::Result<()> {
        writer.write_all(float_repr(value).as_bytes())
    }

    fn begin_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.pretty.begin_array(writer)
    }

    fn end_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.pretty.end_array(writer)
    }

    fn begin_array_value<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.pretty.begin_array_value(writer, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.pretty.end_array_value(writer)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.pretty.begin_object(writer)
    }

    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.pretty.end_object(writer)
    }

    fn begin_object_key<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.pretty.begin_object_key(writer, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.pretty.begin_object_value(writer)
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.pretty.end_object_value(writer)
    }
}

/// Python's `repr(float)`: the shortest digits that read back; an exponent of at least two digits below 1e-4 and from 1e16.
fn float_repr(value: f64) -> String {
    let scientific = format!("{value:e}");
    let Some((mantissa, exponent)) = scientific.split_once('e') else {
        return "NaN".to_owned();
    };
    match exponent.parse::<i32>() {
        Ok(exponent) if (-4..16).contains(&exponent) => {
            let plain = value.to_string();
            if plain.contains('.') {
                plain
            } else {
                plain + ".0"
            }
        }
        Ok(exponent) => {
            let sign = if exponent < 0 { '-' } else { '+' };
            format!("{mantissa}e{sign}{:02}", exponent.unsigned_abs())
        }
        Err(_) => scientific,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn floats_are_written_as_python_writes_them() {
        for (value, text) in [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (13.5, "13.5"),
            (1e-10, "1e-10"),
            (1.5e-7, "1.5e-07"),
            (0.0001, "0.0001"),
            (0.00001, "1e-05"),
            (1e15, "1000000000000000.0"),
            (1e16, "1e+16"),
            (1.25e100, "1.25e+100"),
            (8.077747210701757, "8.077747210701757"),
        ] {
            assert_eq!(float_repr(value), text);
        }
    }

    #[test]
    fn empty_containers_and_foreign_letters_stay_as_python_leaves_them() {
        let value = json!({"b": [], "a": {}, "ü": "Würfel \u{1}\n", "n": null});
        assert_eq!(
            to_text(&value),
            "{\n    \"b\": [],\n    \"a\": {},\n    \"ü\": \"Würfel \\u0001\\n\",\n    \"n\": null\n}"
        );
    }

    #[test]
    fn not_a_number_is_read_as_null_but_not_inside_strings() {
        let value = parse(br#"{"a": [NaN, -Infinity, 1], "b": "NaN \" NaN"}"#).unwrap();
        assert_eq!(value, json!({"a": [null, null, 1], "b": "NaN \" NaN"}));
        assert!(parse(b"{").is_err());
    }
}
