//! Arrows between our crates only point down.
//!
//! Not here: which foreign libraries a crate may use (`forbidden`, and `deny.toml`).

use super::graph::Graph;

/// How high a crate stands. An arrow may only point to a lower number, so crates of one height do not know each other.
const HEIGHTS: &[(&str, u8)] = &[
    ("units", 0),
    ("stdx", 1),
    ("motors", 2),
    ("pixels", 2),
    ("protocol", 2),
    ("phrases", 2),
    ("arms", 3),
    ("video", 3),
    ("jobs", 3),
    // Runs networks; knows no picture.
    ("convnet", 3),
    // Makes networks for tests.
    ("sample-nets", 0),
    // Counts and mends the films of a dataset, and therefore stands on what knows their container.
    ("dataset", 4),
    ("teleop", 5),
    ("recorder", 5),
    ("cameras", 5),
    ("imaging", 5),
    ("hub", 5),
    // A peer that misbehaves: only what builds processes from hardware, real or simulated, links it.
    ("sim", 5),
    ("studio", 6),
    // Many pictures, files or rows of a dataset, through what `imaging` does with one.
    ("batch", 6),
    ("station", 7),
    ("cli", 8),
    ("desk", 8),
    ("tendon-window", 9),
    // Tests and automation stand beside the house: nothing links them.
    ("journeys", 10),
    ("xtask", 10),
];

/// What a crate must not link, however far down, and why.
const STRANGERS: &[(&str, &[&str], &str)] = &[
    (
        "dataset",
        &["arms", "motors", "cameras", "sim"],
        "a dataset is files: it knows no hardware",
    ),
    (
        "hub",
        &["arms", "motors", "cameras", "dataset"],
        "handing over knows only folders",
    ),
    (
        "imaging",
        &["arms", "motors", "dataset"],
        "pictures know no robot",
    ),
    (
        "studio",
        &["arms", "motors", "dataset", "teleop", "recorder"],
        "work on pictures knows no robot and no dataset",
    ),
    (
        "batch",
        &["arms", "motors", "cameras"],
        "many pictures are as far from a robot as one is",
    ),
    ("cameras", &["video"], "a camera knows no encoder"),
    ("jobs", &["pixels"], "the worker pool knows no image"),
    (
        "teleop",
        &["jobs"],
        "the control loop's threads never wait for the worker pool",
    ),
    (
        "recorder",
        &["jobs"],
        "what keeps up with the control loop never waits for the worker pool",
    ),
    (
        "motors",
        &["protocol"],
        "packets know no window: their errors are turned into messages above",
    ),
];

/// All that the simulator may use of ours, so that it and `motors` check each other.
const SIM_MAY_USE: &[&str] = &["stdx", "units", "motors", "pixels"];

/// Arrows that point up, one sentence each. None is good.
pub fn check(graph: &Graph) -> Vec<String> {
    let mut findings = Vec::new();
    for name in &graph.ours {
        let Some(height) = height(name) else {
            findings.push(format!(
                "{name} has no height: give it one in crates/xtask/src/house/arrows.rs"
            ));
            continue;
        };
        for used in graph.uses.get(name).into_iter().flatten() {
            match self::height(used) {
                Some(other) if graph.ours.contains(used) && other >= height => {
                    findings.push(format!(
                        "{name} -> {used} points up: {used} stands at {other}, {name} at {height}"
                    ))
                }
                _ => {}
            }
        }
        // Tests may talk to the simulator, which stands higher; for everything else the same rule holds.
        for used in graph.tests_use.get(name).into_iter().flatten() {
            match self::height(used) {
                Some(other) if graph.ours.contains(used) && other >= height && used != "sim" => {
                    findings.push(format!(
                        "the tests of {name} -> {used} point up: {used} stands at {other}, {name} at {height}"
                    ));
                }
                _ => {}
            }
        }
    }
    for (name, strangers, why) in STRANGERS {
        let reach = graph.reach(name);
        for stranger in *strangers {
            if let Some(way) = reach.get(*stranger) {
                findings.push(format!("{}: {why}", way.join(" -> ")));
            }
        }
    }
    for used in graph.uses.get("sim").into_iter().flatten() {
        if graph.ours.contains(used) && !SIM_MAY_USE.contains(&used.as_str()) {
            findings.push(format!(
                "sim -> {used}: the simulator is a peer, it uses only {}",
                SIM_MAY_USE.join(", ")
            ));
        }
    }
    findings
}

fn height(name: &str) -> Option<u8> {
    HEIGHTS
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, height)| *height)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn house() -> Graph {
        let mut graph = Graph::default();
        for (name, _) in HEIGHTS {
            graph.ours.insert((*name).to_owned());
        }
        for (from, to) in [
            ("station", "teleop"),
            ("station", "recorder"),
            ("teleop", "arms"),
            ("recorder", "dataset"),
            ("arms", "motors"),
            ("sim", "motors"),
            ("motors", "stdx"),
            ("stdx", "units"),
            ("units", "serde"),
        ] {
            graph.add(from, to);
        }
        graph.add_test("motors", "sim");
        graph
    }

    #[test]
    fn the_arrows_of_this_workspace_point_down() {
        let graph = Graph::of_workspace().unwrap();
        assert!(graph.ours.contains("xtask"), "the graph is not empty");
        assert_eq!(check(&graph), Vec::<String>::new());
    }

    #[test]
    fn a_house_with_all_arrows_down_has_no_finding() {
        assert_eq!(check(&house()), Vec::<String>::new());
    }

    #[test]
    fn an_arrow_that_is_turned_is_found() {
        for (from, to) in [
            ("motors", "arms"),
            ("teleop", "recorder"),
            ("recorder", "teleop"),
            ("dataset", "arms"),
            ("dataset", "motors"),
            ("units", "stdx"),
            ("teleop", "sim"),
            ("sim", "protocol"),
            ("arms", "dataset"),
            ("station", "cli"),
            ("cli", "xtask"),
            ("teleop", "jobs"),
            ("recorder", "jobs"),
        ] {
            let mut graph = house();
            graph.add(from, to);
            let findings = check(&graph);
            assert!(
                findings
                    .iter()
                    .any(|finding| finding.contains(from) && finding.contains(to)),
                "{from} -> {to}: {findings:?}"
            );
        }
    }

    #[test]
    fn a_detour_does_not_hide_a_stranger() {
        let mut graph = house();
        graph.add("dataset", "glue");
        graph.add("glue", "motors");
        assert_eq!(
            check(&graph),
            ["dataset -> glue -> motors: a dataset is files: it knows no hardware"]
        );
    }

    #[test]
    fn tests_may_talk_to_the_simulator_and_to_nothing_else_above() {
        let mut graph = house();
        graph.add_test("arms", "sim");
        assert_eq!(check(&graph), Vec::<String>::new());
        graph.add_test("arms", "teleop");
        assert_eq!(check(&graph).len(), 1);
    }

    #[test]
    fn a_crate_without_a_height_is_found() {
        let mut graph = house();
        graph.ours.insert("shed".into());
        assert_eq!(check(&graph).len(), 1);
    }
}
