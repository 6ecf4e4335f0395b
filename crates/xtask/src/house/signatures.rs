//! The public verbs of the product, held by a snapshot: their signatures, and of every type of `station` that
//! they name the public fields, variants, methods and what it says of itself as a verb.
//!
//! A change here is a change for window, command line and everyone who scripts them, so it is made on purpose:
//! `cargo run -p xtask -- signatures --update` takes the present ones, and the snapshot is committed with them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use anyhow::{Context, Result};
use syn::visit::Visit;

use super::sources::{only_in_tests, sources};

/// The verbs whose signatures are held.
const VERBS: &[&str] = &[
    "calibrate",
    "teleoperate",
    "record",
    "find_port",
    "release_motors",
    "replay",
    "export",
    "reencode",
    "verify",
    "scan",
    "setup_motors",
    "identify",
    "doctor",
    "wiggle",
];

/// Where the committed signatures are.
pub fn path() -> PathBuf {
    super::root().join("crates/xtask/snapshots/verbs.txt")
}

/// The present signatures as text.
///
/// # Errors
/// When a source of `station` cannot be read.
pub fn present() -> Result<String> {
    let texts: Vec<String> = sources(&super::root().join("crates/station/src"))?
        .into_iter()
        .map(|(_, text)| text)
        .collect();
    signatures_in(&texts)
}

/// Takes the present signatures as the ones to hold.
///
/// # Errors
/// When the snapshot cannot be written.
pub fn update() -> Result<()> {
    let path = path();
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(&path, present()?).with_context(|| format!("cannot write {}", path.display()))
}

/// Lines that came (+) and went (-). None is good.
///
/// # Errors
/// When sources or snapshot cannot be read.
pub fn changes() -> Result<Vec<String>> {
    let held = std::fs::read_to_string(path()).context("there is no snapshot of the verbs")?;
    Ok(differences(&held, &present()?))
}

/// Lines of `before` and `after` that have no equal in order on the other side.
fn differences(before: &str, after: &str) -> Vec<String> {
    let (before, after): (Vec<&str>, Vec<&str>) =
        (before.lines().collect(), after.lines().collect());
    // The longest common run of lines, by the textbook table: both sides are a few hundred lines.
    let mut table = vec![vec![0usize; after.len() + 1]; before.len() + 1];
    for i in (0..before.len()).rev() {
        for j in (0..after.len()).rev() {
            table[i][j] = if before[i] == after[j] {
                table[i + 1][j + 1] + 1
            } else {
                table[i + 1][j].max(table[i][j + 1])
            };
        }
    }
    let (mut i, mut j, mut changes) = (0, 0, Vec::new());
    while i < before.len() || j < after.len() {
        if i < before.len() && j < after.len() && before[i] == after[j] {
            (i, j) = (i + 1, j + 1);
        } else if j == after.len() || i < before.len() && table[i + 1][j] >= table[i][j + 1] {
            changes.push(format!("- {}", before[i]));
            i += 1;
        } else {
            changes.push(format!("+ {}", after[j]));
            j += 1;
        }
    }
    changes
}

/// The signatures of the verbs and their types in these sources, printed as Rust without bodies and comments.
///
/// # Errors
/// When a text is not Rust.
pub fn signatures_in(texts: &[String]) -> Result<String> {
    let mut house = House::default();
    for text in texts {
        house.take(syn::parse_file(text)?.items);
    }
    let mut printed = String::new();
    let mut open: Vec<String> = Vec::new();
    for verb in VERBS {
        match house.functions.get(*verb) {
            Some(function) => {
                open.extend(names_in(|names| names.visit_signature(&function.sig)));
                printed.push_str(&print(vec![syn::Item::Fn(function.clone())]));
            }
            None => printed.push_str(&format!("// {verb} is not there\n")),
        }
    }
    let mut types = BTreeSet::new();
    while let Some(name) = open.pop() {
        if let Some(items) = house.types.get(&name)
            && types.insert(name)
        {
            for item in items {
                open.extend(names_in(|names| names.visit_item(item)));
            }
        }
    }
    for name in types {
        printed.push('\n');
        printed.push_str(&print(house.types[&name].clone()));
    }
    Ok(printed)
}

/// All that is public, by name, stripped of bodies, comments and private parts.
#[derive(Default)]
struct House {
    functions: BTreeMap<String, syn::ItemFn>,
    types: BTreeMap<String, Vec<syn::Item>>,
}

impl House {
    fn take(&mut self, items: Vec<syn::Item>) {
        for item in items {
            match item {
                syn::Item::Mod(item) if !only_in_tests(&item.attrs) => {
                    self.take(item.content.map(|(_, items)| items).unwrap_or_default());
                }
                syn::Item::Fn(mut item) if public(&item.vis) => {
                    item.attrs.clear();
                    item.block.stmts.clear();
                    self.functions.insert(item.sig.ident.to_string(), item);
                }
                syn::Item::Struct(mut item) if public(&item.vis) => {
                    item.attrs.clear();
                    strip_fields(&mut item.fields);
                    self.add(&item.ident.to_string(), syn::Item::Struct(item));
                }
                syn::Item::Enum(mut item) if public(&item.vis) => {
                    item.attrs.clear();
                    for variant in &mut item.variants {
                        variant.attrs.clear();
                        for field in &mut variant.fields {
                            field.attrs.clear();
                        }
                    }
                    self.add(&item.ident.to_string(), syn::Item::Enum(item));
                }
                syn::Item::Type(mut item) if public(&item.vis) => {
                    item.attrs.clear();
                    self.add(&item.ident.to_string(), syn::Item::Type(item));
                }
                syn::Item::Impl(item) => self.take_impl(item),
                _ => {}
            }
        }
    }

