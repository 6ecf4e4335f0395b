//! A sentence with holes: how it is written, and whether a finished sentence is one of its kind.
//!
//! Written `{1} is at {2} °C`: in English holes are numbered in their order, in a translation they may stand anywhere. Braces
//! of the sentence itself are doubled.

use std::fmt;

/// Why a text is no template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Malformed(String);

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "“{}” has a brace that belongs to no hole", self.0)
    }
}

impl std::error::Error for Malformed {}

/// A part of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Part {
    Text(String),
    /// The hole with this number, from 0.
    Hole(usize),
}

/// The parts of a template.
///
/// # Errors
/// When a brace belongs to no hole.
pub(crate) fn parts(text: &str) -> Result<Vec<Part>, Malformed> {
    let malformed = || Malformed(text.to_owned());
    let mut parts = Vec::new();
    let mut literal = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        literal.push_str(&rest[..at]);
        rest = &rest[at..];
        if let Some(after) = rest.strip_prefix("{{") {
            literal.push('{');
            rest = after;
        } else if let Some(after) = rest.strip_prefix("}}") {
            literal.push('}');
            rest = after;
        } else {
            let inside = rest.strip_prefix('{').ok_or_else(malformed)?;
            let (number, after) = inside.split_once('}').ok_or_else(malformed)?;
            let number = number.parse::<usize>().ok().filter(|it| *it > 0);
            if !literal.is_empty() {
                parts.push(Part::Text(std::mem::take(&mut literal)));
            }
            parts.push(Part::Hole(number.ok_or_else(malformed)? - 1));
            rest = after;
        }
    }
    literal.push_str(rest);
    if !literal.is_empty() {
        parts.push(Part::Text(literal));
    }
    Ok(parts)
}

/// Numbers of a template's holes, sorted.
///
/// # Errors
/// When a brace belongs to no hole.
pub fn holes_of(text: &str) -> Result<Vec<usize>, Malformed> {
    let mut holes: Vec<usize> = parts(text)?
        .into_iter()
        .filter_map(|part| match part {
            Part::Hole(hole) => Some(hole + 1),
            Part::Text(_) => None,
        })
        .collect();
    holes.sort_unstable();
    Ok(holes)
}

/// An English template as it is compared: a text before each hole, and one behind the last.
#[derive(Debug)]
pub(crate) struct Pattern {
    literals: Vec<String>,
}

/// Fewer letters than this say little: “{1} to {2}” is a range, and not any sentence with a “to” in it.
const TELLING: usize = 8;

impl Pattern {
    /// From a template whose holes are numbered in order.
    pub(crate) fn new(parts: &[Part]) -> Self {
        let mut literals = vec![String::new()];
        for part in parts {
            match part {
                Part::Text(text) => {
                    if let Some(last) = literals.last_mut() {
                        last.push_str(text);
                    }
                }
                Part::Hole(_) => literals.push(String::new()),
            }
        }
        Self { literals }
    }

    /// Number of holes.
    pub(crate) fn holes(&self) -> usize {
        self.literals.len() - 1
    }

    /// Letters outside its holes: of two that fit the one with more is meant.
    pub(crate) fn letters(&self) -> usize {
        let letters = |text: &String| text.chars().filter(|it| it.is_alphabetic()).count();
        self.literals.iter().map(letters).sum()
    }

    /// Whether its own words are enough to know a sentence by.
    pub(crate) fn telling(&self) -> bool {
        self.letters() >= TELLING
    }

    /// The longest word that stands between spaces in every sentence of this kind: what it is looked up by.
    pub(crate) fn key(&self) -> Option<&str> {
        let last = self.literals.len() - 1;
        let whole = self
            .literals
            .iter()
            .enumerate()
            .flat_map(|(place, literal)| {
                let words = literal.split(' ').count();
                // A word at a hole's edge may go on in the hole.
                let whole =
                    move |at: usize| (at > 0 || place == 0) && (at + 1 < words || place == last);
                literal
                    .split(' ')
                    .enumerate()
                    .filter(move |(at, _)| whole(*at))
            });
        let words = whole.map(|(_, word)| word).filter(|word| !word.is_empty());
        words.max_by_key(|word| word.len())
    }

    /// The text before hole `hole`, from 0.
    pub(crate) fn before(&self, hole: usize) -> &str {
        self.literals.get(hole).map_or("", String::as_str)
    }

    /// The text behind hole `hole`.
    pub(crate) fn behind(&self, hole: usize) -> &str {
        self.before(hole + 1)
    }

    /// What stands in the holes when `text` is one of this kind. Each text between two holes is taken where it comes first:
    /// one pass, nothing is tried twice.
    pub(crate) fn holes_in<'t>(&self, text: &'t str) -> Option<Vec<&'t str>> {
        let (first, others) = self.literals.split_first()?;
        let Some((last, middle)) = others.split_last() else {
            return (text == first).then(Vec::new);
        };
        let mut rest = text
            .strip_prefix(first.as_str())?
            .strip_suffix(last.as_str())?;
        let mut holes = Vec::with_capacity(others.len());
        for literal in middle {
            let at = rest.find(literal.as_str())?;
            holes.push(&rest[..at]);
            rest = &rest[at + literal.len()..];
        }
        holes.push(rest);
        Some(holes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(template: &str, text: &str) -> Option<Vec<String>> {
        let pattern = Pattern::new(&parts(template).unwrap());
        let holes = pattern.holes_in(text)?;
        Some(holes.into_iter().map(str::to_owned).collect())
    }

    #[test]
    fn holes_are_found_where_they_stand() {
        for (template, text, wanted) in [
            ("it is back.", "it is back.", Some(vec![])),
            ("it is back.", "it is back", None),
            ("motor {1} is there", "motor 4 is there", Some(vec!["4"])),
            (
                "{1} does not answer",
                "wrist flex does not answer",
                Some(vec!["wrist flex"]),
            ),
            ("no motor {1}", "no motor ", Some(vec![""])),
            ("a motor {1}{2}", "a motor 4!", Some(vec!["", "4!"])),
            ("the{1}he is there", "the is there", None),
            (
                "{{1}} of {1} things",
                "{1} of two things",
                Some(vec!["two"]),
            ),
            ("{1} to {2}", "1 to 250", Some(vec!["1", "250"])),
        ] {
            let wanted = wanted.map(|it| it.into_iter().map(str::to_owned).collect::<Vec<_>>());
            assert_eq!(of(template, text), wanted, "{template} in {text}");
        }
    }

    #[test]
    fn a_key_is_a_word_that_every_sentence_of_the_kind_has() {
        for (template, key) in [
            ("File: {1}", Some("File:")),
            ("{1} is at {2} °C", Some("°C")),
            ("the {1}-picture", Some("the")),
            ("{1}: {2}", None),
            ("({1})", None),
        ] {
            assert_eq!(
                Pattern::new(&parts(template).unwrap()).key(),
                key,
                "{template}"
            );
        }
    }

    #[test]
    fn braces_without_a_hole_are_refused() {
        for text in ["{", "}", "a {x} b", "{0}", "{1", "}{1}"] {
            assert!(parts(text).is_err(), "{text}");
        }
        assert_eq!(holes_of("{2} and {1} and {{3}}").unwrap(), [1, 2]);
    }
}
