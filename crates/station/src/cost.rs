//! What this program costs the computer: processor time and memory, as the system counts them.
//!
//! Not here: what the computer has (`doctor`), the loop's own figures (`teleop`).

use std::time::Duration;

/// Processor time of all threads of this program since it began; none where the system is not asked.
#[cfg(target_os = "linux")]
pub fn cpu_time() -> Option<Duration> {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    let seconds = u64::try_from(time.tv_sec).ok()?;
    Some(Duration::new(seconds, u32::try_from(time.tv_nsec).ok()?))
}

/// Processor time of all threads of this program since it began; none where the system is not asked.
#[cfg(not(target_os = "linux"))]
pub fn cpu_time() -> Option<Duration> {
    None
}

/// Bytes of memory that this program holds now (`VmRSS` of `/proc/self/status`); none where the system does not tell.
pub fn memory() -> Option<u64> {
    resident(&std::fs::read_to_string("/proc/self/status").ok()?)
}

fn resident(status: &str) -> Option<u64> {
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kilobytes.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_read_from_what_linux_tells() {
        assert_eq!(
            resident("Name:\ttendon\nVmRSS:\t   12345 kB\n"),
            Some(12_641_280)
        );
        for strange in [
            "",
            "VmRSS:",
            "VmRSS:\tmuch kB",
            "VmRSS:\t1 MB",
            "VmRSS: 99999999999999999999 kB",
        ] {
            assert_eq!(resident(strange), None, "{strange}");
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn work_costs_processor_time_and_memory() {
        let before = cpu_time().unwrap();
        let held: Vec<u64> = (0..3_000_000).collect();
        let sum: u64 = held.iter().sum();
        assert_eq!(sum, 4_499_998_500_000);
        assert!(cpu_time().unwrap() > before);
        assert!(memory().unwrap() > 20_000_000);
    }
}
