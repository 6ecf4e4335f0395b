//! What stays out of the control loop: heavy libraries in `teleop` and everything below it, and files, locks
//! and blocking channels in every module that may run inside a cycle.
//!
//! A module of the crates below counts as one that runs inside a cycle unless it is named in [`OUTSIDE`].

use std::path::Path;

use anyhow::{Context, Result};

use super::graph::Graph;
use super::sources::{Use, sources, uses_of};

/// Libraries that must not be linked by what moves motors. A trailing `*` stands for any ending.
const HEAVY: &[&str] = &[
    "parquet*",
    "arrow",
    "arrow-*",
    "image",
    "image-*",
    "jpeg-*",
    "zune-*",
    "png",
    "webp*",
    "mozjpeg*",
    "turbojpeg*",
    "openh264*",
    "x264*",
    "rav1e*",
    "rav1d*",
    "re_rav1d*",
    "dav1d*",
    "vpx*",
    "mp4*",
    "symphonia*",
    "ffmpeg*",
    "ac-ffmpeg",
    "gstreamer*",
    "zip",
    "tauri*",
    "wry",
    "tao",
    "webkit2gtk*",
    "tract-*",
    "ort*",
    "reqwest",
    "hyper",
    "ureq",
    "gilrs*",
    "libudev*",
    "tokio",
    "rayon",
];

/// The crates whose modules may run inside a cycle.
const IN_CYCLE: &[&str] = &["teleop", "arms", "motors"];

/// Modules that never run inside a cycle, and why. Paths are relative to `crates/`.
const OUTSIDE: &[(&str, &str)] = &[
    (
        "arms/src/calibration_file.rs",
        "calibration files are read before the loop starts and written after it ended",
    ),
    (
        "arms/src/calibration_history.rs",
        "saved calibrations are kept when one is saved, and no arm is driven then",
    ),
    (
        "motors/src/ports.rs",
        "ports are looked for before one is opened",
    ),
    (
        "motors/src/serial/latency.rs",
        "the adapter's timer is looked at once, when the port is opened",
    ),
];

/// Names of files in modules of a cycle that are used before the first cycle, and why.
const BEFORE_THE_FIRST_CYCLE: &[(&str, &str, &str)] = &[(
    "motors/src/serial/unix.rs",
    "rustix::fs::",
    "opens the serial device; bytes then go through its descriptor",
)];

/// Path segments that mean a file, a lock or a channel that can keep the writer waiting. A file's type is
/// always named through `fs`, once.
const BLOCKING: &[(&str, &str)] = &[
    ("fs", "touches a file"),
    ("Mutex", "waits for a lock"),
    ("RwLock", "waits for a lock"),
    ("Condvar", "waits for a lock"),
    ("Barrier", "waits for other threads"),
    ("mpsc", "uses a channel that can block"),
    ("crossbeam_channel", "uses a channel that can block"),
    ("SyncSender", "uses a channel that can block"),
    ("println", "waits for the terminal"),
    ("eprintln", "waits for the terminal"),
    ("dbg", "waits for the terminal"),
];

/// Methods that wait for somebody else.
const BLOCKING_METHODS: &[(&str, &str)] = &[
    ("lock", "waits for a lock"),
    ("recv", "waits for a message"),
    ("recv_timeout", "waits for a message"),
];

/// Heavy libraries that `teleop` or something below it links, with the way there. None is good.
pub fn heavy_libraries(graph: &Graph) -> Vec<String> {
    graph
        .reach("teleop")
        .into_iter()
        .filter(|(name, _)| HEAVY.iter().any(|pattern| matches(pattern, name)))
        .map(|(_, way)| format!("{}: too heavy for what moves motors", way.join(" -> ")))
        .collect()
}

/// Files, locks and blocking channels in modules that may run inside a cycle. None is good.
///
/// # Errors
/// When a source cannot be read.
pub fn blocking_calls(crates: &Path) -> Result<Vec<String>> {
    let mut findings = Vec::new();
    for name in IN_CYCLE {
        for (path, text) in sources(&crates.join(name).join("src"))? {
            let shown = path
                .strip_prefix(crates)
                .unwrap_or(&path)
                .to_string_lossy()
                .replace('\\', "/");
            if OUTSIDE.iter().any(|(outside, _)| *outside == shown) {
                continue;
            }
            findings.extend(blocking_calls_in(&shown, &text)?);
        }
    }
    Ok(findings)
}

/// The same for one source text. Modules that exist only in tests may do as they like.
///
/// # Errors
/// When the text is not Rust.
pub fn blocking_calls_in(shown: &str, text: &str) -> Result<Vec<String>> {
    let mut findings = Vec::new();
    for found in uses_of(text).with_context(|| format!("in {shown}"))? {
        match found {
            Use::Path(segments) => {
                let path = segments.join("::");
                let early = BEFORE_THE_FIRST_CYCLE
                    .iter()
                    .any(|(file, start, _)| *file == shown && path.starts_with(start));
                for (word, why) in BLOCKING {
                    if !early && segments.iter().any(|segment| segment == word) {
                        findings.push(format!("{shown}: {path} {why}"));
                    }
                }
            }
            Use::Method(method) => {
                for (word, why) in BLOCKING_METHODS {
                    if method == *word {
                        findings.push(format!("{shown}: .{word}() {why}"));
                    }
                }
            }
        }
    }
    Ok(findings)
}

