//! Compares the ratios of a run with the committed ones and names what got worse.

use anyhow::{Context, Result};

use super::figures::{Better, Figure, Results, number};
use crate::house::root;

/// Where the committed ratios are.
pub fn path() -> std::path::PathBuf {
    root().join("benches/baseline.json")
}

/// The committed run.
///
/// # Errors
/// When it is not there or is no run.
pub fn committed() -> Result<Results> {
    let path = path();
    let text = std::fs::read_to_string(&path).with_context(|| {
        format!(
            "there are no committed ratios: run make bench and copy {} to {}",
            Results::path().display(),
            path.display()
        )
    })?;
    serde_json::from_str(&text).with_context(|| format!("{} is damaged", path.display()))
}

/// What got worse by more than its tolerance, or is measured no longer, one sentence each. Figures that
/// `now` did not ask for (`only` names one bench) are left out.
pub fn worse(before: &Results, now: &Results, only: Option<&str>) -> Vec<String> {
    let mut findings = Vec::new();
    for old in &before.figures {
        if old.name.ends_with("missed cycles")
            && only.is_none_or(|bench| old.name.starts_with(bench))
        {
            let new = now.figures.iter().find(|figure| figure.name == old.name);
            // A count has no ratio: twice as many and a handful more is worse than chance.
            if let Some(new) = new.filter(|new| new.value > 2.0 * old.value + 5.0) {
                findings.push(format!(
                    "{}: {} was {}",
                    old.name,
                    number(new.value),
                    number(old.value)
                ));
            }
        }
        let Some(old_ratio) = old.ratio else { continue };
        if only.is_some_and(|bench| !old.name.starts_with(bench)) {
            continue;
        }
        let new = now.figures.iter().find(|figure| figure.name == old.name);
        let Some((new, new_ratio)) = new.and_then(|new| Some((new, new.ratio?))) else {
            findings.push(format!("{} was not measured", old.name));
            continue;
        };
        if is_worse(old, old_ratio, new_ratio) {
            findings.push(format!(
                "{}: ratio {} was {} (tolerance {:.0} %; {} {} was {})",
                old.name,
                number(new_ratio),
                number(old_ratio),
                old.tolerance * 100.0,
                number(new.value),
                new.unit,
                number(old.value),
            ));
        }
    }
    findings
}

fn is_worse(old: &Figure, old_ratio: f64, new_ratio: f64) -> bool {
    let good = match old.better {
        Better::Lower => new_ratio <= old_ratio * (1.0 + old.tolerance),
        Better::Higher => new_ratio >= old_ratio / (1.0 + old.tolerance),
    };
    // Nothing compares well with NaN, so what could not be measured counts as worse.
    !good
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(figures: Vec<Figure>) -> Results {
        Results {
            machine: String::new(),
            figures,
        }
    }

    #[test]
    fn only_what_got_worse_by_more_than_its_tolerance_is_named() {
        let before = run(vec![
            Figure::new("loop a", 1.0, "ms").ratio(1.0, 0.5),
            Figure::new("zip b", 1.0, "")
                .higher_is_better()
                .ratio(1.0, 0.1),
            Figure::new("shown only", 1.0, ""),
        ]);
        for (a, b, named) in [
            (1.4, 0.95, vec![]),
            (0.1, 9.0, vec![]),
            (1.6, 1.0, vec!["loop a"]),
            (1.0, 0.8, vec!["zip b"]),
            (f64::NAN, 1.0, vec!["loop a"]),
        ] {
            let now = run(vec![
                Figure::new("loop a", 1.0, "ms").ratio(a, 0.0),
                Figure::new("zip b", 1.0, "").ratio(b, 0.0),
            ]);
            let findings = worse(&before, &now, None);
            assert_eq!(findings.len(), named.len(), "{findings:?}");
            for (finding, name) in findings.iter().zip(named) {
                assert!(finding.starts_with(name), "{finding}");
            }
        }
    }

    #[test]
    fn a_figure_that_is_gone_is_named_unless_its_bench_was_not_asked_for() {
        let before = run(vec![Figure::new("loop a", 1.0, "ms").ratio(1.0, 0.5)]);
        assert_eq!(worse(&before, &run(vec![]), None).len(), 1);
        assert_eq!(worse(&before, &run(vec![]), Some("zip")).len(), 0);
    }
}
