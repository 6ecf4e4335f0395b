//! Whether the machine's memory runs short, as far as the system tells.
//!
//! Not here: what is held back then (`jobs`), how much the program itself takes (`crate::cost`).

use std::fs;

/// Memory is short when programs can still get less than this part of all of it. A choice: on 8 GB that is 512 MB, about what
/// one run of a large network takes, and what a desktop needs to stay responsive.
const PART: u64 = 16;

/// Whether it is. Where the system does not tell, it is not.
pub(super) fn short() -> bool {
    fs::read_to_string("/proc/meminfo").is_ok_and(|told| is_short(&told).unwrap_or(false))
}

/// The same of what Linux tells; `None` when it tells something else.
fn is_short(told: &str) -> Option<bool> {
    let kilobytes = |name: &str| -> Option<u64> {
        let line = told.lines().find_map(|line| line.strip_prefix(name))?;
        line.trim().strip_suffix("kB")?.trim().parse().ok()
    };
    let (all, available) = (kilobytes("MemTotal:")?, kilobytes("MemAvailable:")?);
    Some(available < all / PART)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_short_below_a_sixteenth_of_it() {
        let told = |available: u64| {
            format!("MemTotal:       16000000 kB\nMemFree: 1 kB\nMemAvailable:  {available} kB\n")
        };
        assert_eq!(is_short(&told(999_999)), Some(true));
        assert_eq!(is_short(&told(1_000_000)), Some(false));
        assert_eq!(is_short("MemTotal: 16 MB\n"), None);
        assert_eq!(is_short(""), None);
    }
}
