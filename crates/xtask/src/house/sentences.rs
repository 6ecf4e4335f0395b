//! Every English template that can reach a person in the window has a translation in every language, and every translation
//! a template.
//!
//! Templates are read from the sources: string literals of more than one word, format strings with their holes numbered in
//! order, line by line, because texts are put together from lines. Left out are tests, attributes but `#[error("…")]`, the
//! log, panics, and what [`ELSEWHERE`] and [`UNSAID`] name with a reason. `cargo run -p xtask -- sentences --update` adds
//! what is missing with an empty translation, which the test then reports, and drops what is gone.

mod reading;
mod rules;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use anyhow::{Context, Result, anyhow};
use phrases::words::{self, JOINED, KNOWN, Tables};
use phrases::{Language, holes_of};

use super::sources::sources;
use rules::{ELSEWHERE, REJECTED, ROOMS, SAME, UNSAID};

/// Where the file of a language is.
pub fn path(language: Language) -> PathBuf {
    super::root().join(format!("crates/phrases/words/{}.toml", language.tag()))
}

/// Every template by the crate that says it; one that several say stands at the first of them.
///
/// # Errors
/// When a source cannot be read.
pub fn templates() -> Result<BTreeMap<String, BTreeSet<String>>> {
    let root = super::root();
    let mut known = BTreeSet::new();
    let mut found = BTreeMap::new();
    for (room, folder) in ROOMS {
        let mut here = BTreeSet::new();
        for (path, text) in sources(&root.join(folder))? {
            let place = path.strip_prefix(&root).unwrap_or(&path);
            if ELSEWHERE.iter().any(|(module, _)| stands_in(place, module)) {
                continue;
            }
            let said =
                reading::templates_in(&text).with_context(|| format!("in {}", path.display()))?;
            here.extend(said.into_iter().filter(|template| {
                UNSAID.iter().all(|(unsaid, _)| unsaid != template)
                    && known.insert(template.clone())
            }));
        }
        found.insert((*room).to_owned(), here);
    }
    Ok(found)
}

/// Whether a source is that of a module or of one below it.
fn stands_in(source: &std::path::Path, module: &str) -> bool {
    source.with_extension("").starts_with(module)
}

/// What is wrong with the files of all languages; none is good.
///
/// # Errors
/// When sources or files cannot be read.
pub fn changes() -> Result<Vec<String>> {
    let templates = templates()?;
    let mut findings = Vec::new();
    let mut own: Vec<(Language, BTreeSet<String>)> = Vec::new();
    for language in Language::TRANSLATED {
        let tables = read(language)?;
        findings.extend(compare(&templates, &tables, language.tag()));
        let keys = |table| tables.get(table).into_iter().flat_map(BTreeMap::keys);
        own.push((language, keys(JOINED).chain(keys(KNOWN)).cloned().collect()));
    }
    // What no source holds in one piece cannot be compared with the sources, but with the other languages.
    for (one, theirs) in &own {
        for (other, ours) in &own {
            findings.extend(theirs.difference(ours).map(|template| {
                format!("{}: “{template}” of {} is missing", other.tag(), one.tag())
            }));
        }
    }
    findings.extend(stale(&templates));
    Ok(findings)
}

/// Takes new templates in, without a translation, and drops those that are gone.
///
/// # Errors
/// When sources or files cannot be read, or a file cannot be written.
pub fn update() -> Result<()> {
    let templates = templates()?;
    for language in Language::TRANSLATED {
        let mut old = read(language)?;
        let mut new = Tables::new();
        for table in [JOINED, KNOWN] {
            new.insert(table.to_owned(), old.remove(table).unwrap_or_default());
        }
        // A template that moved to another crate keeps its translation.
        let said: BTreeMap<String, String> = old.into_values().flatten().collect();
        for (room, here) in &templates {
            let of = |template: &String| {
                let said = said.get(template).cloned().unwrap_or_default();
                (template.clone(), said)
            };
            new.insert(room.clone(), here.iter().map(of).collect());
        }
        new.retain(|_, entries| !entries.is_empty());
        let path = path(language);
        std::fs::write(&path, words::write(&new)).with_context(|| format!("{}", path.display()))?;
    }
    Ok(())
}

fn read(language: Language) -> Result<Tables> {
    let path = path(language);
    let text = std::fs::read_to_string(&path).with_context(|| format!("{}", path.display()))?;
    words::read(&text).map_err(|error| anyhow!("{}: {error}", path.display()))
}

