//! How near a host that does nothing else comes to the wire's limit on the pseudo-terminal, and what the server costs.
//!
//! `TENDON_SIM_LATENCY_US` (0) and `TENDON_SIM_SPIN_US` (60) are those of the `serve` example; with
//! `TENDON_SIM_RATE_HZ` the host asks at that rate instead of as fast as it can.

use std::io::Write;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::fs::{Mode, OFlags};
use sim::{PtyConfig, PtyServer, SimArm};
use stdx::{Clock, SystemClock};

/// 14 bytes of request, 48 of answers and 26 of goals, 10 µs each at 1 Mbaud.
const WIRE: f64 = 880e-6;

fn setting(name: &str, default: u64) -> u64 {
    let value = std::env::var(name)
        .ok()
        .and_then(|value| value.parse().ok());
    value.unwrap_or(default)
}

/// User and system time of the whole process so far, seconds.
fn cpu() -> Result<f64, Box<dyn std::error::Error>> {
    let times = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Ok(times.tv_sec as f64 + times.tv_nsec as f64 * 1e-9)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let latency = Duration::from_micros(setting("TENDON_SIM_LATENCY_US", 0));
    let arm = SimArm::follower().with_usb_latency(latency);
    let mut config = PtyConfig::serving(arm.chain(SystemClock::shared()));
    config.spin = Duration::from_micros(setting("TENDON_SIM_SPIN_US", 60));
    config.realtime = setting("TENDON_SIM_REALTIME", 0) != 0;
    let rate = setting("TENDON_SIM_RATE_HZ", 0);
    let server = PtyServer::start(config)?;
    let fd = rustix::fs::open(server.path(), OFlags::RDWR | OFlags::NOCTTY, Mode::empty())?;

    let ask = [
        0xff, 0xff, 0xfe, 0x0a, 0x82, 0x38, 2, 1, 2, 3, 4, 5, 6, 0x26,
    ];
    let goals = [
        0xff, 0xff, 0xfe, 0x16, 0x83, 0x2a, 2, 1, 0, 8, 2, 0, 8, 3, 0, 8, 4, 0, 8, 5, 0, 8, 6, 0,
        8, 0xf7,
    ];
    for id in 1..=6u8 {
        let on = [0xff, 0xff, id, 4, 3, 40, 1, !(id + 4 + 3 + 40 + 1)];
        rustix::io::write(&fd, &on)?;
        let mut heard = 0;
        while heard < 6 {
            heard += rustix::io::read(&fd, &mut [0; 6])?;
        }
    }
    let clock = SystemClock;
    let (begun, spent) = (clock.now(), cpu()?);
    let mut cycles = 0u32;
    while clock.now().since(begun) < Duration::from_secs(5) {
        if rate > 0 {
            clock.sleep_until(begun + Duration::from_secs(1) * cycles / rate as u32);
        }
        rustix::io::write(&fd, &ask)?;
        let mut heard = 0;
        while heard < 48 {
            poll(&mut [PollFd::new(&fd, PollFlags::IN)], None)?;
            heard += rustix::io::read(&fd, &mut [0; 64])?;
        }
        rustix::io::write(&fd, &goals)?;
        cycles += 1;
    }
    let taken = clock.now().since(begun).as_secs_f64();
    let per_second = f64::from(cycles) / taken;
    writeln!(
        std::io::stdout(),
        "{per_second:.0} cycles/s, {:.2} of the wire's limit; host and server together {:.1} % of a core",
        per_second * WIRE,
        (cpu()? - spent) / taken * 100.0
    )?;
    server.stop()?;
    Ok(())
}