/// What the simulator's sources take from `motors` beside the trait of a port. None is good.
///
/// # Errors
/// When a source cannot be read.
pub fn borrowed_by_the_simulator(crates: &Path) -> Result<Vec<String>> {
    let mut findings = Vec::new();
    for (path, text) in sources(&crates.join("sim").join("src"))? {
        findings.extend(borrowed_in(&path.display().to_string(), &text)?);
    }
    Ok(findings)
}

/// The same for one source text.
///
/// # Errors
/// When the text is not Rust.
pub fn borrowed_in(shown: &str, text: &str) -> Result<Vec<String>> {
    Ok(uses_of(text)
        .with_context(|| format!("in {shown}"))?
        .into_iter()
        .filter_map(|found| match found {
            Use::Path(segments)
                if segments.first().is_some_and(|first| first == "motors")
                    // A single name is a variable or a field.
                    && segments.get(1).is_some_and(|second| second != "Port") =>
            {
                Some(format!(
                    "{shown}: {} is borrowed: the simulator may use only motors::Port, or it proves nothing",
                    segments.join("::")
                ))
            }
            _ => None,
        })
        .collect())
}

fn matches(pattern: &str, name: &str) -> bool {
    pattern
        .strip_suffix('*')
        .map_or(pattern == name, |start| name.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn crates() -> std::path::PathBuf {
        super::super::root().join("crates")
    }

    #[test]
    fn nothing_heavy_is_linked_by_what_moves_motors() {
        let graph = Graph::of_workspace().unwrap();
        assert!(
            graph.reach("teleop").contains_key("units"),
            "the graph is whole"
        );
        assert_eq!(heavy_libraries(&graph), Vec::<String>::new());
    }

    #[test]
    fn a_heavy_library_is_found_however_far_down() {
        let mut graph = Graph::default();
        graph.add("teleop", "arms");
        graph.add("arms", "glue");
        graph.add("glue", "arrow-array");
        graph.add("station", "parquet");
        assert_eq!(
            heavy_libraries(&graph),
            ["teleop -> arms -> glue -> arrow-array: too heavy for what moves motors"]
        );
    }

    #[test]
    fn every_exception_is_for_a_file_that_is_there() {
        for file in OUTSIDE
            .iter()
            .map(|(file, _)| file)
            .chain(BEFORE_THE_FIRST_CYCLE.iter().map(|(file, _, _)| file))
        {
            assert!(crates().join(file).is_file(), "{file}");
        }
    }

    #[test]
    fn no_module_of_a_cycle_touches_files_locks_or_blocking_channels() {
        assert_eq!(blocking_calls(&crates()).unwrap(), Vec::<String>::new());
    }

    #[test]
    fn files_locks_and_blocking_channels_are_found() {
        for (text, word) in [
            ("fn f() { let x = std::fs::read(\"a\"); }", "fs"),
            ("use std::fs;", "fs"),
            ("use std::{io, fs::File};", "File"),
            ("struct S { m: std::sync::Mutex<u8> }", "Mutex"),
            ("use std::sync::{Arc, RwLock};", "RwLock"),
            ("fn f(s: &S) { s.m.lock(); }", "lock"),
            ("use std::sync::mpsc::sync_channel;", "mpsc"),
            ("fn f(r: R) { r.recv(); }", "recv"),
            ("fn f() { println!(\"late\"); }", "println"),
        ] {
            let findings = blocking_calls_in("x.rs", text).unwrap();
            assert!(
                findings.iter().any(|finding| finding.contains(word)),
                "{text}: {findings:?}"
            );
        }
    }

    #[test]
    fn tests_inside_a_module_may_use_files() {
        let text =
            "#[cfg(test)] mod tests { use std::fs; } fn ok(port: &mut P) { port.send(b\"x\"); }";
        assert_eq!(
            blocking_calls_in("x.rs", text).unwrap(),
            Vec::<String>::new()
        );
    }

    #[test]
    fn the_simulator_borrows_nothing_but_the_port() {
        assert_eq!(
            borrowed_by_the_simulator(&crates()).unwrap(),
            Vec::<String>::new()
        );
    }

    #[test]
    fn a_packet_borrowed_by_the_simulator_is_found() {
        for (text, findings) in [
            ("use motors::Port;", 0),
            ("impl motors::Port for Line {}", 0),
            ("use motors::{Port, packet::encode};", 1),
            ("fn f() { motors::registers::LOCK; }", 1),
            ("use motors::*;", 1),
            ("use motors as m;", 1),
            ("fn f(motors: &[Motor]) { motors.len(); }", 0),
        ] {
            assert_eq!(borrowed_in("x.rs", text).unwrap().len(), findings, "{text}");
        }
    }
}
