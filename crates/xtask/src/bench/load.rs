//! A machine with other things to do: one process per core that computes and never waits.

use std::process::{Child, Command, Stdio};

use anyhow::Result;

/// Busy processes; they end when this is dropped.
pub struct Busy(Vec<Child>);

impl Busy {
    /// As many as there are cores.
    ///
    /// # Errors
    /// When a process cannot be started.
    pub fn all_cores() -> Result<Self> {
        let program = std::env::current_exe()?;
        let mut busy = Self(Vec::new());
        for _ in 0..std::thread::available_parallelism()?.get() {
            busy.0.push(
                Command::new(&program)
                    .arg("busy")
                    .stdin(Stdio::piped())
                    .stdout(Stdio::null())
                    .spawn()?,
            );
        }
        Ok(busy)
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        for child in &mut self.0 {
            // It is ours and has nothing to put in order.
            drop(child.kill());
            drop(child.wait());
        }
    }
}

/// Computes until nobody is left to compute for (standard input ends), at most an hour.
pub fn compute() {
    use std::io::Read as _;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    let alone = Arc::new(AtomicBool::new(false));
    let asked = Arc::clone(&alone);
    let watcher = stdx::thread::spawn("parent", stdx::thread::Intent::Capture, move || {
        let mut byte = [0];
        while matches!(std::io::stdin().read(&mut byte), Ok(1)) {}
        asked.store(true, Ordering::Relaxed);
    });
    let mut state = 1u64;
    let clock = super::clock();
    let end = stdx::Clock::now(&clock) + std::time::Duration::from_secs(3600);
    while !alone.load(Ordering::Relaxed) && stdx::Clock::now(&clock) < end {
        for _ in 0..1_000_000 {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
        }
        std::hint::black_box(state);
    }
    drop(watcher);
}
