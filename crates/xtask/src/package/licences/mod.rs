//! Which foreign packages the programs contain, under which licence each of them is, and the text that must go with it.
//!
//! Rust's come from `cargo metadata`, the page's from `ui/package-lock.json`. What is allowed stands in `deny.toml`, which
//! `make lint` enforces for Rust; this also looks at the page's, and runs with the tests.

pub mod expression;
mod foreign;
mod texts;

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result};
use serde::Deserialize;

use crate::house::root;
pub use foreign::{Foreign, Kind, page, rust};
pub use texts::all as texts;

/// What `deny.toml` says about licences.
#[derive(Debug, Default)]
pub struct Allowed {
    everywhere: BTreeSet<String>,
    /// By package.
    exceptions: BTreeMap<String, BTreeSet<String>>,
}

#[derive(Deserialize)]
struct Deny {
    licenses: Licenses,
}

#[derive(Deserialize)]
struct Licenses {
    allow: BTreeSet<String>,
    #[serde(default)]
    exceptions: Vec<Exception>,
}

#[derive(Deserialize)]
struct Exception {
    #[serde(rename = "crate")]
    package: String,
    allow: BTreeSet<String>,
}

impl Allowed {
    /// Reads `deny.toml`.
    ///
    /// # Errors
    /// When it has no list of licences.
    pub fn read() -> Result<Self> {
        let path = root().join("deny.toml");
        let deny: Deny = toml::from_str(&std::fs::read_to_string(&path)?)
            .with_context(|| format!("{}", path.display()))?;
        let exceptions = deny.licenses.exceptions.into_iter();
        Ok(Self {
            everywhere: deny.licenses.allow,
            exceptions: exceptions
                .map(|exception| (exception.package, exception.allow))
                .collect(),
        })
    }

    /// What is wrong with these packages, in sentences.
    pub fn check(&self, packages: &[Foreign]) -> Vec<String> {
        let mut findings = Vec::new();
        for package in packages {
            let Foreign { name, version, .. } = package;
            let Some(licence) = &package.licence else {
                findings.push(format!("{name} {version} names no licence"));
                continue;
            };
            let here = self.exceptions.get(name);
            let allows = |id: &str| {
                self.everywhere.contains(id) || here.is_some_and(|here| here.contains(id))
            };
            match expression::allowed(licence, allows) {
                Ok(true) => {}
                Ok(false) => findings.push(format!(
                    "{name} {version} is under {licence}, which is not on the list of deny.toml"
                )),
                Err(error) => findings.push(format!("{name} {version}: {error}")),
            }
        }
        findings
    }
}

/// Everything foreign in the programs: libraries, then what the page contains.
///
/// # Errors
/// When cargo or the page's list of packages cannot be read.
pub fn all() -> Result<Vec<Foreign>> {
    let mut all = rust()?;
    all.extend(page()?);
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_in_the_programs_is_under_a_licence_on_the_list() {
        let packages = all().unwrap();
        for name in ["tauri", "openh264", "svelte", "three"] {
            assert!(
                packages.iter().any(|package| package.name == name),
                "{name}"
            );
        }
        assert_eq!(
            Allowed::read().unwrap().check(&packages),
            Vec::<String>::new()
        );
    }

    #[test]
    fn what_only_tests_and_builds_use_is_not_in_the_programs() {
        let packages = all().unwrap();
        for name in [
            "proptest",
            "vite",
            "axe-core",
            "ts-rs-macros",
            "tauri-build",
        ] {
            assert!(
                !packages.iter().any(|package| package.name == name),
                "{name}"
            );
        }
    }

    #[test]
    fn a_licence_that_nobody_allowed_is_named_with_its_package() {
        let allowed = Allowed {
            everywhere: BTreeSet::from(["MIT".to_owned()]),
            exceptions: BTreeMap::from([("odd".to_owned(), BTreeSet::from(["NCSA".to_owned()]))]),
        };
        let package = |name: &str, licence: Option<&str>| Foreign {
            kind: Kind::Rust,
            name: name.into(),
            version: "1.0.0".into(),
            licence: licence.map(str::to_owned),
            authors: Vec::new(),
            folder: None,
        };
        let packages = [
            package("fine", Some("MIT OR GPL-3.0-only")),
            package("odd", Some("NCSA")),
            package("closed", Some("GPL-3.0-only")),
            package("silent", None),
            package("garbled", Some("MIT OR (")),
        ];
        let findings = allowed.check(&packages);
        assert_eq!(findings.len(), 3, "{findings:?}");
        for (finding, name) in findings.iter().zip(["closed", "silent", "garbled"]) {
            assert!(finding.starts_with(&format!("{name} 1.0.0")), "{finding}");
        }
    }
}
