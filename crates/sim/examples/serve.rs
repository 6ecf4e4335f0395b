//! Serves a simulated follower on a pseudo-terminal until its standard input ends, for checks by other programs.
//!
//! The only line on standard output is the port's path. `TENDON_SIM_LATENCY_US` and `TENDON_SIM_SPIN_US` change the
//! adapter's latency and the server's accuracy.

use std::io::{Read, Write};
use std::time::Duration;

use sim::{PtyConfig, PtyServer, SimArm};
use stdx::SystemClock;

fn micros(name: &str, default: u64) -> Duration {
    let value = std::env::var(name)
        .ok()
        .and_then(|value| value.parse().ok());
    Duration::from_micros(value.unwrap_or(default))
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arm = SimArm::follower().with_usb_latency(micros("TENDON_SIM_LATENCY_US", 1000));
    let mut config = PtyConfig::serving(arm.chain(SystemClock::shared()));
    config.spin = micros("TENDON_SIM_SPIN_US", 0);
    let server = PtyServer::start(config)?;
    let mut out = std::io::stdout();
    writeln!(out, "{}", server.path().display())?;
    out.flush()?;
    std::io::stdin().read_to_end(&mut Vec::new())?;
    server.stop()?;
    Ok(())
}
