//! A finished text, taken apart until its parts are known: lines, sentences, causes behind colons, lists. What is not known
//! stays as it is, where it is.

use std::fmt;
use std::sync::OnceLock;

use crate::cache::Cache;
use crate::shelf::Shelf;
use crate::{Language, numbers};

/// So deep may sentences stand in the holes of sentences.
const DEEPEST: usize = 6;
/// Longer texts, in bytes, are no sentences and stay as they are; the longest remedy has a tenth of this.
const LONGEST: usize = 8192;
/// So many sentences of a line are tried together.
const TOGETHER: usize = 6;

/// Says things in a language.
pub struct Phrases {
    language: Language,
    shelf: Option<&'static Shelf>,
    cache: Cache,
}

impl fmt::Debug for Phrases {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Phrases");
        shown
            .field("language", &self.language)
            .finish_non_exhaustive()
    }
}

/// The sentences of a language, read once.
fn shelf(language: Language) -> Option<&'static Shelf> {
    static GERMAN: OnceLock<Shelf> = OnceLock::new();
    static CHINESE: OnceLock<Shelf> = OnceLock::new();
    let place = match language {
        Language::English => return None,
        Language::German => &GERMAN,
        Language::Chinese => &CHINESE,
    };
    Some(place.get_or_init(|| Shelf::of(language)))
}

impl Phrases {
    /// For a language. English is said as it is.
    pub fn new(language: Language) -> Self {
        Self {
            language,
            shelf: shelf(language),
            cache: Cache::default(),
        }
    }

    /// Its language.
    pub fn language(&self) -> Language {
        self.language
    }

    /// What `english` is in this language; what is not known of it stays English.
    pub fn say(&self, english: &str) -> String {
        match self.shelf {
            Some(shelf) if (1..=LONGEST).contains(&english.len()) => {
                self.cache.get(english, |text| {
                    Speaker {
                        shelf,
                        language: self.language,
                    }
                    .lines(text, 0)
                })
            }
            _ => english.to_owned(),
        }
    }

    /// The same in place; costs nothing for English.
    pub fn put(&self, text: &mut String) {
        if self.shelf.is_some() {
            *text = self.say(text);
        }
    }
}

struct Speaker<'s> {
    shelf: &'s Shelf,
    language: Language,
}

impl Speaker<'_> {
    fn lines(&self, text: &str, depth: usize) -> String {
        let lines: Vec<String> = text
            .split('\n')
            .map(|line| self.line(line, depth))
            .collect();
        lines.join("\n")
    }

    /// A line without its indentation: sentences, the longest run that is known first.
    fn line(&self, line: &str, depth: usize) -> String {
        let text = line.trim();
        if text.is_empty() {
            return line.to_owned();
        }
        let indent = &line[..line.len() - line.trim_start().len()];
        let end = &line[line.trim_end().len()..];
        let ends = ends_of_sentences(text);
        let mut said = String::from(indent);
        let (mut from, mut at) = (0, 0);
        while at < ends.len() {
            let run = |last: usize| text[from..ends[last]].trim();
            let longest = ends.len().min(at + TOGETHER);
            let known = (at..longest)
                .rev()
                .find_map(|last| Some((last, self.known(run(last), depth)?)));
            let (last, next) = known.unwrap_or_else(|| (at, self.chain(run(at), depth)));
            // Chinese sentences end with a full stop that brings its own space.
            if from > 0 && !said.ends_with(['。', '；', '：']) {
                said.push(' ');
            }
            said.push_str(&next);
            (from, at) = (ends[last], last + 1);
        }
        said.push_str(end);
        said
    }

    /// A piece that is known as a whole: a sentence, a word, a number with its unit.
    fn known(&self, text: &str, depth: usize) -> Option<String> {
        if depth > DEEPEST {
            return None;
        }
        let find = |text: &str| {
            let known = |hole: &str| self.known(hole, depth + 1).is_some();
            self.shelf
                .find(text, known, |hole| self.lines(hole, depth + 1))
        };
        if let Some(said) = find(text).or_else(|| numbers::said(text, "", self.language)) {
            return Some(said);
        }
        // A cause that became a sentence got its full stop from whoever wrote it, the head of a list its colon.
        for (end, chinese) in [(".", "。"), (":", "：")] {
            if let Some(said) = text.strip_suffix(end).and_then(find) {
                return Some(said + self.pick(end, chinese));
            }
        }
        None
    }

    /// A sentence that is not known as a whole: what stands between semicolons, else a thing and its cause, else a list. Every
    /// part is looked at once.
    fn chain(&self, text: &str, depth: usize) -> String {
        if depth > DEEPEST {
            return text.to_owned();
        }
        let part = |text: &str| {
            let known = self.known(text, depth + 1);
            known.unwrap_or_else(|| self.chain(text, depth + 1))
        };
        let (parts, between): (Vec<&str>, _) = if text.contains("; ") {
            (text.split("; ").collect(), self.pick("; ", "；"))
        } else if let Some((thing, cause)) = text.split_once(": ") {
            (vec![thing, cause], self.pick(": ", "："))
        } else {
            return self.list(text, depth).unwrap_or_else(|| text.to_owned());
        };
        let said: Vec<String> = parts.iter().map(|text| part(text)).collect();
        if said == parts {
            return text.to_owned();
        }
        said.join(between)
    }

    /// Words behind each other, all of which are known.
    fn list(&self, text: &str, depth: usize) -> Option<String> {
        let word = |word: &str| {
            let figure = !word.is_empty() && word.bytes().all(|it| it.is_ascii_digit());
            if figure {
                Some(word.to_owned())
            } else {
                self.known(word, depth + 1)
            }
        };
        let (words, last) = match text.rsplit_once(" and ") {
            Some((words, last)) => (words, Some(word(last)?)),
            None => (text, None),
        };
        let words: Option<Vec<String>> = words.split(", ").map(word).collect();
        let words = words?.join(self.pick(", ", "、"));
        Some(match last {
            Some(last) => format!("{words}{}{last}", self.pick(" und ", "和")),
            None => words,
        })
    }

    fn pick(&self, western: &'static str, chinese: &'static str) -> &'static str {
        match self.language {
            Language::Chinese => chinese,
            _ => western,
        }
    }
}

/// Where the sentences of a line end, the space behind them included; the last is the line's end.
fn ends_of_sentences(text: &str) -> Vec<usize> {
    let mut ends: Vec<usize> = text
        .match_indices(". ")
        .map(|(at, stop)| at + stop.len())
        .collect();
    if ends.last() != Some(&text.len()) {
        ends.push(text.len());
    }
    ends
}

#[cfg(test)]
mod tests;
