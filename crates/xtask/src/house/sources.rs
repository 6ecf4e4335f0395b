//! Reads Rust source for the names it uses, leaving out what exists only in tests.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};

/// A name that a source uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Use {
    /// A path, spelt out: of a `use`, a type, a call or a macro.
    Path(Vec<String>),
    /// A method that is called.
    Method(String),
}

/// All names that `text` uses outside its tests, in the order of the text.
///
/// # Errors
/// When the text is not Rust.
pub fn uses_of(text: &str) -> Result<Vec<Use>> {
    let file = syn::parse_file(text)?;
    let mut reader = Reader { found: Vec::new() };
    reader.visit_file(&file);
    Ok(reader.found)
}

/// All Rust sources in a folder and below it, in the order of their paths, but for files that are modules
/// only in tests.
///
/// # Errors
/// When one cannot be read.
pub fn sources(folder: &Path) -> Result<Vec<(PathBuf, String)>> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        let entries = std::fs::read_dir(&folder)
            .with_context(|| format!("cannot list {}", folder.display()))?;
        for entry in entries {
            let path = entry?.path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let text = std::fs::read_to_string(&path)?;
                found.push((path, text));
            }
        }
    }
    let mut tests = Vec::new();
    for (path, text) in &found {
        tests.extend(test_modules(path, text)?);
    }
    // `tests` stands for `tests.rs` and for everything in a folder `tests`.
    found.retain(|(path, _)| {
        !tests
            .iter()
            .any(|module| path.with_extension("").starts_with(module))
    });
    found.sort();
    Ok(found)
}

/// Where the modules lie, without `.rs`, that this source declares for tests only.
fn test_modules(path: &Path, text: &str) -> Result<Vec<PathBuf>> {
    let folder = match path.file_stem().and_then(|stem| stem.to_str()) {
        Some("lib" | "main" | "mod") => path.parent().unwrap_or(path).to_owned(),
        _ => path.with_extension(""),
    };
    let file = syn::parse_file(text).with_context(|| format!("in {}", path.display()))?;
    Ok(file
        .items
        .iter()
        .filter_map(|item| match item {
            syn::Item::Mod(module) if module.content.is_none() && only_in_tests(&module.attrs) => {
                Some(folder.join(module.ident.to_string()))
            }
            _ => None,
        })
        .collect())
}

/// Whether an item exists only in tests.
pub fn only_in_tests(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("test")
            || attribute.path().is_ident("cfg")
                && attribute
                    .parse_args::<syn::Meta>()
                    .is_ok_and(|condition| needs_test(&condition))
    })
}

/// Whether a condition such as `all(test, unix)` holds in tests only.
fn needs_test(condition: &syn::Meta) -> bool {
    match condition {
        syn::Meta::Path(path) => path.is_ident("test"),
        syn::Meta::List(list) if list.path.is_ident("all") => list
            .parse_args_with(Punctuated::<syn::Meta, syn::Token![,]>::parse_terminated)
            .is_ok_and(|all| all.iter().any(needs_test)),
        _ => false,
    }
}

struct Reader {
    found: Vec<Use>,
}

impl Reader {
    fn tree(&mut self, start: &[String], tree: &syn::UseTree) {
        let with = |last: &str| {
            let mut whole = start.to_vec();
            whole.push(last.to_owned());
            whole
        };
        match tree {
            syn::UseTree::Path(path) => self.tree(&with(&path.ident.to_string()), &path.tree),
            syn::UseTree::Name(name) => self.found.push(Use::Path(with(&name.ident.to_string()))),
            syn::UseTree::Rename(name) => {
                let mut whole = with(&name.ident.to_string());
                if start.is_empty() {
                    // A whole crate under another name: nothing behind it can be followed.
                    whole.push("*".to_owned());
                }
                self.found.push(Use::Path(whole));
            }
            syn::UseTree::Glob(_) => self.found.push(Use::Path(with("*"))),
            syn::UseTree::Group(group) => {
                for item in &group.items {
                    self.tree(start, item);
                }
            }
        }
    }
}

impl<'ast> Visit<'ast> for Reader {
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if !only_in_tests(&item.attrs) {
            visit::visit_item_mod(self, item);
        }
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        if !only_in_tests(&item.attrs) {
            visit::visit_item_fn(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        if !only_in_tests(&item.attrs) {
            self.tree(&[], &item.tree);
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.found.push(Use::Path(
            path.segments
                .iter()
                .map(|segment| segment.ident.to_string())
                .collect(),
        ));
        visit::visit_path(self, path);
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        self.found.push(Use::Method(call.method.to_string()));
        visit::visit_expr_method_call(self, call);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_are_modules_only_in_tests_are_left_out() {
        let folder = tempfile::tempdir().unwrap();
        let place = |name: &str| folder.path().join(name);
        std::fs::create_dir_all(place("bus/tests")).unwrap();
        for (name, text) in [
            (
                "lib.rs",
                "mod bus; #[cfg(all(test, unix))] mod checks; #[cfg(any(test, unix))] mod tests_of_others;",
            ),
            ("checks.rs", ""),
            ("tests_of_others.rs", ""),
            ("bus.rs", "#[cfg(test)] mod tests; mod group;"),
            ("bus/group.rs", ""),
            ("bus/tests.rs", "mod more;"),
            ("bus/tests/more.rs", ""),
        ] {
            std::fs::write(place(name), text).unwrap();
        }
        let found: Vec<PathBuf> = sources(folder.path())
            .unwrap()
            .into_iter()
            .map(|(path, _)| path)
            .collect();
        assert_eq!(
            found,
            ["bus/group.rs", "bus.rs", "lib.rs", "tests_of_others.rs"].map(place)
        );
    }

    #[test]
    fn names_are_found_where_they_stand_and_not_in_tests() {
        let found = uses_of(
            "use a::{b, c::d as e}; #[cfg(test)] mod tests { use hidden::x; } #[test] fn t() { hidden::y(); }
             fn f(v: g::H) { v.method(); mac!(); }",
        )
        .unwrap();
        let path = |text: &str| Use::Path(text.split("::").map(str::to_owned).collect());
        for expected in [
            path("a::b"),
            path("a::c::d"),
            path("g::H"),
            path("mac"),
            Use::Method("method".into()),
        ] {
            assert!(found.contains(&expected), "{expected:?} in {found:?}");
        }
        assert!(!format!("{found:?}").contains("hidden"));
    }
}
