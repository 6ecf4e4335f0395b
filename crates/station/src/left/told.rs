//! docs/recovery.md says what each failure leaves: of every leftover and every thread, or this fails.

use dataset::leftovers::Leftover;

const PAGE: &str = include_str!("../../../../docs/recovery.md");
const ARCHITECTURE: &str = include_str!("../../../../ARCHITECTURE.md");
const THREADS: &str = include_str!("../threads.rs");

/// The first cells of a table's rows, below this heading row.
fn first_cells<'a>(text: &'a str, heading: &str) -> Vec<&'a str> {
    let rows = text.lines().skip_while(|line| !line.starts_with(heading));
    let rows = rows.skip(2).take_while(|line| line.starts_with('|'));
    let cells: Vec<&str> = rows
        .filter_map(|row| row.split('|').nth(1))
        .map(str::trim)
        .collect();
    assert!(cells.len() > 3, "no table under {heading}");
    cells
}

/// Names in a cell: those between backticks, else the cell itself.
fn names(cell: &str) -> Vec<&str> {
    let quoted: Vec<&str> = cell.split('`').skip(1).step_by(2).collect();
    if quoted.is_empty() {
        vec![cell]
    } else {
        quoted
    }
}

#[test]
fn every_leftover_has_a_row() {
    let table = PAGE
        .lines()
        .skip_while(|line| !line.starts_with("| Files |"));
    let rows: Vec<&str> = table
        .skip(2)
        .take_while(|line| line.starts_with('|'))
        .collect();
    assert_eq!(rows.len(), Leftover::ALL.len());
    for leftover in Leftover::ALL {
        let words = leftover.to_string();
        assert!(
            rows.iter().any(|row| row.contains(&words)),
            "no row for {words}"
        );
    }
}

#[test]
fn every_thread_that_can_fail_has_a_row() {
    let rows = first_cells(PAGE, "| Thread | When it fails");
    let told: Vec<&str> = rows.iter().flat_map(|cell| names(cell)).collect();
    let has = |name: &str| {
        let thread = told.iter().map(|it| it.trim_end_matches(":NAME"));
        thread.into_iter().any(|it| name.starts_with(it))
    };
    let policies = THREADS.lines().filter_map(|line| {
        let name = line.trim().strip_prefix("thread: \"")?;
        name.strip_suffix("\",")
    });
    let policies: Vec<&str> = policies.collect();
    assert!(policies.len() >= 6, "{policies:?}");
    let owned = first_cells(ARCHITECTURE, "| Thread | Slow, hangs after");
    for name in owned.iter().flat_map(|cell| names(cell)).chain(policies) {
        assert!(
            has(name),
            "docs/recovery.md does not say what {name} leaves"
        );
    }
    // The single times in threads.rs belong to threads, too.
    for prefix in ["VERB_", "LOOP_", "GAMEPAD_", "LET_DOWN_"] {
        assert!(THREADS.contains(prefix), "{prefix}");
    }
    let known = [
        "RECORDER", "CAMERA", "ENCODER", "KEYS", "VERB", "LET", "REOPEN", "LOOP", "GAMEPAD", "LOG",
    ];
    for line in THREADS
        .lines()
        .filter_map(|line| line.strip_prefix("pub const "))
    {
        let first = line.split([':', '_']).next().unwrap_or_default();
        assert!(
            known.contains(&first),
            "say in docs/recovery.md what {first} leaves, then name it here"
        );
    }
}
