//! A thread's time on a core, where the system tells it.

use std::time::Duration;

/// The system's number of the calling thread.
#[cfg(target_os = "linux")]
pub(crate) fn this_thread() -> Option<u64> {
    u64::try_from(rustix::thread::gettid().as_raw_nonzero().get()).ok()
}

/// The system's number of the calling thread; none here, where another thread's time cannot be asked for without it.
#[cfg(not(target_os = "linux"))]
pub(crate) fn this_thread() -> Option<u64> {
    None
}

/// How long a thread of this program has been on a core since it began.
pub(crate) fn time_of(thread: u64) -> Option<Duration> {
    let text = std::fs::read_to_string(format!("/proc/self/task/{thread}/schedstat")).ok()?;
    let nanos = text.split_whitespace().next()?.parse().ok()?;
    Some(Duration::from_nanos(nanos))
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_thread_that_computes_has_more_time_afterwards() {
        let thread = this_thread().unwrap();
        let before = time_of(thread).unwrap();
        let mut sum = 0_u64;
        while time_of(thread).unwrap() < before + Duration::from_millis(2) {
            sum = std::hint::black_box(sum.wrapping_mul(31).wrapping_add(7));
        }
        assert_eq!(time_of(u64::MAX), None);
    }
}
