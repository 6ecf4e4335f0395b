//! The texts that go with what the programs contain: each text once, with everything that is under it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use super::{Foreign, Kind};
use crate::house::root;

/// Folders that a package's own licence, or that of what it has copied into itself, does not lie deeper than.
const DEPTH: usize = 2;
/// A licence is shorter; what is longer is something else of that name.
const LARGEST: u64 = 200_000;

/// One document: which packages there are and under which licence, then every text with the packages that bring it.
///
/// # Errors
/// When a package is not fetched, or neither it nor this workspace has a text of its licence.
pub fn all(packages: &[Foreign]) -> Result<String> {
    let mut by_text: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut said_by: BTreeMap<String, String> = BTreeMap::new();
    let mut list = String::new();
    for package in packages {
        let named = format!("{} {}", package.name, package.version);
        let licence = package.licence.as_deref().unwrap_or("not named");
        let kind = match package.kind {
            Kind::Rust => "library",
            Kind::Page => "page",
        };
        list.push_str(&format!("{named} ({kind}): {licence}\n"));
        for text in of(package).with_context(|| named.clone())? {
            // Line ends and indents differ between copies of one text.
            let same = text.split_whitespace().collect::<Vec<_>>().join(" ");
            said_by.entry(same.clone()).or_insert(text);
            let under = by_text.entry(same).or_default();
            if !under.contains(&named) {
                under.push(named.clone());
            }
        }
    }
    let mut document = format!(
        "Tendon is licensed under the Apache License, Version 2.0:\n\n{}\n\
         Its programs contain the following packages of others. Their texts come after this list.\n\n{list}",
        fs::read_to_string(root().join("LICENSE"))?
    );
    let mut texts: Vec<(Vec<String>, String)> = by_text
        .into_iter()
        .filter_map(|(same, under)| Some((under, said_by.remove(&same)?)))
        .collect();
    texts.sort();
    for (under, text) in texts {
        document.push_str(&format!("\n{}\n{}\n\n", "-".repeat(100), under.join(", ")));
        document.push_str(text.trim_matches(['\n', '\r']));
        document.push('\n');
    }
    Ok(document)
}

/// The texts of one package: its own files, or the usual text of its licence where it has none.
fn of(package: &Foreign) -> Result<Vec<String>> {
    let Some(folder) = &package.folder else {
        bail!("it is not fetched: run make build");
    };
    let mut files = Vec::new();
    find(folder, DEPTH, &mut files)?;
    if files.is_empty() {
        return usual(package).map(|text| vec![text]);
    }
    let read = |path: &PathBuf| {
        let bytes = fs::read(path).with_context(|| format!("{}", path.display()))?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    };
    files.iter().map(read).collect()
}

/// Files with a licence's name, not deeper than `depth`.
fn find(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) -> Result<()> {
    let entries = fs::read_dir(folder).with_context(|| format!("{}", folder.display()))?;
    let mut entries: Vec<fs::DirEntry> = entries.collect::<Result<_, _>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name().to_string_lossy().to_lowercase();
        let what = entry.metadata()?;
        if what.is_dir() {
            let hidden = name.starts_with('.') || name == "node_modules" || name == "target";
            if depth > 0 && !hidden {
                find(&entry.path(), depth - 1, files)?;
            }
        } else if is_licence(&name) && what.len() < LARGEST {
            files.push(entry.path());
        }
    }
    Ok(())
}

fn is_licence(name: &str) -> bool {
    const NAMES: [&str; 6] = [
        "license",
        "licence",
        "copying",
        "notice",
        "unlicense",
        "copyright",
    ];
    // Code of that name, such as the Rust of a crate that reads licences, is none.
    const CODE: [&str; 8] = [
        ".rs", ".js", ".ts", ".mjs", ".cjs", ".json", ".svelte", ".py",
    ];
    NAMES.iter().any(|known| name.starts_with(known)) && !CODE.iter().any(|end| name.ends_with(end))
}

/// The text of a licence whose package brings none, with its authors in front.
fn usual(package: &Foreign) -> Result<String> {
    let licence = package.licence.as_deref().unwrap_or_default();
    let path = if licence.contains("Apache-2.0") {
        root().join("LICENSE")
    } else {
        let first = licence.split([' ', '/', '(']).find(|word| !word.is_empty());
        root()
            .join("packaging/licences")
            .join(first.unwrap_or("none"))
            .with_added_extension("txt")
    };
    let text = fs::read_to_string(&path).with_context(|| {
        format!(
            "it brings no text of its licence {licence}, and {} is not there either",
            path.display()
        )
    })?;
    let who = match package.authors.as_slice() {
        [] => format!("the authors of {}", package.name),
        authors => authors.join(", "),
    };
    Ok(format!("Copyright (c) {who}\n\n{text}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, licence: &str, folder: &Path) -> Foreign {
        Foreign {
            kind: Kind::Rust,
            name: name.into(),
            version: "1.2.3".into(),
            licence: Some(licence.into()),
            authors: vec!["Ada".into()],
            folder: Some(folder.to_owned()),
        }
    }

    #[test]
    fn a_text_that_several_bring_stands_there_once_under_all_their_names() {
        let folder = tempfile::tempdir().unwrap();
        let place = |name: &str, text: &str| {
            let place = folder.path().join(name);
            fs::create_dir_all(place.join("upstream")).unwrap();
            fs::write(place.join("upstream/LICENSE"), text).unwrap();
            fs::write(place.join("license.rs"), "fn zebra").unwrap();
            place
        };
        let one = place("one", "Do as you  like.\r\n");
        let two = place("two", "Do as you like.\n");
        let text = all(&[package("one", "ISC", &one), package("two", "ISC", &two)]).unwrap();
        assert_eq!(text.matches("Do as you").count(), 1, "{text}");
        assert!(text.contains("\none 1.2.3, two 1.2.3\n"), "{text}");
        assert!(!text.contains("zebra"));
    }

    #[test]
    fn a_package_without_a_text_gets_the_usual_one_or_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let text = all(&[package("bare", "MIT", folder.path())]).unwrap();
        assert!(text.contains("Copyright (c) Ada\n\nMIT License"), "{text}");
        let error = all(&[package("odd", "Fancy-1.0", folder.path())]).unwrap_err();
        let words = format!("{error:#}");
        assert!(
            words.contains("odd 1.2.3") && words.contains("Fancy-1.0"),
            "{words}"
        );
        let mut gone = package("gone", "MIT", folder.path());
        gone.folder = None;
        assert!(format!("{:#}", all(&[gone]).unwrap_err()).contains("not fetched"));
    }
}