    /// Public methods of a type, and its associated types where it plays a role of our own.
    fn take_impl(&mut self, mut item: syn::ItemImpl) {
        let syn::Type::Path(of) = &*item.self_ty else {
            return;
        };
        let Some(name) = of
            .path
            .segments
            .last()
            .map(|segment| segment.ident.to_string())
        else {
            return;
        };
        let role = item.trait_.is_some();
        item.attrs.clear();
        item.items = item
            .items
            .into_iter()
            .filter_map(|part| match part {
                syn::ImplItem::Fn(mut method) if !role && public(&method.vis) => {
                    method.attrs.clear();
                    method.block.stmts.clear();
                    Some(syn::ImplItem::Fn(method))
                }
                syn::ImplItem::Type(mut associated) if role => {
                    associated.attrs.clear();
                    Some(syn::ImplItem::Type(associated))
                }
                _ => None,
            })
            .collect();
        if !item.items.is_empty() {
            self.add(&name, syn::Item::Impl(item));
        }
    }

    fn add(&mut self, name: &str, item: syn::Item) {
        self.types.entry(name.to_owned()).or_default().push(item);
    }
}

fn strip_fields(fields: &mut syn::Fields) {
    if let syn::Fields::Named(named) = fields {
        named.named = std::mem::take(&mut named.named)
            .into_iter()
            .filter(|field| public(&field.vis))
            .map(|mut field| {
                field.attrs.clear();
                field
            })
            .collect();
    } else {
        for field in fields {
            field.attrs.clear();
        }
    }
}

fn public(visibility: &syn::Visibility) -> bool {
    matches!(visibility, syn::Visibility::Public(_))
}

fn print(items: Vec<syn::Item>) -> String {
    prettyplease::unparse(&syn::File {
        shebang: None,
        frontmatter: None,
        attrs: Vec::new(),
        items,
    })
}

#[derive(Default)]
struct Names(Vec<String>);

impl<'ast> Visit<'ast> for Names {
    fn visit_path_segment(&mut self, segment: &'ast syn::PathSegment) {
        self.0.push(segment.ident.to_string());
        syn::visit::visit_path_segment(self, segment);
    }
}

fn names_in(look: impl FnOnce(&mut Names)) -> Vec<String> {
    let mut names = Names::default();
    look(&mut names);
    names.0
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATION: &str = "
        /// Homes an arm.
        pub fn calibrate(config: CalibrateConfig) -> Handle<Calibrate> { inner() }
        pub fn other() -> Unrelated { Unrelated }
        /// What it must know.
        pub struct CalibrateConfig { /// The port.
            pub port: String, secret: u8 }
        pub struct Unrelated { pub x: u8 }
        pub struct Handle<T>(T);
        impl<T> Handle<T> { pub fn start(&mut self) -> bool { true } fn hidden(&self) {} }
        pub struct Calibrate;
        impl Verb for Calibrate { type Event = CalibrateEvent; fn run() {} }
        pub enum CalibrateEvent { Homed { joint: u8 }, Done }
        #[cfg(test)] mod tests { pub fn record() {} }
    ";

    fn of(text: &str) -> String {
        signatures_in(&[text.to_owned()]).unwrap()
    }

    #[test]
    fn the_verbs_are_as_committed() {
        let changes = changes().unwrap();
        assert!(
            changes.is_empty(),
            "the public verbs changed. If that is wanted: cargo run -p xtask -- signatures --update\n{}",
            changes.join("\n")
        );
    }

    #[test]
    fn a_verb_brings_every_type_it_names_and_nothing_private() {
        let text = of(STATION);
        for part in [
            "pub fn calibrate(config: CalibrateConfig) -> Handle<Calibrate> {}",
            "pub port: String",
            "pub fn start(&mut self) -> bool {}",
            "type Event = CalibrateEvent;",
            "Homed { joint: u8 }",
            "// record is not there",
        ] {
            assert!(text.contains(part), "{part} in\n{text}");
        }
        for part in ["secret", "hidden", "Unrelated", "Homes an arm", "inner"] {
            assert!(!text.contains(part), "{part} in\n{text}");
        }
    }

    #[test]
    fn a_changed_field_is_a_change_and_a_changed_comment_is_none() {
        let before = of(STATION);
        assert_eq!(
            differences(
                &before,
                &of(&STATION.replace("pub port: String", "pub port: PathBuf"))
            ),
            ["-     pub port: String,", "+     pub port: PathBuf,"]
        );
        assert_eq!(
            differences(
                &before,
                &of(&STATION.replace("/// The port.", "/// Its port."))
            ),
            Vec::<String>::new()
        );
    }
}
