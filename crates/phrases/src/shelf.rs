//! All sentences of a language, so that the template of a finished one is found fast: the whole sentence, else by a
//! word that all of its kind have. More letters win.

use std::cmp::Reverse;
use std::collections::HashMap;

use crate::template::{Part, Pattern, parts};
use crate::words::{self, Tables};
use crate::{Language, numbers};

struct Entry {
    pattern: Pattern,
    said: Vec<Part>,
}

impl Entry {
    /// Whether a sentence with this in its holes is meant.
    fn fits(&self, holes: &[&str], known: impl Fn(&str) -> bool) -> bool {
        // “Camera front: 3 pictures are late” has a thing before its colon, and is no sentence about “Camera front: 3”.
        let thing = self.pattern.before(0).is_empty()
            && holes.first().is_some_and(|hole| hole.contains(": "));
        let plain =
            |(number, hole): (usize, &&str)| self.names(number) || short(hole) || known(hole);
        !thing && (self.pattern.telling() || holes.iter().enumerate().all(plain))
    }

    /// Whether what stands in this hole is somebody's name for something, or a command: it is never translated.
    fn names(&self, hole: usize) -> bool {
        let (before, behind) = (self.pattern.before(hole), self.pattern.behind(hole));
        before.ends_with('“') && behind.starts_with('”')
            || before.ends_with('`') && behind.starts_with('`')
            || LABELS.iter().any(|label| before.ends_with(label))
    }
}

/// The sentences of a language.
pub(crate) struct Shelf {
    language: Language,
    /// Without holes.
    whole: HashMap<String, String>,
    entries: Vec<Entry>,
    /// Places in `entries`, most letters first, by key; and of those without one.
    by_word: HashMap<String, Vec<usize>>,
    open: Vec<usize>,
}

/// What stands behind these words is a name.
const LABELS: &[&str] = &[
    "Camera ",
    "Dataset: ",
    "Device: ",
    "File: ",
    "Folder: ",
    "Older file: ",
    "Port: ",
    "called ",
    "camera ",
    "thread ",
];

impl Shelf {
    /// The sentences of a language; without an entry that cannot be used, which the tests of the files find.
    pub(crate) fn of(language: Language) -> Self {
        Self::new(
            language,
            &words::read(words::file(language)).unwrap_or_default(),
        )
    }

    pub(crate) fn new(language: Language, tables: &Tables) -> Self {
        let mut shelf = Self {
            language,
            whole: HashMap::new(),
            entries: Vec::new(),
            by_word: HashMap::new(),
            open: Vec::new(),
        };
        for (english, said) in tables.values().flatten() {
            if let (false, Ok(english), Ok(said)) = (said.is_empty(), parts(english), parts(said)) {
                shelf.put(&english, said);
            }
        }
        shelf
            .entries
            .sort_by_key(|entry| Reverse(entry.pattern.letters()));
        for (place, entry) in shelf.entries.iter().enumerate() {
            match entry.pattern.key() {
                Some(word) => shelf
                    .by_word
                    .entry(word.to_owned())
                    .or_default()
                    .push(place),
                None => shelf.open.push(place),
            }
        }
        shelf
    }

    fn put(&mut self, english: &[Part], said: Vec<Part>) {
        let pattern = Pattern::new(english);
        let holes = pattern.holes();
        if holes == 0 {
            let text = |parts: &[Part]| match parts {
                [Part::Text(text)] => text.clone(),
                _ => String::new(),
            };
            self.whole.insert(text(english), text(&said));
        } else if said
            .iter()
            .all(|part| !matches!(part, Part::Hole(hole) if *hole >= holes))
        {
            self.entries.push(Entry { pattern, said });
        }
    }

    /// What `text` is in this language; none when it is no sentence that is known. `inner` says what stands in a hole.
    ///
    /// A template of few letters is only meant when what stands in its holes is short or `known` itself.
    pub(crate) fn find(
        &self,
        text: &str,
        known: impl Fn(&str) -> bool,
        inner: impl Fn(&str) -> String,
    ) -> Option<String> {
        if let Some(said) = self.whole.get(text) {
            return Some(said.clone());
        }
        let words = text.split(' ').filter_map(|word| self.by_word.get(word));
        let mut places: Vec<usize> = words.flatten().chain(&self.open).copied().collect();
        places.sort_unstable();
        places.dedup();
        places.into_iter().find_map(|place| {
            let entry = self.entries.get(place)?;
            let holes = entry.pattern.holes_in(text)?;
            entry
                .fits(&holes, &known)
                .then(|| self.filled(entry, &holes, &inner))
        })
    }

    /// An entry's translation with what stands in its holes.
    fn filled(&self, entry: &Entry, holes: &[&str], inner: impl Fn(&str) -> String) -> String {
        let mut said = String::new();
        for part in &entry.said {
            match part {
                Part::Text(text) => said.push_str(text),
                Part::Hole(hole) => {
                    let text = holes.get(*hole).copied().unwrap_or_default();
                    let behind = entry.pattern.behind(*hole);
                    if entry.names(*hole) {
                        said.push_str(text);
                    } else if let Some(number) = numbers::said(text, behind, self.language) {
                        said.push_str(&number);
                    } else {
                        said.push_str(&inner(text));
                    }
                }
            }
        }
        said
    }
}

/// Whether a hole's text is a figure, a name or a word or two.
fn short(text: &str) -> bool {
    text.split(' ').count() <= 2 && !text.contains(". ")
}
