//! The foreign packages of the programs, from the lists that the builds themselves follow.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use cargo_metadata::{DependencyKind, MetadataCommand, PackageId, TargetKind};
use serde::Deserialize;

use crate::house::{graph, root};

/// Where a package comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A library linked into the programs.
    Rust,
    /// A part of the window's page.
    Page,
}

/// A package of somebody else.
#[derive(Debug, Clone)]
pub struct Foreign {
    /// Where it comes from.
    pub kind: Kind,
    /// Its name there.
    pub name: String,
    /// The version that is used.
    pub version: String,
    /// Its licence, as it writes it.
    pub licence: Option<String>,
    /// Who wrote it, where it says so.
    pub authors: Vec<String>,
    /// Where its files are; `None` while they are not fetched.
    pub folder: Option<PathBuf>,
}

/// What is built into the programs from Rust, on the machine that runs this.
///
/// # Errors
/// When cargo cannot resolve the workspace.
pub fn rust() -> Result<Vec<Foreign>> {
    let metadata = MetadataCommand::new()
        .manifest_path(root().join("Cargo.toml"))
        .other_options(vec![
            "--locked".into(),
            "--filter-platform".into(),
            graph::host_triple()?,
        ])
        .exec()
        .context("cargo metadata did not answer")?;
    let resolve = metadata
        .resolve
        .as_ref()
        .context("cargo metadata gave no resolved graph")?;
    let links: BTreeMap<&PackageId, Vec<&PackageId>> = resolve
        .nodes
        .iter()
        .map(|node| {
            let linked = node.deps.iter().filter(|dependency| {
                let mut kinds = dependency.dep_kinds.iter();
                kinds.any(|kind| kind.kind == DependencyKind::Normal)
            });
            (&node.id, linked.map(|dependency| &dependency.pkg).collect())
        })
        .collect();
    let shipped = metadata.packages.iter().filter(|package| {
        metadata.workspace_members.contains(&package.id)
            && ["cli", "tendon-window"].contains(&package.name.to_string().as_str())
    });
    let mut open: Vec<&PackageId> = shipped.map(|package| &package.id).collect();
    let mut reached: BTreeSet<&PackageId> = open.iter().copied().collect();
    while let Some(id) = open.pop() {
        // What a macro is made from runs while the programs are compiled, and only then.
        let package = &metadata[id];
        if package
            .targets
            .iter()
            .any(|target| target.kind.contains(&TargetKind::ProcMacro))
        {
            reached.remove(id);
            continue;
        }
        for next in links.get(id).into_iter().flatten().copied() {
            if reached.insert(next) {
                open.push(next);
            }
        }
    }
    let mut packages: Vec<Foreign> = metadata
        .packages
        .iter()
        .filter(|package| reached.contains(&package.id))
        .filter(|package| !metadata.workspace_members.contains(&package.id))
        .map(|package| Foreign {
            kind: Kind::Rust,
            name: package.name.to_string(),
            version: package.version.to_string(),
            licence: package.license.clone(),
            authors: package.authors.clone(),
            folder: package
                .manifest_path
                .parent()
                .map(|folder| folder.as_std_path().to_owned()),
        })
        .collect();
    packages.sort_by(|a, b| (&a.name, &a.version).cmp(&(&b.name, &b.version)));
    Ok(packages)
}

#[derive(Deserialize)]
struct Lock {
    packages: BTreeMap<String, Locked>,
}

#[derive(Deserialize)]
struct Locked {
    version: Option<String>,
    license: Option<String>,
    #[serde(default)]
    dev: bool,
}

/// Licences that a package states only in its text, looked up there.
const STATED_IN_TEXT: [(&str, &str); 1] = [("svelte-toolbelt", "MIT")];

/// What the page is made from, but for what only its tests and its build use.
///
/// # Errors
/// When its list of packages cannot be read.
pub fn page() -> Result<Vec<Foreign>> {
    const BELOW: &str = "node_modules/";
    let path = root().join("ui/package-lock.json");
    let lock: Lock = serde_json::from_str(&std::fs::read_to_string(&path)?)
        .with_context(|| format!("{}", path.display()))?;
    let packages = lock
        .packages
        .into_iter()
        .filter(|(_, locked)| !locked.dev)
        .filter_map(|(place, locked)| {
            // The page itself has an empty place; one package may lie below another.
            let name = place.rsplit_once(BELOW)?.1.to_owned();
            let stated = STATED_IN_TEXT.iter().find(|(known, _)| *known == name);
            let folder = root().join("ui").join(&place);
            Some(Foreign {
                kind: Kind::Page,
                licence: locked
                    .license
                    .or_else(|| stated.map(|(_, licence)| (*licence).to_owned())),
                name,
                version: locked.version?,
                authors: Vec::new(),
                folder: folder.is_dir().then_some(folder),
            })
        });
    Ok(packages.collect())
}