/// What is wrong with a language's file.
fn compare(
    templates: &BTreeMap<String, BTreeSet<String>>,
    tables: &Tables,
    language: &str,
) -> Vec<String> {
    let mut findings = Vec::new();
    let nothing = BTreeMap::new();
    for (room, here) in templates {
        let said = tables.get(room).unwrap_or(&nothing);
        findings.extend(here.iter().filter(|template| !said.contains_key(*template)).map(
            |template| format!("{language}, {room}: “{template}” is missing: run `cargo run -p xtask -- sentences --update` and translate it"),
        ));
    }
    for (table, entries) in tables {
        let own = table == JOINED || table == KNOWN;
        for (english, said) in entries {
            let place = format!("{language}, {table}: “{english}”");
            if !own
                && !templates
                    .get(table)
                    .is_some_and(|here| here.contains(english))
            {
                findings.push(format!(
                    "{place} is said by nobody: run `cargo run -p xtask -- sentences --update`"
                ));
            }
            if said.is_empty() {
                findings.push(format!("{place} is not translated"));
                continue;
            }
            match (holes_of(english), holes_of(said)) {
                (Ok(wanted), Ok(found)) if wanted == found => {}
                (Ok(wanted), Ok(found)) => findings.push(format!(
                    "{place} has the holes {wanted:?}, its translation {found:?}"
                )),
                (Err(error), _) | (_, Err(error)) => findings.push(format!("{place}: {error}")),
            }
            if said == english && SAME.iter().all(|(same, _)| same != english) {
                findings.push(format!("{place} is translated as itself: translate it, or name it in SAME with a reason"));
            }
            if said.contains('!') || said.contains('！') {
                findings.push(format!("{place} is translated with an exclamation mark"));
            }
            for (tongue, word, instead) in REJECTED {
                if *tongue == language && said.contains(*word) {
                    findings.push(format!("{place} says “{word}”: use {instead}"));
                }
            }
        }
    }
    findings
}

/// Exceptions that nothing needs any more.
fn stale(templates: &BTreeMap<String, BTreeSet<String>>) -> Vec<String> {
    let root = super::root();
    let mut findings = Vec::new();
    for (module, _) in ELSEWHERE {
        if !root.join(format!("{module}.rs")).exists() && !root.join(module).is_dir() {
            findings.push(format!("ELSEWHERE names {module}, which is not there"));
        }
    }
    for (same, _) in SAME {
        if !templates.values().any(|here| here.contains(*same)) {
            findings.push(format!("SAME names “{same}”, which nobody says"));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sentence_is_translated_and_every_translation_is_of_a_sentence() {
        let changes = changes().unwrap();
        assert!(changes.is_empty(), "{}", changes.join("\n"));
    }

    fn found(said: &[(&str, &str)]) -> Vec<String> {
        let here = ["the motor {1} is at {2}", "it is back."].map(str::to_owned);
        let templates = BTreeMap::from([("arms".to_owned(), BTreeSet::from(here))]);
        let entries = said.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned()));
        let tables = Tables::from([("arms".to_owned(), entries.collect())]);
        compare(&templates, &tables, "de")
    }

    #[test]
    fn whatever_is_wrong_with_a_translation_is_said() {
        let whole = ("the motor {1} is at {2}", "bei {2} steht Motor {1}");
        let back = ("it is back.", "sie ist wieder da.");
        assert_eq!(found(&[whole, back]), Vec::<String>::new());
        for (said, wanted) in [
            (&[whole][..], "is missing"),
            (&[whole, ("it is back.", "")], "is not translated"),
            (&[back, (whole.0, "Motor {1}")], "has the holes [1, 2]"),
            (&[back, (whole.0, "Motor {1} {2")], "belongs to no hole"),
            (&[whole, ("it is back.", "it is back.")], "as itself"),
            (&[whole, ("it is back.", "sie ist da!")], "exclamation"),
            (
                &[whole, ("it is back.", "ist gespeichert")],
                "use gesichert",
            ),
            (&[whole, back, ("it went", "weg")], "said by nobody"),
        ] {
            let findings = found(said);
            assert!(
                findings.len() == 1 && findings[0].contains(wanted),
                "{wanted}: {findings:?}"
            );
        }
    }
}
