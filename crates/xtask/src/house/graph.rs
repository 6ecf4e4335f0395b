//! Who depends on whom, as `cargo metadata` resolves it for this machine. Plain data, so that a test can doctor it.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, bail};
use cargo_metadata::{DependencyKind, MetadataCommand};

/// Packages by name. Two versions of one package count as one.
#[derive(Debug, Clone, Default)]
pub struct Graph {
    /// The packages of this workspace.
    pub ours: BTreeSet<String>,
    /// What a package links into a built program.
    pub uses: BTreeMap<String, BTreeSet<String>>,
    /// What only a package's tests and benches use.
    pub tests_use: BTreeMap<String, BTreeSet<String>>,
}

impl Graph {
    /// Asks cargo.
    ///
    /// # Errors
    /// When cargo cannot resolve the workspace.
    pub fn of_workspace() -> Result<Self> {
        let metadata = MetadataCommand::new()
            .manifest_path(super::root().join("Cargo.toml"))
            .other_options(vec![
                "--locked".into(),
                "--filter-platform".into(),
                host_triple()?,
            ])
            .exec()
            .context("cargo metadata did not answer")?;
        let name_of: BTreeMap<_, _> = metadata
            .packages
            .iter()
            .map(|package| (package.id.clone(), package.name.to_string()))
            .collect();
        let mut graph = Self::default();
        for id in &metadata.workspace_members {
            graph.ours.insert(name_of[id].clone());
        }
        let Some(resolve) = metadata.resolve else {
            bail!("cargo metadata gave no resolved graph");
        };
        for node in resolve.nodes {
            let name = &name_of[&node.id];
            for dependency in &node.deps {
                let target = name_of[&dependency.pkg].clone();
                for kind in &dependency.dep_kinds {
                    match kind.kind {
                        DependencyKind::Normal => graph.add(name, &target),
                        DependencyKind::Development => graph.add_test(name, &target),
                        _ => {}
                    }
                }
            }
        }
        Ok(graph)
    }

    /// Draws an arrow from `from` to `to`.
    pub fn add(&mut self, from: &str, to: &str) {
        self.uses
            .entry(from.to_owned())
            .or_default()
            .insert(to.to_owned());
    }

    /// Draws an arrow that only tests and benches follow.
    pub fn add_test(&mut self, from: &str, to: &str) {
        self.tests_use
            .entry(from.to_owned())
            .or_default()
            .insert(to.to_owned());
    }

    /// For everything that `from` links, however far down, the way that leads there.
    pub fn reach(&self, from: &str) -> BTreeMap<String, Vec<String>> {
        let mut ways = BTreeMap::from([(from.to_owned(), vec![from.to_owned()])]);
        let mut open = vec![from.to_owned()];
        while let Some(name) = open.pop() {
            let way = ways[&name].clone();
            for next in self.uses.get(&name).into_iter().flatten() {
                if !ways.contains_key(next) {
                    let mut longer = way.clone();
                    longer.push(next.clone());
                    ways.insert(next.clone(), longer);
                    open.push(next.clone());
                }
            }
        }
        ways.remove(from);
        ways
    }
}

/// What cargo calls the machine that runs this.
///
/// # Errors
/// When cargo does not say.
pub fn host_triple() -> Result<String> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".into());
    let output = std::process::Command::new(cargo)
        .arg("-vV")
        .output()
        .context("cargo did not start")?;
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .find_map(|line| line.strip_prefix("host: ").map(str::to_owned))
        .context("cargo -vV names no host")
}
