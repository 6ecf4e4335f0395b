//! The files of sentences: one table per crate, one entry per English template, sorted.
//!
//! Two tables have no crate: `joined` holds sentences that are put together from several templates, `known` single words
//! that stand in holes. An entry without text is one that nobody has translated yet; it stays English.

use std::collections::BTreeMap;

use crate::Language;

/// Tables by name, entries by English template.
pub type Tables = BTreeMap<String, BTreeMap<String, String>>;

/// Sentences put together from several templates, which no source holds in one piece.
pub const JOINED: &str = "joined";
/// Single words that stand in holes.
pub const KNOWN: &str = "known";

/// The text of a language's file, compiled in; empty for English.
pub fn file(language: Language) -> &'static str {
    match language {
        Language::English => "",
        Language::German => include_str!("../words/de.toml"),
        Language::Chinese => include_str!("../words/zh.toml"),
    }
}

/// Reads a file of sentences.
///
/// # Errors
/// When it is no TOML of that shape, with line and column.
pub fn read(text: &str) -> Result<Tables, String> {
    toml::from_str(text).map_err(|error| error.to_string())
}

/// Writes a file of sentences, in the order that [`read`] forgets: tables and entries sorted.
pub fn write(tables: &Tables) -> String {
    let mut text = String::from(
        "# One entry per English template; `cargo run -p xtask -- sentences --update` adds and drops entries.\n",
    );
    for (table, entries) in tables {
        text.push_str(&format!("\n[{table}]\n"));
        for (english, translation) in entries {
            text.push_str(&format!("{} = {}\n", quoted(english), quoted(translation)));
        }
    }
    text
}

fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => quoted.extend(['\\', letter]),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            letter if letter.is_control() => {
                quoted.push_str(&format!("\\u{:04X}", u32::from(letter)));
            }
            letter => quoted.push(letter),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_as_it_was_written() {
        let entries = [("“{1}”: \"a\\b\" \u{7}", "„{1}“\tb"), ("plain", "")];
        let entries = entries.map(|(a, b)| (a.to_owned(), b.to_owned()));
        let tables = Tables::from([("arms".to_owned(), entries.into_iter().collect())]);
        assert_eq!(read(&write(&tables)).unwrap(), tables);
    }

    #[test]
    fn every_language_has_a_file_that_can_be_read_and_is_in_order() {
        for language in Language::TRANSLATED {
            let text = file(language);
            let tables = read(text).unwrap();
            assert_eq!(
                write(&tables),
                text,
                "{}: run sentences --update",
                language.tag()
            );
        }
    }
}
